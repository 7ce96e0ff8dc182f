"""The stream: from commit to socket, what an idle connection costs, and everybody coming back at once.

Prints one line of JSON. The server runs here, as in production, but for a note of when each event was committed; the
clients are a process of their own. Two cores: what the clients need for reading is part of what is measured.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch
from urllib.parse import urlsplit

import msgspec
import structlog

from benchmarks.furnish import ADMIN, ALWAYS, SHORT, Shop, hire, midnight, open_shop
from benchmarks.idle import resident_bytes
from turnero import app
from turnero.config import Settings
from turnero.demo.clock import DemoClock
from turnero.engine.domain.booking import Role
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Batch, Outcome
from turnero.engine.runtime.requests import CustomerRef, NewBooking
from turnero.engine.runtime.service import BookingService
from turnero.persistence.journal import SqlJournal
from turnero.persistence.migrate import migrate

SECRET = "what-signs-the-tokens-of-this-measurement-and-nothing-else"  # noqa: S105  as it says
# Events are this far apart, so that each is measured by itself.
PAUSE_S = 0.1
PAUSE_PER_SUBSCRIBER_S = 0.00006
PAUSE_AFTER_LEAVING_S = 15

T = TypeVar("T")

# When each event was committed, by its number; of the one calendar that is measured.
committed_at: dict[int, float] = {}


class WatchedJournal(SqlJournal):
    """The real journal, which also notes when an append was durable."""

    async def append(self, batches: Sequence[Batch]) -> Sequence[Outcome]:
        outcomes = await super().append(batches)
        now = time.perf_counter()
        committed_at.update({event.sequence: now for batch in batches for event in batch.events})
        return outcomes


class Clients:
    """The process that the clients are in."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def do(self, order: str, **how: object) -> None:
        """Have something done."""
        await self.ask(type(None), order, **how)

    async def ask(self, expected: type[T], order: str, **how: object) -> T:
        """Have something done, and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode({"do": order, **how}) + b"\n")
        answer = await self._process.stdout.readline()
        assert answer, "the clients have died"
        return msgspec.json.decode(answer, type=expected)


@asynccontextmanager
async def clients_of(base: str, token: str, provider_id: ProviderId) -> AsyncIterator[Clients]:
    address = urlsplit(base)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.stream_clients", stdin=PIPE, stdout=PIPE, limit=1 << 28
    )
    clients = Clients(process)
    await clients.do("begin", host=address.hostname, port=address.port, token=token, provider_id=provider_id)
    yield clients
    process.terminate()
    await process.wait()


class Measurement:
    """One calendar, whose events are watched."""

    def __init__(self, service: BookingService, clients: Clients, shop: Shop, provider_id: ProviderId) -> None:
        self._service = service
        self._clients = clients
        self._shop = shop
        self._provider_id = provider_id
        self._next_start = midnight(datetime.now(UTC)) + timedelta(days=1)

    async def latency(self, subscribers: int, events: int) -> dict[str, float]:
        """Return how long it takes from an event's commit until its subscribers have it."""
        await self._clients.do("connect", clients=subscribers, subscribe=True)
        await self._book()  # the first after so many connections meets cold caches
        committed_at.clear()
        pause_s = PAUSE_S + subscribers * PAUSE_PER_SUBSCRIBER_S
        for _ in range(events):
            await asyncio.sleep(pause_s)
            await self._book()
        pushes = await self._clients.ask(list[tuple[int, float]], "pushes", number=subscribers * (events + 1))
        times = sorted(1_000 * (at - committed_at[number]) for number, at in pushes if number in committed_at)
        assert len(times) == subscribers * events, f"{len(times)} pushes, and not {subscribers * events}"
        await self._clients.do("leave")
        return {"subscribers": subscribers, "events": events, **percentiles(times)}

    async def idle(self, connections: int) -> dict[str, float]:
        """Return what an idle, authenticated connection costs, in bytes."""
        await self._clients.do("connect", clients=200, subscribe=False)
        await self._clients.do("leave")
        await asyncio.sleep(1)
        gc.collect()
        before = resident_bytes()
        await self._clients.do("connect", clients=connections, subscribe=False)
        gc.collect()
        after = resident_bytes()
        await self._clients.do("leave")
        return {"connections": connections, "bytesEach": round((after - before) / connections)}

    async def reconnects(self, times: int) -> dict[str, float]:
        """Return how long clients take that come back, say who they are, sync, and leave."""
        # Until the server has seen off those who were here before, who would be measured as well.
        await asyncio.sleep(PAUSE_AFTER_LEAVING_S)
        since = max(committed_at) - 10
        began = time.perf_counter()
        took = await self._clients.ask(list[float], "reconnect", times=times, since=since)
        lasted = time.perf_counter() - began
        return {
            "reconnects": times,
            "perMinute": round(60 * times / lasted),
            **percentiles(sorted(1_000 * each for each in took)),
        }

    async def _book(self) -> None:
        new = NewBooking(
            service_id=self._shop.short,
            provider_id=self._provider_id,
            start=self._next_start,
            customer=CustomerRef(id=self._shop.customer_id),
        )
        self._next_start += SHORT
        await self._service.book(ADMIN, new)


