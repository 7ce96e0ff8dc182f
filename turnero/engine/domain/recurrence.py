"""When the appointments of a series are: recurrence in RFC 5545's terms, on the wall clock of the calendar's zone.

The same time on the clock, whatever daylight saving does to its instant. As RFC 5545 §3.3.10 has it, a month without
the day is no occurrence, and does not count as one; a date on which the clock skips that time is one, but one that
cannot take place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from msgspec import Meta

from turnero.engine.domain.booking import Slot
from turnero.engine.domain.errors import Invalid
from turnero.engine.domain.hours import exists
from turnero.engine.domain.value import BookingId, Value

# Every week for two years. Beyond two years nobody has published working hours, and nobody knows their own plans.
OCCURRENCES_MAX = 104
SERIES_YEARS_MAX = 2


class Pattern(StrEnum):
    """How often. Each is a FREQ and an INTERVAL of RFC 5545."""

    DAILY = "daily"
    WEEKLY = "weekly"
    BIWEEKLY = "biweekly"
    MONTHLY = "monthly"


class OnConflict(StrEnum):
    """What becomes of an occurrence whose time is not free: it stops the series, is left out, or moves that day."""

    FAIL = "fail"
    SKIP = "skip"
    NEAREST = "nearest"


_RULES: Mapping[Pattern, tuple[Literal[1, 2, 3], int]] = {
    Pattern.DAILY: (DAILY, 1),
    Pattern.WEEKLY: (WEEKLY, 1),
    Pattern.BIWEEKLY: (WEEKLY, 2),
    Pattern.MONTHLY: (MONTHLY, 1),
}


class Recurrence(Value):
    """How often, and until when: after so many occurrences, or on a local date (inclusive), whichever comes first."""

    pattern: Pattern
    occurrences: Annotated[int, Meta(ge=1, le=OCCURRENCES_MAX)] | None = None
    end_date: date | None = None

    @property
    def occurrences_max(self) -> int:
        return self.occurrences or OCCURRENCES_MAX


class Skipped(Value, gc=False):
    """An occurrence that was left out, or a booking that stays as it is; why; and what can be booked instead."""

    start: datetime
    code: str
    suggested_slots: tuple[Slot, ...] = ()
    booking_id: BookingId | None = None


class Moved(Value, gc=False):
    """An occurrence that found its own time taken, and was booked at another time of that day."""

    booking_id: BookingId
    start: datetime
    moved_to: datetime
    code: str


class Occurrence(NamedTuple):
    """When an occurrence would start, and why it cannot, if the calendar of the world has no such time.

    `start` is UTC. Where the month has no such day, it is that time on the month's last day.
    """

    start: datetime
    missing: str | None = None


def occurrences(recurrence: Recurrence, start: datetime, tz: ZoneInfo) -> Sequence[Occurrence]:
    """Return the occurrences of a series that begins at `start` (the first one), in order, with what is missing.

    Raises:
        Invalid: it would last more than two years, have more than 104 occurrences, or end before it begins.
    """
    wall = wall_time(start, tz)
    dates = _dates(recurrence, wall)
    last = dates[-1]
    if recurrence.end_date is not None and len(dates) < recurrence.occurrences_max:
        last = datetime.combine(recurrence.end_date, time.max)
    found = [_occurrence(at, tz) for at in dates]
    # The first one is the very instant that was asked for, even if the clock shows its time twice that day.
    found[0] = Occurrence(start.astimezone(UTC))
    if recurrence.pattern is Pattern.MONTHLY:
        found.extend(_short_months(wall, last, tz))
    return sorted(found, key=lambda occurrence: occurrence.start)


def wall_time(at: datetime, tz: ZoneInfo) -> datetime:
    """Return what the clock of `tz` shows at an instant, as a naive datetime."""
    return at.astimezone(tz).replace(tzinfo=None, fold=0)


def in_zone(wall: datetime, tz: ZoneInfo) -> datetime:
    """Return the instant of a local time, in UTC. One that does not exist reads as RFC 5545 §3.3.5 says."""
    return wall.replace(tzinfo=tz).astimezone(UTC)


def shown(wall: datetime, tz: ZoneInfo) -> bool:
    """Tell whether the clock shows the local time `wall` at all."""
    return exists(tz, wall.date(), wall.hour * 60 + wall.minute)


def _dates(recurrence: Recurrence, wall: datetime) -> list[datetime]:
    """Return the local times of the occurrences, the first of which is `wall`."""
    horizon = wall + relativedelta(years=SERIES_YEARS_MAX)
    end = recurrence.end_date
    if end is None and recurrence.occurrences is None:
        raise Invalid("give `occurrences` or `endDate`", path="$.occurrences")
    if end is not None and not wall.date() <= end <= horizon.date():
        raise Invalid(f"must lie between the start and {SERIES_YEARS_MAX} years after it", path="$.endDate")
    frequency, interval = _RULES[recurrence.pattern]
    found: list[datetime] = []
    for at in rrule(frequency, dtstart=wall, interval=interval, until=horizon):
        if (end is not None and at.date() > end) or len(found) == recurrence.occurrences:
            return found
        if len(found) == OCCURRENCES_MAX:
            raise Invalid(f"that makes more than {OCCURRENCES_MAX} occurrences", path="$.endDate")
        found.append(at)
    if end is None and len(found) != recurrence.occurrences:
        raise Invalid(f"a series lasts at most {SERIES_YEARS_MAX} years", path="$.occurrences")
    return found


def _occurrence(wall: datetime, tz: ZoneInfo) -> Occurrence:
    return Occurrence(in_zone(wall, tz), None if shown(wall, tz) else "no_such_time")


def _short_months(wall: datetime, last: datetime, tz: ZoneInfo) -> Iterator[Occurrence]:
    """Yield the months from `wall` to `last` that end before the day that the series falls on."""
    for end_of_month in rrule(MONTHLY, dtstart=wall, bymonthday=-1, until=last):
        if end_of_month.day < wall.day:
            yield Occurrence(in_zone(end_of_month, tz), "no_such_day")
