from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER,
    BARBER_SELF,
    BRUNO,
    NOW,
    OWNER,
    SHOP,
    ask,
    at,
    become,
    booked,
    booking,
    code,
    group,
    held,
    hold,
    minutes,
    move,
    move_series,
    off,
    offered,
    opened,
    refused,
    series,
    terms,
)
from tests.engine.domain.histories import HISTORIES, STARTS, History, taken
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import SYSTEM, Booking, Hold, Status
from turnero.engine.domain.calendar import BookingSet, Calendar, empty
from turnero.engine.domain.decide import Decision, decide, settled
from turnero.engine.domain.errors import NotFound, TurneroError
from turnero.engine.domain.limits import KEYS_REMEMBERED_FOR
from turnero.engine.domain.messages import MessageKind, Recipient, messages_after
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import BookingId, ProviderId, SeriesId

TEN = at("2026-12-01 10:00")

ASKS_TO_CONFIRM = Policy(auto_confirm=False, pending_minutes=60)


def kinds(decision: Decision) -> list[str]:
    return [type(recorded.event).__name__ for recorded in decision.recorded]


# --- Decisions ----------------------------------------------------------------------------------------------------


def test_a_decision_says_what_happened_what_it_led_to_and_what_to_answer() -> None:
    calendar = opened()
    decision = ask(calendar, booking(TEN, name="bkg_x"), key="k", fingerprint="f")
    (recorded,) = decision.recorded
    assert recorded.sequence == calendar.sequence + 1 == decision.after.sequence
    assert (recorded.at, recorded.actor, recorded.key, recorded.fingerprint) == (NOW, ANA, "k", "f")
    assert isinstance(decision.outcome, Booking)
    assert decision.outcome == decision.after.bookings[BookingId("bkg_x")]
    assert decision.outcome.sequence == recorded.sequence


def test_a_refusal_is_a_value_that_holds_no_frame_and_changes_nothing() -> None:
    calendar, _ = booked(opened(), TEN)
    before = calendar
    refusal = refused(calendar, booking(TEN, customer=BRUNO), BRUNO)
    assert refusal.code == "slot_taken"
    assert refusal.__traceback__ is None
    assert calendar is before


def test_a_calendar_that_was_never_opened_is_not_there_for_anybody() -> None:
    nothing = empty(BARBER)
    for command in (booking(TEN), cmd.MeetDeadlines(), cmd.ChangeTerms(terms=terms())):
        for actor in (ANA, ADMIN, SYSTEM):
            assert isinstance(refused(nothing, command, actor), NotFound)
    ask(nothing, cmd.OpenCalendar(business_id=SHOP, terms=terms()), OWNER)


# --- Deadlines ----------------------------------------------------------------------------------------------------


def test_what_is_past_its_deadline_is_over_even_if_nobody_has_woken_the_calendar() -> None:
    calendar, pending = booked(opened(policy=ASKS_TO_CONFIRM), TEN)
    due = NOW + minutes(60)
    assert calendar.next_deadline() == due
    just_before = due - timedelta(microseconds=1)
    assert code(calendar, booking(TEN, customer=BRUNO), BRUNO, now=just_before) == "slot_taken"
    decision = ask(calendar, booking(TEN, customer=BRUNO), BRUNO, now=due, key="k")
    assert kinds(decision) == ["AppointmentExpired", "AppointmentBooked"]
    expired, made = decision.recorded
    assert (expired.actor, expired.key) == (SYSTEM, None)
    assert (made.actor, made.key) == (BRUNO, "k")
    assert decision.after.bookings[pending.id].status is Status.CANCELLED
    assert decision.after.bookings[pending.id].cancelled_by is SYSTEM.role
    assert code(calendar, become(pending, Status.CONFIRMED), OWNER, now=due) == "transition_not_allowed"


