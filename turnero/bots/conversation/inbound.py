"""What a person can do in a chat, on whatever channel."""

from __future__ import annotations

from enum import StrEnum

from turnero.engine.domain.value import Value


class Said(Value, tag="said"):
    """They wrote something."""

    text: str


class Pressed(Value, tag="pressed"):
    """They pressed a choice of ours. `token` is what `Choice.token` was; `title` what it showed, if that is known."""

    token: str
    title: str = ""


class SharedContact(Value, tag="shared_contact"):
    """They gave their own telephone number by means of the channel, which vouches for it."""

    phone: str
    name: str = ""


class Attachment(StrEnum):
    """What is not text, and which we cannot read."""

    STICKER = "sticker"
    VOICE = "voice"
    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"
    LOCATION = "location"
    OTHER = "other"


class Attached(Value, tag="attached"):
    """They sent something that is not text."""

    kind: Attachment


class Started(Value, tag="started"):
    """They opened the chat. `payload` is what a link brought along: a business's slug, or a code of ours."""

    payload: str | None = None


Inbound = Said | Pressed | SharedContact | Attached | Started
