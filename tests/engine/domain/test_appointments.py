from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER,
    BARBER_SELF,
    BRUNO,
    COLOUR,
    EVERYBODY,
    HAIRCUT,
    INTEGRATOR,
    NOW,
    OWNER,
    SHOP,
    WORKSHOP,
    ask,
    at,
    become,
    booked,
    booking,
    code,
    held,
    hold,
    in_status,
    minutes,
    move,
    offered,
    opened,
    refused,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import STAFF, SYSTEM, Actor, Booking, Money, Role, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.limits import HOLDS_PER_HOLDER_MAX
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.slots import own_refs
from turnero.engine.domain.value import BusinessId, HoldId, ProviderId

TEN = at("2026-12-01 10:00")
ELSEWHERE = ProviderId("prv_elsewhere")


def after(calendar: Calendar, command: cmd.Command, actor: Actor = ANA, *, now: datetime = NOW) -> Calendar:
    return ask(calendar, command, actor, now=now).after


def moved(calendar: Calendar, made: Booking, start: datetime, actor: Actor = ANA) -> tuple[Calendar, Booking]:
    decision = ask(calendar, move(made, start), actor)
    assert isinstance(decision.outcome, Booking)
    return decision.after, decision.outcome


# --- Booking ------------------------------------------------------------------------------------------------------


def test_a_booking_keeps_the_terms_that_it_was_made_under() -> None:
    calendar, made = booked(opened(), TEN)
    dearer = replace(HAIRCUT, price=Money(amount=9_900_000, currency="ARS"), duration_minutes=45)
    strict = Policy(cancellation_notice_minutes=10_000, max_reschedules=0)
    calendar = after(calendar, cmd.ChangeTerms(terms=terms(services=(dearer,), policy=strict)), OWNER)
    kept = calendar.bookings[made.id]
    assert kept == made
    assert kept.price == Money(amount=1_200_000, currency="ARS")
    assert kept.policy == Policy()
    # It is the booking's own policy that binds: under the new one this would be too late, and one too many.
    calendar, again = moved(calendar, kept, TEN + timedelta(days=2))
    assert again.end - again.start == minutes(30)
    assert again.price == made.price
    assert code(calendar, become(again, Status.CANCELLED), ANA, now=NOW) is None


def test_a_booking_is_confirmed_at_once_unless_the_policy_says_otherwise() -> None:
    _, made = booked(opened(), TEN)
    assert (made.status, made.pending_until) == (Status.CONFIRMED, None)
    _, waiting = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=90)), TEN)
    assert (waiting.status, waiting.pending_until) == (Status.PENDING, NOW + minutes(90))


def test_a_pending_booking_waits_no_longer_than_until_its_start() -> None:
    patient = opened(policy=Policy(auto_confirm=False, pending_minutes=60 * 24 * 30))
    _, waiting = booked(patient, TEN)
    assert waiting.pending_until == TEN
    _, past = booked(patient, NOW - minutes(30), by=OWNER, override=True)
    assert past.pending_until == NOW + timedelta(days=30), "one entered afterwards gets the whole time"


def test_a_confirmed_booking_waits_for_nothing() -> None:
    calendar, waiting = booked(opened(policy=Policy(auto_confirm=False)), TEN)
    calendar = after(calendar, become(waiting, Status.CONFIRMED), BARBER_SELF)
    assert calendar.next_deadline() is None
    assert calendar.bookings[waiting.id].pending_until is None


def test_a_customer_books_for_themselves_and_others_for_anybody() -> None:
    calendar = opened()
    assert code(calendar, booking(TEN, customer=BRUNO), ANA) == "forbidden"
    for who in (BARBER_SELF, OWNER, ADMIN, INTEGRATOR):
        assert code(calendar, booking(TEN, customer=BRUNO), who) is None
    assert code(calendar, booking(TEN, customer=BRUNO), SYSTEM) == "forbidden"


