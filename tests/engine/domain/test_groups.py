from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER_SELF,
    BRUNO,
    COLOUR,
    HAIRCUT,
    INTEGRATOR,
    OWNER,
    WORKSHOP,
    ask,
    at,
    become,
    booked,
    booking,
    code,
    group,
    join,
    minutes,
    move,
    offered,
    opened,
    refused,
)
from turnero.engine.domain.booking import Actor, Booking, Role, ServiceTerms, Status
from turnero.engine.domain.calendar import BookingSet, Calendar
from turnero.engine.domain.decide import Decision
from turnero.engine.domain.snapshot import decode_snapshot, encode_snapshot

TEN = at("2026-12-01 10:00")


def outcome(decision: Decision) -> BookingSet:
    assert isinstance(decision.outcome, BookingSet)
    return decision.outcome


def seated(*people: str, places: int = 5, service: ServiceTerms = HAIRCUT) -> tuple[Calendar, BookingSet]:
    decision = ask(opened(), group(TEN, *people, places=places, service=service), OWNER)
    return decision.after, outcome(decision)


def someone(number: int) -> Actor:
    return Actor(role=Role.CUSTOMER, subject=f"cus_{number}")


# --- Setting up ---------------------------------------------------------------------------------------------------


def test_a_group_is_a_booking_for_each_and_takes_the_time_once() -> None:
    calendar, together = seated("cus_ana", "cus_bruno", service=COLOUR)
    assert [b.customer_id for b in together.bookings] == ["cus_ana", "cus_bruno"]
    assert {b.session_id for b in together.bookings} == {"ses_group"} == {together.ref}
    (busy,) = {b for row in calendar.busy.values() for b in row}
    assert busy.end - busy.start == (10 + 60 + 15) * 60


@pytest.mark.parametrize("service", [HAIRCUT, WORKSHOP], ids=["for one", "for three"])
def test_a_group_has_the_places_that_it_was_given_whatever_the_service_has(service: ServiceTerms) -> None:
    calendar, _ = seated("cus_0", places=5, service=service)
    for number in range(1, 5):
        calendar = ask(calendar, join("ses_group", f"cus_{number}"), someone(number)).after
    assert code(calendar, join("ses_group", "cus_5"), someone(5)) == "session_full"


def test_only_staff_set_up_groups() -> None:
    command = group(TEN, "cus_ana")
    assert [code(opened(), command, who) for who in (OWNER, ADMIN, BARBER_SELF)] == [None, None, None]
    assert [code(opened(), command, who) for who in (ANA, INTEGRATOR)] == ["forbidden", "forbidden"]


def test_a_group_needs_the_time_for_itself() -> None:
    calendar, _ = booked(opened(), TEN, WORKSHOP)
    refusal = refused(calendar, group(TEN, "cus_bruno", service=WORKSHOP), OWNER)
    assert refusal.code == "slot_taken"
    assert all(slot.start != TEN for slot in refusal.data["suggestedSlots"])


def test_a_group_keeps_to_working_hours() -> None:
    assert code(opened(), group(at("2026-12-01 20:00"), "cus_ana"), OWNER) == "outside_working_hours"


def test_nobody_is_in_a_group_twice_from_the_start() -> None:
    assert code(opened(), group(TEN, "cus_ana", "cus_ana"), OWNER) == "already_participating"


def test_more_people_than_places_are_refused_together() -> None:
    assert code(opened(), group(TEN, "cus_1", "cus_2", places=1), OWNER) == "session_full"


def test_a_repeat_gets_the_first_answer_even_from_a_snapshot() -> None:
    command = group(TEN, "cus_ana")
    first = ask(opened(), command, OWNER, key="k", fingerprint="f")
    again = ask(decode_snapshot(encode_snapshot(first.after)), command, OWNER, key="k", fingerprint="f")
    assert again.outcome == first.outcome
    assert not again.recorded


# --- Joining and leaving ------------------------------------------------------------------------------------------


def test_who_joins_has_the_time_the_buffers_and_the_price_of_the_session() -> None:
    calendar, together = seated("cus_ana", service=COLOUR)
    joined = ask(calendar, join("ses_group", "cus_bruno"), BRUNO).outcome
    assert isinstance(joined, Booking)
    (first,) = together.bookings
    assert (joined.start, joined.end, joined.price) == (first.start, first.end, first.price)
    assert (joined.occupied_from, joined.occupied_until) == (first.occupied_from, first.occupied_until)


