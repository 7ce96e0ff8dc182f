"""A person's side of each channel: how tests talk through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.bots.stage import Heard
from tests.standins.mouth import Mouth as Channel
from turnero.bots.conversation.inbound import Inbound
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.bots.ports import Incoming, Receive, ReportBack
from turnero.engine.ports import Clock
from turnero.engine.ports.chats import ChatPerson


class Direct:
    """Somebody on a channel that is no more than a name."""

    def __init__(self, who: ChatPerson, clock: Clock) -> None:
        self._who = who
        self._clock = clock
        self._channel = Channel(name=who.channel)
        self._receive: Receive | None = None
        self._last: Incoming | None = None
        self._count = 0

    @property
    def who(self) -> ChatPerson:
        return self._who

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Outlet]:
        yield Outlet(channel=self._channel, traits=Traits(frozenset({FoundBy.CONVERSATION})))

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:  # noqa: ARG002  a name reports nothing
        self._receive = receive
        yield

    async def do(self, inbound: Inbound) -> None:
        self._count += 1
        self._last = Incoming(
            channel=self._who.channel,
            person=self._who.person,
            message_id=f"{self._who.person}-{self._count}",
            at=self._clock.now(),
            inbound=inbound,
        )
        await self.repeat()

    async def repeat(self) -> None:
        assert self._receive is not None
        assert self._last is not None
        await self._receive(self._last)

    def seen(self) -> Sequence[Heard]:
        replies = [outgoing.reply for outgoing in self._channel.said if outgoing.address == self._who.person]
        return [Heard(reply.text, reply.choices) for reply in replies]
