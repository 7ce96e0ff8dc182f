"""The two servers that are measured, as processes of their own, and what they cost in memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.process.node import PROGRAM, SECRET, START_TIMEOUT_S, environment
from tests.servers import free_port


@contextmanager
def yardstick() -> Iterator[str]:
    """Run the bare aiohttp server, and yield its URL."""
    port = free_port()
    with subprocess.Popen([sys.executable, "-m", "benchmarks.yardstick", str(port)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


@contextmanager
def turnero(database_url: str, logs: Path) -> Iterator[str]:
    """Run `turnero serve` as in production, logging to a file, and yield its URL."""
    variables = environment(TURNERO_DATABASE_URL=database_url, TURNERO_SECRET=SECRET, TURNERO_PORT="0")
    with (
        logs.open("wb") as stderr,
        subprocess.Popen([PROGRAM, "serve"], env=variables, stderr=stderr) as process,
    ):
        try:
            yield str(_listening(logs)["url"])
        finally:
            process.terminate()


def _listening(logs: Path) -> Mapping[str, object]:
    end = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < end:
        for line in logs.read_bytes().splitlines():
            said: Mapping[str, object] = msgspec.json.decode(line)
            if said["event"] == "listening":
                return said
        time.sleep(0.05)
    raise TimeoutError(f"the server did not start: {logs.read_text()}")
