"""Browsers and telephones that show what is pushed to them (Web Push: RFC 8030, RFC 8291).

An endpoint comes from a browser, that is to say from anybody, and a server that posts to whatever address it is given
can be sent to its own neighbours. So it has to be one of the services that browsers use.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from msgspec import Meta

from turnero.engine.domain.value import Value

# A telephone, a computer, and what was forgotten to be signed out: the oldest makes room for the next.
DEVICES_MAX = 10

# 65 bytes of a point on P-256 and 16 random ones, in base64url; some browsers pad them.
PublicKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{87}=?$(?!\n)")]
AuthSecret = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{22}(==)?$(?!\n)")]


# Chrome and what is made of it; Firefox; Safari; Edge.
_HOSTS = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".push.apple.com",
    ".notify.windows.com",
)


def is_push_service(endpoint: str) -> bool:
    """Tell whether `endpoint` is an address at one of the services, and nowhere else."""
    try:
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or port not in {None, 443} or parts.username is not None or not endpoint.isascii():
        return False
    return any(host.endswith(known) if known.startswith(".") else host == known for known in _HOSTS)


class PushSubscription(Value):
    """One device of a person (a customer's or provider's id). What is sent to `endpoint` only the device can read."""

    person: str
    endpoint: str
    p256dh: PublicKey
    auth: AuthSecret
    created_at: datetime


class PushSubscriptions(Protocol):
    """Which devices want to be pushed to."""

    async def add_push_subscription(self, subscription: PushSubscription) -> None:
        """Keep a subscription. An endpoint has one person: the last one who was there and wanted it."""
        ...

    async def push_subscriptions(self, person: str) -> Sequence[PushSubscription]:
        """Return a person's devices, the newest first, at most `DEVICES_MAX`."""
        ...

    async def remove_push_subscription(self, endpoint: str, *, person: str | None = None) -> None:
        """Forget a device; only if it is `person`'s, where one is given."""
        ...
