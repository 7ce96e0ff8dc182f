"""Which free slots to show: a handful, well spread, and nearest to what was asked for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from turnero.bots.conversation.effects import FreeSlot
from turnero.bots.conversation.state import When
from turnero.engine.domain.schedule import wall_minutes
from turnero.engine.domain.value import ProviderId
from turnero.engine.domain.waitlist import PARTS, PartOfDay

# Six fit on a phone's screen together with what can be done if none of them suits.
SHOWN_MAX = 6
# Instead of a time that is not free: as many as fit beside one another.
NEAREST = 3
# How far off "tipo 6" may be.
APPROX_MINUTES = 60


class Window(NamedTuple):
    """From when to when somebody would come, in minutes after midnight, half-open; and when they would like it best."""

    begins: int
    ends: int
    best: int | None


ANY_TIME = Window(0, 24 * 60, None)


class Selection(NamedTuple):
    """What to show. `exact` are the slots at the very time that was named, one for each person who has it free.

    `missed` says that nothing fits what was asked for, and that `shown` is what comes nearest to it.
    """

    exact: tuple[FreeSlot, ...]
    shown: tuple[FreeSlot, ...]
    missed: bool


def window(when: When) -> Window:
    """Return the times of day that `when` speaks of."""
    if when.time_from is not None:
        begins = wall_minutes(when.time_from)
        if when.exact is not None:
            return Window(begins, begins + 1, begins)
        if when.approx:
            return Window(max(0, begins - APPROX_MINUTES), begins + APPROX_MINUTES + 1, begins)
        ends = 24 * 60 if when.time_to is None else wall_minutes(when.time_to)
        return Window(begins, max(ends, begins + 1), None)
    if when.time_to is not None:
        return Window(0, wall_minutes(when.time_to), None)
    if when.part is not None:
        part = PARTS[PartOfDay(when.part)]
        return Window(wall_minutes(part.begins), wall_minutes(part.ends), None)
    return ANY_TIME


def choose(
    slots: Sequence[FreeSlot],
    when: When,
    *,
    tz: ZoneInfo,
    favourite: ProviderId | None = None,
    shown: Sequence[datetime] = (),
) -> Selection:
    """Choose what to show of `slots`, by start, for `when`. `shown` are the starts that they have seen before."""
    wanted = window(when)
    timed = [(slot, _minutes(slot, tz)) for slot in slots]
    within = [(slot, at) for slot, at in timed if wanted.begins <= at < wanted.ends]
    if when.exact is not None:
        if within:
            return Selection(tuple(slot for slot, _ in within), (), missed=False)
        return Selection((), _nearest(_one_each(timed, favourite), wanted, NEAREST), missed=True)
    fresh = [(slot, at) for slot, at in _one_each(within, favourite) if slot.start not in shown]
    if not fresh:
        return Selection((), _nearest(_one_each(timed, favourite), _middle(wanted), NEAREST), missed=True)
    if wanted.best is not None:
        return Selection((), _nearest(_round(fresh, NEAREST), wanted, SHOWN_MAX), missed=False)
    if when.asap:
        return Selection((), tuple(slot for slot, _ in fresh[:SHOWN_MAX]), missed=False)
    return Selection((), _spread(fresh), missed=False)


def days_with_room(slots: Sequence[FreeSlot], tz: ZoneInfo, *, first: date, last: date) -> list[tuple[date, int]]:
    """Return the dates on which there is something free, and how many starts there are on each."""
    days: list[tuple[date, int]] = []
    at = 0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        following = day + timedelta(days=1)
        end = datetime(following.year, following.month, following.day, tzinfo=tz)
        starts = set()
        while at < len(slots) and slots[at].start < end:
            starts.add(slots[at].start)
            at += 1
        if starts:
            days.append((day, len(starts)))
    return days


def _minutes(slot: FreeSlot, tz: ZoneInfo) -> int:
    wall = slot.start.astimezone(tz)
    return wall.hour * 60 + wall.minute


def _one_each(timed: Sequence[tuple[FreeSlot, int]], favourite: ProviderId | None) -> list[tuple[FreeSlot, int]]:
    """Return one slot for each start: the favourite's, or else that of whoever comes first."""
    by_start: dict[datetime, tuple[FreeSlot, int]] = {}
    for slot, at in timed:
        if slot.start not in by_start or slot.provider_id == favourite:
            by_start[slot.start] = (slot, at)
    return list(by_start.values())


def _nearest(timed: Sequence[tuple[FreeSlot, int]], wanted: Window, count: int) -> tuple[FreeSlot, ...]:
    """Return the `count` nearest to the best time, by start."""
    best = wanted.best if wanted.best is not None else wanted.begins
    nearest = sorted(timed, key=lambda pair: (abs(pair[1] - best), pair[0].start))[:count]
    return tuple(sorted((slot for slot, _ in nearest), key=lambda slot: slot.start))


def _middle(wanted: Window) -> Window:
    return wanted._replace(best=(wanted.begins + wanted.ends) // 2) if wanted.best is None else wanted


def _spread(timed: Sequence[tuple[FreeSlot, int]]) -> tuple[FreeSlot, ...]:
    """Return slots from one end to the other."""
    return _evenly([slot for slot, _ in _round(timed, SHOWN_MAX)])


def _round(timed: Sequence[tuple[FreeSlot, int]], enough: int) -> Sequence[tuple[FreeSlot, int]]:
    """Return those on the hour, or the half hour, if there are enough: people think in round times."""
    for minutes in (60, 30):
        round_ones = [(slot, at) for slot, at in timed if at % minutes == 0]
        if len(round_ones) >= enough:
            return round_ones
    return timed


def _evenly(slots: Sequence[FreeSlot]) -> tuple[FreeSlot, ...]:
    if len(slots) <= SHOWN_MAX:
        return tuple(slots)
    last = len(slots) - 1
    return tuple(slots[round(index * last / (SHOWN_MAX - 1))] for index in range(SHOWN_MAX))
