"""The store of what exists beside the calendars, and the read side of bookings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from turnero.engine.domain.analytics import Period, Tallies
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId
from turnero.engine.ports.messaging import Preferences
from turnero.engine.ports.outbox import Messages
from turnero.engine.ports.push import PushSubscriptions
from turnero.engine.ports.reading import BookingFilter, BookingRecord, MessageRecord, Page
from turnero.engine.ports.records import ApiKey, BookingText, Business, Customer, Provider, RequestKey, Service
from turnero.engine.ports.sign_ins import SignIns


class Catalogue(SignIns, Messages, Preferences, PushSubscriptions, Protocol):
    """Businesses, services, providers' cards, customers, API keys, and the read side of bookings and messages.

    How people get in (`SignIns`), how customers want to be written to (`Preferences`), and which devices want to be
    pushed to (`PushSubscriptions`) belong here too.

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

    async def find_customers(self, business_id: BusinessId, text: str, *, limit: int) -> Sequence[Customer]:
        """Return customers in whose name or phone every word of `text` occurs, by name; none of it: all of them.

        Capitals and accents do not matter, and neither does how a phone is written.
        """
        ...

    async def customers_by_id(self, business_id: BusinessId, ids: Sequence[CustomerId]) -> Sequence[Customer]: ...

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

    async def tallies(self, provider_id: ProviderId, period: Period) -> Tallies:
        """Add up a provider's bookings that start in `period`, all as of one moment."""
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
