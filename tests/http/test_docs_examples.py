"""Every example in docs/API.md is sent to the real server, in order, and answered as it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tests.http.api import Client, HandClock, token

GUIDE = Path(__file__).parents[2] / "docs" / "API.md"

_PIECE = re.compile(
    r"^```http\n(?P<block>.*?)^```$|<!-- clock: (?P<clock>\S+) -->|^(?P<other>```\w*)$", re.DOTALL | re.MULTILINE
)
_VARIABLE = re.compile(r"\{([a-zA-Z]+)\}")


class Request(NamedTuple):
    """One example: what is sent, and what must come back. `at` is what the clock shows from then on, if it moves."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer: object
    at: datetime | None


def read_guide(text: str) -> Iterator[Request]:
    """Yield the guide's examples: blocks of requests and answers in turn."""
    asked: str | None = None
    at: datetime | None = None
    for piece in _PIECE.finditer(text):
        assert piece["other"] is None, f"an example that nobody would try: {piece['other']}"
        if piece["clock"] is not None:
            at = datetime.fromisoformat(piece["clock"])
        elif asked is None:
            asked = piece["block"]
        else:
            head, _, body = asked.partition("\n\n")
            line, *headers = head.splitlines()
            method, path = line.split()
            status, answer = read_answer(piece["block"])
            yield Request(method, path, dict(h.split(": ", 1) for h in headers), body, status, answer, at)
            asked, at = None, None
    assert asked is None, "the last request has no answer"


def read_answer(block: str) -> tuple[int, object]:
    """Return an answer's status and body."""
    head, _, body = block.partition("\n\n")
    protocol, status, *_ = head.split()
    assert protocol == "HTTP/1.1", f"an answer begins with its status, not with {protocol!r}"
    return int(status), json.loads(body) if body.strip() else None


def filled(text: str, known: dict[str, str]) -> str:
    """Return `text` with the variables in it."""
    return _VARIABLE.sub(lambda match: known[match[1]], text)


def compare(expected: object, actual: object, known: dict[str, str], path: str = "$") -> None:
    """Assert that `actual` has everything that `expected` shows, and remember the variables that it names."""
    match expected:
        case "...":
            return
        case str() if (variable := _VARIABLE.fullmatch(expected)) is not None:
            assert isinstance(actual, str), path
            assert known.setdefault(variable[1], actual) == actual, path
        case dict():
            assert isinstance(actual, dict), path
            for name, value in expected.items():
                assert name in actual, f"{path}.{name}"
                compare(value, actual[name], known, f"{path}.{name}")
        case list():
            assert isinstance(actual, list), path
            assert len(actual) == len(expected), f"{path}: {actual}"
            for index, value in enumerate(expected):
                compare(value, actual[index], known, f"{path}[{index}]")
        case _:
            assert actual == expected, path


async def test_the_guide_is_true_from_beginning_to_end(client: Client, clock: HandClock) -> None:
    known = {"admin": token("admin"), "customer": token("customer", "cus_ana")}
    examples = list(read_guide(GUIDE.read_text()))

    for example in examples:
        if example.at is not None:
            clock.set(example.at)
        headers = {name: filled(value, known) for name, value in example.headers.items()}
        body = filled(example.body, known).encode() if example.body else None
        reply = await client.call(example.method, filled(example.path, known), raw=body, headers=headers)

        assert reply.status == example.status, f"{example.method} {example.path}: {reply.body}"
        compare(example.answer, reply.body, known)
        if "businessId" in known:
            known.setdefault("owner", token("owner", "ana", known["businessId"]))
        if "providerId" in known:
            known.setdefault("provider", token("provider", known["providerId"]))

    assert len(examples) > 20
