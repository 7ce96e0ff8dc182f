"""Links that make a chat a provider's: short signed codes that fit into any channel's deep link.

A code is `link-` and, in base64url, when it ends (4 bytes, minutes since 1970), the provider's id, and 12 bytes of an
HMAC-SHA256 over both. Telegram takes up to 64 characters of `A-Za-z0-9_-` (https://core.telegram.org/bots/features#deep-linking),
and a code of ours has 49. It is good for one chat: whoever uses it second is told that it is over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from datetime import datetime, timedelta
from typing import NamedTuple

from turnero.engine.domain.value import ProviderId, epoch_seconds

PREFIX = "link-"

# Long enough to be sent to somebody who is cutting hair, short enough that one found in an old chat opens nothing.
LINKS_LAST = timedelta(hours=24)

_CODE = re.compile(rf"{PREFIX}(?P<signed>[A-Za-z0-9_-]+)")
# What a deep link brings along may have been typed, behind the channel's own command.
_MESSAGE = re.compile(rf"(?:/start\s+)?({_CODE.pattern})")
_MAC_BYTES = 12
_ENDS_BYTES = 4

# Ids as Turnero makes them are written in half their length; others, as tests make them, in full.
_OURS = re.compile(r"prv_([0-9a-f]{32})")
_SHORT, _FULL = b"\x01", b"\x02"


class Link(NamedTuple):
    """What a good code stands for. `mac` tells it from every other."""

    provider_id: ProviderId
    mac: str


class Links:
    """Makes codes and reads them, with a secret that nobody else has."""

    def __init__(self, secret: str) -> None:
        # A key of its own, so that nothing else that is signed with the secret can ever pass for a link.
        self._key = hmac.digest(secret.encode(), b"turnero chat links", "sha256")

    def code(self, provider_id: ProviderId, *, now: datetime) -> str:
        """Return a code that is good until `LINKS_LAST` from now."""
        ends = (epoch_seconds(now + LINKS_LAST) // 60).to_bytes(_ENDS_BYTES)
        signed = ends + _packed(provider_id)
        return PREFIX + base64.urlsafe_b64encode(signed + self._mac(signed)).decode().rstrip("=")

    def read(self, code: str, *, now: datetime) -> Link | None:
        """Return what `code` stands for; None if it is not one of ours, or over."""
        match = _CODE.fullmatch(code)
        if match is None:
            return None
        text = match["signed"]
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        signed, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(signed)):
            return None
        ends = int.from_bytes(signed[:_ENDS_BYTES])
        if epoch_seconds(now) >= ends * 60:
            return None
        return Link(_unpacked(signed[_ENDS_BYTES:]), mac.hex())

    def _mac(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, signed, hashlib.sha256)[:_MAC_BYTES]


def code_in(text: str) -> str | None:
    """Return the code that a message consists of, if it looks like one."""
    match = _MESSAGE.fullmatch(text.strip())
    return None if match is None else match[1]


def _packed(provider_id: ProviderId) -> bytes:
    match = _OURS.fullmatch(provider_id)
    return _FULL + provider_id.encode() if match is None else _SHORT + bytes.fromhex(match[1])


def _unpacked(packed: bytes) -> ProviderId:
    form, rest = packed[:1], packed[1:]
    return ProviderId(f"prv_{rest.hex()}" if form == _SHORT else rest.decode())
