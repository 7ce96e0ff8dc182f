"""Opens the sample barbershop on any database that has none: for the demo, and for `turnero chat`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from turnero.demo import shop
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId, ServiceId
from turnero.engine.runtime.requests import Caller, NewProvider
from turnero.engine.runtime.service import BookingService

_PLATFORM = Caller(actor=Actor(role=Role.ADMIN, subject="demo"))


@dataclass(frozen=True, slots=True)
class SampleShop:
    """What was made, in the order of the tables in `shop`."""

    business_id: BusinessId
    service_ids: Sequence[ServiceId]
    provider_ids: Sequence[ProviderId]
    customer_ids: Sequence[CustomerId]

    def owner(self) -> Caller:
        return Caller(actor=Actor(role=Role.OWNER, subject="owner", business_id=self.business_id))


async def furnish(service: BookingService) -> SampleShop:
    """Open the business, with its price list and its barbers at work. There are no bookings yet, nor customers."""
    business = await service.create_business(_PLATFORM, shop.BUSINESS)
    services = [(await service.create_service(_PLATFORM, row.new(business.id))).id for row in shop.SERVICES]
    providers = []
    for row in shop.BARBERS:
        offers = tuple(services[number] for number in row.services)
        new = NewProvider(business_id=business.id, name=row.name, service_ids=offers)
        card = await service.create_provider(_PLATFORM, new)
        await service.change_schedule(_PLATFORM, card.provider.id, row.schedule())
        providers.append(card.provider.id)
    return SampleShop(business_id=business.id, service_ids=services, provider_ids=providers, customer_ids=())
