"""The gateway: lets connections in, looks after them while they last, and sees them off."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import TurneroError, Unauthenticated
from turnero.engine.domain.value import ProviderId, Value
from turnero.engine.ports import Presence, Tickets
from turnero.engine.runtime.service import BookingService
from turnero.http import problems
from turnero.http.access import Bearer
from turnero.http.auth import Authenticator
from turnero.http.gateway import commands, frames
from turnero.http.gateway.commands import Desk
from turnero.http.gateway.connection import Connection, Doors, Limits, Socket
from turnero.http.gateway.hub import Hub, Topic
from turnero.http.gateway.metrics import StreamMetrics
from turnero.http.gateway.session import GOING_AWAY, Run
from turnero.http.middleware import REQUEST_ID, problem_response
from turnero.http.routing import API

STREAM = f"{API}/stream"

# A page asks for a ticket and opens its stream with it at once; thirty seconds are for a slow phone.
TICKET_GOOD_FOR_S = 30
# As many as a process of the default 20,000 open files can hold, with room for its database and requests.
CONNECTIONS_MAX = 18_000
# An office behind one address, each with a few pages; past that it is somebody who tries how many there can be.
CONNECTIONS_PER_ADDRESS_MAX = 200
# When whoever is turned away may come again.
RETRY_AFTER_S = 30


class Admission(NamedTuple):
    """Who may connect. `origins` are those of pages elsewhere that may, such as `https://turnos.example`.

    What connects from this machine is not counted by address: that is a proxy, which says in `X-Forwarded-For` whose
    connection it is, or a tool of whoever runs the machine.
    """

    origins: Collection[str] = ()
    connections_max: int = CONNECTIONS_MAX
    per_address_max: int = CONNECTIONS_PER_ADDRESS_MAX


class Stream(NamedTuple):
    """What the gateway stands on, beside the engine."""

    presence: Presence
    tickets: Tickets
    admission: Admission = Admission()
    limits: Limits = Limits()
    now_s: Callable[[], float] = time.time


class Issued(NamedTuple):
    """A ticket, and the instant at which it is worthless."""

    ticket: str
    expires_at: datetime


class _TicketContent(Value):
    actor: Actor
    expires_at: float


class Gateway:
    """All connections of this process. `start` and `stop` it with the server."""

    def __init__(
        self, service: BookingService, stream: Stream, *, authenticator: Authenticator, registry: CollectorRegistry
    ) -> None:
        self._presence = stream.presence
        self._tickets = stream.tickets
        self._admission = stream.admission
        self._limits = stream.limits
        self._now_s = stream.now_s
        self._metrics = metrics = StreamMetrics(registry)
        self._hub = Hub(service.follow, stream.presence, metrics)
        self._desk = Desk(service, self._hub)
        self._doors = Doors(
            identify=authenticator.bearer_of,
            redeem=self._redeem,
            carry_out=self._carry_out,
            arrived=self._arrived,
            closing=lambda code: metrics.closed.labels(str(code)).inc(),
            now_s=stream.now_s,
        )
        # A dict, because it is an ordered set: who came first is seen off first.
        self._connections: dict[Connection, None] = {}
        self._addresses: Counter[str] = Counter()
        self._stopping = False
        self._listening: asyncio.Task[None] | None = None
        metrics.connections.set_function(lambda: len(self._connections))

    # --- Tickets --------------------------------------------------------------------------------------------------

    async def issue(self, bearer: Bearer) -> Issued:
        """Return a ticket that opens one stream as `bearer`, once, soon."""
        content = _TicketContent(actor=bearer.actor, expires_at=bearer.expires_at)
        ticket = await self._tickets.issue(msgspec.json.encode(content).decode(), ttl_s=TICKET_GOOD_FOR_S)
        return Issued(ticket, datetime.fromtimestamp(int(self._now_s()) + TICKET_GOOD_FOR_S, UTC))

    async def _redeem(self, ticket: str) -> Bearer:
        content = await self._tickets.take(ticket) if ticket.isascii() and ticket.isprintable() else None
        if content is None:
            raise Unauthenticated("The ticket is not known, was used, or has run out.")
        found = msgspec.json.decode(content, type=_TicketContent)
        return Bearer(found.actor, found.expires_at)

    # --- Connections ----------------------------------------------------------------------------------------------

    async def start(self, _: web.Application) -> None:
        """Begin to hear who comes and goes."""
        self._listening = asyncio.create_task(self._hub.run())

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve a connection from its first byte to its last, or refuse it before it is one."""
        address = address_of(request)
        refusal = self._refusal(request, address)
        if refusal is not None:
            self._metrics.refused.labels(str(refusal.status)).inc()
            return refusal
        socket = Socket(
            compress=False,  # eight times the memory per connection, for frames of some 300 bytes
            heartbeat=self._limits.heartbeat_s,
            max_msg_size=self._limits.frame_bytes_max,
            timeout=self._limits.close_within_s,
        )
        self._addresses[address] += 1
        try:
            await socket.prepare(request)
            transport = request.transport
            if transport is not None:
                connection = Connection(secrets.token_hex(8), socket, transport, self._doors, self._limits)
                await self._serve(connection, request)
        except ConnectionError:
            pass  # it was gone before it was here
        finally:
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]
        # aiohttp wants an answer even for whoever was gone before the handshake; nobody reads it.
        return socket if socket.prepared else web.Response(status=HTTPStatus.BAD_REQUEST)

    async def stop(self, _: web.Application) -> None:
        """See everybody off: clients know from 1001 that they are to come again, elsewhere."""
        self._stopping = True
        for connection in tuple(self._connections):
            connection.end(GOING_AWAY, "going_away")

    async def close(self, _: web.Application) -> None:
        """Clear up once everybody is gone."""
        self._hub.close()
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _serve(self, connection: Connection, request: web.Request) -> None:
        self._connections[connection] = None
        try:
            if self._stopping:
                connection.end(GOING_AWAY, "going_away")
            await connection.serve(request.query.get("ticket"))
        finally:
            del self._connections[connection]
            for topic, provider_id in connection.subscriptions:
                self._hub.unsubscribe(Topic(topic), ProviderId(provider_id), connection)
            if connection.present_as is not None:
                await self._presence.leave(connection.present_as, connection.id)

    async def _carry_out(self, run: Run, connection: Connection) -> frames.Answer | TurneroError:
        return await commands.carry_out(self._desk, run, connection)

    async def _arrived(self, connection: Connection, actor: Actor) -> None:
        if actor.role is Role.PROVIDER:
            connection.present_as = ProviderId(actor.subject)
            await self._presence.join(connection.present_as, connection.id)

    # --- Admission ------------------------------------------------------------------------------------------------

    def _refusal(self, request: web.Request, address: str) -> web.Response | None:
        upgrades = request.headers.get("Upgrade", "").lower() == "websocket"
        if not upgrades:
            return _refused(request, 426, "This address is a WebSocket: see docs/STREAM.md.")
        if not self._may_come_from(request):
            return _refused(request, 403, "Pages of this origin may not connect.")
        if address and self._addresses[address] >= self._admission.per_address_max:
            return _refused(request, 429, "There are as many connections from your address as there may be.")
        if self._stopping or len(self._connections) >= self._admission.connections_max:
            return _refused(request, 503, "There are as many connections as there may be. Try again shortly.")
        return None

    def _may_come_from(self, request: web.Request) -> bool:
        """Tell whether the page that connects may (RFC 6455 §10.2). What is no browser names no origin."""
        origin = request.headers.get("Origin")
        if origin is None or origin in self._admission.origins:
            return True
        # The host that the client sees, as a proxy passes it on; whether in front of that is TLS we cannot know.
        return urlsplit(origin).netloc.lower() == request.host.lower()


def address_of(request: web.Request) -> str:
    """Return the address that counts as whose connection this is; empty for this machine itself."""
    peer = request.remote or ""
    if not _is_here(peer):
        return peer
    # Only a proxy on this machine is believed, and only what it has added itself, which is the last.
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return "" if not forwarded or _is_here(forwarded) else forwarded


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _refused(request: web.Request, status: int, detail: str) -> web.Response:
    headers = {426: {"Upgrade": "websocket"}, 429: _RETRY, 503: _RETRY}.get(status, {})
    return problem_response(problems.of_status(status, request_id=request[REQUEST_ID], detail=detail), headers)


_RETRY = {"Retry-After": str(RETRY_AFTER_S)}
