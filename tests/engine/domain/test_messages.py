from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.engine.domain.calendars import (
    ANA,
    BARBER,
    BARBER_SELF,
    NOW,
    OWNER,
    ask,
    at,
    become,
    booked,
    booking,
    hold,
    in_status,
    minutes,
    move,
    opened,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Status
from turnero.engine.domain.decide import Decision
from turnero.engine.domain.messages import MessageKind, Planned, messages_after, reminders
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import BookingId, ProviderId

START = at("2026-12-03 10:00")


def plans(decision: Decision, now: datetime) -> tuple[list[tuple[str, str | None, datetime]], list[BookingId]]:
    planned, void = messages_after(decision.recorded, decision.after, now=now)
    return [(message.kind, message.before, message.due_at) for message in planned], list(void)


def _reminders(start: datetime, *befores: str) -> list[tuple[str, str | None, datetime]]:
    lengths = {"PT24H": minutes(1440), "PT2H": minutes(120), "PT30M": minutes(30)}
    return [("reminder", before, start - lengths[before]) for before in befores]


def test_a_booking_is_announced_at_once_and_reminded_of_as_its_policy_says() -> None:
    planned, void = plans(ask(opened(), booking(START)), NOW)
    assert planned == [("booked", None, NOW), *_reminders(START, "PT24H", "PT2H", "PT30M")]
    assert void == []


def test_a_reminder_whose_time_has_passed_is_skipped_and_not_sent_late() -> None:
    for before, expected in (
        (1441, ["PT24H", "PT2H", "PT30M"]),
        (1440, ["PT2H", "PT30M"]),
        (90, ["PT30M"]),
        (30, []),
        (-10, []),
    ):
        now = START - minutes(before)
        decision = ask(opened(), booking(START, override=True), OWNER, now=now)
        assert plans(decision, now)[0] == [("booked", None, now), *_reminders(START, *expected)]


def test_reminders_follow_the_policy_of_the_booking() -> None:
    calendar = opened(policy=Policy(reminders=("PT1H30M",)))
    _, made = booked(calendar, START)
    (reminder,) = reminders(made, now=NOW)
    assert reminder == Planned(
        booking_id=made.id, kind=MessageKind.REMINDER, due_at=START - minutes(90), before="PT1H30M"
    )
    _, quiet = booked(opened(policy=Policy(reminders=())), START)
    assert list(reminders(quiet, now=NOW)) == []


def test_a_move_voids_what_was_planned_for_the_old_time() -> None:
    calendar, made = booked(opened(), START)
    later = START + timedelta(days=1)
    planned, void = plans(ask(calendar, move(made, later)), NOW)
    assert void == [made.id]
    assert planned == [("rescheduled", None, NOW), *_reminders(later, "PT24H", "PT2H", "PT30M")]


def test_a_move_to_the_same_start_says_nothing_and_voids_nothing() -> None:
    calendar, made = booked(opened(), START)
    assert plans(ask(calendar, move(made, START)), NOW) == ([], [])


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_what_is_cancelled_or_has_expired_is_said_once_and_reminded_of_no_more(how: str) -> None:
    calendar, made = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=60)), START)
    if how == "cancelled":
        now = NOW
        decision = ask(calendar, become(made, Status.CANCELLED))
    else:
        now = NOW + minutes(60)
        decision = ask(calendar, cmd.MeetDeadlines(), SYSTEM, now=now)
    assert plans(decision, now) == ([("cancelled", None, now)], [made.id])


def test_a_confirmation_is_said_and_leaves_the_reminders_as_they_are() -> None:
    calendar, made = in_status(Status.PENDING, START)
    assert plans(ask(calendar, become(made, Status.CONFIRMED), BARBER_SELF), NOW) == ([("confirmed", None, NOW)], [])


def test_after_the_appointment_a_rating_is_asked_for_but_not_of_those_who_did_not_come() -> None:
    calendar, made = booked(opened(), START)
    done = ask(calendar, become(made, Status.COMPLETED), OWNER, now=START)
    assert plans(done, START) == ([("rating", None, START)], [made.id])
    missed = ask(calendar, become(made, Status.NO_SHOW), OWNER, now=START)
    assert plans(missed, START) == ([], [made.id])


def test_of_a_move_between_calendars_only_the_one_of_arrival_speaks() -> None:
    calendar, made = booked(opened(), START)
    left = ask(calendar, cmd.MoveOut(booking_id=made.id, sequence=made.sequence, to=ProviderId("prv_other")))
    assert plans(left, NOW) == ([], [])
    later = START + timedelta(days=1)
    session_id = booking(later).session_id
    arrive = cmd.MoveIn(booking=made, session_id=session_id, origin=BARBER, start=later)
    planned, void = plans(ask(opened(), arrive), NOW)
    assert void == [made.id]
    assert planned == [("rescheduled", None, NOW), *_reminders(later, "PT24H", "PT2H", "PT30M")]


def test_what_concerns_no_booking_sends_no_messages() -> None:
    calendar = opened()
    assert plans(ask(calendar, hold(START), ANA), NOW) == ([], [])
    assert plans(ask(calendar, cmd.ChangeSchedule(schedule=calendar.schedule), OWNER), NOW) == ([], [])


def test_a_plan_names_ids_only() -> None:
    assert Planned.__struct_fields__ == ("kind", "due_at", "booking_id", "entry_id", "before")
