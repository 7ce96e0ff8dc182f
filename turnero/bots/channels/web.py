"""The web chat: the same bot on a page at `/chat`, for businesses to try and for customers without a messenger.

It is also the proof that a channel is one file: all that is particular to the web is here, and in the page's own files
in `web_page/`. A browser is known by a random session in a cookie, of which only a digest is kept. What people say
comes in by POST. What is said to them is pushed over a WebSocket, out of the transcript: a page that was away, or whose
message was answered by another process, reads on where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.resources import files
from typing import Annotated, Protocol

import msgspec
from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Meta

from turnero.bots.conversation.inbound import Inbound, Pressed, Said, Started
from turnero.bots.conversation.reply import TOKEN_BYTES_MAX, Choice, Reply
from turnero.bots.ports import Incoming, Outgoing, Receive, ReportBack
from turnero.engine.domain.value import Value
from turnero.engine.ports import Business, Clock
from turnero.engine.ports.chats import ChatLine, ChatRow

NAME = "web"

COOKIE = "turnero_chat"
# A customer comes back once a month or so; browsers keep no cookie for longer than 400 days anyway.
COOKIE_MAX_AGE_S = 400 * 24 * 3_600
SESSION_BYTES = 32

# The longest message that means anything, four bytes a character, and JSON around it.
BODY_BYTES_MAX = 64 * 1024
# Nobody types faster for a minute on end. What is beyond it is a program, and gets a 429.
MESSAGES_PER_MINUTE_MAX = 60
# The page shows the end of a conversation; what came before is history.
LINES_SHOWN = 60
# Pushes of this process arrive at once. What another process has said is seen after this long.
LOOK_EVERY_S = 2.0
# A person has a phone, a tablet and some tabs; more at once is a program that leaks connections.
PAGES_PER_PERSON_MAX = 8
# Keeps proxies from closing an idle connection (their usual limit is a minute), and finds those that are gone.
HEARTBEAT_S = 25.0

_SESSION = re.compile(r"[A-Za-z0-9_-]{43}")
_MINUTE_S = 60.0

# Everything the page needs comes from here; nothing of it is inline.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ASSETS = {"chat.js": "text/javascript", "texts.js": "text/javascript", "chat.css": "text/css"}


class Transcripts(Protocol):
    """What the page shows: the part of `Chats` that reads what was said."""

    async def current(self, channel: str, person: str) -> ChatRow | None: ...

    async def transcript(
        self, channel: str, person: str, *, theirs_after: int = 0, ours_after: int = 0, limit: int
    ) -> Sequence[ChatLine]: ...


class Businesses(Protocol):
    """Where the name above the conversation comes from."""

    async def business(self, id_or_slug: str) -> Business: ...


class Post(Value):
    """What a page sends: one of `said`, `pressed`, `started`. `id` is the page's own, and the same in a repeat."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{8,64}$(?!\n)")]
    said: str | None = None
    pressed: Annotated[str, Meta(max_length=TOKEN_BYTES_MAX)] | None = None
    title: Annotated[str, Meta(max_length=TOKEN_BYTES_MAX)] = ""
    started: Annotated[str, Meta(max_length=TOKEN_BYTES_MAX)] | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.said, self.pressed, self.started)) != 1:
            raise ValueError("give one of `said`, `pressed` and `started`")
        if self.said is not None and not self.said.strip():
            raise ValueError("`said` is empty")

    @property
    def inbound(self) -> Inbound:
        if self.pressed is not None:
            return Pressed(token=self.pressed, title=self.title)
        if self.said is not None:
            return Said(text=self.said)
        return Started(payload=self.started or None)


class Line(Value):
    """A line of the conversation as the page shows it."""

    number: int
    at: str
    ours: bool
    text: str
    choices: tuple[Choice, ...] = ()


class Lines(Value):
    """What a page is told: new lines, and on the first time whom it is talking to."""

    lines: tuple[Line, ...]
    business: str | None = None
    demo: bool = False


