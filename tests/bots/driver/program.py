"""A running program as far as conversations go: the engine and the driver, and somebody who talks to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from tests.bots.stage import SECRET, ZONE
from tests.engine.runtime.shop import CountedIds, Engine, running
from tests.engine.runtime.simulation import ManualClock
from turnero.bots.conversation.inbound import Inbound, Said
from turnero.bots.conversation.reply import Reply
from turnero.bots.driver.driver import Driver
from turnero.bots.driver.links import Links
from turnero.bots.ports import Incoming, Profile
from turnero.demo.furnish import SampleShop
from turnero.engine.ports import BookingFilter, BookingRecord
from turnero.engine.ports.chats import ChatPerson, ChatRow
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database

NOW = datetime(2026, 5, 6, 11, 0, tzinfo=ZONE).astimezone(UTC)
TEN_TOMORROW = datetime(2026, 5, 7, 10, 0, tzinfo=ZONE).astimezone(UTC)
LINKS = Links(SECRET)
JUAN = ChatPerson("telegram", "juan")

NOBODY_KNOWS_THEM = Profile()
LINES_MAX = 1_000


@dataclass
class Program:
    """See the module. `woken` is set when there is something for the courier to send."""

    engine: Engine
    chats: SqlChats
    driver: Driver
    woken: asyncio.Event

    async def hear(
        self, what: str | Inbound, who: ChatPerson = JUAN, *, message_id: str, profile: Profile = NOBODY_KNOWS_THEM
    ) -> None:
        """Take a message in, as a channel hands it over."""
        inbound = Said(text=what) if isinstance(what, str) else what
        incoming = Incoming(
            channel=who.channel, person=who.person, message_id=message_id, at=NOW, inbound=inbound, profile=profile
        )
        await self.driver.receive(incoming)

    async def say(
        self, *things: str | Inbound, who: ChatPerson = JUAN, profile: Profile = NOBODY_KNOWS_THEM
    ) -> Sequence[Reply]:
        """Say things one after the other; return what was said to the last of them."""
        before = 0
        for thing in things:
            before = len(await self.replies(who))
            number = len(await self.chats.transcript(*who, limit=LINES_MAX))
            await self.hear(thing, who, message_id=f"{who.person}-{number}", profile=profile)
            await self.driver.answered(who)
        return (await self.replies(who))[before:]

    async def replies(self, who: ChatPerson = JUAN) -> Sequence[Reply]:
        lines = await self.chats.transcript(*who, limit=LINES_MAX)
        return [msgspec.json.decode(line.body, type=Reply) for line in lines if line.ours]

    async def row(self, who: ChatPerson = JUAN) -> ChatRow:
        found = await self.chats.current(*who)
        assert found is not None
        return found

    async def bookings(self, shop: SampleShop) -> Sequence[BookingRecord]:
        where = BookingFilter(business_id=shop.business_id)
        return (await self.engine.service.bookings(shop.owner(), where, limit=200, cursor=None)).items


@asynccontextmanager
async def a_program(
    url: str, clock: ManualClock, *, run: int = 1, chats: Callable[[Database], SqlChats] = SqlChats
) -> AsyncIterator[Program]:
    """Run a program; several at a time on one database are several processes."""
    async with running(url, clock, ids=CountedIds(f"r{run}x")) as engine:
        woken = asyncio.Event()
        store = chats(engine.database)
        driver = Driver(engine.service, store, clock, wake=woken.set, links=LINKS)
        async with driver.running():
            yield Program(engine, store, driver, woken)
