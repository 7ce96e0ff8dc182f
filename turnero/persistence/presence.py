"""Who is online within this process; `redis_presence` tells it between processes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from weakref import WeakSet

from turnero.engine.domain.value import ProviderId


class Changes(AsyncIterator[tuple[ProviderId, bool]]):
    """One listener's changes not taken yet, the last of each provider, in the order in which the providers came up."""

    def __init__(self) -> None:
        self._last: OrderedDict[ProviderId, bool] = OrderedDict()
        self._arrived = asyncio.Event()

    def add(self, provider_id: ProviderId, *, online: bool) -> None:
        self._last[provider_id] = online
        self._arrived.set()

    async def __anext__(self) -> tuple[ProviderId, bool]:
        while not self._last:
            self._arrived.clear()
            await self._arrived.wait()
        return self._last.popitem(last=False)


class Roster:
    """Where each provider is: in one or more places. It tells listeners who comes and who is gone."""

    def __init__(self) -> None:
        self._places: dict[ProviderId, set[str]] = {}
        self._listeners: WeakSet[Changes] = WeakSet()

    def __contains__(self, provider_id: ProviderId) -> bool:
        return provider_id in self._places

    def add(self, provider_id: ProviderId, place: str) -> bool:
        """Note a place; return whether the provider was nowhere before."""
        came = provider_id not in self._places
        self._places.setdefault(provider_id, set()).add(place)
        if came:
            self._tell(provider_id, online=True)
        return came

    def remove(self, provider_id: ProviderId, place: str) -> bool:
        """Forget a place; return whether the provider is nowhere now, and was somewhere before."""
        places = self._places.get(provider_id, set())
        places.discard(place)
        gone = provider_id in self._places and not places
        if gone:
            del self._places[provider_id]
            self._tell(provider_id, online=False)
        return gone

    def everyone(self) -> tuple[ProviderId, ...]:
        return tuple(self._places)

    def at(self, place: str) -> set[ProviderId]:
        return {provider_id for provider_id, places in self._places.items() if place in places}

    def changes(self) -> Changes:
        listener = Changes()
        self._listeners.add(listener)
        return listener

    def _tell(self, provider_id: ProviderId, *, online: bool) -> None:
        for listener in self._listeners:
            listener.add(provider_id, online=online)


class LocalPresence:
    """Implements `turnero.engine.ports.Presence` within this process."""

    def __init__(self) -> None:
        self._connections = Roster()

    async def start(self) -> None:
        """Nothing to reach: there is only this process."""

    async def join(self, provider_id: ProviderId, connection_id: str) -> None:
        self._connections.add(provider_id, connection_id)

    async def leave(self, provider_id: ProviderId, connection_id: str) -> None:
        self._connections.remove(provider_id, connection_id)

    async def online(self, provider_id: ProviderId) -> bool:
        return provider_id in self._connections

    def changes(self) -> Changes:
        return self._connections.changes()

    async def close(self) -> None:
        """Forget everybody."""
        self._connections = Roster()
