"""What Telegram tells of, as `Incoming`: messages and presses in private chats. Everything else means nothing to us.

In groups the bot keeps silent: what it says is nobody's business but the person's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType, MessageAttachmentType

from turnero.bots.channels.telegram.cards import DETAIL
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.ports import Incoming, Profile

NAME = "telegram"

# What we ask Telegram to tell us. Edited messages are not among it: what was answered cannot be unsaid.
ALLOWED_UPDATES = (Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER)

_COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@\w+)?(?:\s+(?P<rest>.*))?", re.DOTALL)

_ATTACHMENTS: Mapping[str, Attachment] = {
    MessageAttachmentType.STICKER: Attachment.STICKER,
    MessageAttachmentType.VOICE: Attachment.VOICE,
    MessageAttachmentType.AUDIO: Attachment.VOICE,
    MessageAttachmentType.PHOTO: Attachment.IMAGE,
    MessageAttachmentType.VIDEO: Attachment.VIDEO,
    MessageAttachmentType.VIDEO_NOTE: Attachment.VIDEO,
    MessageAttachmentType.ANIMATION: Attachment.VIDEO,
    MessageAttachmentType.DOCUMENT: Attachment.DOCUMENT,
    MessageAttachmentType.LOCATION: Attachment.LOCATION,
    MessageAttachmentType.VENUE: Attachment.LOCATION,
}


class Standing(NamedTuple):
    """Whether a person lets the bot write to them."""

    person: str
    blocked: bool


class News(NamedTuple):
    """What an update says, as far as it means anything to us. `query_id` is that of a press, which wants an answer."""

    incoming: Incoming | None = None
    standing: Standing | None = None
    query_id: str | None = None


def read(told: Mapping[str, Any], *, now: datetime) -> News:
    """Return what an update says, as the Bot API has it in JSON. `now` is when we heard of it.

    Raises:
        Exception: of any kind, for it is not what our library takes for an update.
    """
    update = Update.de_json(dict(told))
    query = update.callback_query
    return News(_incoming(update, now), _standing(update), None if query is None else query.id)


def _incoming(update: Update, now: datetime) -> Incoming | None:
    if update.message is not None:
        return _of_message(update.update_id, update.message)
    if update.callback_query is not None:
        return _of_press(update.update_id, update.callback_query, now)
    return None


def _standing(update: Update) -> Standing | None:
    changed: ChatMemberUpdated | None = update.my_chat_member
    if changed is None or changed.chat.type != ChatType.PRIVATE:
        return None
    return Standing(str(changed.chat.id), blocked=changed.new_chat_member.status == ChatMemberStatus.BANNED)


def _of_message(update_id: int, message: Message) -> Incoming | None:
    inbound = None if message.chat.type != ChatType.PRIVATE else _said(message)
    if inbound is None:
        return None
    return Incoming(
        channel=NAME,
        person=str(message.chat.id),
        message_id=str(update_id),
        at=message.date.astimezone(UTC),
        inbound=inbound,
        profile=_profile(message.from_user),
    )


def _of_press(update_id: int, query: CallbackQuery, now: datetime) -> Incoming | None:
    message = query.message
    if query.data is None or (message is not None and message.chat.type != ChatType.PRIVATE):
        return None
    return Incoming(
        channel=NAME,
        # A private chat has the id of its person.
        person=str(query.from_user.id if message is None else message.chat.id),
        message_id=str(update_id),
        at=now,
        inbound=Pressed(token=query.data, title=_title(query)),
        profile=_profile(query.from_user),
        card=None if message is None else str(message.message_id),
    )


def _title(query: CallbackQuery) -> str:
    """Return what the button says that was pressed. Of messages that are too old, Telegram does not tell."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return ""
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    shown = next((button.text for button in buttons if button.callback_data == query.data), "")
    return shown.partition(DETAIL)[0]


def _said(message: Message) -> Inbound | None:
    text = message.text or message.caption
    if text:
        return _of_text(text)
    contact = message.contact
    if contact is not None:
        sender = message.from_user
        if sender is None or contact.user_id != sender.id:
            # Somebody else's: Telegram vouches for a number only to the one whose it is.
            return Attached(kind=Attachment.OTHER)
        name = " ".join(filter(None, (contact.first_name, contact.last_name)))
        return SharedContact(phone=f"+{contact.phone_number.lstrip('+')}", name=name)
    if message.effective_attachment is None:
        return None  # the chat's own news: a pinned message, a timer, a theme
    kind = next((kind for field, kind in _ATTACHMENTS.items() if getattr(message, field)), Attachment.OTHER)
    return Attached(kind=kind)


def _of_text(text: str) -> Inbound:
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return Said(text=text)
    rest = (command["rest"] or "").strip()
    if command["name"].casefold() == "start":
        return Started(payload=rest or None)
    return Said(text=f"{command['name'].replace('_', ' ')} {rest}".strip())


def _profile(user: User | None) -> Profile:
    return Profile() if user is None else Profile(name=user.full_name, language=user.language_code)
