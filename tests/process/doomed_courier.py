"""A courier that dies, as by `kill -9`, when it comes to some step; or sends everything that is due, and ends.

python -m tests.process.doomed_courier DATABASE_URL CHANNEL_URL NOW [STEP]
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import aiohttp

from turnero.bots.courier.courier import Courier
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.bots.ports import Outgoing
from turnero.engine.ports.outbox import Attempt, Letter, Result
from turnero.engine.ports.timing import Timer
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import open_database
from turnero.persistence.outbox import SqlOutbox
from turnero.persistence.timing import LocalTiming

STEPS = ("claimed", "read", "beginning", "begun", "handing over", "handed over", "recording", "recorded")

# What another had in hand is waited for this long only: whoever runs this knows that they are dead.
IN_HAND_S = 0.3


class Doom:
    """Ends the process at one of `STEPS`."""

    def __init__(self, step: str | None) -> None:
        self._step = step

    def come_to(self, step: str) -> None:
        assert step in STEPS
        if step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedOutbox(SqlOutbox):
    """The real one, with somebody waiting behind the door."""

    doom: Doom

    async def letters(self, ids: Collection[int]) -> Sequence[Letter]:
        if ids:
            self.doom.come_to("claimed")
        found = await super().letters(ids)
        if found:
            self.doom.come_to("read")
        return found

    async def begin(self, attempts: Sequence[Attempt], *, now: datetime) -> Mapping[int, int]:
        self.doom.come_to("beginning")
        begun = await super().begin(attempts, now=now)
        self.doom.come_to("begun")
        return begun

    async def record(self, results: Sequence[Result]) -> Sequence[Timer]:
        self.doom.come_to("recording")
        behind = await super().record(results)
        self.doom.come_to("recorded")
        return behind


class Posting:
    """A channel that posts each message to a server, which remembers it."""

    def __init__(self, name: str, session: aiohttp.ClientSession, url: str, doom: Doom) -> None:
        self.name = name
        self._session = session
        self._url = url
        self._doom = doom

    async def send(self, outgoing: Outgoing) -> None:
        self._doom.come_to("handing over")
        said = {"to": outgoing.address, "text": outgoing.reply.text}
        async with self._session.post(self._url, json=said) as response:
            response.raise_for_status()
        self._doom.come_to("handed over")


class StillClock:
    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        return self._at


async def main(url: str, channel_url: str, now: str, step: str | None = None) -> None:
    doom = Doom(step)
    database = open_database(url)
    outbox = DoomedOutbox(database)
    outbox.doom = doom
    async with aiohttp.ClientSession() as session:
        outlets = [
            Outlet(channel=Posting(name, session, channel_url, doom), traits=Traits(frozenset({found_by})), at_once=3)
            for name, found_by in (("telegram", FoundBy.CONVERSATION), ("sms", FoundBy.PHONE))
        ]
        courier = Courier(
            outbox,
            LocalTiming(),
            outlets,
            agendas=SqlCatalogue(database),
            marks=SqlChats(database),
            clock=StillClock(datetime.fromisoformat(now)),
            in_hand_s=0.0 if step is None else IN_HAND_S,
        )
        courier.start()
        await courier.rest()
        await courier.stop()
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
