"""The way from actor threads back to the event loop: one queue, one wake-up for however much waits in it.

`await` on a pykka future would block the loop, and a `call_soon_threadsafe` per answer costs three times as much as
one per burst.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Bridge(Generic[T]):
    """Carries items from any thread to the loop's, in order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._items: deque[T] = deque()
        self._arrived = asyncio.Event()
        self._woken = False

    def send(self, item: T) -> None:
        """Hand `item` over. Callable from any thread; never blocks."""
        self._items.append(item)
        # Two threads may both see False here and wake the loop twice: harmless. None can see True wrongly, because
        # the loop clears the flag before it empties the queue.
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._arrived.set)

    async def wait(self) -> None:
        """Return when something is waiting, or `nudge` was called."""
        await self._arrived.wait()
        self._arrived.clear()

    def nudge(self) -> None:
        """Let `wait` return although nothing was sent."""
        self._arrived.set()

    def take(self) -> list[T]:
        """Return everything that waits, in the order in which it was sent. To be called on the loop."""
        self._woken = False
        taken: list[T] = []
        while self._items:
            taken.append(self._items.popleft())
        return taken
