"""Rules for what a calendar is set up with: its terms, its schedule, its time off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Actor, Booking
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Conflict, NotFound
from turnero.engine.domain.limits import TIME_OFFS_AHEAD_MAX
from turnero.engine.domain.occupancy import booking_at, session_at
from turnero.engine.domain.value import epoch_seconds


def open_calendar(calendar: Calendar, command: cmd.OpenCalendar, _: Actor, __: datetime) -> Sequence[ev.Event]:
    if calendar.opened:
        raise Conflict("already_exists", detail="This calendar is open already.")
    return (ev.CalendarOpened(business_id=command.business_id, terms=command.terms),)


def change_terms(_: Calendar, command: cmd.ChangeTerms, __: Actor, ___: datetime) -> Sequence[ev.Event]:
    # An event even if nothing differs: what came with the command (the provider's card) has to be committed, and the
    # key remembered.
    return (ev.TermsChanged(terms=command.terms),)


def change_schedule(_: Calendar, command: cmd.ChangeSchedule, __: Actor, ___: datetime) -> Sequence[ev.Event]:
    return (ev.ScheduleChanged(schedule=command.schedule),)


def add_time_off(calendar: Calendar, command: cmd.AddTimeOff, _: Actor, now: datetime) -> Sequence[ev.Event]:
    time_off = command.time_off
    if sum(1 for t in calendar.time_off if t.end > now) >= TIME_OFFS_AHEAD_MAX:
        raise Conflict("too_many_time_offs", {"max": TIME_OFFS_AHEAD_MAX})
    if not command.force:
        in_the_way = bookings_within(calendar, time_off.start, time_off.end)
        if in_the_way:
            raise Conflict("bookings_in_the_way", {"timeZone": calendar.terms.time_zone, "bookings": in_the_way})
    return (ev.TimeOffAdded(time_off=time_off),)


def remove_time_off(calendar: Calendar, command: cmd.RemoveTimeOff, _: Actor, __: datetime) -> Sequence[ev.Event]:
    if all(t.id != command.time_off_id for t in calendar.time_off):
        raise NotFound("time off")
    return (ev.TimeOffRemoved(time_off_id=command.time_off_id),)


def bookings_within(calendar: Calendar, start: datetime, end: datetime) -> list[dict[str, object]]:
    """Return the live bookings whose own time (buffers aside) touches `[start, end)`, by start."""
    found: list[Booking] = []
    for stretch in calendar.occupied(epoch_seconds(start), epoch_seconds(end)):
        booking = booking_at(calendar, stretch)
        if booking is not None:
            found.append(booking)
        elif (session := session_at(calendar, stretch)) is not None:
            found.extend(calendar.bookings[member] for member in session.members)
    return [
        {"id": b.id, "start": b.start, "end": b.end, "status": b.status, "customerId": b.customer_id}
        for b in found
        if b.start < end and start < b.end
    ]
