"""A stand-in for a push service, which checks what the real ones check, and the browsers behind it, which can read."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import http_ece
import jwt
import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from tests.standins.serving import StandIn
from turnero.engine.ports import Clock
from turnero.engine.ports.push import PushSubscription

# RFC 8030 §7.2.
BYTES_MAX = 4096


def unpadded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def padded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """A browser that has subscribed with the server's key, and shows what it can read. Same tag: same place."""

    subscription: PushSubscription
    server_key: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def read(self, body: bytes) -> None:
        plain = http_ece.decrypt(body, private_key=self.key, auth_secret=self.auth, version="aes128gcm")
        message = msgspec.json.decode(plain)
        self.shown[message["tag"]] = message


class PushStandIn(StandIn):
    """Answers as push services do; `next("push", ...)` makes it fail."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._browsers: dict[str, Browser] = {}

    def browser(self, person: str, *, server_key: str, at: datetime) -> Browser:
        """Return a browser in which `person` has said yes to messages from whoever has `server_key`."""
        key, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        path = f"/send/{len(self._browsers)}"
        subscription = PushSubscription(
            person=person, endpoint=f"{self.url}{path}", p256dh=unpadded(public), auth=unpadded(auth), created_at=at
        )
        self._browsers[path] = Browser(subscription, server_key, key, auth)
        return self._browsers[path]

    def unsubscribe(self, browser: Browser) -> None:
        """Somebody has taken their yes back, in the browser's settings."""
        self._browsers = {path: one for path, one in self._browsers.items() if one is not browser}

    def name_of(self, request: web.Request) -> str:  # noqa: ARG002  there is nothing else to ask for
        return "push"

    async def answer(self, request: web.Request) -> web.Response:
        browser = self._browsers.get(request.path)
        if browser is None:
            return web.Response(status=HTTPStatus.GONE)
        body = await request.read()
        wrong = self._wrong(request, browser, body)
        if wrong is not None:
            return web.Response(status=wrong)
        browser.headers.append(dict(request.headers))
        browser.read(body)
        return web.Response(status=HTTPStatus.CREATED, headers={"Location": f"{self.url}/messages/1"})

    def _wrong(self, request: web.Request, browser: Browser, body: bytes) -> HTTPStatus | None:
        if len(body) > BYTES_MAX:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        if request.headers.get("Content-Encoding") != "aes128gcm" or not request.headers.get("TTL", "").isdecimal():
            return HTTPStatus.BAD_REQUEST
        if len(request.headers.get("Topic", "")) > 32:
            return HTTPStatus.BAD_REQUEST
        signed = request.headers.get("Authorization", "")
        if not signed.startswith("vapid ") or not Vapid02.verify(signed):
            return HTTPStatus.UNAUTHORIZED
        parts = dict(part.strip().split("=", 1) for part in signed.removeprefix("vapid ").split(","))
        claims = jwt.decode(parts["t"], options={"verify_signature": False, "verify_exp": False})
        expires_in = datetime.fromtimestamp(claims["exp"], tz=self._clock.now().tzinfo) - self._clock.now()
        sound = claims["aud"] == self.url and timedelta() < expires_in <= timedelta(hours=24)
        if not sound or not claims["sub"].startswith(("mailto:", "https:")):
            return HTTPStatus.UNAUTHORIZED
        return None if padded(parts["k"]) == padded(browser.server_key) else HTTPStatus.FORBIDDEN
