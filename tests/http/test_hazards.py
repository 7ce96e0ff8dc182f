"""Bad input of every kind: a clear 4xx with a code, never a 5xx, and nothing lost."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

import jwt
import msgspec
import pytest

from tests.http.api import API, Client, Shop
from turnero.http.decoding import BODY_BYTES_MAX

GOOD = {"businessId": "el-turno", "name": "Barba", "durationMinutes": 30}


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (b"\xff\xfe", 400, "malformed"),
        (b'{"durationMinutes": NaN}', 400, "malformed"),
        (b'{"name": "\\ud800"}', 400, "malformed"),
        (b"[" * 100_000, 400, "malformed"),
        (b'{"price":' * 20_000, 400, "malformed"),
        (b'{"durationMinutes": ' + b"9" * 100_000 + b"}", 422, "invalid"),
        (b'{"durationMinutes": 1e999}', 422, "invalid"),
        (msgspec.json.encode({**GOOD, "name": "x" * 200_000}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "name": "x" * 2**20}), 413, "too_large"),
        (msgspec.json.encode({**GOOD, "name": "a\0b"}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "name": "   "}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "businessId": "a\0b"}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "role": "admin"}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "durationMinutes": 2**63}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "durationMinutes": -1}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "price": {"amount": -1, "currency": "ARS"}}), 422, "invalid"),
        (msgspec.json.encode({**GOOD, "price": {"amount": 1, "currency": "pesos"}}), 422, "invalid"),
    ],
)
async def test_a_bad_body_is_refused_clearly(shop: Shop, raw: bytes, status: int, code: str) -> None:
    reply = await shop.client.call("POST", f"{API}/services", raw=raw, by=shop.owner)

    assert (reply.status, reply.code) == (status, code)
    assert len((await shop.client.get(f"{API}/services", businessId="el-turno")).body["items"]) == 1


async def test_a_body_may_be_as_large_as_the_limit(shop: Shop) -> None:
    raw = msgspec.json.encode(GOOD)

    reply = await shop.client.call("POST", f"{API}/services", raw=raw.ljust(BODY_BYTES_MAX), by=shop.owner)

    assert reply.status == 201


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
async def test_a_body_of_another_type_is_refused(shop: Shop, content_type: str) -> None:
    reply = await shop.client.call(
        "POST", f"{API}/services", raw=b"name=x", by=shop.owner, headers={"Content-Type": content_type}
    )

    assert (reply.status, reply.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
async def test_json_may_be_announced_in_several_ways(shop: Shop, content_type: str) -> None:
    reply = await shop.client.call(
        "POST", f"{API}/services", GOOD, by=shop.owner, headers={"Content-Type": content_type}
    )

    assert reply.status == 201


async def test_a_body_that_claims_to_be_compressed_and_is_not_is_refused(shop: Shop) -> None:
    reply = await shop.client.call(
        "POST", f"{API}/services", raw=b"not gzip", by=shop.owner, headers={"Content-Encoding": "gzip"}
    )

    assert reply.status == 400


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/bookings/%00", 422),
        ("/bookings/%ff", 404),
        ("/bookings/%ed%a0%80", 404),
        ("/bookings/..%2f..%2fetc%2fpasswd", 404),
        ("/bookings/'%20OR%201=1--", 404),
        ("/bookings/%F0%9F%92%88", 404),
        ("/bookings/" + "x" * 4_000, 404),
        ("/bookings/%zz", 404),
        ("/bookings?customerId=%00", 422),
        ("/bookings?customerId=%ff", 400),
        ("/bookings?limit=10&limit=20", 422),
        ("/bookings?" + "&".join(f"x{n}=" for n in range(500)), 422),
        ("/bookings?limit=%F0%9F%92%88", 422),
        ("/bookings?limit=1e3", 422),
        ("/bookings?limit=" + "9" * 1_000, 422),
    ],
)
async def test_a_strange_address_is_refused_clearly(shop: Shop, path: str, status: int) -> None:
    assert (await shop.client.call("GET", API + path, by=shop.owner)).status == status


@pytest.mark.parametrize("key", ["x" * 256, " ", "ñ"])
async def test_a_key_that_could_not_be_repeated_is_refused(shop: Shop, key: str) -> None:
    reply = await shop.client.call("POST", f"{API}/services", GOOD, by=shop.owner, headers={"Idempotency-Key": key})

    assert (reply.status, reply.wrong) == (422, ["Idempotency-Key"])


@pytest.mark.parametrize(
    "bearer",
    [
        jwt.encode({"sub": "x", "role": "admin", "aud": "turnero", "exp": 2**40}, "", algorithm="none"),
        jwt.encode({"sub": "x", "role": "admin", "aud": "other", "exp": 2**40}, "x" * 40, algorithm="HS256"),
        "trn_guess",
        "trn_key_1.guess",
        "x" * 4_000,
    ],
)
async def test_a_forged_token_is_nobody(client: Client, bearer: str) -> None:
    reply = await client.get(f"{API}/bookings", by=bearer)

    assert (reply.status, reply.code) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "start",
    ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-12-01T10:00:00", "1999-12-31T00:00:00Z", 5],
)
async def test_an_instant_out_of_this_world_is_refused(shop: Shop, start: object) -> None:
    booking = await shop.booked()
    by = shop.customer

    booked = await shop.client.post(f"{API}/bookings", {**shop.wish(), "start": start}, by=by)
    held = await shop.client.post(f"{API}/holds", {**shop.wish(), "start": start}, by=by)
    moved = await shop.client.post(f"{API}/bookings/{booking['id']}/reschedule", {"start": start}, by=by)

    for reply in (booked, held, moved):
        assert (reply.status, reply.wrong) == (422, ["$.start"])


async def test_an_unknown_address_is_a_problem(client: Client) -> None:
    for path in ("/", "/nothing", "/api", f"{API}/bookings/", "//", f"{API}/bookings/a/b/c"):
        reply = await client.get(path)
        assert (reply.status, reply.code) == (404, "not_found"), path


async def test_a_method_that_an_address_does_not_take_is_told_which_it_takes(client: Client) -> None:
    for path, allowed in ((f"{API}/bookings", "GET,HEAD,POST"), (f"{API}/slots", "GET,HEAD"), ("/metrics", "GET,HEAD")):
        reply = await client.call("TRACE", path)
        assert (reply.status, reply.code) == (405, "method_not_allowed")
        assert reply.headers["Allow"] == allowed


@pytest.mark.parametrize(
    "request_text",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
        b"POST /api/v1/bookings HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/v1/bookings HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
    ],
)
async def test_what_is_not_even_http_is_answered_with_a_problem(base: str, request_text: bytes) -> None:
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request_text)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1.[01] 4", head), head
    assert b"application/problem+json" in head
    assert msgspec.json.decode(body)["code"] in {"malformed", "too_large"}


async def test_raw_bytes_in_an_address_do_not_break_anything(base: str) -> None:
    address = urlsplit(base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"GET /api/v1/businesses/\xff\xfe?x=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()

    assert re.match(rb"HTTP/1.[01] 4", answer), answer
