"""What is pushed: as much of a message as fits, for a page's service worker to show."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from turnero.bots.conversation.notices import subject
from turnero.bots.ports import Outgoing
from turnero.engine.domain.messages import MessageKind

# A push service need not take more than 4096 octets (RFC 8030 §7.2), of which encryption takes 103 (RFC 8291 §4).
PAYLOAD_BYTES_MAX = 4096 - 103

# A device that was off for a day has better ways to learn what is new.
_USEFUL_FOR_MAX = timedelta(days=1)
_USEFUL_FOR_MIN = timedelta(minutes=1)

# What is shown of a title, and what any address of ours takes: with both, there is room left for words.
_TITLE_CHARS_MAX = 120
_LINK_CHARS_MAX = 1000

_encoder = msgspec.json.Encoder()


def payload(outgoing: Outgoing) -> bytes:
    """Return `{"title", "body", "tag", "lang", "url"}`. What has the same tag takes the other's place on the screen."""
    notice, body = outgoing.notice, outgoing.reply.text
    title = body.partition("\n")[0] if notice is None else subject(notice)
    shown = {
        "title": title[:_TITLE_CHARS_MAX],
        "body": body,
        "tag": (notice.booking_id if notice is not None else None) or outgoing.id,
        "lang": outgoing.reply.language,
        "url": None if notice is None or len(notice.link or "") > _LINK_CHARS_MAX else notice.link,
    }
    written = _encoder.encode(shown)
    while len(written) > PAYLOAD_BYTES_MAX and body:
        # Some characters take six octets, once they are escaped: cut what is surely too much, and look again.
        body = body[: -1 - (len(written) - PAYLOAD_BYTES_MAX) // 6]
        written = _encoder.encode(shown | {"body": f"{body}…"})
    return written


def useful_for(outgoing: Outgoing) -> timedelta:
    """Return how long a message is worth being kept for a device that is off."""
    notice = outgoing.notice
    if notice is None:
        return _USEFUL_FOR_MAX
    until = notice.start
    if notice.kind is MessageKind.OFFER and notice.offer_until is not None:
        until = notice.offer_until
    if notice.kind in {MessageKind.RATING, MessageKind.AGENDA}:
        until = notice.now + _USEFUL_FOR_MAX
    return min(max(until - notice.now, _USEFUL_FOR_MIN), _USEFUL_FOR_MAX)
