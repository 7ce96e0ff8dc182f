"""Which messages a decision calls for, derived from its events and the calendar's rules alone.

Planned in the same decision that causes them, written in the same transaction (the outbox); delivery is somebody
else's business. A plan names ids only; texts and addresses are looked up when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Booking, Role, Terms
from turnero.engine.domain.calendar import SECONDS_PER_DAY, Calendar
from turnero.engine.domain.hours import local_date, zone
from turnero.engine.domain.occupancy import booking_at, session_at
from turnero.engine.domain.reminding import agenda_due, rating_due, reminders
from turnero.engine.domain.value import BookingId, EntryId, Value, epoch_seconds


class MessageKind(StrEnum):
    BOOKED = "booked"
    CONFIRMED = "confirmed"
    RESCHEDULED = "rescheduled"
    CANCELLED = "cancelled"
    REMINDER = "reminder"
    OFFER = "offer"
    RATING = "rating"
    AGENDA = "agenda"


class MessageStatus(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Recipient(StrEnum):
    """Whom a message is for: the customer of a booking or of an entry of the waitlist, or the calendar's provider."""

    CUSTOMER = "customer"
    PROVIDER = "provider"


class Planned(Value):
    """One message to be sent at `due_at`, about a booking, an entry of the waitlist, or a provider's day.

    `before` tells a reminder's distance ("PT24H"); `day` an agenda's date on the provider's wall clock. There is one
    agenda for each provider and day: planning it again changes when it comes, as long as it has not been sent.
    """

    kind: MessageKind
    due_at: datetime
    booking_id: BookingId | None = None
    entry_id: EntryId | None = None
    before: str | None = None
    recipient: Recipient = Recipient.CUSTOMER
    day: date | None = None


class Plans(NamedTuple):
    """What a decision plans, after what it voids: all that was planned for some bookings, of others the reminders."""

    planned: tuple[Planned, ...] = ()
    void: tuple[BookingId, ...] = ()
    void_reminders: tuple[BookingId, ...] = ()


# In a chat the answer itself says what came of a request, and takes the place of the message that says so
# (`ChatReply.booking_id`). It is written within a second of the decision. The message waits for it, and is sent after
# all if no answer came: a chat that crashed in between has had half a minute to be there again.
TOLD_IN_REPLY_GRACE = timedelta(seconds=30)


def messages_after(
    before: Calendar,
    recorded: Sequence[ev.Recorded],
    after: Calendar,
    *,
    now: datetime,
    told_in_reply: bool = False,
) -> Plans:
    """Return what a decision calls for that turned `before` into `after`.

    `told_in_reply` says that the customer who asked is told in the answer itself.
    """
    planned: list[Planned] = []
    void: list[BookingId] = []
    void_reminders: tuple[BookingId, ...] = ()
    told = _Told()
    for record in recorded:
        event = record.event
        booking_id = ev.booking_of(event)
        booking = after.bookings.get(booking_id) if booking_id is not None else None
        if isinstance(event, _VOIDS) and booking_id is not None:
            void.append(booking_id)
        if isinstance(event, ev.SlotHeld) and event.hold.entry_id is not None:
            planned.append(Planned(entry_id=event.hold.entry_id, kind=MessageKind.OFFER, due_at=now))
        if isinstance(event, ev.TermsChanged) and _remind_otherwise(before.terms, after.terms):
            live = tuple(_live_ahead(after, now))
            void_reminders = tuple(booking.id for booking in live)
            planned.extend(message for booking in live for message in _ahead(booking, after.terms, now))
        if booking is not None:
            in_reply = told_in_reply and record.actor.role is Role.CUSTOMER
            planned.extend(_news(record, booking, after.terms, told, now, in_reply=in_reply))
            if isinstance(event, _SETS_TIME) and booking.live:
                planned.extend(_ahead(booking, after.terms, now))
    return Plans(tuple(dict.fromkeys(planned)), tuple(void), void_reminders)


# --- News, at once ------------------------------------------------------------------------------------------------

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

_CUSTOMER_HEARS: dict[type[ev.Event], MessageKind] = {
    ev.AppointmentBooked: MessageKind.BOOKED,
    ev.AppointmentConfirmed: MessageKind.CONFIRMED,
    ev.AppointmentRescheduled: MessageKind.RESCHEDULED,
    ev.AppointmentMovedIn: MessageKind.RESCHEDULED,
    ev.AppointmentCancelled: MessageKind.CANCELLED,
    ev.AppointmentExpired: MessageKind.CANCELLED,
    ev.AppointmentCompleted: MessageKind.RATING,
}

