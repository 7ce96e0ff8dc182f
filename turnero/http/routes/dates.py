"""Dates and instants in query parameters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from turnero.engine.domain import limits
from turnero.engine.domain.errors import Invalid

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def beginning(text: str, tz: tzinfo, *, path: str) -> datetime:
    """Return the instant that `text` names: itself, or the first one of the date in `tz`.

    Raises:
        Invalid: it is neither a date nor an RFC 3339 instant with an offset.
    """
    if _DATE.match(text):
        return _midnight(_date(text, path), tz)
    return _instant(text, path)


def ending(text: str, tz: tzinfo, *, path: str) -> datetime:
    """Return the instant before which `text` ends: itself, or the first one after the date in `tz`.

    Raises:
        Invalid: it is neither a date nor an RFC 3339 instant with an offset.
    """
    if _DATE.match(text):
        return _midnight(_date(text, path) + timedelta(days=1), tz)
    return _instant(text, path)


def local_date(text: str, *, path: str) -> date:
    """Return the date that `text` names.

    Raises:
        Invalid: it is none, or too far away.
    """
    if not _DATE.match(text):
        raise Invalid("Give a date (YYYY-MM-DD)", path=path)
    return _date(text, path)


def _date(text: str, path: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid("There is no such date", path=path) from None
    if not limits.EARLIEST_INSTANT.date() < day < limits.LATEST_INSTANT.date():
        raise _far_away(path)
    return day


def _midnight(day: date, tz: tzinfo) -> datetime:
    return datetime.combine(day, time.min, tz).astimezone(UTC)


def _instant(text: str, path: str) -> datetime:
    try:
        # In a query "+" means a space, and everybody forgets to write %2B before an offset.
        instant = msgspec.convert(text.replace(" ", "+"), datetime)
    except msgspec.ValidationError:
        raise Invalid("Give a date (YYYY-MM-DD) or an RFC 3339 instant with an offset", path=path) from None
    if instant.tzinfo is None:
        raise Invalid("An instant needs an offset, such as -03:00 or Z", path=path)
    if not limits.EARLIEST_INSTANT <= instant < limits.LATEST_INSTANT:
        raise _far_away(path)
    # Converted after it was compared: 9999-12-31T23:59-12:00 does not exist in UTC.
    return instant.astimezone(UTC)


def _far_away(path: str) -> Invalid:
    first, last = limits.EARLIEST_INSTANT.year, limits.LATEST_INSTANT.year - 1
    return Invalid(f"The year must be from {first} to {last}", path=path)
