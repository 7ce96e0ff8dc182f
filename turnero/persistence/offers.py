"""What becomes of the waitlist's offers: a projection of the calendars' events, written in their own transactions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, and_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Hold
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.domain.value import BookingId, EntryId, HoldId, ProviderId
from turnero.engine.ports import Batch, EntryStatus
from turnero.persistence.schema import outbox, waitlist, waitlist_passed


class OfferRefused(Exception):
    """A batch offers a slot to an entry that is not waiting: its transaction must not be committed."""


def follow(connection: Connection, batches: Sequence[Batch]) -> None:
    """Write what the events of `batches` make of the entries that they are about, in their transaction.

    Raises:
        OfferRefused: a slot is offered to an entry that is not waiting.
        IntegrityError: it is offered to somebody who has another offer.
    """
    told = [
        (entry_id, batch.provider_id, recorded.event)
        for batch in batches
        for recorded in batch.events
        if (entry_id := _entry_of(recorded.event)) is not None
    ]
    # Stable, so an entry's events keep their order; and one order for everybody, so that two writers cannot deadlock.
    for entry_id, provider_id, event in sorted(told, key=lambda one: one[0]):
        match event:
            case ev.SlotHeld(hold=hold):
                _offer(connection, entry_id, provider_id, hold)
            case ev.HoldReleased(hold_id=hold_id) | ev.HoldExpired(hold_id=hold_id):
                _pass(connection, entry_id, hold_id)
            case ev.AppointmentBooked(hold_id=str() as hold_id, booking=booking):
                _book(connection, entry_id, HoldId(hold_id), booking.id)
            case _:
                raise AssertionError(f"{type(event).__name__} is about no entry")


def _entry_of(event: ev.Event) -> EntryId | None:
    match event:
        case ev.SlotHeld(hold=hold):
            return hold.entry_id
        case ev.HoldReleased(entry_id=entry_id) | ev.HoldExpired(entry_id=entry_id):
            return entry_id
        case ev.AppointmentBooked(entry_id=entry_id):
            return entry_id
        case _:
            return None


def _offer(connection: Connection, entry_id: EntryId, provider_id: ProviderId, hold: Hold) -> None:
    statement = (
        update(waitlist)
        .where(waitlist.c.id == entry_id, waitlist.c.status == EntryStatus.WAITING.value)
        .values(
            status=EntryStatus.OFFERED.value,
            offer_provider_id=provider_id,
            hold_id=hold.id,
            offer_start=hold.start,
            offer_end=hold.end,
            offer_until=hold.expires_at,
        )
    )
    if connection.execute(statement).rowcount != 1:
        raise OfferRefused(entry_id)


def _pass(connection: Connection, entry_id: EntryId, hold_id: HoldId) -> None:
    """Put an entry back in its place in line, without what it was offered."""
    was_offered = and_(
        waitlist.c.id == entry_id, waitlist.c.hold_id == hold_id, waitlist.c.status == EntryStatus.OFFERED.value
    )
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    slot = select(waitlist.c.id, waitlist.c.offer_provider_id, waitlist.c.offer_start).where(was_offered)
    passed = dialect.insert(waitlist_passed).from_select(["entry_id", "provider_id", "start"], slot)
    connection.execute(passed.on_conflict_do_nothing())
    back = dict.fromkeys(("offer_provider_id", "hold_id", "offer_start", "offer_end", "offer_until"))
    connection.execute(update(waitlist).where(was_offered).values(status=EntryStatus.WAITING.value, **back))
    unsend(connection, entry_id)


def _book(connection: Connection, entry_id: EntryId, hold_id: HoldId, booking_id: BookingId) -> None:
    # Also one that was left a moment ago: what was booked is booked.
    statement = update(waitlist).where(waitlist.c.id == entry_id, waitlist.c.hold_id == hold_id)
    connection.execute(statement.values(status=EntryStatus.BOOKED.value, booking_id=booking_id))
    unsend(connection, entry_id)


def unsend(connection: Connection, entry_id: EntryId) -> None:
    """Cancel the message of an offer that is over before it was sent."""
    planned = and_(outbox.c.entry_id == entry_id, outbox.c.status == MessageStatus.PLANNED.value)
    connection.execute(update(outbox).where(planned).values(status=MessageStatus.CANCELLED.value))
