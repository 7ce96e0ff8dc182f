"""Acknowledged means durable: a server that is killed under load has lost nothing that it said."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from tests.process.client import Answer, Api, Shop, all_bookings, open_shop, overlaps, starts
from tests.process.node import Node

CLIENTS = 32
PROVIDERS = 4
SLOTS = 96
# Kill once this many requests were answered: well into the load, long before the calendars are full.
ANSWERS_BEFORE_THE_KILL = 150
SEED = 20261122


@dataclass
class Asked:
    """One request that a client made, and what it knows of its fate. No answer means unknown, not failed."""

    path: str
    body: dict[str, Any]
    key: str
    answer: Answer | None = None

    @property
    def acknowledged(self) -> bool:
        return self.answer is not None and self.answer.status in {200, 201}


@dataclass
class Load:
    """What all clients asked before the server died."""

    bookings: list[Asked] = field(default_factory=list)
    cancellations: list[Asked] = field(default_factory=list)
    answered: int = 0
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, api: Api, asked: Asked) -> Answer | None:
        """Ask, and remember the answer; None when the server died over it."""
        try:
            asked.answer = await api.post(asked.path, asked.body, key=asked.key)
        except (aiohttp.ClientError, ConnectionError):
            return None
        self.answered += 1
        if self.answered >= ANSWERS_BEFORE_THE_KILL:
            self.enough.set()
        return asked.answer


async def test_a_kill_under_load_loses_nothing_that_was_acknowledged_and_makes_nothing_of_what_was_refused(
    database_url: str,
) -> None:
    async with Node(database_url) as node:
        async with Api(node.base) as api:
            shop = await open_shop(api, providers=PROVIDERS)
            load = await _load_until_killed(api, node, shop)
        await node.start()
        async with Api(node.base) as api:
            await _check(api, shop, load)


async def _load_until_killed(api: Api, node: Node, shop: Shop) -> Load:
    load = Load()
    clients = [asyncio.create_task(_client(api, shop, load, number)) for number in range(CLIENTS)]
    await load.enough.wait()
    await node.kill()
    await asyncio.gather(*clients)
    assert any(a.acknowledged for a in load.bookings), "nothing was booked before the kill"
    assert any(a.acknowledged for a in load.cancellations), "nothing was cancelled before the kill"
    assert any(a.answer is None for a in load.bookings), "the kill has to hit requests in flight"
    return load


async def _client(api: Api, shop: Shop, load: Load, number: int) -> None:
    """Book one random slot after the other, and cancel every fourth booking, until the server is gone."""
    choose = random.Random(SEED + number)
    slots = starts(SLOTS)
    for turn in range(1_000):
        key = f"client-{number}-booking-{turn}"
        body = shop.booking(choose.randrange(PROVIDERS), choose.choice(slots), note=key)
        load.bookings.append(asked := Asked("/api/v1/bookings", body, key))
        if (answer := await load.ask(api, asked)) is None:
            return
        if answer.status == 201 and choose.random() < 0.25:
            path = f"/api/v1/bookings/{answer.body['id']}/cancel"
            load.cancellations.append(asked := Asked(path, {"reason": "viaje"}, f"client-{number}-cancel-{turn}"))
            if await load.ask(api, asked) is None:
                return


async def _check(api: Api, shop: Shop, load: Load) -> None:
    kept = await all_bookings(api, shop)
    assert overlaps(kept) == []
    _check_that_only_what_was_asked_for_exists(kept, load)
    await _check_that_every_acknowledged_booking_is_as_acknowledged(kept, load)
    await _check_that_repeats_get_the_first_answer(api, load)
    await _check_that_what_was_unknown_becomes_known(api, load)
    assert overlaps(await all_bookings(api, shop)) == []


def _check_that_only_what_was_asked_for_exists(kept: Sequence[dict[str, Any]], load: Load) -> None:
    """Each booking carries its key as a note, so that it can be told who asked for it."""
    could_be = {a.key for a in load.bookings if a.acknowledged or a.answer is None}

    assert {b["note"] for b in kept} <= could_be, "a booking that was refused exists"
    assert len({b["note"] for b in kept}) == len(kept), "one request became two bookings"


async def _check_that_every_acknowledged_booking_is_as_acknowledged(kept: Sequence[dict[str, Any]], load: Load) -> None:
    by_id = {b["id"]: b for b in kept}
    may_be_cancelled = {a.path.split("/")[-2] for a in load.cancellations}
    for asked in load.bookings:
        if asked.answer is None or not asked.acknowledged:
            continue
        said = asked.answer.body
        assert said["id"] in by_id, "a booking that was acknowledged is gone"
        found = by_id[said["id"]]
        if said["id"] not in may_be_cancelled:
            assert found == said
        assert datetime.fromisoformat(found["start"]) == datetime.fromisoformat(asked.body["start"])
    for asked in load.cancellations:
        if asked.acknowledged:
            assert asked.answer is not None
            assert by_id[asked.answer.body["id"]] == asked.answer.body


async def _check_that_repeats_get_the_first_answer(api: Api, load: Load) -> None:
    acknowledged = [a for a in (*load.bookings, *load.cancellations) if a.acknowledged]
    repeats = await asyncio.gather(*(api.post(a.path, a.body, key=a.key) for a in acknowledged))
    for asked, again in zip(acknowledged, repeats, strict=True):
        assert asked.answer is not None
        assert (again.status, again.body) == (asked.answer.status, asked.answer.body)


async def _check_that_what_was_unknown_becomes_known(api: Api, load: Load) -> None:
    """A client that got no answer asks again with the same key, twice: it gets one answer, twice."""
    for asked in load.bookings:
        if asked.answer is None:
            answer = await api.post(asked.path, asked.body, key=asked.key)
            again = await api.post(asked.path, asked.body, key=asked.key)
            assert answer.status in {201, 409}
            assert (again.status, again.body.get("id")) == (answer.status, answer.body.get("id"))
