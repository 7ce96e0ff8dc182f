"""Tells a business that somebody wants to talk to a person: a message to everybody there who is linked to a chat."""

from __future__ import annotations

import msgspec

from turnero.bots.conversation.reply import TEXT_CHARS_MAX, Reply
from turnero.bots.conversation.shop import Shop
from turnero.bots.driver.identity import Speaker
from turnero.bots.texts.around import AROUND
from turnero.bots.texts.formats import language_of
from turnero.engine.ports.chats import ChatReply, Chats

# Enough to see what it is about; the rest is said between people.
SAID_CHARS_MAX = 500


async def letters(chats: Chats, speaker: Speaker, shop: Shop, said: str) -> list[ChatReply]:
    """Return one message for each chat of the business's people, each in its language; none if nobody is linked."""
    rows = await chats.staff(shop.business_id)
    return [
        ChatReply(
            body=msgspec.json.encode(_letter(speaker, shop, said, row.language or shop.locale)).decode(), to=row.who
        )
        for row in rows
        if not row.blocked and row.who != speaker.who
    ]


def _letter(speaker: Speaker, shop: Shop, said: str, locale: str) -> Reply:
    language = language_of(locale)
    texts = AROUND[language]
    contact = (
        texts.reached_on.format(channel=speaker.who.channel)
        if speaker.phone is None
        else texts.reached_at.format(phone=speaker.phone)
    )
    text = texts.somebody_asks.format(
        name=speaker.name or texts.somebody, business=shop.name, said=said[:SAID_CHARS_MAX], contact=contact
    )
    return Reply(text=text[:TEXT_CHARS_MAX], language=language)
