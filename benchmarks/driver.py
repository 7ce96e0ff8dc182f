"""Closed-loop HTTP clients that cost next to nothing, so that what is measured is the server.

A general client library needs more of a core than the server that it measures: on two cores it would be its own
bottleneck. Here each client is one connection that sends prepared bytes, waits for the answer, and sends again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlsplit

# What a client sends next; None ends it.
NextRequest = Callable[[], bytes | None]

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"content-length:"


def request(method: str, path: str, *, host: str, token: str = "", key: str = "", body: bytes = b"") -> bytes:
    """Return the bytes of an HTTP/1.1 request (RFC 9112)."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += [f"Idempotency-Key: {key}"] if key else []
    lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Measured:
    """What a run of clients saw. Times are in seconds, one for each answer."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.times) / self.seconds

    def percentile_ms(self, percent: float) -> float:
        """Return the time within which `percent` of the answers came, in milliseconds."""
        ordered = sorted(self.times)
        return 1_000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


class _Client(asyncio.Protocol):
    """One connection: request, answer, request, ..."""

    def __init__(self, next_request: NextRequest, measured: Measured) -> None:
        self._next = next_request
        self._measured = measured
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._sent_at = 0.0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none of asyncio's, but does as they do

    def begin(self) -> None:
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head_end = self._received.find(_END_OF_HEAD)
        if head_end < 0:
            return
        head = self._received[:head_end].lower()
        at = head.find(_LENGTH)
        assert at >= 0, f"an answer without a length: {head!r}"
        length = int(head[at + len(_LENGTH) :].split(b"\r\n", 1)[0])
        if len(self._received) < head_end + len(_END_OF_HEAD) + length:
            return
        self._measured.times.append(time.perf_counter() - self._sent_at)
        self._measured.statuses[int(head[9:12])] += 1
        self._received = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(exc or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        assert self._transport is not None
        data = self._next()
        if data is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(data)


async def drive(base: str, next_request: NextRequest, *, clients: int) -> Measured:
    """Let `clients` connections ask what `next_request` gives them until it gives None."""
    loop = asyncio.get_running_loop()
    address = urlsplit(base)
    assert address.hostname is not None
    assert address.port is not None
    measured = Measured()
    connected = [
        (await loop.create_connection(lambda: _Client(next_request, measured), address.hostname, address.port))[1]
        for _ in range(clients)
    ]
    began = time.perf_counter()
    for client in connected:
        client.begin()
    await asyncio.gather(*(client.ended for client in connected))
    measured.seconds = time.perf_counter() - began
    return measured


def until(requests: Iterator[bytes], *, seconds: float) -> NextRequest:
    """Return a source of `requests` that dries up after `seconds`, or when they do."""
    end = time.perf_counter() + seconds

    def next_request() -> bytes | None:
        return next(requests, None) if time.perf_counter() < end else None

    return next_request
