"""Writes down what came of messages: in one transaction whatever has come in since the last one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports.outbox import Outbox, Result
from turnero.engine.ports.timing import Timer, TimingQueue

log = structlog.get_logger(__name__)

# One statement takes them all; more than this and it begins to hold up bookings that want to be written.
RESULTS_MAX = 500

# An outage of the database. Until it is over nothing more can be begun either.
RETRY_S = 0.5


class Entry(NamedTuple):
    """What came of one message that the queue handed out as `claimed`. `written` is called once it is durable."""

    result: Result
    claimed: Timer
    written: Callable[[], None]


class Ledger:
    """Takes entries at once, and writes them in the background. `run` it in one task."""

    def __init__(self, outbox: Outbox, queue: TimingQueue, *, on_written: Callable[[], None]) -> None:
        self._outbox = outbox
        self._queue = queue
        self._on_written = on_written
        self._waiting: list[Entry] = []
        self._writing = False
        self._came = asyncio.Event()
        self._ending = False

    @property
    def quiet(self) -> bool:
        return not self._waiting and not self._writing

    def write(self, entry: Entry) -> None:
        """Have an entry written soon."""
        self._waiting.append(entry)
        self._came.set()

    def end(self) -> None:
        """Let `run` return once everything that waits is written, or one attempt to write it has failed."""
        self._ending = True
        self._came.set()

    async def run(self) -> None:
        """Write until `end`. An outage is waited out."""
        while not (self._ending and self.quiet):
            await self._came.wait()
            self._came.clear()
            while self._waiting:
                if not await self._write_some():
                    if self._ending:
                        return
                    await asyncio.sleep(RETRY_S)

    async def _write_some(self) -> bool:
        entries, self._waiting = self._waiting[:RESULTS_MAX], self._waiting[RESULTS_MAX:]
        self._writing = True
        try:
            behind = await self._outbox.record([entry.result for entry in entries])
            await self._tell_queue(entries, behind)
        except Unavailable as away:
            # It may have been recorded: twice is harmless, the second finds nothing that is still as it was.
            log.warning("results_wait", count=len(entries), code=away.code)
            self._waiting = entries + self._waiting
            return False
        except Exception:
            # A bug. These stay in hand, and are dealt with as what nobody knows about; the others must go on.
            log.exception("results_not_recorded", count=len(entries))
        finally:
            self._writing = False
        for entry in entries:
            entry.written()
        self._on_written()
        return True

    async def _tell_queue(self, entries: Sequence[Entry], behind: Sequence[Timer]) -> None:
        again = [_again(entry) for entry in entries if entry.result.status is MessageStatus.PLANNED]
        await self._queue.drop([entry.claimed.id for entry in entries])
        await self._queue.push([*again, *behind])


def _again(entry: Entry) -> Timer:
    assert entry.result.next_at is not None, "what is planned again has its time"
    return Timer(entry.result.id, entry.result.next_at, entry.claimed.urgency)
