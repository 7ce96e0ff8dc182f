"""What a provider's bookings come to over some dates: counts, money, busy hours, rates. Pure arithmetic.

A booking belongs to the local date and hour at which it starts. Databases add up (`Tally`), without knowing what a
time zone is: a `Period` tells them how far the wall clock is ahead of UTC, and from when on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.hours import openings, wall_instant, zone
from turnero.engine.domain.schedule import MINUTES_PER_DAY, WEEKDAYS, Weekday
from turnero.engine.domain.value import ServiceId, Value, instant

HOURS_PER_DAY = 24
HOURS_PER_WEEK = 7 * HOURS_PER_DAY

# A ten-thousandth is finer than any of these numbers means, and short enough to be read.
RATE_DIGITS = 4
# Stars are whole; two digits tell apart what a shop would call better.
RATING_DIGITS = 2


class Offset(NamedTuple):
    """From `since` on, the wall clock is `ahead` of UTC."""

    since: datetime
    ahead: timedelta


class Period(Value):
    """Local dates as the instants `[start, until)`, and what the wall clock shows in between.

    `offsets` is never empty; the first one holds from `start` on, each until the next.
    """

    start: datetime
    until: datetime
    offsets: tuple[Offset, ...]


class Tally(NamedTuple):
    """Bookings that are alike: how many, the sum of their prices, how many were rated and with how many stars.

    Those without a price have no `currency`.
    """

    service_id: ServiceId
    status: Status
    currency: str | None
    bookings: int
    amount: int
    ratings: int
    stars: int


class HourTally(NamedTuple):
    """How many bookings of a status start in an hour of the week: on the wall clock, Monday at midnight is 0."""

    hour: int
    status: Status
    bookings: int


class Tallies(NamedTuple):
    """Everything that was added up. `booked` is the time that bookings took which were not cancelled.

    People who share a session share its time: it is in `booked` once.
    """

    services: Sequence[Tally]
    hours: Sequence[HourTally]
    booked: timedelta


class Totals(Value):
    """`created` is every booking that starts in the period; the others say what has become of them."""

    created: int
    pending: int
    confirmed: int
    cancelled: int
    completed: int
    no_show: int


class ServiceFigures(Value):
    """One service: its bookings that were not cancelled, and what the completed ones earned."""

    service_id: ServiceId
    name: str
    count: int
    revenue: tuple[Money, ...]


class BusyHour(Value):
    """How many bookings that were not cancelled start within an hour of a weekday, on the wall clock."""

    day: Weekday
    hour: int
    count: int


class Ratings(Value):
    """The average of 1 to 5 stars, null when nobody has rated, and how many have."""

    average: float | None
    count: int


class Analytics(Value):
    """`utilisation` is booked over open time, null when nothing was open; overtime makes it larger than 1.

    `no_show_rate` is the part of those expected who did not come, null when nobody was expected.
    """

    totals: Totals
    revenue: tuple[Money, ...]
    services: tuple[ServiceFigures, ...]
    busy_hours: tuple[BusyHour, ...]
    rating: Ratings
    utilisation: float | None
    no_show_rate: float | None


# --- The period ---------------------------------------------------------------------------------------------------


def period(time_zone: str, first: date, last: date) -> Period:
    """Return the local dates `first` to `last`, inclusive."""
    tz = zone(time_zone)
    start = instant(wall_instant(tz, first, 0))
    until = instant(wall_instant(tz, last, MINUTES_PER_DAY))
    return Period(start=start, until=until, offsets=tuple(_offsets(tz, start, until)))


def _offsets(tz: ZoneInfo, start: datetime, until: datetime) -> Iterator[Offset]:
    # `zoneinfo` does not tell when clocks change, so each day is asked whether they did. No zone changes its clocks
    # twice within a day.
    ahead = _ahead(tz, start)
    yield Offset(start, ahead)
    day = start
    while day < until:
        following = day + timedelta(days=1)
        if (changed := _ahead(tz, following)) != ahead:
            ahead = changed
            yield Offset(_change(tz, day, following), ahead)
        day = following


def _change(tz: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the instant between two at which the wall clock jumps; clocks change at a full second."""
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if _ahead(tz, middle) == _ahead(tz, before):
            before = middle
        else:
            after = middle
    return after


