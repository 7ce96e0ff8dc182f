"""The pages of the calendar, and what signs people in and out. The rest is the API's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, TypeVar

import msgspec
from aiohttp import web
from msgspec import Meta

from turnero.engine.domain.errors import Malformed, NotFound, Unauthenticated
from turnero.engine.domain.value import Value
from turnero.engine.runtime.service import BookingService
from turnero.engine.runtime.sign_in_desk import Opened
from turnero.http import problems
from turnero.http.decoding import BodyReader
from turnero.http.endpoint import Endpoint
from turnero.http.gateway.gateway import address_of
from turnero.http.middleware import REQUEST_ID, log_bug, problem_response
from turnero.http.routes.sign_in import ENTER
from turnero.http.routing import JSON
from turnero.http.web import assets
from turnero.http.web.attempts import Attempts
from turnero.http.web.devices import device_of
from turnero.http.web.sessions import Sessions, Web

# A person mistypes a few times; a program that guesses is held up for a quarter of an hour, whether it has one
# account in mind or comes from one place. A shop's tablets share an address.
WINDOW_S = 900.0
PER_ACCOUNT_MAX = 10
PER_ADDRESS_MAX = 40

_Account = Annotated[str, Meta(min_length=3, max_length=254)]
_BodyT = TypeVar("_BodyT", bound=msgspec.Struct)


class Entrance(Value):
    """What was behind the # of a link."""

    secret: Annotated[str, Meta(min_length=1, max_length=200)]


class Credentials(Value):
    """An e-mail or a phone, and the password that goes with it."""

    account: _Account
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class LinkWish(Value):
    """Where to send a link, if an account has this e-mail or phone."""

    account: _Account


class Pages:
    """The handlers behind `/calendar`. They raise `TurneroError`s and aiohttp's own; the middleware answers."""

    def __init__(self, service: BookingService, sessions: Sessions, web_: Web) -> None:
        self._service = service
        self._sessions = sessions
        self._web = web_
        self._sending: set[asyncio.Task[None]] = set()
        self._by_account = Attempts(limit=PER_ACCOUNT_MAX, window_s=WINDOW_S, now_s=web_.now_s)
        self._by_address = Attempts(limit=PER_ADDRESS_MAX, window_s=WINDOW_S, now_s=web_.now_s)

    def endpoints(self) -> Mapping[tuple[str, str], Endpoint]:
        """Return the handlers by method and path."""
        return {
            ("GET", "/calendar"): self.calendar,
            ("GET", "/calendar/sign-in"): self.sign_in_page,
            ("GET", "/calendar/enter"): self.sign_in_page,
            ("GET", f"{assets.ASSETS}/{{digest}}/{{path:.+}}"): self.asset,
            ("POST", "/calendar/enter"): self.enter,
            ("POST", "/calendar/sign-in"): self.sign_in,
            ("POST", "/calendar/sign-in/link"): self.send_link,
            ("POST", "/calendar/sign-out"): self.sign_out,
        }

    # --- Pages: the same for everybody, so that they come at once; what is private, their scripts ask the API for ----

    async def calendar(self, request: web.Request) -> web.StreamResponse:
        return assets.answer(request, assets.files()["calendar.html"], for_a_year=False)

    async def sign_in_page(self, request: web.Request) -> web.StreamResponse:
        return assets.answer(request, assets.files()["sign-in.html"], for_a_year=False)

    async def asset(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        file = assets.files().get(path)
        if file is None or path.endswith(".html"):
            raise NotFound("file")
        # A page that was opened before an update asks under the old digest: it gets today's file, not for a year.
        return assets.answer(request, file, for_a_year=_is_current(request.match_info["digest"]))

    # --- Signing in and out ---------------------------------------------------------------------------------------

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Use a link. A GET never does: previews of links open them."""
        said = await self._said(request, _entrances)
        held_up = self._held_up(request)
        if held_up is not None:
            return held_up
        opened = await self._service.sign_in_by_link(
            said.secret, device=device_of(request.headers.get("User-Agent", "")), now=self._web.now()
        )
        if opened is None:
            self._by_address.count(address_of(request))
            raise Unauthenticated("This link has been used, or is over. Ask for another one.")
        return self._welcome(opened)

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """Sign in with a password. What is wrong is not said, and takes as long as what is right."""
        said = await self._said(request, _credentials)
        held_up = self._held_up(request, said.account)
        if held_up is not None:
            return held_up
        opened = await self._service.sign_in_by_password(
            said.account,
            said.password,
            device=device_of(request.headers.get("User-Agent", "")),
            now=self._web.now(),
        )
        if opened is None:
            self._by_address.count(address_of(request))
            self._by_account.count(_name(said.account))
            raise Unauthenticated("There is no such account, or the password is another one.")
        return self._welcome(opened)

    async def send_link(self, request: web.Request) -> web.StreamResponse:
        """Have a link sent, if there is an account to send it to. The answer is the same if there is none."""
        said = await self._said(request, _link_wishes)
        held_up = self._held_up(request, said.account)
        if held_up is not None:
            return held_up
        self._by_address.count(address_of(request))
        self._by_account.count(_name(said.account))
        base = self._web.public_url or f"{request.scheme}://{request.host}"
        # Not waited for: how long it takes would tell whether there is an account.
        sending = asyncio.create_task(self._send_links(said.account, base))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return web.Response(status=HTTPStatus.ACCEPTED, body=b"{}", headers={"Content-Type": JSON})

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """End the session of the browser that asks; without one, nothing."""
        self._sessions.require_ours(request)
        await self._sessions.end(request)
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        self._sessions.take_away(response)
        return response

    async def close(self, _: web.Application) -> None:
        """See what is being sent off."""
        await asyncio.gather(*self._sending)

    # --- How ------------------------------------------------------------------------------------------------------

    async def _said(self, request: web.Request, reader: BodyReader[_BodyT]) -> _BodyT:
        self._sessions.require_ours(request)
        # Forms are what pages of other sites can send without asking first.
        if request.content_type != JSON:
            raise web.HTTPUnsupportedMediaType
        raw = await request.read()
        if not raw:
            raise Malformed("This needs a body: a JSON object.")
        return reader.read(raw)

    async def _send_links(self, address: str, base: str) -> None:
        try:
            for account, issued in await self._service.sign_in_links_for(address, now=self._web.now()):
                link = base + ENTER.format(secret=issued.secret)
                message = await self._service.message_about(account, issued, link=link, address=address)
                await self._web.sender.send(message)
        except Exception as failed:  # noqa: BLE001  nobody waits for this; whoever asked will ask again
            log_bug(failed)

    def _held_up(self, request: web.Request, account: str | None = None) -> web.Response | None:
        wait_s = self._by_address.wait_s(address_of(request))
        if account is not None:
            wait_s = max(wait_s, self._by_account.wait_s(_name(account)))
        if not wait_s:
            return None
        problem = problems.of_status(
            HTTPStatus.TOO_MANY_REQUESTS, request_id=request[REQUEST_ID], detail="Too many attempts. Try again later."
        )
        return problem_response(problem, {"Retry-After": str(wait_s)})

    def _welcome(self, opened: Opened) -> web.Response:
        response = web.Response(status=HTTPStatus.NO_CONTENT)
        self._sessions.put(response, opened)
        return response


def _is_current(digest: str) -> bool:
    return f"{assets.ASSETS}/{digest}/".encode() in assets.files()["calendar.html"].plain


def _name(account: str) -> str:
    return "".join(account.lower().split())


_entrances = BodyReader(Entrance)
_credentials = BodyReader(Credentials)
_link_wishes = BodyReader(LinkWish)
