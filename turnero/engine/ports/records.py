"""What exists beside the calendars: businesses, services, people, keys, and the texts beside bookings."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from turnero.engine.domain import limits
from turnero.engine.domain.booking import Money
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, ServiceId, Value

Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS_MAX)]


class Business(Value):
    id: BusinessId
    name: str
    slug: str
    time_zone: str
    locale: str
    vertical: str
    holidays: str | None
    policy: PolicyOverride
    address: str | None
    phone: str | None
    created_at: datetime


class Service(Value):
    id: ServiceId
    business_id: BusinessId
    name: str
    duration_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    price: Money | None
    capacity: int
    created_at: datetime


class Provider(Value):
    """A provider's card. `time_zone` and `policy` override the business's; null means as the business.

    `phone`, in E.164, is by what they are known in a chat. It is for the business, not for its customers.
    """

    id: ProviderId
    business_id: BusinessId
    name: str
    service_ids: tuple[ServiceId, ...]
    time_zone: str | None
    policy: PolicyOverride
    created_at: datetime
    phone: str | None = None


class Customer(Value):
    """A person, as one business knows them. The one place for names and phones (rule 14).

    `phone_key` is what phones are matched on: E.164 without the Argentine mobile 9.
    """

    id: CustomerId
    business_id: BusinessId
    name: str
    phone: str | None
    phone_key: str | None
    email: str | None
    locale: str | None
    created_at: datetime


class TextKind(StrEnum):
    NOTE = "note"
    CANCEL_REASON = "cancel_reason"
    RATING_COMMENT = "rating_comment"


class BookingText(Value):
    """Free text beside a booking, kept out of the journal because people write personal things in it."""

    booking_id: BookingId
    kind: TextKind
    body: str


class RequestKey(Value):
    """Remembers which calendar, or which catalogue row, answered a request that did not name one.

    `scope` is who asked and for what; (`scope`, `key`) is unique. `answer` is the calendar's provider id, or the
    JSON of the row that was made.
    """

    scope: str
    key: str
    fingerprint: str
    answer: str
    at: datetime


class ApiKey(Value):
    """An integrator's key. Only `digest`, the SHA-256 of the secret, is kept; the secret is shown once."""

    id: str
    business_id: BusinessId
    name: str
    digest: str
    created_at: datetime
    revoked_at: datetime | None = None


Attachment = Customer | Provider | BookingText | RequestKey
