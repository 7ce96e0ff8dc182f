"""What Twilio tells of, as `Incoming`: messages of people to our WhatsApp number.

https://www.twilio.com/docs/messaging/guides/webhook-request
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from multidict import MultiMapping

from turnero.bots.channels.twilio.hooks import text_of
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said
from turnero.bots.ports import Incoming, Profile

NAME = "whatsapp"
SCHEME = "whatsapp:"

# By the first half of a media type; stickers are WebP, which no camera makes.
_MEDIA: Mapping[str, Attachment] = {
    "image": Attachment.IMAGE,
    "audio": Attachment.VOICE,
    "video": Attachment.VIDEO,
    "application": Attachment.DOCUMENT,
    "text": Attachment.DOCUMENT,
}
_STICKER = "image/webp"

# What Twilio leaves of a place in a template that nothing was put into.
_UNFILLED = "{{"


def incoming(form: MultiMapping[Any], *, now: datetime) -> Incoming | None:
    """Return what a person did, or None if the form is about something else. `now` is when we heard of it.

    WhatsApp vouches for the number that somebody writes from. It is kept as WhatsApp writes it.
    """
    sender = text_of(form, "From")
    phone = sender.removeprefix(SCHEME)
    message_id = text_of(form, "MessageSid")
    if not sender.startswith(SCHEME) or not phone or not message_id:
        return None
    return Incoming(
        channel=NAME,
        person=phone,
        message_id=message_id,
        at=now,
        inbound=_did(form),
        profile=Profile(name=text_of(form, "ProfileName"), phone=phone),
    )


def _did(form: MultiMapping[Any]) -> Inbound:
    text = text_of(form, "Body")
    for token_field, title_field in (("ButtonPayload", "ButtonText"), ("ListId", "ListTitle")):
        token = text_of(form, token_field)
        title = text_of(form, title_field) or text
        if token and _UNFILLED not in token:
            return Pressed(token=token, title=title)
        if token and title:
            return Said(text=title)
    if text.strip():
        return Said(text=text)
    if text_of(form, "Latitude"):
        return Attached(kind=Attachment.LOCATION)
    media = text_of(form, "MediaContentType0")
    if media == _STICKER:
        return Attached(kind=Attachment.STICKER)
    return Attached(kind=_MEDIA.get(media.partition("/")[0], Attachment.OTHER))
