"""Brings what is planned from the outbox into the timing queue: everything at first, and then whatever comes up."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from turnero.bots.courier.metrics import CourierMetrics
from turnero.engine.ports.outbox import Outbox
from turnero.engine.ports.timing import Timer, TimingQueue, Urgency

log = structlog.get_logger(__name__)

# The queue holds what is due within the hour; what is planned for next week waits where it is safe.
HORIZON = timedelta(hours=1)

# Some tens of milliseconds' worth of reading.
PAGE = 1_000

# A look takes up what has become due last: whatever this process has planned a moment ago is among it, however much is
# overdue. More at once than this is found by the sweep.
JUST_DUE_MAX = 200

# What is overdue by so much, and is waiting nowhere, was planned by a process that did not live to say so, or comes up
# faster than it can be looked at. Every so often the sweep takes a page of it, and goes on from there the next time.
OVERDUE = timedelta(seconds=2)
SWEEP_EVERY_S = 2.0


class Supply:
    """Keeps the queue supplied. What the queue knows already is passed over, so nothing of this has to be exact."""

    def __init__(self, outbox: Outbox, queue: TimingQueue, *, metrics: CourierMetrics) -> None:
        self._outbox = outbox
        self._queue = queue
        self._metrics = metrics
        self._filled_until: datetime | None = None
        self._swept: Timer | None = None
        self._sweep_at = 0.0

    async def fill(self, *, now: datetime) -> None:
        """Fill a queue that is new, or has lost everything."""
        filling = await self._queue.begin_filling()
        await self._add(until=now + HORIZON)
        if await self._queue.filled(filling):
            self._filled_until = now + HORIZON
            self._metrics.refilled.inc()
            log.info("queue_filled", waiting=await self._queue.size())

    async def look(self, *, now: datetime) -> None:
        """Take up what has come up since the last look."""
        await self._queue.add(await self._outbox.just_due(now=now, limit=JUST_DUE_MAX))
        if self._filled_until is not None and now + HORIZON / 2 > self._filled_until:
            # Between two looks the clock may have been moved by more than the horizon.
            await self._add(until=now + HORIZON, after=_at(self._filled_until))
            self._filled_until = now + HORIZON
        loop_time = asyncio.get_running_loop().time()
        if loop_time >= self._sweep_at:
            self._sweep_at = loop_time + SWEEP_EVERY_S
            page = await self._outbox.upcoming(until=now - OVERDUE, after=self._swept, limit=PAGE)
            await self._queue.add(page)
            self._swept = page[-1] if len(page) == PAGE else None
            self._metrics.waiting.set(await self._queue.size())

    async def _add(self, *, until: datetime, after: Timer | None = None) -> None:
        while page := await self._outbox.upcoming(until=until, after=after, limit=PAGE):
            await self._queue.add(page)
            after = page[-1]
            if len(page) < PAGE:
                return


def _at(moment: datetime) -> Timer:
    """Return a place in the order of turns: before everything whose turn is at `moment`."""
    return Timer(0, moment, Urgency.LATER)
