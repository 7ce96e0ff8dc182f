from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.http.api import API, START, Shop, token
from turnero.engine.domain.waitlist import PARTS

GUIDE = Path(__file__).parents[3] / "docs" / "API.md"
TUESDAY = "2026-12-01"


def wait(shop: Shop, **more: object) -> dict[str, object]:
    return {"providerId": shop.provider_id, "serviceId": shop.service_id, "from": TUESDAY, "to": TUESDAY, **more}


async def only_ten_is_open(shop: Shop) -> None:
    """One slot on Tuesday, and none ever after."""
    schedule = {"exceptions": [{"date": TUESDAY, "hours": [{"from": "10:00", "to": "10:30"}]}]}
    reply = await shop.client.call("PUT", f"{API}/providers/{shop.provider_id}/schedule", schedule, by=shop.owner)
    assert reply.status == 200, reply


async def joined(shop: Shop, *, by: str, path: str = "/waitlist", **more: object) -> Any:
    return await shop.client.made(f"{API}{path}", wait(shop, **more), by=by)


async def test_who_waits_gets_what_comes_free_and_takes_it(shop: Shop) -> None:
    await only_ten_is_open(shop)
    booking = (await shop.client.made(f"{API}/bookings", shop.walk_in(), by=shop.owner))["id"]
    entry = await joined(shop, by=shop.customer, path="/bookings/advanced/waitlist")
    assert (entry["status"], entry["position"], entry["offer"]) == ("waiting", 1, None)
    assert (entry["from"], entry["to"], entry["customerId"]) == (TUESDAY, TUESDAY, "cus_ana")
    path = f"{API}/waitlist/{entry['id']}"

    reply = await shop.client.post(f"{path}/accept", by=shop.customer)
    assert (reply.status, reply.code) == (409, "no_offer")
    assert (await shop.client.post(f"{API}/bookings/{booking}/cancel", by=shop.owner)).status == 200

    reply = await shop.client.post(f"{API}/bookings", shop.walk_in(), by=shop.owner)
    assert (reply.status, reply.code) == (409, "slot_taken")
    offered = (await shop.client.get(path, by=shop.customer)).body
    assert (offered["status"], offered["position"]) == ("offered", None)
    assert offered["offer"]["start"] == START
    assert offered["offer"]["until"] == "2026-11-27T09:10:00-03:00"

    message = {"kind": "offer", "status": "planned", "entryId": entry["id"], "bookingId": None}
    (planned,) = (await shop.client.get(f"{path}/messages", by=shop.owner)).body["items"]
    assert {name: planned[name] for name in message} == message

    reply = await shop.client.post(f"{path}/accept", by=shop.customer, key="yes")
    assert (reply.status, reply.body["start"], reply.body["customerId"]) == (200, START, "cus_ana")
    assert (await shop.client.post(f"{path}/accept", by=shop.customer, key="yes")).body == reply.body
    done = (await shop.client.get(path, by=shop.customer)).body
    assert (done["status"], done["bookingId"]) == ("booked", reply.body["id"])
    (unsent,) = (await shop.client.get(f"{path}/messages", by=shop.owner)).body["items"]
    assert unsent["status"] == "cancelled"


async def test_what_is_refused_or_left_goes_to_the_next(shop: Shop) -> None:
    await only_ten_is_open(shop)
    booking = (await shop.client.made(f"{API}/bookings", shop.walk_in(), by=shop.owner))["id"]
    people = [shop.customer, *(token("customer", name, shop.business_id) for name in ("cus_bruno", "cus_carla"))]
    entries = [await joined(shop, by=one) for one in people]
    assert [entry["position"] for entry in entries] == [1, 2, 3]
    paths = [f"{API}/waitlist/{entry['id']}" for entry in entries]
    await shop.client.post(f"{API}/bookings/{booking}/cancel", by=shop.owner)

    reply = await shop.client.post(f"{paths[0]}/decline", by=people[0])
    assert (reply.status, reply.body["status"], reply.body["position"]) == (200, "waiting", 1)
    assert (await shop.client.get(paths[1], by=people[1])).body["status"] == "offered"
    assert (await shop.client.call("DELETE", paths[1], by=people[1])).status == 204
    assert (await shop.client.call("DELETE", paths[1], by=people[1])).status == 204
    assert [(await shop.client.get(path, by=shop.owner)).body["status"] for path in paths] == [
        "waiting",
        "left",
        "offered",
    ]


async def test_staff_see_the_line_and_customers_themselves(shop: Shop) -> None:
    await only_ten_is_open(shop)
    await shop.client.made(f"{API}/bookings", shop.walk_in(), by=shop.owner)
    mine = await joined(shop, by=shop.customer)
    theirs = await joined(
        shop, by=shop.provider, customer={"name": "Bruno", "phone": "+54 9 11 5555-1234"}, partOfDay="morning"
    )

    async def listed(by: str, **where: object) -> list[str]:
        return [entry["id"] for entry in (await shop.client.get(f"{API}/waitlist", by=by, **where)).body["items"]]

    assert await listed(shop.owner, businessId=shop.business_id) == [mine["id"], theirs["id"]]
    assert await listed(shop.provider, status="waiting") == [mine["id"], theirs["id"]]
    assert await listed(shop.customer) == [mine["id"]]
    first = (await shop.client.get(f"{API}/waitlist", by=shop.owner, limit=1)).body
    assert await listed(shop.owner, cursor=first["nextCursor"]) == [theirs["id"]]
    stranger = token("owner", "x", "biz_x")
    for path in (f"waitlist/{mine['id']}", f"waitlist?businessId={shop.business_id}"):
        assert (await shop.client.call("GET", f"{API}/{path}", by=stranger)).status == 403
    assert (await shop.client.get(f"{API}/waitlist/nobody", by=shop.owner)).status == 404


async def test_nobody_is_in_one_line_twice(shop: Shop) -> None:
    first = await shop.client.post(f"{API}/waitlist", wait(shop), by=shop.customer, key="in-1")
    again = await shop.client.post(f"{API}/waitlist", wait(shop), by=shop.customer)
    assert (again.status, again.code) == (409, "already_waiting")
    repeat = await shop.client.post(f"{API}/waitlist", wait(shop), by=shop.customer, key="in-1")
    assert (repeat.status, repeat.body) == (201, first.body)
    other = await shop.client.post(f"{API}/waitlist", wait(shop, partOfDay="evening"), by=shop.customer, key="in-1")
    assert (other.status, other.code) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"from": "2026-12-02"}, "$.to"),
        ({"to": "2027-12-01"}, "$.to"),
        ({"from": "tomorrow"}, "$.from"),
        ({"from": "1999-01-01", "to": "1999-01-02"}, "$.from"),
        ({"from": "2026-11-01", "to": "2026-11-02"}, "$.to"),
        ({"partOfDay": "night"}, "$.partOfDay"),
        ({"status": "offered"}, "$.status"),
        ({"position": 1}, "$.position"),
        ({"businessId": "biz_1"}, "$"),
        ({"customer": {}}, "$.customer"),
    ],
)
async def test_a_wrong_wish_is_refused_with_the_path_of_what_is_wrong(
    shop: Shop, change: dict[str, object], path: str
) -> None:
    reply = await shop.client.post(f"{API}/waitlist", wait(shop, **change), by=shop.customer)
    assert (reply.status, reply.wrong) == (422, [path])


def test_the_guide_says_which_hours_the_parts_of_the_day_are() -> None:
    guide = " ".join(GUIDE.read_text().split())
    for part, hours in PARTS.items():
        assert f"`{part}` from {hours.begins} to {hours.ends}" in guide
