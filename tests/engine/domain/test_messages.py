from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER,
    BARBER_SELF,
    NOW,
    OWNER,
    WORKSHOP,
    ask,
    at,
    become,
    booked,
    booking,
    group,
    hold,
    in_status,
    minutes,
    move,
    opened,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Actor, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.messages import TOLD_IN_REPLY_GRACE, MessageKind, Planned, Plans, Recipient, messages_after
from turnero.engine.domain.policy import Policy, QuietHours
from turnero.engine.domain.value import BookingId, ProviderId

START = at("2026-12-03 11:00")

Line = tuple[str, str | None, datetime]


class Sent(NamedTuple):
    """What a decision plans: lines for the customer, lines for the provider, the dates of agendas, what is void."""

    customer: list[Line]
    provider: list[Line]
    agendas: list[date | None]
    void: list[BookingId]


def plans(
    calendar: Calendar,
    command: cmd.Command,
    actor: Actor = ANA,
    *,
    now: datetime = NOW,
    told_in_reply: bool = False,
) -> Plans:
    decision = ask(calendar, command, actor, now=now)
    return messages_after(calendar, decision.recorded, decision.after, now=now, told_in_reply=told_in_reply)


def sent(
    calendar: Calendar,
    command: cmd.Command,
    actor: Actor = ANA,
    *,
    now: datetime = NOW,
    told_in_reply: bool = False,
) -> Sent:
    planned, void, _ = plans(calendar, command, actor, now=now, told_in_reply=told_in_reply)

    def lines(recipient: Recipient) -> list[Line]:
        return [(m.kind, m.before, m.due_at) for m in planned if m.recipient is recipient and m.day is None]

    agendas = [m.day for m in planned if m.kind is MessageKind.AGENDA]
    return Sent(lines(Recipient.CUSTOMER), lines(Recipient.PROVIDER), agendas, list(void))


def _reminders(start: datetime, *befores: str) -> list[Line]:
    lengths = {"PT24H": minutes(1440), "PT2H": minutes(120), "PT30M": minutes(30)}
    return [("reminder", before, start - lengths[before]) for before in befores]


ALL = ("PT24H", "PT2H", "PT30M")


# --- Customers ----------------------------------------------------------------------------------------------------


def test_a_booking_is_announced_at_once_and_reminded_of_as_the_rules_say() -> None:
    told = sent(opened(), booking(START))
    assert told.customer == [("booked", None, NOW), *_reminders(START, *ALL)]
    assert told.void == []


def test_a_reminder_whose_time_has_passed_is_skipped_and_not_sent_late() -> None:
    for before, expected in (
        (1441, ["PT24H", "PT2H", "PT30M"]),
        (1440, ["PT2H", "PT30M"]),
        (90, ["PT30M"]),
        (30, []),
        (-10, []),
    ):
        now = START - minutes(before)
        told = sent(opened(), booking(START, override=True), OWNER, now=now)
        assert told.customer == [("booked", None, now), *_reminders(START, *expected)]


def test_a_move_voids_what_was_planned_for_the_old_time() -> None:
    calendar, made = booked(opened(), START)
    later = START + timedelta(days=1)
    told = sent(calendar, move(made, later))
    assert told.void == [made.id]
    assert told.customer == [("rescheduled", None, NOW), *_reminders(later, *ALL)]


def test_a_move_to_the_same_start_says_nothing_and_voids_nothing() -> None:
    calendar, made = booked(opened(), START)
    assert plans(calendar, move(made, START)) == Plans()


@pytest.mark.parametrize("how", ["cancelled", "expired"])
def test_what_is_cancelled_or_has_expired_is_said_once_and_reminded_of_no_more(how: str) -> None:
    calendar, made = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=60)), START)
    if how == "cancelled":
        now, told = NOW, sent(calendar, become(made, Status.CANCELLED))
    else:
        now = NOW + minutes(60)
        told = sent(calendar, cmd.MeetDeadlines(), SYSTEM, now=now)
    assert told == Sent([("cancelled", None, now)], [("cancelled", None, now)], [], [made.id])


def test_a_confirmation_is_said_and_leaves_the_reminders_as_they_are() -> None:
    calendar, made = in_status(Status.PENDING, START)
    told = sent(calendar, become(made, Status.CONFIRMED), BARBER_SELF)
    assert told == Sent([("confirmed", None, NOW)], [], [], [])


