"""By which ways somebody can be reached, and in which order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from tests.bots.courier.post import BY_EMAIL, BY_PHONE, CUSTOMER, IN_CHATS, NOW, PROVIDER, chat, letter, reply
from turnero.bots.courier.ways import PAGE_OPEN_FOR, FoundBy, Traits, Way, reply_way, ways
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.ports.outbox import Address, Letter

HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
BOTH = Traits(frozenset({FoundBy.CONVERSATION, FoundBy.PHONE}), window=DAY)
PAGE = Traits(frozenset({FoundBy.CONVERSATION}), on_a_page=True)
CHANNELS: Mapping[str, Traits] = {
    "whatsapp": BOTH,
    "telegram": IN_CHATS,
    "sms": BY_PHONE,
    "email": BY_EMAIL,
    "web": PAGE,
}


def names(found: Letter) -> list[str]:
    return [way.to.channel for way in ways(found, CHANNELS, now=NOW)]


def test_whoever_never_wrote_is_reached_by_phone_then_mail() -> None:
    assert names(letter()) == ["whatsapp", "sms", "email"]
    assert names(letter(customer=msgspec.structs.replace(CUSTOMER, phone=None))) == ["email"]
    assert names(letter(customer=None)) == []


def test_the_conversation_they_were_last_heard_in_comes_first() -> None:
    chats = [chat("telegram", heard=NOW - HOUR), chat("whatsapp", "+54911", heard=NOW - 2 * HOUR)]
    assert names(letter(chats=chats)) == ["telegram", "whatsapp", "sms", "email"]


def test_a_conversation_stands_before_the_phone_on_the_same_channel() -> None:
    first, *_ = ways(letter(chats=[chat("whatsapp", "+54922")]), CHANNELS, now=NOW)
    assert first == Way(Address("whatsapp", "+54922"), conversation=True, open_until=NOW + DAY)


def test_whoever_was_not_heard_of_may_not_be_written_to_freely() -> None:
    first, second, _ = ways(letter(), CHANNELS, now=NOW)
    assert first == Way(Address("whatsapp", "+5491145550101"), open_until=NOW)
    assert second == Way(Address("sms", "+5491145550101"))


def test_a_page_comes_first_while_it_may_be_open_and_last_afterwards() -> None:
    assert names(letter(chats=[chat("web", heard=NOW - PAGE_OPEN_FOR)]))[0] == "web"
    assert names(letter(chats=[chat("web", heard=NOW - PAGE_OPEN_FOR - HOUR)]))[-1] == "web"


def test_where_somebody_wants_nothing_or_cannot_be_reached_nothing_is_sent() -> None:
    for marked in (chat("whatsapp", muted=True), chat("whatsapp", blocked=True)):
        assert names(letter(chats=[marked])) == ["sms", "email"]
    closed = [Address("sms", "+5491145550101"), Address("email", "somebody@else.example")]
    assert names(letter(closed=closed)) == ["whatsapp", "email"]


def test_what_was_tried_in_vain_is_not_tried_again() -> None:
    assert names(letter(spent=("whatsapp", "email"))) == ["sms"]


def test_channels_that_are_not_set_up_do_not_count() -> None:
    assert ways(letter(chats=[chat("telegram")]), {"email": BY_EMAIL}, now=NOW) == [
        Way(Address("email", "ana@example.com"))
    ]


def test_a_provider_is_reached_in_their_chat_or_by_their_phone_and_never_by_their_customers() -> None:
    to_provider: dict[str, Any] = {"recipient": Recipient.PROVIDER}
    found = ways(letter(MessageKind.BOOKED, chats=[chat("telegram")], **to_provider), CHANNELS, now=NOW)
    assert [way.to for way in found] == [
        Address("telegram", "7"),
        Address("whatsapp", str(PROVIDER.phone)),
        Address("sms", str(PROVIDER.phone)),
    ]


def test_a_reply_goes_to_whoever_was_heard_of_when_it_was_written() -> None:
    assert reply_way(reply("hola"), IN_CHATS) == Way(Address("telegram", "7"), conversation=True)
    assert reply_way(reply("hola"), BOTH).open_until == NOW + DAY
