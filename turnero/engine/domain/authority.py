"""Who may ask what of a calendar: the table of roles, and the ownership that goes with a role.

A command without a row is denied to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import STAFF, Actor, Booking, Role
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Forbidden

_MANAGEMENT = frozenset({Role.OWNER, Role.ADMIN})
_BOOKERS = STAFF | {Role.CUSTOMER, Role.INTEGRATOR}
_PARTIES = STAFF | {Role.CUSTOMER}

MAY_COMMAND: Mapping[type[cmd.Command], frozenset[Role]] = {
    cmd.OpenCalendar: _MANAGEMENT,
    cmd.ChangeTerms: STAFF | {Role.SYSTEM},
    cmd.ChangeSchedule: STAFF,
    cmd.AddTimeOff: STAFF,
    cmd.RemoveTimeOff: STAFF,
    cmd.HoldSlot: _BOOKERS,
    cmd.OfferSlot: frozenset({Role.SYSTEM}),
    cmd.ReleaseHold: _BOOKERS | {Role.SYSTEM},
    cmd.BookAppointment: _BOOKERS,
    # Which state a role may bring about is `MAY_BECOME`'s business.
    cmd.ChangeStatus: _PARTIES | {Role.SYSTEM},
    cmd.RescheduleAppointment: _PARTIES,
    cmd.ResizeAppointment: STAFF,
    cmd.MoveOut: _PARTIES,
    cmd.MoveIn: _PARTIES,
    cmd.BookSeries: _BOOKERS,
    cmd.CancelSeries: _PARTIES,
    cmd.MoveSeries: _PARTIES,
    cmd.BookGroup: STAFF,
    cmd.JoinSession: _BOOKERS,
    cmd.AcknowledgeAppointment: frozenset({Role.CUSTOMER}),
    cmd.NoteAppointment: STAFF,
    cmd.RateAppointment: frozenset({Role.CUSTOMER}),
    cmd.MeetDeadlines: frozenset({Role.SYSTEM}),
}


def belongs(actor: Actor, *, business_id: str, provider_id: str) -> bool:
    """Tell whether `actor`'s role reaches into this calendar at all. A customer's does, as far as their bookings go."""
    match actor.role:
        case Role.ADMIN | Role.SYSTEM:
            return True
        case Role.OWNER | Role.INTEGRATOR:
            return actor.business_id == business_id
        case Role.PROVIDER:
            return actor.subject == provider_id
        case Role.CUSTOMER:
            return actor.business_id is None or actor.business_id == business_id


def require_command(calendar: Calendar, actor: Actor, command: cmd.Command) -> None:
    """Raises: Forbidden: this actor may not give this command to this calendar."""
    if actor.role not in MAY_COMMAND.get(type(command), frozenset()):
        raise Forbidden(f"A token with role {actor.role} may not do this.")
    business_id = command.business_id if isinstance(command, cmd.OpenCalendar) else calendar.business_id
    if not belongs(actor, business_id=business_id, provider_id=calendar.provider_id):
        raise Forbidden("This calendar is not yours.")


def require_party(actor: Actor, booking: Booking) -> None:
    """Raises: Forbidden: a customer touches a booking that is not theirs."""
    if actor.role is Role.CUSTOMER and actor.subject != booking.customer_id:
        raise Forbidden("This booking is not yours.")


def require_override(actor: Actor) -> None:
    """Raises: Forbidden: only staff may set hours, notice and grid aside."""
    if actor.role not in STAFF:
        raise Forbidden("Only providers, owners and admins may use `override`.")