def test_after_the_appointment_it_is_asked_how_it_was_but_not_of_those_who_did_not_come() -> None:
    calendar, made = booked(opened(), START)
    told = sent(calendar, become(made, Status.COMPLETED), OWNER, now=START)
    assert told == Sent([("rating", None, made.end + minutes(60))], [], [], [made.id])
    missed = sent(calendar, become(made, Status.NO_SHOW), OWNER, now=START)
    assert missed == Sent([], [], [], [made.id])


def test_that_somebody_will_come_is_no_news_and_voids_nothing() -> None:
    calendar, made = booked(opened(), START)
    assert plans(calendar, cmd.AcknowledgeAppointment(booking_id=made.id)) == Plans()


def test_a_note_is_told_to_nobody_and_voids_nothing() -> None:
    calendar, made = booked(opened(), START)
    assert plans(calendar, cmd.NoteAppointment(booking_id=made.id, noted=True), OWNER) == Plans()


def test_of_a_move_between_calendars_only_the_one_of_arrival_speaks() -> None:
    calendar, made = booked(opened(), START)
    leave = cmd.MoveOut(booking_id=made.id, sequence=made.sequence, to=ProviderId("prv_other"))
    assert plans(calendar, leave) == Plans()
    later = START + timedelta(days=1)
    session_id = booking(later).session_id
    arrive = cmd.MoveIn(booking=made, session_id=session_id, origin=BARBER, start=later)
    told = sent(opened(), arrive)
    assert told.void == [made.id]
    assert told.customer == [("rescheduled", None, NOW), *_reminders(later, *ALL)]
    assert told.provider == [("rescheduled", None, NOW)]


def test_what_concerns_no_booking_sends_no_messages() -> None:
    calendar = opened()
    assert plans(calendar, hold(START)) == Plans()
    assert plans(calendar, cmd.ChangeSchedule(schedule=calendar.schedule), OWNER) == Plans()


def test_a_plan_names_ids_only() -> None:
    fields = ("kind", "due_at", "booking_id", "entry_id", "before", "recipient", "day")
    assert Planned.__struct_fields__ == fields


# --- Told in the answer itself ------------------------------------------------------------------------------------


def test_who_is_told_in_a_chat_s_answer_is_sent_the_message_only_if_no_answer_comes() -> None:
    told = sent(opened(), booking(START), told_in_reply=True)
    assert told.customer == [("booked", None, NOW + TOLD_IN_REPLY_GRACE), *_reminders(START, *ALL)]
    assert told.provider == [("booked", None, NOW)], "the provider is not the one who is answered"


def test_what_staff_do_in_a_chat_is_told_to_the_customer_at_once() -> None:
    calendar, made = booked(opened(), START)
    told = sent(calendar, become(made, Status.CANCELLED), BARBER_SELF, told_in_reply=True)
    assert told.customer == [("cancelled", None, NOW)]


def test_what_came_to_its_end_on_the_way_is_told_at_once() -> None:
    calendar, _ = booked(opened(policy=Policy(auto_confirm=False, pending_minutes=60)), START)
    now = NOW + minutes(60)
    told = sent(calendar, booking(START), now=now, told_in_reply=True)
    assert told.customer[:2] == [("cancelled", None, now), ("booked", None, now + TOLD_IN_REPLY_GRACE)]


# --- Providers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("actor", [ANA, OWNER, ADMIN])
def test_a_provider_hears_of_what_others_book_move_and_cancel(actor: Actor) -> None:
    assert sent(opened(), booking(START), actor).provider == [("booked", None, NOW)]
    calendar, made = booked(opened(), START)
    assert sent(calendar, move(made, START + minutes(60)), actor).provider == [("rescheduled", None, NOW)]
    assert sent(calendar, become(made, Status.CANCELLED), actor).provider == [("cancelled", None, NOW)]


def test_a_provider_does_not_hear_of_what_they_did_themselves() -> None:
    assert sent(opened(), booking(START), BARBER_SELF).provider == []
    calendar, made = booked(opened(), START)
    assert sent(calendar, move(made, START + minutes(60)), BARBER_SELF).provider == []
    assert sent(calendar, become(made, Status.CANCELLED), BARBER_SELF).provider == []


def test_a_group_is_one_piece_of_news_to_its_provider_and_one_to_each_of_its_people() -> None:
    told = sent(opened(), group(START, "cus_ana", "cus_bruno", service=WORKSHOP), OWNER)
    assert told.provider == [("booked", None, NOW)]
    assert [kind for kind, _, _ in told.customer].count("booked") == 2


