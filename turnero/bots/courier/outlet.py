"""One channel as the courier uses it: what waits for it in this process, and what is on its way through it.

Each channel has its own, with its own bounds: one that hangs fills up, and nobody else waits for it.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from turnero.bots.courier.errand import Errand
from turnero.bots.courier.ways import Traits
from turnero.bots.ports import Channel, DeliveryFailed, OutcomeUnknown
from turnero.engine.domain.errors import Unavailable
from turnero.engine.ports.outbox import Address, Attempt
from turnero.engine.ports.timing import Urgency

log = structlog.get_logger(__name__)

# What waits here has been claimed, and others cannot send it: enough to keep a channel busy for some seconds.
WAITING_MAX = 200

# However slow a channel is, what it has no room for is looked at again by then: it may be better.
PUT_OFF_MAX_S = 300.0

# A new measurement counts this much in the mean of how long a hand-over takes.
_MEAN_WEIGHT = 0.1


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """A channel, and how it is used.

    `deduplicates` says that it takes a repeat of an `Outgoing.id` for what it is. `at_once` is how many messages it may
    have in hand, `timeout_s` how long with one: after that nobody knows what became of it.
    """

    channel: Channel
    traits: Traits
    deduplicates: bool = False
    at_once: int = 32
    timeout_s: float = 20.0


# Notes that attempts begin; returns under which id each that may goes on.
Begin = Callable[[Sequence[Attempt]], Awaitable[Mapping[int, int]]]


class Counter:
    """Hands errands to one channel: the most urgent first, one at a time to each address, `at_once` in all.

    `done` hears what came of each that was begun, `turned_away` of those that may not begin now.
    """

    def __init__(
        self,
        outlet: Outlet,
        *,
        begin: Begin,
        done: Callable[[Errand, str | None | DeliveryFailed], None],
        turned_away: Callable[[Errand], Awaitable[None]],
        has_room: Callable[[], None],
    ) -> None:
        self.outlet = outlet
        self._begin = begin
        self._done = done
        self._turned_away = turned_away
        self._has_room = has_room
        self._waiting: list[tuple[Urgency, datetime, int, Errand]] = []
        self._busy: set[Address] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._beginning = 0
        self._changed = asyncio.Event()
        self._mean_s = 0.0
        self._put_off_s = 0.0

    @property
    def room(self) -> int:
        return WAITING_MAX - len(self._waiting)

    @property
    def quiet(self) -> bool:
        return not (self._waiting or self._sending or self._beginning)

    def put(self, errand: Errand) -> None:
        """Let an errand wait for its turn."""
        heapq.heappush(self._waiting, (errand.claimed.urgency, errand.claimed.due_at, errand.row.id, errand))
        self._changed.set()

    def put_off(self) -> timedelta:
        """Return how much later something should come again that there is no room for: about when its turn will be.

        One after the other: a thousand that came back at once would find no room once more.
        """
        now = asyncio.get_running_loop().time()
        each = max(self._mean_s, 0.001) / self.outlet.at_once
        self._put_off_s = min(max(self._put_off_s, now + each * WAITING_MAX) + each, now + PUT_OFF_MAX_S)
        return timedelta(seconds=self._put_off_s - now)

    def recorded(self, errand: Errand) -> None:
        """Let the next one go to the same address: what came of this one is known to everybody."""
        self._busy.discard(errand.way.to)
        self._changed.set()

    async def run(self) -> None:
        """Send until cancelled. What is on its way then stays so."""
        while True:
            batch = self._next()
            if not batch:
                self._changed.clear()
                await self._changed.wait()
                continue
            self._beginning = len(batch)
            try:
                await self._begin_and_send(batch)
            finally:
                self._beginning = 0

    async def end(self, *, patience_s: float) -> Sequence[Errand]:
        """Let what is on its way arrive, for a while; return what has not been begun."""
        if self._sending:
            await asyncio.wait(self._sending, timeout=patience_s)
        for task in list(self._sending):
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
        left = [errand for *_, errand in self._waiting]
        self._waiting.clear()
        return left

    def _next(self) -> list[Errand]:
        """Take as many as there are hands free, for addresses that nothing is on its way to."""
        batch: list[Errand] = []
        behind = []
        while self._waiting and len(batch) + len(self._sending) < self.outlet.at_once:
            one = heapq.heappop(self._waiting)
            to = one[-1].way.to
            if to in self._busy:
                behind.append(one)
            else:
                self._busy.add(to)
                batch.append(one[-1])
        for one in behind:
            heapq.heappush(self._waiting, one)
        return batch

    async def _begin_and_send(self, batch: Sequence[Errand]) -> None:
        begun: Mapping[int, int] = {}
        try:
            begun = await self._begin([errand.attempt for errand in batch])
        except Unavailable as away:
            # Nobody knows whether it is noted, but nothing was handed over. Whoever claims it next finds out.
            log.warning("attempts_not_begun", channel=self.outlet.channel.name, count=len(batch), code=away.code)
        except Exception:
            log.exception("attempts_not_begun", channel=self.outlet.channel.name, count=len(batch))
        for errand in batch:
            if errand.row.id in begun:
                task = asyncio.create_task(self._send(errand.begun(begun[errand.row.id])))
                self._sending.add(task)
                task.add_done_callback(self._sent)
            else:
                self._busy.discard(errand.way.to)
                await self._turned_away(errand)
        if self.room >= WAITING_MAX // 2:
            self._has_room()

    async def _send(self, errand: Errand) -> None:
        loop = asyncio.get_running_loop()
        begun_at = loop.time()
        outcome: str | None | DeliveryFailed
        try:
            async with asyncio.timeout(self.outlet.timeout_s):
                outcome = await self.outlet.channel.send(errand.outgoing)
        except DeliveryFailed as error:
            outcome = error
        except TimeoutError:
            outcome = OutcomeUnknown("timeout")
        except Exception as bug:
            # A bug of the channel's: it may have handed the message over before.
            log.exception("channel_broke", channel=self.outlet.channel.name, message_id=errand.row.id)
            outcome = OutcomeUnknown(type(bug).__name__)
        finally:
            self._mean_s += (loop.time() - begun_at - self._mean_s) * _MEAN_WEIGHT
        self._done(errand, outcome)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._changed.set()
