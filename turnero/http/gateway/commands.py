"""Carries out what sessions ask for: a table from what was said to what is done about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from turnero.engine.domain import authority
from turnero.engine.domain.booking import STAFF, Actor, Role
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Forbidden, TurneroError
from turnero.engine.domain.events import booking_of
from turnero.engine.runtime.requests import NewBooking
from turnero.engine.runtime.service import BookingService
from turnero.http.gateway import frames, pushes
from turnero.http.gateway.hub import Channel, Hub, Subscriber, Topic
from turnero.http.gateway.session import Run
from turnero.http.wire import render, shapes

# Past so many events a fresh view is cheaper than the backlog: an event takes up to a kilobyte, a view of two weeks
# some hundred.
SYNC_EVENTS_MAX = 200

# Integrators may read a calendar's events over HTTP, and so may have them here.
_READERS = STAFF | {Role.INTEGRATOR}


class Desk(NamedTuple):
    """What commands are carried out with."""

    service: BookingService
    hub: Hub


async def carry_out(desk: Desk, run: Run, subscriber: Subscriber) -> frames.Answer | TurneroError:
    """Return what came of a command. Anything but a refusal is a bug, and raised."""
    try:
        return await _COMMANDS[run.event](desk, run, subscriber)
    except TurneroError as refusal:
        return refusal


# --- Subscriptions ------------------------------------------------------------------------------------------------


async def _subscribe_availability(desk: Desk, run: Run, subscriber: Subscriber) -> frames.Answer:
    channel = await desk.hub.channel(_of(run).provider_id)
    return _subscribed(desk, run, subscriber, Topic.AVAILABILITY, channel)


async def _subscribe_calendar(desk: Desk, run: Run, subscriber: Subscriber) -> frames.Answer:
    channel = await desk.hub.channel(_of(run).provider_id)
    if not _reaches(run.caller.actor, channel.calendar, STAFF):
        raise Forbidden("This calendar is not yours.")
    return _subscribed(desk, run, subscriber, Topic.CALENDAR, channel)


def _subscribed(desk: Desk, run: Run, subscriber: Subscriber, topic: Topic, channel: Channel) -> frames.Answer:
    sequence = desk.hub.subscribe(topic, channel, subscriber)
    return frames.Subscribed(provider_id=_of(run).provider_id, sequence=sequence)


async def _subscribe_presence(desk: Desk, run: Run, subscriber: Subscriber) -> frames.Answer:
    provider_id = _of(run).provider_id
    await desk.service.provider(provider_id)
    online = await desk.hub.watch(provider_id, subscriber)
    return frames.Presence(provider_id=provider_id, online=online)


def _unsubscribe(topic: Topic) -> _Command:
    async def unsubscribe(desk: Desk, run: Run, subscriber: Subscriber) -> frames.Answer:
        desk.hub.unsubscribe(topic, _of(run).provider_id, subscriber)
        return frames.Named(provider_id=_of(run).provider_id)

    return unsubscribe


def _of(run: Run) -> frames.OfProvider:
    assert isinstance(run.command, frames.OfProvider)
    return run.command


def _reaches(actor: Actor, calendar: Calendar | None, roles: frozenset[Role]) -> bool:
    assert calendar is not None
    return actor.role in roles and authority.belongs(
        actor, business_id=calendar.business_id, provider_id=calendar.provider_id
    )


# --- Bookings -----------------------------------------------------------------------------------------------------


async def _check_availability(desk: Desk, run: Run, _: Subscriber) -> frames.Answer:
    asked = run.command
    assert isinstance(asked, frames.CheckAvailability)
    found = await desk.service.check_availability(asked.provider_id, asked.service_id, asked.start_time)
    tz = render.zone(found.time_zone)
    return frames.Availability(
        available=found.code is None,
        code=found.code,
        suggested_slots=tuple(
            shapes.Slot(start=slot.start.astimezone(tz), end=slot.end.astimezone(tz), provider_id=slot.provider_id)
            for slot in found.suggested
        ),
        sequence=found.sequence,
    )


async def _create_live(desk: Desk, run: Run, _: Subscriber) -> frames.Answer:
    asked = run.command
    assert isinstance(asked, frames.CreateLive)
    new = NewBooking(
        provider_id=asked.provider_id,
        service_id=asked.service_id,
        start=asked.start_time,
        customer=asked.customer,
        hold_id=asked.hold_id,
    )
    return frames.Booked(booking=render.booking(await desk.service.book(run.caller, new)))


async def _transition(desk: Desk, run: Run, _: Subscriber) -> frames.Answer:
    asked = run.command
    assert isinstance(asked, frames.Transition)
    record = await desk.service.change_status(run.caller, asked.booking_id, asked.new_status, reason=asked.reason or "")
    return frames.Booked(booking=render.booking(record))


async def _reschedule(desk: Desk, run: Run, _: Subscriber) -> frames.Answer:
    asked = run.command
    assert isinstance(asked, frames.Reschedule)
    record = await desk.service.reschedule(run.caller, asked.booking_id, start=asked.start)
    return frames.Booked(booking=render.booking(record))


# --- Sync ---------------------------------------------------------------------------------------------------------


async def _sync(desk: Desk, run: Run, _: Subscriber) -> frames.Answer:
    """Return what the caller missed. Whoever is subscribed meanwhile may get the newest twice, but never not at all."""
    asked = run.command
    assert isinstance(asked, frames.RequestSync)
    channel = await desk.hub.channel(asked.provider_id)
    staff = _reaches(run.caller.actor, channel.calendar, _READERS)
    events: tuple[frames.CalendarUpdated, ...] | tuple[frames.AvailabilityUpdated, ...] | None
    events = await _from_journal(desk, run, asked, channel) if staff else channel.since(asked.since_sequence)
    calendar = channel.calendar
    assert calendar is not None
    if events is None:
        # The engine's clock, which may differ from the machine's in a demo.
        now = (await desk.service.ready()).at
        view = pushes.fresh_view(calendar, now=now, with_bookings=staff)
        return frames.SyncData(
            provider_id=calendar.provider_id, sequence=calendar.sequence, complete=False, events=(), view=view
        )
    last = events[-1].sequence if events else asked.since_sequence
    return frames.SyncData(provider_id=calendar.provider_id, sequence=last, complete=True, events=events)


async def _from_journal(
    desk: Desk, run: Run, asked: frames.RequestSync, channel: Channel
) -> tuple[frames.CalendarUpdated, ...] | None:
    """Return the events after a number, or None if they are too many, or the number is none that we gave."""
    since = asked.since_sequence
    found = await desk.service.events(run.caller, asked.provider_id, after=since, limit=SYNC_EVENTS_MAX + 1)
    if len(found.events) > SYNC_EVENTS_MAX or since > found.sequence:
        return None
    calendar = channel.calendar
    assert calendar is not None
    shown = []
    for recorded in found.events:
        booking_id = booking_of(recorded.event)
        booking = None if booking_id is None else calendar.bookings.get(booking_id)
        shown.append(pushes.event_shown(recorded, calendar, booking))
    return tuple(shown)


_Command = Callable[[Desk, Run, Subscriber], Awaitable[frames.Answer]]

_COMMANDS: Mapping[str, _Command] = {
    "availability:subscribe": _subscribe_availability,
    "availability:unsubscribe": _unsubscribe(Topic.AVAILABILITY),
    "calendar:subscribe": _subscribe_calendar,
    "calendar:unsubscribe": _unsubscribe(Topic.CALENDAR),
    "presence:subscribe": _subscribe_presence,
    "presence:unsubscribe": _unsubscribe(Topic.PRESENCE),
    "booking:check-availability": _check_availability,
    "booking:create-live": _create_live,
    "booking:transition": _transition,
    "booking:reschedule": _reschedule,
    "reconnect:request-sync": _sync,
}
