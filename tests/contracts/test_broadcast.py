"""What every broadcast promises: within a process, and through a real Redis."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from tests.servers import RedisServer
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Notice
from turnero.persistence.broadcast import LocalBroadcast
from turnero.persistence.redis_broadcast import RedisBroadcast

SOON_S = 20  # far beyond what anything here takes; a test that gets there has failed


def notice(sequence: int, name: str = "prv_1") -> Notice:
    return Notice(provider_id=ProviderId(name), sequence=sequence)


async def hear(listener: AsyncIterator[Notice], count: int) -> list[Notice]:
    async with asyncio.timeout(SOON_S):
        return [await anext(listener) for _ in range(count)]


@pytest.fixture(params=["local", "redis"])
async def broadcast(request: pytest.FixtureRequest) -> AsyncIterator[LocalBroadcast | RedisBroadcast]:
    made = LocalBroadcast() if request.param == "local" else RedisBroadcast(request.getfixturevalue("redis_url"))
    await made.start()
    yield made
    await made.close()


Either = LocalBroadcast | RedisBroadcast


async def test_a_listener_hears_what_is_published_from_then_on(broadcast: Either) -> None:
    await broadcast.publish([notice(1)])
    listener = broadcast.notices()
    await broadcast.publish([notice(2), notice(7, "prv_2")])
    assert await hear(listener, 2) == [notice(2), notice(7, "prv_2")]


async def test_every_listener_hears_everything(broadcast: Either) -> None:
    listeners = [broadcast.notices() for _ in range(3)]
    await broadcast.publish([notice(1)])
    assert [await hear(listener, 1) for listener in listeners] == [[notice(1)]] * 3


async def test_a_listener_may_wait_before_anything_is_published(broadcast: Either) -> None:
    hearing = asyncio.ensure_future(hear(broadcast.notices(), 2))
    await asyncio.sleep(0)
    await broadcast.publish([notice(1), notice(1, "prv_2")])
    assert await hearing == [notice(1), notice(1, "prv_2")]


async def test_a_slow_listener_hears_the_highest_number_of_each_calendar(broadcast: Either) -> None:
    listener = broadcast.notices()
    for sequence in range(1, 1001):
        await broadcast.publish([notice(sequence), notice(sequence, "prv_2")])
    await broadcast.publish([notice(999)])  # late, and no step back
    assert await hear(listener, 2) == [notice(1000), notice(1000, "prv_2")]


async def test_a_listener_that_nobody_holds_costs_nothing(broadcast: Either) -> None:
    broadcast.notices()
    gc.collect()
    local = broadcast if isinstance(broadcast, LocalBroadcast) else broadcast._local
    assert len(local._listeners) == 0


async def test_publishing_to_nobody_is_fine(broadcast: Either) -> None:
    await broadcast.publish([notice(1)])
    await broadcast.publish([])


# --- Redis alone: several processes, and bad weather --------------------------------------------------------------


@pytest.fixture
async def nodes(redis_url: str) -> AsyncIterator[list[RedisBroadcast]]:
    made = [RedisBroadcast(redis_url) for _ in range(2)]
    for node in made:
        await node.start()
    yield made
    for node in made:
        await node.close()


async def test_two_processes_hear_each_other_and_each_hears_itself_once(nodes: list[RedisBroadcast]) -> None:
    here, there = nodes
    listeners = here.notices(), there.notices()
    await here.publish([notice(1)])
    assert await hear(listeners[1], 1) == [notice(1)]
    await there.publish([notice(5, "prv_2")])
    assert await hear(listeners[0], 2) == [notice(1), notice(5, "prv_2")]
    assert await hear(listeners[1], 1) == [notice(5, "prv_2")]


async def test_what_is_not_ours_on_the_channel_is_passed_over(nodes: list[RedisBroadcast], redis_url: str) -> None:
    listener = nodes[0].notices()
    async with redis.asyncio.Redis.from_url(redis_url) as stranger:
        await stranger.publish("turnero:notices", b"\xff not json")
        await stranger.publish("turnero:notices", b'["node", [["prv_1", "many"]]]')
    await nodes[1].publish([notice(1)])
    assert await hear(listener, 1) == [notice(1)]


async def test_a_process_can_end_at_any_moment(redis_url: str) -> None:
    for turns in range(40):
        node = RedisBroadcast(redis_url)
        await node.start()
        await node.publish([notice(1)])
        for _ in range(turns):
            await asyncio.sleep(0)
        async with asyncio.timeout(SOON_S):
            await node.close()


async def test_without_redis_a_process_still_hears_itself_and_counts_the_outage() -> None:
    outages = asyncio.Event()
    alone = RedisBroadcast("redis://127.0.0.1:1/0", on_outage=outages.set)
    await alone.start()
    listener = alone.notices()
    await alone.publish([notice(1)])
    assert await hear(listener, 1) == [notice(1)]
    await asyncio.wait_for(outages.wait(), SOON_S)
    await alone.close()


async def test_when_redis_comes_back_processes_hear_each_other_again() -> None:
    lost = asyncio.Event()
    with RedisServer() as server:
        sender, receiver = RedisBroadcast(server.url), RedisBroadcast(server.url, on_outage=lost.set)
        await sender.start()
        await receiver.start()
        listener = receiver.notices()
        async with asyncio.timeout(SOON_S):
            server.stop()
            await lost.wait()
            await sender.publish([notice(1)])
            server.start()
            await receiver.listening()
            await sender.publish([notice(2)])
            # The first may have been sent before the receiver was back; the second finds it there.
            heard = await anext(listener)
            while heard != notice(2):
                heard = await anext(listener)
        await sender.close()
        await receiver.close()
