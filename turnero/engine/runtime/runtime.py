"""The runtime: every calendar of this process, from the first ask to the last commit.

It joins dispatcher, directory, committer, views and timekeeper, and offers two verbs: `ask` a calendar something, and
`read` a calendar. `BookingService` is written in terms of these.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Role
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.limits import KEYS_REMEMBERED_FOR
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Attachment, Batch, Broadcast, Catalogue, Clock, Journal, Notice
from turnero.engine.runtime.bridge import Bridge
from turnero.engine.runtime.committer import Committer, outcome_unknown
from turnero.engine.runtime.directory import Directory
from turnero.engine.runtime.dispatcher import Dispatcher
from turnero.engine.runtime.feed import Feed
from turnero.engine.runtime.limits import (
    ASK_ATTEMPTS,
    ASK_TIMEOUT_S,
    REQUEST_KEYS_FORGOTTEN_EVERY_S,
    RETRY_PAUSE_S,
    SWEEP_EVERY_S,
)
from turnero.engine.runtime.staging import Answer, Ask, DecideAgain, Joint, Staged
from turnero.engine.runtime.timekeeper import Timekeeper
from turnero.engine.runtime.views import Views

log = structlog.get_logger(__name__)


class Watcher(Protocol):
    """Somebody who acts on what is committed here."""

    def committed(self, batches: Sequence[Batch]) -> None:
        """Hear of what has just become durable, before any caller does."""
        ...

    async def settled(self, answer: Answer) -> None:
        """Return once what `answer` calls for is done: the person who asked is told only then."""
        ...


class Runtime:
    """Runs calendars between `start` and `stop`, on the event loop on which it was started."""

    def __init__(
        self,
        *,
        journal: Journal,
        catalogue: Catalogue,
        broadcast: Broadcast,
        clock: Clock,
        dispatcher: Dispatcher,
        seed: int | None = None,
    ) -> None:
        self.clock = clock
        self.journal = journal
        self._catalogue = catalogue
        self._broadcast = broadcast
        self._dispatcher = dispatcher
        # Only spreads retries over time; a seed makes simulations repeatable.
        self._random = random.Random(seed)  # noqa: S311  not secret
        self.views = Views(journal)
        self.feed = Feed(journal, self.views)
        self._bridge: Bridge[Staged] = Bridge(asyncio.get_running_loop())
        self.directory = Directory(journal, self.views, clock=clock, stage=self._bridge, dispatcher=dispatcher)
        self.committer = Committer(journal, self._bridge, on_committed=self._committed, on_ended=self.directory.end)
        self.timekeeper = Timekeeper(journal, clock=clock, wake=self._wake)
        self._notices: asyncio.Queue[list[Notice]] = asyncio.Queue()
        self._watchers: list[Watcher] = []
        self._asking = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._stopping = False
        self._committing: asyncio.Task[None] | None = None
        self._background: list[asyncio.Task[None]] = []

    def watch(self, watcher: Watcher) -> None:
        """Tell `watcher` of everything that this process commits from now on."""
        self._watchers.append(watcher)

    @property
    def stopping(self) -> bool:
        return self._stopping

    def start(self) -> None:
        """Begin to commit, to meet deadlines and to listen to other processes."""
        self._committing = asyncio.create_task(self.committer.run(), name="committer")
        self._background = [
            asyncio.create_task(self.timekeeper.run(), name="timekeeper"),
            asyncio.create_task(self._sweep(), name="sweeper"),
            asyncio.create_task(self._publish(), name="publisher"),
            asyncio.create_task(self._listen(), name="listener"),
            asyncio.create_task(self.feed.run(), name="feed"),
            asyncio.create_task(self._forget(), name="forgetter"),
        ]

    async def stop(self, *, patience_s: float = ASK_TIMEOUT_S) -> None:
        """Refuse new asks, let those in flight finish, then end actors and committer. The journal is its owner's."""
        self._stopping = True
        try:
            async with asyncio.timeout(patience_s):
                await self._quiet.wait()
        except TimeoutError:
            log.warning("stopped_with_asks_in_flight", count=self._asking)
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        self.directory.drop_all()
        # The dispatcher's threads may still be deciding; whatever they leave behind is committed before the end.
        await asyncio.to_thread(self._dispatcher.stop)
        if self._committing is not None:
            self.committer.stop()
            await self._committing
        await self.feed.close()
        await self.views.settle()

    # --- Asking ---------------------------------------------------------------------------------------------------

    async def ask(
        self,
        provider_id: ProviderId,
        request: cmd.Request,
        *,
        attachments: Sequence[Attachment] = (),
        create: bool = False,
        attempts: int = ASK_ATTEMPTS,
    ) -> Answer:
        """Have a calendar decide `request`; return when its answer is durable.

        Raises:
            TurneroError: the refusal; `NotFound`, if there is no such calendar.
            Unavailable: `outcome_unknown`, `calendar_busy` or `shutting_down`; safe to repeat under the same key.
        """
        for attempt in range(attempts):
            if attempt:
                await asyncio.sleep(self._random.uniform(0, RETRY_PAUSE_S * 2**attempt))
            try:
                answer = await self._ask_once(provider_id, request, tuple(attachments), create=create)
            except DecideAgain as again:
                log.debug("deciding_again", provider_id=provider_id, attempt=attempt, why=str(again))
                continue
            await self._settle(request, answer)
            return answer
        raise Unavailable("calendar_busy", "Another process is busy with this calendar. Try again shortly.")

    async def ask_both(
        self,
        first: tuple[ProviderId, cmd.Request],
        second: tuple[ProviderId, cmd.Request],
        *,
        joint_id: str,
    ) -> tuple[Answer, Answer]:
        """Have two calendars decide, and commit both decisions in one transaction, or neither.

        Raises:
            TurneroError: one of them refused; nothing was written.
            DecideAgain: nothing was written; look at the present state and try again.
        """
        joint = Joint(joint_id)
        parts = [
            asyncio.create_task(self._ask_once(provider_id, request, (), joint=joint))
            for provider_id, request in (first, second)
        ]
        results = await asyncio.gather(*parts, return_exceptions=True)
        again: DecideAgain | None = None
        for result in results:
            if isinstance(result, DecideAgain):
                again = result
            elif isinstance(result, BaseException):
                raise result
        if again is not None:
            raise again
        moved_out, moved_in = (result for result in results if isinstance(result, Answer))
        await self._settle(first[1], moved_out)
        return moved_out, moved_in

    async def _settle(self, request: cmd.Request, answer: Answer) -> None:
        # What Turnero asks of itself is never held up: a watcher that asks would wait for itself.
        if answer.first and request.actor.role is not Role.SYSTEM:
            for watcher in self._watchers:
                await watcher.settled(answer)

    async def _ask_once(
        self,
        provider_id: ProviderId,
        request: cmd.Request,
        attachments: tuple[Attachment, ...],
        *,
        create: bool = False,
        joint: Joint | None = None,
    ) -> Answer:
        if self._stopping:
            raise Unavailable("shutting_down", "This server is shutting down. Try again in a moment.", retry_after_s=2)
        self._asking += 1
        self._quiet.clear()
        arrived = False
        try:
            lease = await self.directory.lease(provider_id, create=create)
            reply: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
            if not self.directory.tell(lease, Ask(request, reply, attachments, joint)):
                raise DecideAgain("the lease had ended")
            arrived = True
            async with asyncio.timeout(ASK_TIMEOUT_S):
                return await reply
        except TimeoutError:
            arrived = False
            raise outcome_unknown() from None
        finally:
            if joint is not None and not arrived:
                self.committer.break_joint(joint)
            self._asking -= 1
            if self._asking == 0:
                self._quiet.set()

    async def read(self, provider_id: ProviderId) -> Calendar:
        """Return a calendar as committed. Raises: NotFound: there is no such provider."""
        return await self.views.read(provider_id)

    # --- In the background ----------------------------------------------------------------------------------------

    def _committed(self, batches: Sequence[Batch]) -> None:
        newest: dict[ProviderId, Calendar] = {batch.provider_id: batch.after for batch in batches}
        for calendar in newest.values():
            self.views.publish(calendar)
            self.timekeeper.committed(calendar)
        self.feed.committed(batches)
        for watcher in self._watchers:
            watcher.committed(batches)
        self._notices.put_nowait([Notice(provider_id=p, sequence=c.sequence) for p, c in newest.items()])

    async def _wake(self, provider_id: ProviderId) -> None:
        await self.ask(provider_id, cmd.Request(command=cmd.MeetDeadlines(), actor=SYSTEM))

    async def _publish(self) -> None:
        while True:
            notices = await self._notices.get()
            await self._broadcast.publish(notices)

    async def _listen(self) -> None:
        async for notice in self._broadcast.notices():
            self.views.stale(notice.provider_id, notice.sequence)
            self.feed.noticed(notice.provider_id, notice.sequence)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_EVERY_S)
            self.directory.drop_idle()

    async def _forget(self) -> None:
        while True:
            try:
                before = self.clock.now() - KEYS_REMEMBERED_FOR - timedelta(hours=1)
                await self._catalogue.forget_requests(before=before)
            except Exception:
                log.warning("forgetting_failed", exc_info=True)
            await asyncio.sleep(REQUEST_KEYS_FORGOTTEN_EVERY_S)
