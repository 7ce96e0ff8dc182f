"""The durable truth: gap-free, fenced event streams, and what is committed together with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import Enum
from typing import Protocol

import msgspec

from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.messages import Planned
from turnero.engine.domain.value import BookingId, ProviderId, Value
from turnero.engine.ports.records import Attachment


class Activation(Value):
    """The right to append to one calendar, until somebody takes a higher epoch. `sequence` is its last event."""

    epoch: int
    sequence: int


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one decision makes true, to be committed together (rule 13).

    `events` may be empty only when `attachments` are not. `before` is the calendar's sequence without the events,
    `after` its state with them; projections (bookings, wake-up time) are written from `after`. `messages` are the
    outbox's new plans; cancelled before them is what is still planned for the bookings in `unsend`, and the reminders
    of those in `unsend_reminders`. Batches of the same `joint` are written all or none.
    """

    provider_id: ProviderId
    epoch: int
    before: int
    events: tuple[Recorded, ...]
    after: Calendar
    attachments: tuple[Attachment, ...] = ()
    messages: tuple[Planned, ...] = ()
    unsend: tuple[BookingId, ...] = ()
    unsend_reminders: tuple[BookingId, ...] = ()
    joint: str | None = None


class Outcome(Enum):
    """What became of a batch. There is no third: a journal that does not know raises `JournalFailed`."""

    COMMITTED = "committed"
    # Fenced off by a newer epoch, or refused by a constraint. Nothing of it was written; decide again on fresh state.
    NOT_WRITTEN = "not_written"


class JournalFailed(Exception):
    """A commit failed, and nobody can say whether it took effect (rule 11 of the style: unknown, not failed)."""


class SnapshotRecord(Value):
    """An encoded `Calendar` after `sequence` events. `format` changes when old snapshots must not be read."""

    provider_id: ProviderId
    sequence: int
    format: int
    body: bytes


class Journal(Protocol):
    """The durable, gap-free, fenced event streams of all calendars, one stream per provider."""

    async def activate(self, provider_id: ProviderId, *, create: bool = False) -> Activation:
        """Take a new epoch for a calendar: every batch under an older one is refused from now on.

        With `create`, a calendar that does not exist begins, empty.

        Raises:
            NotFound: there is no such calendar, and `create` is false.
        """
        ...

    async def holding(self, epochs: Mapping[ProviderId, int]) -> AbstractSet[ProviderId]:
        """Return those calendars of which the given epoch is still the newest: nobody else has appended since."""
        ...

    async def append(self, batches: Sequence[Batch]) -> Sequence[Outcome]:
        """Commit `batches` durably in one transaction, and say what became of each, in order.

        Several batches of one calendar are applied in the given order; when one is not written, neither are the
        later ones of that calendar.

        Raises:
            JournalFailed: the transaction broke; whether it took effect is unknown. Nothing is ever half done.
        """
        ...

    async def head(self, provider_id: ProviderId) -> int | None:
        """Return the number of the calendar's last event, or None where there is no such calendar."""
        ...

    async def heads(self, provider_ids: Collection[ProviderId]) -> Mapping[ProviderId, int]:
        """Return the same for several calendars at once; those that do not exist are left out."""
        ...

    async def read(self, provider_id: ProviderId, *, after: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        """Return the events numbered above `after`, in order, at most `limit`."""
        ...

    async def history(self, booking_id: BookingId) -> Sequence[tuple[ProviderId, Recorded]]:
        """Return every event about a booking, across the calendars that it was in, oldest first."""
        ...

    async def snapshot(self, provider_id: ProviderId) -> SnapshotRecord | None:
        """Return the newest snapshot of a calendar, if there is one."""
        ...

    async def keep_snapshot(self, record: SnapshotRecord) -> None:
        """Keep a snapshot; an older one of the same calendar is replaced, a newer one stays."""
        ...

    async def due(self, *, until: datetime, limit: int) -> Sequence[ProviderId]:
        """Return calendars whose `next_deadline` is at or before `until`, the longest overdue first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return the earliest `next_deadline` of all calendars, if any has one."""
        ...
