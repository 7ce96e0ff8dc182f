"""Databases to measure on: a shop with calendars of different length, filled through the engine itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
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
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId, ServiceId
from turnero.engine.runtime.requests import Caller, CustomerRef, NewBooking, NewBusiness, NewProvider, NewService
from turnero.engine.runtime.service import BookingService

ADMIN = Caller(actor=Actor(role=Role.ADMIN, subject="benchmark"))

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
HOURS = tuple(hour for hour in range(9, 20) if hour != 13)

# Slots are read on calendars as a barbershop has them, in half hours.
SLOT = timedelta(minutes=30)
# Bookings are made in short appointments around the clock, so that there are enough of them for every run.
SHORT = timedelta(minutes=5)

# Around the day whose slots are asked for, half of them are taken.
HALF_FULL = timedelta(days=30)

AHEAD_DAYS = 730

# How many commands are on their way at once while a database is filled: below a mailbox's limit.
AT_ONCE = 400

WEEK = Schedule(
    weekly=tuple(WeeklyHours(day=day, opens="09:00", closes="20:00") for day in WEEKDAYS),
    breaks=tuple(WeeklyHours(day=day, opens="13:00", closes="14:00") for day in WEEKDAYS),
)
ALWAYS = Schedule(weekly=tuple(WeeklyHours(day=day, opens="00:00", closes="24:00") for day in WEEKDAYS))


@dataclass(frozen=True, slots=True)
class Shop:
    """A business with a service of half an hour and a short one, and one customer who takes all of it."""

    business_id: BusinessId
    slot: ServiceId
    short: ServiceId
    customer_id: CustomerId


@asynccontextmanager
async def engine(database_url: str, *, start: datetime) -> AsyncIterator[tuple[BookingService, DemoClock]]:
    """Run the engine in this process, on a clock that begins at `start`."""
    settings = Settings(secret="nothing is signed here", database_url=database_url)  # noqa: S106  as it says
    clock = DemoClock(app.SystemClock(), start=start)
    async with app.engine(settings, clock=clock) as service:
        yield service, clock


async def open_shop(service: BookingService, clock: DemoClock) -> Shop:
    """Make a business without holidays, whose customers may book until the last minute."""
    policy = PolicyOverride(min_notice_minutes=0, max_advance_days=AHEAD_DAYS, slot_step_minutes=5)
    new = NewBusiness(name="Benchmark", time_zone=ZONE.key, holidays=None, policy=policy)
    business_id = (await service.create_business(ADMIN, new)).id
    slot, short = [
        (
            await service.create_service(
                ADMIN, NewService(business_id=business_id, name=name, duration_minutes=minutes)
            )
        ).id
        for name, minutes in (("Corte", SLOT // timedelta(minutes=1)), ("Retoque", SHORT // timedelta(minutes=1)))
    ]
    shop = Shop(business_id, slot, short, CustomerId(""))
    barber = await hire(service, shop, "First", ALWAYS)
    start = midnight(clock.now()) + timedelta(days=1)
    who = CustomerRef(name="Ana Pérez", phone="+54 9 11 4555-0101")
    new_booking = NewBooking(service_id=slot, provider_id=barber, start=start, customer=who)
    return Shop(business_id, slot, short, (await service.book(ADMIN, new_booking)).customer_id)


async def hire(service: BookingService, shop: Shop, name: str, schedule: Schedule) -> ProviderId:
    """Make a provider who does both services."""
    new = NewProvider(
        business_id=shop.business_id,
        name=name,
        service_ids=(shop.slot, shop.short),
        policy=PolicyOverride(slot_step_minutes=30) if schedule is WEEK else PolicyOverride(),
    )
    provider_id = (await service.create_provider(ADMIN, new)).provider.id
    await service.change_schedule(ADMIN, provider_id, schedule)
    return provider_id


async def fill(
    service: BookingService, clock: DemoClock, shop: Shop, provider_id: ProviderId, *, starts: Iterable[datetime]
) -> None:
    """Book half an hour at all of `starts`, moving the clock along so that each lies within what may be booked."""
    rest = iter(starts)
    customer = CustomerRef(id=shop.customer_id)
    while chunk := list(islice(rest, AT_ONCE)):
        horizon = chunk[-1] - timedelta(days=AHEAD_DAYS - 1)
        if horizon > clock.now():
            clock.advance(horizon - clock.now())
        bookings = (
            NewBooking(service_id=shop.slot, provider_id=provider_id, start=start, customer=customer) for start in chunk
        )
        await asyncio.gather(*(service.book(ADMIN, new) for new in bookings))


def starts_until(last_day: datetime, bookings: int) -> list[datetime]:
    """Return `bookings` starts in order, so that the last are on `last_day`.

    The last days are half full, so that as much is free there in every calendar; all days before are full.
    """
    starts: list[datetime] = []
    day = midnight(last_day)
    while len(starts) < bookings:
        halves = 1 if last_day - day < HALF_FULL else 2
        slots = [day + timedelta(hours=hour) + SLOT * half for hour in HOURS for half in range(halves)]
        starts.extend(slot.astimezone(UTC) for slot in reversed(slots))
        day -= timedelta(days=1)
    return starts[bookings - 1 :: -1]


def midnight(at: datetime) -> datetime:
    """Return the beginning of the shop's day in which `at` lies."""
    return at.astimezone(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
