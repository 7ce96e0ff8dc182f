"""The timing queue within one process: a heap for each urgency."""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from turnero.engine.ports.timing import QueueLost, Timer, Urgency

_Due = tuple[datetime, int]


class LocalTiming:
    """Implements `turnero.engine.ports.timing.TimingQueue` within this process.

    Heaps cannot forget from the middle: `_waiting` and `_claimed` say what is true, and an entry of a heap that
    disagrees with them is passed over when it comes up.
    """

    def __init__(self) -> None:
        self._heaps: dict[Urgency, list[_Due]] = {urgency: [] for urgency in Urgency}
        self._waiting: dict[int, Timer] = {}
        self._claimed: dict[int, tuple[Timer, datetime]] = {}
        self._over: list[_Due] = []  # when claims are over
        self._filling: str | None = None
        self._filled = False

    async def add(self, timers: Sequence[Timer]) -> None:
        await self.push([t for t in timers if t.id not in self._waiting and t.id not in self._claimed])

    async def push(self, timers: Sequence[Timer]) -> None:
        for timer in timers:
            self._claimed.pop(timer.id, None)
            self._waiting[timer.id] = timer
            heapq.heappush(self._heaps[timer.urgency], (timer.due_at, timer.id))

    async def claim(self, *, now: datetime, limit: int, lease: timedelta) -> Sequence[Timer]:
        if not self._filled:
            raise QueueLost
        await self._return_what_is_over(now)
        claimed: list[Timer] = []
        for heap in self._heaps.values():
            while heap and heap[0][0] <= now and len(claimed) < limit:
                due_at, timer_id = heapq.heappop(heap)
                timer = self._waiting.get(timer_id)
                if timer is not None and timer.due_at == due_at:
                    del self._waiting[timer_id]
                    self._claimed[timer_id] = timer, now + lease
                    heapq.heappush(self._over, (now + lease, timer_id))
                    claimed.append(timer)
        return claimed

    async def drop(self, ids: Collection[int]) -> None:
        for timer_id in ids:
            self._claimed.pop(timer_id, None)

    async def size(self) -> int:
        return len(self._waiting)

    async def begin_filling(self) -> str:
        self._filling = secrets.token_hex(8)
        return self._filling

    async def filled(self, filling: str) -> bool:
        self._filled = self._filled or filling == self._filling
        return self._filled

    async def forget(self) -> None:
        """Lose everything, as a Redis does that is emptied."""
        for heap in (*self._heaps.values(), self._over):
            heap.clear()
        self._waiting.clear()
        self._claimed.clear()
        self._filling, self._filled = None, False

    async def _return_what_is_over(self, now: datetime) -> None:
        while self._over and self._over[0][0] <= now:
            over_at, timer_id = heapq.heappop(self._over)
            timer, until = self._claimed.get(timer_id, (None, None))
            if timer is not None and until == over_at:
                await self.push([timer])
