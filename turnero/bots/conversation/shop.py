"""What a conversation knows of the business it speaks for."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from turnero.engine.domain.booking import Money
from turnero.engine.domain.hours import zone
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.value import BusinessId, ProviderId, ServiceId, Value


class ShopService(Value):
    """A line of the price list."""

    id: ServiceId
    name: str
    duration_minutes: int
    price: Money | None
    capacity: int = 1


class Staff(Value):
    """Somebody who can be booked, what they do, and when they work."""

    id: ProviderId
    name: str
    service_ids: tuple[ServiceId, ...]
    schedule: Schedule


class Shop(Value):
    """A business as its customers see it. `locale` is BCP 47, `time_zone` an IANA name, `holidays` as in `Terms`."""

    business_id: BusinessId
    name: str
    slug: str
    vertical: str
    locale: str
    time_zone: str
    address: str | None
    phone: str | None
    policy: Policy
    services: tuple[ShopService, ...]
    staff: tuple[Staff, ...]
    holidays: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        return zone(self.time_zone)

    def service(self, service_id: ServiceId) -> ShopService | None:
        return next((one for one in self.services if one.id == service_id), None)

    def member(self, provider_id: ProviderId) -> Staff | None:
        return next((one for one in self.staff if one.id == provider_id), None)
