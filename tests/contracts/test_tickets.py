"""What every keeper of tickets promises: within a process, and in a real Redis."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import redis.asyncio

from tests.engine.runtime import virtual_time
from tests.servers import RedisServer
from turnero.engine.ports import Tickets
from turnero.persistence.redis_tickets import RedisTickets
from turnero.persistence.tickets import LocalTickets


@pytest.fixture(params=["local", "redis"])
async def tickets(request: pytest.FixtureRequest) -> AsyncIterator[Tickets]:
    made = LocalTickets() if request.param == "local" else RedisTickets(request.getfixturevalue("redis_url"))
    yield made
    await made.close()


async def test_a_ticket_gives_what_it_was_issued_for_once(tickets: Tickets) -> None:
    ticket = await tickets.issue("ñandú", ttl_s=60)
    assert await tickets.take(ticket) == "ñandú"
    assert await tickets.take(ticket) is None


async def test_of_many_who_take_one_ticket_at_once_one_gets_the_content(tickets: Tickets) -> None:
    ticket = await tickets.issue("content", ttl_s=60)
    taken = await asyncio.gather(*(tickets.take(ticket) for _ in range(50)))
    assert Counter(taken) == {"content": 1, None: 49}


async def test_a_ticket_that_nobody_issued_is_worth_nothing(tickets: Tickets) -> None:
    assert await tickets.take("") is None
    assert await tickets.take("of my own making\n") is None


async def test_tickets_are_long_and_never_the_same(tickets: Tickets) -> None:
    made = [await tickets.issue("same", ttl_s=60) for _ in range(200)]
    assert len(set(made)) == 200
    assert min(map(len, made)) >= 32


# --- Time ---------------------------------------------------------------------------------------------------------


def test_a_ticket_of_this_process_runs_out() -> None:
    async def story() -> tuple[str | None, str | None]:
        tickets = LocalTickets()
        early, late = await tickets.issue("early", ttl_s=30), await tickets.issue("late", ttl_s=30)
        await asyncio.sleep(29)
        taken = await tickets.take(early)
        await asyncio.sleep(1)
        return taken, await tickets.take(late)

    assert virtual_time.run(story()) == ("early", None)


async def test_redis_forgets_a_ticket_by_itself(redis_url: str) -> None:
    tickets = RedisTickets(redis_url)
    await tickets.issue("content", ttl_s=30)
    async with redis.asyncio.Redis.from_url(redis_url) as inside:
        (key,) = await inside.keys("*")
        assert 0 < await inside.ttl(key) <= 30
    await tickets.close()


async def test_of_too_many_tickets_the_oldest_go_first() -> None:
    tickets = LocalTickets(tickets_max=3)
    made = [await tickets.issue(str(number), ttl_s=60) for number in range(5)]
    assert [await tickets.take(ticket) for ticket in made] == [None, None, "2", "3", "4"]


# --- Redis alone: several processes, and bad weather --------------------------------------------------------------


async def test_a_ticket_issued_by_one_process_is_taken_at_another(redis_url: str) -> None:
    here, there = RedisTickets(redis_url), RedisTickets(redis_url)
    ticket = await here.issue("content", ttl_s=60)
    taken = await asyncio.gather(*(process.take(ticket) for process in (here, there) * 10))
    assert Counter(taken) == {"content": 1, None: 19}
    await here.close()
    await there.close()


async def test_in_an_outage_tickets_are_good_where_they_were_issued_and_still_only_once() -> None:
    outages = []
    with RedisServer() as server:
        tickets = RedisTickets(server.url, on_outage=lambda: outages.append("!"))
        before = await tickets.issue("before", ttl_s=60)
        server.stop()
        during = await tickets.issue("during", ttl_s=60)
        assert await tickets.take(before) is None
        server.start()
        assert [await tickets.take(during) for _ in range(2)] == ["during", None]
        after = await tickets.issue("after", ttl_s=60)
        assert await tickets.take(after) == "after"
        await tickets.close()
    assert len(outages) == 2
