"""A Redis publish/subscribe channel that outlives outages: what broadcast and presence between processes stand on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)

# A Redis in the same network answers in well under a millisecond; one that takes seconds is as good as gone.
REDIS_TIMEOUT_S = 2.0

# How long to wait before the next attempt to reach Redis: doubling, so that a restart is noticed at once and an
# outage of hours is not a thousand attempts a second.
BACKOFF_FIRST_S = 0.05
BACKOFF_MAX_S = 5.0

# A task that is cancelled ends within one turn of the loop; one that has not after so long was not told.
CANCEL_AGAIN_S = 0.1

OUTAGES = (RedisError, OSError)  # a TimeoutError is an OSError


class Outbound(Protocol):
    """What is to go out."""

    async def take(self) -> bytes:
        """Wait until there is something to send, and take it."""
        ...

    def put_back(self) -> None:
        """Keep what was taken last: it did not go out."""
        ...


def client(url: str) -> redis.asyncio.Redis:
    """Return a client for commands that are answered at once, or fail."""
    # Retrying is ours: the library's own would block where it happens, and be counted nowhere.
    return redis.asyncio.Redis.from_url(
        url, retry=Retry(NoBackoff(), 0), socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
    )


class RedisChannel:
    """Sends what `outbound` has, and hands what comes in to `heard`, whoever sent it, until it is closed.

    An outage is waited out. `on_listening` is called whenever messages begin to come in, the first time or again;
    `on_outage` for every attempt that failed.
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        outbound: Outbound,
        heard: Callable[[bytes], None],
        on_listening: Callable[[], None] = lambda: None,
        on_outage: Callable[[], None] = lambda: None,
    ) -> None:
        self._name = name
        self._outbound = outbound
        self._heard = heard
        self._on_listening = on_listening
        self._on_outage = on_outage
        self._subscribed = asyncio.Event()
        self._attempted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._sending = client(url)
        # Without a time-out: a listener may hear nothing for hours. The kernel's keepalive finds dead connections.
        self._receiving = redis.asyncio.Redis.from_url(
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=None,
            socket_connect_timeout=REDIS_TIMEOUT_S,
            socket_keepalive=True,
        )

    async def start(self) -> None:
        """Begin to listen and to send. Returns after the first attempt to reach Redis, successful or not."""
        self._tasks = [
            asyncio.create_task(self._persist(self._receive), name=f"redis-receive {self._name}"),
            asyncio.create_task(self._persist(self._send), name=f"redis-send {self._name}"),
        ]
        await self._attempted.wait()

    async def listening(self) -> None:
        """Return when messages come in."""
        await self._subscribed.wait()

    async def close(self, last_words: bytes | None = None) -> None:
        """Stop listening and sending; say `last_words` if Redis is there."""
        await _end(self._tasks)
        if last_words is not None:
            try:
                await self._sending.publish(self._name, last_words)
            except OUTAGES:
                self._on_outage()
        await self._sending.aclose()
        await self._receiving.aclose()

    async def _persist(self, attempt: Callable[[_Backoff], Awaitable[None]]) -> None:
        """Run `attempt`, again and again: it ends when Redis is lost."""
        backoff = _Backoff()
        while True:
            try:
                await attempt(backoff)
            except OUTAGES as error:
                log.warning(
                    "redis_unreachable", channel=self._name, error=type(error).__name__, retry_in_s=backoff.next_s
                )
                self._on_outage()
            self._attempted.set()
            await backoff.wait()

    async def _receive(self, backoff: _Backoff) -> None:
        async with self._receiving.pubsub() as subscription:
            await subscription.subscribe(self._name)
            try:
                async for message in subscription.listen():
                    if message["type"] == "subscribe":
                        backoff.reset()
                        self._subscribed.set()
                        self._attempted.set()
                        self._on_listening()
                    elif message["type"] == "message":
                        self._heard(message["data"])
            finally:
                self._subscribed.clear()

    async def _send(self, backoff: _Backoff) -> None:
        while True:
            raw = await self._outbound.take()
            try:
                await self._sending.publish(self._name, raw)
            except BaseException:
                self._outbound.put_back()
                raise
            backoff.reset()


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel `tasks` until they end: Python 3.11's `asyncio.wait_for`, which the library uses, may swallow it."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_S)


class _Backoff:
    """How long to wait before the next attempt."""

    def __init__(self) -> None:
        self.next_s = BACKOFF_FIRST_S

    def reset(self) -> None:
        self.next_s = BACKOFF_FIRST_S

    async def wait(self) -> None:
        wait_s, self.next_s = self.next_s, min(self.next_s * 2, BACKOFF_MAX_S)
        await asyncio.sleep(wait_s)
