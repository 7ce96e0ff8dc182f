"""A person's side of Telegram and WhatsApp: dialogues run through the real client libraries, against stand-ins."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.bots.channels.ends import PUBLIC_URL, Ears, served
from tests.bots.channels.guide import templates_of_the_guide
from tests.bots.stage import Heard
from tests.standins.serving import Refuse
from tests.standins.telegram import TEXT_CHARS_MAX, TelegramStandIn
from tests.standins.twilio import BODY_CHARS_MAX, Sent, TwilioStandIn
from turnero.bots.channels.telegram.cards import DETAIL
from turnero.bots.channels.telegram.channel import TelegramChannel
from turnero.bots.channels.telegram.pacing import Pacing
from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.channels.whatsapp.channel import WhatsAppChannel
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.conversation.reply import Choice
from turnero.bots.courier.outlet import Outlet
from turnero.bots.ports import Receive, ReportBack
from turnero.channels import TRAITS
from turnero.engine.ports import Clock
from turnero.engine.ports.chats import ChatPerson

CHAT_ID = 7
PHONE = "+5491155551234"

# Nobody writes to a bot as fast as a test does; the pace has tests of its own.
UNHURRIED_BURST = 10_000

# --- Telegram ---------------------------------------------------------------------------------------------------------

_FILE = {"file_id": "f", "file_unique_id": "u"}
_THINGS: Mapping[Attachment, tuple[str, Any]] = {
    Attachment.STICKER: (
        "sticker",
        _FILE | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False},
    ),
    Attachment.VOICE: ("voice", _FILE | {"duration": 3}),
    Attachment.LOCATION: ("location", {"latitude": -34.6, "longitude": -58.4}),
}


class OnTelegram:
    """Somebody with Telegram, whose bot has a webhook, or polls. What is edited in place is read again."""

    def __init__(self, api: TelegramStandIn, clock: Clock, *, polling: bool = False) -> None:
        self._api = api
        self._clock = clock
        self._polling = polling
        # Telegram asks everybody for a name, and takes anything for one. The dialogues are with somebody unknown.
        self._juan = api.person(CHAT_ID, first_name="🙂", last_name=None)
        self._channel: TelegramChannel
        self._ears = Ears()

    @property
    def who(self) -> ChatPerson:
        return ChatPerson("telegram", str(CHAT_ID))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Outlet]:
        hook: dict[str, Any] = {} if self._polling else {"public_url": PUBLIC_URL, "secret": "of-the-webhook"}
        self._channel = TelegramChannel(
            self._api.token,
            reachability=self._ears,
            clock=self._clock,
            api_url=self._api.url,
            pacing=Pacing(burst=UNHURRIED_BURST),
            **hook,
        )
        yield Outlet(channel=self._channel, traits=TRAITS["telegram"])

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:
        self._ears = Ears(then=receive)
        async with served(self._channel) as door, self._channel.running(self._ears.receive, report):
            self._api.door = door
            await self._api.until(lambda: self._api.webhook is not None or self._polling)
            yield

    async def do(self, inbound: Inbound) -> None:
        before = len(self._ears.heard)
        match inbound:
            case Said(text=text):
                # Telegram's own apps cut a longer text into several messages: the first is enough.
                await self._juan.says(text[:TEXT_CHARS_MAX])
            case Pressed(token=token):
                await self._juan.sends_back(token)
            case Attached(kind=kind):
                await self._juan.sends(*_THINGS[kind])
            case SharedContact(phone=phone):
                await self._juan.shares_contact(phone)
            case Started(payload=payload):
                await self._juan.starts(payload or "")
        await self._ears.until(before + 1)

    async def repeat(self) -> None:
        before = len(self._ears.heard)
        await self._api.tell_again()
        await self._ears.until(before + 1)

    def seen(self) -> Sequence[Heard]:
        return [
            Heard(card.text, tuple(_choice(title, token) for title, token in card.buttons.items()))
            for card in self._api.history
            if card.chat_id == CHAT_ID
        ]


def _choice(title: str, token: str) -> Choice:
    title, _, detail = title.partition(DETAIL)
    return Choice(token=token, title=title, detail=detail)


# --- WhatsApp ---------------------------------------------------------------------------------------------------------

_MEDIA: Mapping[Attachment, Mapping[str, str]] = {
    Attachment.STICKER: {"media": "image/webp"},
    Attachment.VOICE: {"media": "audio/ogg"},
    Attachment.LOCATION: {"Latitude": "-34.6", "Longitude": "-58.4"},
}

_NUMBERED = re.compile(r"^(\d+)\. (.+?)(?: · (.*))?$", re.MULTILINE)


class OnWhatsApp:
    """Somebody with WhatsApp. Where the account has no `buttons`, they answer with the numbers of choices.

    The business has those templates `approved` that the guide tells it to submit, or none.
    """

    def __init__(self, api: TwilioStandIn, clock: Clock, *, buttons: bool = True, approved: bool = True) -> None:
        self._api = api
        self._clock = clock
        self._buttons = buttons
        self._juan = api.person(PHONE, name="")
        guide = templates_of_the_guide() if approved else {}
        self._approved = {name: api.approve(name, text, actions).sid for name, (text, actions) in guide.items()}
        self._channel: WhatsAppChannel

    @property
    def who(self) -> ChatPerson:
        return ChatPerson("whatsapp", PHONE)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Outlet]:
        if not self._buttons:
            self._api.next("GET Content", *[Refuse(403, {"code": 20403, "message": "not for you"})] * 100)
        async with aiohttp.ClientSession() as session:
            account = TwilioAccount(session, sid=self._api.sid, token=self._api.token, api_url=self._api.url)
            self._channel = WhatsAppChannel(
                account,
                sender=self._api.sender,
                public_url=PUBLIC_URL,
                clock=self._clock,
                approved=self._approved,
            )
            yield Outlet(channel=self._channel, traits=TRAITS["whatsapp"])

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:
        async with served(self._channel) as door, self._channel.running(receive, report):
            self._api.door = door
            yield

    async def do(self, inbound: Inbound) -> None:
        match inbound:
            case Said(text=text):
                await self._juan.says(text[:BODY_CHARS_MAX])
            case Pressed(token=token) if token.startswith("#"):
                await self._juan.says(token.removeprefix("#"))
            case Pressed(token=token):
                await self._juan.sends_back(token)
            case Attached(kind=kind):
                await self._juan.sends(**_MEDIA[kind])
            case _:
                raise AssertionError(f"nobody can do {inbound} in WhatsApp")

    async def repeat(self) -> None:
        await self._api.tell_again()

    def seen(self) -> Sequence[Heard]:
        return [Heard(sent.text, _choices(sent)) for sent in self._api.chat(PHONE)]


def _choices(sent: Sent) -> tuple[Choice, ...]:
    if sent.buttons:
        return tuple(Choice(token=token, title=title) for title, token in sent.buttons.items())
    found = _NUMBERED.findall(sent.text)
    return tuple(Choice(token=f"#{number}", title=title, detail=detail) for number, title, detail in found)
