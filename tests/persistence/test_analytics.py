"""Bookings added up by both databases, against a slow and obvious computation over a list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from turnero.engine.domain.analytics import Analytics, BusyHour, Ratings, ServiceFigures, Totals, analyse, period
from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import WEEKDAYS
from turnero.engine.domain.value import ProviderId, ServiceId
from turnero.persistence.analytics import _tallies
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database, open_database
from turnero.persistence.schema import bookings

OPENED = timedelta(hours=40)

# Each example writes into a calendar of its own, so that one database serves them all.
_calendars = count(1)
_ids = count(1)


class Booked(NamedTuple):
    """What of a booking counts."""

    service: str
    status: Status
    start: datetime
    minutes: int
    price: tuple[int, str] | None
    stars: int | None
    session: str | None


def a_row(provider_id: str, booked: Booked) -> dict[str, object]:
    amount, currency = booked.price or (None, None)
    return {
        "id": f"bkg_{next(_ids)}",
        "business_id": "biz_1",
        "provider_id": provider_id,
        "service_id": booked.service,
        "customer_id": "cus_1",
        "start": booked.start,
        "end": booked.start + timedelta(minutes=booked.minutes),
        "status": booked.status.value,
        "revision": 1,
        "sequence": 1,
        "price_amount": amount,
        "price_currency": currency,
        "series_id": None,
        "session_id": booked.session,
        "cancelled_by": None,
        "created_at": booked.start,
        "policy": Policy(),
        "stars": booked.stars,
        "time_zone": "UTC",
    }


async def fill(database: Database, provider_id: str, made: Sequence[Booked]) -> None:
    rows = [a_row(provider_id, booked) for booked in made]

    def write(connection: Connection) -> None:
        if rows:
            connection.execute(insert(bookings), rows)

    await database.write(write)


async def analysed(database: Database, provider_id: str, zone: str, first: date, last: date) -> Analytics:
    tallies = await SqlCatalogue(database).tallies(ProviderId(provider_id), period(zone, first, last))
    return analyse(tallies, opened=OPENED, names={})


def slowly(made: Sequence[Booked], zone: str, first: date, last: date) -> Analytics:
    """Return the same figures as anybody would count them by hand."""
    tz = ZoneInfo(zone)
    inside = [b for b in made if first <= b.start.astimezone(tz).date() <= last]
    kept = [b for b in inside if b.status is not Status.CANCELLED]
    completed = [b for b in inside if b.status is Status.COMPLETED]
    missed = [b for b in inside if b.status is Status.NO_SHOW]
    stars = [b.stars for b in inside if b.stars is not None]
    stretches = {(b.session or index, b.start, b.minutes) for index, b in enumerate(kept)}
    booked = sum(minutes for _, _, minutes in stretches)
    hours = Counter((b.start.astimezone(tz).weekday(), b.start.astimezone(tz).hour) for b in kept)
    states = Counter(b.status for b in inside)
    services = [
        ServiceFigures(
            service_id=ServiceId(service),
            name=service,
            count=sum(b.service == service for b in kept),
            revenue=earned([b for b in completed if b.service == service]),
        )
        for service in {b.service for b in kept}
    ]
    return Analytics(
        totals=Totals(
            created=len(inside),
            pending=states[Status.PENDING],
            confirmed=states[Status.CONFIRMED],
            cancelled=states[Status.CANCELLED],
            completed=len(completed),
            no_show=len(missed),
        ),
        revenue=earned(completed),
        services=tuple(sorted(services, key=lambda s: (-s.count, s.name))),
        busy_hours=tuple(BusyHour(day=WEEKDAYS[day], hour=hour, count=hours[day, hour]) for day, hour in sorted(hours)),
        rating=Ratings(average=round(sum(stars) / len(stars), 2) if stars else None, count=len(stars)),
        utilisation=round(timedelta(minutes=booked) / OPENED, 4),
        no_show_rate=round(len(missed) / len(missed + completed), 4) if missed or completed else None,
    )


def earned(completed: Sequence[Booked]) -> tuple[Money, ...]:
    prices = [b.price for b in completed if b.price is not None]
    return tuple(
        Money(amount=sum(amount for amount, currency in prices if currency == wanted), currency=wanted)
        for wanted in sorted({currency for _, currency in prices})
    )


# Around the night in which each zone's clocks change, and the ends of the days that are asked for.
CHANGES = [
    ("Europe/Madrid", date(2026, 3, 29)),
    ("Europe/Madrid", date(2026, 10, 25)),
    ("America/Santiago", date(2026, 9, 6)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Asia/Kathmandu", date(2026, 1, 1)),
    ("America/Argentina/Buenos_Aires", date(2026, 12, 31)),
]


@st.composite
def shops(draw: st.DrawFn) -> tuple[str, date, date, list[Booked]]:
    """Draw a zone, local dates, and bookings on them, around them and in sessions."""
    zone, day = draw(st.sampled_from(CHANGES))
    first = day - timedelta(days=draw(st.integers(0, 2)))
    last = day + timedelta(days=draw(st.integers(0, 2)))
    middle = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # Half of them where it is easiest to be wrong: on the first and last instants, and when clocks change.
    asked = period(zone, first, last)
    edges = [asked.start, asked.until, *(offset.since for offset in asked.offsets)]
    around = st.builds(
        lambda edge, quarters: edge + timedelta(minutes=15 * quarters), st.sampled_from(edges), st.integers(-1, 1)
    )
    starts = around | st.integers(-4 * 24 * 4, 4 * 24 * 4).map(
        lambda quarters: middle + timedelta(minutes=15 * quarters)
    )
    prices = st.none() | st.tuples(st.sampled_from([0, 500, 10**12]), st.sampled_from(["ARS", "USD"]))
    made = draw(
        st.lists(
            st.builds(
                Booked,
                service=st.sampled_from(["svc_cut", "svc_dye"]),
                status=st.sampled_from(Status),
                start=starts,
                minutes=st.sampled_from([15, 45, 1440]),
                price=prices,
                stars=st.none() | st.integers(1, 5),
                session=st.none(),
            ),
            max_size=30,
        )
    )
    states_in_session = st.just([Status.CANCELLED]) | st.lists(st.sampled_from(Status), min_size=1, max_size=4)
    # Whoever is in a session has its time and its service; the rest is each one's own.
    for number in range(draw(st.integers(0, 2))):
        start, states = draw(starts), draw(states_in_session)
        session = f"ses_{number}_{next(_ids)}"
        made += [Booked("svc_yoga", status, start, 60, draw(prices), None, session) for status in states]
    return zone, first, last, made


# Each is some milliseconds on a real database. Fewer let a bound slip that is off by one.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(shop=("Europe/Madrid", date(2026, 3, 29), date(2026, 3, 29), []))
@given(shop=shops())
async def test_the_database_counts_what_counting_by_hand_comes_to(
    database: Database, shop: tuple[str, date, date, list[Booked]]
) -> None:
    zone, first, last, made = shop
    provider_id = f"prv_{next(_calendars)}"
    await fill(database, provider_id, made)

    assert await analysed(database, provider_id, zone, first, last) == slowly(made, zone, first, last)


async def test_people_who_share_a_session_share_its_time(database: Database) -> None:
    start = datetime(2026, 12, 1, 13, tzinfo=UTC)
    alone = Booked("svc_cut", Status.CONFIRMED, start, 30, None, None, None)
    member = Booked("svc_yoga", Status.CONFIRMED, start, 60, None, None, "ses_1")
    await fill(database, "prv_yoga", [alone, member, member, member._replace(status=Status.CANCELLED)])

    figures = await analysed(database, "prv_yoga", "UTC", start.date(), start.date())

    assert figures.utilisation == 1.5 / 40
    assert figures.totals.created == 4


async def test_another_providers_bookings_do_not_count(database: Database) -> None:
    start = datetime(2026, 12, 1, 13, tzinfo=UTC)
    booked = Booked("svc_cut", Status.COMPLETED, start, 30, (100, "ARS"), 5, None)
    await fill(database, "prv_a", [booked])
    await fill(database, "prv_b", [booked, booked])

    figures = await analysed(database, "prv_a", "UTC", start.date(), start.date())

    assert (figures.totals.created, figures.revenue) == (1, (Money(amount=100, currency="ARS"),))


async def test_both_walks_are_along_an_index(sqlite_url: str) -> None:
    query = _tallies(ProviderId("prv_1"), period("Europe/Madrid", date(2026, 1, 1), date(2026, 12, 31)))
    database = open_database(sqlite_url)
    statement = query.compile(database.reading, compile_kwargs={"literal_binds": True})

    plan = await database.read(
        lambda connection: [row.detail for row in connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))]
    )
    await database.close()

    walks = [step for step in plan if "bookings" in step]
    assert len(walks) == 2, plan
    assert "INDEX ix_bookings_provider_id (provider_id=? AND start>? AND start<?)" in " ".join(walks)
    assert "INDEX ix_bookings_sessions (provider_id=? AND start>? AND start<?)" in " ".join(walks)
