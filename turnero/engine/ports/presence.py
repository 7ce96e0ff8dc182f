"""Who is there: which providers have somebody watching their calendar, in any process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from turnero.engine.domain.value import ProviderId


class Presence(Protocol):
    """Knows which providers are online: those with at least one connection, in whichever process.

    It is rebuilt from the connections themselves, so it is never the truth about anything else: an outage, or a process
    that is killed, makes it late for a while, and never wrong for good.
    """

    async def join(self, provider_id: ProviderId, connection_id: str) -> None:
        """Note a connection of a provider; again is the same as once. Never raises for an outage."""
        ...

    async def leave(self, provider_id: ProviderId, connection_id: str) -> None:
        """Note that a connection is gone; one that was never there is no error. Never raises for an outage."""
        ...

    async def online(self, provider_id: ProviderId) -> bool:
        """Return whether a provider has a connection. In an outage: as far as this process knows."""
        ...

    def changes(self) -> AsyncIterator[tuple[ProviderId, bool]]:
        """Yield, from now on, who comes online (true) and who is no longer (false), wherever it happened.

        Of several changes of one provider that a slow listener has not taken yet, it gets the last.
        """
        ...
