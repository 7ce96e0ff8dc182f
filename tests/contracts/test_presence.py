"""What every presence promises: within a process, and through a real Redis."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from tests.servers import RedisServer
from turnero.engine.domain.value import ProviderId
from turnero.persistence.presence import LocalPresence
from turnero.persistence.redis_presence import RedisPresence

ANA, BRUNO = ProviderId("ana"), ProviderId("bruno")
SOON_S = 20  # far beyond what anything here takes; a test that gets there has failed

# Fast enough to see three of them pass, slow enough not to be late for them on a busy machine.
HEARTBEAT_S = 0.3

Either = LocalPresence | RedisPresence
Changes = AsyncIterator[tuple[ProviderId, bool]]


async def hear(changes: Changes, count: int = 1) -> list[tuple[ProviderId, bool]]:
    async with asyncio.timeout(SOON_S):
        return [await anext(changes) for _ in range(count)]


@pytest.fixture(params=["local", "redis"])
async def presence(request: pytest.FixtureRequest) -> AsyncIterator[Either]:
    made = LocalPresence() if request.param == "local" else RedisPresence(request.getfixturevalue("redis_url"))
    await made.start()
    yield made
    await made.close()


async def test_a_provider_is_online_as_long_as_there_is_a_connection(presence: Either) -> None:
    assert not await presence.online(ANA)
    await presence.join(ANA, "phone")
    await presence.join(ANA, "laptop")
    await presence.leave(ANA, "phone")
    assert await presence.online(ANA)
    await presence.leave(ANA, "laptop")
    assert not await presence.online(ANA)


async def test_a_connection_that_joins_twice_leaves_once(presence: Either) -> None:
    await presence.join(ANA, "phone")
    await presence.join(ANA, "phone")
    await presence.leave(ANA, "phone")
    assert not await presence.online(ANA)


async def test_whoever_was_never_there_may_leave(presence: Either) -> None:
    changes = presence.changes()
    await presence.leave(ANA, "phone")
    await presence.join(BRUNO, "phone")
    await presence.leave(BRUNO, "laptop")
    assert await presence.online(BRUNO)
    assert await hear(changes) == [(BRUNO, True)]


async def test_listeners_hear_who_comes_and_goes_and_not_each_connection(presence: Either) -> None:
    listeners = [presence.changes() for _ in range(2)]
    await presence.join(ANA, "phone")
    await presence.join(ANA, "laptop")
    await presence.join(BRUNO, "phone")
    assert [await hear(changes, 2) for changes in listeners] == [[(ANA, True), (BRUNO, True)]] * 2
    await presence.leave(ANA, "phone")
    await presence.leave(BRUNO, "phone")
    await presence.leave(ANA, "laptop")
    assert [await hear(changes, 2) for changes in listeners] == [[(BRUNO, False), (ANA, False)]] * 2


async def test_a_slow_listener_hears_the_last_of_each_provider(presence: Either) -> None:
    changes = presence.changes()
    for _ in range(100):
        await presence.join(ANA, "phone")
        await presence.leave(ANA, "phone")
    await presence.join(BRUNO, "phone")
    assert await hear(changes, 2) == [(ANA, False), (BRUNO, True)]


async def test_a_listener_may_wait_before_anything_happens(presence: Either) -> None:
    hearing = asyncio.ensure_future(hear(presence.changes()))
    await asyncio.sleep(0)
    await presence.join(ANA, "phone")
    assert await hearing == [(ANA, True)]


async def test_a_listener_that_nobody_holds_costs_nothing(presence: Either) -> None:
    presence.changes()
    gc.collect()
    roster = presence._connections if isinstance(presence, LocalPresence) else presence._everywhere
    assert len(roster._listeners) == 0


# --- Redis alone: several processes, and bad weather --------------------------------------------------------------


@pytest.fixture
async def nodes(redis_url: str) -> AsyncIterator[list[RedisPresence]]:
    made = [RedisPresence(redis_url, heartbeat_s=HEARTBEAT_S) for _ in range(2)]
    for node in made:
        await node.start()
    yield made
    for node in made:
        await node.close()


async def test_a_provider_who_joins_at_one_process_is_online_at_the_other(nodes: list[RedisPresence]) -> None:
    here, there = nodes
    changes = there.changes()
    await here.join(ANA, "phone")
    assert await hear(changes) == [(ANA, True)]
    assert await there.online(ANA)
    await here.leave(ANA, "phone")
    assert await hear(changes) == [(ANA, False)]
    assert not await there.online(ANA)


async def test_a_provider_at_two_processes_is_online_until_the_last_connection_is_gone(
    nodes: list[RedisPresence],
) -> None:
    here, there = nodes
    changes = there.changes()
    await here.join(ANA, "phone")
    assert await hear(changes) == [(ANA, True)]
    await there.join(ANA, "laptop")
    await here.leave(ANA, "phone")
    await here.join(BRUNO, "phone")
    assert await hear(changes) == [(BRUNO, True)], "and not that Ana is gone: she is at her laptop"
    await there.leave(ANA, "laptop")
    assert await hear(changes) == [(ANA, False)]


async def test_a_process_that_comes_later_learns_who_is_there(nodes: list[RedisPresence], redis_url: str) -> None:
    await nodes[0].join(ANA, "phone")
    late = RedisPresence(redis_url)
    changes = late.changes()
    await late.start()
    assert await hear(changes) == [(ANA, True)]
    await late.close()


async def test_a_process_that_ends_takes_its_providers_along_at_once(
    nodes: list[RedisPresence], redis_url: str
) -> None:
    ending = RedisPresence(redis_url)
    await ending.start()
    changes = nodes[0].changes()
    await ending.join(ANA, "phone")
    assert await hear(changes) == [(ANA, True)]
    await ending.close()
    assert await hear(changes) == [(ANA, False)]


async def test_a_process_that_is_killed_takes_its_providers_along_when_its_silence_is_noticed(
    nodes: list[RedisPresence], redis_url: str
) -> None:
    doomed = RedisPresence(redis_url)
    await doomed.start()
    changes = nodes[0].changes()
    await doomed.join(ANA, "phone")
    await nodes[1].join(BRUNO, "phone")
    assert set(await hear(changes, 2)) == {(ANA, True), (BRUNO, True)}
    await doomed._channel.close()  # without a goodbye
    assert await hear(changes) == [(ANA, False)]
    assert await nodes[0].online(BRUNO), "who goes on speaking stays"
    await doomed.close()


async def test_what_is_not_ours_on_the_channel_is_passed_over(nodes: list[RedisPresence], redis_url: str) -> None:
    changes = nodes[0].changes()
    async with redis.asyncio.Redis.from_url(redis_url) as stranger:
        await stranger.publish("turnero:presence", b"\xff not json")
        await stranger.publish("turnero:presence", b'["node", true]')
    await nodes[1].join(ANA, "phone")
    assert await hear(changes) == [(ANA, True)]


async def test_without_redis_a_process_still_knows_itself_and_counts_the_outage() -> None:
    outages = asyncio.Event()
    alone = RedisPresence("redis://127.0.0.1:1/0", on_outage=outages.set)
    await alone.start()
    changes = alone.changes()
    await alone.join(ANA, "phone")
    assert await alone.online(ANA)
    assert await hear(changes) == [(ANA, True)]
    await asyncio.wait_for(outages.wait(), SOON_S)
    await alone.close()


async def test_after_a_restart_of_redis_everybody_knows_again_who_is_there() -> None:
    lost = asyncio.Event()
    with RedisServer() as server:
        here, there = (RedisPresence(server.url, heartbeat_s=HEARTBEAT_S, on_outage=lost.set) for _ in range(2))
        await here.start()
        await there.start()
        changes = there.changes()
        await here.join(ANA, "phone")
        assert await hear(changes) == [(ANA, True)]
        server.stop()
        await asyncio.wait_for(lost.wait(), SOON_S)
        await here.join(BRUNO, "phone")
        # Cut off from the other process, this one believes nothing about it any more.
        assert await hear(changes) == [(ANA, False)]
        server.start()
        assert set(await hear(changes, 2)) == {(ANA, True), (BRUNO, True)}
        await here.close()
        await there.close()
