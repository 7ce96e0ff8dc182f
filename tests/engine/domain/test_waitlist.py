from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.engine.domain.calendars import (
    ANA,
    BRUNO,
    BUENOS_AIRES,
    HAIRCUT,
    INTEGRATOR,
    MADRID,
    NOW,
    OWNER,
    WORKSHOP,
    ask,
    at,
    booked,
    booking,
    code,
    hold,
    minutes,
    opened,
)
from tests.engine.domain.histories import HISTORIES, History
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import SYSTEM, Booking, Hold, ServiceTerms
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.evolve import evolve
from turnero.engine.domain.hours import local_date, zone
from turnero.engine.domain.messages import MessageKind, Planned, Plans, messages_after
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import wall_minutes
from turnero.engine.domain.slots import free_starts
from turnero.engine.domain.value import CustomerId, EntryId, HoldId, epoch_seconds, instant
from turnero.engine.domain.waitlist import FREES_TIME, PARTS, FreeSlots, PartOfDay, Wish, fits, over_at

TUESDAY = date(2026, 12, 1)
TEN = at("2026-12-01 10:00")
ENTRY = EntryId("wle_1")


def wish(first: date = TUESDAY, last: date | None = None, part: PartOfDay | None = None) -> Wish:
    return Wish(first=first, last=last or first, part_of_day=part)


def offer(start: datetime = TEN, service: ServiceTerms = HAIRCUT) -> cmd.OfferSlot:
    return cmd.OfferSlot(
        hold_id=HoldId("hld_offer"),
        entry_id=ENTRY,
        service_id=service.id,
        customer_id=CustomerId(ANA.subject),
        start=start,
    )


def offered(calendar: Calendar, *, now: datetime = NOW) -> tuple[Calendar, Hold]:
    decision = ask(calendar, offer(), SYSTEM, now=now)
    assert isinstance(decision.outcome, Hold)
    return decision.after, decision.outcome


# --- What fits ----------------------------------------------------------------------------------------------------


def test_the_parts_of_the_day_follow_one_another_and_leave_nothing_out() -> None:
    bounds = [(wall_minutes(part.begins), wall_minutes(part.ends)) for part in PARTS.values()]
    assert set(PARTS) == set(PartOfDay)
    assert bounds[0][0] == 0
    assert bounds[-1][1] == 24 * 60
    assert all(earlier[1] == later[0] for earlier, later in pairwise(bounds))


@pytest.mark.parametrize(
    ("start", "part", "yes"),
    [
        ("2026-12-01 11:59", PartOfDay.MORNING, True),
        ("2026-12-01 12:00", PartOfDay.MORNING, False),
        ("2026-12-01 12:00", PartOfDay.MIDDAY, True),
        ("2026-12-01 13:45", PartOfDay.AFTERNOON, False),
        ("2026-12-01 18:59", PartOfDay.AFTERNOON, True),
        ("2026-12-01 19:00", PartOfDay.EVENING, True),
        ("2026-12-01 00:00", None, True),
        ("2026-11-30 23:59", None, False),
        ("2026-12-02 00:00", None, False),
    ],
)
def test_dates_and_parts_are_those_of_the_provider_s_wall_clock(start: str, part: PartOfDay | None, yes: bool) -> None:
    assert fits(wish(part=part), at(start), BUENOS_AIRES) is yes


def test_the_same_instant_is_another_date_in_another_zone() -> None:
    late = at("2026-12-01 22:00")
    assert fits(wish(), late, BUENOS_AIRES)
    assert not fits(wish(), late, MADRID)


@given(day=st.integers(-3, 3), minute=st.integers(0, 1439))
def test_every_start_fits_exactly_one_part_of_a_day_in_the_range_or_none_outside(day: int, minute: int) -> None:
    start = at("2026-12-01 00:00") + timedelta(days=day, minutes=minute)
    span = (TUESDAY - timedelta(days=1), TUESDAY + timedelta(days=1))
    fitting = [part for part in PartOfDay if fits(wish(*span, part), start, BUENOS_AIRES)]
    assert len(fitting) == (1 if abs(day) <= 1 else 0)
    assert bool(fitting) == fits(wish(*span), start, BUENOS_AIRES)


def test_a_wish_is_over_at_the_midnight_after_its_last_date() -> None:
    assert instant(over_at(wish(TUESDAY, date(2026, 12, 3)), BUENOS_AIRES)) == at("2026-12-04 00:00")


# --- The first slot -----------------------------------------------------------------------------------------------


def first(calendar: Calendar, wanted: Wish, *, passed: frozenset[datetime] = frozenset()) -> datetime | None:
    slot = FreeSlots(calendar, now=NOW).first_for(HAIRCUT, wanted, passed=passed)
    return None if slot is None else slot.start


def test_the_earliest_free_slot_in_the_range_is_found_whatever_is_booked_before_it() -> None:
    calendar, _ = booked(opened(), at("2026-12-01 09:00"), customer=BRUNO)
    assert first(calendar, wish()) == at("2026-12-01 09:30")
    assert first(calendar, wish(part=PartOfDay.AFTERNOON)) == at("2026-12-01 14:00")


