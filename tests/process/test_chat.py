"""`turnero chat` as people and pipes use it, and as it is killed."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.process.client import Api, open_shop
from tests.process.doomed import NOW
from tests.process.node import PROGRAM, SECRET, START_TIMEOUT_S, Node, environment
from turnero.bots.driver.links import PREFIX

ROOT = Path(__file__).parents[2]
NOTHING_SET: Mapping[str, str] = {}


class Done(NamedTuple):
    code: int | None
    stdout: str
    stderr: str


async def run(
    *command: str | Path, lines: Sequence[str] = (), cwd: Path = ROOT, env: Mapping[str, str] = NOTHING_SET
) -> Done:
    """Run a program with some lines as its input, to its end."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(**env), cwd=cwd, stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    async with asyncio.timeout(START_TIMEOUT_S):
        stdout, stderr = await process.communicate("".join(f"{line}\n" for line in lines).encode())
    return Done(process.returncode, stdout.decode(), stderr.decode())


async def chat(*lines: str, folder: Path, arguments: Sequence[str] = ()) -> str:
    """Pipe lines through `turnero chat` where there is nothing else, and return what it prints."""
    done = await run(PROGRAM, "chat", "--now", NOW, *arguments, lines=lines, cwd=folder)
    assert (done.code, done.stderr) == (0, "")
    return done.stdout


async def test_a_pipe_books_in_a_shop_that_was_not_there_before_and_each_line_is_answered_before_the_next(
    tmp_path: Path,
) -> None:
    said = await chat("soy Juan, corte con Martín mañana a las 10", "1", "mis turnos", folder=tmp_path)
    card, booked, mine = said.index("1) Confirmar"), said.index("Listo"), said.index("1) Cambiarlo")
    assert card < booked < mine
    assert (tmp_path / "turnero.db").is_file()


async def test_a_conversation_goes_on_where_it_was_in_the_last_run_and_everybody_has_their_own(tmp_path: Path) -> None:
    await chat("soy Juan, quiero un corte con Martín", folder=tmp_path)
    assert "10:00" in await chat("mañana a las 10", folder=tmp_path)
    assert "No tenés turnos" in await chat("mis turnos", folder=tmp_path, arguments=["--as", "ana"])
    assert "Listo, Juan" in await chat("sí", folder=tmp_path)


async def test_a_line_is_answered_while_the_pipe_stays_open_and_the_last_one_needs_no_end(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "chat", env=environment(), cwd=tmp_path, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    async with asyncio.timeout(START_TIMEOUT_S):
        process.stdin.write(b"hola\n")
        assert b"El Turno" in await process.stdout.readuntil(b"\n\n")
        process.stdin.write("¿cuánto sale un corte?".encode())
        process.stdin.close()
        assert b"18.000" in await process.stdout.read()
        assert await process.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--business", "nowhere"], "there is no business 'nowhere'; there is: el-turno"),
        (["--provider", "prv_nobody"], "there is no provider 'prv_nobody'"),
        (["--now", "noon"], "'noon' is not an instant"),
    ],
)
async def test_what_is_not_there_is_said_in_one_line(tmp_path: Path, arguments: list[str], says: str) -> None:
    done = await run(PROGRAM, "chat", *arguments, lines=["hola"], cwd=tmp_path)
    assert (done.code, done.stdout) == (2, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


async def test_a_provider_is_linked_by_what_turnero_link_prints(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    variables = {"TURNERO_DATABASE_URL": url, "TURNERO_SECRET": SECRET}
    await run(PROGRAM, "migrate", env=variables)
    async with Node(url) as node, Api(node.base) as api:
        shop = await open_shop(api, providers=1)
    (provider_id,) = shop.provider_ids

    links = await run(
        PROGRAM, "link", "--provider", provider_id, env=variables | {"TURNERO_PUBLIC_URL": "https://t.example"}
    )
    code, page = links.stdout.splitlines()
    assert code.startswith(PREFIX)
    assert page == f"https://t.example/chat?start={code}"

    linked = await run(PROGRAM, "chat", lines=[code, "¿qué tengo hoy?"], env=variables)
    by_hand = await run(
        PROGRAM, "chat", "--as", "boss", "--provider", provider_id, lines=["¿qué tengo hoy?"], env=variables
    )
    assert "Barbero 0" in linked.stdout
    assert by_hand.stdout.strip()
    assert linked.stdout.strip().endswith(by_hand.stdout.strip())

    revoked = await run(PROGRAM, "link", "--provider", provider_id, "--revoke", env=variables)
    assert revoked.stdout == "2 chats are theirs no more.\n"

    nobody = await run(PROGRAM, "link", "--provider", "prv_nobody", env=variables)
    assert (nobody.code, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("Error: ")


# --- As the guide says --------------------------------------------------------------------------------------------

_EXAMPLE = re.compile(r"^```console\n\$ turnero (?P<command>.*)\n(?P<session>(?:.*\n)*?)```$", re.MULTILINE)


async def test_the_example_of_the_guide_goes_as_it_says(tmp_path: Path) -> None:
    (example,) = _EXAMPLE.finditer((ROOT / "docs" / "CHAT.md").read_text(encoding="utf-8"))
    session = example["session"].splitlines()
    typed = [line.removeprefix("> ") for line in session if line.startswith("> ")]
    shown = "\n".join(line for line in session if not line.startswith("> "))

    done = await run(PROGRAM, *example["command"].split(), lines=typed, cwd=tmp_path)

    assert fnmatchcase(done.stdout, shown.replace("…", "*") + "*"), done.stdout


# --- Killed -------------------------------------------------------------------------------------------------------

A_BOOKING = ("soy Juan, quiero un corte con Martín", "mañana a las 10", "sí")


@pytest.mark.parametrize("before", [2, 3])
async def test_a_process_that_is_killed_before_it_can_answer_has_done_things_once_and_the_next_one_answers(
    tmp_path: Path, before: int
) -> None:
    url = f"sqlite:///{tmp_path / 'turnero.db'}"
    doomed = await run(
        sys.executable,
        "-m",
        "tests.process.doomed",
        str(before),
        *A_BOOKING[:before],
        env={"TURNERO_DATABASE_URL": url},
    )
    assert doomed.code == -signal.SIGKILL, doomed.stderr

    two_minutes_later = ["--as", "juan", "--now", "2026-05-06T11:02:00-03:00"]
    said = await chat(*A_BOOKING[before:], "mis turnos", folder=tmp_path, arguments=two_minutes_later)

    assert said.count("¡Listo, Juan!") == 1
    assert "Tenés corte de pelo con Martín" in said
    async with Node(url) as node, Api(node.base) as api:
        business = (await api.get("/api/v1/businesses/el-turno")).body
        bookings = (await api.get("/api/v1/bookings", businessId=business["id"])).body["items"]
    assert [one["start"] for one in bookings] == ["2026-05-07T10:00:00-03:00"]
