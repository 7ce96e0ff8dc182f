from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.engine.domain.calendars import (
    BUENOS_AIRES,
    LORD_HOWE,
    MADRID,
    NINE_TO_SIX,
    SANTIAGO,
    at,
    daily,
    off,
    on,
    terms,
)
from turnero.engine.domain.hours import (
    Stretch,
    breaks_on,
    exists,
    is_holiday,
    known_holidays,
    local_date,
    merged,
    offset_changes,
    openings,
    openings_from,
    wall_instant,
    without,
    zone,
)
from turnero.engine.domain.schedule import Schedule, TimeOff, Weekday, WeeklyHours

ZONES = [BUENOS_AIRES, SANTIAGO, MADRID, LORD_HOWE, "UTC", "Asia/Kathmandu", "Antarctica/Troll", "America/Havana"]


def clock(
    schedule: Schedule,
    day: str,
    *,
    zone_name: str = BUENOS_AIRES,
    holidays: str | None = None,
    time_off: tuple[TimeOff, ...] = (),
) -> list[str]:
    """The openings of a day, as the wall clock shows them: "09:00-13:00"."""
    tz = zone(zone_name)
    agreed = terms(zone_name=zone_name, holidays=holidays)
    return [
        f"{datetime.fromtimestamp(start, tz):%H:%M}-{datetime.fromtimestamp(end, tz):%H:%M}"
        for start, end in openings(agreed, schedule, time_off, date.fromisoformat(day))
    ]


def test_a_break_is_taken_out_of_the_weekly_hours() -> None:
    assert clock(NINE_TO_SIX, "2026-12-01") == ["09:00-13:00", "14:00-18:00"]


def test_hours_that_touch_or_overlap_are_one_opening() -> None:
    weekly = (*daily("09:00", "11:00"), *daily("10:00", "12:00"), *daily("12:00", "13:00"))
    assert clock(Schedule(weekly=weekly), "2026-12-01") == ["09:00-13:00"]


def test_a_day_without_hours_is_closed_and_a_break_does_not_open_it() -> None:
    tuesday = WeeklyHours(day=Weekday.TU, opens="09:00", closes="12:00")
    schedule = Schedule(weekly=(tuesday,), breaks=daily("10:00", "11:00"))
    assert clock(schedule, "2026-12-01") == ["09:00-10:00", "11:00-12:00"]
    assert clock(schedule, "2026-12-02") == []


def test_an_exception_replaces_the_weekly_hours_and_their_breaks() -> None:
    schedule = Schedule(
        weekly=NINE_TO_SIX.weekly,
        breaks=NINE_TO_SIX.breaks,
        exceptions=(on("2026-12-01", ("12:00", "15:00")), on("2026-12-02")),
    )
    assert clock(schedule, "2026-12-01") == ["12:00-15:00"]
    assert clock(schedule, "2026-12-02") == []
    assert clock(schedule, "2026-12-03") == ["09:00-13:00", "14:00-18:00"]


def test_a_public_holiday_is_closed_and_an_exception_opens_it() -> None:
    assert clock(NINE_TO_SIX, "2026-12-25", holidays="AR") == []
    assert clock(NINE_TO_SIX, "2026-12-25", holidays=None) == ["09:00-13:00", "14:00-18:00"]
    open_at_christmas = Schedule(weekly=NINE_TO_SIX.weekly, exceptions=(on("2026-12-25", ("10:00", "12:00")),))
    assert clock(open_at_christmas, "2026-12-25", holidays="AR") == ["10:00-12:00"]


def test_holidays_are_the_country_s_or_the_subdivision_s() -> None:
    assert known_holidays("AR")
    assert known_holidays("ES-MD")
    assert not known_holidays("XX")
    day_of_madrid = date(2026, 5, 2)
    assert is_holiday(terms(holidays="ES-MD"), day_of_madrid)
    assert not is_holiday(terms(holidays="ES"), day_of_madrid)
    assert not is_holiday(terms(holidays=None), day_of_madrid)


def test_a_holiday_has_no_breaks() -> None:
    christmas = date(2026, 12, 25)
    assert breaks_on(terms(holidays="AR"), NINE_TO_SIX, christmas) == []
    assert len(breaks_on(terms(holidays=None), NINE_TO_SIX, christmas)) == 1


def test_time_off_is_taken_out_even_of_an_exception() -> None:
    away = (off(at("2026-12-01 10:00"), at("2026-12-01 11:00")), off(at("2026-12-01 10:30"), at("2026-12-02 10:00")))
    assert clock(NINE_TO_SIX, "2026-12-01", time_off=away) == ["09:00-10:00"]
    assert clock(NINE_TO_SIX, "2026-12-02", time_off=away) == ["10:00-13:00", "14:00-18:00"]
    special = Schedule(exceptions=(on("2026-12-01", ("09:30", "10:30")),))
    assert clock(special, "2026-12-01", time_off=away) == ["09:30-10:00"]


@given(
    spans=st.lists(st.tuples(st.integers(-9_000, 100), st.integers(1, 366 * 24)), max_size=12),
    day=st.integers(1, 28),
)
@settings(max_examples=50)
def test_time_off_closes_what_it_touches_however_long_ago_it_began(spans: list[tuple[int, int]], day: int) -> None:
    begin = at("2026-12-01 00:00")
    away = [
        off(begin + timedelta(hours=hour), begin + timedelta(hours=hour + length), f"off_{n}")
        for n, (hour, length) in enumerate(sorted(spans))
    ]
    opened = merged(openings(terms(), NINE_TO_SIX, away, date(2026, 12, day)))
    whole = openings(terms(), NINE_TO_SIX, (), date(2026, 12, day))
    closed = merged(Stretch(int(t.start.timestamp()), int(t.end.timestamp())) for t in away)
    assert opened == without(whole, closed)