def test_what_was_passed_is_not_found_again() -> None:
    nine = at("2026-12-01 09:00")
    assert first(opened(), wish(), passed=frozenset({nine})) == nine + minutes(15)


def test_nothing_is_found_outside_the_window_in_which_the_policy_lets_people_book() -> None:
    assert first(opened(), wish(date(2026, 11, 30), date(2026, 11, 30))) == NOW + minutes(60)
    assert first(opened(policy=Policy(max_advance_days=3)), wish(date(2026, 12, 8))) is None
    assert first(opened(), wish(date(2026, 11, 1), date(2026, 11, 29))) is None


# --- What frees time ----------------------------------------------------------------------------------------------


def free_times(calendar: Calendar, when: datetime) -> set[tuple[str, int]]:
    days = [local_date(zone(calendar.terms.time_zone), epoch_seconds(when)) + timedelta(days=n) for n in range(-1, 3)]
    return {
        (service.id, begin)
        for service in calendar.terms.services
        if service.capacity == 1
        for day in days
        for begin in free_starts(calendar, service, day, now=when)
    }


@given(history=HISTORIES)
@settings(max_examples=25)
def test_nothing_comes_free_but_by_what_the_table_says(history: History) -> None:
    calendar = history.begin
    for _, when, decision in history.decisions:
        for recorded in decision.recorded:
            before, calendar = calendar, evolve(calendar, recorded)
            if type(recorded.event) not in FREES_TIME:
                assert free_times(calendar, when) <= free_times(before, when), recorded.event


# --- An offer -----------------------------------------------------------------------------------------------------


def test_an_offer_is_a_hold_for_its_customer_for_the_policy_s_minutes() -> None:
    _, held = offered(opened(policy=Policy(offer_minutes=20)))
    assert (held.entry_id, held.holder, held.expires_at) == (ENTRY, "customer:cus_ana", NOW + minutes(20))


def test_an_offer_ends_at_the_latest_when_the_slot_begins() -> None:
    calendar = opened(policy=Policy(min_notice_minutes=0))
    _, held = offered(calendar, now=TEN - minutes(4))
    assert held.expires_at == TEN


def test_what_is_offered_is_taken_for_everybody_else() -> None:
    calendar, _ = offered(opened())
    assert code(calendar, booking(TEN, customer=BRUNO), BRUNO) == "slot_taken"
    assert code(calendar, hold(TEN), BRUNO) == "slot_taken"
    assert code(calendar, offer(), SYSTEM) == "slot_taken"
    assert code(calendar, booking(TEN, customer=BRUNO, override=True), OWNER) == "slot_taken"


def test_nobody_but_turnero_offers_and_nothing_is_offered_of_a_group_or_of_what_there_is_not() -> None:
    assert code(opened(), offer(), OWNER) == "forbidden"
    assert code(opened(), offer(service=WORKSHOP), SYSTEM) == "hold_mismatch"
    assert code(opened(), offer(service=replace(HAIRCUT, id=WORKSHOP.id + "_no")), SYSTEM) == "not_found"


def test_its_customer_takes_an_offer_and_so_may_the_shop_for_them_but_nobody_for_somebody_else() -> None:
    calendar, held = offered(opened())
    for actor in (ANA, OWNER):
        decision = ask(calendar, booking(TEN, hold_id=held.id), actor)
        assert isinstance(decision.outcome, Booking)
        event = decision.recorded[-1].event
        assert isinstance(event, ev.AppointmentBooked)
        assert event.entry_id == ENTRY
        assert not decision.after.holds
    assert code(calendar, booking(TEN, hold_id=held.id, customer=BRUNO), BRUNO) == "hold_mismatch"
    assert code(calendar, booking(TEN, hold_id=held.id, customer=BRUNO), OWNER) == "hold_mismatch"
    assert code(calendar, booking(TEN, hold_id=held.id), INTEGRATOR) == "hold_mismatch"


def test_an_offer_that_is_refused_or_runs_out_says_whose_it_was() -> None:
    calendar, held = offered(opened())
    released = ask(calendar, cmd.ReleaseHold(hold_id=held.id), ANA).recorded[-1].event
    assert released == ev.HoldReleased(hold_id=held.id, entry_id=ENTRY)
    expired = ask(calendar, cmd.MeetDeadlines(), SYSTEM, now=held.expires_at).recorded[-1].event
    assert expired == ev.HoldExpired(hold_id=held.id, entry_id=ENTRY)


def test_an_offer_calls_for_a_message_at_once_and_a_hold_for_none() -> None:
    offering = ask(opened(), offer(), SYSTEM)
    plans = messages_after(opened(), offering.recorded, offering.after, now=NOW)
    assert plans == Plans(planned=(Planned(entry_id=ENTRY, kind=MessageKind.OFFER, due_at=NOW),))
    holding = ask(opened(), hold(TEN))
    assert messages_after(opened(), holding.recorded, holding.after, now=NOW) == Plans()


def test_offers_do_not_count_as_holds_of_one_s_own() -> None:
    calendar, _ = offered(opened())
    for n in range(5):
        calendar = ask(calendar, hold(TEN + minutes(30 * (n + 1)), name=f"hld_{n}")).after
    assert code(calendar, hold(TEN + minutes(240), name="hld_more")) == "too_many_holds"
