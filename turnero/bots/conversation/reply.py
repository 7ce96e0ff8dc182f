"""What the bot says, before a channel gives it its form."""

from __future__ import annotations

from enum import StrEnum

from turnero.bots.texts.formats import Language
from turnero.engine.domain.messages import MessageKind
from turnero.engine.domain.value import BookingId, Value

# The tightest channel sets these: WhatsApp shows three quick replies of 20 characters, or a list of ten rows of 24 with
# 72 below each (https://www.twilio.com/docs/content/content-types-overview); Telegram takes 64 bytes of payload.
BUTTONS_MAX = 3
BUTTON_TITLE_CHARS_MAX = 20
LIST_MAX = 10
LIST_TITLE_CHARS_MAX = 24
LIST_DETAIL_CHARS_MAX = 72
TOKEN_BYTES_MAX = 64
TEXT_CHARS_MAX = 1024


class Choice(Value):
    """Something to press. People may as well answer with its number or its words."""

    token: str
    title: str
    detail: str = ""


class Layout(StrEnum):
    BUTTONS = "buttons"
    LIST = "list"


class About(Value):
    """The piece of news that a reply tells: the same message must not be sent a second time by the courier."""

    booking_id: BookingId
    kind: MessageKind


class Reply(Value):
    """One message to a person: plain text, without any markup, and what can be pressed below it.

    `replaces` asks for it to take the place of the card whose choice was pressed, where the channel can edit.
    `asks_contact` asks the channel for its button that shares the person's own number, where it has one. `language` is
    what it is written in: a channel may have to add words of its own, such as the title of that button.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    layout: Layout = Layout.BUTTONS
    replaces: bool = False
    asks_contact: bool = False
    about: About | None = None
    language: Language = "es"

    def __post_init__(self) -> None:
        as_list = self.layout is Layout.LIST
        most, longest = (LIST_MAX, LIST_TITLE_CHARS_MAX) if as_list else (BUTTONS_MAX, BUTTON_TITLE_CHARS_MAX)
        assert 0 < len(self.text) <= TEXT_CHARS_MAX, self.text
        assert len(self.choices) <= most, self.choices
        for choice in self.choices:
            assert 0 < len(choice.title) <= longest, choice
            assert len(choice.detail) <= LIST_DETAIL_CHARS_MAX, choice
            assert len(choice.token.encode()) <= TOKEN_BYTES_MAX, choice