def test_a_service_that_the_provider_does_not_offer_is_not_found() -> None:
    calendar = opened(terms(services=(HAIRCUT,)))
    assert code(calendar, booking(TEN, COLOUR)) == "not_found"
    assert code(calendar, hold(TEN, COLOUR)) == "not_found"


@pytest.mark.parametrize("who", EVERYBODY, ids=lambda actor: str(actor.role))
def test_only_staff_may_override(who: Actor) -> None:
    closed = at("2026-12-01 05:03")
    answer = code(opened(), booking(closed, override=True), who)
    assert answer == (None if who.role in STAFF else "forbidden")


@pytest.mark.parametrize("start", ["2026-12-01 13:15", "2026-12-01 23:41", "2026-11-30 07:00", "2027-11-30 10:00"])
def test_override_sets_hours_breaks_grid_notice_and_advance_aside(start: str) -> None:
    assert code(opened(), booking(at(start))) is not None
    assert code(opened(), booking(at(start), override=True), BARBER_SELF) is None


def test_override_never_goes_over_a_live_booking_a_hold_or_their_buffers() -> None:
    calendar, _ = booked(opened(), TEN, COLOUR)
    calendar, _ = held(calendar, TEN + minutes(120))
    for minute in (-1, 30, 61, 74, 119, 149):
        assert code(calendar, booking(TEN + minutes(minute), override=True), OWNER) == "slot_taken", minute
    for minute in (-40, 75, 90, 150):
        assert code(calendar, booking(TEN + minutes(minute), override=True), OWNER) is None, minute


# --- Holds --------------------------------------------------------------------------------------------------------


def test_a_hold_is_used_by_its_holder_and_by_nobody_else() -> None:
    calendar, kept = held(opened(), TEN)
    assert code(calendar, booking(TEN, customer=BRUNO), BRUNO) == "slot_taken"
    assert code(calendar, booking(TEN, customer=BRUNO, hold_id=kept.id), BRUNO) == "hold_mismatch"
    assert code(calendar, booking(TEN, hold_id=kept.id), OWNER) == "hold_mismatch"
    assert code(calendar, booking(TEN), ANA) == "slot_taken", "without saying so, not even by its holder"
    decision = ask(calendar, booking(TEN, hold_id=kept.id))
    assert not decision.after.holds
    assert decision.after.next_deadline() is None


def test_a_hold_is_for_one_slot_of_one_service() -> None:
    calendar, kept = held(opened(), TEN)
    other_start = refused(calendar, booking(TEN + minutes(60), hold_id=kept.id))
    assert other_start.code == "hold_mismatch"
    assert len(other_start.data["suggestedSlots"]) == 3
    assert code(calendar, booking(TEN, COLOUR, hold_id=kept.id)) == "hold_mismatch"


def test_a_hold_that_is_gone_is_said_to_be_over() -> None:
    calendar, kept = held(opened(), TEN)
    mine = booking(TEN, hold_id=kept.id)
    released = after(calendar, cmd.ReleaseHold(hold_id=kept.id))
    assert code(released, mine) == "hold_expired"
    used = after(calendar, mine)
    assert code(used, booking(TEN, hold_id=kept.id)) == "hold_expired"
    assert code(calendar, booking(TEN, hold_id=HoldId("hld_never"))) == "hold_expired"
    refusal = refused(calendar, mine, now=kept.expires_at)
    assert refusal.code == "hold_expired"
    assert refusal.data["suggestedSlots"][0].start == TEN, "free again, and the nearest"


def test_a_hold_may_be_used_though_the_notice_has_run_out_meanwhile() -> None:
    calendar = opened(policy=Policy(min_notice_minutes=60, hold_minutes=5))
    asked = TEN - minutes(60)
    calendar, kept = held(calendar, TEN, now=asked)
    late = asked + minutes(4)
    assert code(calendar, booking(TEN, hold_id=kept.id), now=late) is None
    calendar = after(calendar, cmd.ReleaseHold(hold_id=kept.id), now=late)
    assert code(calendar, booking(TEN), now=late) == "too_soon"


