from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER,
    BARBER_SELF,
    BRUNO,
    COLOUR,
    HAIRCUT,
    MADRID,
    NOW,
    OWNER,
    SANTIAGO,
    WORKSHOP,
    ask,
    at,
    booked,
    booking,
    code,
    daily,
    held,
    minutes,
    off,
    offered,
    on,
    opened,
    refused,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import ServiceTerms, Slot
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import CONFLICTS
from turnero.engine.domain.hours import zone
from turnero.engine.domain.limits import EARLIEST_INSTANT, LATEST_INSTANT
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import Schedule, Weekday, WeeklyHours
from turnero.engine.domain.slots import free_starts, own_refs, suggest, verdict
from turnero.engine.domain.value import ServiceId, instant

# --- Why a start cannot be booked ---------------------------------------------------------------------------------

_AFTERNOON = (on("2026-12-01", ("15:00", "18:00")),)
CHRISTMAS = opened(terms(holidays="AR"))

VERDICTS = [
    ("2026-12-01 09:00", None),
    ("2026-12-01 12:30", None),
    ("2026-12-01 12:45", "in_break"),
    ("2026-12-01 13:00", "in_break"),
    ("2026-12-01 13:45", "in_break"),
    ("2026-12-01 14:00", None),
    ("2026-12-01 17:30", None),
    ("2026-12-01 17:45", "outside_working_hours"),
    ("2026-12-01 08:45", "outside_working_hours"),
    ("2026-12-01 03:00", "outside_working_hours"),
    ("2026-12-01 09:10", "off_grid"),
    ("2026-11-30 07:00", "too_soon"),
    ("2026-11-30 08:45", "too_soon"),
    ("2027-01-29 14:00", "too_far_ahead"),
    ("2026-12-25 10:00", "outside_working_hours"),
    ("2026-12-25 13:15", "outside_working_hours"),
]


@pytest.mark.parametrize(("start", "expected"), VERDICTS)
def test_a_start_that_cannot_be_booked_says_why(start: str, expected: str | None) -> None:
    assert verdict(CHRISTMAS, HAIRCUT, at(start), now=NOW) == expected
    assert code(CHRISTMAS, booking(at(start)), ANA) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-11-30 03:03", "too_soon"),
        ("2027-03-01 13:03", "too_far_ahead"),
        ("2026-12-01 13:03", "in_break"),
        ("2026-12-01 19:03", "outside_working_hours"),
        ("2026-12-01 10:03", "off_grid"),
        ("2026-12-01 10:00", "slot_taken"),
    ],
)
def test_of_several_reasons_the_first_is_given(start: str, expected: str) -> None:
    """In the order of `CONFLICTS`, which the documentation shows."""
    calendar = ask(CHRISTMAS, booking(at("2026-12-01 09:30"), COLOUR), ANA).after
    assert code(calendar, booking(at(start))) == expected
    order = list(CONFLICTS)
    checked = ["too_soon", "too_far_ahead", "in_break", "outside_working_hours", "off_grid", "slot_taken"]
    assert sorted(checked, key=order.index) == checked


def test_the_bookable_window_includes_both_of_its_ends() -> None:
    calendar = opened(policy=Policy(min_notice_minutes=60, max_advance_days=1))
    now = at("2026-12-01 09:00")
    assert verdict(calendar, HAIRCUT, at("2026-12-01 10:00"), now=now) is None
    assert verdict(calendar, HAIRCUT, at("2026-12-01 10:00"), now=now + timedelta(microseconds=1)) == "too_soon"
    assert verdict(calendar, HAIRCUT, at("2026-12-02 09:00"), now=now) is None
    late = now - timedelta(microseconds=1)
    assert verdict(calendar, HAIRCUT, at("2026-12-02 09:00"), now=late) == "too_far_ahead"
    assert offered(calendar, "2026-12-01", now=now)[0] == "10:00"
    assert offered(calendar, "2026-12-01", now=now + timedelta(microseconds=1))[0] == "10:15"
    assert offered(calendar, "2026-12-02", now=now) == ["09:00"]
    assert offered(calendar, "2026-12-02", now=late) == []


@pytest.mark.parametrize("odd", [timedelta(seconds=1), timedelta(microseconds=1), timedelta(seconds=59)])
def test_a_start_that_is_no_whole_minute_is_off_the_grid_for_everybody(odd: timedelta) -> None:
    start = at("2026-12-01 10:00") + odd
    assert code(CHRISTMAS, booking(start)) == "off_grid"
    assert code(CHRISTMAS, booking(start, override=True), OWNER) == "off_grid"


