"""`turnero chat`: the conversation in a terminal, or in a pipe.

One line is one message. It is answered fully, and everything that was said in answer is printed, before the next line
is read: so the output of a pipe is a transcript. Messages of our own accord, such as reminders, are printed when their
time comes while somebody sits there.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from turnero import app
from turnero.bots.channels.terminal import NAME, Terminal
from turnero.bots.conversation.inbound import Inbound, Started
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.bots.driver.answering import Seat
from turnero.bots.ports import Incoming
from turnero.config import Settings
from turnero.demo.clock import DemoClock
from turnero.demo.furnish import furnish
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Clock
from turnero.engine.ports.chats import ChatPerson
from turnero.engine.runtime.service import BookingService

PROMPT = "vos> "

# An answer takes milliseconds. If the database is away, what was said is kept, and answered when it is back.
PATIENCE_S = 15.0

_STDIN = 0
_CHUNK_BYTES = 64 * 1024
# A line that never ends is not one: what is longer is cut into lines of this length.
LINE_BYTES_MAX = 1024 * 1024


class NoSuchPlace(Exception):
    """There is no such business, or provider. The message is one line and says what there is."""


@dataclass(frozen=True, kw_only=True)
class Guest:
    """Who sits at the terminal: their name, and with which business, or as which provider."""

    name: str
    business: str | None = None
    provider: str | None = None


async def chat(settings: Settings, guest: Guest, *, now: datetime | None) -> None:
    """Hold the conversation of standard input, until its end.

    Raises:
        CannotStart: the database cannot be used.
        NoSuchPlace: the business or the provider does not exist.
    """
    clock: Clock = app.SystemClock()
    if now is not None:
        clock = DemoClock(clock, start=now)
    await app.migrate_if_new(settings)
    async with app.node(settings, clock=clock) as node:
        if not await node.service.businesses():
            await furnish(node.service)
        seat = await _seat(node.service, guest)
        person = guest.name if guest.provider is None else f"{guest.name} {guest.provider}"
        screen = Screen(interactive=sys.stdin.isatty() and sys.stdout.isatty())
        terminal = Terminal(person, screen.say)
        outlet = Outlet(channel=terminal, traits=Traits(frozenset({FoundBy.CONVERSATION})), deduplicates=False)
        async with app.talking(settings, node, [outlet], clock=clock, seat=seat, alone=False) as talking:
            session = Session(talking, terminal, clock)
            if screen.interactive:
                await session.do(Started())
            async with _lines() as lines:
                while (line := await screen.next_line(lines)) is not None:
                    if line.strip():
                        await session.do(terminal.heard(line))


async def _seat(service: BookingService, guest: Guest) -> Seat | None:
    """Return where the guest sits; None if they are to be asked with whom they want to talk."""
    if guest.provider is not None:
        try:
            card = (await service.provider(ProviderId(guest.provider))).provider
        except NotFound:
            raise NoSuchPlace(f"there is no provider {guest.provider!r}") from None
        return Seat(card.business_id, card.id)
    if guest.business is None:
        return None
    try:
        return Seat((await service.business(guest.business)).id)
    except NotFound:
        slugs = ", ".join(one.slug for one in await service.businesses())
        raise NoSuchPlace(f"there is no business {guest.business!r}; there is: {slugs}") from None


class Session:
    """One person's messages, one after the other."""

    def __init__(self, talking: app.Talking, terminal: Terminal, clock: Clock) -> None:
        self._talking = talking
        self._who = ChatPerson(NAME, terminal.person)
        self._clock = clock

    async def do(self, inbound: Inbound) -> None:
        """Hand a message over; return once it is answered, and the answers are printed."""
        incoming = Incoming(
            channel=NAME,
            person=self._who.person,
            message_id=uuid4().hex,
            at=self._clock.now(),
            inbound=inbound,
        )
        await self._talking.driver.receive(incoming)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                await self._talking.driver.answered(self._who)
                await self._talking.courier.rest()


class Screen:
    """Standard output. With a person in front of it there is a prompt, around which messages have to be written."""

    def __init__(self, *, interactive: bool) -> None:
        self.interactive = interactive
        self._prompting = False

    def say(self, text: str) -> None:
        """Print a message, followed by an empty line."""
        if self._prompting:
            sys.stdout.write("\r\x1b[K")
        sys.stdout.write(f"{text}\n\n")
        if self._prompting:
            sys.stdout.write(PROMPT)
        sys.stdout.flush()

    async def next_line(self, lines: asyncio.Queue[str | None]) -> str | None:
        """Return the next line, or None at the end of the input."""
        if not self.interactive:
            return await lines.get()
        sys.stdout.write(PROMPT)
        sys.stdout.flush()
        self._prompting = True
        try:
            line = await lines.get()
        finally:
            self._prompting = False
        if line is None:
            sys.stdout.write("\n")
        return line


@asynccontextmanager
async def _lines() -> AsyncIterator[asyncio.Queue[str | None]]:
    """Yield the lines of standard input, and None at its end.

    A thread reads, for a loop cannot wait for a file; it asks the system itself, so that nothing is locked when the
    program ends while it waits.
    """
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str | None] = asyncio.Queue()

    def tell(line: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        rest = b""
        while chunk := os.read(_STDIN, _CHUNK_BYTES):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                tell(line.decode(errors="replace"))
            if len(rest) > LINE_BYTES_MAX:
                tell(rest.decode(errors="replace"))
                rest = b""
        if rest:
            tell(rest.decode(errors="replace"))
        tell(None)

    threading.Thread(target=read, name="stdin", daemon=True).start()
    yield lines