def test_a_hold_does_not_bring_back_a_time_that_has_passed() -> None:
    calendar = opened(policy=Policy(min_notice_minutes=0, hold_minutes=10))
    calendar, kept = held(calendar, TEN, now=TEN - minutes(5))
    assert code(calendar, booking(TEN, hold_id=kept.id), now=TEN) is None
    assert code(calendar, booking(TEN, hold_id=kept.id), now=TEN + minutes(1)) == "too_soon"


def test_a_hold_does_not_open_what_has_been_closed_since() -> None:
    calendar, kept = held(opened(), TEN)
    calendar = after(calendar, cmd.ChangeSchedule(schedule=Schedule()), OWNER)
    assert code(calendar, booking(TEN, hold_id=kept.id)) == "outside_working_hours"


def test_a_service_that_has_grown_since_the_hold_must_still_fit() -> None:
    calendar, kept = held(opened(), TEN)
    calendar, _ = booked(calendar, TEN + minutes(30), customer=BRUNO)
    grown = replace(HAIRCUT, duration_minutes=45)
    calendar = after(calendar, cmd.ChangeTerms(terms=terms(services=(grown,))), OWNER)
    assert code(calendar, booking(TEN, grown, hold_id=kept.id)) == "slot_taken"


def test_a_hold_is_released_by_its_holder_or_by_staff() -> None:
    calendar, kept = held(opened(), TEN)
    release = cmd.ReleaseHold(hold_id=kept.id)
    assert code(calendar, release, BRUNO) == "forbidden"
    assert code(calendar, release, INTEGRATOR) == "forbidden"
    for who in (ANA, BARBER_SELF, OWNER, ADMIN):
        assert "10:00" in offered(after(calendar, release, who), "2026-12-01")


def test_releasing_what_is_over_changes_nothing() -> None:
    calendar = opened()
    assert ask(calendar, cmd.ReleaseHold(hold_id=HoldId("hld_never"))).recorded == ()


def test_nobody_holds_more_than_a_few_slots_but_others_still_may() -> None:
    calendar = opened()
    for number in range(HOLDS_PER_HOLDER_MAX):
        calendar, _ = held(calendar, TEN + minutes(30 * number), name=f"hld_{number}")
    one_more = hold(at("2026-12-01 15:00"), name="hld_more")
    assert refused(calendar, one_more).data == {"max": HOLDS_PER_HOLDER_MAX}
    assert code(calendar, one_more) == "too_many_holds"
    assert code(calendar, one_more, BRUNO) is None
    later = NOW + minutes(5)
    assert code(calendar, one_more, now=later) is None, "those that have run out do not count"


def test_a_group_needs_no_hold() -> None:
    assert code(opened(), hold(TEN, WORKSHOP)) == "hold_mismatch"


# --- Moving within the calendar -----------------------------------------------------------------------------------


def test_a_moved_booking_is_the_same_booking_at_another_time() -> None:
    calendar, made = booked(opened(), TEN, COLOUR)
    calendar, there = moved(calendar, made, TEN + minutes(120))
    assert there == replace(
        made,
        start=made.start + minutes(120),
        end=made.end + minutes(120),
        revision=2,
        sequence=made.sequence + 1,
    )
    assert list(calendar.bookings) == [made.id]
    assert "10:00" in offered(calendar, "2026-12-01")


def test_a_booking_may_move_into_time_that_only_itself_occupies() -> None:
    calendar, made = booked(opened(), TEN, COLOUR)
    calendar, there = moved(calendar, made, TEN + minutes(15))
    assert there.start == TEN + minutes(15)


def test_moving_to_the_same_start_changes_nothing_and_counts_for_nothing() -> None:
    calendar, made = booked(opened(), TEN)
    decision = ask(calendar, move(made, TEN))
    assert (decision.recorded, decision.after, decision.outcome) == ((), calendar, made)


