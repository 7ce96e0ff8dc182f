"""`BookingService`: the only face of the engine that `http` and `bots` know."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from turnero.engine.domain.booking import Status
from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, HoldId, ProviderId, TimeOffId
from turnero.engine.ports import (
    ApiKey,
    BookingFilter,
    BookingRecord,
    Business,
    Customer,
    MessageRecord,
    Page,
    Service,
)
from turnero.engine.runtime.answers import (
    EventsAnswer,
    HistoryEntry,
    HoldAnswer,
    IssuedApiKey,
    ProviderCard,
    Readiness,
    ScheduleAnswer,
    SlotsAnswer,
    TimeOffAnswer,
)
from turnero.engine.runtime.requests import (
    BusinessChange,
    Caller,
    NewApiKey,
    NewBooking,
    NewBusiness,
    NewHold,
    NewProvider,
    NewService,
    NewTimeOff,
    ProviderChange,
    SlotQuery,
)


class BookingService:
    """Every method raises `TurneroError`s only; anything else is a bug. `caller` is who asks, already authenticated."""

    # Catalogue. `business` takes an id or a slug; the cards are public, so reading them needs no caller.
    async def create_business(self, caller: Caller, new: NewBusiness) -> Business: ...
    async def business(self, id_or_slug: str) -> Business: ...
    async def change_business(self, caller: Caller, id_or_slug: str, change: BusinessChange) -> Business: ...
    async def create_service(self, caller: Caller, new: NewService) -> Service: ...
    async def services(self, business: str) -> Sequence[Service]: ...
    async def create_provider(self, caller: Caller, new: NewProvider) -> ProviderCard: ...
    async def providers(self, business: str) -> Sequence[ProviderCard]: ...
    async def provider(self, provider_id: ProviderId) -> ProviderCard: ...
    async def change_provider(self, caller: Caller, provider_id: ProviderId, change: ProviderChange) -> ProviderCard: ...
    async def customer(self, caller: Caller, business_id: BusinessId, customer_id: CustomerId) -> Customer: ...

    # API keys for integrators.
    async def issue_api_key(self, caller: Caller, new: NewApiKey) -> IssuedApiKey: ...
    async def api_keys(self, caller: Caller, business: str) -> Sequence[ApiKey]: ...
    async def revoke_api_key(self, caller: Caller, key_id: str) -> None: ...
    async def integrator(self, secret: str) -> Caller | None:
        """Return who an API key's secret belongs to, or None if it is unknown or revoked."""

    # Schedule and availability.
    async def schedule(self, caller: Caller, provider_id: ProviderId) -> ScheduleAnswer: ...
    async def change_schedule(self, caller: Caller, provider_id: ProviderId, schedule: Schedule) -> ScheduleAnswer: ...
    async def add_time_off(self, caller: Caller, provider_id: ProviderId, new: NewTimeOff) -> TimeOffAnswer: ...
    async def remove_time_off(self, caller: Caller, provider_id: ProviderId, time_off_id: TimeOffId) -> None: ...
    async def slots(self, query: SlotQuery) -> SlotsAnswer: ...

    # Holds and bookings.
    async def hold(self, caller: Caller, new: NewHold) -> HoldAnswer: ...
    async def release_hold(self, caller: Caller, hold_id: HoldId) -> None: ...
    async def book(self, caller: Caller, new: NewBooking) -> BookingRecord: ...
    async def booking(self, caller: Caller, booking_id: BookingId) -> BookingRecord: ...
    async def bookings(self, caller: Caller, where: BookingFilter, *, limit: int, cursor: str | None) -> Page: ...
    async def change_status(
        self, caller: Caller, booking_id: BookingId, to: Status, *, reason: str = ""
    ) -> BookingRecord: ...
    async def reschedule(
        self,
        caller: Caller,
        booking_id: BookingId,
        *,
        start: datetime,
        provider_id: ProviderId | None = None,
        override: bool = False,
    ) -> BookingRecord: ...
    async def rate(
        self, caller: Caller, booking_id: BookingId, *, stars: int, comment: str = ""
    ) -> BookingRecord: ...
    async def history(self, caller: Caller, booking_id: BookingId) -> Sequence[HistoryEntry]: ...
    async def messages(self, caller: Caller, booking_id: BookingId) -> Sequence[MessageRecord]: ...
    async def events(self, caller: Caller, provider_id: ProviderId, *, after: int, limit: int) -> EventsAnswer: ...

    async def ready(self) -> Readiness:
        """Return how the engine is, having asked the database.

        Raises:
            Unavailable(`not_ready`): it is stopping, or the database does not answer.
        """