def percentiles(ordered: Sequence[float]) -> dict[str, float]:
    def at(percent: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))], 2)

    return {"p50Ms": at(50), "p99Ms": at(99), "maxMs": at(100)}


class Scale(NamedTuple):
    """How much to measure."""

    subscribers: Sequence[int]
    events: int
    idle: int
    reconnects: int


FULL = Scale(subscribers=(1, 1_000, 10_000), events=40, idle=10_000, reconnects=30_000)
QUICK = Scale(subscribers=(1, 1_000), events=10, idle=1_000, reconnects=1_000)


async def measure(scale: Scale) -> object:
    """Run everything on a database of its own."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="turnero-bench-"))
        stack.enter_context(patch.object(app, "SqlJournal", WatchedJournal))
        settings = Settings(secret=SECRET, database_url=f"sqlite:///{folder}/turnero.db", port=0)
        migrate(settings.database_url)
        clock = DemoClock(app.SystemClock(), start=datetime.now(UTC))
        service = await stack.enter_async_context(app.engine(settings, clock=clock))
        base = await stack.enter_async_context(app.listening(settings, service))
        shop = await open_shop(service, clock)
        provider_id = await hire(service, shop, "Watched", ALWAYS)
        token = app.token(settings, role=Role.CUSTOMER, sub="x", business=None, ttl=timedelta(hours=1))
        clients = await stack.enter_async_context(clients_of(base, token, provider_id))
        measurement = Measurement(service, clients, shop, provider_id)
        return {
            # First, while no memory lies about that was needed before and can be used again.
            "idle": await measurement.idle(scale.idle),
            "latency": [await measurement.latency(number, scale.events) for number in scale.subscribers],
            "reconnects": await measurement.reconnects(scale.reconnects),
        }


def described(found: Mapping[str, Any]) -> list[str]:
    """Return what was measured as people read it."""
    idle, back = found["idle"], found["reconnects"]
    return [
        *(
            f"commit to socket, {m['subscribers']:,} subscribers: p50 {m['p50Ms']:.1f} ms, p99 {m['p99Ms']:.1f} ms"
            for m in found["latency"]
        ),
        f"idle stream, {idle['connections']:,} connected: {idle['bytesEach'] / 1024:.1f} KiB each",
        (
            f"{back['reconnects']:,} reconnects with sync: {back['perMinute']:,} a minute, "
            f"p50 {back['p50Ms']:.1f} ms, p99 {back['p99Ms']:.1f} ms"
        ),
    ]


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    print(msgspec.json.encode(app.run(measure(QUICK if sys.argv[1:] == ["--quick"] else FULL))).decode())
