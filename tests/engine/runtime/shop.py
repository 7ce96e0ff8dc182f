"""A shop with the engine behind it, on a real database: what tests of the runtime and of `BookingService` stand on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.schedule import WEEKDAYS, Schedule, WeeklyHours
from turnero.engine.domain.value import CustomerId, ProviderId, ServiceId
from turnero.engine.ports import Business, Clock, Ids
from turnero.engine.runtime.dispatcher import PooledDispatcher
from turnero.engine.runtime.requests import Caller, CustomerRef, NewBooking, NewBusiness, NewProvider, NewService
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.service import BookingService
from turnero.engine.runtime.waitlist_keeper import WaitlistKeeper
from turnero.persistence.broadcast import LocalBroadcast
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database, open_database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.waitlist import SqlWaitlist

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)  # a Monday, 09:00 in Buenos Aires
TEN = datetime(2026, 5, 6, 13, 0, tzinfo=UTC)  # Wednesday, 10:00 there
ADMIN = Caller(actor=Actor(role=Role.ADMIN, subject="root"))
MARIA = CustomerRef(name="María", phone="+54 9 11 5555-1234")


class CountedIds:
    """Ids that tell themselves apart and nothing else."""

    def __init__(self, mark: str = "") -> None:
        self._mark = mark
        self._count = 0

    def new(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}_{self._mark}{self._count:06}"


@dataclass
class Engine:
    """A running engine and what it stands on."""

    database: Database
    journal: SqlJournal
    runtime: Runtime
    service: BookingService
    keeper: WaitlistKeeper


@asynccontextmanager
async def running(url: str, clock: Clock, *, ids: Ids | None = None) -> AsyncIterator[Engine]:
    """Run an engine on a migrated database; several at a time on one database are several processes."""
    database = open_database(url)
    catalogue = SqlCatalogue(database)
    journal = SqlJournal(database)
    runtime = Runtime(
        journal=journal,
        catalogue=catalogue,
        broadcast=LocalBroadcast(),
        clock=clock,
        dispatcher=PooledDispatcher(),
        seed=1,
    )
    waitlist = SqlWaitlist(database)
    ids = ids or CountedIds()
    keeper = WaitlistKeeper(runtime, catalogue, waitlist, clock=clock, ids=ids)
    runtime.start()
    keeper.start()
    try:
        service = BookingService(runtime, catalogue, clock=clock, ids=ids, waitlist=waitlist, keeper=keeper)
        yield Engine(database, journal, runtime, service, keeper)
    finally:
        await keeper.stop()
        await runtime.stop(patience_s=2)
        await database.close()


@dataclass
class Shop:
    """A business with two services and some providers who work from 9 to 20 every day."""

    service: BookingService
    clock: ManualClock
    business: Business
    cut: ServiceId
    group: ServiceId
    providers: tuple[ProviderId, ...]

    @property
    def owner(self) -> Caller:
        return Caller(actor=Actor(role=Role.OWNER, subject="own", business_id=self.business.id))

    def customer(self, name: str = "cus", key: str | None = None) -> Caller:
        return Caller(actor=Actor(role=Role.CUSTOMER, subject=CustomerId(name)), key=key)

    def wish(self, start: datetime = TEN, *, provider: int = 0, who: CustomerRef | None = MARIA) -> NewBooking:
        return NewBooking(provider_id=self.providers[provider], service_id=self.cut, start=start, customer=who)

    def wish_anyone(self, start: datetime = TEN, *, who: CustomerRef | None = MARIA) -> NewBooking:
        return NewBooking(business_id=self.business.id, service_id=self.cut, start=start, customer=who)


async def open_shop(
    service: BookingService,
    clock: ManualClock,
    *,
    providers: int = 1,
    policy: PolicyOverride = PolicyOverride(),  # noqa: B008  a frozen value
) -> Shop:
    """Set a shop up through the public face."""
    business = await service.create_business(
        ADMIN, NewBusiness(name="El Turno", time_zone="America/Argentina/Buenos_Aires", policy=policy)
    )
    cut = await service.create_service(ADMIN, NewService(business_id=business.id, name="Corte", duration_minutes=30))
    group = await service.create_service(
        ADMIN, NewService(business_id=business.id, name="Taller", duration_minutes=60, capacity=2)
    )
    cards = [
        await service.create_provider(
            ADMIN, NewProvider(business_id=business.id, name=name, service_ids=(cut.id, group.id))
        )
        for name in ("Ana", "Bruno", "Carla")[:providers]
    ]
    week = Schedule(weekly=tuple(WeeklyHours(day=day, opens="09:00", closes="20:00") for day in WEEKDAYS))
    for card in cards:
        await service.change_schedule(ADMIN, card.provider.id, week)
    ids = tuple(card.provider.id for card in cards)
    return Shop(service, clock, business, cut.id, group.id, ids)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
