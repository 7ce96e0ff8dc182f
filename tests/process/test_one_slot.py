"""Many customers, one slot."""

from __future__ import annotations

import asyncio
from datetime import datetime

from tests.process.client import Api, all_bookings, open_shop, overlaps, starts
from tests.process.node import Node

AT_ONCE = 200


async def test_of_200_requests_at_once_for_one_slot_one_is_booked_and_199_get_three_slots_that_can_be(
    database_url: str,
) -> None:
    async with Node(database_url) as node, Api(node.base) as api:
        shop = await open_shop(api, providers=1)
        noon = starts(48)[24]

        answers = await asyncio.gather(
            *(api.post("/api/v1/bookings", shop.booking(0, noon, note=f"{n}")) for n in range(AT_ONCE))
        )

        booked = [a for a in answers if a.status == 201]
        refused = [a for a in answers if a.status == 409]
        assert (len(booked), len(refused)) == (1, AT_ONCE - 1)
        assert {a.body["code"] for a in refused} == {"slot_taken"}

        suggested = {tuple(slot["start"] for slot in a.body["data"]["suggestedSlots"][:3]) for a in refused}
        assert len(suggested) == 1, "nothing else was booked meanwhile, so everybody is offered the same"
        three = [datetime.fromisoformat(start) for start in suggested.pop()]
        assert len(three) == 3
        assert three == sorted(three, key=lambda start: abs(start - noon)), "nearest first"
        for start in _apart(three):
            assert (await api.post("/api/v1/bookings", shop.booking(0, start))).status == 201
        assert overlaps(await all_bookings(api, shop)) == []


def _apart(slots: list[datetime]) -> list[datetime]:
    """Return those of `slots` that can be booked together: half-hour slots may start a quarter of an hour apart."""
    chosen: list[datetime] = []
    for slot in slots:
        if all(abs((slot - other).total_seconds()) >= 30 * 60 for other in chosen):
            chosen.append(slot)
    return chosen
