"""Databases to measure on: a shop with calendars of different length, filled through the engine itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from turnero import app
from turnero.config import Settings
from turnero.demo.clock import DemoClock
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.schedule import WEEKDAYS, Schedule, WeeklyHours
from turnero.engine.domain.value import BusinessId, ProviderId, ServiceId
from turnero.engine.runtime.requests import Caller, CustomerRef, NewBooking, NewBusiness, NewProvider, NewService
from turnero.engine.runtime.service import BookingService

ADMIN = Caller(actor=Actor(role=Role.ADMIN, subject="benchmark"))
CUSTOMER = CustomerRef(name="Ana Pérez", phone="+54 9 11 4555-0101")

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
OPENS_HOUR, CLOSES_HOUR = 9, 20
BREAK_HOUR = 13
MINUTES = 30

# Half of a day's slots are taken, so that a day has as many free ones in every calendar that has bookings at all.
BOOKED_A_DAY = (CLOSES_HOUR - OPENS_HOUR - 1) * 60 // MINUTES // 2

# How many bookings are on their way at once while a calendar is filled: below the mailbox's limit.
AT_ONCE = 400

WEEK = Schedule(
    weekly=tuple(WeeklyHours(day=d, opens=f"{OPENS_HOUR:02}:00", closes=f"{CLOSES_HOUR:02}:00") for d in WEEKDAYS),
    breaks=tuple(WeeklyHours(day=d, opens=f"{BREAK_HOUR:02}:00", closes=f"{BREAK_HOUR + 1:02}:00") for d in WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class BenchShop:
    """A business with one service of half an hour."""

    business_id: BusinessId
    service_id: ServiceId


@asynccontextmanager
async def engine(database_url: str, *, start: datetime) -> AsyncIterator[tuple[BookingService, DemoClock]]:
    """Run the engine in this process, on a clock that begins at `start`."""
    settings = Settings(secret="benchmark-benchmark-benchmark-benchmark", database_url=database_url)  # noqa: S106  it signs nothing
    clock = DemoClock(app.SystemClock(), start=start)
    async with app.engine(settings, clock=clock) as service:
        yield service, clock


async def open_shop(service: BookingService) -> BenchShop:
    """Make a business without holidays, whose customers may book until the last minute."""
    policy = PolicyOverride(min_notice_minutes=0, max_advance_days=730, slot_step_minutes=MINUTES)
    new = NewBusiness(name="Benchmark", time_zone=ZONE.key, holidays=None, policy=policy)
    business = await service.create_business(ADMIN, new)
    made = await service.create_service(
        ADMIN, NewService(business_id=business.id, name="Corte", duration_minutes=MINUTES)
    )
    return BenchShop(business.id, made.id)


async def hire(service: BookingService, shop: BenchShop, name: str) -> ProviderId:
    """Make a provider who works every day of the week."""
    new = NewProvider(business_id=shop.business_id, name=name, service_ids=(shop.service_id,))
    provider_id = (await service.create_provider(ADMIN, new)).provider.id
    await service.change_schedule(ADMIN, provider_id, WEEK)
    return provider_id


async def fill(
    service: BookingService, clock: DemoClock, shop: BenchShop, provider_id: ProviderId, *, starts: Iterator[datetime]
) -> None:
    """Book all of `starts`, moving the clock along so that each lies within what may be booked ahead."""
    while chunk := list(islice(starts, AT_ONCE)):
        horizon = chunk[-1] - timedelta(days=700)
        if horizon > clock.now():
            clock.advance(horizon - clock.now())
        await asyncio.gather(
            *(
                service.book(
                    ADMIN,
                    NewBooking(service_id=shop.service_id, provider_id=provider_id, start=start, customer=CUSTOMER),
                )
                for start in chunk
            )
        )


def starts_until(last_day: datetime, count: int) -> Iterator[datetime]:
    """Yield `count` starts in order, `BOOKED_A_DAY` a day, of which the last are on `last_day`."""
    days = -(-count // BOOKED_A_DAY)
    first = last_day.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    hours = [h for h in range(OPENS_HOUR, CLOSES_HOUR) if h != BREAK_HOUR]
    for number in range(count):
        day, place = divmod(number, BOOKED_A_DAY)
        yield (first + timedelta(days=day, hours=hours[place])).astimezone(UTC)
