"""What a set of admitted batches makes of the tables: pure, in the order of the batches, ready to be written.

Several batches of one calendar may wait for the same commit. Of what they say about one booking, one session or one
wake-up time only the last word is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Booking
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.messages import MessageKind, MessageStatus, Planned
from turnero.engine.domain.value import BookingId, EntryId, ProviderId, SessionId, epoch_seconds
from turnero.engine.ports import Batch

# After these a booking may be in another session than before, and neither the event nor the calendar's state after
# it tells which one it left.
_LEAVES_SESSION = (ev.AppointmentRescheduled, ev.AppointmentMovedOut)

# Nothing of such a booking can be in the tables yet.
_BORN = (ev.AppointmentBooked,)


class Occupancy(NamedTuple):
    """A stretch that a live booking, or a session that somebody is in, occupies: `[starts_s, ends_s)`, epoch seconds.

    Whole seconds, as the engine's own index counts, and a session without its members' buffers, which may differ: a
    witness that is stricter than the engine would refuse what is right.
    """

    ref: str
    starts_s: int
    ends_s: int


class Message(NamedTuple):
    """An outbox row, and the batch that asked for it."""

    batch: Batch
    planned: Planned
    status: MessageStatus


def moved(batches: Sequence[Batch]) -> set[BookingId]:
    """Return the bookings that may leave a session: which one they were in must be asked of the tables."""
    return {
        booking_id
        for batch in batches
        for recorded in batch.events
        if isinstance(recorded.event, _LEAVES_SESSION) and (booking_id := ev.booking_of(recorded.event)) is not None
    }


def final_bookings(batches: Sequence[Batch]) -> dict[BookingId, tuple[Batch, Booking]]:
    """Return the bookings that changed, each as the last batch that touched it left it.

    A booking that moved out is in its old calendar no more; the calendar it moved into, in the same transaction,
    speaks for it.
    """
    final: dict[BookingId, tuple[Batch, Booking]] = {}
    for batch in batches:
        for booking_id in _touched(batch):
            if (booking := batch.after.bookings.get(booking_id)) is not None:
                final[booking_id] = batch, booking
    return final


class OccupancyChange(NamedTuple):
    """What of one calendar's occupancies is void now, and what is true instead."""

    provider_id: ProviderId
    void: frozenset[str]
    true: tuple[Occupancy, ...]


def occupancy_changes(batches: Sequence[Batch], sessions: Mapping[BookingId, str]) -> Iterator[OccupancyChange]:
    """Yield what changes in each calendar's occupancies; `sessions` tells which one a moved booking was in."""
    last: dict[ProviderId, Calendar] = {}
    refs: dict[ProviderId, set[str]] = {}
    born: set[str] = set()
    for batch in batches:
        last[batch.provider_id] = batch.after
        changed = refs.setdefault(batch.provider_id, set())
        for recorded in batch.events:
            booking_id = ev.booking_of(recorded.event)
            if booking_id is None:
                continue
            booking = batch.after.bookings.get(booking_id)
            if booking is not None and booking.session_id is not None:
                changed.add(booking.session_id)
            elif isinstance(recorded.event, _BORN):
                born.add(booking_id)
            changed.add(booking_id)
            if booking_id in sessions:
                changed.add(sessions[booking_id])
    for provider_id, changed in refs.items():
        if changed:
            true = tuple(_occupancies(last[provider_id], changed))
            yield OccupancyChange(provider_id, frozenset(changed - born), true)


class Messages(NamedTuple):
    """The bookings whose planned messages, or whose reminders alone, are void; then what is new in the outbox.

    `planned` has the messages of a booking in order; `agendas` one at most for each provider and day.
    """

    void: set[BookingId]
    void_reminders: set[BookingId]
    planned: list[Message]
    agendas: list[Message]


def messages(batches: Sequence[Batch]) -> Messages:
    """Return what changes in the outbox.

    A message that one batch plans and a later one voids is kept, as cancelled: what was planned can be looked up.
    """
    void: set[BookingId] = set()
    void_reminders: set[BookingId] = set()
    planned: dict[BookingId | EntryId | None, list[Message]] = {}
    agendas: dict[tuple[ProviderId, date], Message] = {}
    for batch in batches:
        void.update(batch.unsend)
        void_reminders.update(batch.unsend_reminders)
        for booking_id in batch.unsend:
            planned[booking_id] = [_cancelled(m) for m in planned.get(booking_id, ())]
        for booking_id in batch.unsend_reminders:
            planned[booking_id] = [
                _cancelled(m) if m.planned.kind is MessageKind.REMINDER else m for m in planned.get(booking_id, ())
            ]
        for message in batch.messages:
            new = Message(batch, message, MessageStatus.PLANNED)
            if message.day is not None:
                agendas[batch.provider_id, message.day] = new
            else:
                planned.setdefault(message.booking_id or message.entry_id, []).append(new)
    in_order = [message for of_one in planned.values() for message in of_one]
    return Messages(void, void_reminders, in_order, [agendas[which] for which in sorted(agendas)])


def _cancelled(message: Message) -> Message:
    return message._replace(status=MessageStatus.CANCELLED)


def _touched(batch: Batch) -> list[BookingId]:
    found = (ev.booking_of(recorded.event) for recorded in batch.events)
    return list(dict.fromkeys(booking_id for booking_id in found if booking_id is not None))


def _occupancies(calendar: Calendar, refs: Collection[str]) -> Iterator[Occupancy]:
    for ref in sorted(refs):
        booking = calendar.bookings.get(BookingId(ref))
        session = calendar.sessions.get(SessionId(ref))
        if booking is not None and booking.live and booking.session_id is None:
            yield Occupancy(ref, epoch_seconds(booking.occupied_from), epoch_seconds(booking.occupied_until))
        elif session is not None and session.members:
            yield Occupancy(ref, epoch_seconds(session.start), epoch_seconds(session.end))
