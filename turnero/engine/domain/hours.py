"""From wall-clock working hours to open stretches of time: the one place where local time becomes instants.

A local time that does not exist (clocks go forward) reads as RFC 5545 §3.3.5 says, with the offset before the gap; of
one that comes twice the first is meant. Stretches are half-open, in epoch seconds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays as public_holidays

from turnero.engine.domain.booking import Terms
from turnero.engine.domain.schedule import (
    MINUTES_PER_DAY,
    TIME_OFF_MAX,
    WEEKDAYS,
    DateException,
    Schedule,
    TimeOff,
    wall_minutes,
)
from turnero.engine.domain.value import epoch_seconds, instant

_ONE_DAY = timedelta(days=1)
_start = attrgetter("start")


class Stretch(NamedTuple):
    """`[start, end)` in epoch seconds."""

    start: int
    end: int


@cache  # There are some 600 zones, and looking one up on disk is I/O that a pure core does once.
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone `name`.

    Raises:
        ValueError: there is no such zone. (`ZoneInfo` raises OSError for some such names, such as directories.)
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is not an IANA time zone") from error


def wall_instant(tz: ZoneInfo, day: date, minutes: int) -> int:
    """Return the epoch seconds of `minutes` (0 to 1440) after midnight on the wall clock of `day`."""
    days, minutes = divmod(minutes, MINUTES_PER_DAY)
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=tz)
    if days:
        wall += _ONE_DAY * days  # wall-clock arithmetic: the same time on the next date
    return epoch_seconds(wall)


def local_date(tz: ZoneInfo, seconds: int) -> date:
    """Return the date on the wall clock of `tz` at an instant."""
    return datetime.fromtimestamp(seconds, tz).date()


@lru_cache(maxsize=512)  # A year of a country is computed once; a process serves few countries and few years.
def _holiday_dates(place: str, year: int) -> frozenset[date]:
    country, _, subdivision = place.partition("-")
    return frozenset(public_holidays.country_holidays(country, subdiv=subdivision or None, years=year))


def known_holidays(place: str) -> bool:
    """Tell whether `place` ("AR", "AR-B") has a calendar of public holidays."""
    try:
        _holiday_dates(place, 2026)
    except NotImplementedError:
        return False
    return True


def is_holiday(terms: Terms, day: date) -> bool:
    """Tell whether `day` is a public holiday where these terms hold."""
    return terms.holidays is not None and day in _holiday_dates(terms.holidays, day.year)


def exception_on(schedule: Schedule, day: date) -> DateException | None:
    """Return what the schedule says about just this date, if it says anything."""
    return next((e for e in schedule.exceptions if e.date == day), None)


def breaks_on(terms: Terms, schedule: Schedule, day: date) -> list[Stretch]:
    """Return the breaks within the weekly hours of `day`; a date with hours of its own has none."""
    if exception_on(schedule, day) is not None or is_holiday(terms, day):
        return []
    weekday = WEEKDAYS[day.weekday()]
    tz = zone(terms.time_zone)
    return merged(_stretch(tz, day, b.opens, b.closes) for b in schedule.breaks if b.day is weekday)


# The hours of a day, by the identity of the terms and the schedule that they follow from (both are frozen, and kept
# beside the result, so that an identity stays its own). They are asked for with every booking of that day.
_HOURS_KNOWN_MAX = 20_000
_hours_known: dict[tuple[int, int, date], tuple[Terms, Schedule, list[Stretch]]] = {}


def openings(terms: Terms, schedule: Schedule, time_off: Sequence[TimeOff], day: date) -> list[Stretch]:
    """Return when the provider is open on the local date `day`, earliest first, not touching one another."""
    key = (id(terms), id(schedule), day)
    known = _hours_known.get(key)
    if known is None:
        if len(_hours_known) >= _HOURS_KNOWN_MAX:
            _hours_known.clear()
        known = _hours_known[key] = (terms, schedule, _hours(terms, schedule, day))
    opened = known[2]
    return without(opened, _away(time_off, opened)) if opened and time_off else opened.copy()


def _hours(terms: Terms, schedule: Schedule, day: date) -> list[Stretch]:
    tz = zone(terms.time_zone)
    exception = exception_on(schedule, day)
    if exception is not None:
        opened = merged(_stretch(tz, day, h.opens, h.closes) for h in exception.hours)
    elif is_holiday(terms, day):
        opened = []
    else:
        weekday = WEEKDAYS[day.weekday()]
        hours = merged(_stretch(tz, day, h.opens, h.closes) for h in schedule.weekly if h.day is weekday)
        opened = without(hours, breaks_on(terms, schedule, day)) if hours else hours
    return opened


def _away(time_off: Sequence[TimeOff], opened: Sequence[Stretch]) -> list[Stretch]:
    """Return the time off that may touch `opened`. It lies sorted by start, and none is longer than a year."""
    first, end = instant(opened[0].start) - TIME_OFF_MAX, instant(opened[-1].end)
    near = time_off[bisect_left(time_off, first, key=_start) : bisect_left(time_off, end, key=_start)]
    return merged(Stretch(epoch_seconds(t.start), epoch_seconds(t.end)) for t in near)


def openings_from(terms: Terms, schedule: Schedule, time_off: Sequence[TimeOff], day: date) -> list[Stretch]:
    """Return the openings of `day`, the last one prolonged past midnight where the next day opens at once."""
    opened = openings(terms, schedule, time_off, day)
    midnight = wall_instant(zone(terms.time_zone), day, MINUTES_PER_DAY)
    if opened and opened[-1].end == midnight:
        following = openings(terms, schedule, time_off, day + _ONE_DAY)
        if following and following[0].start == midnight:
            opened[-1] = Stretch(opened[-1].start, following[0].end)
    return opened


def offset_changes(tz: ZoneInfo, day: date) -> bool:
    """Tell whether the zone's offset changes on this date. No zone has two changes on one day that cancel out."""
    start = datetime(day.year, day.month, day.day, tzinfo=tz)
    return start.utcoffset() != (start + _ONE_DAY).utcoffset()


def exists(tz: ZoneInfo, day: date, minutes: int) -> bool:
    """Tell whether a wall-clock time of `day` is really shown by the clock."""
    wall = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=tz)
    return wall.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == wall.replace(tzinfo=None)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return the union of `stretches`: sorted, none touching another, none empty."""
    result: list[Stretch] = []
    for stretch in sorted(s for s in stretches if s.start < s.end):
        if result and stretch.start <= result[-1].end:
            if stretch.end > result[-1].end:
                result[-1] = Stretch(result[-1].start, stretch.end)
        else:
            result.append(stretch)
    return result


def without(stretches: Sequence[Stretch], holes: Sequence[Stretch]) -> list[Stretch]:
    """Return `stretches` less `holes`; both sorted and disjoint, as `merged` gives them."""
    result: list[Stretch] = []
    for start, end in stretches:
        for hole in holes:
            if hole.end <= start:
                continue
            if hole.start >= end:
                break
            if hole.start > start:
                result.append(Stretch(start, hole.start))
            start = hole.end  # noqa: PLW2901  what is left of this stretch
        if start < end:
            result.append(Stretch(start, end))
    return result


def _stretch(tz: ZoneInfo, day: date, opens: str, closes: str) -> Stretch:
    return Stretch(wall_instant(tz, day, wall_minutes(opens)), wall_instant(tz, day, wall_minutes(closes)))
