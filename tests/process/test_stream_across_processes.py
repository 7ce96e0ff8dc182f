"""Two server processes on one PostgreSQL and one Redis: whoever watches at one hears what happens at the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import uuid4

import aiohttp
import pytest

from tests.http.gateway.stream import Dialler, Stream
from tests.process.client import Answer, Api, Shop, bearer, open_shop, starts
from tests.process.node import Node
from tests.servers import RedisServer
from turnero.engine.runtime.limits import FEED_POLL_S

TRIES_MAX = 60


class Server(NamedTuple):
    """One of the two processes, and how to talk to it."""

    node: Node
    api: Api
    dialler: Dialler


@asynccontextmanager
async def two_servers(postgres_url: str, redis_url: str) -> AsyncIterator[tuple[Server, Server]]:
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        nodes = [Node(postgres_url, TURNERO_REDIS_URL=redis_url) for _ in range(2)]
        await asyncio.gather(*(stack.enter_async_context(node) for node in nodes))
        apis = [await stack.enter_async_context(Api(node.base)) for node in nodes]
        one, two = (Server(n, api, Dialler(session, n.base)) for n, api in zip(nodes, apis, strict=True))
        yield one, two


@pytest.fixture
async def servers(postgres_url: str, redis_url: str) -> AsyncIterator[tuple[Server, Server]]:
    async with two_servers(postgres_url, redis_url) as both:
        yield both


@asynccontextmanager
async def watching(server: Server, shop: Shop, topic: str = "availability") -> AsyncIterator[tuple[Stream, int]]:
    """Subscribe to the shop's first calendar; yield the stream and the number after which pushes begin."""
    async with server.dialler.stream(bearer("admin")) as stream:
        granted = await stream.ok(f"{topic}:subscribe", {"providerId": shop.provider_ids[0]})
        yield stream, granted["sequence"]


async def numbers(stream: Stream, *, until: int) -> list[int]:
    """Return the numbers of the pushes that come, up to `until`."""
    heard: list[int] = []
    while not heard or heard[-1] < until:
        heard.append((await stream.pushed())["data"]["sequence"])
    return heard


async def book(api: Api, shop: Shop, start: datetime) -> Answer:
    """Book as a careful client does: "come again" is answered by coming again, with the same key."""
    key = str(uuid4())
    for _ in range(TRIES_MAX):
        answer = await api.post("/api/v1/bookings", shop.booking(0, start), key=key)
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return answer
    pytest.fail(f"still not served after {TRIES_MAX} tries")


async def head(api: Api, shop: Shop) -> int:
    """Return the number of the calendar's last event, as the journal has it."""
    events: Sequence[Any] = (await api.get(f"/api/v1/providers/{shop.provider_ids[0]}/events")).body["items"]
    number: int = events[-1]["sequence"]
    return number


# --- Pushes -------------------------------------------------------------------------------------------------------


async def test_a_booking_made_at_one_process_is_pushed_by_the_other(servers: tuple[Server, Server]) -> None:
    one, two = servers
    shop = await open_shop(one.api, providers=1)
    slots = starts(20)
    async with watching(two, shop, "calendar") as (stream, sequence):
        # One after the other. By the poll alone each would take half its period: twice as long as all have here.
        async with asyncio.timeout(len(slots) * FEED_POLL_S / 4):
            for number, start in enumerate(slots, start=sequence + 1):
                booked = (await book(one.api, shop, start)).body
                pushed = await stream.pushed()
                assert pushed["event"] == "calendar:updated"
                assert (pushed["data"]["sequence"], pushed["data"]["type"]) == (number, "AppointmentBooked")
                assert pushed["data"]["booking"]["id"] == booked["id"]


