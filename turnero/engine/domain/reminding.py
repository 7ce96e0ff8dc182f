"""When people are told of what lies ahead: so long before it, as the rules say, and not in quiet hours.

Rules are stated on the provider's wall clock, and become instants here. Everything is a function of the booking's
time, the rules and `now`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from turnero.engine.domain.hours import local_date, wall_instant
from turnero.engine.domain.policy import Policy, QuietHours, reminder_offset
from turnero.engine.domain.schedule import wall_minutes
from turnero.engine.domain.value import epoch_seconds, instant

# A reminder that would fall into quiet hours comes the moment before them: not at their first instant, which a courier
# that is a second late would turn into a disturbance.
JUST_BEFORE_QUIET = timedelta(minutes=1)

# One that cannot come before quiet hours comes after them, if it is of use then: as much as the shortest by default.
LATEST_BEFORE_START = timedelta(minutes=30)

# Long enough to have seen the result in one's own mirror, soon enough to remember who did it.
RATING_AFTER_END = timedelta(hours=1)

_ONE_DAY = timedelta(days=1)


class Reminder(NamedTuple):
    """One reminder: how long before the start it was meant to come ("PT24H"), and when it does."""

    before: str
    due_at: datetime


def reminders(start: datetime, rules: Policy, tz: ZoneInfo, *, now: datetime) -> Iterator[Reminder]:
    """Yield the reminders of what begins at `start`, the earliest first, no two at one time.

    One whose time has passed is skipped, not sent late: who books three hours ahead needs no reminder of the day
    before. Of two that quiet hours push together the one for the longer distance stays, which says more.
    """
    taken: set[datetime] = set()
    for before in sorted(rules.reminders, key=reminder_offset, reverse=True):
        due_at = _due(start, start - reminder_offset(before), rules.quiet_hours, tz, now)
        if due_at is not None and due_at not in taken:
            taken.add(due_at)
            yield Reminder(before, due_at)


def _due(start: datetime, wish: datetime, quiet: QuietHours, tz: ZoneInfo, now: datetime) -> datetime | None:
    if wish <= now:
        return None
    stretch = quiet_around(wish, quiet, tz)
    if stretch is None:
        return wish
    earlier, later = stretch[0] - JUST_BEFORE_QUIET, stretch[1]
    if earlier > now:
        return earlier
    return later if later <= start - LATEST_BEFORE_START else None


def rating_due(end: datetime, rules: Policy, tz: ZoneInfo, *, now: datetime) -> datetime:
    """Return when to ask how an appointment was that ended at `end` and is known to have taken place since `now`."""
    wish = max(now, end + RATING_AFTER_END)
    stretch = quiet_around(wish, rules.quiet_hours, tz)
    return wish if stretch is None else stretch[1]


def agenda_due(day: date, rules: Policy, tz: ZoneInfo) -> datetime:
    """Return when a provider is told what the local date `day` brings."""
    return instant(wall_instant(tz, day, wall_minutes(rules.agenda_at)))


def quiet_around(at: datetime, quiet: QuietHours, tz: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Return the quiet stretch `[from, to)` that `at` lies in, if it lies in one."""
    if not quiet.minutes:
        return None
    today = local_date(tz, epoch_seconds(at))
    for day in (today, today - _ONE_DAY):  # those that began yesterday may reach into today
        stretch = _beginning_on(day, quiet, tz)
        if stretch[0] <= at < stretch[1]:
            return stretch
    return None


@lru_cache(maxsize=4096)  # Asked for with every booking, of the same days; without it, half of a booking's planning.
def _beginning_on(day: date, quiet: QuietHours, tz: ZoneInfo) -> tuple[datetime, datetime]:
    begins = wall_minutes(quiet.starts)
    return instant(wall_instant(tz, day, begins)), instant(wall_instant(tz, day, begins + quiet.minutes))
