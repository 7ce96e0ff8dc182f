"""Which stretches of a calendar are busy, and by what: bookings and sessions put in, taken out, and looked up.

The index holds, for each UTC day, the busy stretches that touch it, sorted by start. Live stretches never overlap
(that is what `decide` is for), so within a day they are sorted by end as well.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime

from immutables import Map
from msgspec.structs import replace

from turnero.engine.domain.booking import Booking, Hold
from turnero.engine.domain.calendar import SECONDS_PER_DAY, Busy, Calendar, Deadline, Session, to_us
from turnero.engine.domain.value import BookingId, SessionId, epoch_seconds

BusyDays = Map[int, tuple[Busy, ...]]


def busy(ref: str, occupied_from: datetime, occupied_until: datetime) -> Busy:
    """Return the stretch `[occupied_from, occupied_until)` taken by `ref`, in whole seconds."""
    return Busy(epoch_seconds(occupied_from), epoch_seconds(occupied_until), ref)


def _days(stretch: Busy) -> range:
    return range(stretch.start // SECONDS_PER_DAY, (stretch.end - 1) // SECONDS_PER_DAY + 1)


def index(stretches: Iterable[Busy]) -> BusyDays:
    """Build the index of many stretches at once."""
    days: dict[int, list[Busy]] = {}
    for stretch in sorted(stretches):
        for day in _days(stretch):
            days.setdefault(day, []).append(stretch)
    return Map({day: tuple(row) for day, row in days.items()})


def _put(days: BusyDays, stretch: Busy) -> BusyDays:
    for day in _days(stretch):
        row = days.get(day, ())
        at = bisect_left(row, stretch)
        days = days.set(day, (*row[:at], stretch, *row[at:]))
    return days


def _take(days: BusyDays, stretch: Busy) -> BusyDays:
    for day in _days(stretch):
        row = days[day]
        at = bisect_left(row, stretch)
        assert row[at] == stretch, f"{stretch.ref} is not in the busy index"
        rest = (*row[:at], *row[at + 1 :])
        days = days.set(day, rest) if rest else days.delete(day)
    return days


def admit(calendar: Calendar, booking: Booking, *, capacity: int) -> Calendar:
    """Return `calendar` with the live `booking` in it: stored, occupying its time or its place in a session."""
    bookings = calendar.bookings.set(booking.id, booking)
    deadlines = _with_deadline(calendar.deadlines, booking.pending_until, booking.id)
    if booking.session_id is None:
        stretch = busy(booking.id, booking.occupied_from, booking.occupied_until)
        return replace(calendar, bookings=bookings, deadlines=deadlines, busy=_put(calendar.busy, stretch))
    session = calendar.sessions.get(booking.session_id)
    if session is not None:
        joined = replace(session, members=(*session.members, booking.id))
        sessions = calendar.sessions.set(session.id, joined)
        return replace(calendar, bookings=bookings, deadlines=deadlines, sessions=sessions)
    session = Session(
        id=booking.session_id,
        service_id=booking.service_id,
        start=booking.start,
        end=booking.end,
        capacity=capacity,
        members=(booking.id,),
    )
    stretch = busy(session.id, booking.occupied_from, booking.occupied_until)
    return replace(
        calendar,
        bookings=bookings,
        deadlines=deadlines,
        sessions=calendar.sessions.set(session.id, session),
        busy=_put(calendar.busy, stretch),
    )


def vacate(calendar: Calendar, booking: Booking) -> Calendar:
    """Return `calendar` with the live `booking`'s time free again; the booking itself stays as it is."""
    deadlines = _without_deadline(calendar.deadlines, booking.pending_until, booking.id)
    if booking.session_id is None:
        stretch = busy(booking.id, booking.occupied_from, booking.occupied_until)
        return replace(calendar, deadlines=deadlines, busy=_take(calendar.busy, stretch))
    session = calendar.sessions[booking.session_id]
    members = tuple(m for m in session.members if m != booking.id)
    if members:
        sessions = calendar.sessions.set(session.id, replace(session, members=members))
        return replace(calendar, deadlines=deadlines, sessions=sessions)
    return replace(
        calendar,
        deadlines=deadlines,
        sessions=calendar.sessions.delete(session.id),
        busy=_take(calendar.busy, _session_stretch(calendar, session, booking)),
    )


def _session_stretch(calendar: Calendar, session: Session, last: Booking) -> Busy:
    """Find a session's stretch by its id: members may have been booked under different buffers."""
    day = epoch_seconds(session.start) // SECONDS_PER_DAY
    found = next((b for b in calendar.busy.get(day, ()) if b.ref == session.id), None)
    assert found is not None, f"session {session.id} of booking {last.id} is not in the busy index"
    return found


def settle(calendar: Calendar, booking: Booking) -> Calendar:
    """Return `calendar` with `booking` replaced and without the deadline that it had while pending."""
    waited_until = calendar.bookings[booking.id].pending_until
    return replace(
        calendar,
        bookings=calendar.bookings.set(booking.id, booking),
        deadlines=_without_deadline(calendar.deadlines, waited_until, booking.id),
    )


def keep(calendar: Calendar, hold: Hold) -> Calendar:
    """Return `calendar` with `hold` occupying its time until it is released, used or over."""
    return replace(
        calendar,
        holds=calendar.holds.set(hold.id, hold),
        busy=_put(calendar.busy, busy(hold.id, hold.occupied_from, hold.occupied_until)),
        deadlines=_with_deadline(calendar.deadlines, hold.expires_at, hold.id),
    )


def let_go(calendar: Calendar, hold: Hold) -> Calendar:
    """Return `calendar` without `hold`."""
    return replace(
        calendar,
        holds=calendar.holds.delete(hold.id),
        busy=_take(calendar.busy, busy(hold.id, hold.occupied_from, hold.occupied_until)),
        deadlines=_without_deadline(calendar.deadlines, hold.expires_at, hold.id),
    )


def session_at(calendar: Calendar, stretch: Busy) -> Session | None:
    """Return the session that occupies `stretch`, if it is one."""
    return calendar.sessions.get(SessionId(stretch.ref))


def booking_at(calendar: Calendar, stretch: Busy) -> Booking | None:
    """Return the booking that occupies `stretch` by itself, if it is one."""
    return calendar.bookings.get(BookingId(stretch.ref))


def _with_deadline(deadlines: tuple[Deadline, ...], at: datetime | None, ref: str) -> tuple[Deadline, ...]:
    if at is None:
        return deadlines
    deadline = Deadline(to_us(at), ref)
    index = bisect_left(deadlines, deadline)
    return (*deadlines[:index], deadline, *deadlines[index:])


def _without_deadline(deadlines: tuple[Deadline, ...], at: datetime | None, ref: str) -> tuple[Deadline, ...]:
    if at is None:
        return deadlines
    deadline = Deadline(to_us(at), ref)
    index = bisect_left(deadlines, deadline)
    assert deadlines[index] == deadline, f"{ref} has no deadline"
    return (*deadlines[:index], *deadlines[index + 1 :])