class WebChat:
    """The channel `web`, and the page at `/chat`.

    `secure` says that the outside reaches us by HTTPS only. `demo` gives the page a button that moves the demo's clock.
    """

    def __init__(
        self,
        transcripts: Transcripts,
        businesses: Businesses,
        *,
        clock: Clock,
        secure: bool = False,
        demo: bool = False,
    ) -> None:
        self._transcripts = transcripts
        self._businesses = businesses
        self._clock = clock
        self._secure = secure
        self._demo = demo
        self._receive: Receive | None = None
        self._pages: dict[str, set[asyncio.Event]] = {}
        self._open: set[web.WebSocketResponse] = set()
        self._pace: dict[str, deque[float]] = {}

    @property
    def name(self) -> str:
        return NAME

    # --- The channel ----------------------------------------------------------------------------------------------

    async def send(self, outgoing: Outgoing) -> str | None:
        """Wake the person's pages: what is sent is in the transcript, from where each page reads what it lacks."""
        for page in self._pages.get(outgoing.address, ()):
            page.set()
        return None

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get("/chat", self._page),
            web.get("/chat/stream", self._stream),
            web.post("/chat/messages", self._message),
            web.get("/chat/{asset}", self._asset),
        )

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:  # noqa: ARG002  nothing is reported later: a page is told at once
        self._receive = receive
        try:
            yield
        finally:
            self._receive = None
            for socket in list(self._open):
                # They come back by themselves, to whoever serves then.
                await socket.close(code=WSCloseCode.GOING_AWAY)

    # --- The page -------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.StreamResponse:
        response = _file("index.html", "text/html", cache="no-store")
        response.headers["Content-Security-Policy"] = _POLICY
        self._session(request, response)
        return response

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["asset"]
        if name not in _ASSETS:
            raise web.HTTPNotFound
        return _file(name, _ASSETS[name], cache="no-cache")

    async def _message(self, request: web.Request) -> web.StreamResponse:
        # Only pages of our own may send JSON with a cookie: a form of another site cannot, and its script must ask.
        if request.content_type != "application/json" or not _same_origin(request):
            raise web.HTTPForbidden
        if self._receive is None:
            raise web.HTTPServiceUnavailable
        if request.content_length is not None and request.content_length > BODY_BYTES_MAX:
            raise web.HTTPRequestEntityTooLarge(BODY_BYTES_MAX, request.content_length)
        try:
            post = msgspec.json.decode(await request.read(), type=Post)
        except (msgspec.MsgspecError, UnicodeDecodeError) as wrong:
            return _problem(422, "invalid", str(wrong))
        response = web.json_response({"ok": True}, status=202)
        person = self._session(request, response)
        wait_s = self._too_fast(person)
        if wait_s:
            return _problem(429, "too_many_requests", "Slower, please.", {"Retry-After": str(wait_s)})
        incoming = Incoming(
            channel=NAME,
            person=person,
            message_id=f"{person[:16]}.{post.id}",
            at=self._clock.now(),
            inbound=post.inbound,
        )
        await self._receive(incoming)
        for page in self._pages.get(person, ()):
            page.set()
        return response

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        session = request.cookies.get(COOKIE, "")
        if not _same_origin(request) or not _SESSION.fullmatch(session):
            raise web.HTTPForbidden
        person = _person(session)
        if len(self._pages.get(person, ())) >= PAGES_PER_PERSON_MAX:
            return _problem(429, "too_many_pages", "Close some of the other pages.", {"Retry-After": "30"})
        # Text compresses well, and compression costs eight times the memory of a connection.
        socket = web.WebSocketResponse(compress=False, heartbeat=HEARTBEAT_S, max_msg_size=1024)
        await socket.prepare(request)
        page = asyncio.Event()
        self._pages.setdefault(person, set()).add(page)
        self._open.add(socket)
        pushing = asyncio.create_task(self._push(socket, person, page))
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
        finally:
            pushing.cancel()
            with suppress(asyncio.CancelledError):
                await pushing
            self._open.discard(socket)
            self._pages[person].discard(page)
            if not self._pages[person]:
                del self._pages[person]
        return socket

    async def _push(self, socket: web.WebSocketResponse, person: str, page: asyncio.Event) -> None:
        """Tell a page what was said, from the end of the transcript on, until it goes away."""
        theirs = ours = 0
        named: str | None = None
        first = True
        while not socket.closed:
            page.clear()
            found = await self._transcripts.transcript(
                NAME, person, theirs_after=theirs, ours_after=ours, limit=LINES_SHOWN
            )
            theirs = max((line.number for line in found if not line.ours), default=theirs)
            ours = max((line.number for line in found if line.ours), default=ours)
            # Named again whenever something was said: the business may have been chosen only now.
            business = await self._business(person) if first or found else named
            if first or found or business != named:
                told = Lines(lines=tuple(_line(line) for line in found), business=business, demo=self._demo)
                with suppress(ConnectionError):
                    await socket.send_str(msgspec.json.encode(told).decode())
            first, named = False, business
            with suppress(TimeoutError):
                await asyncio.wait_for(page.wait(), LOOK_EVERY_S)

    async def _business(self, person: str) -> str | None:
        row = await self._transcripts.current(NAME, person)
        return None if row is None else (await self._businesses.business(row.business_id)).name

    # --- Who it is ------------------------------------------------------------------------------------------------

    def _session(self, request: web.Request, response: web.StreamResponse) -> str:
        """Return who the browser belongs to; a browser that is new gets a session."""
        session = request.cookies.get(COOKIE, "")
        if not _SESSION.fullmatch(session):
            session = secrets.token_urlsafe(SESSION_BYTES)
            response.set_cookie(
                COOKIE,
                session,
                max_age=COOKIE_MAX_AGE_S,
                path="/chat",
                httponly=True,
                samesite="Lax",
                secure=self._secure,
            )
        return _person(session)

    def _too_fast(self, person: str) -> int:
        """Return how many seconds a person has to wait before they may say more; 0 if they need not."""
        now = asyncio.get_running_loop().time()
        said = self._pace.setdefault(person, deque())
        while said and said[0] <= now - _MINUTE_S:
            said.popleft()
        if len(said) >= MESSAGES_PER_MINUTE_MAX:
            return int(said[0] + _MINUTE_S - now) + 1
        said.append(now)
        self._forget_the_quiet(now)
        return 0

    def _forget_the_quiet(self, now: float) -> None:
        # Oldest first, by when they were first heard: two looks for each message keep the table from growing.
        for person in list(self._pace)[:2]:
            if not self._pace[person] or self._pace[person][-1] <= now - _MINUTE_S:
                del self._pace[person]


