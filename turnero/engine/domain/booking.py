"""A booking, its states, and the two tables that say which state may follow and who may bring it about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from turnero.engine.domain import limits
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    EntryId,
    HoldId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
    Value,
)


class Status(StrEnum):
    """Where a booking is in its life. PENDING and CONFIRMED are live: they occupy time."""

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    NO_SHOW = "NO_SHOW"


class Role(StrEnum):
    """Who asks. `system` is Turnero itself: deadlines, automatic confirmation, payments."""

    ADMIN = "admin"
    OWNER = "owner"
    PROVIDER = "provider"
    CUSTOMER = "customer"
    INTEGRATOR = "integrator"
    SYSTEM = "system"


class Actor(Value):
    """Who is behind a command: a role, a subject (its id), and the one business it is bound to, if any."""

    role: Role
    subject: str
    business_id: BusinessId | None = None


SYSTEM = Actor(role=Role.SYSTEM, subject="turnero")

LIVE = frozenset({Status.PENDING, Status.CONFIRMED})

# What may follow what. The state diagram in the docs is drawn from this table.
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.CONFIRMED, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW}),
    Status.COMPLETED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.NO_SHOW: frozenset(),
}

_STAFF = frozenset({Role.PROVIDER, Role.OWNER, Role.ADMIN})

# Who may bring a booking into a state. A customer's cancellation is further bound by the booking's own policy.
MAY_BECOME: Mapping[Status, frozenset[Role]] = {
    Status.PENDING: frozenset(),
    Status.CONFIRMED: _STAFF | {Role.SYSTEM},
    Status.CANCELLED: _STAFF | {Role.CUSTOMER, Role.SYSTEM},
    Status.COMPLETED: _STAFF,
    Status.NO_SHOW: _STAFF,
}

# States that say what happened at the appointment, and so cannot be entered before its start.
NOT_BEFORE_START = frozenset({Status.COMPLETED, Status.NO_SHOW})

STAFF = _STAFF


class Money(Value, gc=False):
    """An amount in minor units (ARS 12.000,00 is 1200000) of an ISO 4217 currency."""

    amount: Annotated[int, Meta(ge=0, le=10**15)]
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", examples=["ARS"])]


class ServiceTerms(Value):
    """What a calendar has to know of a service in order to book it."""

    id: ServiceId
    duration_minutes: Annotated[int, Meta(ge=1, le=limits.DURATION_MINUTES_MAX)]
    buffer_before_minutes: Annotated[int, Meta(ge=0, le=limits.BUFFER_MINUTES_MAX)] = 0
    buffer_after_minutes: Annotated[int, Meta(ge=0, le=limits.BUFFER_MINUTES_MAX)] = 0
    price: Money | None = None
    capacity: Annotated[int, Meta(ge=1, le=limits.CAPACITY_MAX)] = 1


class Terms(Value):
    """What a calendar takes from its business and provider: zone, holidays, policy, services.

    `holidays` is an ISO 3166 country, or country-subdivision ("AR", "AR-B"), or null for none.
    """

    time_zone: str
    holidays: str | None
    policy: Policy
    services: Annotated[tuple[ServiceTerms, ...], Meta(max_length=limits.SERVICES_PER_PROVIDER_MAX)]

    def service(self, service_id: ServiceId) -> ServiceTerms | None:
        return next((s for s in self.services if s.id == service_id), None)


class Slot(Value, gc=False):
    """A start that can be booked, and the end that the service's duration gives it; `[start, end)` in UTC."""

    start: datetime
    end: datetime
    provider_id: ProviderId


class Booking(Value, gc=False):
    """One appointment of one customer, `[start, end)` in UTC. The buffers widen what it occupies.

    `sequence` numbers the calendar's event that last changed it; `revision` counts its own changes of time.
    `acknowledged_at` is when its customer said that they will come, at the time that it has now.
    `noted` and `reasoned` say that a note or a cancellation reason is kept beside the journal (rule 14: free text
    is personal data). `pending_until` is the deadline of a PENDING booking.
    """

    id: BookingId
    service_id: ServiceId
    customer_id: CustomerId
    start: datetime
    end: datetime
    status: Status
    policy: Policy
    created_at: datetime
    price: Money | None = None
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    revision: int = 1
    sequence: int = 0
    session_id: SessionId | None = None
    series_id: SeriesId | None = None
    pending_until: datetime | None = None
    cancelled_by: Role | None = None
    noted: bool = False
    reasoned: bool = False
    stars: int | None = None
    acknowledged_at: datetime | None = None

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def occupied_from(self) -> datetime:
        return self.start - timedelta(minutes=self.buffer_before_minutes)

    @property
    def occupied_until(self) -> datetime:
        return self.end + timedelta(minutes=self.buffer_after_minutes)

    @property
    def cancellation_deadline(self) -> datetime:
        """The last instant at which its customer may still cancel or move it, once confirmed."""
        return self.start - self.policy.cancellation_notice


class Hold(Value, gc=False):
    """A slot kept for one holder until `expires_at`, so that they can make up their mind.

    One with an `entry_id` is an offer to that entry of the waitlist.
    """

    id: HoldId
    service_id: ServiceId
    holder: str
    start: datetime
    end: datetime
    expires_at: datetime
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    sequence: int = 0
    entry_id: EntryId | None = None

    @property
    def occupied_from(self) -> datetime:
        return self.start - timedelta(minutes=self.buffer_before_minutes)

    @property
    def occupied_until(self) -> datetime:
        return self.end + timedelta(minutes=self.buffer_after_minutes)
