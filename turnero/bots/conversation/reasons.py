"""Why a time cannot be had, as far as opening hours and the policy tell. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from turnero.bots.conversation.shop import Shop, Staff
from turnero.engine.domain.booking import Terms
from turnero.engine.domain.hours import exception_on, is_holiday
from turnero.engine.domain.schedule import WEEKDAYS, Hours, wall_minutes


class Reason(StrEnum):
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    HOLIDAY = "holiday"
    CLOSED = "closed"
    OUTSIDE = "outside"
    BREAK = "break"
    OFF_GRID = "off_grid"
    OVER = "over"
    TAKEN = "taken"


def why_not(
    shop: Shop, staff: Sequence[Staff], day: date, minutes: int | None, *, lasts: timedelta, now: datetime
) -> Reason:
    """Return why nobody of `staff` can begin on `day` at `minutes` after midnight, or at all if that is None.

    That is asked only when nothing is free: then what neither hours nor policy explain is taken.
    """
    reason = of_the_day(shop, staff, day, lasts=lasts, now=now)
    if reason is not None or minutes is None:
        return reason or Reason.TAKEN
    start = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=shop.zone)
    if start < now + shop.policy.min_notice:
        return Reason.PAST if start <= now else Reason.TOO_SOON
    end = minutes + int(lasts.total_seconds()) // 60
    if not any(_within(hours_on(shop, member, day), minutes, end) for member in staff):
        return Reason.OUTSIDE
    if all(_in_break(shop, member, day, minutes, end) for member in staff):
        return Reason.BREAK
    return Reason.OFF_GRID if minutes % shop.policy.slot_step_minutes else Reason.TAKEN


def of_the_day(shop: Shop, staff: Sequence[Staff], day: date, *, lasts: timedelta, now: datetime) -> Reason | None:
    """Return why nobody of `staff` can take anybody on `day`, whoever else comes; None if they can."""
    if day < now.astimezone(shop.zone).date():
        return Reason.PAST
    if day > (now + shop.policy.max_advance).astimezone(shop.zone).date():
        return Reason.TOO_FAR
    if all(not hours_on(shop, member, day) for member in staff):
        return Reason.HOLIDAY if _holiday(shop, day) else Reason.CLOSED
    soonest = (now + shop.policy.min_notice + lasts).astimezone(shop.zone)
    minutes = soonest.hour * 60 + soonest.minute
    if soonest.date() > day or (
        soonest.date() == day and not any(_ends_after(hours_on(shop, member, day), minutes) for member in staff)
    ):
        return Reason.OVER
    return None


def _ends_after(hours: Sequence[Hours], minutes: int) -> bool:
    return any(wall_minutes(row.closes) >= minutes for row in hours)


def hours_on(shop: Shop, member: Staff, day: date) -> tuple[Hours, ...]:
    """Return when somebody works on `day`, breaks not taken out."""
    exception = exception_on(member.schedule, day)
    if exception is not None:
        return exception.hours
    if _holiday(shop, day):
        return ()
    weekday = WEEKDAYS[day.weekday()]
    return tuple(row for row in member.schedule.weekly if row.day is weekday)


def _holiday(shop: Shop, day: date) -> bool:
    return is_holiday(Terms(time_zone=shop.time_zone, holidays=shop.holidays, policy=shop.policy, services=()), day)


def _within(hours: Sequence[Hours], begin: int, end: int) -> bool:
    return any(wall_minutes(row.opens) <= begin and end <= wall_minutes(row.closes) for row in hours)


def _in_break(shop: Shop, member: Staff, day: date, begin: int, end: int) -> bool:
    if exception_on(member.schedule, day) is not None or _holiday(shop, day):
        return False
    weekday = WEEKDAYS[day.weekday()]
    return any(
        wall_minutes(row.opens) < end and begin < wall_minutes(row.closes)
        for row in member.schedule.breaks
        if row.day is weekday
    )
