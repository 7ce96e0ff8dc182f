"""`decide(calendar, request, now)`: may this happen, and if so, what exactly happens.

Pure, and complete in itself: it trusts no earlier check and no timer. Holds and pending bookings past their deadline
count as over even if nobody has said so yet; saying so is then part of the decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec.structs import replace

from turnero.engine.domain import appointments, authority, groups, series, settings, waitlist
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import SYSTEM, Actor
from turnero.engine.domain.calendar import Calendar, Outcome, to_us
from turnero.engine.domain.errors import Conflict, NotFound, TurneroError
from turnero.engine.domain.evolve import evolve, outcome_of
from turnero.engine.domain.value import BookingId, HoldId


class Decision(NamedTuple):
    """What a request brings about: its events, in their places; the calendar after them; the answer.

    No events: the request changes nothing, either because a repeat gets its first answer or because what it asks for
    is so already.
    """

    recorded: tuple[ev.Recorded, ...]
    after: Calendar
    outcome: Outcome


def decide(calendar: Calendar, request: cmd.Request, *, now: datetime) -> Decision | TurneroError:
    """Return what `request` brings about at `now` (aware UTC), or why it is refused."""
    try:
        return _decide(calendar, request, now)
    except TurneroError as refusal:
        # As a value: the traceback would keep this frame, and the whole calendar with it, alive in whoever holds it.
        return refusal.with_traceback(None)


def _decide(calendar: Calendar, request: cmd.Request, now: datetime) -> Decision:
    command, actor = request.command, request.actor
    if not calendar.opened and not isinstance(command, cmd.OpenCalendar):
        raise NotFound("provider")
    authority.require_command(calendar, actor, command)
    if request.key is not None:
        answered = calendar.remembers(request.key)
        if answered is not None:
            if answered.fingerprint != request.fingerprint:
                raise Conflict("idempotency_key_reused")
            return Decision((), calendar, answered.outcome)
    overdue, current = _record(calendar, deadlines_met(calendar, now=now), SYSTEM, now)
    rule = _RULES[type(command)]
    # A refusal records nothing, not even what is overdue: it speaks of the last number that is recorded.
    events = rule(_numbered(current, calendar.sequence), command, actor, now)
    if not events and not isinstance(command, cmd.MeetDeadlines):
        return Decision((), calendar, _standing(current, command))
    recorded, after = _record(current, events, actor, now, key=request.key, fingerprint=request.fingerprint)
    outcome = outcome_of(after, recorded[-1].event) if recorded else None
    return Decision((*overdue, *recorded), after, outcome)


def _standing(calendar: Calendar, command: cmd.Command) -> Outcome:
    """Return the answer to a command that asks for what is so already."""
    match command:
        case (
            cmd.RescheduleAppointment(booking_id=booking_id)
            | cmd.ResizeAppointment(booking_id=booking_id)
            | cmd.AcknowledgeAppointment(booking_id=booking_id)
            | cmd.NoteAppointment(booking_id=booking_id)
        ):
            return calendar.bookings[booking_id]
        case _:
            return None


def settled(calendar: Calendar, *, now: datetime) -> Calendar:
    """Return `calendar` as every decision at `now` sees it: without what is past its deadline. For readers.

    Its sequence is still that of the last recorded event: a client may ask for what follows it.
    """
    _, current = _record(calendar, deadlines_met(calendar, now=now), SYSTEM, now)
    return _numbered(current, calendar.sequence)


def _numbered(calendar: Calendar, sequence: int) -> Calendar:
    return calendar if calendar.sequence == sequence else replace(calendar, sequence=sequence)


def deadlines_met(calendar: Calendar, *, now: datetime) -> Sequence[ev.Event]:
    """Return the ends of the holds and pending bookings whose time is up, the longest overdue first."""
    events: list[ev.Event] = []
    now_us = to_us(now)
    for deadline in calendar.deadlines:
        if deadline.at_us > now_us:
            break
        hold = calendar.holds.get(HoldId(deadline.ref))
        if hold is not None:
            events.append(ev.HoldExpired(hold_id=hold.id, entry_id=hold.entry_id))
        else:
            events.append(ev.AppointmentExpired(booking_id=BookingId(deadline.ref)))
    return events


def _record(
    calendar: Calendar,
    events: Sequence[ev.Event],
    actor: Actor,
    now: datetime,
    *,
    key: str | None = None,
    fingerprint: str = "",
) -> tuple[tuple[ev.Recorded, ...], Calendar]:
    """Number `events`, put the key on the last one, and return them with the calendar after them."""
    recorded: list[ev.Recorded] = []
    for index, event in enumerate(events, start=1):
        last = index == len(events)
        record = ev.Recorded(
            sequence=calendar.sequence + 1,
            at=now,
            actor=actor,
            event=event,
            key=key if last else None,
            fingerprint=fingerprint if last else "",
        )
        calendar = evolve(calendar, record)
        recorded.append(record)
    return tuple(recorded), calendar


def _meet_deadlines(_: Calendar, __: cmd.MeetDeadlines, ___: Actor, ____: datetime) -> Sequence[ev.Event]:
    return ()  # every decision meets them first; this command is nothing but the occasion


_Rule = Callable[[Calendar, Any, Actor, datetime], Sequence[ev.Event]]

_RULES: Mapping[type[cmd.Command], _Rule] = {
    cmd.OpenCalendar: settings.open_calendar,
    cmd.ChangeTerms: settings.change_terms,
    cmd.ChangeSchedule: settings.change_schedule,
    cmd.AddTimeOff: settings.add_time_off,
    cmd.RemoveTimeOff: settings.remove_time_off,
    cmd.HoldSlot: appointments.hold_slot,
    cmd.OfferSlot: waitlist.offer_slot,
    cmd.ReleaseHold: appointments.release_hold,
    cmd.BookAppointment: appointments.book,
    cmd.ChangeStatus: appointments.change_status,
    cmd.RescheduleAppointment: appointments.reschedule,
    cmd.ResizeAppointment: appointments.resize,
    cmd.MoveOut: appointments.move_out,
    cmd.MoveIn: appointments.move_in,
    cmd.AcknowledgeAppointment: appointments.acknowledge,
    cmd.NoteAppointment: appointments.note,
    cmd.RateAppointment: appointments.rate,
    cmd.BookSeries: series.book_series,
    cmd.CancelSeries: series.cancel_series,
    cmd.MoveSeries: series.move_series,
    cmd.BookGroup: groups.book_group,
    cmd.JoinSession: groups.join_session,
    cmd.MeetDeadlines: _meet_deadlines,
}
