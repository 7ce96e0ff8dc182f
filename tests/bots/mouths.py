"""A person's side of each channel: how tests talk through it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tests.bots.stage import Heard, Stage
from turnero.bots.conversation.inbound import Inbound
from turnero.bots.conversation.reply import Reply
from turnero.bots.ports import Incoming
from turnero.engine.ports.chats import ChatPerson

LINES_MAX = 1_000
JUAN = ChatPerson("direct", "juan")


class Direct:
    """Somebody who talks to the driver itself."""

    def __init__(self, stage: Stage, *, who: ChatPerson = JUAN) -> None:
        self._stage = stage
        self._who = who
        self._last: Incoming | None = None
        self._count = 0

    @property
    def who(self) -> ChatPerson:
        return self._who

    async def do(self, inbound: Inbound) -> None:
        self._count += 1
        self._last = Incoming(
            channel=self._who.channel,
            person=self._who.person,
            message_id=f"{self._who.person}-{self._count}",
            at=self._stage.clock.at,
            inbound=inbound,
        )
        await self._stage.world.driver.receive(self._last)

    async def repeat(self) -> None:
        assert self._last is not None
        await self._stage.world.driver.receive(self._last)

    async def seen(self) -> Sequence[Heard]:
        lines = await self._stage.world.chats.transcript(*self._who, limit=LINES_MAX)
        replies = [msgspec.json.decode(line.body, type=Reply) for line in lines if line.ours]
        return [Heard(reply.text, reply.choices) for reply in replies]