async def test_a_slot_wanted_at_both_processes_goes_to_one_and_both_tell_the_same_story(
    servers: tuple[Server, Server],
) -> None:
    shop = await open_shop(servers[0].api, providers=1)
    async with AsyncExitStack() as stack:
        watchers = [await stack.enter_async_context(watching(server, shop)) for server in servers]
        wanted = starts(6)
        answers = await asyncio.gather(
            *(book(server.api, shop, start) for start in wanted for server in servers for _ in range(3))
        )
        assert Counter(a.status for a in answers) == {201: len(wanted), 409: 5 * len(wanted)}
        assert Counter(a.body["start"] for a in answers if a.status == 201) == {w.isoformat(): 1 for w in wanted}
        last = await head(servers[0].api, shop)
        for stream, sequence in watchers:
            assert await numbers(stream, until=last) == list(range(sequence + 1, last + 1))


async def test_after_a_kill_a_watcher_gets_what_it_missed_from_the_other_process(
    servers: tuple[Server, Server],
) -> None:
    one, two = servers
    shop = await open_shop(one.api, providers=1)
    first, second, third = starts(3)
    async with watching(one, shop) as (stream, sequence):
        await book(one.api, shop, first)
        (seen,) = await numbers(stream, until=sequence + 1)
        await one.node.kill()
    await book(two.api, shop, second)
    async with watching(two, shop) as (stream, _):
        missed = await stream.ok("reconnect:request-sync", {"providerId": shop.provider_ids[0], "sinceSequence": seen})
        assert missed["complete"] is True
        assert [event["sequence"] for event in missed["events"]] == [seen + 1]
        await book(two.api, shop, third)
        assert (await numbers(stream, until=seen + 2))[-1] == seen + 2


async def test_when_redis_is_emptied_or_restarted_no_push_is_lost_in_the_end(postgres_url: str) -> None:
    with RedisServer() as redis:
        async with two_servers(postgres_url, redis.url) as (one, two):
            shop = await open_shop(one.api, providers=1)
            async with watching(one, shop) as (here, sequence), watching(two, shop) as (there, _):
                weather = (redis.flush, redis.stop, redis.start, redis.flush)
                slots = iter(starts(4 * len(weather)))
                for change in weather:
                    change()
                    for server in (one, two, one, one):
                        assert (await book(server.api, shop, next(slots))).status == 201
                last = await head(one.api, shop)
                assert last == sequence + 4 * len(weather)
                for stream in (here, there):
                    assert await numbers(stream, until=last) == list(range(sequence + 1, last + 1))


# --- Presence, tickets --------------------------------------------------------------------------------------------


async def test_a_provider_at_one_process_is_present_at_the_other_until_that_process_is_killed(
    servers: tuple[Server, Server],
) -> None:
    one, two = servers
    shop = await open_shop(one.api, providers=1)
    provider_id = shop.provider_ids[0]
    async with two.dialler.stream(bearer("admin")) as watcher:

        async def pushed() -> bool:
            frame = await watcher.pushed()
            assert (frame["event"], frame["data"]["providerId"]) == ("presence:updated", provider_id)
            online: bool = frame["data"]["online"]
            return online

        await watcher.ok("presence:subscribe", {"providerId": provider_id})
        assert not await pushed(), "as it is now"
        mine = bearer("provider", provider_id, shop.business_id)
        async with one.dialler.stream(mine):
            assert await pushed()
        assert not await pushed(), "the connection ended"
        async with one.dialler.stream(mine):
            assert await pushed()
            await one.node.kill()
            assert not await pushed(), "the process ended, and said nothing"


async def test_a_ticket_from_one_process_opens_one_stream_at_the_other(servers: tuple[Server, Server]) -> None:
    one, two = servers
    issued = await one.api.post("/api/v1/stream/tickets")
    assert issued.status == 201
    query = f"?ticket={issued.body['ticket']}"
    async with two.dialler.connected(query) as stream:
        await stream.ok("ping")
    async with one.dialler.connected(query) as stream:
        _, closed = await stream.ended()
        assert closed.code == 4401