def test_a_booking_is_moved_only_as_often_as_its_policy_allows_unless_staff_override() -> None:
    calendar, made = booked(opened(policy=Policy(max_reschedules=2)), TEN)
    for number in (1, 2):
        calendar, made = moved(calendar, made, TEN + minutes(30 * number))
    assert made.revision == 3
    refusal = refused(calendar, move(made, TEN))
    assert (refusal.code, refusal.data) == ("too_many_reschedules", {"max": 2})
    assert code(calendar, move(made, TEN), OWNER) == "too_many_reschedules"
    assert code(calendar, move(made, TEN, override=True), OWNER) is None
    assert code(calendar, move(made, TEN, override=True), ANA) == "forbidden"


def test_a_customer_moves_a_confirmed_booking_only_until_the_cancellation_deadline() -> None:
    calendar, made = booked(opened(), TEN)
    to = TEN + timedelta(days=2)
    deadline = TEN - timedelta(days=1)
    assert code(calendar, move(made, to), now=deadline) is None
    assert code(calendar, move(made, to), now=deadline + minutes(1)) == "cancellation_notice_passed"
    assert code(calendar, move(made, to), BARBER_SELF, now=deadline + minutes(1)) is None
    calendar, waiting = in_status(Status.PENDING, TEN)
    assert code(calendar, move(waiting, to), now=deadline + minutes(1)) is None


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW])
def test_what_has_ended_is_not_moved(status: Status) -> None:
    calendar, ended = in_status(status, TEN)
    refusal = refused(calendar, move(ended, TEN + timedelta(days=1), override=True), OWNER)
    assert (refusal.code, refusal.data) == ("transition_not_allowed", {"status": status})


def test_a_refused_move_suggests_slots_that_ignore_the_booking_itself() -> None:
    calendar, made = booked(opened(), TEN, COLOUR)
    calendar, _ = booked(calendar, TEN + minutes(120), customer=BRUNO)
    refusal = refused(calendar, move(made, TEN + minutes(105)))
    assert refusal.code == "slot_taken"
    first = refusal.data["suggestedSlots"][0]
    assert first.start == TEN + minutes(45), "within its own time, and so that its buffer ends where the other begins"
    assert code(calendar, move(made, first.start)) is None


def test_a_move_keeps_length_and_buffers_even_if_the_service_is_no_longer_offered() -> None:
    calendar, made = booked(opened(), TEN, COLOUR)
    calendar = after(calendar, cmd.ChangeTerms(terms=terms(services=(HAIRCUT,))), OWNER)
    _, there = moved(calendar, made, TEN + minutes(240))
    assert (there.end - there.start, there.buffer_after_minutes) == (minutes(60), 15)


def test_a_pending_booking_that_is_moved_waits_as_if_it_had_been_made_for_its_new_start() -> None:
    calendar, waiting = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=1440)), TEN)
    assert waiting.pending_until == NOW + minutes(1440)
    calendar, earlier = moved(calendar, waiting, at("2026-11-30 15:00"))
    assert earlier.pending_until == earlier.start
    assert calendar.next_deadline() == earlier.start
    calendar, later = moved(calendar, earlier, TEN + timedelta(days=7))
    assert later.pending_until == NOW + minutes(1440)
    assert calendar.next_deadline() == later.pending_until


# --- Groups -------------------------------------------------------------------------------------------------------


def test_a_group_keeps_its_time_while_anyone_is_in_it() -> None:
    calendar, first = booked(opened(), TEN, WORKSHOP)
    calendar, second = booked(calendar, TEN, WORKSHOP, customer=BRUNO)
    assert first.session_id == second.session_id
    calendar = after(calendar, become(first, Status.CANCELLED), OWNER)
    assert "10:00" not in offered(calendar, "2026-12-01", HAIRCUT)
    assert "10:00" in offered(calendar, "2026-12-01", WORKSHOP)
    calendar = after(calendar, become(second, Status.CANCELLED), OWNER)
    assert "10:00" in offered(calendar, "2026-12-01", HAIRCUT)
    assert not calendar.sessions


