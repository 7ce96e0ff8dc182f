"""The command line: what it answers, and how it says that something is wrong."""

from __future__ import annotations

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import jwt
import pytest
from click.testing import CliRunner, Result

import turnero
from tests.process.node import PROGRAM, SECRET, environment
from turnero import app
from turnero.cli import main
from turnero.config import Settings
from turnero.engine.runtime.requests import NewBusiness


def turnero_says(*arguments: str, env: Mapping[str, str] | None = None) -> Result:
    """Run the command line in this process, with only the given TURNERO_ variables."""
    return CliRunner(env={"TURNERO_SECRET": None, **(env or {})}).invoke(main, arguments)


def program(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program as users do, with only the given TURNERO_ variables."""
    return subprocess.run(
        [PROGRAM, *arguments], env=environment(**variables), capture_output=True, text=True, timeout=60, check=False
    )


def test_it_tells_its_version() -> None:
    assert turnero_says("version").output == f"{turnero.__version__}\n"


@pytest.mark.parametrize("command", ["version", "--help", "token --role admin --sub me", "understand"])
def test_what_is_over_in_a_moment_does_not_wait_for_the_app(command: str) -> None:
    look = (
        "import atexit, sys; from turnero.cli import main; "
        "atexit.register(lambda: print('turnero.app' in sys.modules, file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", look, *command.split()],
        env=environment(TURNERO_SECRET=SECRET),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stderr == "False\n"


@pytest.mark.parametrize("command", ["serve", "migrate", "token --role admin --sub me"])
def test_a_missing_secret_is_one_line_at_the_start(command: str) -> None:
    result = turnero_says(*command.split())

    assert result.exit_code == 2
    assert result.stderr.startswith("Error: TURNERO_SECRET is missing: make one with")
    assert result.stderr.count("\n") == 1


def test_a_token_says_who_its_bearer_is() -> None:
    result = turnero_says(
        *"token --role owner --sub ana --business biz_1 --ttl 2".split(), env={"TURNERO_SECRET": SECRET}
    )

    claims = jwt.decode(result.output.strip(), SECRET, algorithms=["HS256"], audience="turnero")
    assert (claims["role"], claims["sub"], claims["business"]) == ("owner", "ana", "biz_1")
    assert claims["exp"] - claims["iat"] == 2 * 3600


def test_a_sign_in_link_is_printed_for_whoever_works_there(sqlite_url: str) -> None:
    async def open_business() -> None:
        new = NewBusiness(name="El Turno", slug="el-turno", time_zone="America/Argentina/Buenos_Aires")
        settings = Settings(secret=SECRET, database_url=sqlite_url)
        async with app.engine(settings, clock=app.SystemClock()) as service:
            await service.create_business(app.OPERATOR, new)

    asyncio.run(open_business())
    env = {"TURNERO_SECRET": SECRET, "TURNERO_DATABASE_URL": sqlite_url, "TURNERO_PUBLIC_URL": "https://turnos.example"}

    printed = program("sign-in", "--owner", "el-turno", **env)
    nobodys = program("sign-in", "--provider", "prv_none", **env)

    assert re.fullmatch(r"https://turnos\.example/calendar/enter#[\w-]{43}\n", printed.stdout)
    assert (nobodys.returncode, nobodys.stderr.splitlines()[-1]) == (1, "Error: There is no such provider.")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("sign-in", "say for whom"),
        ("sign-in --provider prv_1 --owner biz_1", "say for whom"),
        ("token --role system --sub turnero", "'system' is not one of"),
        ("token --role owner --sub ana", "--business"),
        ("token --role owner --sub ana --business b --ttl 0", "0"),
        ("demo --now tomorrow", "'tomorrow' is not an instant such as 2026-12-01T09:00:00-03:00"),
        ("demo --now 2026-12-01T09:00:00", "has no offset"),
        ("demo --port 70000", "70000"),
    ],
)
def test_wrong_arguments_are_refused_with_a_reason(arguments: str, says: str) -> None:
    result = turnero_says(*arguments.split(), env={"TURNERO_SECRET": SECRET})

    assert result.exit_code == 2
    assert says in result.stderr


def test_migrating_twice_is_as_good_as_once(tmp_path: Path) -> None:
    variables = {"TURNERO_SECRET": SECRET, "TURNERO_DATABASE_URL": f"sqlite:///{tmp_path / 'turnero.db'}"}

    for _ in range(2):
        done = program("migrate", **variables)
        assert (done.returncode, done.stdout) == (0, "The database is up to date.\n")


def test_serving_a_database_without_tables_says_what_to_run(tmp_path: Path) -> None:
    done = program("serve", TURNERO_SECRET=SECRET, TURNERO_DATABASE_URL=f"sqlite:///{tmp_path / 'turnero.db'}")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: the database has no tables yet: run `turnero migrate`\n"


def test_a_port_that_is_in_use_is_one_line_that_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = program("demo", "--port", str(port))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith(f"Error: 127.0.0.1:{port} is in use by another program: stop that")
    assert "Traceback" not in done.stderr


def test_a_database_that_does_not_answer_is_one_line_without_its_password() -> None:
    done = program("serve", TURNERO_SECRET=SECRET, TURNERO_DATABASE_URL="postgresql://me:hush@127.0.0.1:1/turnero")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: the database at postgresql://me:***@127.0.0.1:1/turnero")
    assert done.stderr.count("\n") == 1


def test_check_says_what_is_wrong_and_goes_on(tmp_path: Path) -> None:
    done = program(
        "check",
        TURNERO_SECRET=SECRET,
        TURNERO_DATABASE_URL=f"sqlite:///{tmp_path / 'turnero.db'}",
        TURNERO_REDIS_URL="redis://:hush@127.0.0.1:1/0",
        TURNERO_TELEGRAM_TOKEN="1:hush",
        TURNERO_TELEGRAM_API_URL="http://127.0.0.1:1",
        TURNERO_PUBLIC_URL="https://turnos.example",
        TURNERO_TELEGRAM_SECRT="typing error",
    )

    assert done.returncode == 1
    assert "-  TURNERO_TELEGRAM_SECRT means nothing here" in done.stdout
    assert "✗  the database has no tables yet: run `turnero migrate`" in done.stdout
    assert "✗  Redis at redis://:***@127.0.0.1:1/0 (TURNERO_REDIS_URL) does not answer" in done.stdout
    assert "✗  Telegram: TURNERO_TELEGRAM_SECRET missing" in done.stdout
    assert "✗  Telegram: it cannot be reached" in done.stdout
    assert "-  push messages: not configured (TURNERO_VAPID_PRIVATE_KEY)" in done.stdout
    assert "hush" not in done.stdout + done.stderr


def test_check_is_content_with_what_a_node_needs(tmp_path: Path) -> None:
    variables = {"TURNERO_SECRET": SECRET, "TURNERO_DATABASE_URL": f"sqlite:///{tmp_path / 'turnero.db'}"}
    program("migrate", **variables)

    done = program("check", **variables)

    assert done.returncode == 0, done.stdout
    assert "✗" not in done.stdout


def test_check_lists_all_that_is_wrong_with_the_settings() -> None:
    done = program("check", TURNERO_PORT="http")

    assert done.returncode == 1
    assert done.stdout.splitlines()[0].startswith("✗  TURNERO_SECRET is missing")
    assert done.stdout.splitlines()[1].startswith("✗  TURNERO_PORT is 'http'")
