"""Which starts can be booked: the slots of a day, the verdict on one start, and the nearest slots to it.

The promise that holds everything together: `verdict` says None for a start exactly when `free_starts` yields it. A
slot that is offered can be booked, what is not offered cannot. A property test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from turnero.engine.domain.booking import Booking, ServiceTerms, Slot
from turnero.engine.domain.calendar import Busy, Calendar
from turnero.engine.domain.hours import (
    Stretch,
    breaks_on,
    exists,
    local_date,
    offset_changes,
    openings,
    openings_from,
    wall_instant,
    zone,
)
from turnero.engine.domain.limits import ADVANCE_DAYS_MAX, SUGGESTIONS
from turnero.engine.domain.occupancy import session_at
from turnero.engine.domain.recurrence import SERIES_YEARS_MAX
from turnero.engine.domain.schedule import MINUTES_PER_DAY
from turnero.engine.domain.value import epoch_seconds, instant

_ONE_DAY = timedelta(days=1)

# The first occurrence as far ahead as any policy allows, and the last one two years later.
_SERIES_REACH_DAYS = ADVANCE_DAYS_MAX + SERIES_YEARS_MAX * 366

# How far around the wish we look for suggestions: two months in each direction. Further off, "nearest" helps nobody,
# and a calendar without openings must not cost a scan of two years per refusal.
_SUGGESTION_DAYS_MAX = 62


def bookable_window(calendar: Calendar, *, now: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last instant at which a booking may start, by notice and advance."""
    policy = calendar.terms.policy
    return now + policy.min_notice, now + policy.max_advance


def reaching(calendar: Calendar) -> Calendar:
    """Return `calendar` as it takes the later occurrences of a series: as far ahead as any series reaches.

    `maxAdvanceDays` bounds the first occurrence only; the others are bounded by what a series may be.
    """
    policy = replace(calendar.terms.policy, max_advance_days=_SERIES_REACH_DAYS)
    return replace(calendar, terms=replace(calendar.terms, policy=policy))


def reaching_for(calendar: Calendar, booking: Booking) -> Calendar:
    """Return `calendar` as `booking` may move in it: one of a series may be further ahead than others."""
    return calendar if booking.series_id is None else reaching(calendar)


def own_refs(calendar: Calendar, booking: Booking) -> frozenset[str]:
    """Return what is busy only because of `booking`, and so does not stand in its own way when it moves."""
    if booking.session_id is None:
        return frozenset({booking.id})
    session = calendar.sessions.get(booking.session_id)
    alone = session is not None and session.members == (booking.id,)
    return frozenset({booking.session_id}) if alone else frozenset()


def terms_of(calendar: Calendar, booking: Booking) -> ServiceTerms:
    """Return the terms under which `booking` moves: the length and buffers that it was made with.

    Whatever the service is like today, and even if the provider no longer offers it.
    """
    service = calendar.terms.service(booking.service_id)
    return ServiceTerms(
        id=booking.service_id,
        duration_minutes=int((booking.end - booking.start).total_seconds()) // 60,
        buffer_before_minutes=booking.buffer_before_minutes,
        buffer_after_minutes=booking.buffer_after_minutes,
        price=booking.price,
        capacity=service.capacity if service is not None else 1,
    )


# --- The verdict on one start -------------------------------------------------------------------------------------


def verdict(
    calendar: Calendar,
    service: ServiceTerms,
    start: datetime,
    *,
    now: datetime,
    ignoring: frozenset[str] = frozenset(),
    held: bool = False,
) -> str | None:
    """Return why `service` cannot start at `start`, as a code of `CONFLICTS`, or None if it can.

    Whoever holds the slot (`held`) gave notice when the hold was made: that it gets nearer meanwhile is no reason.
    """
    earliest, latest = bookable_window(calendar, now=now)
    if held:
        earliest = now
    tz = zone(calendar.terms.time_zone)
    wall = start.astimezone(tz)
    if start < earliest:
        return "too_soon"
    if start > latest:
        return "too_far_ahead"
    begin = epoch_seconds(start)
    closed = _closed(calendar, wall.date(), begin, begin + service.duration_minutes * 60)
    if closed is not None:
        return closed
    if not _on_grid(wall, calendar.terms.policy.slot_step_minutes):
        return "off_grid"
    return occupied_by_others(calendar, service, start, ignoring=ignoring)


