"""Couriers that share a real Redis, which forgets, or goes away, in the middle."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec

from tests.bots.courier.post import CUSTOMER, Office, letter
from tests.servers import RedisServer
from turnero.bots.courier.courier import Courier
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.domain.value import CustomerId
from turnero.persistence.redis_timing import RedisTiming

PEOPLE = 400
SOON_S = 60  # far beyond what it takes; a test that gets there has failed


def an_office() -> Office:
    office = Office()
    office.sms.takes_s = 0.01
    for number in range(PEOPLE):
        somebody = msgspec.structs.replace(CUSTOMER, id=CustomerId(f"cus_{number}"), phone=f"+54911{number:08}")
        office.plan(letter(customer=somebody))
    return office


async def share(office: Office, url: str, count: int = 2) -> tuple[list[Courier], list[RedisTiming]]:
    """Start couriers as processes of their own are: each with its own connection to the one queue."""
    queues = [RedisTiming(url) for _ in range(count)]
    couriers = []
    for queue in queues:
        office.queue = queue
        couriers.append(office.courier())
    for courier in couriers:
        courier.start()
    return couriers, queues


async def sent(office: Office, count: int) -> None:
    """Return when so many were sent. Time passes for those who were told to come again."""
    async with asyncio.timeout(SOON_S):
        while len(office.sms.said) < count:
            await asyncio.sleep(0.01)
            office.clock.at += timedelta(seconds=0.01)


async def end(couriers: list[Courier], queues: list[RedisTiming]) -> None:
    for courier in couriers:
        await courier.stop()
    for queue in queues:
        await queue.close()


async def test_a_redis_that_is_emptied_in_mid_run_costs_no_message_and_sends_none_twice(
    redis_server: RedisServer, redis_url: str
) -> None:
    office = an_office()
    couriers, queues = await share(office, redis_url)
    for part in range(1, 5):
        await sent(office, part * PEOPLE // 5)
        redis_server.flush()
    await sent(office, PEOPLE)
    for courier in couriers:
        await courier.rest()
    await end(couriers, queues)
    assert len(office.sms.handed) == PEOPLE
    assert set(office.statuses()) == {MessageStatus.SENT}
    # Once at the start, and at least once more: a flush that follows another at once may be noticed along with it.
    assert sum(office.filled_by(courier) for courier in couriers) >= 2


async def test_without_redis_for_a_while_messages_are_sent_all_the_same_and_once() -> None:
    office = an_office()
    with RedisServer() as server:
        couriers, queues = await share(office, server.url)
        await sent(office, PEOPLE // 4)
        server.stop()
        await sent(office, PEOPLE // 2)
        server.start()
        await sent(office, PEOPLE)
        for courier in couriers:
            await courier.rest()
        await end(couriers, queues)
    assert len(office.sms.handed) == PEOPLE
    assert set(office.statuses()) == {MessageStatus.SENT}