@pytest.mark.parametrize("start", [EARLIEST_INSTANT, LATEST_INSTANT - timedelta(microseconds=1)])
@pytest.mark.parametrize("zone_name", ["Pacific/Kiritimati", "Etc/GMT+12", MADRID])
def test_the_ends_of_the_years_that_turnero_knows_are_refused_like_any_other_start(
    start: datetime, zone_name: str
) -> None:
    calendar = opened(terms(zone_name=zone_name))
    assert code(calendar, booking(start)) in {"too_soon", "too_far_ahead"}
    # Staff may even book there: nothing that follows from it leaves the range of dates.
    whole = start.replace(second=0, microsecond=0)
    assert code(calendar, booking(whole, override=True), ADMIN) is None


def test_a_date_with_hours_of_its_own_has_no_break_to_be_in() -> None:
    schedule = Schedule(weekly=daily("09:00", "18:00"), breaks=daily("13:00", "14:00"), exceptions=_AFTERNOON)
    assert code(opened(schedule=schedule), booking(at("2026-12-01 13:15"))) == "outside_working_hours"
    assert code(opened(schedule=schedule), booking(at("2026-12-02 13:15"))) == "in_break"


def test_a_break_on_a_closed_day_is_no_break() -> None:
    schedule = Schedule(
        weekly=(WeeklyHours(day=Weekday.MO, opens="09:00", closes="18:00"),), breaks=daily("13:00", "14:00")
    )
    assert code(opened(schedule=schedule), booking(at("2026-12-01 13:15"))) == "outside_working_hours"


def test_time_off_closes_a_break_too() -> None:
    away = cmd.AddTimeOff(time_off=off(at("2026-12-01 08:00"), at("2026-12-01 19:00")))
    calendar = ask(CHRISTMAS, away, OWNER).after
    assert code(calendar, booking(at("2026-12-01 10:00"))) == "outside_working_hours"
    assert offered(calendar, "2026-12-01") == []


# --- What occupies time -------------------------------------------------------------------------------------------


def test_a_booking_blocks_every_start_that_would_overlap_it_and_no_other() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 10:00"))
    around = [t for t in offered(calendar, "2026-12-01") if "09:15" <= t <= "10:45"]
    assert around == ["09:15", "09:30", "10:30", "10:45"]


def test_buffers_on_both_sides_keep_neighbours_apart() -> None:
    calendar, _ = booked(opened(policy=Policy(slot_step_minutes=5)), at("2026-12-01 10:00"), COLOUR)
    around = [t for t in offered(calendar, "2026-12-01", HAIRCUT) if "09:00" <= t <= "11:40"]
    assert around[-6:] == ["11:15", "11:20", "11:25", "11:30", "11:35", "11:40"]
    assert "09:20" in around, "ends at 9:50, when the buffer before begins"
    assert "09:25" not in around
    # Two buffers do not share time: 10:00 to 11:15 is the first's, and 10 minutes before its start the second's.
    both = offered(calendar, "2026-12-01", COLOUR)
    assert "11:25" in both
    assert "11:20" not in both


def test_buffers_may_lie_outside_the_working_hours() -> None:
    starts = offered(opened(), "2026-12-01", COLOUR)
    assert starts[0] == "09:00"
    assert starts[-1] == "17:00"


def test_a_hold_blocks_like_a_booking() -> None:
    calendar, _ = held(opened(), at("2026-12-01 10:00"))
    assert "10:00" not in offered(calendar, "2026-12-01")
    assert code(calendar, booking(at("2026-12-01 10:15"), customer=BRUNO), BRUNO) == "slot_taken"


def test_a_day_long_booking_blocks_over_midnight_of_every_clock() -> None:
    """24 hours and 12 more of buffer on each side: two days, in three days of UTC."""
    stay = ServiceTerms(
        id=ServiceId("stay"), duration_minutes=1440, buffer_before_minutes=720, buffer_after_minutes=720
    )
    always = Schedule(weekly=daily("00:00", "24:00"))
    calendar = opened(terms(services=(HAIRCUT, stay)), always)
    calendar, made = booked(calendar, at("2026-12-03 18:00"), stay)
    assert made.occupied_until - made.occupied_from == timedelta(days=2)
    assert offered(calendar, "2026-12-03")[-1] == "05:30"
    assert offered(calendar, "2026-12-04") == []
    assert offered(calendar, "2026-12-05")[0] == "06:00"
    for taken_at in ("2026-12-03 20:45", "2026-12-03 21:00", "2026-12-04 12:00", "2026-12-05 05:45"):
        assert code(calendar, booking(at(taken_at), customer=BRUNO), BRUNO) == "slot_taken"