def occupied_by_others(
    calendar: Calendar, service: ServiceTerms, start: datetime, *, ignoring: frozenset[str] = frozenset()
) -> str | None:
    """Return "slot_taken" or "session_full" if other bookings or holds stand in the way of `start`, else None."""
    begin = epoch_seconds(start)
    end = begin + service.duration_minutes * 60
    before, after = service.buffer_before_minutes * 60, service.buffer_after_minutes * 60
    for stretch in calendar.occupied(begin - before, end + after):
        if stretch.ref not in ignoring:
            return _seat(calendar, service, begin, stretch)
    return None


def _on_grid(wall: datetime, step_minutes: int) -> bool:
    # Of a local time that comes twice only the first is bookable: the second (fold=1) is off the grid.
    whole = wall.second == 0 and wall.microsecond == 0 and wall.fold == 0
    return whole and (wall.hour * 60 + wall.minute) % step_minutes == 0


def _closed(calendar: Calendar, day: date, begin: int, end: int) -> str | None:
    for opening in openings_from(calendar.terms, calendar.schedule, calendar.time_off, day):
        if opening.start <= begin and end <= opening.end:
            return None
    breaks = breaks_on(calendar.terms, calendar.schedule, day)
    in_break = any(b.start < end and begin < b.end for b in breaks)
    # A time off over a break is a closed day to the customer, not a break.
    opened_otherwise = openings(calendar.terms, calendar.schedule, (), day)
    return "in_break" if in_break and opened_otherwise else "outside_working_hours"


def _seat(calendar: Calendar, service: ServiceTerms, begin: int, stretch: Busy) -> str | None:
    session = session_at(calendar, stretch) if service.capacity > 1 else None
    if session is None or session.service_id != service.id or epoch_seconds(session.start) != begin:
        return "slot_taken"
    # A session keeps the time that its first member took. Who needs more today, because length or buffers have grown
    # since, would reach into what was booked beside it.
    reach = begin + (service.duration_minutes + service.buffer_after_minutes) * 60
    if begin - service.buffer_before_minutes * 60 < stretch.start or stretch.end < reach:
        return "slot_taken"
    return "session_full" if session.full else None


# --- The slots of a day -------------------------------------------------------------------------------------------


