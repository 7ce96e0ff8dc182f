"""One-use tickets between processes, in Redis."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import structlog

from turnero.persistence.redis_channel import OUTAGES, client
from turnero.persistence.tickets import TICKET_BYTES, LocalTickets

log = structlog.get_logger(__name__)

_PREFIX = "turnero:ticket:"


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
