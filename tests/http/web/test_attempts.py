"""Counting attempts, and forgetting them."""

from __future__ import annotations

from turnero.http.web.attempts import KEYS_MAX, Attempts


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_may_be_made_and_then_none_until_the_window_is_over() -> None:
    seconds = Seconds()
    attempts = Attempts(limit=2, window_s=60, now_s=seconds)

    attempts.count("ana")
    assert attempts.wait_s("ana") == 0
    attempts.count("ana")
    assert attempts.wait_s("ana") == 61
    assert attempts.wait_s("bruno") == 0
    seconds.now += 60
    assert attempts.wait_s("ana") == 0


def test_a_new_window_counts_anew() -> None:
    seconds = Seconds()
    attempts = Attempts(limit=2, window_s=60, now_s=seconds)
    attempts.count("ana")
    attempts.count("ana")

    seconds.now += 61
    attempts.count("ana")

    assert attempts.wait_s("ana") == 0


def test_no_more_names_are_kept_than_there_is_room_for() -> None:
    attempts = Attempts(limit=1, window_s=60, now_s=Seconds())
    attempts.count("the first")
    for number in range(KEYS_MAX):
        attempts.count(str(number))

    assert attempts.wait_s("the first") == 0
    assert attempts.wait_s(str(KEYS_MAX - 1)) > 0
