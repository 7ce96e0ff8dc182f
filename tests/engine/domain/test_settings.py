from __future__ import annotations

import pytest

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER,
    BARBER_SELF,
    BRUNO,
    COLOUR,
    OWNER,
    SHOP,
    WORKSHOP,
    ask,
    at,
    become,
    booked,
    code,
    held,
    minutes,
    off,
    offered,
    opened,
    refused,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import Status
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import Schedule, TimeOff
from turnero.engine.domain.value import TimeOffId

TEN = at("2026-12-01 10:00")


def _in_the_way(calendar: Calendar, time_off: TimeOff) -> list[str]:
    refusal = refused(calendar, cmd.AddTimeOff(time_off=time_off), OWNER)
    assert refusal.code == "bookings_in_the_way"
    assert refusal.data["timeZone"] == calendar.terms.time_zone
    return [found["id"] for found in refusal.data["bookings"]]


def test_a_calendar_is_opened_once_by_its_owner_and_has_no_hours_yet() -> None:
    begin = cmd.OpenCalendar(business_id=SHOP, terms=terms())
    calendar = ask(empty(BARBER), begin, OWNER).after
    assert (calendar.sequence, calendar.business_id, calendar.schedule) == (1, SHOP, Schedule())
    assert offered(calendar, "2026-12-01") == []
    assert code(calendar, begin, OWNER) == "already_exists"
    assert code(empty(BARBER), begin, BARBER_SELF) == "forbidden"


def test_new_terms_and_hours_leave_what_is_booked_where_it_is() -> None:
    calendar, made = booked(opened(), TEN)
    calendar = ask(calendar, cmd.ChangeSchedule(schedule=Schedule()), BARBER_SELF).after
    calendar = ask(calendar, cmd.ChangeTerms(terms=terms(services=())), OWNER).after
    assert calendar.bookings[made.id] == made
    assert offered(calendar, "2026-12-01") == []


def test_time_off_lists_the_live_bookings_in_its_way_earliest_first() -> None:
    calendar, later = booked(opened(), TEN + minutes(60))
    calendar, first = booked(calendar, TEN, WORKSHOP, name="bkg_first")
    calendar, second = booked(calendar, TEN, WORKSHOP, customer=BRUNO, name="bkg_second")
    calendar, ended = booked(calendar, TEN + minutes(120))
    calendar = ask(calendar, become(ended, Status.CANCELLED), OWNER).after
    whole_day = off(at("2026-12-01 00:00"), at("2026-12-02 00:00"))
    assert _in_the_way(calendar, whole_day) == [first.id, second.id, later.id]
    detail = refused(calendar, cmd.AddTimeOff(time_off=whole_day), OWNER).data["bookings"][2]
    assert detail == {
        "id": later.id,
        "start": later.start,
        "end": later.end,
        "status": Status.CONFIRMED,
        "customerId": ANA.subject,
    }


def test_a_pending_booking_is_in_the_way_until_it_has_run_out() -> None:
    calendar, waiting = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=10)), TEN)
    away = off(TEN, TEN + minutes(30))
    assert _in_the_way(calendar, away) == [waiting.id]
    assert waiting.pending_until is not None
    assert code(calendar, cmd.AddTimeOff(time_off=away), OWNER, now=waiting.pending_until) is None


@pytest.mark.parametrize(
    ("begins", "ends", "in_the_way"),
    [(-30, 0, False), (-30, 1, True), (59, 90, True), (60, 90, False), (60, 61, False)],
)
def test_only_the_appointment_itself_is_in_the_way_its_buffers_are_not(
    begins: int, ends: int, in_the_way: bool
) -> None:
    calendar, _ = booked(opened(), TEN, COLOUR)
    away = cmd.AddTimeOff(time_off=off(TEN + minutes(begins), TEN + minutes(ends)))
    assert code(calendar, away, BARBER_SELF) == ("bookings_in_the_way" if in_the_way else None)


def test_time_off_by_force_keeps_the_bookings_and_closes_the_rest() -> None:
    calendar, made = booked(opened(), TEN)
    away = off(at("2026-12-01 00:00"), at("2026-12-01 12:30"))
    decision = ask(calendar, cmd.AddTimeOff(time_off=away, force=True), BARBER_SELF)
    assert decision.outcome == away
    assert decision.after.bookings[made.id] == made
    assert offered(decision.after, "2026-12-01")[0] == "12:30"


def test_a_hold_does_not_keep_its_provider_from_going_away() -> None:
    calendar, _ = held(opened(), TEN)
    assert code(calendar, cmd.AddTimeOff(time_off=off(TEN, TEN + minutes(30))), OWNER) is None


def test_time_off_that_is_removed_opens_again_what_nothing_else_closes() -> None:
    calendar = opened()
    for name, ends in (("off_a", "11:00"), ("off_b", "10:00")):
        away = off(at("2026-12-01 08:00"), at(f"2026-12-01 {ends}"), name)
        calendar = ask(calendar, cmd.AddTimeOff(time_off=away), OWNER).after
    calendar = ask(calendar, cmd.RemoveTimeOff(time_off_id=TimeOffId("off_a")), ADMIN).after
    assert offered(calendar, "2026-12-01")[0] == "10:00"
    assert code(calendar, cmd.RemoveTimeOff(time_off_id=TimeOffId("off_a")), ADMIN) == "not_found"


def test_a_calendar_takes_only_so_many_stretches_of_time_off_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnero.engine.domain.settings.TIME_OFFS_AHEAD_MAX", 2)
    calendar = opened()
    for n in range(2):
        away = off(TEN + minutes(60 * n), TEN + minutes(60 * n + 30), f"off_{n}")
        calendar = ask(calendar, cmd.AddTimeOff(time_off=away), OWNER).after
    third = cmd.AddTimeOff(time_off=off(TEN + minutes(600), TEN + minutes(660), "off_2"))
    assert code(calendar, third, OWNER) == "too_many_time_offs"
    assert code(calendar, third, OWNER, now=TEN + minutes(45)) is None
