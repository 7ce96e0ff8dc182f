"""One-use tickets within this process; `redis_tickets` has those that are good at several."""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict

# 192 random bits: nobody guesses one in the minute that it lives.
TICKET_BYTES = 24

# Tickets live for seconds and are taken by the page that asked for them. So many at once is somebody hoarding; then the
# oldest go first.
TICKETS_MAX = 100_000


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