def test_an_appointment_may_cross_midnight_where_the_shop_stays_open() -> None:
    evenings = Schedule(weekly=(*daily("22:00", "24:00"), *daily("00:00", "01:00")))
    calendar = opened(terms(services=(COLOUR, HAIRCUT)), evenings, policy=None)
    assert offered(calendar, "2026-12-01", COLOUR) == [
        "00:00", "22:00", "22:15", "22:30", "22:45", "23:00", "23:15", "23:30", "23:45",
    ]  # fmt: skip
    calendar, _ = booked(calendar, at("2026-12-01 23:45"))
    assert offered(calendar, "2026-12-02")[:2] == ["00:15", "00:30"]


# --- Clocks that change -------------------------------------------------------------------------------------------

NIGHT_AND_DAY = Schedule(weekly=daily("00:00", "24:00"))
HOURLY = Policy(slot_step_minutes=30, min_notice_minutes=0)


def _night(zone_name: str, day: str) -> tuple[Calendar, list[str]]:
    calendar = opened(terms(zone_name=zone_name, policy=HOURLY), NIGHT_AND_DAY)
    now = at(f"{day} 00:00", zone_name) - timedelta(days=1)
    return calendar, offered(calendar, day, now=now)


@pytest.mark.parametrize(
    ("zone_name", "day", "skipped"),
    [
        (MADRID, "2027-03-28", ["02:00", "02:30"]),
        (SANTIAGO, "2026-09-06", ["00:00", "00:30"]),
    ],
)
def test_a_local_time_that_does_not_exist_is_not_offered(zone_name: str, day: str, skipped: list[str]) -> None:
    every = [f"{m // 60:02}:{m % 60:02}" for m in range(0, 1440, 30)]
    _, starts = _night(zone_name, day)
    assert starts == [t for t in every if t not in skipped]


@pytest.mark.parametrize(
    ("zone_name", "day", "twice"),
    [(MADRID, "2026-10-25", "02:30"), (SANTIAGO, "2027-04-03", "23:30")],
)
def test_of_a_local_time_that_comes_twice_the_first_is_offered(zone_name: str, day: str, twice: str) -> None:
    every = [f"{m // 60:02}:{m % 60:02}" for m in range(0, 1440, 30)]
    calendar, starts = _night(zone_name, day)
    assert starts == every
    first = at(f"{day} {twice}", zone_name)
    now = first - timedelta(days=1)
    assert code(calendar, booking(first), now=now) is None
    assert code(calendar, booking(first + timedelta(hours=1)), now=now) == "off_grid"
    assert code(calendar, booking(first + timedelta(hours=1), override=True), OWNER, now=now) is None


def test_an_appointment_over_the_change_lasts_as_long_as_it_takes() -> None:
    calendar, _ = _night(MADRID, "2026-10-25")
    start = at("2026-10-25 01:30", MADRID)
    _, made = booked(calendar, start, COLOUR, now=start - timedelta(days=1))
    assert made.end - made.start == timedelta(hours=1)
    assert f"{made.end.astimezone(zone(MADRID)):%H:%M}" == "02:30"


# --- Groups -------------------------------------------------------------------------------------------------------


def test_a_group_s_slot_is_offered_until_the_last_place_is_taken() -> None:
    calendar, start = opened(), at("2026-12-01 10:00")
    sessions = set()
    for name in ("a", "b", "c"):
        assert "10:00" in offered(calendar, "2026-12-01", WORKSHOP)
        calendar, made = booked(calendar, start, WORKSHOP, name=name)
        sessions.add(made.session_id)
    assert len(sessions) == 1
    assert "10:00" not in offered(calendar, "2026-12-01", WORKSHOP)
    assert code(calendar, booking(start, WORKSHOP)) == "session_full"


def test_a_group_takes_nobody_who_comes_for_something_else_or_at_another_time() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 10:00"), WORKSHOP)
    assert code(calendar, booking(at("2026-12-01 10:00"), HAIRCUT)) == "slot_taken"
    assert code(calendar, booking(at("2026-12-01 10:15"), WORKSHOP)) == "slot_taken"
    assert code(calendar, booking(at("2026-12-01 10:15"), WORKSHOP, override=True), OWNER) == "slot_taken"