# Unless it was they who did it.
_PROVIDER_HEARS: dict[type[ev.Event], MessageKind] = {
    ev.AppointmentBooked: MessageKind.BOOKED,
    ev.AppointmentRescheduled: MessageKind.RESCHEDULED,
    ev.AppointmentMovedIn: MessageKind.RESCHEDULED,
    ev.AppointmentCancelled: MessageKind.CANCELLED,
    ev.AppointmentExpired: MessageKind.CANCELLED,
}


class _Told:
    """Remembers, within one decision, who has heard of what: 52 bookings at once are one piece of news."""

    def __init__(self) -> None:
        self._told: set[tuple[Recipient, type[ev.Event], str]] = set()

    def already(self, recipient: Recipient, event: ev.Event, together: str | None) -> bool:
        """Tell whether `recipient` has heard this of what belongs `together`; from now on they have."""
        if together is None:
            return False
        news = (recipient, type(event), together)
        told = news in self._told
        self._told.add(news)
        return told


def _news(
    record: ev.Recorded, booking: Booking, terms: Terms, told: _Told, now: datetime, *, in_reply: bool
) -> Iterator[Planned]:
    event = record.event
    kind = _CUSTOMER_HEARS.get(type(event))
    if kind is not None and not told.already(Recipient.CUSTOMER, event, booking.series_id):
        due_at = now + TOLD_IN_REPLY_GRACE if in_reply else now
        if kind is MessageKind.RATING:
            due_at = rating_due(booking.end, terms.policy, zone(terms.time_zone), now=now)
        yield Planned(booking_id=booking.id, kind=kind, due_at=due_at)
    kind = _PROVIDER_HEARS.get(type(event))
    # The people of a session each hear for themselves; who holds it hears of it once.
    together = booking.series_id or booking.session_id
    if (
        kind is not None
        and record.actor.role is not Role.PROVIDER
        and not told.already(Recipient.PROVIDER, event, together)
    ):
        yield Planned(booking_id=booking.id, kind=kind, due_at=now, recipient=Recipient.PROVIDER)


# --- What lies ahead ----------------------------------------------------------------------------------------------

# Reminders are planned as soon as the time is set; a booking that is cancelled or moved voids them.
_SETS_TIME = (ev.AppointmentBooked, ev.AppointmentRescheduled, ev.AppointmentMovedIn)


def _ahead(booking: Booking, terms: Terms, now: datetime) -> Iterator[Planned]:
    """Yield the reminders of a live booking, and the agenda of its day, as far as their time is still to come.

    By the rules that are in force, not by those that the booking was made under (ADR 0013). A day's agenda stays
    planned when its bookings go: what it says, if anything, is looked up when it is sent.
    """
    tz = zone(terms.time_zone)
    for reminder in reminders(booking.start, terms.policy, tz, now=now):
        yield Planned(booking_id=booking.id, kind=MessageKind.REMINDER, due_at=reminder.due_at, before=reminder.before)
    day = local_date(tz, epoch_seconds(booking.start))
    due_at = agenda_due(day, terms.policy, tz)
    if due_at > now:
        yield Planned(kind=MessageKind.AGENDA, due_at=due_at, recipient=Recipient.PROVIDER, day=day)


def _remind_otherwise(before: Terms, after: Terms) -> bool:
    """Tell whether what was planned by the terms `before` may be due at another time by those `after`."""
    return any(
        getattr(before.policy, rule) != getattr(after.policy, rule)
        for rule in ("reminders", "quiet_hours", "agenda_at")
    ) or (before.time_zone != after.time_zone)


def _live_ahead(calendar: Calendar, now: datetime) -> Iterator[Booking]:
    """Yield the live bookings that begin after `now`. Cost: those ahead, and one step for each day of the index."""
    today = epoch_seconds(now) // SECONDS_PER_DAY
    ahead = sorted(stretch for day, row in calendar.busy.items() if day >= today for stretch in row)
    for stretch in dict.fromkeys(ahead):
        booking, session = booking_at(calendar, stretch), session_at(calendar, stretch)
        found = [calendar.bookings[member] for member in session.members] if session is not None else [booking]
        yield from (b for b in found if b is not None and b.start > now)
