"""Rules for what people come for: holding a slot, booking it, moving, cancelling, completing, noting, rating.

Each function takes the calendar (with nothing overdue in it), a command, who asks, and `now`, and returns the events
that follow or raises the refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from turnero.engine.domain import authority, placing, slots
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import (
    MAY_BECOME,
    NOT_BEFORE_START,
    STAFF,
    TRANSITIONS,
    Actor,
    Booking,
    Hold,
    Role,
    ServiceTerms,
    Status,
)
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Conflict, Forbidden, NotFound
from turnero.engine.domain.limits import HOLDS_PER_HOLDER_MAX
from turnero.engine.domain.value import BookingId, SessionId

_NOBODY: frozenset[str] = frozenset()


# --- Holds --------------------------------------------------------------------------------------------------------


def hold_slot(calendar: Calendar, command: cmd.HoldSlot, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    service = placing.service_named(calendar, command.service_id)
    if service.capacity > 1:
        # A hold occupies the whole time; for a group it would block everybody's places instead of one.
        raise Conflict(
            "hold_mismatch", placing.suggestions(calendar, service, command.start, now), "Groups need no hold."
        )
    mine = sum(1 for hold in calendar.holds.values() if hold.holder == holder_of(actor) and hold.entry_id is None)
    if mine >= HOLDS_PER_HOLDER_MAX:
        raise Conflict("too_many_holds", {"max": HOLDS_PER_HOLDER_MAX})
    placing.require_free(calendar, service, command.start, now=now)
    hold = Hold(
        id=command.hold_id,
        service_id=service.id,
        holder=holder_of(actor),
        start=command.start,
        end=placing.end_of(service, command.start),
        expires_at=now + timedelta(minutes=calendar.terms.policy.hold_minutes),
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
    )
    return (ev.SlotHeld(hold=hold),)


def release_hold(calendar: Calendar, command: cmd.ReleaseHold, actor: Actor, _: datetime) -> Sequence[ev.Event]:
    hold = calendar.holds.get(command.hold_id)
    if hold is None:
        return ()
    if actor.role in {Role.CUSTOMER, Role.INTEGRATOR} and hold.holder != holder_of(actor):
        raise Forbidden("This hold is not yours.")
    return (ev.HoldReleased(hold_id=hold.id, entry_id=hold.entry_id),)


def holder_of(actor: Actor) -> str:
    """Return under which name `actor` holds slots."""
    return f"{actor.role}:{actor.subject}"


# --- Booking ------------------------------------------------------------------------------------------------------


def book(calendar: Calendar, command: cmd.BookAppointment, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    assert command.booking_id not in calendar.bookings, "ids are fresh"
    if actor.role is Role.CUSTOMER and actor.subject != command.customer_id:
        raise Forbidden("A customer books for themselves.")
    if command.override:
        authority.require_override(actor)
    service = placing.service_named(calendar, command.service_id)
    ignoring = _used_hold(calendar, command, service, actor, now)
    held = bool(ignoring)
    entry_id = None if command.hold_id is None else calendar.holds[command.hold_id].entry_id
    placing.require_free(
        calendar, service, command.start, now=now, ignoring=ignoring, override=command.override, held=held
    )
    booking = placing.new_booking(
        calendar.terms.policy,
        service,
        booking_id=command.booking_id,
        session_id=placing.session_for(calendar, service, command.start, command.session_id),
        customer_id=command.customer_id,
        start=command.start,
        now=now,
        noted=command.noted,
    )
    booked = ev.AppointmentBooked(
        booking=booking, hold_id=command.hold_id, capacity=service.capacity, entry_id=entry_id
    )
    return (booked,)


def _pending_when_moved(booking: Booking, start: datetime, now: datetime) -> datetime | None:
    """Return until when a moved booking waits to be confirmed: moving gains no time, and loses none that is left."""
    if booking.status is not Status.PENDING:
        return None
    return placing.pending_until(start, booking.policy, since=booking.created_at, now=now)


def _used_hold(
    calendar: Calendar, command: cmd.BookAppointment, service: ServiceTerms, actor: Actor, now: datetime
) -> frozenset[str]:
    """Return what the booking's own hold keeps busy.

    Raises:
        Conflict(`hold_expired` | `hold_mismatch`): the hold is over, or not one for this slot and person.
    """
    if command.hold_id is None:
        return _NOBODY
    hold = calendar.holds.get(command.hold_id)
    if hold is None:
        raise Conflict("hold_expired", placing.suggestions(calendar, service, command.start, now))
    holder = holder_of(actor)
    if hold.entry_id is not None and actor.role in STAFF:
        # The shop may take an offer on the telephone, for the one to whom it was made.
        holder = holder_of(Actor(role=Role.CUSTOMER, subject=command.customer_id))
    wanted = (command.service_id, command.start, holder)
    if (hold.service_id, hold.start, hold.holder) != wanted:
        raise Conflict("hold_mismatch", placing.suggestions(calendar, service, command.start, now))
    return frozenset({hold.id})


# --- States -------------------------------------------------------------------------------------------------------


def change_status(calendar: Calendar, command: cmd.ChangeStatus, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    booking = _booking(calendar, command.booking_id, actor)
    if actor.role not in MAY_BECOME[command.to]:
        raise Forbidden(f"A token with role {actor.role} may not set a booking to {command.to}.")
    if command.to not in TRANSITIONS[booking.status]:
        raise _not_allowed(booking, command.to)
    if command.to in NOT_BEFORE_START and now < booking.start:
        raise _not_allowed(booking, command.to, "not_before_start")
    if command.to is Status.CANCELLED:
        require_notice(calendar, booking, actor, now)
    return (_status_event(booking, command, actor),)


def _status_event(booking: Booking, command: cmd.ChangeStatus, actor: Actor) -> ev.Event:
    match command.to:
        case Status.CONFIRMED:
            return ev.AppointmentConfirmed(booking_id=booking.id)
        case Status.CANCELLED:
            return ev.AppointmentCancelled(booking_id=booking.id, by=actor.role, reasoned=command.reasoned)
        case Status.COMPLETED:
            return ev.AppointmentCompleted(booking_id=booking.id)
        case Status.NO_SHOW:
            return ev.AppointmentMissed(booking_id=booking.id)
        case Status.PENDING:
            raise AssertionError("TRANSITIONS leads nowhere to PENDING")


def _not_allowed(booking: Booking, to: Status, why: str | None = None) -> Conflict:
    data: dict[str, object] = {
        "status": booking.status,
        "requested": to,
        "allowed": sorted(TRANSITIONS[booking.status]),
    }
    detail = f"A {booking.status} booking cannot become {to}."
    if why == "not_before_start":
        data["start"] = booking.start
        detail = f"A booking cannot become {to} before it has begun."
    return Conflict("transition_not_allowed", data, detail)


def require_notice(calendar: Calendar, booking: Booking, actor: Actor, now: datetime) -> None:
    """Hold a customer to the booking's own cancellation notice; an unconfirmed booking binds nobody."""
    if actor.role is not Role.CUSTOMER or booking.status is Status.PENDING:
        return
    if now > booking.cancellation_deadline:
        data = {"timeZone": calendar.terms.time_zone, "deadline": booking.cancellation_deadline}
        raise Conflict("cancellation_notice_passed", data)


