"""A stand-in for the Bot API of Telegram (https://core.telegram.org/bots/api): it checks what the real one checks.

People talk through it: `person(7).says("hola")` is told to the bot by webhook, or kept for its next poll.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.standins.serving import StandIn

TEXT_CHARS_MAX = 4096
CALLBACK_DATA_BYTES_MAX = 64
BUTTONS_IN_A_ROW_MAX = 8
BUTTONS_MAX = 100
UPDATES_AT_ONCE_MAX = 100
WEBHOOK_PORTS = (None, 443, 80, 88, 8443)

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")


class Refused(Exception):
    """The Bot API says no."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


def bad_request(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


@dataclass
class Sent:
    """A message of the bot as it is shown in a chat by now. `buttons` are titles and what each sends back."""

    chat_id: int
    message_id: int
    text: str
    markup: dict[str, Any] | None
    editable: bool = True
    edits: int = 0

    @property
    def buttons(self) -> dict[str, str]:
        rows = (self.markup or {}).get("inline_keyboard", [])
        return {button["text"]: button["callback_data"] for row in rows for button in row}

    @property
    def keyboard(self) -> list[list[Any]]:
        """What stands in place of the letters."""
        rows: list[list[Any]] = (self.markup or {}).get("keyboard", [])
        return rows


@dataclass
class Webhook:
    url: str
    secret: str
    allowed: tuple[str, ...]


@dataclass
class Person:
    """Somebody with a phone who has found the bot."""

    server: TelegramStandIn
    id: int
    first_name: str = "Ana"
    last_name: str | None = "Suárez"
    language: str | None = "es"
    group: int | None = None

    async def says(self, text: str) -> int:
        return await self.does(text=text)

    async def starts(self, payload: str = "") -> int:
        return await self.says(f"/start {payload}".strip())

    async def sends(self, what: str, content: Any) -> int:
        """Send a sticker, a photo ...: `content` as the Bot API describes it."""
        return await self.does(**{what: content})

    async def shares_contact(self, phone: str, *, of: int | None = None) -> int:
        """Share their own number, or that `of` somebody else."""
        owner = self.id if of is None else of
        return await self.does(contact={"phone_number": phone, "first_name": self.first_name, "user_id": owner})

    async def presses(self, title: str, card: Sent | None = None) -> int:
        """Press a button of `card`, by default of the newest message that has one of this title."""
        pressed = card or next(sent for sent in reversed(self.server.chat(self.id)) if title in sent.buttons)
        return await self._query(pressed, pressed.buttons[title])

    async def sends_back(self, data: str) -> int:
        """Press the newest button that sends `data` back, as it was then: maybe a moment before it was edited away."""
        shown = next(sent for sent in reversed(self.server.history) if data in sent.buttons.values())
        return await self._query(shown, data)

    async def _query(self, pressed: Sent, data: str) -> int:
        query_id = f"query-{self.server.update_id}"
        self.server.unanswered.add(query_id)
        query = {
            "id": query_id,
            "from": self._user,
            "chat_instance": "1",
            "data": data,
            "message": self.server.shown(pressed),
        }
        return await self.server.tell(callback_query=query)

    async def blocks(self) -> int:
        self.server.blocked.add(self.id)
        return await self.stands("member", "kicked")

    async def unblocks(self) -> int:
        self.server.blocked.discard(self.id)
        return await self.stands("kicked", "member")

    async def stands(self, old: str, new: str) -> int:
        """Let the bot's standing in the chat change."""
        bot = self.server.me
        members = {
            "old_chat_member": {"status": old, "user": bot} | ({"until_date": 0} if old == "kicked" else {}),
            "new_chat_member": {"status": new, "user": bot} | ({"until_date": 0} if new == "kicked" else {}),
        }
        return await self.server.tell(
            my_chat_member={"chat": self._chat, "from": self._user, "date": self.server.date, **members}
        )

    async def does(self, **content: Any) -> int:
        """Send a message of whatever content, as the Bot API describes it."""
        self.server.known.add(self._chat["id"])
        self.server.message_id += 1
        about = {"message_id": self.server.message_id, "date": self.server.date}
        return await self.server.tell(message=about | {"chat": self._chat, "from": self._user} | content)

    @property
    def _user(self) -> dict[str, Any]:
        names = {"first_name": self.first_name, "last_name": self.last_name, "language_code": self.language}
        return {"id": self.id, "is_bot": False} | {name: value for name, value in names.items() if value is not None}

    @property
    def _chat(self) -> dict[str, Any]:
        if self.group is not None:
            return {"id": self.group, "type": "supergroup", "title": "Familia"}
        return {"id": self.id, "type": "private", "first_name": self.first_name}


@dataclass
class _State:
    webhook: Webhook | None = None
    waiting: list[dict[str, Any]] = field(default_factory=list)
    last: dict[str, Any] = field(default_factory=dict)


class TelegramStandIn(StandIn):
    """The Bot API for one bot. `door` is where webhooks are really delivered: a public URL is nowhere in a test."""

    def __init__(
        self, *, token: str = "1234:stand-in", door: str | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        super().__init__()
        self.token = token
        self.door = door
        self.me = {"id": 1234, "is_bot": True, "first_name": "Turnos", "username": "turnos_bot"}
        self.sent: list[Sent] = []
        # Every message as it was when it came, and again whenever it was edited.
        self.history: list[Sent] = []
        self.known: set[int] = set()
        self.blocked: set[int] = set()
        self.unanswered: set[str] = set()
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.asked: list[str] = []
        # Whether updates wait until a test delivers them, in whatever order.
        self.holds_back = False
        self.message_id = 0
        self.update_id = 100
        self._now = now or (lambda: datetime.now(UTC))
        self._state = _State()
        self._polls = 0

    # --- What tests see and do --------------------------------------------------------------------------------------

    def person(self, chat_id: int = 7, **about: Any) -> Person:
        return Person(self, chat_id, **about)

    def chat(self, chat_id: int) -> list[Sent]:
        """Return what the bot has said in a chat, as it is shown by now."""
        return [sent for sent in self.sent if sent.chat_id == chat_id]

    @property
    def webhook(self) -> Webhook | None:
        return self._state.webhook

    @property
    def waiting(self) -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed yet."""
        return self._state.waiting

    @property
    def date(self) -> int:
        return int(self._now().timestamp())

    async def tell(self, **update: Any) -> int:
        """Tell the bot; by webhook, return the status that it answered, else 0."""
        (kind,) = update
        self._state.last = {"update_id": self.update_id, **update}
        self._state.waiting.append(self._state.last)
        self.update_id += 1
        async with self._news:
            self._news.notify_all()
        if self.webhook is None or self.holds_back:
            return 0
        return await self.deliver(self._state.waiting[-1]) if kind in self.webhook.allowed else 204

    async def tell_again(self) -> int:
        """Tell the last update once more, as if its answer had been lost."""
        self._state.waiting.append(self._state.last)
        async with self._news:
            self._news.notify_all()
        return 0 if self.webhook is None else await self.deliver(self._state.last)

    async def deliver(self, update: Mapping[str, Any], *, secret: str | None = None) -> int:
        """Call the webhook, as Telegram does again and again until it is told 2xx."""
        assert self.webhook is not None, "the bot has not asked for a webhook"
        assert self.door is not None
        path = urlsplit(self.webhook.url).path
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret if secret is None else secret}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.door}{path}", json=update, headers=headers) as response,
        ):
            if response.ok:
                self._state.waiting = [one for one in self._state.waiting if one != update]
            return response.status

    def shown(self, sent: Sent) -> dict[str, Any]:
        """Return a message of the bot as updates quote it."""
        about = {"message_id": sent.message_id, "date": self.date, "text": sent.text, "from": self.me}
        markup = {"reply_markup": sent.markup} if sent.buttons else {}
        return about | {"chat": {"id": sent.chat_id, "type": "private"}} | markup

    async def down(self) -> None:
        self._released.set()
        async with self._news:
            self._news.notify_all()
        await super().down()

    # --- The Bot API --------------------------------------------------------------------------------------------------

    def name_of(self, request: web.Request) -> str:
        return request.path.rpartition("/")[2]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = self.name_of(request)
        form = {name: str(value) for name, value in (*request.query.items(), *(await request.post()).items())}
        self.asked.append(method)
        try:
            self._check_token(request)
            result = await _METHODS[method](self, form)
        except Refused as refusal:
            body = {"ok": False, "error_code": refusal.status, "description": refusal.description}
            return web.json_response(body, status=refusal.status)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, request: web.Request) -> None:
        if not request.path.startswith(f"/bot{self.token}/"):
            raise Refused(401, "Unauthorized")

    async def _get_me(self, _form: Mapping[str, str]) -> dict[str, Any]:
        return self.me | {"can_join_groups": True}

    async def _set_webhook(self, form: Mapping[str, str]) -> bool:
        url = urlsplit(form["url"])
        if url.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if url.port not in WEBHOOK_PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        secret = form.get("secret_token", "")
        if not _SECRET.fullmatch(secret):
            raise bad_request("secret token contains unallowed characters")
        self._state.webhook = Webhook(form["url"], secret, tuple(json.loads(form["allowed_updates"])))
        return True

    async def _delete_webhook(self, _form: Mapping[str, str]) -> bool:
        self._state.webhook = None
        return True

    async def _get_updates(self, form: Mapping[str, str]) -> list[dict[str, Any]]:
        if self.webhook is not None:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(form.get("offset", 0))
        self._state.waiting = [one for one in self._state.waiting if one["update_id"] >= offset]
        self._polls += 1
        mine = self._polls
        async with self._news:
            self._news.notify_all()
            wait = self._news.wait_for(lambda: self._state.waiting or self._polls != mine or self._released.is_set())
            try:
                await asyncio.wait_for(wait, float(form.get("timeout", 0)))
            except TimeoutError:
                return []
        if self._polls != mine:
            raise Refused(409, "Conflict: terminated by other getUpdates request")
        allowed = json.loads(form["allowed_updates"])
        return [one for one in self._state.waiting if set(one) & set(allowed)][:UPDATES_AT_ONCE_MAX]

    async def _send_message(self, form: Mapping[str, str]) -> dict[str, Any]:
        chat_id = self._writable(form)
        sent = Sent(chat_id, self.message_id + 1, _text(form), _markup(form))
        self.message_id += 1
        self.sent.append(sent)
        self.history.append(replace(sent))
        return self.shown(sent)

    async def _edit_message_text(self, form: Mapping[str, str]) -> dict[str, Any]:
        chat_id = self._writable(form)
        found = [one for one in self.chat(chat_id) if one.message_id == int(form["message_id"])]
        if not found:
            raise bad_request("message to edit not found")
        sent, text, markup = found[0], _text(form), _markup(form)
        if not sent.editable:
            raise bad_request("message can't be edited")
        if (text, markup) == (sent.text, sent.markup):
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same"
                " as a current content and reply markup of the message"
            )
        if markup is not None and "inline_keyboard" not in markup:
            raise bad_request("inline keyboard expected")
        sent.text, sent.markup, sent.edits = text, markup, sent.edits + 1
        self.history.append(replace(sent))
        return self.shown(sent)

    async def _answer_callback_query(self, form: Mapping[str, str]) -> bool:
        if form["callback_query_id"] not in self.unanswered:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self.unanswered.discard(form["callback_query_id"])
        return True

    async def _set_my_commands(self, form: Mapping[str, str]) -> bool:
        commands = json.loads(form["commands"])
        for command in commands:
            if not _COMMAND.fullmatch(command["command"]) or not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_INVALID")
        self.commands[form.get("language_code", "")] = commands
        return True

    def _writable(self, form: Mapping[str, str]) -> int:
        chat_id = int(form["chat_id"])
        if chat_id not in self.known:
            raise bad_request("chat not found")
        if chat_id in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        return chat_id


def _text(form: Mapping[str, str]) -> str:
    text = form.get("text", "").strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > TEXT_CHARS_MAX:
        raise bad_request("message is too long")
    assert "parse_mode" not in form, "nobody sends markup: a name like *x* is a strange name"
    return text


def _markup(form: Mapping[str, str]) -> dict[str, Any] | None:
    if "reply_markup" not in form:
        return None
    markup: dict[str, Any] = json.loads(form["reply_markup"])
    rows = markup.get("inline_keyboard", [])
    if sum(len(row) for row in rows) > BUTTONS_MAX or any(len(row) > BUTTONS_IN_A_ROW_MAX for row in rows):
        raise bad_request("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not button["text"]:
            raise bad_request("inline keyboard button text must be non-empty")
        if not 1 <= len(button["callback_data"].encode()) <= CALLBACK_DATA_BYTES_MAX:
            raise bad_request("BUTTON_DATA_INVALID")
    return markup


_METHODS = {
    "getMe": TelegramStandIn._get_me,
    "setWebhook": TelegramStandIn._set_webhook,
    "deleteWebhook": TelegramStandIn._delete_webhook,
    "getUpdates": TelegramStandIn._get_updates,
    "sendMessage": TelegramStandIn._send_message,
    "editMessageText": TelegramStandIn._edit_message_text,
    "answerCallbackQuery": TelegramStandIn._answer_callback_query,
    "setMyCommands": TelegramStandIn._set_my_commands,
}
