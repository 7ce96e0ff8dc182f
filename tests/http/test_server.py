"""What surrounds the routes: ids, logs, metrics, health, documentation, HEAD, errors of our own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import aiohttp
import msgspec
import pytest
import structlog
from aiohttp import web

from tests.http.api import API, SECRET, Client, Document, Shop, token
from tests.http.conftest import listening
from turnero.engine.domain.errors import Unavailable
from turnero.engine.runtime.service import BookingService
from turnero.http import access, openapi
from turnero.http.decoding import BODY_BYTES_MAX
from turnero.http.routing import AnyRoute, Call, Empty, Handler, Route
from turnero.http.server import ROUTES, Runner, make_app
from turnero.http.wire import shapes


@pytest.fixture
def routes_of_the_test() -> Sequence[AnyRoute]:
    """Routes that misbehave, and one without a rule."""

    async def bug(_call: Call[Empty, Empty]) -> shapes.Live:
        raise RuntimeError("Ana Suárez, +54 9 11 2345-6789")

    async def later(_call: Call[Empty, Empty]) -> shapes.Live:
        raise Unavailable("outcome_unknown", "Nobody knows.", retry_after_s=3)

    def route(name: str, handler: Handler[Empty, Empty], rule: access.Rule = access.PUBLIC) -> AnyRoute:
        return Route(
            method="GET",
            path=f"/test/{name}",
            name=name,
            tag="Test",
            summary=name,
            handler=handler,
            access=rule,
            answer=shapes.Live,
        )

    return (route("bug", bug), route("later", later), route("ruleless", later, access.NOBODY))


@pytest.fixture
def app(service: BookingService, routes_of_the_test: Sequence[AnyRoute]) -> web.Application:
    app = make_app(service, secret=SECRET, more_routes=routes_of_the_test)

    async def undeclared(_request: web.Request) -> web.Response:
        return web.Response(text="you should not see this")

    app.router.add_get("/test/undeclared", undeclared)
    return app


@pytest.fixture
def hooks() -> Sequence[web.RouteDef]:
    async def hook(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def bug(request: web.Request) -> web.Response:
        raise RuntimeError(await request.text())

    return (web.post("/hooks/test", hook), web.post("/hooks/bug", bug))


async def test_what_channels_serve_goes_through_the_same_doors(
    service: BookingService, hooks: Sequence[web.RouteDef]
) -> None:
    with structlog.testing.capture_logs() as lines:
        async with listening(make_app(service, secret=SECRET, hooks=hooks)) as base, aiohttp.ClientSession() as session:
            async with session.post(f"{base}/hooks/test?who=Ana", data=b"x" * 1000) as reply:
                assert (reply.status, await reply.text()) == (200, "1000")
                assert reply.headers["X-Content-Type-Options"] == "nosniff"
                assert reply.headers["X-Request-Id"]
            async with session.post(f"{base}/hooks/test", data=b"x" * (BODY_BYTES_MAX + 1)) as reply:
                assert (reply.status, reply.content_type) == (413, "application/problem+json")
            async with session.post(f"{base}/hooks/bug", data="Ana, +54 9 11 2345-6789") as reply:
                assert (reply.status, reply.content_type) == (500, "application/problem+json")

    assert [line["route"] for line in lines if line["event"] == "request"] == ["/hooks/test"] * 2 + ["/hooks/bug"]
    assert "Ana" not in str(lines)


async def test_a_request_id_is_taken_over_or_made(client: Client) -> None:
    given = await client.call("GET", "/health/live", headers={"X-Request-Id": "abc-123"})
    forged = await client.call("GET", "/health/live", headers={"X-Request-Id": "a b\tc"})

    assert given.headers["X-Request-Id"] == "abc-123"
    assert re.fullmatch(r"[0-9a-f]{16}", forged.headers["X-Request-Id"])


async def test_the_log_says_what_was_asked_but_nothing_about_anybody(shop: Shop) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        booking = await shop.client.made(f"{API}/bookings", shop.walk_in(note="Alérgica"), by=shop.owner)
        await shop.client.get(f"{API}/bookings/{booking['id']}", by=shop.owner)
        await shop.client.get(f"{API}/bookings", by=shop.owner, customerId="cus_secret")

    requests = [line for line in lines if line["event"] == "request"]
    assert [(r["method"], r["route"], r["status"]) for r in requests] == [
        ("POST", f"{API}/bookings", 201),
        ("GET", f"{API}/bookings/{{bookingId}}", 200),
        ("GET", f"{API}/bookings", 200),
    ]
    assert all(line["request_id"] for line in requests)
    text = str(lines)
    for secret in ("Ana", "2345", "Alérgica", "cus_secret", booking["id"], shop.owner):
        assert secret not in text


async def test_a_bug_is_a_500_that_tells_outsiders_nothing_and_the_log_where(base: str) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with aiohttp.ClientSession() as session, session.get(f"{base}/test/bug") as response:
            body = await response.json(content_type="application/problem+json")

    assert (response.status, body["code"]) == (500, "internal")
    (line,) = [line for line in lines if line["event"] == "unexpected"]
    assert line["request_id"] == body["requestId"]
    assert line["error"] == "builtins.RuntimeError"
    assert "in bug" in line["where"]
    assert "2345" not in str(body)


async def test_who_should_try_later_is_told_when(client: Client) -> None:
    reply = await client.get("/test/later")

    assert (reply.status, reply.code, reply.headers["Retry-After"]) == (503, "outcome_unknown", "3")


@pytest.mark.parametrize("role", ["admin", "customer"])
async def test_a_route_without_a_rule_is_denied(client: Client, role: str) -> None:
    assert (await client.get("/test/ruleless", by=token(role))).status == 403


async def test_a_route_beside_the_table_is_denied(client: Client) -> None:
    assert (await client.get("/test/undeclared", by=token("admin"))).status == 403


async def test_head_answers_like_get_without_a_body(shop: Shop) -> None:
    path = f"{API}/businesses/{shop.business_id}"

    got, head = await shop.client.get(path), await shop.client.call("HEAD", path)

    assert (head.status, head.body) == (200, None)
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


async def test_health_is_public(client: Client) -> None:
    live, ready = await client.get("/health/live"), await client.get("/health/ready")

    assert live.body == {"status": "ok"}
    assert ready.body["at"] == "2026-11-27T12:00:00Z"


async def test_a_server_that_stops_says_that_it_is_not_ready(client: Client, service: BookingService) -> None:
    stopping = asyncio.create_task(service._runtime.stop())
    await asyncio.sleep(0)

    reply = await client.get("/health/ready")

    assert (reply.status, reply.code) == (503, "not_ready")
    await stopping


async def test_metrics_count_requests_by_route_and_never_by_id(shop: Shop) -> None:
    await shop.client.get(f"{API}/businesses/{shop.business_id}")

    page = (await shop.client.get("/metrics")).body.decode()

    assert (
        'turnero_http_request_seconds_count{method="GET",route="/api/v1/businesses/{businessId}",status="200"} 1.0'
        in page
    )
    assert shop.business_id not in page


async def test_the_document_is_served_as_it_is_generated(client: Client, app: web.Application) -> None:
    reply = await client.get("/api/openapi.json")

    assert reply.body == msgspec.to_builtins(openapi.document(app[ROUTES]))


async def test_the_docs_page_loads_nothing_from_elsewhere(client: Client) -> None:
    page = await client.get("/api/docs")
    text = page.body.decode()

    addresses = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert addresses
    assert not [address for address in addresses if "//" in address]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    for address in addresses:
        if address.startswith("docs/"):
            asset = await client.get(f"/api/{address}")
            assert asset.status == 200
            assert len(asset.body) > 100
    assert (await client.get("/api/docs/other.js")).status == 404


async def test_what_is_in_flight_is_answered_before_the_server_ends(service: BookingService) -> None:
    entered, release = asyncio.Event(), asyncio.Event()

    async def slow(_call: Call[Empty, Empty]) -> shapes.Live:
        entered.set()
        await release.wait()
        return shapes.Live()

    route: AnyRoute = Route(
        method="GET",
        path="/slow",
        name="slow",
        tag="Test",
        summary="Slow",
        handler=slow,
        access=access.PUBLIC,
        answer=shapes.Live,
    )
    app = make_app(service, secret=SECRET, more_routes=[route])
    runner = Runner(app, shutdown_timeout_s=10)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    async with aiohttp.ClientSession() as session:
        client = Client(session, f"http://{host}:{port}", Document.of(app[ROUTES]))
        asking = asyncio.create_task(client.get("/slow"))
        await entered.wait()
        ending = asyncio.create_task(runner.cleanup())
        await asyncio.sleep(0)
        release.set()

        assert (await asking).body == {"status": "ok"}
        await ending
