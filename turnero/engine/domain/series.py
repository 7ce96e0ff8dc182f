"""Rules for series: bookings that are made together, and cancelled or moved together from a date on.

A series is decided in one piece, by one calendar, and each occurrence becomes a booking of its own: whatever may happen
to a booking may happen to one of these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from msgspec.structs import replace

from turnero.engine.domain import appointments, authority, occupancy, placing, slots
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Actor, Booking, Role, ServiceTerms
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Conflict, Forbidden, NotFound
from turnero.engine.domain.hours import local_date, zone
from turnero.engine.domain.recurrence import Moved, OnConflict, Skipped, in_zone, occurrences, shown, wall_time
from turnero.engine.domain.value import SeriesId, epoch_seconds, instant


class _Refused(NamedTuple):
    """An occurrence without a place, and why."""

    start: datetime
    code: str


# --- Booking ------------------------------------------------------------------------------------------------------


def book_series(calendar: Calendar, command: cmd.BookSeries, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    """Book every occurrence, or what `on_conflict` says. What the world's calendar lacks is left out in any case.

    Raises:
        Conflict(`series_conflict`): an occurrence has no place, and all of them were wanted; or none has one.
    """
    if actor.role is Role.CUSTOMER and actor.subject != command.customer_id:
        raise Forbidden("A customer books for themselves.")
    service = placing.service_named(calendar, command.service_id)
    expected = occurrences(command.recurrence, command.start, zone(calendar.terms.time_zone))
    plan = _placed(calendar, command, service, [o.start for o in expected if o.missing is None], now)
    if plan.refused and (command.on_conflict is OnConflict.FAIL or not plan.bookings):
        raise _series_conflict(calendar, [(refused, service) for refused in plan.refused], now)
    left_out = sorted([*plan.refused, *(_Refused(o.start, o.missing) for o in expected if o.missing is not None)])
    return (
        *(ev.AppointmentBooked(booking=booking, capacity=service.capacity) for booking in plan.bookings),
        ev.SeriesBooked(
            series_id=command.series_id,
            booking_ids=tuple(booking.id for booking in plan.bookings),
            skipped=_reported(calendar, plan.after, [(refused, service) for refused in left_out], now),
            moved=tuple(plan.moved),
        ),
    )


class _Plan(NamedTuple):
    """Where the occurrences of a series find their places, and the calendar with them in it."""

    after: Calendar
    bookings: list[Booking]
    moved: list[Moved]
    refused: list[_Refused]


def _placed(
    calendar: Calendar, command: cmd.BookSeries, service: ServiceTerms, starts: Sequence[datetime], now: datetime
) -> _Plan:
    """Find a place for each start, beside those before it: a long service every day may stand in its own way."""
    plan = _Plan(calendar, [], [], [])
    working = slots.reaching(calendar)
    for start, fresh in zip(starts, command.fresh, strict=False):
        # How far ahead bookings are taken is asked of the first one only: a series is there to reach further.
        asked = calendar if start == command.start else working
        code = slots.verdict(asked, service, start, now=now)
        at = start if code is None else _elsewhere(asked, service, start, command.on_conflict, now)
        if at is None:
            plan.refused.append(_Refused(start, code or ""))
            continue
        booking = placing.new_booking(
            calendar.terms.policy,
            service,
            booking_id=fresh.booking_id,
            session_id=placing.session_for(working, service, at, fresh.session_id),
            customer_id=command.customer_id,
            start=at,
            now=now,
            series_id=command.series_id,
        )
        working = occupancy.admit(working, booking, capacity=service.capacity)
        plan.bookings.append(booking)
        if code is not None:
            plan.moved.append(Moved(booking_id=booking.id, start=start, moved_to=at, code=code))
    return plan._replace(after=working)


def _elsewhere(
    calendar: Calendar, service: ServiceTerms, start: datetime, on_conflict: OnConflict, now: datetime
) -> datetime | None:
    """Return the free start nearest to `start` on the same local day, if occurrences may move at all."""
    if on_conflict is not OnConflict.NEAREST:
        return None
    wish = epoch_seconds(start)
    day = local_date(zone(calendar.terms.time_zone), wish)
    free = slots.free_starts(calendar, service, day, now=now)
    nearest = min(free, key=lambda begin: (abs(begin - wish), begin), default=None)
    return None if nearest is None else instant(nearest)


def _reported(
    calendar: Calendar, beside: Calendar, refused: Sequence[tuple[_Refused, ServiceTerms]], now: datetime
) -> tuple[Skipped, ...]:
    """Return what was refused, each with the slots that are nearest to it and free in `beside`.

    Only what lies within the advance limit may be suggested, except around what lies beyond it already.
    """
    _, latest = slots.bookable_window(calendar, now=now)
    limited = replace(beside, terms=calendar.terms)

    def around(refused: _Refused) -> Calendar:
        return limited if refused.start <= latest or refused.code == "too_far_ahead" else beside

    return tuple(
        Skipped(start=r.start, code=r.code, suggested_slots=slots.suggest(around(r), service, r.start, now=now))
        for r, service in refused
    )


def _series_conflict(calendar: Calendar, refused: Sequence[tuple[_Refused, ServiceTerms]], now: datetime) -> Conflict:
    reported = _reported(calendar, slots.reaching(calendar), refused, now)
    conflicts = [{"start": s.start, "code": s.code, "suggestedSlots": s.suggested_slots} for s in reported]
    data = {"timeZone": calendar.terms.time_zone, "conflicts": conflicts, "sequence": calendar.sequence}
    return Conflict("series_conflict", data)


# --- This one and all that follow ---------------------------------------------------------------------------------


def cancel_series(calendar: Calendar, command: cmd.CancelSeries, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    """Cancel what is live of a series from a local date on. What its customer cancels too late stays, and is told."""
    since = command.since or local_date(zone(calendar.terms.time_zone), epoch_seconds(now))
    cancelled: list[Booking] = []
    kept: list[Skipped] = []
    for booking in _live_since(calendar, command.series_id, actor, since):
        try:
            appointments.require_notice(calendar, booking, actor, now)
        except Conflict as refusal:
            kept.append(Skipped(start=booking.start, code=refusal.code, booking_id=booking.id))
        else:
            cancelled.append(booking)
    # An event even if nothing is left to cancel: the key that the request came under has to be remembered.
    return (
        *(ev.AppointmentCancelled(booking_id=booking.id, by=actor.role) for booking in cancelled),
        ev.SeriesCancelled(
            series_id=command.series_id,
            since=since,
            booking_ids=tuple(booking.id for booking in cancelled),
            kept=tuple(kept),
        ),
    )


def move_series(calendar: Calendar, command: cmd.MoveSeries, actor: Actor, now: datetime) -> Sequence[ev.Event]:
    """Move one booking of a series to `start`, and all that follow by as much on the wall clock. All, or none.

    Raises:
        Conflict(`series_conflict`): one of them has no place there, or may not be moved any more.
    """
    first = appointments.movable(calendar, command.booking_id, actor, now)
    if first.series_id != command.series_id:
        raise NotFound("booking in this series")
    tz = zone(calendar.terms.time_zone)
    following = [
        b
        for b in _live_since(calendar, command.series_id, actor, local_date(tz, epoch_seconds(first.start)))
        if b.start >= first.start
    ]
    if command.start == first.start:
        following = []
    shift = wall_time(command.start, tz) - wall_time(first.start, tz)
    # All of them leave before any of them arrives: one may take the place that another one had.
    working = slots.reaching(calendar)
    for booking in following:
        working = occupancy.vacate(working, booking)
    moves: list[ev.AppointmentRescheduled] = []
    refused: list[tuple[_Refused, ServiceTerms]] = []
    for booking, fresh in zip(following, command.session_ids, strict=False):
        service = slots.terms_of(calendar, booking)
        wall = wall_time(booking.start, tz) + shift
        start = in_zone(wall, tz)
        code = _unmovable(calendar, booking, actor, now) or (None if shown(wall, tz) else "no_such_time")
        code = code or slots.verdict(working, service, start, now=now)
        if code is not None:
            refused.append((_Refused(start, code), service))
            continue
        session_id = placing.session_for(working, service, start, fresh)
        moved = appointments.rescheduled(booking, service, start, session_id, by=actor.role, now=now)
        moves.append(moved)
        working = occupancy.admit(
            working, replace(booking, start=start, end=moved.end, session_id=session_id), capacity=service.capacity
        )
    if refused:
        raise _series_conflict(calendar, refused, now)
    # In the direction of the move the last one goes first, so that no two meet on the way.
    ordered = moves if command.start < first.start else moves[::-1]
    booking_ids = tuple(move.booking_id for move in moves)
    return (*ordered, ev.SeriesMoved(series_id=command.series_id, booking_ids=booking_ids))


def _unmovable(calendar: Calendar, booking: Booking, actor: Actor, now: datetime) -> str | None:
    try:
        appointments.movable(calendar, booking.id, actor, now)
    except Conflict as refusal:
        return refusal.code
    return None


def _live_since(calendar: Calendar, series_id: SeriesId, actor: Actor, since: date) -> Iterator[Booking]:
    """Yield the live bookings of a series from a local date on, by start. Those in other calendars are not seen.

    Raises:
        NotFound: there is no such series here.
        Forbidden: it is another customer's.
    """
    found = [calendar.bookings[b] for b in calendar.series.get(series_id, ()) if b in calendar.bookings]
    if not found:
        raise NotFound("series")
    for booking in found:
        authority.require_party(actor, booking)
    tz = zone(calendar.terms.time_zone)
    for booking in sorted(found, key=lambda b: (b.start, b.id)):
        if booking.live and local_date(tz, epoch_seconds(booking.start)) >= since:
            yield booking
