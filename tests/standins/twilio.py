"""A stand-in for Twilio's REST API: messages over WhatsApp and SMS, templates. It checks what the real one checks.

People write through it: `person("+5491155551234").says("hola")` calls the webhook, signed as Twilio signs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.standins.serving import StandIn

WINDOW = timedelta(hours=24)
BODY_CHARS_MAX = 1600
CARD_BODY_CHARS_MAX = 1024
VALUE_CHARS_MAX = 1600
VARIABLES_MAX = 100
KEY_CHARS_MAX = 16
QUICK_REPLIES_IN_SESSION_MAX = 3
QUICK_REPLY_TITLE_CHARS_MAX = 20
BUTTON_ID_CHARS_MAX = 256
LIST_ITEMS_MAX = 10
LIST_ITEM_CHARS_MAX = 24
LIST_DETAIL_CHARS_MAX = 72
LIST_ID_CHARS_MAX = 200
LIST_BUTTON_CHARS_MAX = 20

_E164 = re.compile(r"\+[1-9]\d{7,14}")
_PLACE = re.compile(r"{{(\w+)}}")
_TOO_MUCH_SPACE = re.compile(r"[\n\t\r]| {5,}")


class Refused(Exception):
    """Twilio says no, with a code of its own."""

    def __init__(self, code: int, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass
class Sent:
    """A message as it was taken, and as the person sees it: `buttons` are titles and what each sends back."""

    sid: str
    sender: str
    to: str
    text: str
    buttons: dict[str, str] = field(default_factory=dict)
    is_list: bool = False
    content_sid: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    callback: str | None = None


@dataclass
class Template:
    sid: str
    name: str
    types: dict[str, Any]
    samples: dict[str, str]
    approved: bool = False


@dataclass
class Person:
    """Somebody with a telephone. `sender` is how they appear: by WhatsApp, unless said otherwise."""

    server: TwilioStandIn
    phone: str
    name: str = "Ana"

    async def says(self, text: str) -> int:
        return await self.does(Body=text, MessageType="text")

    async def sends(self, media: str = "", **fields: str) -> int:
        about = {"NumMedia": "1", "MediaContentType0": media, "MediaUrl0": "https://api.twilio.com/x"} if media else {}
        return await self.does(Body="", **about, **fields)

    async def presses(self, title: str, card: Sent | None = None) -> int:
        """Press a button, or pick a row, of `card`: by default of the newest message that has it."""
        pressed = card or next(sent for sent in reversed(self.server.chat(self.phone)) if title in sent.buttons)
        return await self._press(pressed, title)

    async def sends_back(self, token: str) -> int:
        """Press the newest button that sends `token` back."""
        pressed = next(sent for sent in reversed(self.server.chat(self.phone)) if token in sent.buttons.values())
        return await self._press(pressed, next(title for title, id_ in pressed.buttons.items() if id_ == token))

    async def _press(self, pressed: Sent, title: str) -> int:
        token = pressed.buttons[title]
        about = (
            {"MessageType": "interactive", "ListId": token, "ListTitle": title}
            if pressed.is_list
            else {"MessageType": "button", "ButtonPayload": token, "ButtonText": title}
        )
        return await self.does(Body=title, OriginalRepliedMessageSid=pressed.sid, **about)

    async def does(self, **fields: str) -> int:
        """Send a message of whatever content, as Twilio's webhooks have it."""
        server = self.server
        server.heard_at[self.phone] = server.now()
        sid = server.new_sid("SM")
        about = {
            "SmsMessageSid": sid,
            "NumMedia": "0",
            "ProfileName": self.name,
            "WaId": self.phone.removeprefix("+"),
            "SmsStatus": "received",
            "To": f"whatsapp:{server.sender}",
            "MessageSid": sid,
            "AccountSid": server.sid,
            "From": f"whatsapp:{self.phone}",
            "ApiVersion": "2010-04-01",
        }
        server.last_form = about | fields
        return await server.call("/hooks/whatsapp", server.last_form)


