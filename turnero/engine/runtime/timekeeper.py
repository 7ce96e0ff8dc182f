"""Wakes calendars when something in them runs out: holds and pending bookings, as the journal knows their deadlines.

Late is harmless, for every decision treats what is past its deadline as over; this only makes it visible in time. The
deadline of a calendar is committed with the events that cause it (rule 12), so it outlives any process: deadlines of
calendars that are active here are met by this heap at once, all others by whoever polls first after a grace.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Clock, Journal
from turnero.engine.runtime.limits import OVERDUE_BATCH, OVERDUE_GRACE_S, OVERDUE_POLL_S, TICK_S

log = structlog.get_logger(__name__)

Wake = Callable[[ProviderId], Awaitable[None]]


class Timekeeper:
    """Keeps the next deadline of each calendar committed here. `run` it in one task; `tick` does one round."""

    def __init__(self, journal: Journal, *, clock: Clock, wake: Wake) -> None:
        self._journal = journal
        self._clock = clock
        self._wake = wake
        self._heap: list[tuple[datetime, ProviderId]] = []
        self._known: dict[ProviderId, datetime] = {}
        self._polled_at: float | None = None

    def committed(self, calendar: Calendar) -> None:
        """Note the next deadline of a calendar that has just been committed."""
        due = calendar.next_deadline()
        if due is None:
            self._known.pop(calendar.provider_id, None)
        elif self._known.get(calendar.provider_id) != due:
            self._known[calendar.provider_id] = due
            heapq.heappush(self._heap, (due, calendar.provider_id))

    async def run(self) -> None:
        """Tick until cancelled. An outage of the database is waited out."""
        while True:
            try:
                await self.tick()
            except Exception:
                log.warning("timekeeper_failed", exc_info=True)
            await asyncio.sleep(TICK_S)

    async def tick(self) -> None:
        """Wake every calendar whose deadline has come."""
        now = self._clock.now()
        while self._heap and self._heap[0][0] <= now:
            due, provider_id = heapq.heappop(self._heap)
            if self._known.get(provider_id) == due:
                del self._known[provider_id]
                await self._try(provider_id)
        loop_time = asyncio.get_running_loop().time()
        if self._polled_at is None or loop_time - self._polled_at >= OVERDUE_POLL_S:
            # At the start there is no other process to leave anything to that was not there before.
            grace = timedelta(seconds=0 if self._polled_at is None else OVERDUE_GRACE_S)
            self._polled_at = loop_time
            for provider_id in await self._journal.due(until=now - grace, limit=OVERDUE_BATCH):
                await self._try(provider_id)

    async def _try(self, provider_id: ProviderId) -> None:
        try:
            await self._wake(provider_id)
        except TurneroError as refusal:
            log.info("wake_refused", provider_id=provider_id, code=refusal.code)
