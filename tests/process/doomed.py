"""A program that is killed at the worst moment: what was asked for is done, and nobody has been told.

    python -m tests.process.doomed NUMBER LINE...

Juan says the lines at a terminal; the process dies when the answer numbered NUMBER is to be written down.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import datetime

from tests.process.node import SECRET
from turnero import app
from turnero.bots.conversation.inbound import Said
from turnero.bots.driver.driver import Driver
from turnero.bots.ports import Incoming
from turnero.config import settings_from
from turnero.demo.clock import DemoClock
from turnero.demo.furnish import furnish
from turnero.engine.ports.chats import ChatPerson, ChatTurn
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database, open_database

NOW = "2026-05-06T11:00:00-03:00"
JUAN = ChatPerson("terminal", "juan")


class Mortal(SqlChats):
    """A store whose process is killed when it is to finish its turn numbered `dies_at`."""

    def __init__(self, database: Database, dies_at: int) -> None:
        super().__init__(database)
        self._left = dies_at

    async def finish(self, turn: ChatTurn) -> bool:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().finish(turn)


async def main(dies_at: int, lines: list[str]) -> None:
    """Say the lines, until the power is cut."""
    settings = settings_from({"TURNERO_SECRET": SECRET} | os.environ)
    clock = DemoClock(app.SystemClock(), start=datetime.fromisoformat(NOW))
    await app.migrate(settings)
    async with app.node(settings, clock=clock) as node:
        await furnish(node.service)
        chats = Mortal(open_database(settings.database_url), dies_at)
        driver = Driver(node.service, chats, clock, wake=lambda: None)
        async with driver.running():
            for number, line in enumerate(lines):
                said = Said(text=line)
                await driver.receive(
                    Incoming(
                        channel=JUAN.channel,
                        person=JUAN.person,
                        message_id=str(number),
                        at=clock.now(),
                        inbound=said,
                    )
                )
                await driver.answered(JUAN)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2:]))
