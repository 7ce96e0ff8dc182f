"""Getting in, staying in, being put out: links, passwords, cookies, and what other sites' pages cannot do."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.http.api import API, Shop, token
from tests.http.web.conftest import MachineClock, Postbox
from tests.http.web.door import Door
from turnero.http.web.pages import PER_ACCOUNT_MAX

PASSWORD = "tijera y peine 1957"


async def a_link(shop: Shop, **whose: str) -> str:
    made = await shop.client.made(f"{API}/sign-in/links", whose or {"providerId": shop.provider_id}, by=shop.owner)
    path: str = made["path"]
    return path


async def an_account(shop: Shop) -> None:
    account = {"email": "Marcos@Example.com", "phone": "11 2345-6789", "password": PASSWORD}
    reply = await shop.client.call("PUT", f"{API}/providers/{shop.provider_id}/account", account, by=shop.owner)
    assert reply.status == 200, reply
    assert reply.body["phone"] == "+541123456789"
    assert reply.body["hasPassword"]


async def signed_in(door: Door) -> str | None:
    """Return whose browser it is, as the API says."""
    answer = await door.get(f"{API}/me")
    return answer.body["subject"] if answer.status == 200 else None


# --- Links --------------------------------------------------------------------------------------------------------


async def test_a_link_signs_a_provider_in_once(shop: Shop, door: Door) -> None:
    path = await a_link(shop)

    first = await door.enter(path)
    second = await door.enter(path)

    assert first.status == 204
    assert await signed_in(door) == shop.provider_id
    assert (second.status, second.code) == (401, "unauthenticated")


async def test_opening_a_link_does_not_use_it(shop: Shop, door: Door) -> None:
    path = await a_link(shop)

    preview = await door.get(path.partition("#")[0])

    assert preview.status == 200
    assert await signed_in(door) is None
    assert (await door.enter(path)).status == 204


async def test_a_link_is_good_for_ten_minutes(shop: Shop, door: Door, machine_clock: MachineClock) -> None:
    path = await a_link(shop)
    machine_clock.advance(timedelta(minutes=10, seconds=1))

    assert (await door.enter(path)).status == 401


async def test_an_owner_gets_links_for_themselves_and_their_providers(shop: Shop, door: Door) -> None:
    await door.enter(await a_link(shop, businessId=shop.business_id))

    me = (await door.get(f"{API}/me")).body

    assert (me["role"], me["businessId"]) == ("owner", shop.business_id)
    assert (await door.ask("POST", f"{API}/sign-in/links", {"providerId": shop.provider_id})).status == 201


@pytest.mark.parametrize("who", ["provider", "customer"])
async def test_nobody_else_gets_links(shop: Shop, who: str) -> None:
    reply = await shop.client.post(f"{API}/sign-in/links", {"providerId": shop.provider_id}, by=getattr(shop, who))

    assert (reply.status, reply.code) == (403, "forbidden")


async def test_an_owner_gets_no_links_to_other_businesses(shop: Shop) -> None:
    stranger = token("owner", "owner", "biz_other")
    for whose in ({"providerId": shop.provider_id}, {"businessId": shop.business_id}):
        reply = await shop.client.post(f"{API}/sign-in/links", whose, by=stranger)
        assert (reply.status, reply.code) == (403, "forbidden")


# --- Passwords, and links that are asked for ------------------------------------------------------------------------


@pytest.mark.parametrize("account", ["marcos@example.com", "+54 9 11 2345-6789", "11 2345 6789"])
async def test_a_password_signs_in_by_mail_or_phone(shop: Shop, door: Door, account: str) -> None:
    await an_account(shop)

    answer = await door.ask("POST", "/calendar/sign-in", {"account": account, "password": PASSWORD})

    assert answer.status == 204
    assert await signed_in(door) == shop.provider_id


async def test_a_wrong_password_and_a_missing_account_get_the_same_answer(shop: Shop, door: Door) -> None:
    await an_account(shop)
    answers = [
        await door.ask("POST", "/calendar/sign-in", {"account": account, "password": "not the one it is"})
        for account in ("marcos@example.com", "nobody@example.com")
    ]

    assert [answer.status for answer in answers] == [401, 401]
    assert answers[0].body["detail"] == answers[1].body["detail"]
    assert await signed_in(door) is None


async def test_guessing_is_held_up_per_account_and_a_right_guess_then_is_too(
    shop: Shop, door: Door, machine_clock: MachineClock
) -> None:
    await an_account(shop)
    guess = {"account": "marcos@example.com", "password": "not the one it is"}
    for _ in range(PER_ACCOUNT_MAX):
        assert (await door.ask("POST", "/calendar/sign-in", guess)).status == 401

    held_up = await door.ask("POST", "/calendar/sign-in", {**guess, "password": PASSWORD})
    assert held_up.status == 429
    assert 0 < int(held_up.headers["Retry-After"]) <= 901

    machine_clock.advance(timedelta(minutes=15, seconds=1))
    assert (await door.ask("POST", "/calendar/sign-in", {**guess, "password": PASSWORD})).status == 204


async def test_who_asks_for_a_link_is_sent_one_and_the_answer_does_not_tell_whether_they_exist(
    shop: Shop, door: Door, postbox: Postbox
) -> None:
    await an_account(shop)

    unknown = await door.ask("POST", "/calendar/sign-in/link", {"account": "nobody@example.com"})
    known = await door.ask("POST", "/calendar/sign-in/link", {"account": "MARCOS@example.com"})

    assert (known.status, known.body) == (unknown.status, unknown.body) == (202, {})
    message = await postbox.next()
    assert postbox.empty
    assert (message.email, message.phone, message.locale) == ("marcos@example.com", None, "es-AR")
    assert message.link.startswith(f"{door.base}/calendar/enter#")
    assert (await door.enter(message.link)).status == 204


async def test_a_link_asked_for_by_phone_goes_to_the_phone_of_the_account(
    shop: Shop, door: Door, postbox: Postbox
) -> None:
    await an_account(shop)

    await door.ask("POST", "/calendar/sign-in/link", {"account": "011 15 2345-6789"})

    message = await postbox.next()
    assert (message.email, message.phone) == (None, "+541123456789")


async def test_an_account_is_read_without_its_password(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}/account"
    assert (await shop.client.get(path, by=shop.provider)).status == 404
    await an_account(shop)

    account = (await shop.client.get(path, by=shop.provider)).body

    assert (account["email"], account["hasPassword"]) == ("marcos@example.com", True)
    assert "password" not in account
    stranger = token("provider", "prv_other", shop.business_id)
    assert (await shop.client.get(path, by=stranger)).status == 403
    owners = f"{API}/businesses/{shop.business_id}/account"
    assert (await shop.client.get(owners, by=shop.owner)).status == 404
    assert (await shop.client.get(owners, by=shop.provider)).status == 403


async def test_a_short_password_is_refused(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}/account"
    reply = await shop.client.call("PUT", path, {"password": "tijera"}, by=shop.provider)

    assert (reply.status, reply.wrong) == (422, ["$.password"])


async def test_a_provider_keeps_their_own_account_and_nobody_elses(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}/account"
    colleague = token("provider", "prv_other", shop.business_id)

    assert (await shop.client.call("PUT", path, {"email": "m@example.com"}, by=shop.provider)).status == 200
    assert (await shop.client.call("PUT", path, {"email": "m@example.com"}, by=colleague)).status == 403


# --- Sessions -----------------------------------------------------------------------------------------------------


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(shop: Shop, door: Door) -> None:
    answer = await door.enter(await a_link(shop))

    cookie = answer.headers["Set-Cookie"]
    assert re.search(r"; HttpOnly(;|$)", cookie)
    assert re.search(r"; SameSite=Strict(;|$)", cookie)
    assert re.search(r"; Path=/(;|$)", cookie)
    assert "Domain" not in cookie


async def test_a_session_opens_a_stream(shop: Shop, door: Door) -> None:
    await door.enter(await a_link(shop))

    ticket = await door.ask("POST", f"{API}/stream/tickets")

    assert ticket.status == 201
    assert ticket.body["ticket"]


async def test_a_session_can_do_what_its_role_may_and_no_more(shop: Shop, door: Door) -> None:
    await door.enter(await a_link(shop))

    assert (await door.get(f"{API}/bookings?providerId={shop.provider_id}")).status == 200
    assert (await door.ask("POST", f"{API}/api-keys", {"businessId": shop.business_id, "name": "x"})).status == 403


async def test_a_token_in_the_header_counts_before_the_cookie(shop: Shop, door: Door) -> None:
    await door.enter(await a_link(shop))

    answer = await door.ask("GET", f"{API}/me", headers={"Authorization": f"Bearer {shop.customer}"})

    assert answer.body["role"] == "customer"


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "same-site", "Origin": "https://other.turnos.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {},
    ],
    ids=["cross-site", "a sibling", "an old browser", "a sandboxed frame", "unsaid"],
)
async def test_a_page_of_another_site_cannot_change_anything_in_a_visitors_name(
    shop: Shop, door: Door, headers: dict[str, str]
) -> None:
    await door.enter(await a_link(shop))
    booking = await shop.booked()

    answer = await door.ask("POST", f"{API}/bookings/{booking['id']}/cancel", {}, headers=headers)

    assert (answer.status, answer.code) == (403, "forbidden")
    assert (await door.get(f"{API}/bookings/{booking['id']}")).body["status"] == "CONFIRMED"


async def test_a_page_of_another_site_cannot_sign_its_visitor_in_or_out(shop: Shop, door: Door) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    path = await a_link(shop)

    assert (await door.enter(path, headers=elsewhere)).status == 403
    assert (await door.enter(path)).status == 204
    assert (await door.ask("POST", "/calendar/sign-out", headers=elsewhere)).status == 403
    assert await signed_in(door) == shop.provider_id


async def test_signing_out_ends_the_session_and_not_only_the_cookie(shop: Shop, door: Door) -> None:
    await door.enter(await a_link(shop))
    cookie = door.cookie()
    assert cookie is not None
    stolen = {"Cookie": f"{cookie.key}={cookie.value}"}

    await door.ask("POST", "/calendar/sign-out")

    assert door.cookie() is None
    assert (await door.ask("GET", f"{API}/me", headers=stolen)).status == 401


async def test_sessions_are_listed_and_ended_by_whose_they_are(shop: Shop, door: Door) -> None:
    await door.enter(await a_link(shop))
    here = (await door.get(f"{API}/sign-in/sessions")).body["items"]
    assert [one["current"] for one in here] == [True]

    reply = await shop.client.get(f"{API}/sign-in/sessions", by=shop.owner)
    assert reply.body["items"] == []
    path = f"{API}/sign-in/sessions/{here[0]['id']}"
    assert (await shop.client.call("DELETE", path, by=shop.owner)).status == 404

    assert (await shop.client.call("DELETE", path, by=shop.provider)).status == 204
    assert await signed_in(door) is None


async def test_a_session_that_is_used_goes_on_and_one_that_is_not_ends(
    shop: Shop, door: Door, machine_clock: MachineClock
) -> None:
    await door.enter(await a_link(shop))

    for _ in range(3):
        machine_clock.advance(timedelta(days=20))
        assert await signed_in(door) == shop.provider_id
    machine_clock.advance(timedelta(days=31))

    assert await signed_in(door) is None


async def test_another_password_signs_all_browsers_out(shop: Shop, door: Door) -> None:
    await an_account(shop)
    await door.enter(await a_link(shop))

    path = f"{API}/providers/{shop.provider_id}/account"
    await door.ask("PUT", path, {"email": "marcos@example.com", "password": "una clave nueva"})

    assert await signed_in(door) is None


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", 422),
        (b"", "application/json", 400),
        (b"[", "application/json", 400),
        (b'{"secret": "x", "role": "admin"}', "application/json", 422),
        (b"secret=x", "application/x-www-form-urlencoded", 415),
        (b'{"secret": "unknown"}', "application/json", 401),
    ],
)
async def test_what_is_wrong_with_what_is_posted_is_said(
    shop: Shop, body: bytes, content_type: str, status: int
) -> None:
    reply = await shop.client.call("POST", "/calendar/enter", raw=body, headers={"Content-Type": content_type})

    assert reply.status == status
