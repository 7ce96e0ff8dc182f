"""A client of the stream: what a page or an app would do, and what only a test would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from types import TracebackType
from typing import Any, NamedTuple, Self

import aiohttp
import msgspec
from aiohttp import WSMsgType

from tests.http.api import API

# Nothing here takes long; whatever does will never come.
PATIENCE_S = 10.0


class Closed(NamedTuple):
    """The other side has closed."""

    code: int
    reason: str


class Stream:
    """One connection, which numbers its frames and keeps pushes and answers apart."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._ids = count(1)
        self._unread: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.socket.close()

    async def say(self, event: str, data: Mapping[str, object] | None = None, *, id_: str | None = None) -> str:
        """Send a frame without waiting for its answer; return its id."""
        id_ = id_ or f"c{next(self._ids)}"
        await self.socket.send_str(msgspec.json.encode({"id": id_, "event": event, "data": data or {}}).decode())
        return id_

    async def ask(self, event: str, data: Mapping[str, object] | None = None, *, id_: str | None = None) -> Any:
        """Send a frame, and return its answer; pushes that come before it are kept for `pushed`."""
        return await self.answer(await self.say(event, data, id_=id_))

    async def ok(self, event: str, data: Mapping[str, object] | None = None) -> Any:
        """Send a frame that is granted, and return the data of its answer."""
        answer = await self.ask(event, data)
        assert answer["event"] in {f"{event}:ok", "reconnect:sync-data"}, answer
        return answer["data"]

    async def refused(self, event: str, data: Mapping[str, object] | None = None) -> str:
        """Send a frame that is refused, and return the code of the error."""
        answer = await self.ask(event, data)
        assert answer["event"] == "error", answer
        code: str = answer["data"]["code"]
        return code

    async def answer(self, id_: str) -> Any:
        """Return the answer to the frame `id_`."""
        while True:
            frame = await self.frame()
            assert not isinstance(frame, Closed), frame
            if frame.get("id") == id_:
                return frame
            self._unread.append(frame)

    async def pushed(self) -> Any:
        """Return the next frame that answers nothing."""
        if self._unread:
            return self._unread.pop(0)
        frame = await self.frame()
        assert not isinstance(frame, Closed), frame
        assert "id" not in frame, frame
        return frame

    async def frame(self) -> dict[str, Any] | Closed:
        """Return the next frame of any kind, or why there are no more."""
        message = await self.socket.receive(timeout=PATIENCE_S)
        if message.type is WSMsgType.TEXT:
            decoded: dict[str, Any] = msgspec.json.decode(message.data)
            return decoded
        assert self.socket.close_code is not None, message
        return Closed(self.socket.close_code, message.extra if isinstance(message.extra, str) else "")

    async def ended(self) -> tuple[list[dict[str, Any]], Closed]:
        """Read to the end; return what came before it, and the end."""
        seen = self._unread
        while True:
            frame = await self.frame()
            if isinstance(frame, Closed):
                return seen, frame
            seen.append(frame)


class Dialler:
    """Opens streams to one server."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    @asynccontextmanager
    async def connected(self, query: str = "", **how: Any) -> AsyncIterator[Stream]:
        """Open a connection, and say nothing."""
        async with self.session.ws_connect(f"{self.base}{API}/stream{query}", **how) as socket:
            yield Stream(socket)

    @asynccontextmanager
    async def stream(self, token: str, **how: Any) -> AsyncIterator[Stream]:
        """Open a connection, as the bearer of `token`."""
        async with self.connected(**how) as stream:
            await stream.ok("auth", {"token": token})
            yield stream

    async def status(self, query: str = "", **headers: str) -> int:
        """Return the HTTP status with which a connection is refused."""
        try:
            async with self.session.ws_connect(f"{self.base}{API}/stream{query}", headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as refusal:
            return refusal.status
