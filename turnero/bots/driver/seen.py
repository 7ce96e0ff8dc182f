"""Bookings, slots and places in line as a conversation sees them."""

from __future__ import annotations

from datetime import timedelta

from turnero.bots.conversation import effects as fx
from turnero.engine.domain.booking import Slot, Status
from turnero.engine.ports import BookingRecord, Customer, Entry, EntryStatus


def free(slot: Slot) -> fx.FreeSlot:
    """Return a slot that can be booked."""
    return fx.FreeSlot(start=slot.start, end=slot.end, provider_id=slot.provider_id)


def appointment(record: BookingRecord, customer: Customer | None = None) -> fx.Appointment:
    """Return a booking; with its customer's name and number for those who may know them."""
    # An unconfirmed one may be cancelled until it begins.
    notice = timedelta(0) if record.status is Status.PENDING else record.policy.cancellation_notice
    return fx.Appointment(
        id=record.id,
        service_id=record.service_id,
        provider_id=record.provider_id,
        start=record.start,
        end=record.end,
        status=record.status,
        price=record.price,
        late_after=record.start - notice,
        rated=record.stars is not None,
        customer_name="" if customer is None else customer.name,
        customer_phone=None if customer is None else customer.phone,
    )


def waiting(entry: Entry) -> fx.Waiting:
    """Return a place in line, with what is offered to it at this moment."""
    offer = entry.offer if entry.status is EntryStatus.OFFERED else None
    return fx.Waiting(
        id=entry.id,
        service_id=entry.service_id,
        provider_id=entry.provider_id,
        first=entry.wish.first,
        last=entry.wish.last,
        position=entry.position,
        offer=None if offer is None else fx.FreeSlot(start=offer.start, end=offer.end, provider_id=offer.provider_id),
        offer_until=None if offer is None else offer.until,
    )
