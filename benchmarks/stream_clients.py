"""Many clients of the stream in one process, at next to no cost each; told on standard input what to do.

Each line is a JSON object with `do`, answered with a line when it is done. Times are `time.perf_counter()`, which on
Linux is the same clock in all processes.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Sequence
from typing import cast

import msgspec
import uvloop

_SEQUENCE = re.compile(rb'"sequence":(\d+)')
# Connections that are being opened at the same time: what the server's backlog takes with ease.
AT_ONCE = 200
# Clients that are on their way back at the same time: each goes on as soon as it was served, so that the server is
# always busy and never buried.
RETURNING = 50
PING, PONG = b"\x89\x00", b"\x8a\x80\0\0\0\0"
# Addresses of this machine to connect from: one has 28,000 ports, each of which rests for a minute after use.
SOURCES = tuple(f"127.0.0.{n}" for n in range(2, 6))


def masked(text: bytes) -> bytes:
    """Return `text` as a client's frame, masked with zeros (RFC 6455 §5.3)."""
    assert 126 <= len(text) < 1 << 16, "tokens and ids make every frame of ours this long"
    return b"\x81\xfe" + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text


def said(event: str, data: dict[str, object]) -> bytes:
    """Return a frame, padded with spaces to a length that needs one kind of header."""
    return masked(msgspec.json.encode({"event": event, "data": data}).ljust(126))


class Client(asyncio.Protocol):
    """One connection: upgrades, says its `frames` one after the other, then notes when which push comes."""

    def __init__(self, host: str, frames: Sequence[bytes], pushes: list[tuple[int, float]] | None) -> None:
        self._host = host
        self._frames = iter(frames)
        self._pushes = pushes
        self._received = b""
        self._upgraded = False
        self._transport: asyncio.Transport | None = None
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._received += data
        if not self._upgraded:
            head, end, rest = self._received.partition(b"\r\n\r\n")
            if not end:
                return
            assert head.startswith(b"HTTP/1.1 101"), head
            self._upgraded, self._received = True, rest
            self._say()
        while (frame := self._frame()) is not None:
            self._hear(frame, now)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answered.done():
            self.answered.set_exception(exc or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        assert self._transport is not None
        self._transport.close()

    def _frame(self) -> bytes | None:
        received = self._received
        if len(received) < 2:
            return None
        length, head = received[1], 2
        if length > 125:
            head = 4 if length == 126 else 10
            length = int.from_bytes(received[2:head], "big")
        if len(received) < head + length:
            return None
        self._received = received[head + length :]
        if received[0] == PING[0] and self._transport is not None:
            self._transport.write(PONG)
        return received[head : head + length] if received[0] == 0x81 else b""

    def _hear(self, frame: bytes, now: float) -> None:
        if not frame:
            return
        if self.answered.done():
            found = _SEQUENCE.search(frame)
            if found is not None and self._pushes is not None:
                self._pushes.append((int(found[1]), now))
            return
        assert b'"event":"error"' not in frame, frame
        self._say()

    def _say(self) -> None:
        assert self._transport is not None
        frame = next(self._frames, None)
        if frame is None:
            self.answered.set_result(None)
        else:
            self._transport.write(frame)


class Crowd:
    """All clients of this process."""

    def __init__(self, host: str, port: int, token: str, provider_id: str) -> None:
        self._address = (host, port)
        self._auth = said("auth", {"token": token})
        self._subscribe = said("availability:subscribe", {"providerId": provider_id})
        self._provider_id = provider_id
        self._clients: list[Client] = []
        self._pushes: list[tuple[int, float]] = []

    async def connect(self, clients: int, *, subscribe: bool) -> None:
        """Have `clients` connections, all authenticated, and subscribed or not."""
        self.leave()
        frames = (self._auth, self._subscribe) if subscribe else (self._auth,)
        for first in range(0, clients, AT_ONCE):
            opening = (self._open(frames, self._pushes, n) for n in range(first, min(first + AT_ONCE, clients)))
            self._clients += await asyncio.gather(*opening)

    def leave(self) -> None:
        """Close all connections."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._pushes.clear()

    async def pushes(self, number: int) -> list[tuple[int, float]]:
        """Return which push came when, once `number` have come."""
        async with asyncio.timeout(60):
            while len(self._pushes) < number:  # noqa: ASYNC110  to set an event would cost time in each push
                await asyncio.sleep(0.01)
        return self._pushes

    async def reconnect(self, times: int, since: int) -> list[float]:
        """Connect, sync and leave `times` times, `RETURNING` at once; return how many seconds each took."""
        sync = said("reconnect:request-sync", {"providerId": self._provider_id, "sinceSequence": since})
        turns = iter(range(times))
        took: list[float] = []

        async def come_back() -> None:
            for n in turns:
                began = time.perf_counter()
                client = await self._open((self._auth, sync), None, n)
                client.close()
                took.append(time.perf_counter() - began)

        await asyncio.gather(*(come_back() for _ in range(RETURNING)))
        return took

    async def _open(self, frames: Sequence[bytes], pushes: list[tuple[int, float]] | None, n: int) -> Client:
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: Client(self._address[0], frames, pushes), *self._address, local_addr=(SOURCES[n % len(SOURCES)], 0)
        )
        await client.answered
        return client


async def obey() -> None:
    """Do what standard input says, line by line."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    crowd: Crowd | None = None
    while line := await reader.readline():
        order = msgspec.json.decode(line)
        done: object = None
        match order.pop("do"):
            case "begin":
                crowd = Crowd(**order)
            case "connect" if crowd is not None:
                await crowd.connect(**order)
            case "leave" if crowd is not None:
                crowd.leave()
            case "pushes" if crowd is not None:
                done = await crowd.pushes(**order)
            case "reconnect" if crowd is not None:
                done = await crowd.reconnect(**order)
            case other:
                raise AssertionError(other)
        print(msgspec.json.encode(done).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(obey())
