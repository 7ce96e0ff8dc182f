"""Rules for groups: a session that staff set up for several people at once, and who joins it later.

A session takes the time once, and the buffers once, for as long as anyone is in it. How many places it has is its own
affair, whatever the service usually has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain import placing, slots
from turnero.engine.domain.booking import STAFF, Actor, Booking, Role, ServiceTerms
from turnero.engine.domain.calendar import Calendar, Session
from turnero.engine.domain.errors import Conflict, Forbidden, NotFound
from turnero.engine.domain.value import CustomerId


def book_group(calendar: Calendar, command: cmd.BookGroup, _: Actor, now: datetime) -> Sequence[ev.Event]:
    """Begin a session of its own, with its first participants in it."""
    # Alone: a group joins no session that is there already, even if the service is one for several people.
    service = replace(placing.service_named(calendar, command.service_id), capacity=1)
    placing.require_free(calendar, service, command.start, now=now)
    if len(command.participants) > command.capacity:
        raise Conflict("session_full", placing.suggestions(calendar, service, command.start, now))
    known: set[CustomerId] = set()
    bookings: list[Booking] = []
    for booking_id, customer_id in command.participants:
        if customer_id in known:
            raise Conflict("already_participating", {"customerId": customer_id})
        known.add(customer_id)
        bookings.append(
            placing.new_booking(
                calendar.terms.policy,
                service,
                booking_id=booking_id,
                session_id=command.session_id,
                customer_id=customer_id,
                start=command.start,
                now=now,
            )
        )
    return (
        *(ev.AppointmentBooked(booking=booking, capacity=command.capacity) for booking in bookings),
        ev.GroupBooked(session_id=command.session_id, booking_ids=tuple(booking.id for booking in bookings)),
    )


def join_session(calendar: Calendar, command: cmd.JoinSession, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    """Take one more person into a session, for the time, the buffers and the price of those who are in it."""
    if actor.role is Role.CUSTOMER and actor.subject != command.customer_id:
        raise Forbidden("A customer books for themselves.")
    session = calendar.sessions.get(command.session_id)
    if session is None:
        raise NotFound("session")
    members = [calendar.bookings[member] for member in session.members]
    service = replace(slots.terms_of(calendar, members[0]), capacity=session.capacity)
    _require_open(calendar, session, service, actor, now)
    if any(member.customer_id == command.customer_id for member in members):
        raise Conflict("already_participating", {"customerId": command.customer_id})
    if session.full:
        raise Conflict("session_full", placing.suggestions(calendar, service, session.start, now))
    booking = placing.new_booking(
        calendar.terms.policy,
        service,
        booking_id=command.booking_id,
        session_id=session.id,
        customer_id=command.customer_id,
        start=session.start,
        now=now,
    )
    return (ev.AppointmentBooked(booking=booking, capacity=session.capacity),)


def _require_open(calendar: Calendar, session: Session, service: ServiceTerms, actor: Actor, now: datetime) -> None:
    """Staff take people in until the session ends; everybody else is held to the provider's notice."""
    if now >= session.end:
        raise Conflict("session_over", {"timeZone": calendar.terms.time_zone, "end": session.end})
    if actor.role not in STAFF and session.start < now + calendar.terms.policy.min_notice:
        raise Conflict("too_soon", placing.suggestions(calendar, service, session.start, now))
