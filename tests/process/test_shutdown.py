"""The life of a server process: it starts, says so, is healthy, and ends without dropping what it was asked."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from typing import Any

import pytest

from tests.process.client import Answer, Api, all_bookings, open_shop, starts
from tests.process.node import Node

IN_FLIGHT = 60


async def test_a_server_says_that_it_is_alive_and_ready(database_url: str) -> None:
    async with Node(database_url) as node, Api(node.base) as api:
        assert (await api.get("/health/live")).status == 200
        assert (await api.get("/health/ready")).status == 200


async def test_what_is_in_flight_when_the_server_is_told_to_stop_is_answered_and_kept(database_url: str) -> None:
    async with Node(database_url) as node:
        async with Api(node.base) as api:
            shop = await open_shop(api, providers=2)
            requests = [
                asyncio.create_task(api.post("/api/v1/bookings", shop.booking(n % 2, start, note=str(n))))
                for n, start in enumerate(starts(IN_FLIGHT))
            ]
            await asyncio.wait(requests, return_when=asyncio.FIRST_COMPLETED)
            node.send(signal.SIGTERM)
            answers = await asyncio.gather(*requests)
            assert await node.ended() == 0

        booked = _booked(answers)
        assert set(Counter(a.status for a in answers)) <= {201, 503}
        assert booked
        await node.start()
        async with Api(node.base) as api:
            kept = {b["note"]: b for b in await all_bookings(api, shop)}
        assert kept == booked


def _booked(answers: list[Answer]) -> dict[str, dict[str, Any]]:
    return {a.body["note"]: a.body for a in answers if a.status == 201}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_an_idle_server_ends_cleanly(database_url: str, number: signal.Signals) -> None:
    async with Node(database_url) as node:
        node.send(number)

        assert await node.ended() == 0
        assert node.logs[-1]["event"] == "stopped"
