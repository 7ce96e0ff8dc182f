"""By which ways somebody can be reached, the best one first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from turnero.engine.domain.messages import Recipient
from turnero.engine.ports.outbox import Address, Letter

# Whoever has a page open sees what comes to it; a page of yesterday is closed, and nobody is told that it has news.
PAGE_OPEN_FOR = timedelta(hours=1)


class FoundBy(Enum):
    """By what somebody is addressed on a channel."""

    CONVERSATION = "conversation"
    PHONE = "phone"
    EMAIL = "email"
    PERSON = "person"


class Traits(NamedTuple):
    """What of a channel matters for choosing it.

    `window` is how long after somebody was heard of they may be written to freely, where that ends. `on_a_page` says
    that messages are seen only by whoever looks.
    """

    found_by: frozenset[FoundBy]
    window: timedelta | None = None
    on_a_page: bool = False


class Way(NamedTuple):
    """An address, whether it is that of a conversation, and until when it may be written to freely, if that ends."""

    to: Address
    conversation: bool = False
    open_until: datetime | None = None


def reply_way(letter: Letter, traits: Traits) -> Way:
    """Return where a reply goes: to whoever was heard of a moment before it was written."""
    row = letter.row
    assert row.channel is not None, row.id
    assert row.address is not None, row.id
    open_until = None if traits.window is None else row.due_at + traits.window
    return Way(Address(row.channel, row.address), conversation=True, open_until=open_until)


def ways(letter: Letter, channels: Mapping[str, Traits], *, now: datetime) -> list[Way]:
    """Return the ways that are left, in the order of `channels` where nothing else is known of the person.

    First the conversations, the one heard of last first; a page counts as one while it may be open, and else comes
    last. What the person said that they would like comes before all that. Left out is where they want no messages, and
    what was tried in vain.
    """
    refused = {chat.channel for chat in letter.chats if chat.muted or chat.blocked}
    refused |= {*letter.row.spent, *letter.wishes.opted_out}
    found = [
        way
        for way in (*_conversations(letter, channels), *_addresses(letter, channels, now))
        if way.to.channel not in refused and way.to not in letter.closed
    ]
    best: dict[str, Way] = {}
    for way in sorted(found, key=lambda way: (_wished(way, letter), _looked_at_later(way, letter, channels, now))):
        best.setdefault(way.to.channel, way)
    return list(best.values())


def _conversations(letter: Letter, channels: Mapping[str, Traits]) -> Iterator[Way]:
    for chat in letter.chats:
        traits = channels.get(chat.channel)
        if traits is not None and FoundBy.CONVERSATION in traits.found_by:
            open_until = None if traits.window is None else chat.heard_at + traits.window
            yield Way(Address(chat.channel, chat.person), conversation=True, open_until=open_until)


def _addresses(letter: Letter, channels: Mapping[str, Traits], now: datetime) -> Iterator[Way]:
    for channel, traits in channels.items():
        for found_by, address in _known_by(letter):
            if found_by in traits.found_by:
                # Nobody was heard of there: what may be written freely ended before it began.
                yield Way(Address(channel, address), open_until=None if traits.window is None else now)


def _known_by(letter: Letter) -> Iterator[tuple[FoundBy, str]]:
    if letter.row.recipient is Recipient.PROVIDER:
        if letter.provider is not None and letter.provider.phone is not None:
            yield FoundBy.PHONE, letter.provider.phone
        if letter.provider is not None and letter.has_device:
            yield FoundBy.PERSON, letter.provider.id
        return
    customer = letter.customer
    if customer is None:
        return
    if customer.phone is not None:
        yield FoundBy.PHONE, customer.phone
    if customer.email is not None:
        yield FoundBy.EMAIL, customer.email
    if letter.has_device:
        yield FoundBy.PERSON, customer.id


def _wished(way: Way, letter: Letter) -> int:
    """Return the place of a way's channel among those that the person wants to be used first."""
    wanted = letter.wishes.channels
    return wanted.index(way.to.channel) if way.to.channel in wanted else len(wanted)


def _looked_at_later(way: Way, letter: Letter, channels: Mapping[str, Traits], now: datetime) -> bool:
    """Tell whether a way leads to a page that nobody may be looking at."""
    if not channels[way.to.channel].on_a_page:
        return False
    heard_at = max(chat.heard_at for chat in letter.chats if chat.channel == way.to.channel)
    return heard_at + PAGE_OPEN_FOR < now
