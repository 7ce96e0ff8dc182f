"""Bookings and messages as people ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from turnero.engine.domain.booking import Booking, Money, Role, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    EntryId,
    ProviderId,
    ServiceId,
    SessionId,
    Value,
)


class BookingRecord(Value):
    """A booking as people ask for it: with its calendar, the calendar's zone, and the texts beside it."""

    id: BookingId
    business_id: BusinessId
    provider_id: ProviderId
    service_id: ServiceId
    customer_id: CustomerId
    start: datetime
    end: datetime
    status: Status
    revision: int
    sequence: int
    price: Money | None
    note: str
    series_id: str | None
    session_id: str | None
    cancelled_by: Role | None
    cancel_reason: str | None
    created_at: datetime
    policy: Policy
    stars: int | None
    acknowledged_at: datetime | None
    time_zone: str


class BookingFilter(Value):
    """Which bookings are asked for. `start_from` and `start_until` bound the start, half-open."""

    business_id: BusinessId | None = None
    provider_id: ProviderId | None = None
    customer_id: CustomerId | None = None
    session_id: SessionId | None = None
    status: Status | None = None
    start_from: datetime | None = None
    start_until: datetime | None = None


class MessageRecord(Value):
    """A message of the outbox, as the API shows it: about a booking, an entry of the waitlist, or a conversation.

    `address` is whole here, and shown in part only. `error` is why the last try failed, or why it was not sent.
    """

    id: str
    business_id: BusinessId
    booking_id: BookingId | None
    entry_id: EntryId | None
    kind: MessageKind | Literal["reply"]
    recipient: Recipient
    before: str | None
    channel: str | None
    address: str | None
    status: MessageStatus
    due_at: datetime
    next_at: datetime
    sent_at: datetime | None
    attempts: int
    error: str | None


class Page(msgspec.Struct, frozen=True):
    """One page of bookings, and where the next one begins."""

    items: tuple[BookingRecord, ...]
    next_cursor: str | None


def record_of(
    booking: Booking, calendar: Calendar, *, note: str = "", cancel_reason: str | None = None
) -> BookingRecord:
    """Return `booking` as people ask for it, with the texts that are kept beside it."""
    return BookingRecord(
        id=booking.id,
        business_id=calendar.business_id,
        provider_id=calendar.provider_id,
        service_id=booking.service_id,
        customer_id=booking.customer_id,
        start=booking.start,
        end=booking.end,
        status=booking.status,
        revision=booking.revision,
        sequence=booking.sequence,
        price=booking.price,
        note=note,
        series_id=booking.series_id,
        session_id=booking.session_id,
        cancelled_by=booking.cancelled_by,
        cancel_reason=cancel_reason,
        created_at=booking.created_at,
        policy=booking.policy,
        stars=booking.stars,
        acknowledged_at=booking.acknowledged_at,
        time_zone=calendar.terms.time_zone,
    )
