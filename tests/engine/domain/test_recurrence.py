from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.domain.calendars import BUENOS_AIRES, LORD_HOWE, MADRID, SANTIAGO, at
from turnero.engine.domain.errors import Invalid
from turnero.engine.domain.hours import zone
from turnero.engine.domain.recurrence import (
    OCCURRENCES_MAX,
    Occurrence,
    Pattern,
    Recurrence,
    occurrences,
    wall_time,
)


def said(recurrence: Recurrence, start: str, zone_name: str = BUENOS_AIRES) -> list[str]:
    """The occurrences as the wall clock shows them; what is missing is said in brackets."""
    tz = zone(zone_name)
    found = occurrences(recurrence, at(start, zone_name), tz)
    return [f"{wall_time(o.start, tz):%Y-%m-%d %H:%M}" + (f" ({o.missing})" if o.missing else "") for o in found]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (Pattern.DAILY, ["2026-12-01", "2026-12-02", "2026-12-03"]),
        (Pattern.WEEKLY, ["2026-12-01", "2026-12-08", "2026-12-15"]),
        (Pattern.BIWEEKLY, ["2026-12-01", "2026-12-15", "2026-12-29"]),
        (Pattern.MONTHLY, ["2026-12-01", "2027-01-01", "2027-02-01"]),
    ],
)
def test_each_pattern_repeats_the_first_date_and_time(pattern: Pattern, expected: list[str]) -> None:
    found = said(Recurrence(pattern=pattern, occurrences=3), "2026-12-01 10:00")
    assert found == [f"{day} 10:00" for day in expected]


def test_an_end_date_is_inclusive() -> None:
    weekly = Recurrence(pattern=Pattern.WEEKLY, end_date=date(2026, 12, 15))
    assert len(said(weekly, "2026-12-01 10:00")) == 3


def test_of_a_number_and_an_end_date_the_one_that_comes_first_counts() -> None:
    by_date = Recurrence(pattern=Pattern.WEEKLY, occurrences=10, end_date=date(2026, 12, 15))
    by_number = Recurrence(pattern=Pattern.WEEKLY, occurrences=2, end_date=date(2026, 12, 15))
    assert (len(said(by_date, "2026-12-01 10:00")), len(said(by_number, "2026-12-01 10:00"))) == (3, 2)


# --- What the world's calendar lacks ------------------------------------------------------------------------------


def test_a_month_without_the_day_is_no_occurrence_but_is_reported_at_its_last_day() -> None:
    assert said(Recurrence(pattern=Pattern.MONTHLY, occurrences=3), "2027-01-31 10:00") == [
        "2027-01-31 10:00",
        "2027-02-28 10:00 (no_such_day)",
        "2027-03-31 10:00",
        "2027-04-30 10:00 (no_such_day)",
        "2027-05-31 10:00",
    ]


def test_a_short_month_before_the_end_date_is_reported_though_nothing_follows_it() -> None:
    assert said(Recurrence(pattern=Pattern.MONTHLY, end_date=date(2027, 4, 30)), "2027-03-31 10:00") == [
        "2027-03-31 10:00",
        "2027-04-30 10:00 (no_such_day)",
    ]


def test_only_february_is_too_short_for_the_thirtieth() -> None:
    found = said(Recurrence(pattern=Pattern.MONTHLY, occurrences=12), "2026-12-30 10:00")
    assert [o for o in found if "no_such_day" in o] == ["2027-02-28 10:00 (no_such_day)"]
    assert len(found) == 13


@pytest.mark.parametrize(("zone_name", "start"), [(SANTIAGO, "2026-08-30"), (MADRID, "2026-10-20")])
def test_the_clock_shows_the_same_time_after_it_was_changed(zone_name: str, start: str) -> None:
    tz = zone(zone_name)
    found = occurrences(Recurrence(pattern=Pattern.WEEKLY, occurrences=4), at(f"{start} 10:00", zone_name), tz)
    assert {wall_time(o.start, tz).hour for o in found} == {10}
    assert len({o.start.hour for o in found}) == 2