# --- Agendas ------------------------------------------------------------------------------------------------------


def test_a_day_with_bookings_has_an_agenda_in_its_morning() -> None:
    planned = [m for m in plans(opened(), booking(START)).planned if m.kind is MessageKind.AGENDA]
    due_at = at("2026-12-03 08:00")
    assert planned == [
        Planned(kind=MessageKind.AGENDA, due_at=due_at, recipient=Recipient.PROVIDER, day=date(2026, 12, 3))
    ]


def test_an_agenda_s_day_is_that_of_the_provider_s_wall_clock() -> None:
    late = opened(terms(), replace(opened().schedule, weekly=(), exceptions=()))
    midnight = at("2026-12-03 23:30")  # in UTC it is the next day
    assert sent(late, booking(midnight, override=True), OWNER).agendas == [date(2026, 12, 3)]


def test_what_is_booked_after_the_agenda_has_gone_out_plans_none() -> None:
    assert sent(opened(), booking(START), now=at("2026-12-03 09:00")).agendas == []


def test_of_two_bookings_on_a_day_one_agenda_is_planned() -> None:
    together = sent(opened(), group(START, "cus_ana", "cus_bruno", service=WORKSHOP), OWNER)
    assert together.agendas == [date(2026, 12, 3)]


# --- Rules that change --------------------------------------------------------------------------------------------


def _change(policy: Policy, zone_name: str = "America/Argentina/Buenos_Aires") -> cmd.ChangeTerms:
    return cmd.ChangeTerms(terms=terms(policy=policy, zone_name=zone_name))


def test_reminders_follow_the_rules_in_force_and_not_those_that_a_booking_was_made_under() -> None:
    calendar, made = booked(opened(policy=Policy(reminders=("PT24H",))), START)
    calendar = ask(calendar, _change(Policy(reminders=("PT1H30M",))), OWNER).after
    assert calendar.bookings[made.id].policy.reminders == ("PT24H",)
    later = START + timedelta(days=1)
    told = sent(calendar, move(made, later))
    assert told.customer == [("rescheduled", None, NOW), ("reminder", "PT1H30M", later - minutes(90))]


def test_when_the_rules_change_what_lies_ahead_is_planned_anew_and_nothing_is_said_again() -> None:
    calendar, first = booked(opened(), START)
    calendar, second = booked(calendar, START + timedelta(days=1), WORKSHOP)
    changed = plans(calendar, _change(Policy(reminders=("PT3H",), agenda_at="07:00")), OWNER)
    assert changed.void == ()
    assert changed.void_reminders == (first.id, second.id)
    assert [(m.kind, m.booking_id or m.day, m.due_at) for m in changed.planned] == [
        ("reminder", first.id, first.start - minutes(180)),
        ("agenda", date(2026, 12, 3), at("2026-12-03 07:00")),
        ("reminder", second.id, second.start - minutes(180)),
        ("agenda", date(2026, 12, 4), at("2026-12-04 07:00")),
    ]


def test_what_is_over_or_has_begun_is_not_planned_anew() -> None:
    calendar, gone = booked(opened(), START)
    calendar = ask(calendar, become(gone, Status.CANCELLED)).after
    calendar, _ = booked(calendar, START)
    changed = plans(calendar, _change(Policy(reminders=("PT15M",))), OWNER, now=START + minutes(5))
    assert changed == Plans()


@pytest.mark.parametrize(
    "policy",
    [Policy(reminders=()), Policy(quiet_hours=QuietHours(starts="22:00", ends="08:00")), Policy(agenda_at="06:00")],
)
def test_every_rule_about_when_counts(policy: Policy) -> None:
    calendar, made = booked(opened(), START)
    assert plans(calendar, _change(policy), OWNER).void_reminders == (made.id,)


def test_a_calendar_that_moves_to_another_zone_reminds_by_its_clocks() -> None:
    calendar, made = booked(opened(), START)
    changed = plans(calendar, _change(Policy(), zone_name="Europe/Madrid"), OWNER)
    assert changed.void_reminders == (made.id,)


def test_other_terms_leave_what_is_planned_alone() -> None:
    calendar, _ = booked(opened(), START)
    assert plans(calendar, _change(Policy(cancellation_notice_minutes=10)), OWNER) == Plans()
