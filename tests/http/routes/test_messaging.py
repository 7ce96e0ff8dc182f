"""How a customer wants to be written to, through the real engine."""

from __future__ import annotations

import pytest

from tests.http.api import API, Shop, token

WISHES = {"channels": ["email", "whatsapp"], "optedOut": ["sms"]}


async def place(shop: Shop) -> str:
    """Make the customer known, and return where their wishes are."""
    booking = await shop.booked()
    return f"{API}/customers/{booking['customerId']}/messaging?businessId={shop.business_id}"


async def test_a_customer_says_once_how_they_want_to_be_written_to(shop: Shop) -> None:
    path = await place(shop)

    before = await shop.client.get(path, by=shop.customer)
    said = await shop.client.call("PUT", path, WISHES, by=shop.customer)
    read = await shop.client.get(path, by=shop.provider)

    assert before.body == {"channels": [], "optedOut": []}
    assert (said.status, said.body, read.body) == (200, WISHES, WISHES)


async def test_who_tells_it_at_the_desk_need_not_say_it_again(shop: Shop) -> None:
    path = await place(shop)

    said = await shop.client.call("PUT", path, {"optedOut": ["sms"]}, by=shop.owner)
    read = await shop.client.get(path, by=shop.customer)

    assert said.body == read.body == {"channels": [], "optedOut": ["sms"]}


async def test_nobody_else_learns_it_or_says_it(shop: Shop) -> None:
    path = await place(shop)
    strangers = [
        token("customer", "cus_other"),
        token("owner", "x", "biz_x"),
        token("provider", "prv_other", shop.business_id),
    ]

    for stranger in strangers:
        read = await shop.client.get(path, by=stranger)
        said = await shop.client.call("PUT", path, WISHES, by=stranger)
        assert (read.status, said.status) == (403, 403)


async def test_a_business_that_does_not_know_somebody_keeps_no_wishes_of_theirs(shop: Shop) -> None:
    path = f"{API}/customers/cus_nobody/messaging?businessId={shop.business_id}"

    assert (await shop.client.get(path, by=shop.owner)).status == 404
    assert (await shop.client.call("PUT", path, WISHES, by=token("customer", "cus_nobody"))).status == 404


@pytest.mark.parametrize(
    "wishes",
    [
        {"channels": ["email", "email"]},
        {"channels": ["Carrier pigeon"]},
        {"optedOut": "sms"},
        {"optedOut": [None]},
        {"channels": [f"c{n}" for n in range(21)]},
        {"mute": True},
    ],
)
async def test_what_names_no_channels_is_refused(shop: Shop, wishes: object) -> None:
    path = await place(shop)

    assert (await shop.client.call("PUT", path, wishes, by=shop.customer)).status == 422


# --- Devices ------------------------------------------------------------------------------------------------------

DEVICES = f"{API}/push/subscriptions"
ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/gAAAA"
KEYS = {"p256dh": "B" * 87, "auth": "a" * 22}


async def test_a_device_is_added_by_whoever_holds_it_and_removed_again(shop: Shop) -> None:
    device = {"endpoint": ENDPOINT, "keys": KEYS, "expirationTime": None}

    for by in (shop.customer, shop.provider):
        added = await shop.client.post(DEVICES, device, by=by)
        removed = await shop.client.call("DELETE", f"{DEVICES}?endpoint={ENDPOINT}", by=by)
        again = await shop.client.call("DELETE", f"{DEVICES}?endpoint={ENDPOINT}", by=by)

        assert (added.status, added.body["endpoint"]) == (201, ENDPOINT)
        assert (removed.status, again.status) == (204, 204)


async def test_nobody_adds_a_device_for_the_whole_shop(shop: Shop) -> None:
    assert (await shop.client.post(DEVICES, {"endpoint": ENDPOINT, "keys": KEYS}, by=shop.owner)).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://127.0.0.1/x"},
        {"endpoint": "http://updates.push.services.mozilla.com/x"},
        {"keys": {**KEYS, "auth": "short"}},
        {"keys": {"p256dh": "B" * 87}},
        {"keys": None},
        {"person": "cus_other"},
    ],
)
async def test_what_is_no_device_is_refused(shop: Shop, wrong: dict[str, object]) -> None:
    reply = await shop.client.post(DEVICES, {"endpoint": ENDPOINT, "keys": KEYS} | wrong, by=shop.customer)

    assert reply.status == 422