def test_a_time_that_the_clock_skips_is_missing_on_that_date_alone() -> None:
    # In Madrid the clock goes from 02:00 to 03:00 on 28 March 2027.
    assert said(Recurrence(pattern=Pattern.DAILY, occurrences=3), "2027-03-27 02:30", MADRID) == [
        "2027-03-27 02:30",
        "2027-03-28 03:30 (no_such_time)",
        "2027-03-29 02:30",
    ]


def test_of_a_time_that_comes_twice_the_first_is_meant() -> None:
    # In Madrid the clock shows 02:30 twice on 25 October 2026, first at +02:00.
    found = occurrences(Recurrence(pattern=Pattern.DAILY, occurrences=2), at("2026-10-24 02:30", MADRID), zone(MADRID))
    assert found[1] == Occurrence(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


def test_the_first_occurrence_is_the_very_instant_that_was_asked_for() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert occurrences(Recurrence(pattern=Pattern.DAILY, occurrences=2), second, zone(MADRID))[0].start == second


# --- Bounds -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recurrence", "path"),
    [
        (Recurrence(pattern=Pattern.WEEKLY), "$.occurrences"),
        (Recurrence(pattern=Pattern.BIWEEKLY, occurrences=54), "$.occurrences"),
        (Recurrence(pattern=Pattern.MONTHLY, occurrences=26), "$.occurrences"),
        (Recurrence(pattern=Pattern.WEEKLY, end_date=date(2026, 11, 30)), "$.endDate"),
        (Recurrence(pattern=Pattern.WEEKLY, end_date=date(2028, 12, 2)), "$.endDate"),
        (Recurrence(pattern=Pattern.DAILY, end_date=date(2027, 12, 1)), "$.endDate"),
        (Recurrence(pattern=Pattern.DAILY, end_date=date.max), "$.endDate"),
    ],
)
def test_what_is_endless_or_too_long_or_too_often_or_over_before_it_begins_is_invalid(
    recurrence: Recurrence, path: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        said(recurrence, "2026-12-01 10:00")
    assert refusal.value.data["fields"][0]["path"] == path


def test_every_week_for_two_years_is_as_long_as_a_series_may_be() -> None:
    found = said(Recurrence(pattern=Pattern.WEEKLY, occurrences=OCCURRENCES_MAX), "2026-12-01 10:00")
    assert (len(found), found[-1]) == (104, "2028-11-21 10:00")


@given(
    pattern=st.sampled_from(Pattern),
    count=st.integers(1, 25),
    start=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)),  # noqa: DTZ001  wall clock
    zone_name=st.sampled_from([BUENOS_AIRES, SANTIAGO, MADRID, LORD_HOWE]),
)
def test_a_series_has_as_many_dates_as_were_asked_for_all_at_the_same_time_on_the_clock(
    pattern: Pattern, count: int, start: datetime, zone_name: str
) -> None:
    tz = zone(zone_name)
    first = start.replace(second=0, microsecond=0, tzinfo=tz).astimezone(UTC)
    wall = wall_time(first, tz)
    try:
        found = occurrences(Recurrence(pattern=pattern, occurrences=count), first, tz)
    except Invalid:
        assert pattern is Pattern.MONTHLY  # the thirty-first, 25 times, is more than two years
        return
    there = [o.start for o in found if o.missing != "no_such_day"]
    assert len(there) == count
    assert there == sorted(set(there))
    assert all(wall_time(o.start, tz).time() == wall.time() for o in found if o.missing is None)
    steps = {Pattern.DAILY: 1, Pattern.WEEKLY: 7, Pattern.BIWEEKLY: 14}
    if pattern in steps:
        dates = [wall_time(s, tz).date() for s in there]
        assert dates == [wall.date() + timedelta(days=steps[pattern] * n) for n in range(count)]
    else:
        assert {wall_time(s, tz).day for s in there} == {wall.day}
