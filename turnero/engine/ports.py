"""What the engine needs from outside, as Protocols, and the values that cross those borders.

Implementations live in `turnero.persistence`; fakes for tests pass the same contract suites.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from turnero.engine.domain import limits
from turnero.engine.domain.booking import Booking, Money, Role, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.messages import MessageKind, MessageStatus, Planned
from turnero.engine.domain.policy import Policy, PolicyOverride
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    ProviderId,
    ServiceId,
    Value,
)

Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS_MAX)]


class Clock(Protocol):
    """Tells the time. The only source of `now`."""

    def now(self) -> datetime:
        """Return the present as an aware UTC instant."""
        ...


class Ids(Protocol):
    """Makes identifiers that nobody can guess."""

    def new(self, prefix: str) -> str:
        """Return a fresh id such as `bkg_7f…`, at least 100 bits of it random."""
        ...


# --- The catalogue: what exists beside the calendars --------------------------------------------------------------


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
    """A provider's card. `time_zone` and `policy` override the business's; null means as the business."""

    id: ProviderId
    business_id: BusinessId
    name: str
    service_ids: tuple[ServiceId, ...]
    time_zone: str | None
    policy: PolicyOverride
    created_at: datetime


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

# --- The journal --------------------------------------------------------------------------------------------------


class Activation(Value):
    """The right to append to one calendar, until somebody takes a higher epoch. `sequence` is its last event."""

    epoch: int
    sequence: int


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one decision makes true, to be committed together (rule 13).

    `events` may be empty only when `attachments` are not. `before` is the calendar's sequence without the events,
    `after` its state with them; projections (bookings, wake-up time) are written from `after`. `messages` are the
    outbox's new plans, and `unsend` names the bookings whose still planned messages are cancelled first. Batches of
    the same `joint` are written all or none.
    """

    provider_id: ProviderId
    epoch: int
    before: int
    events: tuple[Recorded, ...]
    after: Calendar
    attachments: tuple[Attachment, ...] = ()
    messages: tuple[Planned, ...] = ()
    unsend: tuple[BookingId, ...] = ()
    joint: str | None = None


class Outcome(Enum):
    """What became of a batch. There is no third: a journal that does not know raises `JournalFailed`."""

    COMMITTED = "committed"
    # Fenced off by a newer epoch, or refused by a constraint. Nothing of it was written; decide again on fresh state.
    NOT_WRITTEN = "not_written"


class JournalFailed(Exception):
    """A commit failed, and nobody can say whether it took effect (rule 11 of the style: unknown, not failed)."""


class SnapshotRecord(Value):
    """An encoded `Calendar` after `sequence` events. `format` changes when old snapshots must not be read."""

    provider_id: ProviderId
    sequence: int
    format: int
    body: bytes


