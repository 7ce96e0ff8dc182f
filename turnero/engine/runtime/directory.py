"""Which calendars are active in this process, and how to reach them: activation on demand, one at a time each.

To be touched on the event loop only.
"""

from __future__ import annotations

import asyncio

import pykka
import structlog

from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Clock, Journal
from turnero.engine.runtime.actor import CalendarActor, Stage
from turnero.engine.runtime.dispatcher import Dispatcher
from turnero.engine.runtime.limits import IDLE_AFTER_S, MAILBOX_MAX, SNAPSHOT_TAIL_ON_DROP
from turnero.engine.runtime.staging import Ask, End, Lease
from turnero.engine.runtime.views import Views

log = structlog.get_logger(__name__)


class Directory:
    """Finds the actor of a calendar, starting it from view, snapshot and journal if it is not there."""

    def __init__(
        self,
        journal: Journal,
        views: Views,
        *,
        clock: Clock,
        stage: Stage,
        dispatcher: Dispatcher,
        mailbox_max: int = MAILBOX_MAX,
        idle_after_s: float = IDLE_AFTER_S,
    ) -> None:
        self._journal = journal
        self._views = views
        self._clock = clock
        self._stage = stage
        self._dispatcher = dispatcher
        self._mailbox_max = mailbox_max
        self._idle_after_s = idle_after_s
        self._active: dict[ProviderId, Lease] = {}
        self._activating: dict[ProviderId, asyncio.Task[Lease]] = {}

    def __len__(self) -> int:
        return len(self._active)

    def __contains__(self, provider_id: ProviderId) -> bool:
        return provider_id in self._active

    async def lease(self, provider_id: ProviderId, *, create: bool = False) -> Lease:
        """Return the calendar's present lease, activating it if need be; callers at the same time share the work.

        Raises:
            NotFound: there is no such calendar, and `create` is false.
        """
        lease = self._active.get(provider_id)
        if lease is not None:
            return lease
        task = self._activating.get(provider_id)
        if task is None:
            task = asyncio.create_task(self._activate(provider_id, create=create))
            self._activating[provider_id] = task
            task.add_done_callback(lambda _: self._activating.pop(provider_id, None))
        return await asyncio.shield(task)

    async def _activate(self, provider_id: ProviderId, *, create: bool) -> Lease:
        activation = await self._journal.activate(provider_id, create=create)
        calendar = await self._views.catch_up(provider_id, to=activation.sequence)
        # The view may be ahead only if another process has taken a newer epoch meanwhile and appended: then this one
        # is fenced off already, and the next ask activates again.
        assert calendar.sequence >= activation.sequence
        lease = Lease(provider_id=provider_id, epoch=activation.epoch, used_at=asyncio.get_running_loop().time())
        if calendar.sequence > activation.sequence:
            lease.ended = End.OVERTAKEN
            return lease
        lease.ref = CalendarActor.launch(
            lease, calendar, activation, clock=self._clock, stage=self._stage, dispatcher=self._dispatcher
        )
        self._active[provider_id] = lease
        return lease

    def tell(self, lease: Lease, ask: Ask) -> bool:
        """Put `ask` into the calendar's mailbox; tell whether the lease still took it.

        Raises:
            Unavailable(`calendar_busy`): the mailbox is full.
        """
        if lease.ended is not None or lease.ref is None or not lease.ref.is_alive():
            return False
        if lease.waiting >= self._mailbox_max:
            raise Unavailable("calendar_busy", "This calendar has too many requests waiting. Try again shortly.")
        try:
            lease.ref.tell(ask)
        except pykka.ActorDeadError:  # it crashed on its own thread this very moment
            return False
        lease.waiting += 1
        lease.used_at = asyncio.get_running_loop().time()
        ask.reply.add_done_callback(lambda _: self._answered(lease))
        return True

    def _answered(self, lease: Lease) -> None:
        lease.waiting -= 1

    def end(self, lease: Lease) -> None:
        """Forget an ended lease and let its actor go."""
        if self._active.get(lease.provider_id) is lease:
            del self._active[lease.provider_id]
        if lease.ref is not None and lease.ref.is_alive():
            lease.ref.stop(block=False)

    def drop_idle(self) -> int:
        """Drop calendars that nobody has asked anything of lately, with a snapshot; return how many."""
        now = asyncio.get_running_loop().time()
        idle = [
            lease for lease in self._active.values() if lease.waiting == 0 and now - lease.used_at >= self._idle_after_s
        ]
        for lease in idle:
            lease.ended = End.DROPPED
            self.end(lease)
            self._views.snapshot_soon(lease.provider_id, tail_min=SNAPSHOT_TAIL_ON_DROP)
        if idle:
            log.info("calendars_dropped", count=len(idle), active=len(self._active))
        return len(idle)

    def drop_all(self) -> None:
        """Drop every calendar."""
        for lease in list(self._active.values()):
            lease.ended = End.DROPPED
            self.end(lease)