def test_deadlines_at_the_same_instant_are_all_met_at_once() -> None:
    calendar = opened(policy=Policy(auto_confirm=False, pending_minutes=5, hold_minutes=5))
    calendar, first = booked(calendar, TEN, name="bkg_b")
    calendar, second = booked(calendar, TEN + minutes(60), name="bkg_a")
    calendar, kept = held(calendar, TEN + minutes(30))
    assert first.pending_until == second.pending_until == kept.expires_at
    decision = ask(calendar, cmd.MeetDeadlines(), SYSTEM, now=kept.expires_at)
    assert sorted(kinds(decision)) == ["AppointmentExpired", "AppointmentExpired", "HoldExpired"]
    assert decision.after.deadlines == ()
    assert not decision.after.busy
    assert not decision.after.holds


def test_waking_a_calendar_too_early_changes_nothing() -> None:
    calendar, _ = held(opened(), TEN)
    assert ask(calendar, cmd.MeetDeadlines(), SYSTEM) == Decision((), calendar, None)


def test_a_hold_is_over_at_the_very_instant_of_its_end_and_for_its_holder_too() -> None:
    calendar, kept = held(opened(), TEN)
    mine = booking(TEN, hold_id=kept.id)
    assert code(calendar, mine, now=kept.expires_at - timedelta(microseconds=1)) is None
    assert code(calendar, mine, now=kept.expires_at) == "hold_expired"
    decision = ask(calendar, booking(TEN), now=kept.expires_at)
    assert kinds(decision) == ["HoldExpired", "AppointmentBooked"]


def test_a_refusal_speaks_of_the_last_number_recorded_though_something_is_overdue() -> None:
    """A client would ask for what follows that number, and miss what gets it later."""
    calendar, kept = held(opened(), TEN)
    calendar, _ = booked(calendar, TEN + minutes(30), customer=BRUNO)
    refusal = refused(calendar, booking(TEN + minutes(30)), now=kept.expires_at)
    assert refusal.data["sequence"] == calendar.sequence
    assert TEN in {slot.start for slot in refusal.data["suggestedSlots"]}, "the hold is over"


def test_a_request_that_changes_nothing_leaves_the_overdue_for_later() -> None:
    calendar, kept = held(opened(), TEN)
    calendar, made = booked(calendar, TEN + minutes(30))
    decision = ask(calendar, move(made, made.start), now=kept.expires_at)
    assert decision == Decision((), calendar, made)


@given(history=HISTORIES, minute=st.sampled_from([0, 9, 10, 45, 1440]), start=STARTS)
@settings(max_examples=40)
def test_what_readers_are_shown_is_what_a_decision_sees(history: History, minute: int, start: datetime) -> None:
    """However late the wake-up: a slot freed by a deadline is offered as soon as it can be booked."""
    calendar = history.end
    last = history.events[-1].at if history.events else NOW
    now = last + minutes(minute)
    seen = settled(calendar, now=now)
    woken = ask(calendar, cmd.MeetDeadlines(), SYSTEM, now=now).after
    assert seen.sequence == calendar.sequence
    assert (seen.busy, seen.sessions, seen.holds) == (woken.busy, woken.sessions, woken.holds)
    assert set(taken(seen)) == set(taken(woken))
    command = booking(start, woken.terms.services[0], name="bkg_new")
    late = decide(calendar, cmd.Request(command=command, actor=ANA), now=now)
    in_time = decide(woken, cmd.Request(command=command, actor=ANA), now=now)
    assert isinstance(late, TurneroError) == isinstance(in_time, TurneroError)
    if isinstance(late, TurneroError) and isinstance(in_time, TurneroError):
        assert late.code == in_time.code


def test_a_reader_who_is_shown_what_has_just_run_out_can_book_it() -> None:
    calendar, kept = held(opened(), TEN)
    assert "10:00" not in offered(settled(calendar, now=NOW), "2026-12-01")
    assert "10:00" in offered(settled(calendar, now=kept.expires_at), "2026-12-01", now=kept.expires_at)


# --- Repeats ------------------------------------------------------------------------------------------------------