def acknowledge(
    calendar: Calendar, command: cmd.AcknowledgeAppointment, actor: Actor, _: datetime
) -> Sequence[ev.Event]:
    booking = _booking(calendar, command.booking_id, actor)
    if not booking.live:
        detail = f"A {booking.status} booking is not one to come to."
        raise Conflict("transition_not_allowed", {"status": booking.status}, detail)
    return () if booking.acknowledged_at is not None else (ev.AppointmentAcknowledged(booking_id=booking.id),)


def note(calendar: Calendar, command: cmd.NoteAppointment, actor: Actor, _: datetime) -> Sequence[ev.Event]:
    booking = _booking(calendar, command.booking_id, actor)
    # Whether a text is another one cannot be seen from here: only that none was there, and none shall be.
    if not command.noted and not booking.noted:
        return ()
    return (ev.AppointmentNoted(booking_id=booking.id, noted=command.noted),)


def rate(calendar: Calendar, command: cmd.RateAppointment, actor: Actor, _: datetime) -> Sequence[ev.Event]:
    booking = _booking(calendar, command.booking_id, actor)
    if booking.status is not Status.COMPLETED:
        detail = "Only a completed booking can be rated."
        raise Conflict("transition_not_allowed", {"status": booking.status}, detail)
    if booking.stars is not None:
        raise Conflict("already_rated", {"stars": booking.stars})
    return (ev.AppointmentRated(booking_id=booking.id, stars=command.stars, commented=command.commented),)


# --- Moving -------------------------------------------------------------------------------------------------------


