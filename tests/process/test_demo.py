"""`make demo`, as somebody sees it who has just cloned the project."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.process.client import ZONE, Api, overlaps
from tests.process.node import PROGRAM, START_TIMEOUT_S, environment

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def running(*command: str | Path) -> AsyncIterator[Process]:
    """Run a command that serves a demo; end it as Ctrl-C would."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(), cwd=ROOT, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL
    )
    try:
        yield process
    finally:
        # It may have ended by itself: then the test is about to say so, and its pipes are closed all the same.
        with suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def printed(process: Process, last: str) -> list[str]:
    """Return the lines that `process` prints, up to the one that begins with `last`."""
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(START_TIMEOUT_S):
        while not lines or not lines[-1].startswith(last):
            line = await process.stdout.readline()
            assert line, lines
            lines.append(line.decode().rstrip("\n"))
    return lines


@asynccontextmanager
async def demo(*arguments: str) -> AsyncIterator[dict[str, Any]]:
    """Run `turnero demo --json`, and yield what it says."""
    async with running(PROGRAM, "demo", "--port", "0", "--json", *arguments) as process:
        (line,) = await printed(process, "{")
        links: dict[str, Any] = json.loads(line)
        yield links


async def paste(line: str) -> Any:
    """Run a printed curl line: in a shell if curl is there, else by doing what it says. Return the JSON answer."""
    words = shlex.split(line)
    assert words[:2] == ["curl", "-sS"]
    if shutil.which("curl") is not None:
        process = await asyncio.create_subprocess_shell(line, stdout=PIPE)
        stdout, _ = await process.communicate()
        return json.loads(stdout)
    options = list(zip(words[2:-1:2], words[3:-1:2], strict=True))
    headers = dict(value.split(": ", 1) for flag, value in options if flag == "-H")
    given = dict(options)
    async with (
        aiohttp.ClientSession() as session,
        session.request(given.get("-X", "GET"), words[-1], headers=headers, data=given.get("-d")) as response,
    ):
        return await response.json()


async def test_make_demo_prints_a_curl_line_that_books_when_pasted_and_books_once_when_pasted_twice() -> None:
    # Within `make test ARGS=...` the inner make is told of the outer one's ARGS, which are pytest's.
    async with running("make", "demo", "PORT=0", "ARGS=") as process:
        lines = await printed(process, "Press Ctrl-C")
        (line,) = (line.strip() for line in lines if "my-first-booking" in line)

        booked = await paste(line)
        again = await paste(line)

    assert booked["status"] == "CONFIRMED"
    assert booked["price"] == {"amount": 1_800_000, "currency": "ARS"}
    assert again == booked


async def test_the_first_printed_link_is_a_chat_where_one_message_and_one_tap_book() -> None:
    async with running(PROGRAM, "demo", "--port", "0") as process:
        lines = await printed(process, "Press Ctrl-C")
        links = [word for line in lines for word in line.split() if word.startswith("http")]
        (example,) = (line.split("for example: ")[1].strip() for line in lines if "for example: " in line)
        (listing,) = (line.strip() for line in lines if line.strip().startswith("curl") and "/bookings?" in line)
        before = {booking["id"] for booking in (await paste(listing))["items"]}

        page = links[0]
        base = page.removesuffix("/chat")
        assert page == f"{base}/chat"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            async with browser.post(f"{page}/messages", json={"id": "one-message", "said": example}) as answer:
                assert answer.status == 202
            async with browser.ws_connect(f"{page}/stream") as stream:
                (confirm, *_) = await _choices(stream)
                press = {"id": "one-tap--", "pressed": confirm["token"], "title": confirm["title"]}
                async with browser.post(f"{page}/messages", json=press) as answer:
                    assert answer.status == 202
                said = await _line(stream, "Listo")
                made = [one for one in (await paste(listing))["items"] if one["id"] not in before]

    assert "Juan" in said
    assert [one["status"] for one in made] == ["CONFIRMED"]


async def _choices(stream: aiohttp.ClientWebSocketResponse) -> list[dict[str, str]]:
    """Return the choices of the next message that has any."""
    while True:
        for line in (await stream.receive_json(timeout=20))["lines"]:
            if line["choices"]:
                return list(line["choices"])


async def _line(stream: aiohttp.ClientWebSocketResponse, part: str) -> str:
    """Return the next message of ours in which `part` stands."""
    while True:
        for line in (await stream.receive_json(timeout=20))["lines"]:
            if line["ours"] and part in line["text"]:
                return str(line["text"])


