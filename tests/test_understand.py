"""The command `turnero understand`: a line of JSON in, a line of JSON out."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.process.node import PROGRAM, environment
from turnero.understand import answers

FIELDS = [
    "intent",
    "dateFrom",
    "dateTo",
    "timeFrom",
    "timeTo",
    "part",
    "ref",
    "approx",
    "sameTime",
    "asap",
    "service",
    "staff",
    "people",
    "ask",
]


def answer(**question: object) -> dict[str, Any]:
    """Return what one line is answered with."""
    [(said, _)] = answers([json.dumps(question).encode()])
    found: dict[str, Any] = json.loads(said)
    return found


def test_a_pipe_is_answered_line_by_line_and_needs_no_settings() -> None:
    lines = [
        '{"text": "haceme un lugarcito el viernes 4 y media", "now": "2026-05-06T11:00:00-03:00"}',
        "no JSON",
        '{"text": "👍", "now": "2026-05-06T11:00:00-03:00", "tz": "America/Santiago"}',
    ]

    done = subprocess.run(
        [PROGRAM, "understand"], input="\n".join(lines), env=environment(), capture_output=True, text=True, check=False
    )

    first, second, third = (json.loads(line) for line in done.stdout.splitlines())
    assert list(first) == FIELDS
    assert (first["intent"], first["dateFrom"], first["timeFrom"]) == ("book", "2026-05-08", "16:30")
    assert list(second) == ["error"]
    assert third["intent"] == "confirm"
    assert (done.returncode, done.stderr) == (1, "")


def test_sentences_that_can_all_be_read_leave_exit_code_0() -> None:
    line = '{"text": "hola", "now": "2026-05-06T11:00:00-03:00"}\n'

    done = subprocess.run(
        [PROGRAM, "understand"], input=line, env=environment(), capture_output=True, text=True, check=True
    )

    assert json.loads(done.stdout)["intent"] == "greeting"


@pytest.mark.parametrize(
    ("now", "tz", "tomorrow"),
    [
        ("2026-05-06T11:00:00-03:00", None, "2026-05-07"),
        ("2026-05-06T11:00:00", None, "2026-05-07"),
        ("2026-05-07T01:00:00Z", None, "2026-05-07"),
        ("2026-05-07T01:00:00Z", "Europe/Madrid", "2026-05-08"),
        ("2026-05-06T23:30:00+02:00", None, "2026-05-07"),
    ],
)
def test_tomorrow_is_that_of_the_wall_clock(now: str, tz: str | None, tomorrow: str) -> None:
    assert answer(text="pasado el mediodía de mañana", now=now, tz=tz)["dateFrom"] == tomorrow


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ({"text": "hola", "now": "a las 5"}, "Invalid isoformat string: 'a las 5'"),
        ({"text": "hola", "now": "9999-12-31T10:00:00"}, "too far from today"),
        ({"text": "hola", "now": "2026-05-06", "tz": "Mars/Olympus"}, "'Mars/Olympus' is no time zone"),
        ({"text": "hola", "now": "2026-05-06", "tz": "../../etc/passwd"}, "is no time zone"),
        ({"text": 5, "now": "2026-05-06"}, "$.text"),
        ({"text": "hola"}, "now"),
    ],
)
def test_what_cannot_be_read_says_why(question: dict[str, object], says: str) -> None:
    assert says in answer(**question)["error"]


def test_every_line_has_its_answer_even_an_empty_one() -> None:
    good = b'{"text": "hola", "now": "2026-05-06T11:00:00-03:00"}'

    assert [well for _, well in answers([good, b"\n", b"\xff\n", good])] == [True, False, False, True]


def test_the_example_of_the_documentation_is_true() -> None:
    page = Path("docs/UNDERSTANDING.md").read_text(encoding="utf-8")
    example = re.search(r"```console\n\$ echo '(.*)' \| turnero understand\n(.*)\n```", page)
    assert example is not None

    assert list(answers([example[1].encode()])) == [(example[2].encode(), True)]
