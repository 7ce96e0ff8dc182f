"""The published views: the last committed state of each calendar, from which everything is read.

A view is an immutable `Calendar`, so reading never queues behind writing (rule 6). Commits of this process put their
calendars here; what other processes commit is caught up with from the journal, by applying the events with the same
`evolve`.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import msgspec
import structlog

from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.evolve import evolve
from turnero.engine.domain.snapshot import FORMAT, decode_snapshot, encode_snapshot
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Journal, SnapshotRecord
from turnero.engine.runtime.limits import (
    REPLAY_CHUNK,
    SNAPSHOT_INLINE_BYTES,
    SNAPSHOT_TAIL_MIN,
    SNAPSHOT_TAIL_SHARE,
    VIEW_FRESH_FOR_S,
    VIEWS_MAX,
)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _View:
    calendar: Calendar
    checked_at: float
    snapshot_sequence: int


class Views:
    """Calendars as committed, kept while they are used. To be touched on the event loop only."""

    def __init__(self, journal: Journal, *, views_max: int = VIEWS_MAX, fresh_for_s: float = VIEW_FRESH_FOR_S) -> None:
        self._journal = journal
        self._views: OrderedDict[ProviderId, _View] = OrderedDict()
        self._loading: dict[ProviderId, asyncio.Task[Calendar]] = {}
        self._snapshotting: set[ProviderId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._views_max = views_max
        self._fresh_for_s = fresh_for_s

    @cached_property
    def _time(self) -> Callable[[], float]:
        # Looked up once: finding the running loop takes longer than asking it for the time.
        return asyncio.get_running_loop().time

    def publish(self, calendar: Calendar) -> None:
        """Take over what was just committed."""
        view = self._views.get(calendar.provider_id)
        now = self._time()
        if view is None:
            self._keep(_View(calendar, now, 0))
        elif calendar.sequence > view.calendar.sequence:
            view.calendar, view.checked_at = calendar, now
            self._maybe_snapshot(view)

    def stale(self, provider_id: ProviderId, sequence: int) -> None:
        """Note that a calendar has grown to `sequence` elsewhere: the next reader looks at the journal."""
        view = self._views.get(provider_id)
        if view is not None and view.calendar.sequence < sequence:
            view.checked_at = float("-inf")

    async def read(self, provider_id: ProviderId) -> Calendar:
        """Return a calendar as committed, at most `VIEW_FRESH_FOR_S` behind other processes, never behind this one.

        Raises:
            NotFound: there is no such provider.
        """
        calendar = self.fresh(provider_id)
        return calendar if calendar is not None else await self.refresh(provider_id)

    def fresh(self, provider_id: ProviderId) -> Calendar | None:
        """Return a calendar if what is known of it is fresh enough to be read, without asking anybody."""
        view = self._views.get(provider_id)
        if view is None or self._time() - view.checked_at >= self._fresh_for_s:
            return None
        self._views.move_to_end(provider_id)
        return view.calendar

    async def refresh(self, provider_id: ProviderId) -> Calendar:
        """Return a calendar as the journal has it now. Raises: NotFound: there is no such provider."""
        task = self._loading.get(provider_id)
        if task is None:
            task = asyncio.create_task(self._refresh(provider_id))
            self._loading[provider_id] = task
            task.add_done_callback(lambda _: self._loading.pop(provider_id, None))
        return await asyncio.shield(task)

    async def _refresh(self, provider_id: ProviderId) -> Calendar:
        checked_at = self._time()
        head = await self._journal.head(provider_id)
        if not head:
            raise NotFound("provider", "provider_not_found")
        calendar = await self.catch_up(provider_id, to=head)
        self._views[provider_id].checked_at = checked_at
        return calendar

    async def catch_up(self, provider_id: ProviderId, *, to: int) -> Calendar:
        """Return a calendar with at least its first `to` events, from view, snapshot and journal."""
        view = self._views.get(provider_id)
        if view is not None and view.calendar.sequence >= to:
            return view.calendar
        calendar = view.calendar if view is not None else empty(provider_id)
        snapshot_sequence = view.snapshot_sequence if view is not None else 0
        if view is None and to > 0:
            calendar = await self._from_snapshot(provider_id)
            snapshot_sequence = calendar.sequence
        while calendar.sequence < to:
            events = await self._journal.read(provider_id, after=calendar.sequence, limit=REPLAY_CHUNK)
            assert events, f"the journal of {provider_id} ends before event {to}"
            for recorded in events:
                calendar = evolve(calendar, recorded)
            await asyncio.sleep(0)
        current = self._views.get(provider_id)
        if current is None or current.calendar.sequence < calendar.sequence:
            kept = _View(calendar, float("-inf"), snapshot_sequence)
            self._keep(kept)
            self._maybe_snapshot(kept)
            return calendar
        return current.calendar

    async def _from_snapshot(self, provider_id: ProviderId) -> Calendar:
        record = await self._journal.snapshot(provider_id)
        if record is None or record.format != FORMAT:
            return empty(provider_id)
        try:
            if len(record.body) <= SNAPSHOT_INLINE_BYTES:
                return decode_snapshot(record.body)
            return await asyncio.to_thread(decode_snapshot, record.body)
        except msgspec.MsgspecError:
            log.warning("snapshot_unreadable", provider_id=provider_id, sequence=record.sequence)
            return empty(provider_id)

    def _keep(self, view: _View) -> None:
        self._views[view.calendar.provider_id] = view
        self._views.move_to_end(view.calendar.provider_id)
        while len(self._views) > self._views_max:
            self._views.popitem(last=False)

    def _maybe_snapshot(self, view: _View) -> None:
        tail = view.calendar.sequence - view.snapshot_sequence
        if tail >= max(SNAPSHOT_TAIL_MIN, view.calendar.sequence * SNAPSHOT_TAIL_SHARE):
            self.snapshot_soon(view.calendar.provider_id)

    def snapshot_soon(self, provider_id: ProviderId, *, tail_min: int = 1) -> None:
        """Write a snapshot of a calendar in the background, if at least `tail_min` events have come since the last."""
        view = self._views.get(provider_id)
        if view is None or provider_id in self._snapshotting:
            return
        if view.calendar.sequence - view.snapshot_sequence < tail_min:
            return
        self._snapshotting.add(provider_id)
        task = asyncio.create_task(self._snapshot(view))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _snapshot(self, view: _View) -> None:
        calendar = view.calendar
        try:
            body = await asyncio.to_thread(encode_snapshot, calendar)
            record = SnapshotRecord(
                provider_id=calendar.provider_id, sequence=calendar.sequence, format=FORMAT, body=body
            )
            await self._journal.keep_snapshot(record)
            view.snapshot_sequence = calendar.sequence
        except Exception:
            log.warning("snapshot_failed", provider_id=calendar.provider_id, exc_info=True)
        finally:
            self._snapshotting.discard(calendar.provider_id)

    async def settle(self) -> None:
        """Wait for snapshots that are being written."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
