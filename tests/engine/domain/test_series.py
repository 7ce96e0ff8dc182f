from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.domain.calendars import (
    ANA,
    BARBER_SELF,
    BRUNO,
    HAIRCUT,
    MADRID,
    NINE_TO_SIX,
    NOW,
    OWNER,
    WORKSHOP,
    ask,
    at,
    become,
    booked,
    code,
    daily,
    minutes,
    move,
    move_series,
    off,
    opened,
    refused,
    series,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Actor, Booking, ServiceTerms, Status
from turnero.engine.domain.calendar import BookingSet, Calendar
from turnero.engine.domain.decide import Decision, decide
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.hours import zone
from turnero.engine.domain.messages import MessageKind, Recipient, messages_after
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import OnConflict, Pattern, Recurrence, wall_time
from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.snapshot import decode_snapshot, encode_snapshot
from turnero.engine.domain.value import SeriesId, ServiceId

TEN = at("2026-12-01 10:00")  # a Tuesday
WEEK = timedelta(days=7)


def outcome(decision: Decision) -> BookingSet:
    assert isinstance(decision.outcome, BookingSet)
    return decision.outcome


def made(calendar: Calendar, command: cmd.BookSeries, actor: Actor = ANA) -> tuple[Calendar, BookingSet]:
    decision = ask(calendar, command, actor)
    return decision.after, outcome(decision)


def clock(bookings: tuple[Booking, ...]) -> list[str]:
    tz = zone("America/Argentina/Buenos_Aires")
    return [f"{wall_time(b.start, tz):%m-%d %H:%M}" for b in bookings]


# --- All or nothing -----------------------------------------------------------------------------------------------


def test_each_occurrence_of_a_series_is_a_booking_of_its_own() -> None:
    calendar, together = made(opened(), series(TEN, 4))
    assert clock(together.bookings) == ["12-01 10:00", "12-08 10:00", "12-15 10:00", "12-22 10:00"]
    assert {b.series_id for b in together.bookings} == {"ser_1"} == {together.ref}
    assert len({b.id for b in together.bookings}) == 4
    assert all(calendar.bookings[b.id] == b for b in together.bookings)
    assert [b.sequence for b in together.bookings] == [3, 4, 5, 6]


def test_one_conflict_refuses_the_whole_series_and_every_conflict_is_listed() -> None:
    calendar, _ = booked(opened(), TEN + WEEK, customer=BRUNO)
    calendar, _ = booked(calendar, TEN + 3 * WEEK, customer=BRUNO)
    refusal = refused(calendar, series(TEN, 4))
    assert refusal.code == "series_conflict"
    conflicts = refusal.data["conflicts"]
    assert [(c["start"], c["code"]) for c in conflicts] == [
        (TEN + WEEK, "slot_taken"),
        (TEN + 3 * WEEK, "slot_taken"),
    ]
    for conflict in conflicts:
        assert len(conflict["suggestedSlots"]) == 3
        assert all(code(calendar, series(slot.start, 1)) is None for slot in conflict["suggestedSlots"])


def test_a_day_off_among_them_is_a_conflict_like_any_other() -> None:
    tuesdays = Schedule(weekly=NINE_TO_SIX.weekly, exceptions=())
    refusal = refused(opened(schedule=tuesdays), series(at("2026-12-01 19:00"), 2))
    assert [c["code"] for c in refusal.data["conflicts"]] == ["outside_working_hours", "outside_working_hours"]


# --- The rest of it -----------------------------------------------------------------------------------------------


def test_what_is_taken_is_skipped_and_reported_if_that_was_wished() -> None:
    calendar, _ = booked(opened(), TEN + WEEK, customer=BRUNO)
    calendar, together = made(calendar, series(TEN, 3, on_conflict=OnConflict.SKIP))
    assert clock(together.bookings) == ["12-01 10:00", "12-15 10:00"]
    (skipped,) = together.skipped
    assert (skipped.start, skipped.code, len(skipped.suggested_slots)) == (TEN + WEEK, "slot_taken", 3)


def test_what_is_suggested_for_what_was_skipped_is_free_beside_the_series_itself() -> None:
    calendar, _ = booked(opened(), TEN, customer=BRUNO)
    every_day = Recurrence(pattern=Pattern.DAILY, occurrences=5)
    calendar, together = made(calendar, series(TEN, every_day, on_conflict=OnConflict.SKIP))
    slots = together.skipped[0].suggested_slots
    assert len(slots) == 3
    for slot in slots:
        booked(calendar, slot.start, customer=BRUNO)


def test_a_series_of_which_nothing_can_be_booked_is_refused_even_if_it_may_skip() -> None:
    calendar, _ = booked(opened(), TEN, customer=BRUNO)
    assert code(calendar, series(TEN, 1, on_conflict=OnConflict.SKIP)) == "series_conflict"


def test_what_is_taken_moves_to_the_nearest_free_slot_of_its_day_and_says_so() -> None:
    calendar, _ = booked(opened(), TEN + WEEK, customer=BRUNO)
    calendar, together = made(calendar, series(TEN, 3, on_conflict=OnConflict.NEAREST))
    assert clock(together.bookings) == ["12-01 10:00", "12-08 09:30", "12-15 10:00"]
    (moved,) = together.moved
    assert (moved.booking_id, moved.start, moved.moved_to, moved.code) == (
        together.bookings[1].id,
        TEN + WEEK,
        TEN + WEEK - minutes(30),
        "slot_taken",
    )


def test_nothing_moves_to_another_day() -> None:
    calendar = ask(
        opened(), cmd.AddTimeOff(time_off=off(TEN + WEEK - minutes(600), TEN + WEEK + minutes(840))), OWNER
    ).after
    calendar, together = made(calendar, series(TEN, 3, on_conflict=OnConflict.NEAREST))
    assert clock(together.bookings) == ["12-01 10:00", "12-15 10:00"]
    assert [s.code for s in together.skipped] == ["outside_working_hours"]


# --- Time ---------------------------------------------------------------------------------------------------------


def test_a_series_keeps_its_time_on_the_clock_when_the_clock_changes() -> None:
    calendar = opened(terms(zone_name=MADRID), now=at("2026-10-01 08:00", MADRID))
    decision = ask(calendar, series(at("2026-10-20 10:00", MADRID), 3), now=at("2026-10-01 08:00", MADRID))
    assert [b.start.hour for b in outcome(decision).bookings] == [8, 9, 9]


def test_a_month_without_the_day_is_skipped_and_reported_whatever_is_wished_about_conflicts() -> None:
    monthly = Recurrence(pattern=Pattern.MONTHLY, occurrences=3)
    start = at("2026-12-31 10:00")
    _, together = made(opened(), series(start, monthly, on_conflict=OnConflict.FAIL))
    assert clock(together.bookings) == ["12-31 10:00", "01-31 10:00", "03-31 10:00"]
    assert [(s.start, s.code) for s in together.skipped] == [(at("2027-02-28 10:00"), "no_such_day")]


def test_a_time_that_the_clock_skips_is_skipped_and_reported() -> None:
    now = at("2027-03-20 08:00", MADRID)
    night = opened(terms(zone_name=MADRID), Schedule(weekly=daily("00:00", "08:00")), now=now)
    every_day = Recurrence(pattern=Pattern.DAILY, occurrences=3)
    decision = ask(night, series(at("2027-03-27 02:30", MADRID), every_day), now=now)
    assert len(outcome(decision).bookings) == 2
    assert [s.code for s in outcome(decision).skipped] == ["no_such_time"]


def test_a_series_reaches_beyond_the_advance_limit_if_its_first_booking_does_not() -> None:
    calendar = opened(policy=Policy(max_advance_days=30))
    assert len(made(calendar, series(TEN, 52))[1].bookings) == 52
    refusal = refused(calendar, series(TEN + 8 * WEEK, 2))
    (conflict,) = refusal.data["conflicts"]
    assert conflict["code"] == "too_far_ahead"
    assert [code(calendar, series(slot.start, 1)) for slot in conflict["suggestedSlots"]] == [None, None, None]


def test_what_is_suggested_is_near_an_occurrence_however_far_ahead_it_is() -> None:
    calendar = opened(policy=Policy(max_advance_days=30))
    calendar, _ = booked(calendar, TEN + 20 * WEEK, customer=BRUNO, by=OWNER, override=True)
    (conflict,) = refused(calendar, series(TEN, 30)).data["conflicts"]
    assert all(abs(slot.start - conflict["start"]) < timedelta(hours=2) for slot in conflict["suggestedSlots"])


def test_what_is_booked_keeps_the_policy_as_it_is() -> None:
    calendar, together = made(opened(policy=Policy(max_advance_days=30)), series(TEN, 2))
    assert {b.policy for b in together.bookings} == {calendar.terms.policy}


def test_an_occurrence_beyond_the_advance_limit_can_be_moved_near_its_time() -> None:
    calendar, together = made(opened(policy=Policy(max_advance_days=30)), series(TEN, 10))
    far = together.bookings[-1]
    assert code(calendar, move(far, far.start + minutes(60))) is None


def test_a_service_that_takes_all_day_may_stand_in_its_own_way() -> None:
    stay = ServiceTerms(id=ServiceId("svc_stay"), duration_minutes=1440, buffer_after_minutes=60)
    always = opened(terms(services=[stay]), Schedule(weekly=daily("00:00", "24:00")))
    every_day = Recurrence(pattern=Pattern.DAILY, occurrences=4)
    decision = ask(always, series(at("2026-12-01 00:00"), every_day, stay, on_conflict=OnConflict.SKIP))
    assert clock(outcome(decision).bookings) == ["12-01 00:00", "12-03 00:00"]


# --- Keys, people, messages ---------------------------------------------------------------------------------------


def test_a_repeat_gets_the_first_answer_even_from_a_snapshot_and_after_changes() -> None:
    calendar, _ = booked(opened(), TEN + WEEK, customer=BRUNO)
    command = series(TEN, 3, on_conflict=OnConflict.SKIP)
    first = ask(calendar, command, key="k", fingerprint="f")
    later = ask(first.after, become(outcome(first).bookings[0], Status.CANCELLED)).after
    again = ask(decode_snapshot(encode_snapshot(later)), command, key="k", fingerprint="f")
    assert not again.recorded
    assert again.outcome == first.outcome


def test_a_customer_books_a_series_for_themselves_only() -> None:
    assert code(opened(), series(TEN, 2, customer=BRUNO), ANA) == "forbidden"
    assert code(opened(), series(TEN, 2, customer=BRUNO), OWNER) is None


def test_a_series_for_a_group_service_takes_one_place_in_each_session() -> None:
    calendar, _ = booked(opened(), TEN + WEEK, WORKSHOP, customer=BRUNO)
    calendar, together = made(calendar, series(TEN, 2, WORKSHOP))
    assert [len(calendar.sessions[b.session_id].members) for b in together.bookings if b.session_id] == [1, 2]


def test_a_series_is_told_once_and_reminded_of_each_time() -> None:
    calendar = opened(policy=Policy(reminders=("PT24H",)))
    decision = ask(calendar, series(TEN, 3))
    planned = messages_after(calendar, decision.recorded, decision.after, now=NOW).planned
    assert [m.recipient for m in planned if m.kind is MessageKind.BOOKED] == [Recipient.CUSTOMER, Recipient.PROVIDER]
    assert [m.kind for m in planned].count(MessageKind.REMINDER) == 3


def test_what_becomes_of_a_whole_series_is_told_once_and_what_was_planned_is_void() -> None:
    calendar, together = made(opened(), series(TEN, 3))
    for command, kind in (
        (move_series(together.bookings[0], TEN + minutes(60)), MessageKind.RESCHEDULED),
        (cancel(), MessageKind.CANCELLED),
    ):
        decision = ask(calendar, command)
        plans = messages_after(calendar, decision.recorded, decision.after, now=NOW)
        at_once = [(m.kind, m.recipient) for m in plans.planned if m.due_at == NOW]
        assert at_once == [(kind, Recipient.CUSTOMER), (kind, Recipient.PROVIDER)]
        assert set(plans.void) == {b.id for b in together.bookings}


# --- This one and all that follow ---------------------------------------------------------------------------------


def cancel(series_id: str = "ser_1", since: date | None = None) -> cmd.CancelSeries:
    return cmd.CancelSeries(series_id=SeriesId(series_id), since=since)


def test_cancelling_a_series_from_a_date_on_leaves_what_was_before_it() -> None:
    calendar, together = made(opened(), series(TEN, 4))
    decision = ask(calendar, cancel(since=date(2026, 12, 15)))
    assert [b.id for b in outcome(decision).bookings] == [b.id for b in together.bookings[2:]]
    statuses = [decision.after.bookings[b.id].status for b in together.bookings]
    assert statuses == [Status.CONFIRMED, Status.CONFIRMED, Status.CANCELLED, Status.CANCELLED]
    assert code(decision.after, series(TEN + 2 * WEEK, 2, customer=BRUNO, name="ser_2"), BRUNO) is None


def test_cancelling_a_series_leaves_what_was_cancelled_or_completed_as_it_is() -> None:
    calendar, together = made(opened(), series(TEN, 3))
    calendar = ask(calendar, become(together.bookings[0], Status.COMPLETED), BARBER_SELF, now=TEN).after
    calendar = ask(calendar, become(together.bookings[1], Status.CANCELLED), OWNER, now=TEN).after
    decision = ask(calendar, cancel(), OWNER, now=TEN)
    assert [b.id for b in outcome(decision).bookings] == [together.bookings[2].id]


def test_what_a_customer_cancels_too_late_stays_and_is_reported() -> None:
    calendar, together = made(opened(policy=Policy(cancellation_notice_minutes=1440)), series(TEN, 3))
    now = TEN - minutes(60)
    decision = ask(calendar, cancel(), ANA, now=now)
    assert [b.id for b in outcome(decision).bookings] == [b.id for b in together.bookings[1:]]
    assert [(k.booking_id, k.code) for k in outcome(decision).skipped] == [
        (together.bookings[0].id, "cancellation_notice_passed")
    ]
    assert len(outcome(ask(calendar, cancel(), OWNER, now=now)).bookings) == 3


def test_cancelling_twice_cancels_nothing_more() -> None:
    calendar, _ = made(opened(), series(TEN, 2))
    calendar = ask(calendar, cancel()).after
    assert outcome(ask(calendar, cancel())).bookings == ()


def test_nobody_cancels_another_customers_series_and_there_must_be_one() -> None:
    calendar, _ = made(opened(), series(TEN, 2))
    assert code(calendar, cancel(), BRUNO) == "forbidden"
    assert code(calendar, cancel("ser_none"), ANA) == "not_found"


def test_this_one_and_all_that_follow_move_by_as_much_on_the_clock() -> None:
    calendar, together = made(opened(), series(TEN, 4))
    decision = ask(calendar, move_series(together.bookings[1], TEN + WEEK + minutes(24 * 60 + 90)))
    assert clock(tuple(decision.after.bookings[b.id] for b in together.bookings)) == [
        "12-01 10:00",
        "12-09 11:30",
        "12-16 11:30",
        "12-23 11:30",
    ]
    assert [b.revision for b in outcome(decision).bookings] == [2, 2, 2]


def test_a_series_moves_into_its_own_places() -> None:
    calendar, together = made(opened(), series(TEN, Recurrence(pattern=Pattern.DAILY, occurrences=5)))
    for days in (1, -1):
        start = together.bookings[0].start + timedelta(days=days)
        calendar = ask(calendar, move_series(calendar.bookings[together.bookings[0].id], start), OWNER).after
        found = tuple(calendar.bookings[b.id].start for b in together.bookings)
        assert found == tuple(start + timedelta(days=n) for n in range(5))


def test_one_conflict_keeps_all_of_a_series_where_it_is() -> None:
    calendar, together = made(opened(), series(TEN, 4))
    calendar, _ = booked(calendar, TEN + 2 * WEEK + minutes(60), customer=BRUNO)
    refusal = refused(calendar, move_series(together.bookings[0], TEN + minutes(60)))
    assert refusal.code == "series_conflict"
    assert [(c["start"], c["code"]) for c in refusal.data["conflicts"]] == [
        (TEN + 2 * WEEK + minutes(60), "slot_taken")
    ]


def test_moving_a_series_to_where_it_is_changes_nothing() -> None:
    calendar, together = made(opened(), series(TEN, 2))
    decision = ask(calendar, move_series(together.bookings[0], TEN))
    assert outcome(decision).bookings == ()
    assert [type(r.event) for r in decision.recorded] == [ev.SeriesMoved]


def test_a_booking_that_is_in_no_series_cannot_take_one_along() -> None:
    calendar, together = made(opened(), series(TEN, 2))
    calendar, single = booked(calendar, TEN + minutes(60))
    command = cmd.MoveSeries(
        series_id=SeriesId("ser_1"), booking_id=single.id, start=TEN + minutes(120), session_ids=()
    )
    assert code(calendar, command) == "not_found"
    assert code(calendar, move_series(together.bookings[0], TEN + minutes(120)), BRUNO) == "forbidden"


# --- Any series ---------------------------------------------------------------------------------------------------


@given(
    taken=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 15)), max_size=12),
    count=st.integers(1, 10),
    on_conflict=st.sampled_from(OnConflict),
)
def test_a_series_books_what_is_free_and_accounts_for_every_occurrence(
    taken: set[tuple[int, int]], count: int, on_conflict: OnConflict
) -> None:
    calendar = opened(policy=Policy(max_advance_days=365))
    for week, half_hour in taken:
        start = at("2026-12-01 09:00") + week * WEEK + minutes(30 * half_hour)
        if code(calendar, series(start, 1, customer=BRUNO, name=f"ser_{week}_{half_hour}"), BRUNO) is None:
            calendar, _ = booked(calendar, start, customer=BRUNO)
    busy = {TEN + n * WEEK for n in range(count) if code(calendar, series(TEN + n * WEEK, 1)) is not None}
    wanted = {TEN + n * WEEK for n in range(count)}
    answer = decide(calendar, cmd.Request(command=series(TEN, count, on_conflict=on_conflict), actor=ANA), now=NOW)
    if isinstance(answer, TurneroError):
        assert {conflict["start"] for conflict in answer.data["conflicts"]} == busy
        assert busy == wanted or on_conflict is OnConflict.FAIL
        return
    together = outcome(answer)
    starts = {b.start for b in together.bookings}
    assert wanted - busy <= starts
    assert {s.start for s in together.skipped} | {m.start for m in together.moved} == busy
    assert starts - (wanted - busy) == {m.moved_to for m in together.moved}
    assert not busy or on_conflict is not OnConflict.FAIL


@pytest.mark.parametrize("service", [HAIRCUT, WORKSHOP], ids=["alone", "in groups"])
def test_a_year_of_weeks_is_decided_in_milliseconds(service: ServiceTerms) -> None:
    calendar, command = opened(), series(TEN, 52, service)
    fastest = 1.0
    for _ in range(5):
        began = perf_counter()
        ask(calendar, command)
        fastest = min(fastest, perf_counter() - began)
    # The promise is five; a machine that is busy with everything else gets some slack.
    assert fastest < 0.025
