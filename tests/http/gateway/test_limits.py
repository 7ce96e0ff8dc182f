"""What clients do that they should not: each is answered or sent away, and the others notice nothing."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import structlog
from aiohttp import WSMsgType, web

from tests.http.api import API, SECRET, START, Shop
from tests.http.conftest import listening
from tests.http.gateway.stream import Closed, Dialler, Stream
from turnero.engine.domain.booking import Role
from turnero.engine.runtime.service import BookingService
from turnero.http.gateway import gateway
from turnero.http.gateway.connection import FRAME_BYTES_MAX, Limits
from turnero.http.gateway.gateway import Admission
from turnero.http.gateway.hub import Channel
from turnero.http.server import Runner, make_app
from turnero.http.tokens import issue_token
from turnero.persistence.presence import LocalPresence
from turnero.persistence.tickets import LocalTickets


@pytest.fixture
async def bystander(shop: Shop, dial: Dialler) -> AsyncIterator[Stream]:
    """Somebody else, who goes on hearing of bookings whatever the others do."""
    async with dial.stream(shop.owner) as stream:
        await stream.ok("calendar:subscribe", {"providerId": shop.provider_id})
        yield stream
        await shop.booked(START)
        assert (await stream.pushed())["data"]["type"] == "AppointmentBooked"


def settings(limits: Limits | None = None, admission: Admission | None = None) -> gateway.Stream:
    """Return what a gateway stands on, with limits of its own."""
    return gateway.Stream(
        presence=LocalPresence(),
        tickets=LocalTickets(),
        limits=limits or Limits(),
        admission=admission or Admission(),
    )


@asynccontextmanager
async def served(service: BookingService, stream: gateway.Stream) -> AsyncIterator[Dialler]:
    """Serve `service` with a gateway of its own limits."""
    app = make_app(service, secret=SECRET, stream=stream)
    async with listening(app) as base, aiohttp.ClientSession() as session:
        yield Dialler(session, base)


# --- Frames -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize("binary", [False, True])
async def test_a_frame_of_ten_megabytes_closes_its_connection_cleanly(
    shop: Shop, dial: Dialler, *, binary: bool
) -> None:
    async with dial.stream(shop.owner) as stream:
        # The client gets to send all of it, and then to read why it was for nothing.
        if binary:
            await stream.socket.send_bytes(b"x" * 10_000_000)
        else:
            await stream.socket.send_str("x" * 10_000_000)
        _, closed = await stream.ended()

    assert closed.code == 1009


async def test_the_largest_frame_that_is_taken_is_taken(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner) as stream:
        await stream.socket.send_str("x" * (FRAME_BYTES_MAX - 1))
        frame = await stream.frame()

        assert not isinstance(frame, Closed)
        assert frame["data"]["code"] == "malformed"


@pytest.mark.usefixtures("bystander")
@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x81\x85\x00\x00\x00\x00\xff\xfe\xfd\xfc\xfb",  # text that is not UTF-8
        b"\xff\x80\x00\x00\x00\x00",  # reserved bits, and no such opcode
        b"\x80\x80\x00\x00\x00\x00",  # the rest of a message that never began
    ],
    ids=["not-utf-8", "no-such-opcode", "no-beginning"],
)
async def test_what_is_no_websocket_frame_closes_its_connection(shop: Shop, dial: Dialler, bytes_: bytes) -> None:
    async with dial.stream(shop.owner) as stream:
        transport = stream.socket._response.connection
        assert transport is not None
        assert transport.transport is not None
        transport.transport.write(bytes_)
        _, closed = await stream.ended()

    assert closed.code in {1002, 1007}


@pytest.mark.usefixtures("bystander")
async def test_nonsense_is_answered_for_a_while(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner) as stream:
        for _ in range(100):
            await stream.socket.send_str("{nonsense")
        seen, closed = await stream.ended()

    assert {frame["data"]["code"] for frame in seen} == {"malformed"}
    assert closed == Closed(1008, "too_much_nonsense")


@pytest.mark.usefixtures("bystander")
async def test_unknown_events_and_reused_ids_are_errors(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner) as stream:
        assert await stream.refused("calendar:explode") == "unknown_event"
        await stream.ask("ping", id_="1")
        assert (await stream.ask("ping", id_="1"))["data"]["code"] == "id_reused"
        await stream.ok("ping")


@pytest.mark.usefixtures("bystander")
async def test_whoever_just_goes_leaves_nothing_behind(shop: Shop, dial: Dialler) -> None:
    async with dial.connected() as stream:
        await stream.say("auth", {"token": shop.owner})
        await stream.say("calendar:subscribe", {"providerId": shop.provider_id})
        connection = stream.socket._response.connection
        assert connection is not None
        assert connection.transport is not None
        connection.transport.abort()


# --- Time ---------------------------------------------------------------------------------------------------------


async def test_whoever_says_nothing_at_all_makes_room(service: BookingService) -> None:
    async with served(service, settings(Limits(auth_within_s=0.05))) as dial, dial.connected() as stream:
        seen, closed = await stream.ended()

    assert [frame["data"]["code"] for frame in seen] == ["auth_timeout"]
    assert closed == Closed(4401, "auth_timeout")


async def test_a_session_ends_with_its_token(service: BookingService) -> None:
    def brief(seconds: float) -> str:
        now = datetime.now(UTC)
        return issue_token(secret=SECRET, role=Role.ADMIN, subject="x", now=now, lifetime=timedelta(seconds=seconds))

    async with (
        served(service, settings()) as dial,
        dial.stream(brief(2)) as stream,  # tokens count in whole seconds
        dial.stream(brief(2)) as prolonged,
    ):
        await prolonged.ok("auth", {"token": brief(60)})
        seen, closed = await stream.ended()
        await prolonged.ok("ping")

    assert [frame["data"]["code"] for frame in seen] == ["token_expired"]
    assert closed == Closed(4401, "token_expired")


async def test_whoever_answers_no_ping_is_gone(service: BookingService, shop: Shop) -> None:
    async with served(service, settings(Limits(heartbeat_s=0.05))) as dial:
        async with dial.connected(autoping=False) as stream:
            await stream.ok("auth", {"token": shop.admin})
            assert await stream.socket.receive(timeout=5) == (WSMsgType.PING, b"", "")
            while not isinstance(await stream.frame(), Closed):
                pass
        assert await connections(dial) == 0


async def connections(dial: Dialler) -> int:
    """Return how many connections the server counts, once it has noticed who is gone."""
    found = -1.0
    for _ in range(200):
        async with dial.session.get(f"{dial.base}/metrics") as response:
            page = await response.text()
        (line,) = [line for line in page.splitlines() if line.startswith("turnero_stream_connections ")]
        found = float(line.split()[1])
        if found == 0:
            break
        await asyncio.sleep(0.01)
    return int(found)


# --- Slow readers -------------------------------------------------------------------------------------------------


async def test_a_client_that_does_not_read_is_cut_off_and_nobody_waits_for_it(
    service: BookingService, shop: Shop
) -> None:
    limits = Limits(outbound_bytes_max=64 * 1024, close_within_s=0.2)
    async with served(service, settings(limits)) as dial:
        small = sockets.socket()
        small.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        small.setblocking(False)
        async with dial.stream(shop.owner) as reader:
            await reader.ok("calendar:subscribe", {"providerId": shop.provider_id})
            lazy = await lazy_client(dial, small, shop)
            pushed = 0
            while not await cut_off(dial):
                await shop_changes(shop)
                for _ in range(20):
                    await reader.pushed()
                pushed += 20
            # It lost nothing: the rest is in the journal.
            missed = await reader.ok(
                "reconnect:request-sync", {"providerId": shop.provider_id, "sinceSequence": pushed}
            )
            assert missed["sequence"] >= pushed
        lazy.close()
        assert await connections(dial) == 0


async def lazy_client(dial: Dialler, small: sockets.socket, shop: Shop) -> sockets.socket:
    """Connect, subscribe, and never read again."""
    host, port = dial.base.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    await loop.sock_connect(small, (host, int(port)))
    handshake = (
        f"GET {API}/stream HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await loop.sock_sendall(small, handshake.encode())
    assert b"101" in await loop.sock_recv(small, 1024)
    for frame in (
        f'{{"event":"auth","data":{{"token":"{shop.owner}"}}}}',
        f'{{"event":"calendar:subscribe","data":{{"providerId":"{shop.provider_id}"}}}}',
        # Its own big answers fill its buffers soonest.
        *[f'{{"event":"ping","data":{{}},"id":"{n}"}}' for n in range(3)],
    ):
        await loop.sock_sendall(small, masked(frame.encode()))
    return small


def masked(text: bytes) -> bytes:
    """Return `text` as clients send it, masked with zeros (RFC 6455 §5.3)."""
    return b"\x81" + bytes((0x80 | 126,)) + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text


async def shop_changes(shop: Shop) -> None:
    """Cause twenty events."""
    path = f"{API}/providers/{shop.provider_id}/schedule"
    hours = [{"day": day, "from": "09:00", "to": "18:00"} for day in ("MO", "TU", "WE", "TH", "FR")]
    many = [
        {"date": f"20{y}-{m:02}-{d:02}", "hours": [{"from": "10:00", "to": "12:00"}], "reason": "x" * 200}
        for y in (28, 29)
        for m in range(1, 13)
        for d in (1, 11, 21)
    ]
    for _ in range(20):
        reply = await shop.client.call("PUT", path, {"weekly": hours, "exceptions": many}, by=shop.owner)
        assert reply.status == 200, reply


async def cut_off(dial: Dialler) -> bool:
    async with dial.session.get(f"{dial.base}/metrics") as response:
        return 'turnero_stream_closed_total{code="1013"} 1.0' in await response.text()


async def test_a_push_that_fails_ends_those_who_would_have_missed_it(
    shop: Shop, dial: Dialler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(shop.customer)

    async with dial.stream(shop.customer) as stream, dial.stream(shop.owner) as elsewhere:
        await stream.ok("availability:subscribe", {"providerId": shop.provider_id})
        with monkeypatch.context() as patched, structlog.testing.capture_logs() as lines:
            patched.setattr(Channel, "hear", broken)
            await shop.booked()
            _, closed = await stream.ended()
        await elsewhere.ok("ping")

    assert closed == Closed(1011, "internal")
    (line,) = [line for line in lines if line["event"] == "unexpected"]
    assert line["error"] == "builtins.RuntimeError"
    assert shop.customer not in str(lines)


async def test_the_length_of_a_stream_is_not_taken_for_slowness(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner):
        pass
    assert await connections(dial) == 0
    async with dial.session.get(f"{dial.base}/metrics") as response:
        page = await response.text()

    assert 'route="/api/v1/stream"' not in page
    assert "turnero_stream_connections 0.0" in page


# --- Doors --------------------------------------------------------------------------------------------------------


async def test_pages_of_other_origins_may_not_connect(dial: Dialler) -> None:
    assert await dial.status() == 101
    assert await dial.status(Origin=dial.base) == 101
    for stranger in ("https://evil.example", "null", f"{dial.base}.evil.example", "file://"):
        assert await dial.status(Origin=stranger) == 403


async def test_origins_that_are_named_may_connect(service: BookingService) -> None:
    async with served(service, settings(admission=Admission(origins=("https://turnos.example",)))) as dial:
        assert await dial.status(Origin="https://turnos.example") == 101
        assert await dial.status(Origin="http://turnos.example") == 403


async def test_one_address_has_so_many_connections_and_no_more(service: BookingService) -> None:
    async with served(service, settings(admission=Admission(per_address_max=2))) as dial:
        mine = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7"}
        async with dial.connected(headers=mine), dial.connected(headers=mine):
            assert await dial.status(**mine) == 429
            assert await dial.status(**{"X-Forwarded-For": "198.51.100.8"}) == 101
            # What a client claims about itself comes first, and is not believed.
            assert await dial.status(**{"X-Forwarded-For": "198.51.100.7, 198.51.100.9"}) == 101
            # Whatever runs on this machine is not counted.
            assert await dial.status() == 101
        await connections(dial)
        assert await dial.status(**mine) == 101


async def test_a_full_server_says_when_to_come_again(service: BookingService) -> None:
    async with (
        served(service, settings(admission=Admission(connections_max=1))) as dial,
        dial.connected(),
        dial.session.get(f"{dial.base}{API}/stream", headers=UPGRADE) as response,
    ):
        assert response.status == 503
        assert response.headers["Retry-After"]
        assert (await response.json(content_type="application/problem+json"))["code"] == "unavailable"


UPGRADE = {"Upgrade": "websocket", "Connection": "upgrade"}


async def test_what_is_no_websocket_is_told_so(dial: Dialler) -> None:
    async with dial.session.get(f"{dial.base}{API}/stream") as response:
        assert response.status == 426
        assert (await response.json(content_type="application/problem+json"))["code"] == "upgrade_required"
    async with dial.session.get(f"{dial.base}{API}/stream", headers=UPGRADE) as response:
        assert response.status == 400


async def test_a_server_that_stops_sees_everybody_off(service: BookingService, shop: Shop) -> None:
    runner = Runner(make_app(service, secret=SECRET, stream=settings()), shutdown_timeout_s=5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    async with aiohttp.ClientSession() as session:
        dial = Dialler(session, f"http://{host}:{port}")
        async with dial.stream(shop.owner) as stream, dial.connected() as unknown:
            stopping = asyncio.create_task(runner.cleanup())
            ends = [(await each.ended())[1] for each in (stream, unknown)]
            await stopping

    assert ends == [Closed(1001, "going_away")] * 2