@given(history=HISTORIES)
@settings(max_examples=40)
def test_a_repeat_within_a_day_gets_the_first_answer_whatever_has_happened_since(history: History) -> None:
    calendar = history.end
    for asked, at_first, decision in history.decisions:
        if not decision.recorded or decision.recorded[-1].key != asked.key:
            continue
        for now in (at_first, at_first + KEYS_REMEMBERED_FOR):
            assert decide(calendar, asked, now=now) == Decision((), calendar, decision.outcome)
        other = cmd.Request(command=asked.command, actor=asked.actor, key=asked.key, fingerprint="another")
        refusal = decide(calendar, other, now=at_first)
        assert isinstance(refusal, TurneroError)
        assert refusal.code == "idempotency_key_reused"


def _settings_changed(calendar: Calendar) -> list[tuple[cmd.Command, object]]:
    return [
        (cmd.ChangeTerms(terms=calendar.terms), None),
        (cmd.ChangeSchedule(schedule=calendar.schedule), None),
        (cmd.AddTimeOff(time_off=off(TEN, TEN + minutes(30))), off(TEN, TEN + minutes(30))),
    ]


def test_settings_are_answered_and_remembered_like_everything_else() -> None:
    calendar = opened()
    for command, outcome in _settings_changed(calendar):
        decision = ask(calendar, command, OWNER, key="k")
        assert decision.outcome == outcome
        assert ask(decision.after, command, OWNER, key="k") == Decision((), decision.after, outcome)


def test_a_repeat_gets_its_answer_even_after_the_booking_has_moved_to_another_calendar() -> None:
    calendar = opened()
    command = booking(TEN, name="bkg_x")
    first = ask(calendar, command, key="k")
    made = first.outcome
    assert isinstance(made, Booking)
    leave = cmd.MoveOut(booking_id=made.id, sequence=made.sequence, to=ProviderId("prv_other"))
    gone = ask(first.after, leave, OWNER, key="m").after
    assert made.id not in gone.bookings
    assert ask(gone, command, key="k") == Decision((), gone, made)
    assert ask(gone, leave, OWNER, key="m") == Decision((), gone, None)


def test_a_repeat_of_a_hold_that_is_over_gets_the_hold() -> None:
    command = hold(TEN)
    first = ask(opened(), command, key="k")
    kept = first.outcome
    assert isinstance(kept, Hold)
    over = ask(first.after, cmd.MeetDeadlines(), SYSTEM, now=kept.expires_at).after
    assert ask(over, command, key="k", now=kept.expires_at).outcome == kept


def test_a_refusal_is_not_remembered_for_what_was_taken_may_be_free_again() -> None:
    calendar, made = booked(opened(), TEN, customer=BRUNO)
    command = booking(TEN)
    assert refused(calendar, command, key="k").code == "slot_taken"
    calendar = ask(calendar, become(made, Status.CANCELLED), OWNER).after
    assert kinds(ask(calendar, command, key="k")) == ["AppointmentBooked"]


def test_a_key_is_kept_for_a_day_and_forgotten_when_the_next_one_comes_after_it() -> None:
    first = ask(opened(), booking(TEN), key="old").after
    within = ask(first, booking(TEN + minutes(30)), key="new", now=NOW + KEYS_REMEMBERED_FOR).after
    assert within.remembers("old") is not None
    later = NOW + KEYS_REMEMBERED_FOR + timedelta(hours=1)
    after = ask(first, booking(at("2026-12-03 10:00")), key="new", now=later).after
    assert after.remembers("old") is None
    assert after.remembers("new") is not None


def test_the_same_key_may_be_refused_for_one_role_before_it_is_looked_up() -> None:
    """Who may not ask at all learns nothing from a key either."""
    away = cmd.AddTimeOff(time_off=off(TEN, TEN + minutes(30)))
    calendar = ask(opened(), away, OWNER, key="k").after
    assert refused(calendar, away, ANA, key="k").code == "forbidden"


def test_requests_without_a_key_are_each_their_own() -> None:
    calendar = ask(opened(), booking(TEN)).after
    assert not calendar.remembered
    assert code(calendar, booking(TEN)) == "slot_taken"


# --- Messages of a decision ---------------------------------------------------------------------------------------