def _ahead(tz: ZoneInfo, at: datetime) -> timedelta:
    ahead = at.astimezone(tz).utcoffset()
    assert ahead is not None, "a zone knows its offset at any instant"
    return ahead


def hour_of_week(at: datetime, ahead: timedelta) -> int:
    """Return the hour that the wall clock shows at an instant, counted from Monday at midnight."""
    wall = at.astimezone(UTC) + ahead
    return wall.weekday() * HOURS_PER_DAY + wall.hour


def open_time(calendar: Calendar, days: Iterable[date]) -> timedelta:
    """Return for how long the calendar is open on these local dates, by its schedule and time off of today."""
    seconds = sum(
        opening.end - opening.start
        for day in days
        for opening in openings(calendar.terms, calendar.schedule, calendar.time_off, day)
    )
    return timedelta(seconds=seconds)


# --- The figures --------------------------------------------------------------------------------------------------


def analyse(tallies: Tallies, *, opened: timedelta, names: Mapping[ServiceId, str]) -> Analytics:
    """Return what the tallies come to. A service without a name goes by its id."""
    by_status: Counter[Status] = Counter()
    by_service: Counter[ServiceId] = Counter()
    earned: dict[ServiceId, Counter[str]] = {}
    ratings = stars = 0
    for row in tallies.services:
        by_status[row.status] += row.bookings
        if row.status is not Status.CANCELLED:
            by_service[row.service_id] += row.bookings
        if row.status is Status.COMPLETED and row.currency is not None:
            earned.setdefault(row.service_id, Counter())[row.currency] += row.amount
        ratings += row.ratings
        stars += row.stars
    services = [
        ServiceFigures(
            service_id=service_id,
            name=names.get(service_id, service_id),
            count=count,
            revenue=_money([earned.get(service_id, {})]),
        )
        for service_id, count in by_service.items()
    ]
    completed, missed = by_status[Status.COMPLETED], by_status[Status.NO_SHOW]
    return Analytics(
        totals=_totals(by_status),
        revenue=_money(earned.values()),
        services=tuple(sorted(services, key=_most_booked_first)),
        busy_hours=_busy_hours(tallies.hours),
        rating=Ratings(average=_ratio(stars, ratings, RATING_DIGITS), count=ratings),
        utilisation=_ratio(tallies.booked.total_seconds(), opened.total_seconds(), RATE_DIGITS),
        no_show_rate=_ratio(missed, completed + missed, RATE_DIGITS),
    )


def _totals(by_status: Counter[Status]) -> Totals:
    return Totals(
        created=by_status.total(),
        pending=by_status[Status.PENDING],
        confirmed=by_status[Status.CONFIRMED],
        cancelled=by_status[Status.CANCELLED],
        completed=by_status[Status.COMPLETED],
        no_show=by_status[Status.NO_SHOW],
    )


def _money(amounts: Iterable[Mapping[str, int]]) -> tuple[Money, ...]:
    """Return the sums by currency. Nothing is converted: no rate of exchange would be the right one."""
    sums: dict[str, int] = {}
    for by_currency in amounts:
        for currency, amount in by_currency.items():
            sums[currency] = sums.get(currency, 0) + amount
    return tuple(Money(amount=sums[currency], currency=currency) for currency in sorted(sums))


def _busy_hours(rows: Iterable[HourTally]) -> tuple[BusyHour, ...]:
    starts: Counter[int] = Counter()
    for row in rows:
        if row.status is not Status.CANCELLED:
            starts[row.hour] += row.bookings
    return tuple(
        BusyHour(day=WEEKDAYS[hour // HOURS_PER_DAY], hour=hour % HOURS_PER_DAY, count=starts[hour])
        for hour in sorted(starts)
    )


def _ratio(part: float, whole: float, digits: int) -> float | None:
    return round(part / whole, digits) if whole else None


def _most_booked_first(figures: ServiceFigures) -> tuple[int, str, str]:
    return -figures.count, figures.name, figures.service_id
