"""The state of one provider's calendar: an immutable value that every event turns into the next one.

Two kinds of thing are in here. The truth: terms, schedule, time off, bookings, holds, remembered keys. And what is
derived from it so that questions are cheap: what is busy on each day, and which deadline comes next. Both are
persistent maps (hash array mapped tries), so that a calendar of 100,000 bookings is changed in microseconds and an
old version stays valid for whoever still reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from immutables import Map

from turnero.engine.domain.booking import Booking, Hold, Terms
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.domain.schedule import Schedule, TimeOff
from turnero.engine.domain.value import (
    EPOCH,
    BookingId,
    BusinessId,
    HoldId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
    Value,
    epoch_seconds,
)

SECONDS_PER_DAY = 86_400
SECONDS_PER_HOUR = 3_600


class BookingSet(Value):
    """Bookings that were made, moved or cancelled together, as they were then, and what became of the others.

    `ref` is the id of their series or session.
    """

    ref: str
    bookings: tuple[Booking, ...]
    skipped: tuple[Skipped, ...] = ()
    moved: tuple[Moved, ...] = ()


# A command's answer, kept so that a repeat gets the first one. A time off or the calendar's own settings are
# answered from the request itself.
Outcome = Booking | Hold | TimeOff | BookingSet | None


class Remembered(Value, gc=False):
    """The first answer under an idempotency key: for which request, by which event, with what result."""

    fingerprint: str
    sequence: int
    outcome: Outcome


class Busy(NamedTuple):
    """A stretch that is occupied, buffers included, in epoch seconds. `ref` names the booking, hold or session."""

    start: int
    end: int
    ref: str


class Session(Value, gc=False):
    """People who share one slot of a service with capacity. It occupies the time once, while anyone is in it."""

    id: SessionId
    service_id: ServiceId
    start: datetime
    end: datetime
    capacity: int
    members: tuple[BookingId, ...]

    @property
    def full(self) -> bool:
        return len(self.members) >= self.capacity


class Deadline(NamedTuple):
    """When something in the calendar runs out, in epoch microseconds, and what: a hold or a pending booking."""

    at_us: int
    ref: str


NO_TERMS = Terms(time_zone="UTC", holidays=None, policy=Policy(), services=())


class Calendar(Value):
    """One provider's calendar after `sequence` events. Build one with `empty`, change it with `evolve`."""

    provider_id: ProviderId
    business_id: BusinessId
    sequence: int
    terms: Terms
    schedule: Schedule
    time_off: tuple[TimeOff, ...]
    bookings: Map[BookingId, Booking]
    holds: Map[HoldId, Hold]
    sessions: Map[SessionId, Session]
    series: Map[SeriesId, tuple[BookingId, ...]]
    busy: Map[int, tuple[Busy, ...]]
    deadlines: tuple[Deadline, ...]
    remembered: Map[int, Map[str, Remembered]]

    @property
    def opened(self) -> bool:
        return self.sequence > 0

    def remembers(self, key: str) -> Remembered | None:
        """Return the first answer under `key`, while it is kept."""
        for bucket in self.remembered.values():
            found = bucket.get(key)
            if found is not None:
                return found
        return None

    def occupied(self, start: int, end: int) -> Iterator[Busy]:
        """Yield what is busy and touches `[start, end)`, in epoch seconds, earliest first.

        Cost grows with what is busy on the days asked for, not with the calendar.
        """
        seen = ""
        for day in range(start // SECONDS_PER_DAY, (end - 1) // SECONDS_PER_DAY + 1):
            for busy in self.busy.get(day, ()):
                if busy.start >= end:
                    break
                if busy.end > start and busy.ref != seen:
                    seen = busy.ref
                    yield busy

    def next_deadline(self) -> datetime | None:
        """Return the instant at which the calendar next wants to be woken, if any."""
        return from_us(self.deadlines[0].at_us) if self.deadlines else None


def empty(provider_id: ProviderId) -> Calendar:
    """Return the calendar of `provider_id` before its first event."""
    return Calendar(
        provider_id=provider_id,
        business_id=BusinessId(""),
        sequence=0,
        terms=NO_TERMS,
        schedule=Schedule(),
        time_off=(),
        bookings=Map(),
        holds=Map(),
        sessions=Map(),
        series=Map(),
        busy=Map(),
        deadlines=(),
        remembered=Map(),
    )


def to_us(at: datetime) -> int:
    """Return `at` as whole microseconds since 1970-01-01T00:00Z."""
    return epoch_seconds(at) * 1_000_000 + at.microsecond


def from_us(at_us: int) -> datetime:
    """Return the aware UTC instant `at_us` microseconds after 1970-01-01T00:00Z."""
    return EPOCH + timedelta(microseconds=at_us)
