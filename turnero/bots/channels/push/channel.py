"""Web push to all devices of a person (RFC 8030), encrypted for each (RFC 8291), and signed by us (RFC 8292).

Somebody is addressed by their id; which devices they have is asked when it is sent. A message has arrived when one of
them has it.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from turnero.bots.channels.push.payload import payload, useful_for
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, Outgoing, Receive, ReportBack, TryLater, Undeliverable
from turnero.engine.ports import Clock
from turnero.engine.ports.push import PushSubscription, PushSubscriptions, is_push_service

# Where a page fetches the key that it subscribes with (`applicationServerKey`).
KEY_PATH = "/push/key"

TIMEOUT = aiohttp.ClientTimeout(total=15)
# What is signed is good for so long; a service refuses more than 24 h (RFC 8292 §2).
_SIGNED_FOR = timedelta(hours=12)
# 256 bits, cut to what a topic may have (RFC 8030 §5.4).
_TOPIC_CHARS = 32

_TAKEN = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def vapid_key(text: str) -> Vapid02:
    """Read a private key: 32 bytes, or DER, in base64url. Raises: ValueError: it is neither."""
    try:
        return Vapid02.from_string(text)
    except Exception as error:  # py_vapid lets through what base64, ASN.1 and the curve each raise
        raise ValueError("is no VAPID private key: give the 32 bytes of a P-256 key in base64url") from error


class PushChannel:
    """Implements `turnero.bots.ports.Conversing`, although nobody answers: it has the key to serve."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        key: Vapid02,
        contact: str,
        subscriptions: PushSubscriptions,
        clock: Clock,
        is_service: Callable[[str], bool] = is_push_service,
    ) -> None:
        """`contact` is where a service reaches who runs this: a `mailto:` or `https:` URL (RFC 8292 §2.1)."""
        self._session = session
        self._key = key
        self._contact = contact
        self._subscriptions = subscriptions
        self._clock = clock
        self._is_service = is_service
        public = key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = urlsafe_b64encode(public).rstrip(b"=").decode()

    @property
    def name(self) -> str:
        return "push"

    def routes(self) -> Sequence[web.RouteDef]:
        return [web.get(KEY_PATH, self._show_key)]

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:  # noqa: ARG002  silent
        yield

    async def _show_key(self, _: web.Request) -> web.Response:
        return web.json_response({"publicKey": self.public_key})

    async def send(self, outgoing: Outgoing) -> None:
        """Push a message to every device of the person."""
        devices = await self._subscriptions.push_subscriptions(outgoing.address)
        if not devices:
            raise Undeliverable("no_device")
        tries = await asyncio.gather(*(self._try(device, outgoing) for device in devices))
        failures = [failure for failure in tries if failure is not None]
        if len(failures) == len(devices):
            raise min(failures, key=lambda failure: _HOPE.index(type(failure)))

    async def _try(self, device: PushSubscription, outgoing: Outgoing) -> DeliveryFailed | None:
        try:
            await self._push(device, outgoing)
        except DeliveryFailed as failure:
            return failure
        return None

    async def _push(self, device: PushSubscription, outgoing: Outgoing) -> None:
        if not self._is_service(device.endpoint):
            raise Undeliverable("no_push_service")
        try:
            body = _encrypted(device, payload(outgoing))
        except (ValueError, WebPushException) as error:  # a key that is no point on the curve: nobody can read anything
            await self._subscriptions.remove_push_subscription(device.endpoint)
            raise Undeliverable("bad_device_key", type(error).__name__) from error
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(useful_for(outgoing).total_seconds())),
            "Urgency": "high",
            # A repeat takes the place of what has not reached the device yet.
            "Topic": urlsafe_b64encode(hashlib.sha256(outgoing.id.encode()).digest()).decode()[:_TOPIC_CHARS],
            **self._signed(device.endpoint),
        }
        try:
            async with self._session.post(
                device.endpoint, data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                status, retry_after = response.status, response.headers.get("Retry-After")
        except aiohttp.ClientConnectorError as error:
            raise TryLater("push_unreachable", type(error).__name__) from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise OutcomeUnknown("push_no_answer", type(error).__name__) from error
        if status in _GONE:
            await self._subscriptions.remove_push_subscription(device.endpoint)
        if status not in _TAKEN:
            raise _refused(status, retry_after)

    def _signed(self, endpoint: str) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((self._clock.now() + _SIGNED_FOR).timestamp()),
            "sub": self._contact,
        }
        signed: dict[str, str] = self._key.sign(claims)
        return signed


# Of several devices that all failed, what is said of the message is what leaves most hope.
_HOPE: tuple[type[DeliveryFailed], ...] = (OutcomeUnknown, TryLater, Undeliverable)


def _encrypted(device: PushSubscription, plain: bytes) -> bytes:
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    body: bytes = WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(plain)["body"]
    return body


def _refused(status: int, retry_after: str | None) -> DeliveryFailed:
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater(f"push_{status}", after=_told_to_wait(retry_after))
    return Undeliverable(f"push_{status}")


def _told_to_wait(retry_after: str | None) -> timedelta | None:
    """Read seconds, a week of them at most; a date (RFC 9110 §10.2.3) is as good as nothing."""
    if retry_after is None or not re.fullmatch(r"[0-9]{1,6}", retry_after):
        return None
    return timedelta(seconds=int(retry_after))
