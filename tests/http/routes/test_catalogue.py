"""Businesses, services, providers and API keys, through the real engine."""

from __future__ import annotations

import pytest

from tests.http.api import API, Client, Shop, open_shop, token


async def test_a_business_is_made_by_the_platform_and_read_by_anybody(client: Client) -> None:
    made = await client.made(
        f"{API}/businesses", {"name": "El Turno", "timeZone": "Europe/Madrid", "holidays": "ES"}, by=token("admin")
    )

    by_id = await client.get(f"{API}/businesses/{made['id']}")
    by_slug = await client.get(f"{API}/businesses/{made['slug']}")

    assert by_id.body == by_slug.body == made
    assert made["locale"] == "es-AR"
    assert made["vertical"] == "barber"
    assert made["createdAt"] == "2026-11-27T13:00:00+01:00"


async def test_a_slug_is_given_away_once(shop: Shop) -> None:
    reply = await shop.client.post(
        f"{API}/businesses", {"name": "Another", "slug": "el-turno", "timeZone": "UTC"}, by=shop.admin
    )

    assert (reply.status, reply.code) == (409, "already_exists")


async def test_a_change_leaves_what_it_does_not_name(shop: Shop) -> None:
    path = f"{API}/businesses/{shop.business_id}"
    await shop.client.call("PATCH", path, {"policy": {"holdMinutes": 10, "slotStepMinutes": 30}}, by=shop.owner)

    reply = await shop.client.call(
        "PATCH", path, {"phone": "+54 11 5555-1234", "policy": {"holdMinutes": None}}, by=shop.owner
    )

    assert reply.body["name"] == "El Turno"
    assert reply.body["phone"] == "+54 11 5555-1234"
    assert reply.body["policy"]["holdMinutes"] == 5
    assert reply.body["policy"]["slotStepMinutes"] == 30


async def test_what_a_business_changes_reaches_its_calendars(shop: Shop) -> None:
    path = f"{API}/businesses/{shop.business_id}"
    await shop.client.call("PATCH", path, {"policy": {"maxAdvanceDays": 7}}, by=shop.owner)

    card = await shop.client.get(f"{API}/providers/{shop.provider_id}")

    assert card.body["policy"]["maxAdvanceDays"] == 7
    assert card.body["policyOverride"] == {}


@pytest.mark.parametrize("body", [{"timeZone": "America/Atlantis"}, {"timeZone": "../../etc/passwd"}])
async def test_a_zone_that_does_not_exist_is_refused(shop: Shop, body: dict[str, str]) -> None:
    reply = await shop.client.call("PATCH", f"{API}/businesses/{shop.business_id}", body, by=shop.owner)

    assert (reply.status, reply.wrong) == (422, ["$.timeZone"])


async def test_services_and_providers_are_listed_page_by_page(shop: Shop) -> None:
    for name in ("Barba", "Color"):
        body = {"businessId": shop.business_id, "name": name, "durationMinutes": 45}
        await shop.client.made(f"{API}/services", body, by=shop.owner)
    path = f"{API}/services"

    first = await shop.client.get(path, businessId=shop.business_id, limit=2)
    rest = await shop.client.get(path, businessId="el-turno", limit=2, cursor=first.body["nextCursor"])

    assert {s["name"] for s in (*first.body["items"], *rest.body["items"])} == {"Barba", "Color", "Corte"}
    assert rest.body["nextCursor"] is None
    assert (await shop.client.get(f"{API}/providers", businessId="el-turno")).body["items"][0]["name"] == "Marcos"


async def test_a_provider_may_keep_a_zone_and_a_policy_of_their_own(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}"

    reply = await shop.client.call(
        "PATCH", path, {"timeZone": "Europe/Madrid", "policy": {"holdMinutes": 9}}, by=shop.provider
    )

    assert reply.body["timeZone"] == "Europe/Madrid"
    assert reply.body["policyOverride"] == {"holdMinutes": 9}
    assert reply.body["sequence"] > 2
    assert (await shop.client.get(path)).body == reply.body


async def test_a_providers_phone_is_told_to_the_business_and_to_nobody_else(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}"

    reply = await shop.client.call("PATCH", path, {"phone": "11 4555-0142"}, by=shop.owner)
    wrong = await shop.client.call("PATCH", path, {"phone": "15 1234"}, by=shop.owner)

    assert reply.body["phone"] == "+541145550142"
    assert (wrong.status, wrong.wrong) == (422, ["$.phone"])
    assert "phone" not in (await shop.client.get(path)).body
    listed = (await shop.client.get(f"{API}/providers", businessId=shop.business_id)).body["items"]
    assert [one for one in listed if "phone" in one] == []
    assert "phone" not in (await shop.client.call("PATCH", path, {"phone": None}, by=shop.provider)).body


async def test_a_service_of_another_business_cannot_be_offered(shop: Shop) -> None:
    other = await open_shop(shop.client, name="Otra", slug="otra")
    body = {"businessId": shop.business_id, "name": "Leo", "serviceIds": [other.service_id]}

    reply = await shop.client.post(f"{API}/providers", body, by=shop.owner)

    assert (reply.status, reply.wrong) == (422, ["$.serviceIds[0]"])


@pytest.mark.parametrize(
    "path", ["businesses/nobody", "providers/nobody", "services?businessId=x", "providers?businessId=x"]
)
async def test_what_is_not_there_is_not_found(client: Client, path: str) -> None:
    assert (await client.get(f"{API}/{path}")).status == 404


async def test_an_api_key_acts_for_its_business_until_it_is_revoked(shop: Shop) -> None:
    issued = await shop.client.made(f"{API}/api-keys", {"businessId": shop.business_id, "name": "Web"}, by=shop.owner)
    booking = await shop.client.post(f"{API}/bookings", shop.walk_in(), by=issued["secret"])

    listed = await shop.client.get(f"{API}/api-keys", by=shop.owner, businessId=shop.business_id)
    revoked = await shop.client.call("DELETE", f"{API}/api-keys/{issued['id']}", by=shop.owner)

    assert booking.status == 201
    assert [key["id"] for key in listed.body["items"]] == [issued["id"]]
    assert "secret" not in listed.body["items"][0]
    assert "digest" not in listed.body["items"][0]
    assert revoked.status == 204
    assert (await shop.client.get(f"{API}/bookings", by=issued["secret"])).status == 401


async def test_an_api_key_of_one_business_is_nobody_in_another(shop: Shop) -> None:
    other = await open_shop(shop.client, name="Otra", slug="otra")
    issued = await shop.client.made(f"{API}/api-keys", {"businessId": other.business_id, "name": "Web"}, by=other.owner)

    reply = await shop.client.post(f"{API}/bookings", shop.walk_in(), by=issued["secret"])

    assert (reply.status, reply.code) == (403, "forbidden")
