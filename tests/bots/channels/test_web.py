"""The web chat: one file that is a channel, and the page that it serves."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from aiohttp import ClientWebSocketResponse, WSServerHandshakeError, web
from aiohttp.test_utils import TestClient, TestServer

from turnero.bots.channels import web as channel
from turnero.bots.channels.web import WebChat
from turnero.bots.conversation.inbound import Inbound, Pressed, Said, Started
from turnero.bots.conversation.reply import Choice, Reply
from turnero.bots.ports import Incoming, Outgoing, Report
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.value import BusinessId
from turnero.engine.ports import Business
from turnero.engine.ports.chats import ChatLine, ChatRow

NOW = datetime(2026, 5, 6, 14, 0, tzinfo=UTC)
CARD = Reply(text="¿Te espero mañana a las 10?", choices=(Choice(token="m1.0", title="Confirmar"),))


class Noon:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


@dataclass
class Talk:
    """What was said to and by everybody: what the page reads, and where the driver would write."""

    heard: list[Incoming] = field(default_factory=list)
    lines: dict[str, list[ChatLine]] = field(default_factory=dict)
    business_id: BusinessId | None = None

    async def receive(self, incoming: Incoming) -> None:
        self.heard.append(incoming)
        body = msgspec.json.encode(incoming.inbound).decode()
        self._add(incoming.person, body, ours=False)

    def reply(self, person: str, reply: Reply) -> None:
        self._add(person, msgspec.json.encode(reply).decode(), ours=True)

    def _add(self, person: str, body: str, *, ours: bool) -> None:
        said = self.lines.setdefault(person, [])
        said.append(ChatLine(number=len(said) + 1, at=NOW, ours=ours, body=body))

    async def current(self, channel: str, person: str) -> ChatRow | None:
        if self.business_id is None:
            return None
        return ChatRow(
            channel=channel, person=person, business_id=self.business_id, state="{}", version=1, heard_at=NOW
        )

    async def transcript(
        self, channel: str, person: str, *, theirs_after: int = 0, ours_after: int = 0, limit: int
    ) -> Sequence[ChatLine]:
        assert channel == "web"
        said = self.lines.get(person, [])
        return [line for line in said if line.number > (ours_after if line.ours else theirs_after)][-limit:]

    async def business(self, id_or_slug: str) -> Business:
        return Business(
            id=BusinessId(id_or_slug),
            name="Barbería El Turno",
            slug="el-turno",
            time_zone="America/Argentina/Buenos_Aires",
            locale="es-AR",
            vertical="barber",
            holidays="AR",
            policy=PolicyOverride(),
            address=None,
            phone=None,
            created_at=NOW,
        )


@dataclass
class Site:
    """A page that is being served, and what is behind it."""

    client: TestClient[web.Request, web.Application]
    chat: WebChat
    talk: Talk

    async def say(self, identifier: str = "message-1", **what: str) -> int:
        async with self.client.post("/chat/messages", json={"id": identifier, **what}) as answer:
            return answer.status

    async def listen(self) -> ClientWebSocketResponse:
        return await self.client.ws_connect("/chat/stream")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    talk = Talk()
    chat = WebChat(talk, talk, clock=Noon())
    app = web.Application()
    app.add_routes(chat.routes())

    async def report(_: Report) -> None:
        raise AssertionError("the web has nothing to report")

    async with TestClient(TestServer(app)) as client, chat.running(talk.receive, report):
        yield Site(client, chat, talk)


async def listen_when_there_is_room(site: Site) -> ClientWebSocketResponse:
    """Listen; a page that was closed a moment ago may still be counted when the next one asks."""
    for _ in range(50):
        with suppress(WSServerHandshakeError):
            return await site.listen()
    raise AssertionError("closing a page made no room")


async def told(socket: ClientWebSocketResponse) -> dict[str, Any]:
    return dict(await socket.receive_json(timeout=5))


async def test_the_page_comes_with_a_session_that_scripts_cannot_read(site: Site) -> None:
    async with site.client.get("/chat") as answer:
        cookie = answer.cookies[channel.COOKIE]

        assert answer.status == 200
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/chat"


async def test_the_page_runs_nothing_that_is_inline(site: Site) -> None:
    async with site.client.get("/chat") as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=", page)


async def test_every_file_that_the_page_asks_for_is_served(site: Site) -> None:
    async with site.client.get("/chat") as answer:
        asked = re.findall(r'(?:src|href)="(/chat/[^"]+)"', await answer.text())

    assert sorted(asked) == ["/chat/chat.css", "/chat/chat.js"]
    for path in [*asked, "/chat/texts.js"]:
        async with site.client.get(path) as answer:
            assert answer.status == 200
    async with site.client.get("/chat/web.py") as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    ("what", "inbound"),
    [
        ({"said": "mañana a las 10"}, Said(text="mañana a las 10")),
        ({"pressed": "m1.0", "title": "Confirmar"}, Pressed(token="m1.0", title="Confirmar")),
        ({"started": ""}, Started(payload=None)),
        ({"started": "el-turno"}, Started(payload="el-turno")),
    ],
)
async def test_what_a_page_sends_is_received_once_it_is_durable(
    site: Site, what: dict[str, str], inbound: Inbound
) -> None:
    assert await site.say(**what) == 202

    assert [one.inbound for one in site.talk.heard] == [inbound]


async def test_a_browser_is_one_person_under_a_name_that_does_not_give_its_session_away(site: Site) -> None:
    await site.say("message-1", said="hola")
    await site.say("message-2", said="chau")

    first, second = site.talk.heard
    session = next(cookie.value for cookie in site.client.session.cookie_jar if cookie.key == channel.COOKIE)
    assert first.person == second.person
    assert session not in first.person


async def test_a_message_that_is_sent_again_keeps_its_id_and_no_two_browsers_share_one(site: Site) -> None:
    await site.say("message-1", said="hola")
    await site.say("message-1", said="hola")
    site.client.session.cookie_jar.clear()
    await site.say("message-1", said="hola")

    first, again, stranger = (one.message_id for one in site.talk.heard)
    assert first == again != stranger


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "message-1"},
        {"id": "message-1", "said": "  "},
        {"id": "message-1", "said": "hola", "pressed": "m1.0"},
        {"id": "short", "said": "hola"},
        {"id": "message-1", "pressed": "m" * 65},
        {"id": "message-1", "said": "hola", "person": "somebody"},
    ],
)
async def test_what_says_nothing_or_too_much_is_refused_with_a_reason(site: Site, body: dict[str, str]) -> None:
    async with site.client.post("/chat/messages", json=body) as answer:
        problem = await answer.json(content_type="application/problem+json")

    assert (answer.status, problem["code"]) == (422, "invalid")
    assert problem["detail"]
    assert site.talk.heard == []


async def test_another_site_cannot_speak_in_a_visitors_name(site: Site) -> None:
    async with site.client.post("/chat/messages", data={"said": "cancelá todo"}) as form:
        assert form.status == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    async with site.client.post("/chat/messages", json={"id": "message-1", "said": "x"}, headers=elsewhere) as script:
        assert script.status == 403
    assert site.talk.heard == []


async def test_a_program_that_floods_is_told_to_wait(site: Site) -> None:
    statuses = [await site.say(f"message-{n}", said="hola") for n in range(channel.MESSAGES_PER_MINUTE_MAX + 1)]

    assert statuses[:-1] == [202] * channel.MESSAGES_PER_MINUTE_MAX
    assert statuses[-1] == 429


async def test_a_page_is_told_everything_from_the_transcript_and_then_what_is_new(site: Site) -> None:
    await site.say(said="hola")
    person = site.talk.heard[0].person
    site.talk.business_id = BusinessId("biz_1")
    site.talk.reply(person, CARD)
    page = await site.listen()

    first = await told(page)
    site.talk.reply(person, Reply(text="¡Listo!"))
    await site.chat.send(Outgoing(id="7", address=person, reply=Reply(text="¡Listo!")))
    second = await told(page)

    assert [(line["ours"], line["text"]) for line in first["lines"]] == [(False, "hola"), (True, CARD.text)]
    assert first["lines"][1]["choices"] == [{"token": "m1.0", "title": "Confirmar", "detail": ""}]
    assert first["business"] == "Barbería El Turno"
    assert [line["text"] for line in second["lines"]] == ["¡Listo!"]


async def test_all_pages_of_a_person_show_what_was_said_on_one_of_them_and_no_others_do(site: Site) -> None:
    await site.say(said="hola")
    here, there = await site.listen(), await site.listen()
    for page in (here, there):
        assert len((await told(page))["lines"]) == 1
    await site.say("message-2", said="¿tenés algo mañana?")

    for page in (here, there):
        assert [line["text"] for line in (await told(page))["lines"]] == ["¿tenés algo mañana?"]


async def test_without_a_session_there_is_nothing_to_listen_to(site: Site) -> None:
    async with site.client.get("/chat/stream", headers={"Connection": "upgrade", "Upgrade": "websocket"}) as answer:
        assert answer.status == 403


async def test_more_pages_than_anybody_has_are_refused_until_some_are_closed(site: Site) -> None:
    await site.say(said="hola")
    pages = [await site.listen() for _ in range(channel.PAGES_PER_PERSON_MAX)]
    for page in pages:
        await told(page)
    async with site.client.get("/chat/stream", headers={"Connection": "upgrade", "Upgrade": "websocket"}) as answer:
        assert answer.status == 429
    await pages[0].close()
    assert await told(await listen_when_there_is_room(site))


async def test_a_name_with_markup_is_a_strange_name(site: Site) -> None:
    await site.say(said="soy <img src=x onerror=alert(1)>")
    page = await site.listen()

    assert (await told(page))["lines"][0]["text"] == "soy <img src=x onerror=alert(1)>"
    async with site.client.get("/chat/chat.js") as answer:
        script = await answer.text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", script)
