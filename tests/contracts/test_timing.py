"""What every timing queue promises: the heap within a process, and sorted sets in a real Redis."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers import RedisServer
from turnero.engine.ports.timing import QueueLost, Timer, Urgency
from turnero.persistence.redis_timing import RedisTiming
from turnero.persistence.timing import LocalTiming

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)

Either = LocalTiming | RedisTiming


def timer(number: int, *, after_s: float = 0, urgency: Urgency = Urgency.REMINDER) -> Timer:
    return Timer(number, NOW + timedelta(seconds=after_s), urgency)


async def fill(queue: Either, *timers: Timer) -> None:
    filling = await queue.begin_filling()
    await queue.add(timers)
    assert await queue.filled(filling)


async def claim(queue: Either, *, at: datetime = NOW, limit: int = 100) -> Sequence[int]:
    return [one.id for one in await queue.claim(now=at, limit=limit, lease=LEASE)]


@pytest.fixture(params=["local", "redis"])
async def queue(request: pytest.FixtureRequest) -> AsyncIterator[Either]:
    if request.param == "local":
        yield LocalTiming()
        return
    made = RedisTiming(request.getfixturevalue("redis_url"))
    yield made
    await made.close()


async def test_a_queue_that_nobody_has_filled_says_so(queue: Either) -> None:
    await queue.push([timer(1)])
    with pytest.raises(QueueLost):
        await claim(queue)
    await fill(queue)
    assert await claim(queue) == [1]


async def test_what_is_due_is_handed_out_once_and_what_is_not_waits(queue: Either) -> None:
    await fill(queue, timer(1), timer(2, after_s=1), timer(3, after_s=-5))
    assert await claim(queue) == [3, 1]
    assert await claim(queue) == []
    assert await queue.size() == 1
    assert await claim(queue, at=NOW + SECOND) == [2]


async def test_the_most_urgent_goes_first_and_of_these_what_has_been_due_longest(queue: Either) -> None:
    await fill(
        queue,
        timer(1, after_s=-60),
        timer(2, after_s=-3, urgency=Urgency.NEWS),
        timer(3, after_s=-9, urgency=Urgency.NEWS),
        timer(4, urgency=Urgency.REPLY),
        timer(5, after_s=-90, urgency=Urgency.LATER),
        timer(6, after_s=-1, urgency=Urgency.OFFER),
    )
    assert await claim(queue, limit=4) == [4, 6, 3, 2]
    assert await claim(queue) == [1, 5]


async def test_a_claim_says_what_was_claimed(queue: Either) -> None:
    due = NOW - timedelta(microseconds=1)
    await fill(queue, Timer(7, due, Urgency.OFFER))
    assert await queue.claim(now=NOW, limit=1, lease=LEASE) == [Timer(7, due, Urgency.OFFER)]


async def test_a_claim_that_is_over_is_due_again(queue: Either) -> None:
    await fill(queue, timer(1), timer(2))
    assert await claim(queue) == [1, 2]
    await queue.drop([2])
    assert await claim(queue, at=NOW + LEASE - SECOND) == []
    assert await claim(queue, at=NOW + LEASE) == [1]
    # The second claim has a lease of its own.
    assert await claim(queue, at=NOW + 2 * LEASE - SECOND) == []


async def test_what_is_dropped_does_not_come_back(queue: Either) -> None:
    await fill(queue, timer(1), timer(2))
    await queue.drop(await claim(queue))
    await queue.drop([])
    assert await claim(queue, at=NOW + 10 * LEASE) == []
    assert await queue.size() == 0


async def test_adding_what_is_known_changes_nothing(queue: Either) -> None:
    await fill(queue, timer(1), timer(2))
    await queue.add([timer(1, after_s=60), timer(2, after_s=-60)])
    assert await claim(queue) == [1, 2]
    await queue.add([timer(1), timer(2)])
    assert await claim(queue) == []


async def test_pushing_what_is_known_changes_when_its_turn_is(queue: Either) -> None:
    await fill(queue, timer(1), timer(2, after_s=9))
    await queue.push([timer(1, after_s=9), timer(2)])
    assert await claim(queue) == [2]
    assert await claim(queue, at=NOW + timedelta(seconds=9)) == [1]


async def test_pushing_what_is_claimed_ends_the_claim(queue: Either) -> None:
    await fill(queue, timer(1))
    assert await claim(queue) == [1]
    await queue.push([timer(1, after_s=5)])
    await queue.drop([1])  # by somebody who has not heard of it: it is waiting, not claimed
    assert await claim(queue) == []
    assert await claim(queue, at=NOW + timedelta(seconds=5)) == [1]
    assert await claim(queue, at=NOW + LEASE) == []


async def test_a_clock_that_goes_back_hands_nothing_out_again(queue: Either) -> None:
    await fill(queue, timer(1), timer(2, after_s=1))
    assert await claim(queue) == [1]
    assert await claim(queue, at=NOW - timedelta(days=1)) == []
    assert await queue.size() == 1


async def test_a_filling_of_before_the_loss_does_not_count(queue: Either) -> None:
    filling = await queue.begin_filling()
    await queue.add([timer(1)])
    await lose(queue)
    assert not await queue.filled(filling)
    with pytest.raises(QueueLost):
        await claim(queue)


async def test_what_was_lost_is_filled_in_again(queue: Either) -> None:
    await fill(queue, timer(1), timer(2))
    await lose(queue)
    with pytest.raises(QueueLost):
        await claim(queue)
    await fill(queue, timer(2))
    assert await claim(queue) == [2]


async def lose(queue: Either) -> None:
    if isinstance(queue, LocalTiming):
        await queue.forget()
    else:
        await queue._redis.flushall()


# --- Redis alone: several processes, and bad weather --------------------------------------------------------------


async def test_several_takers_never_get_the_same(redis_url: str) -> None:
    takers = [RedisTiming(redis_url) for _ in range(4)]
    await fill(takers[0], *(timer(n) for n in range(1, 2_001)))
    rounds = await asyncio.gather(*(claim(taker, limit=37) for _ in range(20) for taker in takers))
    claimed = [one for ids in rounds for one in ids]
    assert sorted(claimed) == list(range(1, 2_001))
    for taker in takers:
        await taker.close()


async def test_without_redis_a_process_has_a_queue_of_its_own_and_counts_the_outage() -> None:
    outages: list[int] = []
    alone = RedisTiming("redis://127.0.0.1:1/0", on_outage=lambda: outages.append(1))
    with pytest.raises(QueueLost):
        await claim(alone)
    await fill(alone, timer(1), timer(2, after_s=1))
    await alone.push([timer(2)])
    assert await claim(alone) == [1, 2]
    await alone.drop([1])
    assert await alone.size() == 0
    assert outages == [1]
    await alone.close()


async def test_when_redis_comes_back_it_is_filled_anew() -> None:
    with RedisServer() as server:
        queue = RedisTiming(server.url)
        await fill(queue, timer(1), timer(2))
        server.stop()
        with pytest.raises(QueueLost):
            await claim(queue)
        await fill(queue, timer(1), timer(2))
        assert await claim(queue, limit=1) == [1]
        server.start()
        queue._away_until = asyncio.get_running_loop().time()
        with pytest.raises(QueueLost):
            await claim(queue)
        await fill(queue, timer(2))
        assert await claim(queue) == [2]
        await queue.close()
