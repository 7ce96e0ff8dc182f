"""`evolve(calendar, recorded)`: what a calendar is after one more event.

Total and deterministic: it never refuses, reads no clock and looks at nothing but its arguments. What it is given has
already happened. Replaying a journal is folding this function over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import reduce
from typing import Any

from immutables import Map
from msgspec.structs import replace

from turnero.engine.domain import events as ev
from turnero.engine.domain import occupancy
from turnero.engine.domain.booking import Booking, Role, Status
from turnero.engine.domain.calendar import SECONDS_PER_HOUR, BookingSet, Calendar, Outcome, Remembered
from turnero.engine.domain.limits import KEYS_REMEMBERED_FOR
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.domain.sharing import shared
from turnero.engine.domain.value import BookingId, epoch_seconds


def evolve(calendar: Calendar, recorded: ev.Recorded) -> Calendar:
    """Return `calendar` after `recorded`, whose number must be the next one."""
    assert recorded.sequence == calendar.sequence + 1, f"event {recorded.sequence} after {calendar.sequence}"
    step = _STEPS[type(recorded.event)]
    after = replace(step(calendar, recorded.event, recorded), sequence=recorded.sequence)
    return _remember(after, recorded) if recorded.key is not None else after


def replay(calendar: Calendar, events: Iterable[ev.Recorded]) -> Calendar:
    """Return `calendar` after all `events`, in order."""
    return reduce(evolve, events, calendar)


# --- Keys ---------------------------------------------------------------------------------------------------------

# Keys lie in buckets of an hour, so that forgetting is dropping whole buckets instead of sorting keys by age.
_BUCKETS_KEPT = int(KEYS_REMEMBERED_FOR.total_seconds()) // SECONDS_PER_HOUR


def _remember(calendar: Calendar, recorded: ev.Recorded) -> Calendar:
    assert recorded.key is not None
    hour = epoch_seconds(recorded.at) // SECONDS_PER_HOUR
    remembered = calendar.remembered
    if hour not in remembered:
        kept = {h: bucket for h, bucket in remembered.items() if h >= hour - _BUCKETS_KEPT}
        remembered = Map(kept)
    answer = Remembered(
        fingerprint=recorded.fingerprint,
        sequence=recorded.sequence,
        outcome=outcome_of(calendar, recorded.event),
    )
    bucket: Map[str, Remembered] = remembered.get(hour, Map())
    return replace(calendar, remembered=remembered.set(hour, bucket.set(recorded.key, answer)))


def outcome_of(after: Calendar, event: ev.Event) -> Outcome:
    """Return what a command that ended in `event` is answered with; `after` is the calendar with that event."""
    match event:
        case ev.SlotHeld(hold=hold):
            return after.holds[hold.id]
        case ev.TimeOffAdded(time_off=time_off):
            return time_off
        case ev.SeriesBooked(series_id=ref, booking_ids=booking_ids, skipped=skipped, moved=moved):
            return _together(after, ref, booking_ids, skipped, moved)
        case ev.SeriesCancelled(series_id=ref, booking_ids=booking_ids, kept=kept):
            return _together(after, ref, booking_ids, kept)
        case ev.SeriesMoved(series_id=ref, booking_ids=booking_ids):
            return _together(after, ref, booking_ids)
        case ev.GroupBooked(session_id=ref, booking_ids=booking_ids):
            return _together(after, ref, booking_ids)
        case _:
            booking_id = ev.booking_of(event)
            return after.bookings.get(booking_id) if booking_id is not None else None


def _together(
    after: Calendar,
    ref: str,
    booking_ids: tuple[BookingId, ...],
    skipped: tuple[Skipped, ...] = (),
    moved: tuple[Moved, ...] = (),
) -> BookingSet:
    bookings = tuple(after.bookings[booking_id] for booking_id in booking_ids)
    return BookingSet(ref=ref, bookings=bookings, skipped=skipped, moved=moved)


# --- Steps, one per event type ------------------------------------------------------------------------------------


def _opened(calendar: Calendar, event: ev.CalendarOpened, _: ev.Recorded) -> Calendar:
    return replace(calendar, business_id=event.business_id, terms=shared(event.terms))


def _terms_changed(calendar: Calendar, event: ev.TermsChanged, _: ev.Recorded) -> Calendar:
    return replace(calendar, terms=shared(event.terms))


def _schedule_changed(calendar: Calendar, event: ev.ScheduleChanged, _: ev.Recorded) -> Calendar:
    return replace(calendar, schedule=shared(event.schedule))


def _time_off_added(calendar: Calendar, event: ev.TimeOffAdded, _: ev.Recorded) -> Calendar:
    time_off = sorted((*calendar.time_off, event.time_off), key=lambda t: (t.start, t.id))
    return replace(calendar, time_off=tuple(time_off))


def _time_off_removed(calendar: Calendar, event: ev.TimeOffRemoved, _: ev.Recorded) -> Calendar:
    return replace(calendar, time_off=tuple(t for t in calendar.time_off if t.id != event.time_off_id))


def _held(calendar: Calendar, event: ev.SlotHeld, recorded: ev.Recorded) -> Calendar:
    return occupancy.keep(calendar, replace(event.hold, sequence=recorded.sequence))


def _hold_over(calendar: Calendar, event: ev.HoldReleased | ev.HoldExpired, _: ev.Recorded) -> Calendar:
    return occupancy.let_go(calendar, calendar.holds[event.hold_id])


def _booked(calendar: Calendar, event: ev.AppointmentBooked, recorded: ev.Recorded) -> Calendar:
    if event.hold_id is not None:
        calendar = occupancy.let_go(calendar, calendar.holds[event.hold_id])
    return occupancy.admit(calendar, _numbered(calendar, event.booking, recorded), capacity=event.capacity)


def _moved_in(calendar: Calendar, event: ev.AppointmentMovedIn, recorded: ev.Recorded) -> Calendar:
    return occupancy.admit(calendar, _numbered(calendar, event.booking, recorded), capacity=event.capacity)


def _numbered(calendar: Calendar, booking: Booking, recorded: ev.Recorded) -> Booking:
    # Most bookings are made under the calendar's present policy: share that one object, not 100,000 equal copies.
    policy = calendar.terms.policy if booking.policy == calendar.terms.policy else booking.policy
    return replace(booking, sequence=recorded.sequence, policy=policy)


def _moved_out(calendar: Calendar, event: ev.AppointmentMovedOut, _: ev.Recorded) -> Calendar:
    booking = calendar.bookings[event.booking_id]
    calendar = occupancy.vacate(calendar, booking)
    return replace(calendar, bookings=calendar.bookings.delete(booking.id))


def _rescheduled(calendar: Calendar, event: ev.AppointmentRescheduled, recorded: ev.Recorded) -> Calendar:
    booking = calendar.bookings[event.booking_id]
    moved = replace(
        booking,
        start=event.start,
        end=event.end,
        session_id=event.session_id,
        pending_until=event.pending_until,
        revision=booking.revision + 1,
        sequence=recorded.sequence,
        acknowledged_at=None,  # they said that they would come at another time
    )
    return occupancy.admit(occupancy.vacate(calendar, booking), moved, capacity=event.capacity)


def _resized(calendar: Calendar, event: ev.AppointmentResized, recorded: ev.Recorded) -> Calendar:
    booking = calendar.bookings[event.booking_id]
    resized = replace(booking, end=event.end, sequence=recorded.sequence)
    return occupancy.admit(occupancy.vacate(calendar, booking), resized, capacity=1)


def _confirmed(calendar: Calendar, event: ev.AppointmentConfirmed, recorded: ev.Recorded) -> Calendar:
    booking = calendar.bookings[event.booking_id]
    confirmed = replace(booking, status=Status.CONFIRMED, pending_until=None, sequence=recorded.sequence)
    return occupancy.settle(calendar, confirmed)


def _ended(calendar: Calendar, booking_id: BookingId, **changes: object) -> Calendar:
    booking = calendar.bookings[booking_id]
    ended = replace(booking, pending_until=None, **changes)
    calendar = occupancy.vacate(calendar, booking)
    return replace(calendar, bookings=calendar.bookings.set(ended.id, ended))


def _cancelled(calendar: Calendar, event: ev.AppointmentCancelled, recorded: ev.Recorded) -> Calendar:
    return _ended(
        calendar,
        event.booking_id,
        status=Status.CANCELLED,
        cancelled_by=event.by,
        reasoned=event.reasoned,
        sequence=recorded.sequence,
    )


def _expired(calendar: Calendar, event: ev.AppointmentExpired, recorded: ev.Recorded) -> Calendar:
    return _ended(
        calendar,
        event.booking_id,
        status=Status.CANCELLED,
        cancelled_by=Role.SYSTEM,
        sequence=recorded.sequence,
    )


def _completed(calendar: Calendar, event: ev.AppointmentCompleted, recorded: ev.Recorded) -> Calendar:
    return _ended(calendar, event.booking_id, status=Status.COMPLETED, sequence=recorded.sequence)


def _missed(calendar: Calendar, event: ev.AppointmentMissed, recorded: ev.Recorded) -> Calendar:
    return _ended(calendar, event.booking_id, status=Status.NO_SHOW, sequence=recorded.sequence)


def _acknowledged(calendar: Calendar, event: ev.AppointmentAcknowledged, recorded: ev.Recorded) -> Calendar:
    booking = replace(calendar.bookings[event.booking_id], acknowledged_at=recorded.at, sequence=recorded.sequence)
    return replace(calendar, bookings=calendar.bookings.set(booking.id, booking))


def _noted(calendar: Calendar, event: ev.AppointmentNoted, recorded: ev.Recorded) -> Calendar:
    booking = replace(calendar.bookings[event.booking_id], noted=event.noted, sequence=recorded.sequence)
    return replace(calendar, bookings=calendar.bookings.set(booking.id, booking))


def _rated(calendar: Calendar, event: ev.AppointmentRated, recorded: ev.Recorded) -> Calendar:
    booking = replace(calendar.bookings[event.booking_id], stars=event.stars, sequence=recorded.sequence)
    return replace(calendar, bookings=calendar.bookings.set(booking.id, booking))


def _series_booked(calendar: Calendar, event: ev.SeriesBooked, _: ev.Recorded) -> Calendar:
    return replace(calendar, series=calendar.series.set(event.series_id, event.booking_ids))


def _summed_up(
    calendar: Calendar, _: ev.SeriesCancelled | ev.SeriesMoved | ev.GroupBooked, __: ev.Recorded
) -> Calendar:
    return calendar  # the events before it have said it all, booking by booking


_Step = Callable[[Calendar, Any, ev.Recorded], Calendar]

_STEPS: Mapping[type[ev.Event], _Step] = {
    ev.CalendarOpened: _opened,
    ev.TermsChanged: _terms_changed,
    ev.ScheduleChanged: _schedule_changed,
    ev.TimeOffAdded: _time_off_added,
    ev.TimeOffRemoved: _time_off_removed,
    ev.SlotHeld: _held,
    ev.HoldReleased: _hold_over,
    ev.HoldExpired: _hold_over,
    ev.AppointmentBooked: _booked,
    ev.AppointmentConfirmed: _confirmed,
    ev.AppointmentCancelled: _cancelled,
    ev.AppointmentExpired: _expired,
    ev.AppointmentCompleted: _completed,
    ev.AppointmentMissed: _missed,
    ev.AppointmentRescheduled: _rescheduled,
    ev.AppointmentResized: _resized,
    ev.AppointmentMovedOut: _moved_out,
    ev.AppointmentMovedIn: _moved_in,
    ev.AppointmentAcknowledged: _acknowledged,
    ev.AppointmentNoted: _noted,
    ev.AppointmentRated: _rated,
    ev.SeriesBooked: _series_booked,
    ev.SeriesCancelled: _summed_up,
    ev.SeriesMoved: _summed_up,
    ev.GroupBooked: _summed_up,
}
