"""Which conversation a message belongs to, and who is talking there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import msgspec

from turnero.bots.conversation import effects as fx
from turnero.bots.conversation.inbound import Inbound, Said, Started
from turnero.bots.conversation.reply import Reply
from turnero.bots.driver.identity import Identity, Speaker, derived_id
from turnero.bots.driver.links import Link, Links, code_in
from turnero.bots.driver.lobby import Ask, Enter, Lobby, choose
from turnero.bots.driver.shops import Shops
from turnero.bots.driver.talk import Talk, Tools, chat_reply
from turnero.bots.driver.wire import context_of, inbound_of
from turnero.bots.texts.around import AROUND, Around
from turnero.bots.texts.formats import Language, language_of
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.value import BusinessId, ProviderId
from turnero.engine.ports import Clock, Provider
from turnero.engine.ports.chats import NO_BUSINESS, ChatItem, ChatRow, Chats, ChatTurn
from turnero.engine.runtime.service import BookingService

# Who was away for as long as a draft lasts is met again: they may have booked elsewhere meanwhile, or the business may
# have learned their name.
MET_FOR = timedelta(minutes=30)


# What a conversation is marked with whose person was made a provider by whoever started the program.
_BY_HAND = "by hand"


class Seat(NamedTuple):
    """Where everybody sits who talks to a driver that is for one person: with one business, maybe working there."""

    business_id: BusinessId
    provider_id: ProviderId | None = None


class Answering:
    """Makes a turn of a message. `links` is None where nobody can be linked, `seat` where anybody may talk."""

    def __init__(
        self, service: BookingService, chats: Chats, clock: Clock, *, links: Links | None, seat: Seat | None = None
    ) -> None:
        self._service = service
        self._chats = chats
        self._clock = clock
        self._links = links
        self._seat = seat
        self._shops = Shops(service, clock)
        self._identity = Identity(service, clock)

    async def turn(self, item: ChatItem) -> ChatTurn:
        """Return what answers `item`.

        Raises:
            Unavailable: the engine cannot be reached; the same message can be answered later.
            Overtaken: another process is answering it.
        """
        inbound = inbound_of(item)
        code = _code(inbound)
        if code is not None and self._links is not None:
            return await self._follow(item, self._links.read(code, now=self._clock.now()))
        if self._seat is not None:
            return await self._entered(item, Enter(self._seat.business_id, inbound))
        lobby = await self._chats.conversation(item.channel, item.person, NO_BUSINESS)
        current = await self._chats.current(item.channel, item.person)
        chosen = choose(
            await self._shops.doors(),
            inbound,
            lobby=Lobby() if lobby is None else msgspec.json.decode(lobby.state, type=Lobby),
            current=None if current is None else current.business_id,
            language=_language(item),
        )
        match chosen:
            case Ask():
                return self._asked(item, lobby, chosen)
            case Enter():
                return await self._entered(item, chosen)

    def apology(self, item: ChatItem) -> ChatTurn:
        """Return the turn of a message that cannot be answered, so that those behind it can."""
        return self._just(item, _texts(item).broken)

    def _asked(self, item: ChatItem, row: ChatRow | None, ask: Ask) -> ChatTurn:
        after = ChatRow(
            channel=item.channel,
            person=item.person,
            business_id=NO_BUSINESS,
            state=msgspec.json.encode(ask.lobby).decode(),
            version=1 if row is None else row.version + 1,
            heard_at=item.at,
        )
        return ChatTurn(item=item, at=self._clock.now(), after=after, replies=(chat_reply(ask.reply),))

    def _just(self, item: ChatItem, text: str) -> ChatTurn:
        reply = Reply(text=text, language=_language(item))
        return ChatTurn(item=item, at=self._clock.now(), after=None, replies=(chat_reply(reply),))

    async def _entered(self, item: ChatItem, enter: Enter) -> ChatTurn:
        row = await self._chats.conversation(item.channel, item.person, enter.business_id)
        speaker = _speaker(item, enter.business_id, row)
        if self._seat is not None and self._seat.provider_id is not None:
            speaker = replace(speaker, provider_id=self._seat.provider_id, linked_by=_BY_HAND)
        talk = await self._talk(item, speaker, row)
        if row is None or _has_changed(speaker, row, talk) or item.at - row.heard_at >= MET_FOR:
            await talk.meet()
        await talk.hear(enter.inbound)
        return talk.turn()

    async def _talk(self, item: ChatItem, speaker: Speaker, row: ChatRow | None) -> Talk:
        profile = context_of(item).profile
        language = None if row is None else row.language

        async def meet(speaker: Speaker) -> fx.Met:
            return await self._identity.meet(speaker, profile, language=language)

        tools = Tools(service=self._service, chats=self._chats, clock=self._clock, meet=meet)
        return Talk(tools, item, await self._shops.shop(speaker.business_id), row=row, speaker=speaker)

    # --- Links --------------------------------------------------------------------------------------------------------

    async def _follow(self, item: ChatItem, link: Link | None) -> ChatTurn:
        """Make a chat a provider's, unless the link is over, or another chat has used it."""
        card = None if link is None else await self._card(link)
        if link is None or card is None or await self._used(link, card, item):
            return self._just(item, _texts(item).link_over)
        row = await self._chats.conversation(item.channel, item.person, card.business_id)
        speaker = replace(_speaker(item, card.business_id, row), provider_id=card.id, linked_by=link.mac)
        talk = await self._talk(item, speaker, row)
        await talk.meet()
        language = talk.state.language
        text = AROUND[language].linked.format(name=card.name, business=talk.shop.name)
        talk.say(Reply(text=text, language=language))
        await talk.hear(Started())
        return talk.turn()

    async def _card(self, link: Link) -> Provider | None:
        try:
            return (await self._service.provider(link.provider_id)).provider
        except NotFound:
            return None

    async def _used(self, link: Link, card: Provider, item: ChatItem) -> bool:
        linked = await self._chats.staff(card.business_id, card.id)
        return any(row.linked_by == link.mac and row.who != item.who for row in linked)


def _speaker(item: ChatItem, business_id: BusinessId, row: ChatRow | None) -> Speaker:
    """Return who is talking, as far as that is known without asking anybody."""
    profile = context_of(item).profile
    known = None if row is None else row.customer_id
    return Speaker(
        who=item.who,
        business_id=business_id,
        customer_id=known or derived_id(business_id, item.who),
        name=profile.name,
        phone=profile.phone or (None if row is None else row.phone),
        provider_id=None if row is None else row.provider_id,
        linked_by=None if row is None else row.linked_by,
    )


def _has_changed(speaker: Speaker, row: ChatRow, talk: Talk) -> bool:
    """Tell whether the conversation takes them for somebody whom they are not, or are no longer."""
    return speaker.phone != row.phone or speaker.provider_id != talk.state.me.provider_id


def _code(inbound: Inbound) -> str | None:
    """Return the link's code that somebody sends, by a deep link or as text."""
    match inbound:
        case Started(payload=str(text)) | Said(text=text):
            return code_in(text)
        case _:
            return None


def _language(item: ChatItem) -> Language:
    """Return the language of somebody of whom no more is known than what their channel says."""
    return language_of(context_of(item).profile.language)


def _texts(item: ChatItem) -> Around:
    return AROUND[_language(item)]