def free_starts(
    calendar: Calendar,
    service: ServiceTerms,
    day: date,
    *,
    now: datetime,
    ignoring: frozenset[str] = frozenset(),
) -> Iterator[int]:
    """Yield the bookable starts of the local date `day` in epoch seconds, earliest first.

    Cost grows with the openings and the busy stretches of that day, not with the calendar.
    """
    earliest, latest = bookable_window(calendar, now=now)
    # Compared in whole seconds, rounded inwards: a start is a whole minute, `now` need not be.
    first, last = -(-earliest.timestamp() // 1), epoch_seconds(latest)
    tz = zone(calendar.terms.time_zone)
    opened = openings_from(calendar.terms, calendar.schedule, calendar.time_off, day)
    if not opened or opened[-1].end <= first or opened[0].start > last:
        return
    duration = service.duration_minutes * 60
    before, after = service.buffer_before_minutes * 60, service.buffer_after_minutes * 60
    midnight = wall_instant(tz, day, MINUTES_PER_DAY)
    for opening in opened:
        busy = [b for b in calendar.occupied(opening.start - before, opening.end + after) if b.ref not in ignoring]
        at = 0
        for begin in _grid(tz, day, calendar.terms.policy.slot_step_minutes, opening):
            if begin >= midnight or begin + duration > opening.end:
                break
            if begin < first or begin > last:
                continue
            while at < len(busy) and busy[at].end <= begin - before:
                at += 1
            blocked = at < len(busy) and busy[at].start < begin + duration + after
            if not blocked or _seat(calendar, service, begin, busy[at]) is None:
                yield begin


def _grid(tz: ZoneInfo, day: date, step_minutes: int, opening: Stretch) -> Iterator[int]:
    """Yield the instants of `day` at which the wall clock shows a multiple of the step, from the opening on."""
    midnight = wall_instant(tz, day, 0)
    if not offset_changes(tz, day):
        step = step_minutes * 60
        first = -(-(opening.start - midnight) // step)
        yield from range(midnight + first * step, midnight + MINUTES_PER_DAY * 60, step)
        return
    for minutes in range(0, MINUTES_PER_DAY, step_minutes):
        if exists(tz, day, minutes) and (begin := wall_instant(tz, day, minutes)) >= opening.start:
            yield begin


# Nothing known changes sooner, but the tables of public holidays may be newer tomorrow.
_LONGEST_CONSTANT = timedelta(hours=1)


def constant_until(calendar: Calendar, first_free: datetime | None, last_day: date, *, now: datetime) -> datetime:
    """Return until when the free slots up to the end of `last_day` stay as they are at `now`, if no event comes.

    `first_free` is the first of them. They change when it becomes too soon to book, when a hold or an unconfirmed
    booking runs out, and, from the day on which the horizon falls, at any time: then `now` is returned.
    """
    end = instant(wall_instant(zone(calendar.terms.time_zone), last_day, MINUTES_PER_DAY))
    if end > now + calendar.terms.policy.max_advance:
        return now
    until = now + _LONGEST_CONSTANT
    if first_free is not None:
        until = min(until, first_free - calendar.terms.policy.min_notice)
    deadline = calendar.next_deadline()
    return until if deadline is None else min(until, deadline)


def slot(calendar: Calendar, service: ServiceTerms, begin: int) -> Slot:
    """Return the slot of `service` that starts at `begin`, in epoch seconds."""
    start = instant(begin)
    return Slot(start=start, end=start + timedelta(minutes=service.duration_minutes), provider_id=calendar.provider_id)


# --- The nearest slots --------------------------------------------------------------------------------------------


def suggest(
    calendar: Calendar,
    service: ServiceTerms,
    start: datetime,
    *,
    now: datetime,
    ignoring: frozenset[str] = frozenset(),
    count: int = SUGGESTIONS,
) -> tuple[Slot, ...]:
    """Return the `count` bookable slots nearest to `start`, nearest first.

    Of two that are as near, one before and one after, the one that leaves no useless gap comes first; else the
    earlier.
    """
    if not (calendar.schedule.weekly or calendar.schedule.exceptions):
        return ()
    tz = zone(calendar.terms.time_zone)
    earliest, latest = (local_date(tz, epoch_seconds(t)) for t in bookable_window(calendar, now=now))
    wish = epoch_seconds(start)
    centre = min(max(local_date(tz, wish), earliest), latest)
    found: list[int] = []
    for ring in range(_SUGGESTION_DAYS_MAX + 1):
        days = {centre - ring * _ONE_DAY, centre + ring * _ONE_DAY}
        for day in days:
            if earliest <= day <= latest:
                found.extend(free_starts(calendar, service, day, now=now, ignoring=ignoring))
        found.sort(key=lambda begin: (abs(begin - wish), begin))
        # One more than asked for: at most two are equally near, and the last one may have to make room for its twin.
        del found[count + 1 :]
        first, last = centre - ring * _ONE_DAY, centre + ring * _ONE_DAY
        # What lies in the rings further out is at least this far away: before the first day, or from the end of the
        # last one on; beyond the window there is nothing.
        before = wish - wall_instant(tz, first, 0) if first > earliest else None
        after = wall_instant(tz, last, MINUTES_PER_DAY) - wish if last < latest else None
        nearest = min((distance for distance in (before, after) if distance is not None), default=None)
        if nearest is None or (len(found) >= count and abs(found[count - 1] - wish) < nearest):
            break
    for at, (before, after) in enumerate(pairwise(found)):
        wasteful = [_wasteful(calendar, service, b, ignoring) for b in (before, after) if wish - before == after - wish]
        if wasteful == [True, False]:
            found[at : at + 2] = after, before
    return tuple(slot(calendar, service, begin) for begin in found[:count])


def _wasteful(calendar: Calendar, service: ServiceTerms, begin: int, ignoring: frozenset[str]) -> bool:
    """Tell whether a booking at `begin` would leave time beside it in which nothing that is offered fits any more."""
    shortest = min((s.duration_minutes for s in calendar.terms.services), default=0) * 60
    start = begin - service.buffer_before_minutes * 60
    end = begin + (service.duration_minutes + service.buffer_after_minutes) * 60
    day = local_date(zone(calendar.terms.time_zone), begin)
    left, right = next(
        opening
        for opening in openings_from(calendar.terms, calendar.schedule, calendar.time_off, day)
        if opening.start <= begin < opening.end
    )
    for stretch in calendar.occupied(min(left, start), max(right, end)):
        if stretch.ref in ignoring:
            continue
        if stretch.end <= start:
            left = stretch.end
        elif stretch.start >= end:
            right = min(right, stretch.start)
        else:
            return False  # a place in a session: the time is taken already
    return 0 < start - left < shortest or 0 < right - end < shortest