def test_a_booking_made_over_an_expired_one_sends_word_to_both_customers() -> None:
    calendar, pending = booked(opened(policy=ASKS_TO_CONFIRM), TEN)
    now = NOW + minutes(60)
    decision = ask(calendar, booking(TEN, name="bkg_new", customer=BRUNO), BRUNO, now=now)
    plans = messages_after(calendar, decision.recorded, decision.after, now=now)
    assert plans.void == (pending.id,)
    at_once = [(m.booking_id, m.kind) for m in plans.planned if m.due_at == now and m.recipient is Recipient.CUSTOMER]
    assert at_once == [(pending.id, MessageKind.CANCELLED), (BookingId("bkg_new"), MessageKind.BOOKED)]


@pytest.mark.parametrize("kind", list(ev.Event.__args__), ids=lambda kind: kind.__name__)
def test_every_event_type_is_brought_about_by_some_command(kind: type[ev.Event]) -> None:
    assert kind in _CAUSED


def _everything_that_can_happen() -> set[type[ev.Event]]:
    """One long day in a shop in which everything happens once."""
    calendar = empty(BARBER)
    seen: set[type[ev.Event]] = set()

    def then(command: cmd.Command, actor: object = OWNER, *, now: datetime = NOW) -> Decision:
        nonlocal calendar
        assert isinstance(actor, type(OWNER))
        decision = ask(calendar, command, actor, now=now)
        calendar = decision.after
        seen.update(type(recorded.event) for recorded in decision.recorded)
        return decision

    def made(start: datetime) -> Booking:
        outcome = then(booking(start), ANA).outcome
        assert isinstance(outcome, Booking)
        return outcome

    then(cmd.OpenCalendar(business_id=SHOP, terms=terms(policy=ASKS_TO_CONFIRM)))
    then(cmd.ChangeSchedule(schedule=opened().schedule))
    then(cmd.ChangeTerms(terms=terms(policy=ASKS_TO_CONFIRM)))
    away = off(TEN + timedelta(days=3), TEN + timedelta(days=4))
    then(cmd.AddTimeOff(time_off=away))
    then(cmd.RemoveTimeOff(time_off_id=away.id))
    kept = then(hold(TEN), ANA).outcome
    assert isinstance(kept, Hold)
    then(cmd.ReleaseHold(hold_id=kept.id), ANA)
    then(hold(TEN, name="hld_2"), ANA)
    then(cmd.MeetDeadlines(), SYSTEM, now=kept.expires_at)
    first, second, third, fourth = (made(TEN + minutes(30 * n)) for n in range(4))
    then(become(first, Status.CONFIRMED), BARBER_SELF)
    then(cmd.AcknowledgeAppointment(booking_id=first.id), ANA)
    then(cmd.ResizeAppointment(booking_id=first.id, minutes=20))
    then(cmd.NoteAppointment(booking_id=first.id, noted=True))
    then(move(first, TEN + minutes(240)), ANA)
    leaving = calendar.bookings[first.id]
    then(cmd.MoveOut(booking_id=first.id, sequence=leaving.sequence, to=ProviderId("prv_other")))
    back = cmd.MoveIn(booking=leaving, session_id=_SESSION, origin=ProviderId("prv_other"), start=leaving.start)
    then(back)
    then(become(second, Status.CANCELLED), ANA)
    then(become(third, Status.CONFIRMED))
    then(cmd.MeetDeadlines(), SYSTEM, now=NOW + minutes(60))
    assert calendar.bookings[fourth.id].status is Status.CANCELLED
    then(become(first, Status.COMPLETED), now=TEN + minutes(240))
    then(cmd.RateAppointment(booking_id=first.id, stars=5), ANA, now=TEN + minutes(300))
    then(become(third, Status.NO_SHOW), now=TEN + minutes(300))
    together = then(series(TEN + timedelta(days=7), 3), ANA).outcome
    assert isinstance(together, BookingSet)
    then(move_series(together.bookings[1], TEN + timedelta(days=14, minutes=60)), ANA)
    then(cmd.CancelSeries(series_id=SeriesId("ser_1")), ANA)
    then(group(TEN + timedelta(days=7), "cus_ana"))
    return seen


_SESSION = booking(TEN).session_id
_CAUSED = _everything_that_can_happen()