def _after_the_menu_changed(workshop: ServiceTerms) -> Calendar:
    """A group at 10, a haircut at 11 right after it, and then the group's terms change."""
    calendar, _ = booked(opened(), at("2026-12-01 10:00"), WORKSHOP)
    calendar, _ = booked(calendar, at("2026-12-01 11:00"), HAIRCUT, customer=BRUNO)
    return ask(calendar, cmd.ChangeTerms(terms=terms(services=(HAIRCUT, workshop))), OWNER).after


@pytest.mark.parametrize(
    "grown",
    [
        replace(WORKSHOP, duration_minutes=90),
        replace(WORKSHOP, buffer_after_minutes=15),
        replace(WORKSHOP, buffer_before_minutes=10),
    ],
)
def test_nobody_joins_a_group_for_longer_than_it_keeps_the_time(grown: ServiceTerms) -> None:
    calendar = _after_the_menu_changed(grown)
    assert "10:00" not in offered(calendar, "2026-12-01", grown)
    assert code(calendar, booking(at("2026-12-01 10:00"), grown)) == "slot_taken"
    assert code(calendar, booking(at("2026-12-01 10:00"), grown, override=True), OWNER) == "slot_taken"


def test_a_group_that_has_become_shorter_still_takes_people() -> None:
    shorter = replace(WORKSHOP, duration_minutes=45)
    calendar = _after_the_menu_changed(shorter)
    assert "10:00" in offered(calendar, "2026-12-01", shorter)
    assert code(calendar, booking(at("2026-12-01 10:00"), shorter)) is None


def test_a_booking_does_not_stand_in_its_own_way_but_in_that_of_its_group() -> None:
    calendar, alone = booked(opened(), at("2026-12-01 10:00"), WORKSHOP)
    assert own_refs(calendar, alone) == {alone.session_id}
    calendar, other = booked(calendar, at("2026-12-01 10:00"), WORKSHOP, customer=BRUNO)
    assert own_refs(calendar, alone) == own_refs(calendar, other) == frozenset()


# --- The nearest slots --------------------------------------------------------------------------------------------


def _nearest(calendar: Calendar, wish: datetime, *, now: datetime = NOW) -> list[str]:
    tz = zone(calendar.terms.time_zone)
    return [f"{s.start.astimezone(tz):%m-%d %H:%M}" for s in suggest(calendar, HAIRCUT, wish, now=now)]


def test_suggestions_are_the_nearest_slots_the_earlier_of_two_as_near_first() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 10:00"))
    assert _nearest(calendar, at("2026-12-01 10:00")) == ["12-01 09:30", "12-01 10:30", "12-01 09:15"]


def test_suggestions_come_from_the_days_around_when_a_day_is_closed() -> None:
    assert _nearest(CHRISTMAS, at("2026-12-25 13:00")) == ["12-24 17:30", "12-24 17:15", "12-24 17:00"]


def test_the_next_day_is_looked_at_before_a_far_off_hour_of_the_same_day_is_suggested() -> None:
    early = Schedule(exceptions=(on("2026-12-01", ("01:00", "03:00")), on("2026-12-02", ("00:00", "01:00"))))
    found = _nearest(opened(schedule=early), at("2026-12-01 22:45"))
    assert found == ["12-02 00:00", "12-02 00:15", "12-02 00:30"]


def test_a_wish_outside_the_bookable_window_is_answered_from_its_edge() -> None:
    calendar = opened()
    assert _nearest(calendar, at("2020-01-01 10:00")) == ["11-30 09:00", "11-30 09:15", "11-30 09:30"]
    assert _nearest(calendar, at("2099-12-31 10:00")) == ["01-28 17:30", "01-28 17:15", "01-28 17:00"]


def test_a_refusal_about_a_time_carries_three_slots_that_can_be_booked() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 10:00"))
    refusal = refused(calendar, booking(at("2026-12-01 10:15"), customer=BRUNO), BRUNO)
    suggested = refusal.data["suggestedSlots"]
    assert refusal.data["sequence"] == calendar.sequence
    assert refusal.data["timeZone"] == calendar.terms.time_zone
    assert len(suggested) == 3
    for slot in suggested:
        assert isinstance(slot, Slot)
        assert slot.provider_id == BARBER
        assert slot.end - slot.start == minutes(30)
        assert code(calendar, booking(slot.start, customer=BRUNO), BRUNO) is None


def test_a_calendar_without_hours_suggests_nothing_and_quickly() -> None:
    assert suggest(opened(schedule=Schedule()), HAIRCUT, at("2026-12-01 10:00"), now=NOW) == ()