class Journal(Protocol):
    """The durable, gap-free, fenced event streams of all calendars, one stream per provider."""

    async def activate(self, provider_id: ProviderId, *, create: bool = False) -> Activation:
        """Take a new epoch for a calendar: every batch under an older one is refused from now on.

        With `create`, a calendar that does not exist begins, empty.

        Raises:
            NotFound: there is no such calendar, and `create` is false.
        """
        ...

    async def holding(self, epochs: Mapping[ProviderId, int]) -> AbstractSet[ProviderId]:
        """Return those calendars of which the given epoch is still the newest: nobody else has appended since."""
        ...

    async def append(self, batches: Sequence[Batch]) -> Sequence[Outcome]:
        """Commit `batches` durably in one transaction, and say what became of each, in order.

        Several batches of one calendar are applied in the given order; when one is not written, neither are the
        later ones of that calendar.

        Raises:
            JournalFailed: the transaction broke; whether it took effect is unknown. Nothing is ever half done.
        """
        ...

    async def head(self, provider_id: ProviderId) -> int | None:
        """Return the number of the calendar's last event, or None where there is no such calendar."""
        ...

    async def read(self, provider_id: ProviderId, *, after: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        """Return the events numbered above `after`, in order, at most `limit`."""
        ...

    async def history(self, booking_id: BookingId) -> Sequence[tuple[ProviderId, Recorded]]:
        """Return every event about a booking, across the calendars that it was in, oldest first."""
        ...

    async def snapshot(self, provider_id: ProviderId) -> SnapshotRecord | None:
        """Return the newest snapshot of a calendar, if there is one."""
        ...

    async def keep_snapshot(self, record: SnapshotRecord) -> None:
        """Keep a snapshot; an older one of the same calendar is replaced, a newer one stays."""
        ...

    async def due(self, *, until: datetime, limit: int) -> Sequence[ProviderId]:
        """Return calendars whose `next_deadline` is at or before `until`, the longest overdue first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the earliest `next_deadline` of all calendars, if any has one."""
        ...


# --- Reading ------------------------------------------------------------------------------------------------------


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
    time_zone: str


class BookingFilter(Value):
    """Which bookings are asked for. `start_from` and `start_until` bound the start, half-open."""

    business_id: BusinessId | None = None
    provider_id: ProviderId | None = None
    customer_id: CustomerId | None = None
    status: Status | None = None
    start_from: datetime | None = None
    start_until: datetime | None = None


class MessageRecord(Value):
    """A message of the outbox, as `GET /bookings/{id}/messages` shows it."""

    id: str
    booking_id: BookingId
    kind: MessageKind
    before: str | None
    channel: str | None
    status: MessageStatus
    due_at: datetime
    sent_at: datetime | None
    attempts: int


class Page(msgspec.Struct, frozen=True):
    """One page of bookings, and where the next one begins."""

    items: tuple[BookingRecord, ...]
    next_cursor: str | None


class Catalogue(Protocol):
    """Businesses, services, providers' cards, customers, API keys, and the read side of bookings and messages.

    Writes here are for what belongs to no calendar; each is one durable transaction. With a `request`, a repeat of
    (`scope`, `key`) writes nothing and raises `AlreadyAnswered`.
    """

    async def add_business(self, business: Business, request: RequestKey | None) -> None:
        """Raises: Conflict(`already_exists`): the slug is taken."""
        ...

    async def change_business(self, business: Business) -> None:
        """Replace a business's card, and mark it unsettled: its calendars have yet to hear of it.

        Raises:
            Conflict(`already_exists`): the slug is taken.
        """
        ...

    async def settle_business(self, business_id: BusinessId) -> None:
        """Mark that all calendars of a business have its present terms."""
        ...

    async def unsettled_businesses(self) -> Sequence[Business]: ...

    async def business(self, id_or_slug: str) -> Business | None: ...

    async def businesses(self) -> Sequence[Business]: ...

    async def add_service(self, service: Service, request: RequestKey | None) -> None: ...

    async def services(self, business_id: BusinessId) -> Sequence[Service]: ...

    async def provider(self, provider_id: ProviderId) -> Provider | None: ...

    async def providers(self, business_id: BusinessId) -> Sequence[Provider]: ...

    async def customer(self, business_id: BusinessId, customer_id: CustomerId) -> Customer | None: ...

    async def customer_by_phone(self, business_id: BusinessId, phone_key: str) -> Customer | None:
        """Return the customer who has had this phone longest in this business."""
        ...

    async def answered(self, scope: str, key: str) -> RequestKey | None: ...

    async def forget_requests(self, *, before: datetime) -> int:
        """Delete request keys older than `before`; return how many."""
        ...

    async def add_api_key(self, api_key: ApiKey, request: RequestKey | None) -> None: ...

    async def api_keys(self, business_id: BusinessId) -> Sequence[ApiKey]: ...

    async def api_key(self, key_id: str) -> ApiKey | None: ...

    async def revoke_api_key(self, key_id: str, *, at: datetime) -> None: ...

    async def provider_of(self, booking_id: BookingId) -> ProviderId | None:
        """Return whose calendar a booking is in."""
        ...

    async def booking(self, booking_id: BookingId) -> BookingRecord | None: ...

    async def bookings(self, where: BookingFilter, *, limit: int, cursor: str | None) -> Page:
        """Return bookings by start, then id (keyset pagination).

        Raises:
            Invalid: the cursor is not one of ours.
        """
        ...

    async def texts(self, booking_id: BookingId) -> Sequence[BookingText]: ...

    async def messages(self, booking_id: BookingId) -> Sequence[MessageRecord]:
        """Return a booking's messages by due time."""
        ...

    async def ready(self) -> None:
        """Raises whatever the database raises when it cannot be asked."""
        ...


class AlreadyAnswered(Exception):
    """The request key was used before; `answered` tells for what, and with which answer."""


class Notice(Value):
    """The news that a calendar has grown to `sequence`; whoever wants to know more reads the journal."""

    provider_id: ProviderId
    sequence: int


class Broadcast(Protocol):
    """Carries notices of committed events to every process. It may lose some: the journal is the truth."""

    async def publish(self, notices: Sequence[Notice]) -> None:
        """Hand notices on. Never raises for an outage: it is counted, and readers fall back to the journal."""
        ...

    def notices(self) -> AsyncIterator[Notice]:
        """Yield notices from now on, those of this process included."""
        ...


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
        time_zone=calendar.terms.time_zone,
    )