def test_nobody_is_in_a_session_twice_unless_they_have_left_it() -> None:
    calendar, together = seated("cus_ana", "cus_bruno")
    assert code(calendar, join("ses_group", "cus_ana"), ANA) == "already_participating"
    calendar = ask(calendar, become(together.bookings[0], Status.CANCELLED), OWNER).after
    assert code(calendar, join("ses_group", "cus_ana"), ANA) is None


def test_a_customer_joins_for_themselves_only() -> None:
    calendar, _ = seated("cus_ana")
    assert code(calendar, join("ses_group", "cus_carla"), BRUNO) == "forbidden"
    assert code(calendar, join("ses_group", "cus_carla"), BARBER_SELF) is None


def test_the_last_place_is_given_once() -> None:
    calendar, _ = seated("cus_0", places=2)
    answers = []
    for number in range(1, 4):
        answers.append(code(calendar, join("ses_group", f"cus_{number}"), someone(number)))
        if answers[-1] is None:
            calendar = ask(calendar, join("ses_group", f"cus_{number}"), someone(number)).after
    assert answers == [None, "session_full", "session_full"]


def test_who_finds_a_session_full_is_told_of_other_times() -> None:
    calendar, _ = seated("cus_0", places=1)
    refusal = refused(calendar, join("ses_group", "cus_ana"), ANA)
    assert [code(calendar, booking(s.start)) for s in refusal.data["suggestedSlots"]] == [None, None, None]


def test_staff_take_people_in_until_a_session_is_over_and_customers_come_in_time() -> None:
    calendar, _ = seated("cus_0")
    assert code(calendar, join("ses_group", "cus_ana"), ANA, now=TEN - minutes(30)) == "too_soon"
    assert code(calendar, join("ses_group", "cus_ana"), BARBER_SELF, now=TEN + minutes(10)) is None
    assert code(calendar, join("ses_group", "cus_ana"), BARBER_SELF, now=TEN + minutes(30)) == "session_over"


def test_a_session_keeps_its_time_while_anyone_is_in_it() -> None:
    calendar, together = seated("cus_ana", "cus_bruno")
    calendar = ask(calendar, become(together.bookings[0], Status.CANCELLED), ANA).after
    assert "10:00" not in offered(calendar, "2026-12-01")
    calendar = ask(calendar, become(together.bookings[1], Status.CANCELLED), BRUNO).after
    assert "10:00" in offered(calendar, "2026-12-01")
    assert code(calendar, join("ses_group", "cus_carla"), OWNER) == "not_found"


def test_each_has_a_status_of_their_own() -> None:
    calendar, together = seated("cus_ana", "cus_bruno")
    calendar = ask(calendar, become(together.bookings[0], Status.COMPLETED), OWNER, now=TEN).after
    calendar = ask(calendar, become(together.bookings[1], Status.NO_SHOW), OWNER, now=TEN).after
    assert [calendar.bookings[b.id].status for b in together.bookings] == [Status.COMPLETED, Status.NO_SHOW]


def test_who_moves_away_leaves_the_group_and_the_others_stay() -> None:
    calendar, together = seated("cus_ana", "cus_bruno")
    moved = ask(calendar, move(together.bookings[0], TEN + minutes(60)), ANA)
    assert isinstance(moved.outcome, Booking)
    assert moved.outcome.session_id is None
    (session,) = moved.after.sessions.values()
    assert session.members == (together.bookings[1].id,)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 6)), max_size=40), st.integers(1, 4))
def test_whoever_comes_and_goes_no_place_is_sold_twice(steps: list[tuple[bool, int]], places: int) -> None:
    calendar, _ = seated("cus_0", places=places)
    inside = {"cus_0"}
    for comes, number in steps:
        who = someone(number)
        if comes:
            answer = code(calendar, join("ses_group", who.subject), OWNER)
            if not inside:
                assert answer == "not_found"
            elif who.subject in inside:
                assert answer == "already_participating"
            elif len(inside) == places:
                assert answer == "session_full"
            else:
                assert answer is None
                calendar = ask(calendar, join("ses_group", who.subject), OWNER).after
                inside.add(who.subject)
        elif who.subject in inside:
            theirs = next(b for b in calendar.bookings.values() if b.live and b.customer_id == who.subject)
            calendar = ask(calendar, become(theirs, Status.CANCELLED), OWNER).after
            inside.remove(who.subject)
    assert {b.customer_id for b in calendar.bookings.values() if b.live} == inside