def test_a_group_keeps_the_buffers_that_it_began_with() -> None:
    calendar = opened(terms(services=(replace(WORKSHOP, buffer_after_minutes=15), HAIRCUT)))
    calendar, first = booked(calendar, TEN, WORKSHOP)
    calendar = after(calendar, cmd.ChangeTerms(terms=terms(services=(WORKSHOP, HAIRCUT))), OWNER)
    calendar, second = booked(calendar, TEN, WORKSHOP, customer=BRUNO)
    calendar = after(calendar, become(first, Status.CANCELLED), OWNER)
    assert code(calendar, booking(TEN + minutes(60))) == "slot_taken"
    calendar = after(calendar, become(second, Status.CANCELLED), OWNER)
    assert code(calendar, booking(TEN + minutes(60))) is None


def test_a_member_moves_alone_and_leaves_the_others_where_they_are() -> None:
    calendar, first = booked(opened(), TEN, WORKSHOP)
    calendar, second = booked(calendar, TEN, WORKSHOP, customer=BRUNO)
    assert own_refs(calendar, first) == frozenset()
    assert code(calendar, move(first, TEN + minutes(15))) == "slot_taken"
    calendar, there = moved(calendar, first, TEN + minutes(60))
    assert sorted(s.members for s in calendar.sessions.values()) == sorted([(first.id,), (second.id,)])
    assert there.session_id != second.session_id
    calendar, back = moved(calendar, there, TEN)
    assert back.session_id == second.session_id


def test_the_only_member_takes_the_group_along() -> None:
    calendar, alone = booked(opened(), TEN, WORKSHOP)
    calendar, there = moved(calendar, alone, TEN + minutes(15))
    assert [s.start for s in calendar.sessions.values()] == [there.start]


def test_the_last_place_goes_to_one() -> None:
    calendar = opened(terms(services=(replace(WORKSHOP, capacity=2),)))
    calendar, _ = booked(calendar, TEN, WORKSHOP)
    calendar, _ = booked(calendar, TEN, WORKSHOP, customer=BRUNO)
    assert code(calendar, booking(TEN, WORKSHOP)) == "session_full"
    assert code(calendar, booking(TEN, WORKSHOP, override=True), OWNER) == "session_full"
    calendar, other = booked(calendar, TEN + minutes(60), WORKSHOP)
    refusal = refused(calendar, move(other, TEN))
    assert refusal.code == "session_full"
    assert refusal.data["suggestedSlots"]


def test_a_group_that_has_become_a_single_appointment_takes_nobody_more() -> None:
    calendar, _ = booked(opened(), TEN, WORKSHOP)
    single = replace(WORKSHOP, capacity=1)
    calendar = after(calendar, cmd.ChangeTerms(terms=terms(services=(single,))), OWNER)
    assert code(calendar, booking(TEN, single)) == "slot_taken"


# --- Moving to another calendar -----------------------------------------------------------------------------------


def _leave(made: Booking, *, sequence: int | None = None) -> cmd.MoveOut:
    return cmd.MoveOut(booking_id=made.id, sequence=sequence or made.sequence, to=ELSEWHERE)


def _arrive(made: Booking, start: datetime, *, override: bool = False) -> cmd.MoveIn:
    session_id = booking(start).session_id
    return cmd.MoveIn(booking=made, session_id=session_id, origin=BARBER, start=start, override=override)


