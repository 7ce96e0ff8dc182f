"""One-use tickets: within this process, and through Redis between processes."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable

import structlog

from turnero.persistence.redis_channel import OUTAGES, client

log = structlog.get_logger(__name__)

# 192 random bits: nobody guesses one in the minute that it lives.
TICKET_BYTES = 24

# Tickets live for seconds and are taken by the page that asked for them. So many at once is somebody hoarding; then the
# oldest go first.
TICKETS_MAX = 100_000

_PREFIX = "turnero:ticket:"


class LocalTickets:
    """Implements `turnero.engine.ports.Tickets` within this process."""

    def __init__(self, *, tickets_max: int = TICKETS_MAX) -> None:
        self._tickets: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._tickets_max = tickets_max

    async def issue(self, content: str, *, ttl_s: int) -> str:
        now = asyncio.get_running_loop().time()
        self._forget(now)
        ticket = secrets.token_urlsafe(TICKET_BYTES)
        self._tickets[ticket] = (content, now + ttl_s)
        return ticket

    async def take(self, ticket: str) -> str | None:
        content, good_until = self._tickets.pop(ticket, (None, 0.0))
        return content if asyncio.get_running_loop().time() < good_until else None

    async def close(self) -> None:
        """Forget all tickets."""
        self._tickets.clear()

    def _forget(self, now: float) -> None:
        """Forget what has run out, oldest first, and whatever is too much."""
        while self._tickets:
            ticket, (_, good_until) = next(iter(self._tickets.items()))
            if now < good_until and len(self._tickets) < self._tickets_max:
                return
            del self._tickets[ticket]


class RedisTickets:
    """Implements `turnero.engine.ports.Tickets` between processes, in Redis.

    In an outage a ticket is kept in this process: a page that comes back here gets in, one that comes to another
    process asks for a new ticket. `on_outage` is called for every attempt that failed.
    """

    def __init__(self, url: str, *, on_outage: Callable[[], None] = lambda: None) -> None:
        self._redis = client(url)
        self._here = LocalTickets()
        self._on_outage = on_outage

    async def issue(self, content: str, *, ttl_s: int) -> str:
        ticket = secrets.token_urlsafe(TICKET_BYTES)
        try:
            await self._redis.set(_PREFIX + ticket, content, ex=ttl_s)
        except OUTAGES as error:
            self._outage(error)
            # Another one: nobody knows whether Redis has the first, and no ticket may be in two places.
            return await self._here.issue(content, ttl_s=ttl_s)
        return ticket

    async def take(self, ticket: str) -> str | None:
        content = await self._here.take(ticket)
        if content is not None:
            return content
        try:
            raw = await self._redis.getdel(_PREFIX + ticket)
        except OUTAGES as error:
            self._outage(error)
            return None
        return raw.decode() if isinstance(raw, bytes) else None

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    def _outage(self, error: Exception) -> None:
        log.warning("redis_unreachable", channel="tickets", error=type(error).__name__)
        self._on_outage()
