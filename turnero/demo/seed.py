"""Fills an empty database with the sample barbershop, through the same service that everybody uses: no back doors.

The past is lived through: the clock begins some days ago, the bookings of those days are made while they still lie
ahead, and are completed, missed or cancelled once the clock has passed them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from turnero.demo import shop
from turnero.demo.clock import DemoClock
from turnero.demo.furnish import SampleShop, furnish
from turnero.engine.domain.booking import Slot
from turnero.engine.ports import BookingRecord
from turnero.engine.runtime.requests import NewBooking, SlotQuery
from turnero.engine.runtime.service import BookingService

ZONE = ZoneInfo(shop.BUSINESS.time_zone)

# Two working days back, with room for a long weekend and its holidays before them.
PAST = timedelta(days=8)

# Working days are looked up, not computed: the engine knows the holidays. It answers for at most 31 days at once.
DAYS_LOOKED_AT = 30


async def seed(service: BookingService, clock: DemoClock, *, now: datetime) -> SampleShop:
    """Make the sample shop and its bookings; when it returns, `clock` has arrived at `now`.

    `clock` must show `now - PAST`, or earlier.
    """
    sample = await furnish(service)
    today = now.astimezone(ZONE).date()
    days = _relative(await _working_days(service, sample, first=today - PAST), today)
    made = [
        (row, await _book(service, sample, row, days[row.day]))
        for row in shop.BOOKINGS
        if row.day in days  # a long weekend right before the first days may leave fewer of them
    ]
    clock.advance(now - clock.now())
    for row, booking in made:
        if row.ends is not None:
            await service.change_status(sample.owner(), booking.id, row.ends)
    customers = {row.customer: booking.customer_id for row, booking in made}
    return SampleShop(
        business_id=sample.business_id,
        service_ids=sample.service_ids,
        provider_ids=sample.provider_ids,
        customer_ids=[customers[number] for number in sorted(customers)],
    )


async def first_free_slot(service: BookingService, sample: SampleShop, *, now: datetime) -> Slot:
    """Return a slot for the first service with the first barber, tomorrow or on the first day that has one."""
    tomorrow = now.astimezone(ZONE).date() + timedelta(days=1)
    answer = await service.slots(
        SlotQuery(
            service_id=sample.service_ids[0],
            provider_id=sample.provider_ids[0],
            first=tomorrow,
            last=tomorrow + timedelta(days=DAYS_LOOKED_AT),
        )
    )
    return next(slot for day in answer.days for slot in day.slots)


async def _working_days(service: BookingService, sample: SampleShop, *, first: date) -> Sequence[date]:
    """Return the days from `first` on, on which there is anything to book."""
    answer = await service.slots(
        SlotQuery(
            service_id=sample.service_ids[0],
            business_id=sample.business_id,
            first=first,
            last=first + timedelta(days=DAYS_LOOKED_AT),
        )
    )
    return [day.date for day in answer.days if day.slots]


def _relative(working_days: Sequence[date], today: date) -> dict[int, date]:
    """Number working days by their distance from `today`: -1 the last one before it, 1 the first one after it.

    0 is today, if it is one.
    """
    before = bisect_left(working_days, today)
    following = 0 if working_days[before] == today else 1
    return {n + (0 if n < 0 else following): day for n, day in enumerate(working_days, start=-before)}


async def _book(service: BookingService, sample: SampleShop, row: shop.BookingRow, day: date) -> BookingRecord:
    """Book the first free slot of `day` from the row's hour on, or the last one: Saturdays end early."""
    query = SlotQuery(
        service_id=sample.service_ids[row.service], provider_id=sample.provider_ids[row.barber], first=day, last=day
    )
    answer = await service.slots(query)
    earliest = datetime(day.year, day.month, day.day, row.hour, tzinfo=ZONE).astimezone(UTC)
    starts = [slot.start for found in answer.days for slot in found.slots]
    start = next((start for start in starts if start >= earliest), starts[-1])
    new = NewBooking(
        service_id=query.service_id, provider_id=query.provider_id, start=start, customer=shop.CUSTOMERS[row.customer]
    )
    return await service.book(sample.owner(), new)
