"""Notices of committed events within this process; `redis_broadcast` carries them between processes.

A notice says only that a calendar has grown to some number. So of several for one calendar that a listener has not
taken yet, the highest stands for all: a slow listener costs one entry per calendar, and loses nothing.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from weakref import WeakSet

from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Notice


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
