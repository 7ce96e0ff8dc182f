"""The thin shell: one WebSocket, carrying frames between a client and its session.

Frames go straight to the transport, whose buffer is the connection's outbound queue: server frames are not masked
(RFC 6455 §5.1), so the bytes of a push are the same for everybody and are made once, header included. No task, no
queue and no copy per subscriber is left. When a client does not read, the buffer grows to its bound and the client is
cut off; nobody ever waits for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import NamedTuple

from aiohttp import WebSocketError, WSMessage, WSMsgType, web

from turnero.engine.domain.booking import Actor
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.value import ProviderId
from turnero.http.access import Bearer
from turnero.http.gateway import frames
from turnero.http.gateway.session import (
    TRY_AGAIN_LATER,
    Close,
    Effect,
    Identify,
    Run,
    Send,
    Session,
)
from turnero.http.gateway.wire import framed
from turnero.http.middleware import log_bug

# Nobody says more at once than a booking with a customer's name, phone and so on: some two kilobytes.
FRAME_BYTES_MAX = 32 * 1024
# What may wait for a client that does not read, beside what the system buffers: some 500 pushes. Past that a sync is
# cheaper than the backlog. Checked before each frame, so one answer more, a sync of 200 events at most, can lie on top.
OUTBOUND_BYTES_MAX = 256 * 1024
# Pings keep the way open through load balancers, which close what is silent for 60 s; no pong within half of it: gone.
HEARTBEAT_S = 25.0
# Whoever opens a connection says who they are, or makes room. Five seconds outlast a slow phone's round trips.
AUTH_WITHIN_S = 5.0
# How long a client may take to read and answer the closing of a connection, before it is torn down.
CLOSE_WITHIN_S = 2.0

INTERNAL_ERROR = 1011

# Timers further off than a day gain nothing, and a token may be good until the year 9999.
_DAY_S = 86_400.0
# As long as it takes the loop to look at its sockets once.
_MOMENT_S = 0.01


class Limits(NamedTuple):
    """What one connection may take; the defaults are for production."""

    auth_within_s: float = AUTH_WITHIN_S
    frame_bytes_max: int = FRAME_BYTES_MAX
    outbound_bytes_max: int = OUTBOUND_BYTES_MAX
    heartbeat_s: float = HEARTBEAT_S
    close_within_s: float = CLOSE_WITHIN_S


class Doors(NamedTuple):
    """What a connection needs done for it: finding out who is there, and carrying out what they ask."""

    identify: Callable[[str], Awaitable[Bearer]]
    redeem: Callable[[str], Awaitable[Bearer]]
    carry_out: Callable[[Run, Connection], Awaitable[frames.Answer | TurneroError]]
    arrived: Callable[[Connection, Actor], Awaitable[None]]
    closing: Callable[[int], None]
    now_s: Callable[[], float] = time.time


class Socket(web.WebSocketResponse):
    """A WebSocket whose transport is closed by whoever serves it, and not by aiohttp.

    aiohttp tears the connection down as soon as it has read something that it does not take. A client that is still in
    the middle of a frame of 10 MB would then fail at writing, and never read why it was closed.
    """

    def _close_transport(self) -> None:
        pass


class Connection:
    """One client. `serve` it until it is gone; `push` to it and `end` it from anywhere on the loop."""

    __slots__ = ("_arrived", "_doors", "_ending", "_limits", "_session", "_socket", "_transport", "id", "present_as")

    def __init__(
        self, connection_id: str, socket: Socket, transport: asyncio.Transport, doors: Doors, limits: Limits
    ) -> None:
        self.id = connection_id
        self._socket = socket
        self._transport = transport
        self._doors = doors
        self._limits = limits
        self._session = Session(now=doors.now_s(), auth_within_s=limits.auth_within_s)
        self._ending: asyncio.Task[None] | None = None
        self._arrived = False
        # Whose presence this connection is, if it is a provider's own.
        self.present_as: ProviderId | None = None

    @property
    def subscriptions(self) -> AbstractSet[tuple[str, str]]:
        """What pushes were asked for, as (topic, provider), and are not given up yet."""
        return self._session.subscriptions

    # --- Outbound -------------------------------------------------------------------------------------------------

    def push(self, frame: bytes) -> None:
        """Send a frame, as `framed` makes it, or cut the client off if it has not read what was sent before."""
        if self._ending is not None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > self._limits.outbound_bytes_max:
            self.end(TRY_AGAIN_LATER, "too_slow")
            return
        self._transport.write(frame)

    def lost(self) -> None:
        """End the session, because a push could not be made: the client comes again, and syncs."""
        self.end(INTERNAL_ERROR, "internal")

    def end(self, code: int, reason: str) -> None:
        """Say no more but why, and close. What was pushed before is still sent, if the client reads it in time."""
        self._session.ended()
        if self._ending is None:
            self._doors.closing(code)
            self._ending = asyncio.create_task(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        try:
            # Not drained: a client that does not read would keep us here.
            await self._socket.close(code=code, message=reason.encode(), drain=False)
        finally:
            # By now it has answered, or had its time. A transport that is merely closed waits for its buffer forever.
            self._transport.abort()

    # --- Inbound --------------------------------------------------------------------------------------------------

    async def serve(self, ticket: str | None) -> None:
        """Carry frames until the client is gone or has to go."""
        try:
            if ticket is not None:
                found = await self._found(self._doors.redeem(ticket))
                await self._perform(self._session.identified(None, found, now=self._doors.now_s()))
            while not self._session.over:
                message = await self._next()
                if message is None:
                    if self._doors.now_s() >= self._session.deadline:  # else the wait was for a day only
                        await self._perform(self._session.time_is_up())
                elif message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    await self._perform(self._session.received(message.data, now=self._doors.now_s()))
                else:
                    await self._closed(message)
                    break
        except ConnectionError:
            pass  # the client went away in the middle of a frame
        except Exception as bug:  # noqa: BLE001  the process boundary: this client is told, and we get a trace
            log_bug(bug)
            self.end(INTERNAL_ERROR, "internal")
        finally:
            self._session.ended()
            if self._ending is not None:
                await self._ending
            if not self._transport.is_closing():
                # Closed when all that was written has left, or has had its time: whoever is gone reads nothing.
                self._transport.close()
                asyncio.get_running_loop().call_later(self._limits.close_within_s, self._transport.abort)

    async def _closed(self, message: WSMessage) -> None:
        """Deal with the end of what the client says: it has closed, or said what no WebSocket says."""
        if message.type is WSMsgType.ERROR and isinstance(message.data, WebSocketError):
            # It has been told (too large: 1009, not UTF-8: 1007, ...) and may still be sending. What comes is thrown
            # away for as long as it may take to notice.
            self._doors.closing(message.data.code)
            await asyncio.sleep(self._limits.close_within_s)

    async def _next(self) -> WSMessage | None:
        """Return the next message, or None when the session's deadline has come."""
        wait_s = self._session.deadline - self._doors.now_s()
        # Then two moments more: it may be we who are late, and what has come meanwhile goes before the clock. The first
        # lets the loop look at its sockets, the second takes what it found there just as the first was over.
        for timeout_s in (min(wait_s, _DAY_S), _MOMENT_S, _MOMENT_S):
            with suppress(TimeoutError):
                return await self._socket.receive(timeout=max(timeout_s, _MOMENT_S))
        return None

    async def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(text):
                    self.push(framed(text))
                case Close(code, reason):
                    self.end(code, reason)
                case Identify(_, token):
                    found = await self._found(self._doors.identify(token))
                    await self._perform(self._session.identified(effect, found, now=self._doors.now_s()))
                case Run():
                    outcome = await self._doors.carry_out(effect, self)
                    await self._perform(self._session.done(effect, outcome))

    async def _found(self, looking: Awaitable[Bearer]) -> Bearer | TurneroError:
        try:
            bearer = await looking
        except TurneroError as refusal:
            return refusal
        if not self._arrived:
            self._arrived = True
            await self._doors.arrived(self, bearer.actor)
        return bearer
