"""A person's side of channels that are nobody else's: none at all, the terminal, and our own page.

Those of messengers are in `channels/mouths.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec
from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from tests.bots.stage import Heard
from tests.standins.mouth import Mouth as Channel
from turnero.bots.channels import terminal
from turnero.bots.channels.terminal import Terminal
from turnero.bots.channels.web import COOKIE, WebChat, _person
from turnero.bots.conversation.inbound import Inbound, Pressed, Said, Started
from turnero.bots.conversation.reply import Choice
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.bots.ports import Incoming, Outgoing, Receive, ReportBack
from turnero.channels import ON_A_PAGE
from turnero.engine.domain.errors import NotFound
from turnero.engine.ports import Business, Clock
from turnero.engine.ports.chats import ChatPerson
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database, open_database


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


# --- The terminal -------------------------------------------------------------------------------------------------


class AtTerminal(Direct):
    """Somebody at a terminal, who types the numbers of choices as long as they are the last thing on the screen."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(ChatPerson(terminal.NAME, "juan"), clock)
        self._printed: list[str] = []
        self._screen = Terminal("juan", self._printed.append)
        self._sent: list[Heard] = []
        self._numbered: list[Choice] = []

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Outlet]:
        # Numbers on a screen mean nothing any more once the program has begun anew.
        self._screen, self._numbered = Terminal("juan", self._printed.append), []
        yield Outlet(channel=self, traits=Traits(frozenset({FoundBy.CONVERSATION})))

    @property
    def name(self) -> str:
        return terminal.NAME

    async def send(self, outgoing: Outgoing) -> str | None:
        before = len(self._printed)
        await self._screen.send(outgoing)
        (text,) = self._printed[before:]
        for number, choice in enumerate(outgoing.reply.choices, start=len(self._numbered) + 1):
            assert f"  {number}) {choice.title}" in text
        self._numbered.extend(outgoing.reply.choices)
        self._sent.append(Heard(text.partition("\n  1) ")[0], outgoing.reply.choices))
        return None

    async def do(self, inbound: Inbound) -> None:
        numbered, self._numbered = self._numbered, []
        match inbound:
            case Pressed(token=token) if token in (tokens := [choice.token for choice in numbered]):
                typed = self._screen.heard(f"{tokens.index(token) + 1}\n")
                assert typed == inbound
                await super().do(typed)
            case Said(text=text):
                await super().do(self._screen.heard(f"{text}\n"))
            case _:
                # What scrolled away, or is no text, comes as it would on any other channel.
                self._screen.heard("")
                await super().do(inbound)

    def seen(self) -> Sequence[Heard]:
        return self._sent


# --- The page -----------------------------------------------------------------------------------------------------


class Shelf:
    """Where the page looks up the name above the conversation."""

    def __init__(self, database: Database) -> None:
        self._catalogue = SqlCatalogue(database)

    async def business(self, id_or_slug: str) -> Business:
        found = await self._catalogue.business(id_or_slug)
        if found is None:
            raise NotFound("business")
        return found


class Watched:
    """The page's channel, which has sent a message once the page shows it."""

    def __init__(self, channel: WebChat, page: OnThePage) -> None:
        self._channel = channel
        self._page = page

    @property
    def name(self) -> str:
        return self._channel.name

    async def send(self, outgoing: Outgoing) -> str | None:
        sent = await self._channel.send(outgoing)
        await self._page.shows(outgoing.reply.text)
        return sent


class OnThePage:
    """Somebody who has the page at `/chat` open, and opens it again when the server was away."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._session = ""
        self._channel: WebChat
        self._client: TestClient[web.Request, web.Application]
        self._shown: dict[int, Heard] = {}
        self._sent: Counter[str] = Counter()
        self._news = asyncio.Condition()
        self._count = 0
        self._last: dict[str, str] = {}

    @property
    def who(self) -> ChatPerson:
        return ChatPerson("web", _person(self._session))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Outlet]:
        database = open_database(self._url)
        try:
            self._channel = WebChat(SqlChats(database), Shelf(database), clock=self._clock)
            yield Outlet(channel=Watched(self._channel, self), traits=ON_A_PAGE, deduplicates=True)
        finally:
            await database.close()

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:
        app = web.Application()
        app.add_routes(self._channel.routes())
        cookies = {COOKIE: self._session} if self._session else None
        async with TestClient(TestServer(app), cookies=cookies) as client, self._channel.running(receive, report):
            self._client = client
            async with client.get("/chat") as page:
                assert page.status == 200
                self._session = self._session or page.cookies[COOKIE].value
            async with client.ws_connect("/chat/stream") as stream:
                reading = asyncio.create_task(self._read(stream))
                yield
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, stream: ClientWebSocketResponse) -> None:
        async for frame in stream:
            for line in frame.json()["lines"]:
                if line["ours"]:
                    choices = msgspec.convert(line["choices"], type=tuple[Choice, ...])
                    self._shown[line["number"]] = Heard(line["text"], choices)
            async with self._news:
                self._news.notify_all()

    async def shows(self, text: str) -> None:
        """Return once the page shows `text`, once more than before."""
        self._sent[text] += 1
        async with self._news:
            await self._news.wait_for(lambda: self._sent[text] <= sum(one.text == text for one in self.seen()))

    async def do(self, inbound: Inbound) -> None:
        self._count += 1
        match inbound:
            case Said(text=text):
                what = {"said": text}
            case Pressed(token=token, title=title):
                what = {"pressed": token, "title": title}
            case Started(payload=payload):
                what = {"started": payload or ""}
            case _:
                raise NotImplementedError(f"nobody can do {inbound} on the page")
        self._last = {"id": f"message-{self._count:04}"} | what
        await self.repeat()

    async def repeat(self) -> None:
        async with self._client.post("/chat/messages", json=self._last) as answer:
            assert answer.status == 202, await answer.text()

    def seen(self) -> Sequence[Heard]:
        return [self._shown[number] for number in sorted(self._shown)]
