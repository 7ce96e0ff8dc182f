"""The two ends of a channel under test: what it hears goes into a list, and its webhooks are served on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urlsplit

from aiohttp import web

from turnero.bots.conversation.notices import Notice
from turnero.bots.conversation.reply import Reply
from turnero.bots.ports import Conversing, Incoming, Outgoing, Receive, Report
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.value import BookingId

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PUBLIC_URL = "https://turnos.example"


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Ears:
    """What a channel hands on, and to whom `then`. `deaf` makes the store be away for so many messages."""

    heard: list[Incoming] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)
    marks: list[tuple[str, str, bool | None]] = field(default_factory=list)
    deaf: int = 0
    then: Receive | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, incoming: Incoming) -> None:
        if self.deaf:
            self.deaf -= 1
            raise Unavailable("database_away", "The database is away.", retry_after_s=1)
        if self.then is not None:
            await self.then(incoming)
        self.heard.append(incoming)
        async with self._news:
            self._news.notify_all()

    async def report(self, report: Report) -> None:
        self.reports.append(report)

    async def mark(self, channel: str, person: str, *, blocked: bool | None = None) -> None:
        self.marks.append((channel, person, blocked))

    async def until(self, number: int) -> None:
        """Wait until so many messages have been heard."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.heard) >= number)


@asynccontextmanager
async def served(channel: Conversing) -> AsyncIterator[str]:
    """Serve the webhooks of `channel` on loopback, and yield the address."""
    app = web.Application()
    app.router.add_routes(channel.routes())
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    try:
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


async def status_of(door: str, path: bytes, headers: bytes, body: bytes) -> int:
    """Post what no client would write, and return the status of the answer."""
    address = urlsplit(door)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = b"POST %b HTTP/1.1\r\nHost: here\r\nConnection: close\r\nContent-Length: %d\r\n%b\r\n\r\n"
    writer.write(head % (path, len(body), headers) + body)
    line = await reader.readline()
    writer.close()
    return int(line.split()[1])


_numbers = count(1)

WINDOW = timedelta(hours=24)


def outgoing(
    address: object,
    reply: Reply | str,
    *,
    replaces: str | None = None,
    opens: datetime | None = None,
    notice: Notice | None = None,
) -> Outgoing:
    """Return a message on its way. `opens` is when the person was heard of last, where there is a window."""
    return Outgoing(
        id=f"msg_{next(_numbers)}",
        address=str(address),
        reply=Reply(text=reply) if isinstance(reply, str) else reply,
        replaces=replaces,
        open_until=None if opens is None else opens + WINDOW,
        notice=notice,
    )


def notice(
    kind: MessageKind = MessageKind.BOOKED, *, recipient: Recipient = Recipient.CUSTOMER, locale: str = "es-AR"
) -> Notice:
    """Return news of Ana's haircut tomorrow at ten."""
    start = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    return Notice(
        kind=kind,
        recipient=recipient,
        locale=locale,
        time_zone="America/Argentina/Buenos_Aires",
        now=NOW,
        start=start,
        end=start + timedelta(minutes=30),
        business="Barbería El Turno",
        provider="Martín",
        service="Corte de pelo",
        customer="Ana",
        booking_id=BookingId("bkg_1"),
    )
