"""What bookings come to: periods across changes of the clocks, open time, and the figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from turnero.engine.domain.analytics import (
    BusyHour,
    HourTally,
    Offset,
    Period,
    Tallies,
    Tally,
    analyse,
    hour_of_week,
    open_time,
    period,
)
from turnero.engine.domain.booking import Money, Status, Terms
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import WEEKDAYS, Schedule, TimeOff, Weekday, WeeklyHours
from turnero.engine.domain.value import ProviderId, ServiceId, TimeOffId

CUT, DYE = ServiceId("svc_cut"), ServiceId("svc_dye")
MADRID = "Europe/Madrid"

# Clocks that change at midnight, by half an hour, twice a year, around a fast, and never.
ZONES = [
    "America/Santiago",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    MADRID,
    "America/Argentina/Buenos_Aires",
]


def a_tally(
    bookings: int = 1,
    status: Status = Status.COMPLETED,
    *,
    service: ServiceId = CUT,
    currency: str | None = "ARS",
    amount: int = 0,
    ratings: int = 0,
    stars: int = 0,
) -> Tally:
    return Tally(service, status, currency, bookings, amount, ratings, stars)


def tallied(*rows: Tally, hours: Sequence[HourTally] = (), booked: timedelta = timedelta()) -> Tallies:
    return Tallies(rows, hours, booked)


def a_calendar(zone: str, schedule: Schedule, *time_off: TimeOff) -> Calendar:
    terms = Terms(time_zone=zone, holidays=None, policy=Policy(), services=())
    return replace(empty(ProviderId("prv_1")), terms=terms, schedule=schedule, time_off=time_off)


# --- Periods ------------------------------------------------------------------------------------------------------


def test_a_period_is_of_whole_local_dates() -> None:
    assert period("America/Argentina/Buenos_Aires", date(2026, 12, 1), date(2026, 12, 31)) == Period(
        start=datetime(2026, 12, 1, 3, tzinfo=UTC),
        until=datetime(2027, 1, 1, 3, tzinfo=UTC),
        offsets=(Offset(datetime(2026, 12, 1, 3, tzinfo=UTC), timedelta(hours=-3)),),
    )


def test_a_period_knows_to_the_second_when_clocks_change() -> None:
    assert period(MADRID, date(2026, 1, 1), date(2026, 12, 31)).offsets == (
        Offset(datetime(2025, 12, 31, 23, tzinfo=UTC), timedelta(hours=1)),
        Offset(datetime(2026, 3, 29, 1, tzinfo=UTC), timedelta(hours=2)),
        Offset(datetime(2026, 10, 25, 1, tzinfo=UTC), timedelta(hours=1)),
    )


def test_the_day_on_which_clocks_go_forward_is_short() -> None:
    short = period(MADRID, date(2026, 3, 29), date(2026, 3, 29))

    assert short.until - short.start == timedelta(hours=23)


@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2024, 1, 1), date(2030, 12, 31)),
    days=st.integers(0, 365),
    at=st.floats(0, 1, exclude_max=True),
)
def test_the_offsets_of_a_period_show_what_the_wall_clock_shows(zone: str, first: date, days: int, at: float) -> None:
    asked = period(zone, first, first + timedelta(days=days))
    instant = asked.start + timedelta(seconds=int((asked.until - asked.start).total_seconds() * at))

    ahead = [offset.ahead for offset in asked.offsets if offset.since <= instant][-1]

    wall = instant.astimezone(ZoneInfo(zone))
    assert ahead == wall.utcoffset()
    assert hour_of_week(instant, ahead) == wall.weekday() * 24 + wall.hour
    assert first <= wall.date() <= first + timedelta(days=days)


# --- Open time ----------------------------------------------------------------------------------------------------


def test_open_time_is_hours_less_breaks_and_time_off() -> None:
    schedule = Schedule(
        weekly=(WeeklyHours(day=Weekday.TU, opens="09:00", closes="18:00"),),
        breaks=(WeeklyHours(day=Weekday.TU, opens="13:00", closes="14:00"),),
    )
    dentist = TimeOff(
        id=TimeOffId("off_1"),
        start=datetime(2026, 12, 1, 20, tzinfo=UTC),
        end=datetime(2026, 12, 2, 20, tzinfo=UTC),
    )
    calendar = a_calendar("America/Argentina/Buenos_Aires", schedule, dentist)
    days = [date(2026, 12, 1) + timedelta(days=n) for n in range(14)]

    assert open_time(calendar, days) == timedelta(hours=8 + 8 - 1)


def test_a_night_shift_is_as_long_as_the_clocks_make_it() -> None:
    always = Schedule(weekly=tuple(WeeklyHours(day=day, opens="00:00", closes="24:00") for day in WEEKDAYS))

    assert open_time(a_calendar(MADRID, always), [date(2026, 3, 29)]) == timedelta(hours=23)
    assert open_time(a_calendar(MADRID, always), [date(2026, 10, 25)]) == timedelta(hours=25)


# --- Figures ------------------------------------------------------------------------------------------------------


def test_of_nothing_there_are_zeros_and_no_rates() -> None:
    figures = analyse(tallied(), opened=timedelta(), names={})

    assert figures.totals.created == 0
    assert (figures.revenue, figures.services, figures.busy_hours) == ((), (), ())
    assert (figures.rating.average, figures.rating.count) == (None, 0)
    assert (figures.utilisation, figures.no_show_rate) == (None, None)


def test_totals_say_what_has_become_of_everything_that_was_booked() -> None:
    rows = [a_tally(count, status) for count, status in enumerate(Status, start=1)]

    totals = analyse(tallied(*rows), opened=timedelta(), names={}).totals

    assert (totals.pending, totals.confirmed, totals.completed, totals.cancelled, totals.no_show) == (1, 2, 3, 4, 5)
    assert totals.created == 15


def test_only_completed_bookings_earn_and_currencies_are_kept_apart() -> None:
    rows = [
        a_tally(2, amount=2_400_000),
        a_tally(1, amount=9_000, currency="USD", service=DYE),
        a_tally(1, amount=100),
        a_tally(1, currency=None, service=DYE),
        *(a_tally(1, status, amount=7) for status in Status if status is not Status.COMPLETED),
    ]

    figures = analyse(tallied(*rows), opened=timedelta(), names={CUT: "Corte"})

    pesos, dollars = Money(amount=2_400_100, currency="ARS"), Money(amount=9_000, currency="USD")
    assert figures.revenue == (pesos, dollars)
    assert [(s.name, s.count, s.revenue) for s in figures.services] == [
        ("Corte", 6, (pesos,)),
        (DYE, 2, (dollars,)),
    ]


def test_what_was_cancelled_made_no_hour_busy_and_no_service_popular() -> None:
    rows = [a_tally(3), a_tally(2, Status.NO_SHOW), a_tally(9, Status.CANCELLED, service=DYE)]
    hours = [HourTally(25, Status.NO_SHOW, 2), HourTally(30, Status.CANCELLED, 9), HourTally(25, Status.COMPLETED, 3)]

    figures = analyse(tallied(*rows, hours=hours), opened=timedelta(), names={})

    assert figures.busy_hours == (BusyHour(day=Weekday.TU, hour=1, count=5),)
    assert [(s.service_id, s.count) for s in figures.services] == [(CUT, 5)]


@pytest.mark.parametrize(("missed", "completed", "rate"), [(0, 3, 0.0), (1, 2, 0.3333), (1, 0, 1.0), (0, 0, None)])
def test_the_no_show_rate_is_of_those_who_were_expected(missed: int, completed: int, rate: float | None) -> None:
    rows = [a_tally(missed, Status.NO_SHOW), a_tally(completed), a_tally(5, Status.CONFIRMED)]

    assert analyse(tallied(*rows), opened=timedelta(), names={}).no_show_rate == rate


def test_utilisation_is_booked_over_open_time_and_overtime_shows() -> None:
    hours = timedelta(hours=1)

    assert analyse(tallied(booked=2 * hours), opened=8 * hours, names={}).utilisation == 0.25
    assert analyse(tallied(booked=9 * hours), opened=8 * hours, names={}).utilisation == 1.125


def test_the_average_is_of_ratings_not_of_bookings() -> None:
    rows = [a_tally(10, ratings=2, stars=9), a_tally(10, ratings=1, stars=5), a_tally(10, service=DYE)]

    rating = analyse(tallied(*rows), opened=timedelta(), names={}).rating

    assert (rating.average, rating.count) == (4.67, 3)
