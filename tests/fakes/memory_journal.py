"""A journal in memory, for simulations: deterministic, fenced like the real one, and it breaks when told to.

It passes the same contract suite as the journals on SQLite and PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import pairwise

from turnero.engine.domain import events as ev
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.messages import MessageKind, MessageStatus
from turnero.engine.domain.value import BookingId, CustomerId, ProviderId
from turnero.engine.ports import (
    Activation,
    Batch,
    BookingText,
    Customer,
    JournalFailed,
    Outcome,
    Provider,
    RequestKey,
    SnapshotRecord,
    TextKind,
)
from turnero.persistence import projection
from turnero.persistence.admission import Head, admitted, independent


class Fault(Enum):
    """What goes wrong in one `append`."""

    # The database is gone before anything is written.
    BEFORE_WRITING = "before_writing"
    # The commit took effect, and the connection broke before the answer came.
    AFTER_WRITING = "after_writing"
    # Another process activates every calendar of the append just before it.
    STOLEN = "stolen"


# Asked once for each `append`; a seeded one makes a whole simulation repeatable.
Faults = Callable[[Sequence[Batch]], Fault | None]


class Refused(Exception):
    """A constraint says no (what IntegrityError is to the real ones)."""


@dataclass
class Stream:
    """One calendar, as the journal keeps it."""

    epoch: int = 0
    events: list[Recorded] = field(default_factory=list)
    next_deadline: datetime | None = None
    occupancies: dict[str, projection.Occupancy] = field(default_factory=dict)

    @property
    def head(self) -> Head:
        return Head(self.epoch, len(self.events))


class MemoryJournal:
    """Implements `turnero.engine.ports.Journal`. What was written can be looked at in its attributes."""

    def __init__(self, faults: Faults | None = None) -> None:
        self.faults = faults
        self.streams: dict[ProviderId, Stream] = {}
        self.snapshots: dict[ProviderId, SnapshotRecord] = {}
        self.customers: dict[CustomerId, Customer] = {}
        self.providers: dict[ProviderId, Provider] = {}
        self.texts: dict[tuple[BookingId, TextKind], BookingText] = {}
        self.requests: dict[tuple[str, str], RequestKey] = {}
        self.messages: list[projection.Message] = []
        self.commits = 0
        self._history: list[tuple[ProviderId, Recorded]] = []
        self._sessions: dict[BookingId, str] = {}

    async def activate(self, provider_id: ProviderId, *, create: bool = False) -> Activation:
        await asyncio.sleep(0)
        if create:
            self.streams.setdefault(provider_id, Stream())
        if provider_id not in self.streams:
            raise NotFound("calendar")
        stream = self.streams[provider_id]
        stream.epoch += 1
        return Activation(epoch=stream.epoch, sequence=len(stream.events))

    async def holding(self, epochs: Mapping[ProviderId, int]) -> AbstractSet[ProviderId]:
        await asyncio.sleep(0)
        newest = {provider_id: stream.epoch for provider_id, stream in self.streams.items()}
        return {provider_id for provider_id, epoch in epochs.items() if newest.get(provider_id) == epoch}

    async def append(self, batches: Sequence[Batch]) -> Sequence[Outcome]:
        await asyncio.sleep(0)
        fault = self.faults(batches) if self.faults is not None else None
        if fault is Fault.BEFORE_WRITING:
            raise JournalFailed("injected before writing")
        if fault is Fault.STOLEN:
            for provider_id in {batch.provider_id for batch in batches} & self.streams.keys():
                self.streams[provider_id].epoch += 1
        written = self._commit(list(batches))
        if fault is Fault.AFTER_WRITING:
            raise JournalFailed("injected after writing")
        return [Outcome.COMMITTED if done else Outcome.NOT_WRITTEN for done in written]

    async def head(self, provider_id: ProviderId) -> int | None:
        await asyncio.sleep(0)
        stream = self.streams.get(provider_id)
        return None if stream is None else len(stream.events)

    async def heads(self, provider_ids: Collection[ProviderId]) -> Mapping[ProviderId, int]:
        await asyncio.sleep(0)
        return {p: len(self.streams[p].events) for p in provider_ids if p in self.streams}

    async def read(self, provider_id: ProviderId, *, after: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        await asyncio.sleep(0)
        stream = self.streams.get(provider_id, Stream())
        return stream.events[after:][:limit]

    async def history(self, booking_id: BookingId) -> Sequence[tuple[ProviderId, Recorded]]:
        await asyncio.sleep(0)
        return [(p, recorded) for p, recorded in self._history if ev.booking_of(recorded.event) == booking_id]

    async def snapshot(self, provider_id: ProviderId) -> SnapshotRecord | None:
        await asyncio.sleep(0)
        return self.snapshots.get(provider_id)

    async def keep_snapshot(self, record: SnapshotRecord) -> None:
        await asyncio.sleep(0)
        kept = self.snapshots.get(record.provider_id)
        if kept is None or kept.sequence <= record.sequence:
            self.snapshots[record.provider_id] = record

    async def due(self, *, until: datetime, limit: int) -> Sequence[ProviderId]:
        await asyncio.sleep(0)
        waiting = [(s.next_deadline, p) for p, s in self.streams.items() if s.next_deadline is not None]
        return [provider_id for at, provider_id in sorted(waiting) if at <= until][:limit]

    async def next_due(self) -> datetime | None:
        await asyncio.sleep(0)
        return min((s.next_deadline for s in self.streams.values() if s.next_deadline is not None), default=None)

    def _commit(self, batches: list[Batch]) -> list[bool]:
        """Write what may be written, all at once or, when a constraint says no, group by group."""
        may = admitted(batches, {provider_id: stream.head for provider_id, stream in self.streams.items()})
        try:
            self._write([batch for batch, allowed in zip(batches, may, strict=True) if allowed])
        except Refused:
            groups = independent(batches)
        else:
            return may
        written = [False] * len(batches)
        for group in groups if len(groups) > 1 else ():
            for index, done in zip(group, self._commit([batches[i] for i in group]), strict=True):
                written[index] = done
        return written

    def _write(self, batches: list[Batch]) -> None:
        changes = list(projection.occupancy_changes(batches, self._sessions))
        self._check(batches, changes)
        for batch in batches:
            stream = self.streams[batch.provider_id]
            stream.events.extend(batch.events)
            stream.next_deadline = batch.after.next_deadline()
            self._history.extend((batch.provider_id, recorded) for recorded in batch.events)
            self._attach(batch)
        for change in changes:
            self.streams[change.provider_id].occupancies = self._occupancies_after(change)
        for booking_id, (_, booking) in projection.final_bookings(batches).items():
            if booking.session_id is not None:
                self._sessions[booking_id] = booking.session_id
            else:
                self._sessions.pop(booking_id, None)
        self._send(projection.messages(batches))
        self.commits += 1

    def _send(self, new: projection.Messages) -> None:
        replanned = {(m.batch.provider_id, m.planned.day) for m in new.agendas}

        def kept(message: projection.Message) -> projection.Message | None:
            if message.status is not MessageStatus.PLANNED:
                return message
            about, kind = message.planned.booking_id, message.planned.kind
            if about in new.void or (about in new.void_reminders and kind is MessageKind.REMINDER):
                return message._replace(status=MessageStatus.CANCELLED)
            again = message.planned.day is not None and (message.batch.provider_id, message.planned.day) in replanned
            return None if again else message

        still = [m for m in map(kept, self.messages) if m is not None]
        self.messages = [*still, *new.planned, *new.agendas]

    def _check(self, batches: list[Batch], changes: list[projection.OccupancyChange]) -> None:
        keys = [(a.scope, a.key) for batch in batches for a in batch.attachments if isinstance(a, RequestKey)]
        if len(set(keys)) != len(keys) or not self.requests.keys().isdisjoint(keys):
            raise Refused("requests")
        for change in changes:
            rows = sorted(self._occupancies_after(change).values(), key=lambda row: row.starts_s)
            if any(a.ends_s > b.starts_s for a, b in pairwise(rows)):
                raise Refused("ex_occupancies_overlap")

    def _occupancies_after(self, change: projection.OccupancyChange) -> dict[str, projection.Occupancy]:
        kept = self.streams[change.provider_id].occupancies
        rows = {ref: row for ref, row in kept.items() if ref not in change.void}
        return rows | {row.ref: row for row in change.true}

    def _attach(self, batch: Batch) -> None:
        for attachment in batch.attachments:
            match attachment:
                case Customer():
                    self.customers[attachment.id] = attachment
                case Provider():
                    self.providers[attachment.id] = attachment
                case BookingText():
                    self.texts[attachment.booking_id, attachment.kind] = attachment
                case RequestKey():
                    self.requests[attachment.scope, attachment.key] = attachment
