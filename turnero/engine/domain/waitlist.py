"""The waitlist: what somebody waits for, which slots fit it, and how a calendar offers one.

Pure. The line itself is a table (`turnero.engine.ports.waitlist`); an offer is a hold in the calendar, under the name
of the one it is offered to, so whatever keeps holds exclusive keeps offers exclusive.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain import placing, slots
from turnero.engine.domain.appointments import holder_of
from turnero.engine.domain.booking import Actor, Hold, Role, ServiceTerms, Slot
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Conflict
from turnero.engine.domain.hours import local_date, wall_instant, zone
from turnero.engine.domain.schedule import MINUTES_PER_DAY, wall_minutes
from turnero.engine.domain.value import Value, epoch_seconds


class PartOfDay(StrEnum):
    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class _Hours(NamedTuple):
    begins: str
    ends: str


# When a start on the provider's wall clock lies in which part of the day, half-open. As people in Buenos Aires speak:
# lunch is at one, and "a la tarde" ends when the shops' second half does. The API's documentation shows this table.
PARTS: Mapping[PartOfDay, _Hours] = {
    PartOfDay.MORNING: _Hours("00:00", "12:00"),
    PartOfDay.MIDDAY: _Hours("12:00", "14:00"),
    PartOfDay.AFTERNOON: _Hours("14:00", "19:00"),
    PartOfDay.EVENING: _Hours("19:00", "24:00"),
}


class Wish(Value):
    """When somebody would come: on any date from `first` to `last`, inclusive, in the provider's zone."""

    first: date
    last: date
    part_of_day: PartOfDay | None = None

    def dates(self) -> Iterator[date]:
        for days in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=days)


def fits(wish: Wish, start: datetime, zone_name: str) -> bool:
    """Tell whether a slot that starts at `start` is what was wished for, on the wall clock of `zone_name`."""
    wall = start.astimezone(zone(zone_name))
    if not wish.first <= wall.date() <= wish.last:
        return False
    if wish.part_of_day is None:
        return True
    part = PARTS[wish.part_of_day]
    return wall_minutes(part.begins) <= wall.hour * 60 + wall.minute < wall_minutes(part.ends)


def over_at(wish: Wish, zone_name: str) -> int:
    """Return the instant, in epoch seconds, from which `wish` lies in the past: midnight after its last date."""
    return wall_instant(zone(zone_name), wish.last, MINUTES_PER_DAY)


# After these there may be a free slot where there was none before; after all others there is none that was not free.
# A property test holds the table to it.
FREES_TIME: frozenset[type[ev.Event]] = frozenset(
    {
        ev.TermsChanged,
        ev.ScheduleChanged,
        ev.TimeOffRemoved,
        ev.HoldReleased,
        ev.HoldExpired,
        ev.AppointmentCancelled,
        ev.AppointmentExpired,
        ev.AppointmentCompleted,
        ev.AppointmentMissed,
        ev.AppointmentRescheduled,
        ev.AppointmentResized,
        ev.AppointmentMovedOut,
    }
)


class FreeSlots:
    """The free starts of one calendar at one moment, each day of each service computed once for the whole line."""

    def __init__(self, calendar: Calendar, *, now: datetime) -> None:
        self._calendar = calendar
        self._now = now
        self._days: dict[tuple[str, date], tuple[Slot, ...]] = {}
        tz = zone(calendar.terms.time_zone)
        window = slots.bookable_window(calendar, now=now)
        self._first, self._last = (local_date(tz, epoch_seconds(at)) for at in window)

    def first_for(self, service: ServiceTerms, wish: Wish, *, passed: Collection[datetime]) -> Slot | None:
        """Return the earliest free slot that fits `wish` and does not start at one of `passed`."""
        zone_name = self._calendar.terms.time_zone
        for day in wish.dates():
            if self._first <= day <= self._last:
                for slot in self._on(service, day):
                    if slot.start not in passed and fits(wish, slot.start, zone_name):
                        return slot
        return None

    def _on(self, service: ServiceTerms, day: date) -> Sequence[Slot]:
        found = self._days.get((service.id, day))
        if found is None:
            begins = slots.free_starts(self._calendar, service, day, now=self._now)
            found = tuple(slots.slot(self._calendar, service, begin) for begin in begins)
            self._days[service.id, day] = found
        return found


def offer_slot(calendar: Calendar, command: cmd.OfferSlot, _: Actor, now: datetime) -> Sequence[ev.Event]:
    """Hold a free slot for whoever it is offered to, for the policy's `offer_minutes`, and not past its start."""
    service = placing.service_named(calendar, command.service_id)
    if service.capacity > 1:
        # A hold occupies the whole time; for a group it would block everybody's places instead of one.
        raise Conflict("hold_mismatch", detail="A place in a group cannot be offered.")
    placing.require_free(calendar, service, command.start, now=now)
    until = now + timedelta(minutes=calendar.terms.policy.offer_minutes)
    hold = Hold(
        id=command.hold_id,
        service_id=service.id,
        holder=holder_of(Actor(role=Role.CUSTOMER, subject=command.customer_id)),
        start=command.start,
        end=placing.end_of(service, command.start),
        expires_at=min(until, command.start),
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        entry_id=command.entry_id,
    )
    return (ev.SlotHeld(hold=hold),)
