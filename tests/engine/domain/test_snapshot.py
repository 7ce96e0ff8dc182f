from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from tests.engine.domain.calendars import (
    BRUNO,
    WORKSHOP,
    ask,
    at,
    booked,
    booking,
    held,
    opened,
)
from tests.engine.domain.golden_events import FOLDER, furnished, snapshot_file
from tests.engine.domain.histories import HISTORIES, History
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.evolve import replay
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.snapshot import decode_snapshot, encode_snapshot
from turnero.engine.domain.value import ProviderId


def test_an_empty_calendar_is_read_as_it_was_written() -> None:
    nothing = empty(ProviderId("prv_new"))
    assert decode_snapshot(encode_snapshot(nothing)) == nothing


@given(history=HISTORIES)
@settings(max_examples=40)
def test_a_snapshot_at_any_point_is_that_calendar_and_with_the_rest_of_the_events_the_last_one(
    history: History,
) -> None:
    calendar, events = history.begin, history.events
    for done in range(len(events) + 1):
        if done:
            calendar = replay(calendar, events[done - 1 : done])
        restored = decode_snapshot(encode_snapshot(calendar))
        assert restored == calendar
        # From every fifth point the whole way: from each one is quadratic, and no point is special.
        if done % 5 == 0:
            assert replay(restored, events[done:]) == history.end


@given(history=HISTORIES)
@settings(max_examples=40)
def test_replaying_all_events_gives_what_deciding_gave(history: History) -> None:
    calendar = history.begin
    for _, _, decision in history.decisions:
        calendar = replay(calendar, decision.recorded)
        assert calendar == decision.after


@given(history=HISTORIES)
@settings(max_examples=40)
def test_events_are_numbered_without_gaps_and_only_the_last_of_a_command_carries_its_key(history: History) -> None:
    number = history.begin.sequence
    for asked, now, decision in history.decisions:
        for recorded in decision.recorded:
            number += 1
            assert recorded.sequence == number
            assert recorded.at == now
        # Only deadlines that were met on the way are recorded where the command itself says nothing.
        keys = [recorded.key for recorded in decision.recorded]
        assert all(key is None for key in keys[:-1])
        assert not keys or keys[-1] in {asked.key, None}
    assert history.end.sequence == number


def _lively() -> Calendar:
    """A calendar with something of everything: a group whose first member has left, a hold, a pending booking."""
    calendar = opened(policy=Policy(auto_confirm=False, hold_minutes=60))
    calendar, _ = booked(calendar, at("2026-12-01 10:00"), WORKSHOP, customer=BRUNO)
    calendar, _ = booked(calendar, at("2026-12-01 10:00"), WORKSHOP)
    calendar, _ = held(calendar, at("2026-12-01 12:00"))
    return ask(calendar, booking(at("2026-12-01 15:00")), key="k", fingerprint="f").after


def test_bookings_made_under_the_present_policy_share_it_after_a_snapshot_too() -> None:
    restored = decode_snapshot(encode_snapshot(_lively()))
    assert all(b.policy is restored.terms.policy for b in restored.bookings.values())


def test_a_snapshot_keeps_the_first_answers_of_remembered_keys() -> None:
    calendar = _lively()
    remembered = decode_snapshot(encode_snapshot(calendar)).remembers("k")
    assert remembered is not None
    assert remembered == calendar.remembers("k")


def test_a_snapshot_of_the_present_format_is_read_as_it_was_when_the_format_was_new() -> None:
    """If this fails, the shape has changed: raise `FORMAT`, or old snapshots are misread, not replaced.

    Then `python -m tests.engine.domain.golden_events`, and drop the file of the old format: nobody reads it.
    """
    assert decode_snapshot(snapshot_file().read_bytes()) == furnished()
    assert [path.name for path in FOLDER.glob("*.msgpack")] == [snapshot_file().name]


@pytest.mark.parametrize("body", [b"", b"\x90", b"nonsense", encode_snapshot(_lively())[:-10]])
def test_what_is_no_snapshot_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_snapshot(body)