class TwilioStandIn(StandIn):
    """One account. `door` is where webhooks are really delivered: `public_url` is nowhere in a test."""

    def __init__(
        self,
        *,
        sender: str = "+14155238886",
        public_url: str = "https://turnos.example",
        door: str | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__()
        self.sid = "AC" + "0" * 32
        self.token = "stand-in"
        self.sender = sender
        self.public_url = public_url
        self.door = door
        self.now = now or (lambda: datetime.now(UTC))
        self.sent: list[Sent] = []
        self.templates: dict[str, Template] = {}
        self.heard_at: dict[str, datetime] = {}
        self.opted_out: set[str] = set()
        self.landlines: set[str] = set()
        # Whether 63016 comes at once; the real one takes the message, and says so afterwards.
        self.refuses_at_once = False
        self.last_form: dict[str, str] = {}
        self.asked: list[str] = []
        self._numbers = 0
        account = f"/2010-04-01/Accounts/{self.sid}"
        self._routes = {
            ("POST", f"{account}/Messages.json"): self._take_message,
            ("GET", f"{account}.json"): self._show_account,
            ("POST", "/v1/Content"): self._create_template,
            ("GET", "/v1/Content"): self._list_templates,
        }

    # --- What tests see and do --------------------------------------------------------------------------------------

    def person(self, phone: str = "+5491155551234", **about: Any) -> Person:
        return Person(self, phone, **about)

    def chat(self, phone: str) -> list[Sent]:
        return [sent for sent in self.sent if sent.to == f"whatsapp:{phone}"]

    def approve(self, name: str, body: str, actions: Mapping[str, str]) -> Template:
        """Have a template that WhatsApp has approved: `actions` are titles and what each sends back."""
        assert not re.search(r"^{{|}}$|}}\W{0,1}{{", body), f"WhatsApp refuses places at the ends, or in a row: {body}"
        buttons = [{"type": "QUICK_REPLY", "title": title, "id": token} for title, token in actions.items()]
        types = (
            {"twilio/quick-reply": {"body": body, "actions": buttons}} if buttons else {"twilio/text": {"body": body}}
        )
        template = Template(self.new_sid("HX"), name, types, {}, approved=True)
        self.templates[template.sid] = template
        return template

    async def call(self, path: str, form: Mapping[str, str], *, signature: str | None = None) -> int:
        """Call a webhook, signed as Twilio signs, and return the status of the answer."""
        assert self.door is not None
        signed = self.sign(f"{self.public_url}{path}", form) if signature is None else signature
        headers = {"X-Twilio-Signature": signed} if signed else {}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.door}{path}", data=dict(form), headers=headers) as response,
        ):
            self.answer_to_hook = await response.text()
            return response.status

    async def tell_again(self) -> int:
        """Call the webhook with the last message once more, as if its answer had been lost."""
        return await self.call("/hooks/whatsapp", self.last_form)

    async def reports(self, sent: Sent, status: str, code: int | None = None) -> int:
        """Tell what became of a message, at the address that it was sent with."""
        assert sent.callback is not None
        form = {"MessageSid": sent.sid, "SmsSid": sent.sid, "MessageStatus": status, "To": sent.to, "From": sent.sender}
        about = {} if code is None else {"ErrorCode": str(code)}
        return await self.call(sent.callback.removeprefix(self.public_url), form | about)

    def sign(self, url: str, form: Mapping[str, str]) -> str:
        """https://www.twilio.com/docs/usage/security#validating-requests."""
        text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
        return base64.b64encode(hmac.new(self.token.encode(), text.encode(), hashlib.sha1).digest()).decode()

    def new_sid(self, kind: str) -> str:
        self._numbers += 1
        return f"{kind}{self._numbers:032x}"

    def window_is_open(self, phone: str) -> bool:
        heard = self.heard_at.get(phone)
        return heard is not None and self.now() < heard + WINDOW

    # --- The REST API -------------------------------------------------------------------------------------------------

    def name_of(self, request: web.Request) -> str:
        return f"{request.method} {request.path.rpartition('/')[2]}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(self.name_of(request))
        try:
            self._check_credentials(request)
            route = self._routes.get((request.method, request.path))
            if route is not None:
                return await route(request)
        except Refused as refusal:
            return _refusal(refusal)
        return _refusal(Refused(20404, "The requested resource was not found", status=404))

    async def _show_account(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response({"sid": self.sid, "status": "active"})

    def _check_credentials(self, request: web.Request) -> None:
        expected = aiohttp.encode_basic_auth(self.sid, self.token)
        if request.headers.get("Authorization") != expected:
            raise Refused(20003, "Authenticate", status=401)

    async def _take_message(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        to, sender = form["To"], form["From"]
        by_whatsapp = to.startswith("whatsapp:")
        self._check_ends(to.removeprefix("whatsapp:"), sender, by_whatsapp=by_whatsapp)
        sent = Sent(self.new_sid("SM"), sender, to, form.get("Body", ""), callback=form.get("StatusCallback"))
        if sent.callback is not None and urlsplit(sent.callback).scheme != "https":
            raise Refused(21609, f"The StatusCallback URL {sent.callback} is not a valid URL")
        template = self._fill(sent, form) if "ContentSid" in form else None
        if template is None and not 1 <= len(sent.text) <= BODY_CHARS_MAX:
            raise Refused(
                21617 if sent.text else 21619, "The concatenated message body exceeds the 1600 character limit"
            )
        may_start = template is not None and template.approved
        outside = by_whatsapp and not may_start and not self.window_is_open(to.removeprefix("whatsapp:"))
        if outside and self.refuses_at_once:
            raise Refused(63016, "Failed to send freeform message because you are outside the allowed window")
        self.sent.append(sent)
        answer = {"sid": sent.sid, "status": "queued", "to": to, "from": sender, "body": sent.text}
        return web.json_response(answer, status=201)

    def _check_ends(self, phone: str, sender: str, *, by_whatsapp: bool) -> None:
        if sender != (f"whatsapp:{self.sender}" if by_whatsapp else self.sender):
            raise Refused(63007 if by_whatsapp else 21606, "The From is not one of yours")
        if not _E164.fullmatch(phone):
            raise Refused(21211, f"The 'To' number {phone} is not a valid phone number.")
        if phone in self.landlines:
            raise Refused(21614, f"'To' number {phone} is not a valid mobile number")
        if phone in self.opted_out:
            raise Refused(21610, f"Attempt to send to unsubscribed recipient {phone}")

    def _fill(self, sent: Sent, form: Mapping[str, str]) -> Template:
        template = self.templates.get(form["ContentSid"])
        if template is None:
            raise Refused(21655, "The ContentSid is invalid")
        values = _variables(form.get("ContentVariables", "{}"))
        sent.content_sid, sent.variables = template.sid, values
        sent.text, sent.buttons, sent.is_list = _shown(template, values)
        return template

    async def _create_template(self, request: web.Request) -> web.StreamResponse:
        if request.content_type != "application/json":
            raise Refused(20001, "Content-Type must be application/json")
        asked = json.loads(await request.read())
        samples = asked.get("variables", {})
        if len(samples) > VARIABLES_MAX or any(len(key) > KEY_CHARS_MAX for key in samples):
            raise Refused(92002, "The 'variables' parameter exceeds the allowed limit")
        places = set(_PLACE.findall(json.dumps(asked["types"])))
        if places - set(samples):
            raise Refused(92003, "A sample value is missing")
        template = Template(self.new_sid("HX"), asked["friendly_name"], asked["types"], samples)
        _shown(template, samples)
        self.templates[template.sid] = template
        return web.json_response({"sid": template.sid, "friendly_name": template.name}, status=201)

    async def _list_templates(self, request: web.Request) -> web.StreamResponse:
        size, page = int(request.query.get("PageSize", 50)), int(request.query.get("Page", 0))
        known = list(self.templates.values())
        shown = [{"sid": one.sid, "friendly_name": one.name} for one in known[page * size : (page + 1) * size]]
        following = f"https://content.twilio.com/v1/Content?PageSize={size}&Page={page + 1}"
        meta = {"key": "contents", "next_page_url": following if len(known) > (page + 1) * size else None}
        return web.json_response({"contents": shown, "meta": meta})


def _variables(text: str) -> dict[str, str]:
    try:
        values: dict[str, str] = json.loads(text)
    except ValueError:
        raise Refused(21656, "The ContentVariables Parameter is invalid") from None
    for value in values.values():
        if not value or _TOO_MUCH_SPACE.search(value):
            raise Refused(21656, "The ContentVariables Parameter is invalid")
        if len(value) > VALUE_CHARS_MAX:
            raise Refused(21658, "Parameter exceeded character limit")
    return values


def _shown(template: Template, values: Mapping[str, str]) -> tuple[str, dict[str, str], bool]:
    """Return a template as it is shown, or refuse it for what WhatsApp would refuse."""

    def filled(text: str, chars_max: int) -> str:
        result = _PLACE.sub(lambda place: values.get(place[1], place[0]), text)
        if not 1 <= len(result) <= chars_max:
            raise Refused(63013, f"This message send failed because it violates Channel provider's policy: {chars_max}")
        return result

    ((kind, content),) = template.types.items()
    match kind:
        case "twilio/text":
            return filled(content["body"], BODY_CHARS_MAX), {}, False
        case "twilio/quick-reply":
            actions = content["actions"]
            most = LIST_ITEMS_MAX if template.approved else QUICK_REPLIES_IN_SESSION_MAX
            pairs = [
                (filled(action["title"], QUICK_REPLY_TITLE_CHARS_MAX), filled(action["id"], BUTTON_ID_CHARS_MAX))
                for action in actions
            ]
        case "twilio/list-picker":
            most = LIST_ITEMS_MAX
            filled(content["button"], LIST_BUTTON_CHARS_MAX)
            pairs = [
                (filled(item["item"], LIST_ITEM_CHARS_MAX), filled(item["id"], LIST_ID_CHARS_MAX))
                for item in content["items"]
            ]
            for item in content["items"]:
                filled(item.get("description", "x"), LIST_DETAIL_CHARS_MAX)
        case _:
            raise Refused(92001, f"unknown content type {kind}")
    # Samples may be alike; what is sent may not.
    if not 1 <= len(pairs) <= most or (values is not template.samples and len(dict(pairs)) < len(pairs)):
        raise Refused(63013, "This message send failed because it violates Channel provider's policy")
    return filled(content["body"], CARD_BODY_CHARS_MAX), dict(pairs), kind == "twilio/list-picker"


def _refusal(refusal: Refused) -> web.Response:
    body = {"code": refusal.code, "message": str(refusal), "more_info": "", "status": refusal.status}
    return web.json_response(body, status=refusal.status)
