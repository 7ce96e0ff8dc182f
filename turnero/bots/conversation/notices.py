"""What is said of our own accord: confirmations, reminders, offers, questions after a visit."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.messages import MessageKind
from turnero.engine.domain.value import BookingId, EntryId, Value


class Recipient(StrEnum):
    CUSTOMER = "customer"
    PROVIDER = "provider"


class Notice(Value):
    """Everything that a message about a booking, or about an offer of the waitlist, may have to say.

    Instants are aware; texts are what the business and the people are called. `sequence` rises with every change of the
    booking (RFC 5545 §3.8.7.4). `locale` is the recipient's, `time_zone` the provider's.
    """

    kind: MessageKind
    recipient: Recipient
    locale: str
    time_zone: str
    now: datetime
    start: datetime
    end: datetime
    business: str
    provider: str
    service: str
    customer: str
    booking_id: BookingId | None = None
    entry_id: EntryId | None = None
    before: str | None = None
    status: Status | None = None
    sequence: int = 0
    price: Money | None = None
    address: str | None = None
    phone: str | None = None
    cancelled_by_customer: bool = False
    reason: str | None = None
    offer_until: datetime | None = None
    link: str | None = None
