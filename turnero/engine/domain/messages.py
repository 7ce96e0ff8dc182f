"""Which messages a booking calls for, derived from its events and its policy alone.

Planned in the same decision that causes them, written in the same transaction (the outbox); delivery is somebody
else's business. A plan names ids only; texts and addresses are looked up when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Booking
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.policy import reminder_offset
from turnero.engine.domain.value import BookingId, EntryId, Value


class MessageKind(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    OFFER = "offer"
    RATING = "rating"


class MessageStatus(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Planned(Value):
    """One message to be sent at `due_at`, to the customer of a booking or of an entry of the waitlist.

    `before` tells a reminder's distance ("PT24H").
    """

    kind: MessageKind
    due_at: datetime
    booking_id: BookingId | None = None
    entry_id: EntryId | None = None
    before: str | None = None


def messages_after(
    recorded: Sequence[ev.Recorded], after: Calendar, *, now: datetime
) -> tuple[tuple[Planned, ...], tuple[BookingId, ...]]:
    """Return the messages that `recorded` call for, and the bookings whose planned messages are void first."""
    planned: list[Planned] = []
    void: list[BookingId] = []
    told: set[tuple[type[ev.Event], str]] = set()
    for record in recorded:
        booking_id = ev.booking_of(record.event)
        booking = after.bookings.get(booking_id) if booking_id is not None else None
        if isinstance(record.event, _VOIDS) and booking_id is not None:
            void.append(booking_id)
        if isinstance(record.event, ev.SlotHeld) and record.event.hold.entry_id is not None:
            planned.append(Planned(entry_id=record.event.hold.entry_id, kind=MessageKind.OFFER, due_at=now))
        if booking is not None:
            planned.extend(_plans(record.event, booking, now, silent=_told_already(record.event, booking, told)))
    return tuple(planned), tuple(void)


def _told_already(event: ev.Event, booking: Booking, told: set[tuple[type[ev.Event], str]]) -> bool:
    """Tell whether this decision has told of the booking's series before: 52 bookings at once are one piece of news."""
    if booking.series_id is None:
        return False
    news = (type(event), booking.series_id)
    if news in told:
        return True
    told.add(news)
    return False


# After these, nothing planned earlier for the booking is true any more. MovedOut is not one of them: its MovedIn, in
# the same transaction, voids and plans anew under the same booking id.
_VOIDS = (
    ev.AppointmentRescheduled,
    ev.AppointmentCancelled,
    ev.AppointmentExpired,
    ev.AppointmentMovedIn,
    ev.AppointmentCompleted,
    ev.AppointmentMissed,
)

_AT_ONCE: dict[type[ev.Event], MessageKind] = {
    ev.AppointmentBooked: MessageKind.BOOKED,
    ev.AppointmentConfirmed: MessageKind.CONFIRMED,
    ev.AppointmentRescheduled: MessageKind.RESCHEDULED,
    ev.AppointmentMovedIn: MessageKind.RESCHEDULED,
    ev.AppointmentCancelled: MessageKind.CANCELLED,
    ev.AppointmentExpired: MessageKind.CANCELLED,
    ev.AppointmentCompleted: MessageKind.RATING,
}

# Reminders are planned as soon as the time is set; a booking that is cancelled or moved voids them.
_SETS_TIME = (ev.AppointmentBooked, ev.AppointmentRescheduled, ev.AppointmentMovedIn)


def _plans(event: ev.Event, booking: Booking, now: datetime, *, silent: bool) -> Iterator[Planned]:
    kind = _AT_ONCE.get(type(event))
    if kind is not None and not silent:
        yield Planned(booking_id=booking.id, kind=kind, due_at=now)
    if isinstance(event, _SETS_TIME) and booking.live:
        yield from reminders(booking, now=now)


def reminders(booking: Booking, *, now: datetime) -> Iterator[Planned]:
    """Yield the reminders that still lie ahead; one whose time has passed is skipped, not sent late."""
    for offset in booking.policy.reminders:
        due_at = booking.start - reminder_offset(offset)
        if due_at > now:
            yield Planned(booking_id=booking.id, kind=MessageKind.REMINDER, due_at=due_at, before=offset)