def test_a_booking_moves_to_another_calendar_with_its_id_its_price_and_its_policy() -> None:
    origin, made = booked(opened(), TEN)
    lenient = Policy(cancellation_notice_minutes=0)
    other = opened(terms(services=(replace(HAIRCUT, duration_minutes=45, price=None),), policy=lenient))
    other = replace(other, provider_id=ELSEWHERE)
    origin = after(origin, _leave(made))
    assert made.id not in origin.bookings
    assert not origin.busy
    decision = ask(other, _arrive(made, TEN + minutes(60)))
    there = decision.outcome
    assert isinstance(there, Booking)
    assert (there.id, there.revision, there.price, there.policy) == (made.id, 2, made.price, made.policy)
    assert there.end - there.start == minutes(45), "as long as the other provider takes for it"
    assert code(decision.after, booking(TEN + minutes(75), customer=BRUNO), BRUNO) == "slot_taken"


def test_a_booking_that_moved_away_may_come_back() -> None:
    calendar, made = booked(opened(), TEN)
    calendar = after(after(calendar, _leave(made)), _arrive(made, TEN))
    assert calendar.bookings[made.id].start == TEN


def test_a_booking_that_has_changed_since_it_was_looked_at_stays() -> None:
    calendar, made = booked(opened(policy=Policy(auto_confirm=False)), TEN)
    calendar = after(calendar, become(made, Status.CONFIRMED), OWNER)
    assert code(calendar, _leave(made)) == "booking_changed"


def test_moving_out_is_bound_like_moving_and_moving_in_like_booking() -> None:
    calendar, made = booked(opened(policy=Policy(max_reschedules=0)), TEN)
    assert code(calendar, _leave(made)) == "too_many_reschedules"
    calendar, made = booked(opened(), TEN)
    assert code(calendar, _leave(made), BRUNO) == "forbidden"
    assert code(calendar, _leave(made), now=TEN - minutes(60)) == "cancellation_notice_passed"
    busy, _ = booked(opened(), TEN + minutes(60), customer=BRUNO)
    assert code(busy, _arrive(made, TEN + minutes(60))) == "slot_taken"
    assert code(busy, _arrive(made, TEN + minutes(60), override=True), OWNER) == "slot_taken"
    assert code(busy, _arrive(made, at("2026-12-01 05:00"))) == "outside_working_hours"
    assert code(busy, _arrive(made, at("2026-12-01 05:00"), override=True)) == "forbidden"
    assert code(busy, _arrive(made, at("2026-12-01 05:00"), override=True), OWNER) is None
    assert code(opened(terms(services=(COLOUR,))), _arrive(made, TEN)) == "not_found"


def test_a_pending_booking_takes_its_deadline_along() -> None:
    _, waiting = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=1440)), TEN)
    arrived = after(opened(), _arrive(waiting, at("2026-11-30 15:00")))
    assert arrived.next_deadline() == at("2026-11-30 15:00")


# --- Rating -------------------------------------------------------------------------------------------------------


def test_a_completed_booking_is_rated_once_by_its_own_customer() -> None:
    calendar, done = in_status(Status.COMPLETED, TEN)
    rating = cmd.RateAppointment(booking_id=done.id, stars=4)
    for who in (BRUNO, BARBER_SELF, OWNER, ADMIN, INTEGRATOR, SYSTEM):
        assert code(calendar, rating, who, now=TEN) == "forbidden"
    calendar = after(calendar, rating, now=TEN)
    assert calendar.bookings[done.id].stars == 4
    refusal = refused(calendar, cmd.RateAppointment(booking_id=done.id, stars=5), now=TEN)
    assert (refusal.code, refusal.data) == ("already_rated", {"stars": 4})


@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED, Status.CANCELLED, Status.NO_SHOW])
def test_only_a_completed_booking_can_be_rated(status: Status) -> None:
    calendar, booked_ = in_status(status, TEN)
    rating = cmd.RateAppointment(booking_id=booked_.id, stars=5)
    assert code(calendar, rating, now=TEN - minutes(1)) == "transition_not_allowed"


# --- Taking longer, or less time ------------------------------------------------------------------------------------


