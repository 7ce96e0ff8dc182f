"""Two server processes on one database: they may be slow; they may never double-book."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from http import HTTPStatus
from uuid import uuid4

import pytest

from tests.process.client import Answer, Api, Shop, all_bookings, open_shop, overlaps, starts
from tests.process.node import Node

PROVIDERS = 3
SLOTS = 12
# Each slot is asked for this often, half of it at either process.
ASKED = 4
TRIES_MAX = 40


async def test_two_processes_that_book_the_same_slots_give_each_to_exactly_one(database_url: str) -> None:
    async with Node(database_url) as one, Node(database_url) as two, Api(one.base) as first, Api(two.base) as second:
        shop = await open_shop(first, providers=PROVIDERS)
        wanted = [(provider, start) for start in starts(SLOTS) for provider in range(PROVIDERS)]

        answers = await asyncio.gather(
            *(_book((first, second)[n % 2], shop, provider, start) for provider, start in wanted for n in range(ASKED))
        )

        assert Counter(a.status for a in answers) == {201: len(wanted), 409: len(wanted) * (ASKED - 1)}
        bookings = await all_bookings(second, shop)
        assert len(bookings) == len(wanted)
        assert overlaps(bookings) == []
        assert sorted(a.body["id"] for a in answers if a.status == 201) == sorted(b["id"] for b in bookings)


async def _book(api: Api, shop: Shop, provider: int, start: datetime) -> Answer:
    """Book as a careful client does: "come again" is answered by coming again, with the same key."""
    key = str(uuid4())
    for _ in range(TRIES_MAX):
        answer = await api.post("/api/v1/bookings", shop.booking(provider, start), key=key)
        if answer.status != HTTPStatus.SERVICE_UNAVAILABLE:
            return answer
    pytest.fail(f"still not served after {TRIES_MAX} tries")