def _person(session: str) -> str:
    """Return the id under which a session is recorded. Whoever reads the database learns no session from it."""
    return hashlib.blake2b(session.encode(), digest_size=16, person=b"turnero web chat").hexdigest()


def _same_origin(request: web.Request) -> bool:
    """Tell whether a browser says that the request comes from a page of ours. Programs say nothing, and may."""
    site = request.headers.get("Sec-Fetch-Site")
    return site is None or site in {"same-origin", "none"}


def _line(line: ChatLine) -> Line:
    at = line.at.isoformat()
    if line.ours:
        reply = msgspec.json.decode(line.body, type=Reply)
        return Line(number=line.number, at=at, ours=True, text=reply.text, choices=reply.choices)
    return Line(number=line.number, at=at, ours=False, text=_as_said(msgspec.json.decode(line.body, type=Inbound)))


def _as_said(inbound: Inbound) -> str:
    """Return what a person sees of what they did; nothing of having opened the page."""
    match inbound:
        case Said(text=text):
            return text
        case Pressed(title=title):
            return title
        case _:
            return ""


def _file(name: str, content_type: str, *, cache: str) -> web.Response:
    body = files("turnero.bots.channels").joinpath("web_page", name).read_bytes()
    response = web.Response(body=body, content_type=content_type, charset="utf-8")
    response.headers["Cache-Control"] = cache
    return response


def _problem(status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return a refusal as RFC 9457 has it, as the API does."""
    body = {"type": "about:blank", "title": detail, "status": status, "detail": detail, "code": code, "data": {}}
    return web.Response(
        status=status, text=json.dumps(body), content_type="application/problem+json", headers=headers or {}
    )
