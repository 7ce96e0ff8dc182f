"""Finding customers, by those who work at their business."""

from __future__ import annotations

from typing import Any

import pytest

from tests.http.api import API, Shop, open_shop, token

PEOPLE = [
    ("Ana Suárez", "+54 9 11 2345-6789"),
    ("Bruno Ibáñez", "+54 9 351 555-1234"),
    ("ÁNGELA Peña", "+54 9 11 4444-0001"),
    ("<img src=x onerror=alert(1)>", "+54 9 11 4444-0002"),
]


@pytest.fixture
async def known(shop: Shop) -> dict[str, str]:
    """The ids of people who have booked, by name."""
    ids = {}
    for hour, (name, phone) in enumerate(PEOPLE, start=9):
        wish = shop.wish(f"2026-12-01T{hour:02}:00:00-03:00", customer={"name": name, "phone": phone})
        ids[name] = (await shop.client.made(f"{API}/bookings", wish, by=shop.owner))["customerId"]
    return ids


async def found(shop: Shop, text: str, *, by: str | None = None) -> list[str]:
    reply = await shop.client.get(f"{API}/customers", by=by or shop.provider, businessId=shop.business_id, q=text)
    assert reply.status == 200, reply
    return [customer["name"] for customer in reply.body["items"]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("suarez", ["Ana Suárez"]),
        ("AN", ["Ana Suárez", "ÁNGELA Peña", "Bruno Ibáñez"]),
        ("pena angela", ["ÁNGELA Peña"]),
        ("ibañ", ["Bruno Ibáñez"]),
        ("2345-6789", ["Ana Suárez"]),
        ("11 2345", ["Ana Suárez"]),
        ("+54 9 351", ["Bruno Ibáñez"]),
        ("+54 351", ["Bruno Ibáñez"]),
        ("<img", ["<img src=x onerror=alert(1)>"]),
        ("100%", []),
        ("_", []),
        ("nobody", []),
    ],
)
@pytest.mark.usefixtures("known")
async def test_people_are_found_by_parts_of_names_and_phones(shop: Shop, text: str, names: list[str]) -> None:
    assert sorted(await found(shop, text)) == sorted(names)


@pytest.mark.usefixtures("known")
async def test_without_a_text_everybody_is_listed_by_name(shop: Shop) -> None:
    assert await found(shop, "") == ["<img src=x onerror=alert(1)>", "Ana Suárez", "ÁNGELA Peña", "Bruno Ibáñez"]


@pytest.mark.usefixtures("known")
async def test_lists_come_in_pages(shop: Shop) -> None:
    query: dict[str, Any] = {"businessId": shop.business_id, "limit": 3}
    first = (await shop.client.get(f"{API}/customers", by=shop.owner, **query)).body
    second = (await shop.client.get(f"{API}/customers", by=shop.owner, **query, cursor=first["nextCursor"])).body

    assert [len(first["items"]), len(second["items"]), second["nextCursor"]] == [3, 1, None]


async def test_several_are_read_by_their_ids_at_once(shop: Shop, known: dict[str, str]) -> None:
    ids = f"{known['Ana Suárez']},cus_nobody,{known['Bruno Ibáñez']}"

    reply = await shop.client.get(f"{API}/customers", by=shop.owner, businessId=shop.business_id, ids=ids)

    assert [one["name"] for one in reply.body["items"]] == ["Ana Suárez", "Bruno Ibáñez"]
    assert reply.body["items"][0]["phone"] == "+5491123456789"


async def test_one_is_read_by_their_id(shop: Shop, known: dict[str, str]) -> None:
    path = f"{API}/customers/{known['Ana Suárez']}"

    assert (await shop.client.get(path, by=shop.provider, businessId=shop.business_id)).body["name"] == "Ana Suárez"
    missing = await shop.client.get(f"{API}/customers/cus_nobody", by=shop.provider, businessId=shop.business_id)
    assert (missing.status, missing.code) == (404, "not_found")


async def test_customers_are_known_to_their_own_business_alone(shop: Shop, known: dict[str, str]) -> None:
    other = await open_shop(shop.client, name="El Otro", slug="el-otro")

    for stranger in (other.owner, other.provider, token("provider", "prv_none", shop.business_id)):
        reply = await shop.client.get(f"{API}/customers", by=stranger, businessId=shop.business_id)
        assert (reply.status, reply.code) == (403, "forbidden")
    assert await found(other, "ana") == []
    reply = await shop.client.get(
        f"{API}/customers/{known['Ana Suárez']}", by=other.owner, businessId=other.business_id
    )
    assert reply.status == 404


async def test_a_search_is_by_text_or_by_ids(shop: Shop) -> None:
    reply = await shop.client.get(f"{API}/customers", by=shop.owner, businessId=shop.business_id, q="ana", ids="cus_1")

    assert reply.status == 422
