"""Days, as people count them: from today, by the week, by the month."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import NamedTuple

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
SATURDAY = 5
# A day/month that has no such date in the next years (30/2) never will.
YEARS_AHEAD = 8


class Days(NamedTuple):
    """The days from `first` to `last`; an end that was not said is None.

    `weekday` or `number` is set when nothing but a weekday or a day of the month was said, `dated` when both were,
    `later` for "el que viene" (of the weekday said before), `whole` for a stretch that such a day can lie inside ("la
    semana que viene"; `month` when it is one), `word` for "mañana" and "hoy", `habit` for "los lunes", `ends` for the
    two sides of a range, and `ask` for a doubt.
    """

    first: date | None
    last: date | None
    weekday: int | None = None
    number: int | None = None
    whole: bool = False
    month: bool = False
    word: str | None = None
    dated: bool = False
    later: bool = False
    habit: bool = False
    ends: tuple[Days, Days] | None = None
    ask: bool = False


def one(day: date | None, *, ask: bool = False) -> Days:
    """Return a single day. One that the calendar does not have (31/2) is nothing but a doubt."""
    return Days(day, day, ask=ask or day is None)


# --- Counting days ---------------------------------------------------------------------------------------------------


def next_weekday(weekday: int, today: date) -> date:
    """Return the next such weekday strictly after `today`."""
    return today + DAY * ((weekday - today.weekday() - 1) % 7 + 1)


def monday(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - DAY * day.weekday()


def month_days(year: int, month: int) -> Days:
    """Return a whole month; `month` may run past December."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), whole=True)


def day_of_month(day: int, today: date) -> date | None:
    """Return the next date, today included, with that day of the month. A month without the day is passed over."""
    for ahead in range(3):
        first, last = month_days(today.year, today.month + ahead)[:2]
        assert first is not None
        assert last is not None
        if 1 <= day <= last.day and first.replace(day=day) >= today:
            return first.replace(day=day)
    return None


def day_and_month(day: int, month: int, today: date) -> date | None:
    """Return the next such date, today included."""
    for year in range(today.year, today.year + YEARS_AHEAD + 1):
        found = exact(day, month, year)
        if found is not None and found >= today:
            return found
    return None


def exact(day: int, month: int, year: int) -> date | None:
    """Return the date, if there is one."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