def test_a_booking_takes_longer_or_shorter_and_begins_when_it_did() -> None:
    calendar, made = booked(opened(), TEN)
    calendar = after(calendar, cmd.AcknowledgeAppointment(booking_id=made.id))
    for length in (75, 20):
        calendar = after(calendar, cmd.ResizeAppointment(booking_id=made.id, minutes=length), OWNER)
        resized = calendar.bookings[made.id]
        assert (resized.start, resized.end) == (TEN, TEN + minutes(length))
        assert (resized.revision, resized.acknowledged_at) == (made.revision, NOW)
    # Moved, it keeps its length.
    moved = after(calendar, move(made, TEN + minutes(120))).bookings[made.id]
    assert moved.end - moved.start == minutes(20)


def test_the_time_that_it_does_not_take_any_more_is_free_and_what_it_takes_is_not() -> None:
    calendar, made = booked(opened(), TEN)
    shorter = after(calendar, cmd.ResizeAppointment(booking_id=made.id, minutes=15), OWNER)
    assert code(calendar, booking(TEN + minutes(15), customer=BRUNO), BRUNO) == "slot_taken"
    assert code(shorter, booking(TEN + minutes(15), customer=BRUNO), BRUNO) is None
    longer = after(calendar, cmd.ResizeAppointment(booking_id=made.id, minutes=45), OWNER)
    assert code(longer, booking(TEN + minutes(30), customer=BRUNO), BRUNO) == "slot_taken"


def test_it_takes_nobody_elses_time_and_is_told_where_it_would_fit() -> None:
    calendar, made = booked(opened(), TEN)
    calendar, _ = booked(calendar, TEN + minutes(30), customer=BRUNO)
    refusal = refused(calendar, cmd.ResizeAppointment(booking_id=made.id, minutes=31), OWNER)
    assert refusal.code == "slot_taken"
    assert refusal.data["suggestedSlots"]


def test_to_take_as_long_as_it_does_changes_nothing() -> None:
    calendar, made = booked(opened(), TEN)
    same = ask(calendar, cmd.ResizeAppointment(booking_id=made.id, minutes=30), OWNER)
    assert (same.recorded, same.outcome) == ((), made)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
def test_what_is_over_takes_as_long_as_it_took(status: Status) -> None:
    calendar, made = in_status(status, TEN)
    longer = cmd.ResizeAppointment(booking_id=made.id, minutes=45)
    assert code(calendar, longer, OWNER, now=TEN) == "transition_not_allowed"


# --- Notes ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", Status)
def test_a_note_is_written_changed_and_taken_away_whatever_became_of_the_booking(status: Status) -> None:
    calendar, made = in_status(status, TEN)
    calendar = after(calendar, cmd.NoteAppointment(booking_id=made.id, noted=True), BARBER_SELF)
    written = calendar.bookings[made.id]
    assert written == replace(made, noted=True, sequence=calendar.sequence)
    # Of another text nothing is known here: that it was written is all that there is to record.
    changed = ask(calendar, cmd.NoteAppointment(booking_id=made.id, noted=True), OWNER)
    assert [recorded.event for recorded in changed.recorded] == [ev.AppointmentNoted(booking_id=made.id, noted=True)]
    away = ask(changed.after, cmd.NoteAppointment(booking_id=made.id, noted=False), ADMIN)
    assert away.outcome == replace(made, noted=False, sequence=away.after.sequence)


def test_to_take_away_a_note_that_is_not_there_changes_nothing() -> None:
    calendar, made = booked(opened(), TEN)
    same = ask(calendar, cmd.NoteAppointment(booking_id=made.id, noted=False), OWNER)
    assert (same.recorded, same.outcome) == ((), made)


