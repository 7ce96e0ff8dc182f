"""Every example in docs/STREAM.md is said to the real server, in order, and answered as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.http.api import Shop
from tests.http.gateway.stream import Closed, Dialler, Stream
from tests.http.test_docs_examples import compare, filled, read_answer

GUIDE = Path(__file__).parents[3] / "docs" / "STREAM.md"

_BLOCK = re.compile(r"^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


class Line(NamedTuple):
    """A line of an example: `#` a connection's name, `>` what it says, `<` what it hears."""

    mark: str
    text: str


def lines(block: str) -> Iterator[Line]:
    """Yield the lines of a block, those that are broken in one piece."""
    for line in re.sub(r"\n +", " ", block).splitlines():
        mark, _, text = line.partition(" ")
        assert mark in {"#", ">", "<"}, line
        yield Line(mark, text)


class Guide:
    """Plays the examples."""

    def __init__(self, shop: Shop, dial: Dialler, stack: AsyncExitStack) -> None:
        self._shop = shop
        self._dial = dial
        self._stack = stack
        self._streams: dict[str, Stream] = {}
        self.known = {
            "provider": shop.provider,
            "customer": shop.customer,
            "providerId": shop.provider_id,
            "serviceId": shop.service_id,
        }
        self.played = 0

    async def frames(self, block: str) -> None:
        stream: Stream | None = None
        for mark, text in lines(block):
            if mark == "#":
                stream = await self._stream(filled(text, self.known))
                continue
            assert stream is not None, "an example begins with the name of its connection"
            if mark == ">":
                await stream.socket.send_str(filled(text, self.known))
            else:
                await self._hear(stream, text)
                self.played += 1

    async def _hear(self, stream: Stream, text: str) -> None:
        """Hear what `text` says. The answer to one's own command and the push of it come in either order."""
        if text.startswith("close"):
            closed = await stream.frame()
            assert isinstance(closed, Closed), closed
            assert closed.code == int(text.removeprefix("close"))
        else:
            expected = json.loads(text)
            heard = await (stream.answer(expected["id"]) if "id" in expected else stream.pushed())
            compare(expected, heard, self.known)

    async def _stream(self, name: str) -> Stream:
        name, _, query = name.partition(" ")
        if name not in self._streams:
            self._streams[name] = await self._stack.enter_async_context(self._dial.connected(query))
        return self._streams[name]

    async def http(self, asked: str, answer: str) -> None:
        line, *headers = asked.strip().splitlines()
        method, path = line.split()
        sent = {name: filled(value, self.known) for name, value in (header.split(": ", 1) for header in headers)}
        reply = await self._shop.client.call(method, path, headers=sent)
        status, expected = read_answer(answer)
        assert reply.status == status, reply
        compare(expected, reply.body, self.known)


async def test_the_guide_is_true_from_beginning_to_end(shop: Shop, dial: Dialler) -> None:
    asked: str | None = None
    async with AsyncExitStack() as stack:
        guide = Guide(shop, dial, stack)
        for block in _BLOCK.finditer(GUIDE.read_text()):
            match block["kind"]:
                case "frames":
                    await guide.frames(block["text"])
                case "http" if asked is None:
                    asked = block["text"]
                case "http" if asked is not None:
                    await guide.http(asked, block["text"])
                    asked = None
                case other:
                    raise AssertionError(f"an example that nobody would try: {other}")

    assert guide.played > 25
