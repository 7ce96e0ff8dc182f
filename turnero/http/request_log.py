"""One log line for each request, written in bursts: the line is a third of what a cached answer costs otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
import structlog

# A process that is killed loses the lines of this long; one that stops writes them all.
BURST_S = 0.1

_log = structlog.get_logger("turnero.http")


class RequestLine(msgspec.Struct, frozen=True, gc=False):
    """What is said of a request. The template, never path or query: ids of people and search terms stay out."""

    event: str
    level: str
    timestamp: datetime
    request_id: str
    method: str
    route: str
    status: int
    duration_ms: float


Write = Callable[[Sequence[RequestLine]], None]


class RequestLog:
    """Gathers lines and hands them to `write`; without one, each goes through structlog at once."""

    def __init__(self, write: Write | None = None) -> None:
        self._write = write
        self._lines: list[RequestLine] = []
        self._timer: asyncio.TimerHandle | None = None

    def add(self, *, request_id: str, method: str, route: str, status: int, duration_s: float) -> None:
        """Say that a request was answered."""
        duration_ms = round(duration_s * 1000, 2)
        if self._write is None:
            _log.info("request", method=method, route=route, status=status, duration_ms=duration_ms)
            return
        line = RequestLine("request", "info", datetime.now(UTC), request_id, method, route, status, duration_ms)
        self._lines.append(line)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(BURST_S, self.flush)

    def flush(self) -> None:
        """Write what has gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines, self._lines = self._lines, []
        if lines and self._write is not None:
            self._write(lines)
