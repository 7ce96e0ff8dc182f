"""A real server process for tests: started, asked, terminated, killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAM = Path(sys.executable).with_name("turnero")
SECRET = "what-signs-the-tokens-of-these-tests-and-nothing-else"

# A start takes about a second; on a busy machine of two cores it has taken ten.
START_TIMEOUT_S = 40


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment without any TURNERO_ variable, and with `variables`."""
    return {k: v for k, v in os.environ.items() if not k.startswith("TURNERO_")} | variables


class Node:
    """`turnero serve` on a free port. It can be started again after it ended, on the same database."""

    def __init__(self, database_url: str, **variables: str) -> None:
        self._environment = environment(
            TURNERO_DATABASE_URL=database_url, TURNERO_SECRET=SECRET, TURNERO_PORT="0", **variables
        )
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self.logs: list[Mapping[str, object]] = []
        self.base = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._process is not None:
            await self.kill()

    async def start(self) -> None:
        """Start the process; return when it says where it listens."""
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, "serve", env=self._environment, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
        )
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not (line := await self._read()) or line.get("event") != "listening":
                    assert not self._stderr.at_eof(), f"the server did not start: {self.logs}"
        except BaseException:
            # Nobody else will end it: what fails to start is never entered as a context.
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.communicate()
            self._process = None
            raise
        self.base = str(line["url"])
        # Whoever stops reading a full pipe stops the writer.
        self._reader = asyncio.create_task(self._read_on())

    async def kill(self) -> None:
        """End the process as a power cut would: nothing is finished, nothing is said."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """Ask the process to end, and return its exit code."""
        return await self._end(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, and return at once."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Wait until the process has ended, and return its exit code."""
        assert self._process is not None
        assert self._reader is not None
        code = await self._process.wait()
        await self._reader
        self._process = self._reader = None
        return code

    async def _end(self, number: signal.Signals) -> int:
        self.send(number)
        return await self.ended()

    @property
    def _stderr(self) -> asyncio.StreamReader:
        assert self._process is not None
        assert self._process.stderr is not None
        return self._process.stderr

    async def _read(self) -> Mapping[str, object]:
        text = (await self._stderr.readline()).decode().strip()
        if not text:
            return {}
        try:
            line: Mapping[str, object] = json.loads(text)
        except ValueError:
            line = {"event": text}
        self.logs.append(line)
        return line

    async def _read_on(self) -> None:
        while not self._stderr.at_eof():
            await self._read()
