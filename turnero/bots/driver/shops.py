"""The businesses of this installation as conversations see them, looked up now and then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from turnero.bots.conversation.shop import Shop, ShopService, Staff
from turnero.bots.driver.lobby import Door
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import BusinessId
from turnero.engine.ports import Clock
from turnero.engine.runtime.service import BookingService

# A new price or another lunch break is in the chat this much later. What is free is always looked up.
SHOPS_FRESH_FOR = timedelta(seconds=15)
# A few KiB each.
SHOPS_REMEMBERED_MAX = 1_000


class _Seen(NamedTuple):
    shop: Shop
    at: datetime


class Shops:
    """Snapshots of businesses, each at most `SHOPS_FRESH_FOR` old."""

    def __init__(self, service: BookingService, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._seen: dict[BusinessId, _Seen] = {}
        self._doors: Sequence[Door] = ()
        self._doors_at: datetime | None = None

    async def doors(self) -> Sequence[Door]:
        """Return all businesses, oldest first."""
        now = self._clock.now()
        if self._doors_at is None or not self._doors or not _fresh(self._doors_at, now):
            found = await self._service.businesses()
            self._doors = [Door(one.id, one.slug, one.name, one.address) for one in found]
            self._doors_at = now
        return self._doors

    async def shop(self, business_id: BusinessId) -> Shop:
        """Return a business with what it offers, and with whom. Raises: NotFound: there is no such business."""
        now = self._clock.now()
        seen = self._seen.get(business_id)
        if seen is None or not _fresh(seen.at, now):
            if len(self._seen) >= SHOPS_REMEMBERED_MAX:
                self._seen.clear()
            seen = self._seen[business_id] = _Seen(await self._look(business_id), now)
        return seen.shop

    async def _look(self, business_id: BusinessId) -> Shop:
        business = await self._service.business(business_id)
        cards = await self._service.providers(business.id)
        staff = []
        for card in cards:
            calendar = await self._service.calendar(card.provider.id)
            staff.append(
                Staff(
                    id=card.provider.id,
                    name=card.provider.name,
                    service_ids=card.provider.service_ids,
                    schedule=calendar.schedule,
                )
            )
        offered = {service_id for one in staff for service_id in one.service_ids}
        services = await self._service.services(business.id)
        return Shop(
            business_id=business.id,
            name=business.name,
            slug=business.slug,
            vertical=business.vertical,
            locale=business.locale,
            time_zone=business.time_zone,
            holidays=business.holidays,
            address=business.address,
            phone=business.phone,
            policy=business.policy.over(Policy()),
            # What nobody does cannot be booked, and what nobody can book is not there to be asked for.
            services=tuple(
                ShopService(
                    id=one.id,
                    name=one.name,
                    duration_minutes=one.duration_minutes,
                    price=one.price,
                    capacity=one.capacity,
                )
                for one in services
                if one.id in offered
            ),
            staff=tuple(one for one in staff if one.service_ids),
        )


def _fresh(at: datetime, now: datetime) -> bool:
    # A clock that was set back must not keep an old snapshot for hours.
    return timedelta(0) <= now - at < SHOPS_FRESH_FOR
