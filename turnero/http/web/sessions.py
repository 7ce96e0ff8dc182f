"""Browsers that are signed in: their cookie, and whether a request really comes from one of our pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from turnero.engine.domain.errors import Forbidden
from turnero.engine.ports import SignInMessage, SignInSender
from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.service import BookingService
from turnero.engine.runtime.sign_in_desk import SESSION_LASTS, Opened
from turnero.http.access import Bearer

_log = structlog.get_logger("turnero.http")

# A session can be ended: whoever goes on without asking again (a stream) asks again after this long.
SESSION_BELIEVED_FOR_S = 3_600.0

# What changes nothing. Reading over somebody's shoulder is what the browser's same-origin policy keeps pages from.
_SAFE = frozenset({"GET", "HEAD"})


class NoSender:
    """Takes messages over where no channel has been configured, and says so in the log."""

    async def send(self, message: SignInMessage) -> None:  # noqa: ARG002 - whom it is for is not for the log
        _log.warning("sign_in_link_not_sent", reason="no channel is configured")


class Web(NamedTuple):
    """What the pages are told from outside: where the world reaches them, and who delivers links."""

    public_url: str | None = None
    sender: SignInSender = NoSender()
    now_s: Callable[[], float] = time.time

    def now(self) -> datetime:
        """Return the machine's time as an aware UTC instant."""
        return datetime.fromtimestamp(self.now_s(), UTC)


class Sessions:
    """Gives and takes the cookie of a session, and tells who has it."""

    def __init__(self, service: BookingService, web_: Web) -> None:
        self._service = service
        self._web = web_
        self._secure = (web_.public_url or "").startswith("https:")
        public = urlsplit(web_.public_url or "")
        self._origin = f"{public.scheme}://{public.netloc}" if public.netloc else None
        # With the prefix, a browser takes the cookie from this very host alone, and over TLS only (RFC 6265bis).
        self.cookie = "__Host-turnero-session" if self._secure else "turnero-session"

    async def bearer(self, request: web.Request) -> Bearer | None:
        """Return who is signed in with the browser that sends `request`, if anybody is.

        Raises:
            Forbidden: it would change something, and does not come from one of our pages.
        """
        secret = request.cookies.get(self.cookie)
        if not secret:
            return None
        if request.method not in _SAFE and not self._ours(request, if_unsaid=False):
            raise Forbidden("A signed-in browser changes things from Turnero's own pages only.")
        session = await self._service.signed_in(secret, now=self._web.now())
        if session is None:
            return None
        believed_until = min(session.expires_at.timestamp(), self._web.now_s() + SESSION_BELIEVED_FOR_S)
        return Bearer(session.actor, believed_until, session.id)

    async def end(self, request: web.Request) -> None:
        """End the session that the browser has a cookie of, if it has one."""
        secret = request.cookies.get(self.cookie)
        session = await self._service.signed_in(secret, now=self._web.now()) if secret else None
        if session is not None:
            await self._service.end_web_session(Caller(actor=session.actor), session.id)

    def require_ours(self, request: web.Request) -> None:
        """Raises: Forbidden: another site's page tries to sign its visitor in, or out. What is no browser may."""
        if not self._ours(request, if_unsaid=True):
            raise Forbidden("Only Turnero's own pages sign people in and out.")

    def put(self, response: web.StreamResponse, opened: Opened) -> None:
        """Give the browser the cookie of a fresh session. It is kept from scripts, and from requests of other sites."""
        response.set_cookie(
            self.cookie,
            opened.secret,
            max_age=int(SESSION_LASTS.total_seconds()),
            path="/",
            httponly=True,
            secure=self._secure,
            # Also a link in a message arrives without it; but the page that it opens then asks for itself, with it.
            samesite="Strict",
        )

    def take_away(self, response: web.StreamResponse) -> None:
        """Have the browser forget its cookie."""
        response.del_cookie(self.cookie, path="/", httponly=True, secure=self._secure, samesite="Strict")

    def _ours(self, request: web.Request, *, if_unsaid: bool) -> bool:
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            return site == "same-origin"
        if origin is not None:
            return origin == self._origin or urlsplit(origin).netloc.lower() == request.host.lower()
        return if_unsaid
