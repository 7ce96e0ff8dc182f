"""Which free slots are shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import hypothesis.strategies as st
from hypothesis import given

from tests.bots.conversation.world import DIEGO, MARTIN, SHOP
from turnero.bots.conversation.choosing import NEAREST, SHOWN_MAX, choose, days_with_room, window
from turnero.bots.conversation.effects import FreeSlot
from turnero.bots.conversation.state import When
from turnero.bots.understanding import Part
from turnero.engine.domain.value import ProviderId

ZONE = SHOP.zone
DAY = date(2026, 5, 7)


def slot(clock: str, provider_id: ProviderId = MARTIN, day: date = DAY) -> FreeSlot:
    start = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZONE)
    return FreeSlot(start=start, end=start + timedelta(minutes=30), provider_id=provider_id)


def clocks(slots: tuple[FreeSlot, ...]) -> list[str]:
    return [f"{one.start.astimezone(ZONE):%H:%M}" for one in slots]


QUARTERS = [slot(f"{hour:02}:{minute:02}") for hour in range(9, 20) for minute in (0, 15, 30, 45)]


def test_an_exact_time_is_taken_with_everybody_who_has_it_free() -> None:
    both = [slot("10:00"), slot("10:00", DIEGO), slot("10:15")]
    chosen = choose(both, When(time_from="10:00", time_to="10:00"), tz=ZONE)
    assert [one.provider_id for one in chosen.exact] == [MARTIN, DIEGO]


def test_instead_of_a_time_that_is_not_free_come_the_three_nearest_by_the_clock() -> None:
    rest = [one for one in QUARTERS if clocks((one,)) != ["16:00"]]
    chosen = choose(rest, When(time_from="16:00", time_to="16:00"), tz=ZONE)
    assert chosen.missed
    assert clocks(chosen.shown) == ["15:30", "15:45", "16:15"]


def test_round_times_come_first_where_there_are_enough() -> None:
    assert clocks(choose(QUARTERS, When(), tz=ZONE).shown) == ["09:00", "11:00", "13:00", "15:00", "17:00", "19:00"]


def test_of_one_start_one_is_shown_and_the_favourite_gets_it() -> None:
    both = [slot("10:00"), slot("10:00", DIEGO)]
    assert [one.provider_id for one in choose(both, When(), tz=ZONE).shown] == [MARTIN]
    assert [one.provider_id for one in choose(both, When(), tz=ZONE, favourite=DIEGO).shown] == [DIEGO]


def test_what_was_seen_is_not_shown_again_as_long_as_there_is_anything_else() -> None:
    first = choose(QUARTERS, When(), tz=ZONE).shown
    second = choose(QUARTERS, When(), tz=ZONE, shown=[one.start for one in first])
    assert set(clocks(first)).isdisjoint(clocks(second.shown))
    everything = choose(QUARTERS, When(), tz=ZONE, shown=[one.start for one in QUARTERS])
    assert everything.missed


def test_a_window_is_as_wide_as_what_was_said() -> None:
    assert window(When(time_from="18:00", time_to="18:00"))[:2] == (1080, 1081)
    assert window(When(time_from="18:00", time_to="18:00", approx=True))[:2] == (1020, 1141)
    assert window(When(time_from="18:00"))[:2] == (1080, 1440)
    assert window(When(time_to="12:00"))[:2] == (0, 720)
    assert window(When(time_from="15:00", time_to="17:00"))[:2] == (900, 1020)
    assert window(When(part=Part.MORNING))[:2] == (0, 720)
    assert window(When())[:2] == (0, 1440)


def test_days_with_room_are_those_with_something_free() -> None:
    slots = [slot("10:00"), slot("10:00", DIEGO), slot("11:00"), slot("10:00", day=DAY + timedelta(days=2))]
    found = days_with_room(slots, ZONE, first=DAY, last=DAY + timedelta(days=5))
    assert found == [(DAY, 2), (DAY + timedelta(days=2), 1)]


_TIMES = st.sampled_from([f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 15, 30, 45)])
_WHENS = st.builds(
    When,
    time_from=st.none() | _TIMES,
    time_to=st.none() | _TIMES,
    part=st.none() | st.sampled_from(Part),
    approx=st.booleans(),
    asap=st.booleans(),
)


@given(clock=st.lists(st.sampled_from(QUARTERS), unique_by=lambda one: one.start), when=_WHENS, seen=st.integers(0, 9))
def test_whatever_is_wished_for_what_is_shown_is_free_in_order_once_and_a_handful(
    clock: list[FreeSlot], when: When, seen: int
) -> None:
    free = sorted(clock, key=lambda one: one.start)
    chosen = choose(free, when, tz=ZONE, shown=[one.start for one in free[:seen]])
    starts = [one.start for one in chosen.shown]
    assert set(chosen.exact) | set(chosen.shown) <= set(free)
    assert starts == sorted(set(starts))
    assert len(starts) <= (NEAREST if chosen.missed else SHOWN_MAX)
    assert bool(free) == bool(chosen.exact or chosen.shown)
