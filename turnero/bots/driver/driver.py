"""Takes in what people say and sees to it that each message is answered: once, in order, one at a time for each person.

A message is durable before its channel is told that we have it. Whoever said it is then served by a task of their own,
which answers what they said from the oldest on, and is gone when there is nothing left. Two processes may serve one
person at once: an answer counts only if the message is still unanswered and the conversation has not moved on, and
whoever comes second looks again. What a process leaves behind when it dies is found by the next one that looks around.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from turnero.bots.driver.answering import Answering, Seat
from turnero.bots.driver.links import Links
from turnero.bots.driver.talk import Overtaken
from turnero.bots.driver.wire import item_of
from turnero.bots.ports import Incoming
from turnero.engine.domain.errors import Unavailable
from turnero.engine.ports import Clock
from turnero.engine.ports.chats import ChatItem, ChatPerson, Chats
from turnero.engine.runtime.service import BookingService

log = structlog.get_logger(__name__)

# A message takes a few milliseconds, mostly of the event loop; more at once would only make all of them late.
PEOPLE_AT_ONCE = 16
# A bug answers the same way each time, but a race may not.
ATTEMPTS = 3
# While the database is away: a second, two, four ... Then the person is left to whoever looks around.
PAUSES_S = (0.25, 1.0, 2.0, 4.0, 8.0)
# What another process has taken in is left to it for this long.
GRACE = timedelta(seconds=30)
LOOK_EVERY_S = 15.0
FOUND_AT_ONCE = 1_000
# What was said is personal, and of no use once it is answered; a month lets a page show the last visit's conversation,
# and is far longer than any channel repeats a message for.
SAID_KEPT_FOR = timedelta(days=30)
FORGET_EVERY_S = 3_600.0


class Driver:
    """Joins channels, conversations and the engine. `wake` is called when there is something to be sent."""

    def __init__(
        self,
        service: BookingService,
        chats: Chats,
        clock: Clock,
        *,
        wake: Callable[[], None],
        links: Links | None = None,
        seat: Seat | None = None,
    ) -> None:
        self._chats = chats
        self._clock = clock
        self._wake = wake
        self._answering = Answering(service, chats, clock, links=links, seat=seat)
        self._serving: dict[ChatPerson, asyncio.Task[None]] = {}
        self._heard: set[ChatPerson] = set()
        self._room = asyncio.Semaphore(PEOPLE_AT_ONCE)

    async def receive(self, incoming: Incoming) -> None:
        """Take a message in; return once it is durable. It is answered soon. A repeat of it changes nothing.

        Raises:
            Unavailable: it could not be kept, and has to be sent again.
        """
        item = await self._chats.take_in(item_of(incoming, at=self._clock.now()))
        if item is not None:
            self._serve(item.who)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer messages while the context lasts, those first that were left over."""
        looking = asyncio.create_task(self._look_around())
        try:
            yield
        finally:
            tasks = [looking, *self._serving.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def answered(self, who: ChatPerson) -> None:
        """Return once this process has nothing left to answer to a person."""
        while (task := self._serving.get(who)) is not None:
            await asyncio.wait([task])

    # --- Serving ------------------------------------------------------------------------------------------------------

    def _serve(self, who: ChatPerson) -> None:
        self._heard.add(who)
        if who not in self._serving:
            self._serving[who] = asyncio.create_task(self._serve_and_go(who))

    async def _serve_and_go(self, who: ChatPerson) -> None:
        try:
            await self._serve_all(who)
        finally:
            # In the same step as the last look: whoever is heard from now on gets a task of their own.
            del self._serving[who]

    async def _serve_all(self, who: ChatPerson) -> None:
        pauses = iter(PAUSES_S)
        while who in self._heard:
            self._heard.discard(who)
            try:
                async with self._room:
                    while (item := await self._chats.next_of(who)) is not None:
                        await self._answer(item)
                        pauses = iter(PAUSES_S)
            except Unavailable as away:
                pause_s = next(pauses, None)
                if pause_s is None:
                    log.warning("chat_left_waiting", channel=who.channel, code=away.code)
                    return
                self._heard.add(who)
                await asyncio.sleep(pause_s)

    async def _answer(self, item: ChatItem) -> None:
        """Answer one message, or return because somebody else has."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                turn = await self._answering.turn(item)
            except Unavailable:
                raise
            except Overtaken:
                return
            except Exception as bug:  # noqa: BLE001  whatever it is, what they say next must not wait behind it forever
                _log_bug(item, bug, attempt)
                if attempt < ATTEMPTS:
                    continue
                turn = self._answering.apology(item)
            if await self._chats.finish(turn):
                self._wake()
            return

    # --- What is left over --------------------------------------------------------------------------------------------

    async def _look_around(self) -> None:
        grace = timedelta(0)
        forgotten_at = float("-inf")
        while True:
            try:
                found = await self._chats.waiting(since=self._clock.now() - grace, limit=FOUND_AT_ONCE)
                for who in found:
                    if who not in self._serving:
                        self._serve(who)
                grace = GRACE
                now_s = asyncio.get_running_loop().time()
                if now_s - forgotten_at >= FORGET_EVERY_S:
                    await self._chats.forget(before=self._clock.now() - SAID_KEPT_FOR)
                    forgotten_at = now_s
            except Unavailable as away:
                log.warning("chat_cannot_look_around", code=away.code)
            await asyncio.sleep(LOOK_EVERY_S)


def _log_bug(item: ChatItem, bug: BaseException, attempt: int) -> None:
    """Say what broke and where. Not the exception's own words: they may quote what somebody said."""
    frames = traceback.extract_tb(bug.__traceback__)
    where = [f"{frame.filename.rpartition('turnero/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
    log.error(
        "chat_answer_failed",
        channel=item.channel,
        item=item.number,
        attempt=attempt,
        error=type(bug).__name__,
        where=where,
    )
