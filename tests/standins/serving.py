"""What stand-ins for services of others have in common: a port of their own, and faults that can be asked of them."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web


@dataclass(frozen=True)
class Refuse:
    """The request is refused; nothing is done."""

    status: int
    body: Mapping[str, Any] | str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Silence:
    """The request is carried out, but the answer never comes."""


@dataclass(frozen=True)
class HangUp:
    """The request is carried out, then the connection breaks off instead of an answer."""


Fault = Refuse | Silence | HangUp

S = TypeVar("S", bound="StandIn")


class StandIn:
    """A server on a loopback port of its own, which it keeps while it is down."""

    def __init__(self) -> None:
        self._socket = _bound(0)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None
        self._released = asyncio.Event()
        self._news = asyncio.Condition()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something has become true by a request."""
        async with self._news:
            await self._news.wait_for(true)

    def next(self, name: str, *faults: Fault) -> None:
        """Let the next requests called `name` end like this, one after the other."""
        self._faults[name].extend(faults)

    async def up(self) -> None:
        """Start answering. Until then connections are refused."""
        if self._socket.fileno() < 0:
            self._socket = _bound(self.port)
        self._released.clear()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._with_faults)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def down(self) -> None:
        """Stop answering, and break off what is under way."""
        self._released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._socket.close()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request as the real one does."""
        raise NotImplementedError

    def name_of(self, request: web.Request) -> str:
        """Return the name under which faults are asked for."""
        raise NotImplementedError

    async def _with_faults(self, request: web.Request) -> web.StreamResponse:
        faults = self._faults[self.name_of(request)]
        fault = faults.popleft() if faults else None
        if isinstance(fault, Refuse):
            if isinstance(fault.body, str):
                return web.Response(status=fault.status, text=fault.body, headers=fault.headers)
            return web.json_response(fault.body, status=fault.status, headers=fault.headers)
        response = await self.answer(request)
        async with self._news:
            self._news.notify_all()
        if isinstance(fault, Silence):
            await self._released.wait()
        if isinstance(fault, HangUp):
            assert request.transport is not None
            request.transport.abort()
        return response


@asynccontextmanager
async def standing_in(server: S) -> AsyncIterator[S]:
    """Run `server` while the context lasts."""
    await server.up()
    try:
        yield server
    finally:
        await server.down()


def _bound(port: int) -> socket.socket:
    """Return a socket that is bound but does not listen: connections to it are refused."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound
