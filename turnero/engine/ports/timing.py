"""When whose turn is: a queue of what is to be sent, shared by all couriers of a node or of many."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple, Protocol


class Urgency(IntEnum):
    """Who goes first when more is due than can be sent: the smaller the number, the sooner."""

    REPLY = 0  # somebody is looking at their screen
    OFFER = 1  # a slot is held for minutes
    NEWS = 2  # what has just happened to a booking
    REMINDER = 3
    LATER = 4  # nothing is lost if it comes an hour later


class Timer(NamedTuple):
    """A row of the outbox, by its id, and when its turn is."""

    id: int
    due_at: datetime
    urgency: Urgency


class QueueLost(Exception):
    """The queue holds nothing that can be relied on: it is new, or has lost everything. It has to be filled."""


class TimingQueue(Protocol):
    """Hands out what is due, each thing to one taker at a time.

    A hint, never the truth: that is the outbox. What the queue loses is found there again; what it hands out twice is
    sent once, because the outbox lets only one attempt begin.
    """

    async def add(self, timers: Sequence[Timer]) -> None:
        """Keep `timers`, but for those whose id is in the queue already, waiting or claimed."""
        ...

    async def push(self, timers: Sequence[Timer]) -> None:
        """Keep `timers` as they are now, whatever the queue has had of them; a claim of one of them is over."""
        ...

    async def claim(self, *, now: datetime, limit: int, lease: timedelta) -> Sequence[Timer]:
        """Take what is due by `now`: the most urgent first, of these what has been due longest.

        A claim that is neither dropped nor pushed within `lease` is over: what was claimed is due again.

        Raises:
            QueueLost: nobody has filled the queue since it was new, or lost everything.
        """
        ...

    async def drop(self, ids: Collection[int]) -> None:
        """Forget what was claimed: it is dealt with."""
        ...

    async def size(self) -> int:
        """Return how many wait, claimed ones left out."""
        ...

    async def begin_filling(self) -> str:
        """Begin to fill a queue that was lost; return what `filled` is to be called with."""
        ...

    async def filled(self, filling: str) -> bool:
        """Let claims succeed, for everything is in. False, if the queue was lost once more since the filling began."""
        ...
