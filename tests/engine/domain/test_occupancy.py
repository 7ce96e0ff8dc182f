"""The busy index, against the obvious way of looking at every stretch."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from tests.engine.domain.calendars import BARBER, at, booked, held, opened
from turnero.engine.domain import occupancy
from turnero.engine.domain.calendar import SECONDS_PER_DAY, Busy, Calendar, empty, from_us, to_us

HOUR = 3_600


@st.composite
def _lives(draw: st.DrawFn) -> list[Busy]:
    """Stretches as live bookings occupy them: disjoint, up to two days long, touching or far apart."""
    edges = sorted(draw(st.sets(st.integers(-60, 150), max_size=16)))
    pairs = [(a, b) for a, b in pairwise(edges) if b - a <= 48 and draw(st.booleans())]
    return [Busy(a * HOUR, b * HOUR, f"ref_{a}") for a, b in pairs]


def _calendar(stretches: list[Busy]) -> Calendar:
    return replace(empty(BARBER), busy=occupancy.index(stretches))


@given(stretches=_lives(), start=st.integers(-70, 160), length=st.integers(1, 100))
def test_looking_up_finds_what_touches_a_stretch_once_each_and_in_order(
    stretches: list[Busy], start: int, length: int
) -> None:
    begin, end = start * HOUR, (start + length) * HOUR
    wanted = [b for b in stretches if b.start < end and begin < b.end]
    assert list(_calendar(stretches).occupied(begin, end)) == wanted


@given(stretches=_lives(), order=st.randoms(use_true_random=False))
def test_putting_in_one_by_one_and_taking_out_again_in_any_order_leaves_what_building_at_once_does(
    stretches: list[Busy], order: Random
) -> None:
    shuffled = list(stretches)
    order.shuffle(shuffled)
    days: occupancy.BusyDays = Map()
    for stretch in shuffled:
        days = occupancy._put(days, stretch)
    assert days == occupancy.index(stretches)
    order.shuffle(shuffled)
    while shuffled:
        days = occupancy._take(days, shuffled.pop())
        assert days == occupancy.index(shuffled)
    assert not days


def test_a_stretch_lies_on_each_day_that_it_touches_and_on_none_that_it_only_reaches() -> None:
    whole_day = Busy(0, SECONDS_PER_DAY, "a")
    over_midnight = Busy(SECONDS_PER_DAY, 2 * SECONDS_PER_DAY + 1, "b")
    assert dict(occupancy.index([whole_day, over_midnight])) == {
        0: (whole_day,),
        1: (over_midnight,),
        2: (over_midnight,),
    }


def test_what_ends_as_another_begins_does_not_touch_it() -> None:
    calendar = _calendar([Busy(0, HOUR, "a"), Busy(HOUR, 2 * HOUR, "b")])
    assert [b.ref for b in calendar.occupied(HOUR, HOUR + 1)] == ["b"]
    assert [b.ref for b in calendar.occupied(HOUR - 1, HOUR)] == ["a"]


def test_an_old_calendar_stays_as_it_was_for_whoever_still_reads_it() -> None:
    before, _ = held(opened(), at("2026-12-01 10:00"))
    busy, deadlines = before.busy, before.deadlines
    after, _ = booked(before, at("2026-12-01 12:00"))
    assert before.busy is busy
    assert before.deadlines is deadlines
    assert after.busy != busy


def test_an_instant_survives_being_counted_in_microseconds() -> None:
    for text in ("2026-12-01 10:00", "2000-01-01 00:00"):
        instant = at(text).replace(microsecond=123_456)
        assert from_us(to_us(instant)) == instant