@st.composite
def _sparse(draw: st.DrawFn) -> Calendar:
    """A calendar in which slots are rare: some hours on some weekdays, some dates, weeks away, things in between."""
    rows = draw(st.lists(st.tuples(st.sampled_from(list(Weekday)), st.integers(0, 23)), max_size=2))
    weekly = tuple(WeeklyHours(day=day, opens=f"{h:02}:00", closes=f"{h:02}:45") for day, h in rows)
    days = draw(st.sets(st.integers(0, 60), max_size=3))
    exceptions = tuple(on(str(date(2026, 9, 1) + timedelta(days=n)), ("00:00", "01:30")) for n in sorted(days))
    policy = Policy(
        max_advance_days=draw(st.sampled_from([3, 30, 60])),
        min_notice_minutes=draw(st.sampled_from([0, 1440])),
        slot_step_minutes=draw(st.sampled_from([15, 30])),
    )
    agreed = terms(zone_name=draw(st.sampled_from([SANTIAGO, MADRID])), policy=policy)
    calendar = opened(agreed, Schedule(weekly=weekly, exceptions=exceptions), now=_SPARSE_NOW)
    for start in draw(st.lists(st.integers(0, 60 * 24), max_size=2)):
        away = off(_SPARSE_NOW + timedelta(hours=start), _SPARSE_NOW + timedelta(hours=start + 70), f"off_{start}")
        calendar = ask(calendar, cmd.AddTimeOff(time_off=away), BARBER_SELF, now=_SPARSE_NOW).after
    return calendar


# The clocks of Santiago change within the days that are searched.
_SPARSE_NOW = at("2026-09-01 10:30", SANTIAGO)


@given(calendar=_sparse(), hours=st.integers(-48, 24 * 62), minute=st.integers(0, 59))
@settings(max_examples=80)
def test_suggestions_are_the_three_nearest_of_all_slots(calendar: Calendar, hours: int, minute: int) -> None:
    wish = _SPARSE_NOW + timedelta(hours=hours, minutes=minute)
    first = _SPARSE_NOW.date() - timedelta(days=1)
    every = [
        instant(begin)
        for n in range(63)
        for begin in free_starts(calendar, HAIRCUT, first + timedelta(days=n), now=_SPARSE_NOW)
    ]
    nearest = sorted(every, key=lambda start: (abs(start - wish), start))[:3]
    found = suggest(calendar, HAIRCUT, wish, now=_SPARSE_NOW)
    assert [abs(slot.start - wish) for slot in found] == [abs(start - wish) for start in nearest]
    assert len({slot.start for slot in found}) == len(found)
    assert all(code(calendar, booking(slot.start), now=_SPARSE_NOW) is None for slot in found)


# --- Useless gaps -------------------------------------------------------------------------------------------------


def _suggested(calendar: Calendar, wish: str, service: ServiceTerms = HAIRCUT) -> list[str]:
    tz = zone(calendar.terms.time_zone)
    return [f"{s.start.astimezone(tz):%H:%M}" for s in suggest(calendar, service, at(f"2026-12-01 {wish}"), now=NOW)]


def test_of_two_slots_that_are_as_near_the_earlier_is_suggested_first() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 10:00"))
    assert _suggested(calendar, "10:00")[:2] == ["09:30", "10:30"]


def test_of_two_slots_that_are_as_near_the_one_that_leaves_no_useless_gap_is_suggested_first() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 09:45"), HAIRCUT)
    calendar, _ = booked(calendar, at("2026-12-01 10:15"), HAIRCUT)
    # 09:15 would leave a quarter of an hour before it, in which nothing fits; 10:45 has the rest of the morning.
    assert _suggested(calendar, "10:00")[:2] == ["10:45", "09:15"]


def test_a_nearer_slot_is_suggested_first_whatever_gap_it_leaves() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 09:45"), HAIRCUT)
    calendar, _ = booked(calendar, at("2026-12-01 10:15"), HAIRCUT)
    assert _suggested(calendar, "09:45")[0] == "09:15"


def test_the_tidier_of_two_is_not_lost_where_only_one_is_asked_for() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 09:45"), HAIRCUT)
    calendar, _ = booked(calendar, at("2026-12-01 10:15"), HAIRCUT)
    wish = at("2026-12-01 10:00")
    assert [s.start for s in suggest(calendar, HAIRCUT, wish, now=NOW, count=1)] == [at("2026-12-01 10:45")]


def test_a_place_in_a_session_leaves_no_gap() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 10:15"))
    calendar, _ = booked(calendar, at("2026-12-01 09:15"), WORKSHOP)
    # A quarter of an hour before 09:15 is lost already: to join them there loses nothing more.
    assert _suggested(calendar, "10:00", WORKSHOP)[:2] == ["09:15", "10:45"]
