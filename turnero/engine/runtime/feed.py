"""The feed: every committed event of a calendar, pushed to whoever follows it, in order and without gaps.

Events reach it in three ways: from the commits of this process, at once; from notices of other processes, by reading
the journal; and from a slow poll, for notices that were lost. Whichever is first, a replica of the calendar takes each
event exactly once, by its number: what it has already is passed over, what does not follow it is fetched first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.evolve import evolve
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Batch, Journal
from turnero.engine.runtime.limits import FEED_CHUNK, FEED_POLL_BATCH, FEED_POLL_S
from turnero.engine.runtime.views import Views

log = structlog.get_logger(__name__)


class Step(NamedTuple):
    """One committed event of a calendar, between the calendar before and after it."""

    before: Calendar
    recorded: Recorded
    after: Calendar


Listener = Callable[[Step], None]


class Following:
    """Somebody follows a calendar: from the event after `sequence` on, until `stop`."""

    def __init__(self, replica: _Replica, listener: Listener) -> None:
        self.sequence = replica.calendar.sequence
        self._replica = replica
        self._listener = listener

    @property
    def calendar(self) -> Calendar:
        """The calendar after the last event that the listener heard, or is hearing."""
        return self._replica.calendar

    def hear(self, step: Step) -> None:
        """Hand a step to the listener; one that raises hears no more, and nobody else notices."""
        try:
            self._listener(step)
        except Exception:
            log.exception("feed_listener_failed", provider_id=step.after.provider_id, sequence=step.after.sequence)
            self.stop()

    def stop(self) -> None:
        """Hear nothing more, from now on. More than once is fine."""
        self._replica.part(self)


class _Replica:
    """One followed calendar. `known` is the highest number that anybody has spoken of."""

    def __init__(self, calendar: Calendar, on_deserted: Callable[[_Replica], None]) -> None:
        self.calendar = calendar
        self.known = calendar.sequence
        self.catching_up: asyncio.Task[None] | None = None
        self._on_deserted = on_deserted
        # A dict, because it is an ordered set.
        self._followings: dict[Following, None] = {}

    @property
    def behind(self) -> bool:
        return self.known > self.calendar.sequence

    def join(self, listener: Listener) -> Following:
        following = Following(self, listener)
        self._followings[following] = None
        return following

    def part(self, following: Following) -> None:
        if following in self._followings:
            del self._followings[following]
            if not self._followings:
                self._on_deserted(self)

    def take(self, events: Sequence[Recorded], *, end: Calendar | None = None) -> None:
        """Take those of `events` that come next, up to a gap. `end` is the calendar after them, if it is at hand."""
        for recorded in events:
            self.known = max(self.known, recorded.sequence)
            if recorded.sequence == self.calendar.sequence + 1:
                before = self.calendar
                # The very value that the views hold, not an equal one: a followed calendar costs no second copy.
                ready = end is not None and end.sequence == recorded.sequence
                self.calendar = end if ready and end is not None else evolve(before, recorded)
                self._tell(Step(before, recorded, self.calendar))

    def _tell(self, step: Step) -> None:
        for following in tuple(self._followings):
            # An earlier listener of this very step may have stopped a later one.
            if following in self._followings:
                following.hear(step)


class Feed:
    """Pushes the events of followed calendars. To be touched on the event loop only; `run` it in one task."""

    def __init__(self, journal: Journal, views: Views) -> None:
        self._journal = journal
        self._views = views
        self._replicas: dict[ProviderId, _Replica] = {}
        self._inbox: list[Batch] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        """Return how many calendars are followed."""
        return len(self._replicas)

    async def follow(self, provider_id: ProviderId, listener: Listener) -> Following:
        """Call `listener` for every event of a calendar after `Following.sequence`, on the loop, once each, in order.

        Raises:
            NotFound: there is no such provider.
        """
        if provider_id not in self._replicas:
            calendar = await self._views.read(provider_id)
            if provider_id not in self._replicas:  # else somebody else was quicker
                replica = self._replicas[provider_id] = _Replica(calendar, self._drop)
                # Looked for once it is here: what was committed while it was loaded was news to nobody.
                self._catch_up_soon(provider_id, replica)
        return self._replicas[provider_id].join(listener)

    def committed(self, batches: Sequence[Batch]) -> None:
        """Take in what this process has just committed. Listeners hear of it in a moment, after those who asked."""
        followed = [batch for batch in batches if batch.provider_id in self._replicas]
        if followed and not self._inbox:
            asyncio.get_running_loop().call_soon(self._take_in)
        self._inbox += followed

    def noticed(self, provider_id: ProviderId, sequence: int) -> None:
        """Take in that a calendar has grown to `sequence`, wherever that was."""
        replica = self._replicas.get(provider_id)
        if replica is not None and sequence > replica.calendar.sequence:
            replica.known = max(replica.known, sequence)
            self._catch_up_soon(provider_id, replica)

    async def run(self) -> None:
        """Poll until cancelled. An outage of the database is waited out."""
        while True:
            await asyncio.sleep(FEED_POLL_S)
            try:
                await self.poll()
            except Exception:
                log.warning("feed_poll_failed", exc_info=True)

    async def poll(self) -> None:
        """Compare every followed calendar with the journal: some notice may have been lost."""
        followed = list(self._replicas)
        for first in range(0, len(followed), FEED_POLL_BATCH):
            heads = await self._journal.heads(followed[first : first + FEED_POLL_BATCH])
            for provider_id, sequence in heads.items():
                self.noticed(provider_id, sequence)

    async def close(self) -> None:
        """Stop catching up. Nobody hears anything any more."""
        self._replicas.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take_in(self) -> None:
        batches, self._inbox = self._inbox, []
        for batch in batches:
            replica = self._replicas.get(batch.provider_id)
            if replica is not None:
                replica.take(batch.events, end=batch.after)
                if replica.behind:
                    self._catch_up_soon(batch.provider_id, replica)

    def _catch_up_soon(self, provider_id: ProviderId, replica: _Replica) -> None:
        if replica.catching_up is None:
            task = replica.catching_up = asyncio.create_task(self._catch_up(provider_id, replica))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _catch_up(self, provider_id: ProviderId, replica: _Replica) -> None:
        """Read what is missing, piece by piece. What fails is tried again by the next notice, or by the poll."""
        try:
            while True:
                known = replica.known
                events = await self._journal.read(provider_id, after=replica.calendar.sequence, limit=FEED_CHUNK)
                replica.take(events)
                self._views.publish(replica.calendar)
                if len(events) < FEED_CHUNK and replica.known == max(known, replica.calendar.sequence):
                    # A number that the journal does not know, of which somebody spoke all the same, is not waited for.
                    replica.known = replica.calendar.sequence
                    break  # without another pause, in which news would still find this task under way
                await asyncio.sleep(0)
        except Exception:
            log.warning("feed_catch_up_failed", provider_id=provider_id, exc_info=True)
        finally:
            replica.catching_up = None

    def _drop(self, replica: _Replica) -> None:
        if self._replicas.get(replica.calendar.provider_id) is replica:
            del self._replicas[replica.calendar.provider_id]
        if replica.catching_up is not None:
            replica.catching_up.cancel()
