"""What subscribers hear of an event, and what is shown to those who have missed too much. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from msgspec import UNSET
from msgspec.structs import asdict

from turnero.engine.domain.booking import Booking, Hold
from turnero.engine.domain.calendar import SECONDS_PER_DAY, Calendar
from turnero.engine.domain.events import Recorded, booking_of
from turnero.engine.domain.hours import Stretch
from turnero.engine.domain.occupancy import booking_at, session_at
from turnero.engine.domain.value import epoch_seconds, instant
from turnero.engine.ports import record_of
from turnero.http.gateway.frames import (
    AvailabilityUpdated,
    CalendarUpdated,
    Change,
    ChangeKind,
    FreshView,
    LiveBooking,
)
from turnero.http.wire import render

# How far a fresh view reaches: the two weeks that a calendar page shows. Further days are read over HTTP, by range.
VIEW_REACHES = timedelta(days=14)


def availability_updated(before: Calendar, recorded: Recorded, after: Calendar) -> AvailabilityUpdated:
    """Return an event as anybody may know it: which stretches of time it took, freed, or put under other hours."""
    tz = render.zone(after.terms.time_zone)
    return AvailabilityUpdated(
        provider_id=after.provider_id,
        sequence=recorded.sequence,
        changes=tuple(
            Change(kind=kind, start=instant(start).astimezone(tz), end=instant(end).astimezone(tz))
            for kind, (start, end) in _changes(before, recorded, after)
        ),
    )


def calendar_updated(before: Calendar, recorded: Recorded, after: Calendar) -> CalendarUpdated:
    """Return an event as the calendar's staff may know it. A booking that leaves is shown as it was."""
    booking_id = booking_of(recorded.event)
    booking = None
    if booking_id is not None:
        booking = after.bookings.get(booking_id) or before.bookings.get(booking_id)
    return event_shown(recorded, after, booking)


def event_shown(recorded: Recorded, calendar: Calendar, booking: Booking | None) -> CalendarUpdated:
    """Return an event of `calendar` with the booking that it was about."""
    shown = render.event(recorded, calendar.provider_id, render.zone(calendar.terms.time_zone))
    return CalendarUpdated(
        provider_id=calendar.provider_id,
        sequence=recorded.sequence,
        type=shown.type,
        at=shown.at,
        by=shown.by,
        data=shown.data,
        booking=None if booking is None else live_booking(booking, calendar),
    )


def live_booking(booking: Booking, calendar: Calendar) -> LiveBooking:
    """Return a booking without the texts beside it, which are not in its calendar."""
    shown = asdict(render.booking(record_of(booking, calendar)))
    if booking.noted:
        shown["note"] = UNSET
    if booking.reasoned:
        shown["cancel_reason"] = UNSET
    return LiveBooking(**shown)


def fresh_view(calendar: Calendar, *, now: datetime, with_bookings: bool) -> FreshView:
    """Return what is busy from `now` on, and, if they may be shown, the live bookings that are."""
    tz = render.zone(calendar.terms.time_zone)
    start, end = epoch_seconds(now), epoch_seconds(now + VIEW_REACHES)
    occupied = list(calendar.occupied(start, end))
    bookings: list[Booking] = []
    for stretch in occupied:
        session = session_at(calendar, stretch)
        alone = booking_at(calendar, stretch)
        bookings += [calendar.bookings[member] for member in session.members] if session is not None else []
        bookings += [alone] if alone is not None else []
    return FreshView(
        time_zone=calendar.terms.time_zone,
        begins=instant(start).astimezone(tz),
        ends=instant(end).astimezone(tz),
        busy=tuple(_taken(stretch.start, stretch.end, tz) for stretch in occupied),
        bookings=tuple(live_booking(booking, calendar) for booking in bookings) if with_bookings else None,
    )


def _taken(start: int, end: int, tz: tzinfo) -> Change:
    return Change(kind=ChangeKind.TAKEN, start=instant(start).astimezone(tz), end=instant(end).astimezone(tz))


# --- Changes of availability --------------------------------------------------------------------------------------


def _changes(before: Calendar, recorded: Recorded, after: Calendar) -> Iterator[tuple[ChangeKind, Stretch]]:
    # No event is asked what it means: the two calendars are compared where it touched them, so a new kind of event
    # needs nothing here.
    days = set(_days_touched(before, recorded, after))
    was, is_ = _occupied(before, days), _occupied(after, days)
    for stretch in sorted(was - is_):
        yield ChangeKind.FREED, stretch
    for stretch in sorted(is_ - was):
        yield ChangeKind.TAKEN, stretch
    # A place in a session: what matters to somebody who wants one is whether there is one left.
    were_full, are_full = _full(before, days), _full(after, days)
    for stretch in sorted((were_full - are_full) & is_):
        yield ChangeKind.FREED, stretch
    for stretch in sorted((are_full - were_full) & was):
        yield ChangeKind.TAKEN, stretch
    for stretch in _rescheduled(before, recorded, after):
        yield ChangeKind.SCHEDULE, stretch


def _days_touched(before: Calendar, recorded: Recorded, after: Calendar) -> Iterator[int]:
    """Yield the UTC days on which the event may have changed what is busy."""
    occupants: list[Booking | Hold] = []
    booking_id = booking_of(recorded.event)
    if booking_id is not None:
        found = (calendar.bookings.get(booking_id) for calendar in (before, after))
        occupants += [booking for booking in found if booking is not None]
    if before.holds is not after.holds:
        # There are a few at most: they live for minutes.
        occupants += [hold for hold_id, hold in before.holds.items() if hold_id not in after.holds]
        occupants += [hold for hold_id, hold in after.holds.items() if hold_id not in before.holds]
    for occupant in occupants:
        first, last = epoch_seconds(occupant.occupied_from), epoch_seconds(occupant.occupied_until) - 1
        yield from range(first // SECONDS_PER_DAY, last // SECONDS_PER_DAY + 1)


def _occupied(calendar: Calendar, days: Iterable[int]) -> set[Stretch]:
    # Without the reference: a hold that becomes a booking of the same time changes nothing for anybody else.
    return {Stretch(busy.start, busy.end) for day in days for busy in calendar.busy.get(day, ())}


def _full(calendar: Calendar, days: Iterable[int]) -> set[Stretch]:
    full: set[Stretch] = set()
    for day in days:
        for busy in calendar.busy.get(day, ()):
            session = session_at(calendar, busy)
            if session is not None and session.full:
                full.add(Stretch(busy.start, busy.end))
    return full


def _rescheduled(before: Calendar, recorded: Recorded, after: Calendar) -> Iterator[Stretch]:
    if before.time_off is not after.time_off:
        changed = set(before.time_off) ^ set(after.time_off)
        for off in sorted(changed, key=lambda off: (off.start, off.id)):
            yield Stretch(epoch_seconds(off.start), epoch_seconds(off.end))
    if before.schedule is not after.schedule or before.terms is not after.terms:
        # Hours, notice, services: anything that is still to come may have changed.
        horizon = recorded.at + max(before.terms.policy.max_advance, after.terms.policy.max_advance)
        yield Stretch(epoch_seconds(recorded.at), epoch_seconds(horizon.astimezone(UTC)))
