"""Notices of committed events: within this process, and through Redis between processes.

A notice says only that a calendar has grown to some number. So of several for one calendar that a listener has not
taken yet, the highest stands for all: a slow listener costs one entry per calendar, and loses nothing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from weakref import WeakSet

import msgspec
import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Notice

log = structlog.get_logger(__name__)

CHANNEL = "turnero:notices"

# A Redis in the same network answers in well under a millisecond; one that takes seconds is as good as gone.
REDIS_TIMEOUT_S = 2.0

# How long to wait before the next attempt to reach Redis: doubling, so that a restart is noticed at once and an
# outage of hours is not a thousand attempts a second.
BACKOFF_FIRST_S = 0.05
BACKOFF_MAX_S = 5.0

_OUTAGES = (RedisError, OSError)  # a TimeoutError is an OSError


class Waiting:
    """Notices not taken yet, the highest of each calendar, in the order in which the calendars came up."""

    def __init__(self) -> None:
        self._highest: OrderedDict[ProviderId, int] = OrderedDict()
        self._arrived = asyncio.Event()

    def add(self, notices: Iterable[Notice]) -> None:
        for notice in notices:
            known = self._highest.get(notice.provider_id, 0)
            self._highest[notice.provider_id] = max(known, notice.sequence)
        if self._highest:
            self._arrived.set()

    async def take(self) -> Notice:
        """Wait for a notice, and take the first."""
        while not self._highest:
            self._arrived.clear()
            await self._arrived.wait()
        provider_id, sequence = self._highest.popitem(last=False)
        return Notice(provider_id=provider_id, sequence=sequence)

    async def take_all(self) -> list[Notice]:
        """Wait for notices, and take all there are."""
        first = await self.take()
        taken = [first] + [Notice(provider_id=p, sequence=s) for p, s in self._highest.items()]
        self._highest.clear()
        return taken


class Listener(AsyncIterator[Notice]):
    """One reader's notices, from the moment it was made. It is forgotten when nobody holds it any more."""

    def __init__(self) -> None:
        self.waiting = Waiting()

    async def __anext__(self) -> Notice:
        return await self.waiting.take()


class LocalBroadcast:
    """Implements `turnero.engine.ports.Broadcast` within this process."""

    def __init__(self) -> None:
        self._listeners: WeakSet[Listener] = WeakSet()

    async def start(self) -> None:
        """Nothing to reach: there is only this process."""

    async def publish(self, notices: Sequence[Notice]) -> None:
        self.deliver(notices)

    def deliver(self, notices: Sequence[Notice]) -> None:
        """Hand notices to the listeners of this process."""
        for listener in self._listeners:
            listener.waiting.add(notices)

    def notices(self) -> Listener:
        listener = Listener()
        self._listeners.add(listener)
        return listener

    async def close(self) -> None:
        """Forget all listeners: nothing more comes."""
        self._listeners.clear()


class _Envelope(msgspec.Struct, array_like=True, frozen=True):
    """What travels through Redis: who sent it, so that nobody hears itself twice, and (calendar, number) pairs."""

    node: str
    notices: tuple[tuple[ProviderId, int], ...]


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(_Envelope).decode


class _Backoff:
    """How long to wait before the next attempt."""

    def __init__(self) -> None:
        self.next_s = BACKOFF_FIRST_S

    def reset(self) -> None:
        self.next_s = BACKOFF_FIRST_S

    async def wait(self) -> None:
        wait_s, self.next_s = self.next_s, min(self.next_s * 2, BACKOFF_MAX_S)
        await asyncio.sleep(wait_s)


class RedisBroadcast:
    """Implements `turnero.engine.ports.Broadcast` between processes, by Redis publish/subscribe.

    This process's own listeners are served directly, so an outage of Redis cuts off only what comes from others. What
    is to go out waits, the highest number of each calendar, and is sent when Redis is back. `on_outage` is called for
    every attempt that failed.
    """

    def __init__(self, url: str, *, on_outage: Callable[[], None] = lambda: None) -> None:
        self._on_outage = on_outage
        self._node = secrets.token_hex(8)
        self._local = LocalBroadcast()
        self._outbound = Waiting()
        self._subscribed = asyncio.Event()
        self._attempted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        # Retrying is ours, below: the library's own would block where it happens, and be counted nowhere.
        retry = Retry(NoBackoff(), 0)
        self._sending = redis.asyncio.Redis.from_url(
            url, retry=retry, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
        )
        # Without a time-out: a listener may hear nothing for hours. The kernel's keepalive finds dead connections.
        self._receiving = redis.asyncio.Redis.from_url(
            url, retry=retry, socket_timeout=None, socket_connect_timeout=REDIS_TIMEOUT_S, socket_keepalive=True
        )

    async def start(self) -> None:
        """Begin to listen and to send. Returns after the first attempt to reach Redis, successful or not."""
        self._tasks = [
            asyncio.create_task(self._persist(self._receive), name="redis-receive"),
            asyncio.create_task(self._persist(self._send), name="redis-send"),
        ]
        await self._attempted.wait()

    async def listening(self) -> None:
        """Return when notices of other processes come in."""
        await self._subscribed.wait()

    async def publish(self, notices: Sequence[Notice]) -> None:
        self._local.deliver(notices)
        self._outbound.add(notices)

    def notices(self) -> Listener:
        return self._local.notices()

    async def close(self) -> None:
        """Stop listening and sending; what has not gone out is for others to find in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._local.close()
        await self._sending.aclose()
        await self._receiving.aclose()

    async def _persist(self, attempt: Callable[[_Backoff], Awaitable[None]]) -> None:
        """Run `attempt`, again and again: it ends when Redis is lost."""
        backoff = _Backoff()
        while True:
            try:
                await attempt(backoff)
            except _OUTAGES as error:
                log.warning("redis_unreachable", error=type(error).__name__, retry_in_s=backoff.next_s)
                self._on_outage()
            self._attempted.set()
            await backoff.wait()

    async def _receive(self, backoff: _Backoff) -> None:
        async with self._receiving.pubsub() as subscription:
            await subscription.subscribe(CHANNEL)
            try:
                async for message in subscription.listen():
                    if message["type"] == "subscribe":
                        backoff.reset()
                        self._subscribed.set()
                        self._attempted.set()
                    elif message["type"] == "message":
                        self._heard(message["data"])
            finally:
                self._subscribed.clear()

    def _heard(self, raw: bytes) -> None:
        try:
            envelope = _decode(raw)
        except msgspec.MsgspecError:
            log.warning("redis_notice_unreadable", bytes=len(raw))  # an older or newer node, or not ours at all
            return
        if envelope.node != self._node:
            self._local.deliver([Notice(provider_id=p, sequence=sequence) for p, sequence in envelope.notices])

    async def _send(self, backoff: _Backoff) -> None:
        while True:
            notices = await self._outbound.take_all()
            envelope = _Envelope(self._node, tuple((n.provider_id, n.sequence) for n in notices))
            try:
                await self._sending.publish(CHANNEL, _encode(envelope))
            except BaseException:
                self._outbound.add(notices)
                raise
            backoff.reset()
