"""The shapes of what happens to several bookings at once: series, groups, sessions. And how they are drawn."""

from __future__ import annotations

import datetime as dt

from turnero.engine.domain.booking import Slot
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.runtime import answers
from turnero.http.wire import render, shapes
from turnero.http.wire.shapes import Answer, Instant, Number


class SkippedOccurrence(Answer):
    """An occurrence that was not booked: `code` is that of a conflict, `no_such_day` or `no_such_time`.

    Of a month without the day, `start` is that time on its last day.
    """

    start: Instant
    code: str
    suggested_slots: tuple[shapes.Slot, ...]


class MovedOccurrence(Answer):
    """An occurrence whose own time was not free (`code` says why), booked at another time of that day."""

    booking_id: str
    start: Instant
    moved_to: Instant
    code: str


class Series(Answer):
    series_id: str
    provider_id: str
    time_zone: str
    bookings: tuple[shapes.Booking, ...]
    skipped: tuple[SkippedOccurrence, ...]
    moved: tuple[MovedOccurrence, ...]
    sequence: Number


class KeptBooking(Answer):
    """A booking of a series that could not be cancelled any more, and why."""

    booking_id: str | None
    start: Instant
    code: str


class CancelledSeries(Answer):
    """What was cancelled of a series, and what stays because it was too late for its customer to cancel it."""

    series_id: str
    provider_id: str
    time_zone: str
    cancelled: tuple[shapes.Booking, ...]
    kept: tuple[KeptBooking, ...]
    sequence: Number


class MovedSeries(Answer):
    series_id: str
    provider_id: str
    time_zone: str
    bookings: tuple[shapes.Booking, ...]
    sequence: Number


class Group(Answer):
    session_id: str
    provider_id: str
    time_zone: str
    bookings: tuple[shapes.Booking, ...]
    sequence: Number


class Session(Answer):
    """A session, and a page of the bookings in it. `capacity` and `freePlaces` are null once everybody has left."""

    id: str
    business_id: str
    provider_id: str
    service_id: str
    start: Instant
    end: Instant
    time_zone: str
    capacity: int | None
    free_places: int | None
    participants: tuple[shapes.Booking, ...]
    next_cursor: str | None
    sequence: Number


class Availability(Answer):
    """Whether a start can be booked. If it cannot: why, and the nearest slots that can."""

    available: bool
    code: str | None
    suggested_slots: tuple[shapes.Slot, ...]
    time_zone: str
    sequence: Number


class DaySlots(Answer):
    """The free slots of one provider on one local date."""

    provider_id: str
    time_zone: str
    sequence: int | None
    date: dt.date
    slots: tuple[shapes.Slot, ...]


def _slots(found: tuple[Slot, ...], time_zone: str) -> tuple[shapes.Slot, ...]:
    tz = render.zone(time_zone)
    return tuple(
        shapes.Slot(start=s.start.astimezone(tz), end=s.end.astimezone(tz), provider_id=s.provider_id) for s in found
    )


def series(answer: answers.BookingsAnswer) -> Series:
    return Series(
        series_id=answer.ref,
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        bookings=tuple(render.booking(record) for record in answer.bookings),
        skipped=tuple(_skipped(occurrence, answer.time_zone) for occurrence in answer.skipped),
        moved=tuple(_moved(occurrence, answer.time_zone) for occurrence in answer.moved),
        sequence=answer.sequence,
    )


def _skipped(occurrence: Skipped, time_zone: str) -> SkippedOccurrence:
    return SkippedOccurrence(
        start=occurrence.start.astimezone(render.zone(time_zone)),
        code=occurrence.code,
        suggested_slots=_slots(occurrence.suggested_slots, time_zone),
    )


def _moved(occurrence: Moved, time_zone: str) -> MovedOccurrence:
    tz = render.zone(time_zone)
    return MovedOccurrence(
        booking_id=occurrence.booking_id,
        start=occurrence.start.astimezone(tz),
        moved_to=occurrence.moved_to.astimezone(tz),
        code=occurrence.code,
    )


def cancelled_series(answer: answers.BookingsAnswer) -> CancelledSeries:
    tz = render.zone(answer.time_zone)
    return CancelledSeries(
        series_id=answer.ref,
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        cancelled=tuple(render.booking(record) for record in answer.bookings),
        kept=tuple(
            KeptBooking(booking_id=kept.booking_id, start=kept.start.astimezone(tz), code=kept.code)
            for kept in answer.skipped
        ),
        sequence=answer.sequence,
    )


def moved_series(answer: answers.BookingsAnswer) -> MovedSeries:
    return MovedSeries(
        series_id=answer.ref,
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        bookings=tuple(render.booking(record) for record in answer.bookings),
        sequence=answer.sequence,
    )


def group(answer: answers.BookingsAnswer) -> Group:
    return Group(
        session_id=answer.ref,
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        bookings=tuple(render.booking(record) for record in answer.bookings),
        sequence=answer.sequence,
    )


def session(answer: answers.SessionAnswer) -> Session:
    tz = render.zone(answer.time_zone)
    return Session(
        id=answer.id,
        business_id=answer.business_id,
        provider_id=answer.provider_id,
        service_id=answer.service_id,
        start=answer.start.astimezone(tz),
        end=answer.end.astimezone(tz),
        time_zone=answer.time_zone,
        capacity=answer.capacity,
        free_places=answer.free_places,
        participants=tuple(render.booking(record) for record in answer.participants.items),
        next_cursor=answer.participants.next_cursor,
        sequence=answer.sequence,
    )


def availability(answer: answers.AvailabilityAnswer) -> Availability:
    return Availability(
        available=answer.code is None,
        code=answer.code,
        suggested_slots=_slots(answer.suggested, answer.time_zone),
        time_zone=answer.time_zone,
        sequence=answer.sequence,
    )


def day_slots(answer: answers.SlotsAnswer, provider_id: str) -> DaySlots:
    (day,) = answer.days
    return DaySlots(
        provider_id=provider_id,
        time_zone=answer.time_zone,
        sequence=answer.sequence,
        date=day.date,
        slots=_slots(day.slots, answer.time_zone),
    )
