"""A courier that is killed at any step: what was sent is counted, by the server that it was sent to."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from aiohttp import web
from sqlalchemy import Connection, insert, select, update

from tests.engine.runtime.shop import ADMIN, NOW, TEN, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from tests.process.doomed_courier import STEPS
from tests.process.node import environment
from turnero.bots.conversation.reply import Reply
from turnero.engine.domain.messages import MessageKind, MessageStatus
from turnero.engine.ports.outbox import REPLY
from turnero.engine.runtime.requests import CustomerRef
from turnero.persistence.database import open_database
from turnero.persistence.schema import outbox

PEOPLE = 6
# All of the reminders of two hours before are due by then, and still of use: they are for ten, and for half past.
DUE = TEN - timedelta(minutes=75)

# Before these steps nobody has heard anything that anyone could be in doubt about. Once the first has been recorded
# ("recorded"), others may have been handed over that are not: those are as doubtful as in the steps before.
UNDOUBTED = {"claimed", "read", "beginning"}


class Heard:
    """A server that remembers what it was told to say to whom, and how often."""

    def __init__(self) -> None:
        self.said: Counter[tuple[str, str]] = Counter()

    async def take(self, request: web.Request) -> web.Response:
        message = json.loads(await request.text())
        self.said[message["to"], message["text"]] += 1
        return web.Response()

    def times(self, word: str) -> list[int]:
        """Return how often each message was heard that has `word` in it."""
        return [times for (_, text), times in self.said.items() if word in text]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def channel_url(heard: Heard) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_post("/", heard.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield f"http://{host}:{port}/"
    await runner.cleanup()


async def plan(database_url: str) -> None:
    """Plan, for as many people each, a reminder and a reply; whatever else was planned is over."""
    clock = ManualClock(NOW)
    async with running(database_url, clock) as engine:
        shop = await open_shop(engine.service, clock, providers=3)
        for number in range(PEOPLE):
            who = CustomerRef(name=f"Cliente {number}", phone=f"+54 9 11 5555 {number:04}")
            start = TEN + minutes(30 * (number // 3))
            await engine.service.book(ADMIN, shop.wish(start, provider=number % 3, who=who))

    def only_these(connection: Connection) -> None:
        everything_else = (outbox.c.kind != MessageKind.REMINDER.value) | (outbox.c.before != "PT2H")
        connection.execute(update(outbox).where(everything_else).values(status=MessageStatus.CANCELLED.value))
        replies = [
            {
                "business_id": shop.business.id,
                "kind": REPLY,
                "channel": "telegram",
                "address": str(number),
                "reply": True,
                "payload": msgspec.json.encode(Reply(text=f"respuesta {number}")).decode(),
                "status": MessageStatus.PLANNED.value,
                "due_at": DUE,
                "next_at": DUE,
            }
            for number in range(PEOPLE)
        ]
        connection.execute(insert(outbox), replies)

    database = open_database(database_url)
    await database.write(only_these)
    await database.close()


async def recorded(database_url: str) -> list[tuple[str, str]]:
    """Return the messages that a courier has recorded as sent: to whom, and the text."""
    database = open_database(database_url)
    sent = select(outbox.c.address, outbox.c.payload).where(outbox.c.status == MessageStatus.SENT.value)
    rows = await database.read(lambda connection: connection.execute(sent).all())
    await database.close()
    return [(address, msgspec.json.decode(payload, type=Reply).text) for address, payload in rows]


async def run_courier(database_url: str, channel_url: str, step: str = "") -> int:
    """Run a courier to its end, whichever that is, and return its exit code."""
    program = (sys.executable, "-m", "tests.process.doomed_courier")
    arguments = (database_url, channel_url, DUE.isoformat(), *([step] if step else []))
    process = await asyncio.create_subprocess_exec(
        *program, *arguments, env=environment(), stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode in {0, -9}, errors.decode()
    return process.returncode


@pytest.mark.parametrize("step", STEPS)
async def test_a_courier_that_is_killed_sends_no_reminder_twice_and_loses_no_reply(
    sqlite_url: str, channel_url: str, heard: Heard, step: str
) -> None:
    await plan(sqlite_url)
    assert await run_courier(sqlite_url, channel_url, step) == -9
    known_as_sent = await recorded(sqlite_url)
    assert await run_courier(sqlite_url, channel_url) == 0
    replies, reminders = heard.times("respuesta"), heard.times("turno")
    assert bool(known_as_sent) == (step == "recorded"), "the courier did not die where it was to"
    assert [heard.said[one] for one in known_as_sent] == [1] * len(known_as_sent), "what was recorded was sent again"
    assert len(replies) == PEOPLE, "a reply was lost"
    assert max(reminders) == 1, "a reminder was sent twice"
    if step in UNDOUBTED:
        assert (replies, reminders) == ([1] * PEOPLE, [1] * PEOPLE)
    else:
        assert max(replies) <= 2
        # No more than were in hand: three on each channel.
        assert sum(replies) <= PEOPLE + 3
        assert len(reminders) >= PEOPLE - 3


async def test_on_postgresql_too(postgres_url: str, channel_url: str, heard: Heard) -> None:
    await plan(postgres_url)
    assert await run_courier(postgres_url, channel_url, "handed over") == -9
    assert await run_courier(postgres_url, channel_url) == 0
    assert len(heard.times("respuesta")) == PEOPLE
    assert max(heard.times("turno")) == 1


async def test_two_couriers_on_one_database_send_everything_once(
    database_url: str, channel_url: str, heard: Heard
) -> None:
    await plan(database_url)
    assert await asyncio.gather(*(run_courier(database_url, channel_url) for _ in range(2))) == [0, 0]
    assert set(heard.said.values()) == {1}
    assert len(heard.said) == 2 * PEOPLE
