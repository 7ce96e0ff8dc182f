"""How processes hear of each other's commits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from turnero.engine.domain.value import ProviderId, Value


class Notice(Value):
    """The news that a calendar has grown to `sequence`; whoever wants to know more reads the journal."""

    provider_id: ProviderId
    sequence: int


class Broadcast(Protocol):
    """Carries notices of committed events to every process. It may lose some: the journal is the truth."""

    async def publish(self, notices: Sequence[Notice]) -> None:
        """Hand notices on. Never raises for an outage: it is counted, and readers fall back to the journal."""
        ...

    def notices(self) -> AsyncIterator[Notice]:
        """Yield notices from now on, those of this process included."""
        ...
