"""Where actors run: a small shared pool of threads, or, for simulations, one thread and a seeded order."""

from __future__ import annotations

import queue
import random
import threading
from collections.abc import Callable
from typing import Protocol

from turnero.engine.runtime.limits import DISPATCHER_THREADS

Work = Callable[[], None]


class Dispatcher(Protocol):
    """Runs pieces of work, each soon and once. It never runs one actor's work twice at a time: actors see to that."""

    def schedule(self, work: Work) -> None:
        """Take `work` to be run. Callable from any thread; never blocks, never runs it right here."""
        ...

    def stop(self) -> None:
        """Run what is scheduled already, then take no more."""
        ...


class PooledDispatcher:
    """A few threads that take work in turn. 100,000 actors share them; an idle actor costs none."""

    def __init__(self, threads: int = DISPATCHER_THREADS) -> None:
        self._ready: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"calendars-{n}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def schedule(self, work: Work) -> None:
        self._ready.put(work)

    def stop(self) -> None:
        for _ in self._threads:
            self._ready.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (work := self._ready.get()) is not None:
            work()


class SeededDispatcher:
    """Runs ready work in an order drawn from a seed, on the caller's own thread: the same seed, the same run."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable, not secret
        self._ready: list[Work] = []

    def schedule(self, work: Work) -> None:
        self._ready.append(work)

    def run_one(self) -> bool:
        """Run one piece of ready work; tell whether there was one."""
        if not self._ready:
            return False
        self._ready.pop(self._random.randrange(len(self._ready)))()
        return True

    def stop(self) -> None:
        while self.run_one():
            pass