def test_an_evening_runs_on_where_the_next_day_opens_at_midnight() -> None:
    schedule = Schedule(weekly=(*daily("20:00", "24:00"), *daily("00:00", "02:00")))
    day = date(2026, 12, 1)
    opened = openings_from(terms(), schedule, (), day)
    assert opened[-1] == Stretch(_s("2026-12-01 20:00"), _s("2026-12-02 02:00"))
    away = (off(at("2026-12-02 00:00"), at("2026-12-02 01:00")),)
    assert openings_from(terms(), schedule, away, day)[-1].end == _s("2026-12-02 00:00")


# --- Clocks that change -------------------------------------------------------------------------------------------

# Madrid 2027-03-28: 02:00 becomes 03:00. Santiago 2026-09-06: 00:00 becomes 01:00. Lord Howe 2026-10-04: 02:00 → 02:30.
GAPS = [
    (MADRID, date(2027, 3, 28), "02:00", "03:00"),
    (SANTIAGO, date(2026, 9, 6), "00:00", "01:00"),
    (LORD_HOWE, date(2026, 10, 4), "02:00", "02:30"),
]
# Madrid 2026-10-25: 03:00 becomes 02:00. Santiago 2027-04-03: 24:00 becomes 23:00. Lord Howe 2027-04-04: 02:00 → 01:30.
FOLDS = [
    (MADRID, date(2026, 10, 25), "02:00", 60),
    (SANTIAGO, date(2027, 4, 3), "23:00", 60),
    (LORD_HOWE, date(2027, 4, 4), "01:30", 30),
]


@pytest.mark.parametrize(("zone_name", "day", "begins", "ends"), GAPS)
def test_a_local_time_that_is_skipped_does_not_exist(zone_name: str, day: date, begins: str, ends: str) -> None:
    tz = zone(zone_name)
    first, after = _minutes(begins), _minutes(ends)
    assert offset_changes(tz, day)
    assert [m for m in range(0, 1440, 5) if not exists(tz, day, m)] == list(range(first, after, 5))
    assert wall_instant(tz, day, first) == wall_instant(tz, day, after), "RFC 5545: the offset before the gap"


@pytest.mark.parametrize(("zone_name", "day", "begins", "length"), FOLDS)
def test_of_a_local_time_that_comes_twice_the_first_is_meant(
    zone_name: str, day: date, begins: str, length: int
) -> None:
    tz = zone(zone_name)
    first = _minutes(begins)
    assert offset_changes(tz, day)
    assert all(exists(tz, day, m) for m in range(0, 1440, 5))
    before, inside, after = (wall_instant(tz, day, first + by) for by in (-30, 0, length))
    assert inside - before == 30 * 60
    assert after - inside == 2 * length * 60, "the hour is there twice"


@pytest.mark.parametrize("zone_name", [BUENOS_AIRES, "UTC", "Asia/Kathmandu"])
def test_where_there_is_no_dst_no_day_of_a_year_changes_its_offset(zone_name: str) -> None:
    days = (date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(365))
    assert not any(offset_changes(zone(zone_name), day) for day in days)


def test_working_hours_lose_the_hour_that_is_skipped() -> None:
    night = Schedule(weekly=daily("01:00", "05:00"))
    tz = zone(MADRID)
    (opening,) = openings(terms(zone_name=MADRID), night, (), date(2027, 3, 28))
    assert (opening.end - opening.start) // 3600 == 3
    (opening,) = openings(terms(zone_name=MADRID), night, (), date(2026, 10, 25))
    assert (opening.end - opening.start) // 3600 == 5
    assert local_date(tz, opening.start) == date(2026, 10, 25)


@given(
    zone_name=st.sampled_from(ZONES),
    day=st.dates(date(2000, 1, 2), date(2099, 12, 30)),
    minutes=st.integers(0, 1440),
)
@example(zone_name=SANTIAGO, day=date(2027, 4, 3), minutes=1440)
@example(zone_name=SANTIAGO, day=date(2026, 9, 5), minutes=1440)
def test_the_end_of_a_day_is_the_beginning_of_the_next(zone_name: str, day: date, minutes: int) -> None:
    tz = zone(zone_name)
    following = date.fromordinal(day.toordinal() + 1)
    assert wall_instant(tz, day, 1440) == wall_instant(tz, following, 0)
    assert wall_instant(tz, day, 0) <= wall_instant(tz, day, minutes) <= wall_instant(tz, following, 0)


def test_what_is_no_zone_is_refused_whatever_the_operating_system_thinks_of_it() -> None:
    for name in ("Mars/Olympus", "America", "../etc/passwd", ""):
        with pytest.raises(ValueError, match="is not an IANA time zone"):
            zone(name)


# --- Sets of stretches --------------------------------------------------------------------------------------------

stretches = st.lists(st.builds(Stretch, st.integers(0, 40), st.integers(0, 40)), max_size=8)


def _points(parts: list[Stretch]) -> set[int]:
    return {point for start, end in parts for point in range(start, end)}


@given(parts=stretches)
def test_a_union_covers_the_same_points_with_no_two_parts_touching(parts: list[Stretch]) -> None:
    union = merged(parts)
    assert _points(union) == _points(parts)
    assert all(a.end < b.start for a, b in pairwise(union))
    assert all(s.start < s.end for s in union)


@given(parts=stretches, holes=stretches)
def test_a_difference_covers_what_is_in_one_and_not_in_the_other(parts: list[Stretch], holes: list[Stretch]) -> None:
    rest = without(merged(parts), merged(holes))
    assert _points(rest) == _points(parts) - _points(holes)
    assert all(s.start < s.end for s in rest)


def _s(text: str) -> int:
    return int(at(text).timestamp())


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])