async def test_every_command_that_the_demo_prints_works() -> None:
    async with running(PROGRAM, "demo", "--port", "0") as process:
        lines = await printed(process, "Press Ctrl-C")
        answers = [await paste(line.strip()) for line in lines if line.strip().startswith("curl")]

    booked, listed, moved = answers
    assert booked["id"] in {b["id"] for b in listed["items"]}
    assert datetime.fromisoformat(moved["now"]) > datetime.now(ZONE) + timedelta(hours=23)


async def test_the_json_line_has_the_keys_of_the_contract_and_tokens_that_work() -> None:
    async with demo() as links, Api(links["base"]) as api:
        assert set(links) == {"base", "chat", "calendar", "docs", "businessId", "providerIds", "serviceIds", "tokens"}
        assert set(links["tokens"]) == {"admin", "owner", "provider", "customer"}
        assert (len(links["providerIds"]), len(links["serviceIds"])) == (3, 6)
        assert links["calendar"].startswith(f"{links['base']}/calendar")

        seen = {}
        for role, token in links["tokens"].items():
            api.token = token
            answer = await api.get("/api/v1/bookings", **_whose(role, links))
            assert answer.status == 200, answer
            seen[role] = len(answer.body["items"])
        assert seen["owner"] == seen["admin"] > seen["provider"] > seen["customer"] > 0


def _whose(role: str, links: dict[str, Any]) -> dict[str, str]:
    """Return the filter with which a role may list bookings."""
    match role:
        case "provider":
            return {"providerId": links["providerIds"][0]}
        case "customer":
            return {}
        case _:
            return {"businessId": links["businessId"]}


@pytest.mark.parametrize("now", ["2026-12-01T09:00:00-03:00", "2026-07-12T23:30:00-03:00", "2027-01-01T00:00:00Z"])
async def test_the_sample_week_lies_around_whatever_now_is(now: str) -> None:
    async with demo("--now", now) as links, Api(links["base"]) as api:
        api.token = links["tokens"]["owner"]
        bookings = (await api.get("/api/v1/bookings", businessId=links["businessId"], limit="200")).body["items"]

    today = datetime.fromisoformat(now).astimezone(ZONE).date()
    before = [b for b in bookings if _day(b) < today]
    after = [b for b in bookings if _day(b) > today]
    assert overlaps(bookings) == []
    assert {b["status"] for b in before} == {"COMPLETED", "NO_SHOW", "CANCELLED"}
    assert {b["status"] for b in after} == {"CONFIRMED", "CANCELLED"}
    assert all(b["createdAt"] < b["start"] for b in bookings)


def _day(booking: dict[str, Any]) -> date:
    return datetime.fromisoformat(booking["start"]).date()


async def test_the_link_to_the_calendar_signs_the_provider_in_again_and_again() -> None:
    async with demo() as links:
        page, _, secret = links["calendar"].partition("#")
        for _ in range(3):
            jar = aiohttp.CookieJar(unsafe=True)
            async with aiohttp.ClientSession(cookie_jar=jar) as browser:
                async with browser.post(page, json={"secret": secret}) as entered:
                    assert entered.status == 204
                async with browser.get(f"{links['base']}/api/v1/me") as answer:
                    me = await answer.json()
            assert (me["role"], me["subject"]) == ("provider", links["providerIds"][0])


async def test_the_demos_clock_moves_forward_and_takes_the_slots_with_it() -> None:
    async with demo("--now", "2026-12-01T09:00:00-03:00") as links, Api(links["base"]) as api:
        tuesday = {"providerId": links["providerIds"][0], "serviceId": links["serviceIds"][0]}
        tuesday |= {"from": "2026-12-01", "to": "2026-12-01"}
        before = await _slots(api, tuesday)

        moved = await api.post("/demo/clock", {"advance": "PT24H"})
        back = await api.post("/demo/clock", {"advance": "-PT1H"})
        at_once = await asyncio.gather(*(api.post("/demo/clock", {"advance": "PT24H"}) for _ in range(2)))

        assert before
        assert {datetime.fromisoformat(one.body["now"]).date().day for one in at_once} == {3, 4}
        assert datetime.fromisoformat(moved.body["now"]).date() == date(2026, 12, 2)
        assert (back.status, back.body["code"]) == (422, "invalid")
        assert await _slots(api, tuesday) == []


async def _slots(api: Api, query: dict[str, str]) -> Sequence[Any]:
    answer = await api.get("/api/v1/slots", **query)
    assert answer.status == 200, answer
    return [slot for day in answer.body["days"] for slot in day["slots"]]


async def test_nothing_is_left_of_a_demo_that_has_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))

    async with demo():
        assert list(tmp_path.glob("turnero-demo-*/turnero.db"))

    assert list(tmp_path.iterdir()) == []
