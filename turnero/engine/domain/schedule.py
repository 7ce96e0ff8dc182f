"""Working hours as people state them: weekly hours, breaks, exceptions, time off, in wall-clock time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain import limits
from turnero.engine.domain.value import TimeOffId, Value

# HH:MM on a 24-hour clock; 24:00 is the end of the day (ISO 8601-1 §5.3.2) and only makes sense as an end.
WallTime = Annotated[str, Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$(?!\n)", examples=["09:00"])]

# The same as a moment of the day, at which something happens.
TimeOfDay = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$(?!\n)", examples=["08:00"])]

MINUTES_PER_DAY = 1440

TIME_OFF_MAX = timedelta(days=limits.TIME_OFF_DAYS_MAX)

Reason = Annotated[str, Meta(max_length=limits.TEXT_CHARS_MAX)]


class Weekday(StrEnum):
    """RFC 5545 §3.3.10 weekday names."""

    MO = "MO"
    TU = "TU"
    WE = "WE"
    TH = "TH"
    FR = "FR"
    SA = "SA"
    SU = "SU"


WEEKDAYS = tuple(Weekday)  # indexed by `date.weekday()`


def wall_minutes(text: str) -> int:
    """Return minutes after midnight of a `WallTime`: 0 to 1440."""
    return int(text[:2]) * 60 + int(text[3:5])


class Hours(Value):
    """One opening within a day, `[from, to)` on the wall clock. A night shift is two rows, split at midnight."""

    opens: WallTime = msgspec.field(name="from")
    closes: WallTime = msgspec.field(name="to")

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("`from` must be before `to`; split a night shift at midnight")


class WeeklyHours(Hours):
    """`Hours` that come back every week on `day`."""

    day: Weekday


class DateException(Value):
    """One date whose hours replace the weekly ones and any public holiday. No hours: closed."""

    date: date
    hours: Annotated[tuple[Hours, ...], Meta(max_length=8)] = ()
    reason: Reason | None = None


class Schedule(Value):
    """When a provider works, in the wall-clock time of the provider's zone.

    `exceptions` win over public holidays, which win over `weekly`. `breaks` are taken out of weekly hours; an
    exception states the whole day by itself.
    """

    weekly: Annotated[tuple[WeeklyHours, ...], Meta(max_length=limits.WEEKLY_ROWS_MAX)] = ()
    breaks: Annotated[tuple[WeeklyHours, ...], Meta(max_length=limits.WEEKLY_ROWS_MAX)] = ()
    exceptions: Annotated[tuple[DateException, ...], Meta(max_length=limits.EXCEPTIONS_MAX)] = ()

    def __post_init__(self) -> None:
        dates = [e.date for e in self.exceptions]
        if len(set(dates)) != len(dates):
            raise ValueError("`exceptions` names a date twice; put all its hours in one entry")


class TimeOff(Value):
    """A stretch in which a provider takes no bookings, `[start, end)` in UTC; a year at most."""

    id: TimeOffId
    start: datetime
    end: datetime
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if not self.start < self.end <= self.start + TIME_OFF_MAX:
            raise ValueError(f"`start` must be before `end`, and at most {limits.TIME_OFF_DAYS_MAX} days")