# --- Saying that one will come ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.PENDING, Status.CONFIRMED])
def test_a_customer_says_that_they_will_come_once_or_twice(status: Status) -> None:
    calendar, made = in_status(status, TEN)
    will_come = cmd.AcknowledgeAppointment(booking_id=made.id)
    said = ask(calendar, will_come, now=NOW + minutes(5))
    assert said.outcome == said.after.bookings[made.id]
    assert said.after.bookings[made.id].acknowledged_at == NOW + minutes(5)
    assert said.after.bookings[made.id].status is status
    again = ask(said.after, will_come, now=NOW + minutes(6))
    assert (again.recorded, again.outcome) == ((), said.outcome)


def test_nobody_else_says_it_for_them() -> None:
    calendar, made = booked(opened(), TEN)
    for who in (BRUNO, BARBER_SELF, OWNER, ADMIN, INTEGRATOR, SYSTEM):
        assert code(calendar, cmd.AcknowledgeAppointment(booking_id=made.id), who) == "forbidden"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
def test_nobody_comes_to_what_is_not_live_any_more(status: Status) -> None:
    calendar, made = in_status(status, TEN)
    assert code(calendar, cmd.AcknowledgeAppointment(booking_id=made.id), now=TEN) == "transition_not_allowed"


def test_whoever_is_moved_has_not_said_that_they_will_come_then() -> None:
    calendar, made = booked(opened(), TEN)
    calendar = after(calendar, cmd.AcknowledgeAppointment(booking_id=made.id))
    moved = after(calendar, move(made, TEN + minutes(60)))
    assert moved.bookings[made.id].acknowledged_at is None
    leaving = calendar.bookings[made.id]
    arrive = cmd.MoveIn(booking=leaving, session_id=booking(TEN).session_id, origin=ProviderId("prv_other"), start=TEN)
    assert after(opened(), arrive).bookings[made.id].acknowledged_at is None


# --- Whose it is --------------------------------------------------------------------------------------------------


def test_another_s_booking_is_forbidden_to_a_customer_whatever_they_want_of_it() -> None:
    calendar, made = booked(opened(), TEN)
    commands: list[cmd.Command] = [
        become(made, Status.CANCELLED),
        move(made, TEN + minutes(60)),
        _leave(made),
        cmd.AcknowledgeAppointment(booking_id=made.id),
        cmd.RateAppointment(booking_id=made.id, stars=1),
    ]
    for command in commands:
        assert code(calendar, command, BRUNO) == "forbidden"


def test_a_booking_that_is_not_there_is_not_found() -> None:
    _, made = booked(opened(), TEN)
    nothing = opened()
    commands: list[cmd.Command] = [become(made, Status.CANCELLED), move(made, TEN), _leave(made)]
    for command in commands:
        assert code(nothing, command) == "not_found"
    assert code(nothing, cmd.NoteAppointment(booking_id=made.id, noted=True), OWNER) == "not_found"


STRANGERS = [
    Actor(role=Role.PROVIDER, subject="prv_other"),
    Actor(role=Role.PROVIDER, subject="prv_other", business_id=SHOP),
    Actor(role=Role.OWNER, subject="usr_owner", business_id=BusinessId("biz_other")),
    Actor(role=Role.OWNER, subject="usr_owner"),
    Actor(role=Role.INTEGRATOR, subject="key_1", business_id=BusinessId("biz_other")),
    Actor(role=Role.CUSTOMER, subject=ANA.subject, business_id=BusinessId("biz_other")),
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda actor: f"{actor.role} of {actor.business_id}")
def test_nobody_reaches_into_the_calendar_of_another_provider_or_business(stranger: Actor) -> None:
    calendar, made = booked(opened(), TEN)
    commands: list[cmd.Command] = [
        booking(TEN + minutes(60)),
        become(made, Status.CANCELLED),
        move(made, TEN + minutes(60)),
        hold(TEN + minutes(60)),
        cmd.ChangeSchedule(schedule=Schedule()),
        cmd.ChangeTerms(terms=terms()),
    ]
    assert {code(calendar, command, stranger) for command in commands} == {"forbidden"}