def reschedule(
    calendar: Calendar, command: cmd.RescheduleAppointment, actor: Actor, now: datetime
) -> Sequence[ev.Event]:
    booking = movable(calendar, command.booking_id, actor, now, override=command.override)
    if command.start == booking.start:
        return ()
    service = slots.terms_of(calendar, booking)
    ignoring = slots.own_refs(calendar, booking)
    within = slots.reaching_for(calendar, booking)
    placing.require_free(within, service, command.start, now=now, ignoring=ignoring, override=command.override)
    session_id = placing.session_for(calendar, service, command.start, command.session_id)
    return (rescheduled(booking, service, command.start, session_id, by=actor.role, now=now),)


def rescheduled(
    booking: Booking, service: ServiceTerms, start: datetime, session_id: SessionId | None, *, by: Role, now: datetime
) -> ev.AppointmentRescheduled:
    """Return the event by which `booking` moves to `start`, which is free."""
    return ev.AppointmentRescheduled(
        booking_id=booking.id,
        start=start,
        end=placing.end_of(service, start),
        previous_start=booking.start,
        by=by,
        session_id=session_id,
        capacity=service.capacity,
        pending_until=_pending_when_moved(booking, start, now),
    )


def resize(calendar: Calendar, command: cmd.ResizeAppointment, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    """Let a booking take longer or shorter. Hours are not asked: whoever works here knows how long they stay."""
    booking = _booking(calendar, command.booking_id, actor)
    if not booking.live or booking.session_id is not None:
        what = "one that shares its time with others" if booking.live else f"a {booking.status} one"
        detail = f"How long a booking takes cannot be changed of {what}."
        raise Conflict("transition_not_allowed", {"status": booking.status}, detail)
    service = replace(slots.terms_of(calendar, booking), duration_minutes=command.minutes)
    end = placing.end_of(service, booking.start)
    if end == booking.end:
        return ()
    ignoring = slots.own_refs(calendar, booking)
    taken = slots.occupied_by_others(calendar, service, booking.start, ignoring=ignoring)
    if taken is not None:
        raise Conflict(taken, placing.suggestions(calendar, service, booking.start, now, ignoring))
    return (ev.AppointmentResized(booking_id=booking.id, end=end, previous_end=booking.end),)


def move_out(calendar: Calendar, command: cmd.MoveOut, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    booking = movable(calendar, command.booking_id, actor, now)
    if booking.sequence != command.sequence:
        raise Conflict("booking_changed")
    return (ev.AppointmentMovedOut(booking_id=booking.id, to=command.to),)


def move_in(calendar: Calendar, command: cmd.MoveIn, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    """Take a booking over. Whether it may be moved at all is decided by its origin's `move_out`."""
    if command.override:
        authority.require_override(actor)
    service = placing.service_named(calendar, command.booking.service_id)
    within = slots.reaching_for(calendar, command.booking)
    placing.require_free(within, service, command.start, now=now, override=command.override)
    booking = replace(
        command.booking,
        start=command.start,
        end=placing.end_of(service, command.start),
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        session_id=placing.session_for(calendar, service, command.start, command.session_id),
        pending_until=_pending_when_moved(command.booking, command.start, now),
        revision=command.booking.revision + 1,
        acknowledged_at=None,  # they said that they would come at another time
    )
    moved = ev.AppointmentMovedIn(
        booking=booking,
        origin=command.origin,
        previous_start=command.booking.start,
        capacity=service.capacity,
    )
    return (moved,)


def movable(
    calendar: Calendar, booking_id: BookingId, actor: Actor, now: datetime, *, override: bool = False
) -> Booking:
    """Return a booking that `actor` may move. Raises: TurneroError: why they may not."""
    booking = _booking(calendar, booking_id, actor)
    if override:
        authority.require_override(actor)
    if not booking.live:
        detail = f"A {booking.status} booking cannot be moved."
        raise Conflict("transition_not_allowed", {"status": booking.status}, detail)
    if booking.revision > booking.policy.max_reschedules and not override:
        raise Conflict("too_many_reschedules", {"max": booking.policy.max_reschedules})
    require_notice(calendar, booking, actor, now)
    return booking


# --- What they share ----------------------------------------------------------------------------------------------


def _booking(calendar: Calendar, booking_id: BookingId, actor: Actor) -> Booking:
    booking = calendar.bookings.get(booking_id)
    if booking is None:
        raise NotFound("booking")
    authority.require_party(actor, booking)
    return booking
