"""Dates and instants in query parameters."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

import msgspec

from turnero.engine.domain import limits
from turnero.engine.domain.errors import Invalid
from turnero.http.decoding import bounded

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def check_date(day: date, *, path: str) -> date:
    """Return `day`, or refuse it for being centuries away.

    Raises:
        Invalid: no calendar reaches that far.
    """
    first, last = limits.EARLIEST_INSTANT.date(), limits.LATEST_INSTANT.date()
    if not first <= day < last:
        raise Invalid(f"The year must be from {first.year} to {last.year - 1}", path=path)
    return day


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


def _date(text: str, path: str) -> date:
    try:
        return check_date(date.fromisoformat(text), path=path)
    except ValueError:
        raise Invalid("There is no such date", path=path) from None


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
    return bounded(instant, path=path)
