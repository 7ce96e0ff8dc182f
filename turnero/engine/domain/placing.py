"""How anything finds its place in a calendar: is the start free, what is there instead, what does it become.

Booking, moving, series and groups all ask here, so that a start is bookable for all of them or for none.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from turnero.engine.domain import slots
from turnero.engine.domain.booking import Booking, ServiceTerms, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Conflict, NotFound
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import BookingId, CustomerId, SeriesId, ServiceId, SessionId, epoch_seconds

_NOBODY: frozenset[str] = frozenset()


def service_named(calendar: Calendar, service_id: ServiceId) -> ServiceTerms:
    service = calendar.terms.service(service_id)
    if service is None:
        raise NotFound("service with this provider")
    return service


def end_of(service: ServiceTerms, start: datetime) -> datetime:
    return start + timedelta(minutes=service.duration_minutes)


def session_for(calendar: Calendar, service: ServiceTerms, start: datetime, fresh: SessionId) -> SessionId | None:
    """Return the session that a booking at `start` joins, a fresh one if it is the first, None without capacity."""
    if service.capacity == 1:
        return None
    begin = epoch_seconds(start)
    for stretch in calendar.occupied(begin, begin + 1):
        session = calendar.sessions.get(SessionId(stretch.ref))
        if session is not None and session.service_id == service.id and session.start == start:
            return session.id
    return fresh


def require_free(
    calendar: Calendar,
    service: ServiceTerms,
    start: datetime,
    *,
    now: datetime,
    ignoring: frozenset[str] = _NOBODY,
    override: bool = False,
    held: bool = False,
) -> None:
    """Raises: Conflict: `start` cannot be booked; it says why, and what can be booked instead."""
    if override:
        # Hours, notice and grid are set aside; whole minutes are not, for the calendar counts in them.
        whole = start.second == 0 and start.microsecond == 0
        code = slots.occupied_by_others(calendar, service, start, ignoring=ignoring) if whole else "off_grid"
    else:
        code = slots.verdict(calendar, service, start, now=now, ignoring=ignoring, held=held)
    if code is not None:
        raise Conflict(code, suggestions(calendar, service, start, now, ignoring))


def suggestions(
    calendar: Calendar, service: ServiceTerms, start: datetime, now: datetime, ignoring: frozenset[str] = _NOBODY
) -> Mapping[str, object]:
    suggested = slots.suggest(calendar, service, start, now=now, ignoring=ignoring)
    return {"timeZone": calendar.terms.time_zone, "suggestedSlots": suggested, "sequence": calendar.sequence}


def new_booking(
    policy: Policy,
    service: ServiceTerms,
    *,
    booking_id: BookingId,
    session_id: SessionId | None,
    customer_id: CustomerId,
    start: datetime,
    now: datetime,
    series_id: SeriesId | None = None,
    noted: bool = False,
) -> Booking:
    """Return the booking of `service` at `start`, as it begins under `policy`: confirmed, or waiting to be."""
    confirmed = policy.auto_confirm
    return Booking(
        id=booking_id,
        service_id=service.id,
        customer_id=customer_id,
        start=start,
        end=end_of(service, start),
        status=Status.CONFIRMED if confirmed else Status.PENDING,
        policy=policy,
        created_at=now,
        price=service.price,
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        session_id=session_id,
        series_id=series_id,
        pending_until=None if confirmed else pending_until(start, policy, since=now, now=now),
        noted=noted,
    )


def pending_until(start: datetime, policy: Policy, *, since: datetime, now: datetime) -> datetime:
    """Return until when a booking made at `since` waits to be confirmed."""
    # A booking that is still unconfirmed when it should begin will not take place. One made (by override) for a
    # start that has passed gets the whole time.
    until = since + timedelta(minutes=policy.pending_minutes)
    return min(until, start) if start > now else until
