"""What a customer wishes for, against what would be done without it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from turnero.bots.courier.ways import FoundBy, Traits, ways
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.value import BusinessId, CustomerId
from turnero.engine.ports import Customer
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.ports.outbox import Address, Letter, OutboxRow, Reach

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SHOP = BusinessId("biz_1")

CHANNELS = {
    "telegram": Traits(frozenset({FoundBy.CONVERSATION})),
    "whatsapp": Traits(frozenset({FoundBy.CONVERSATION, FoundBy.PHONE})),
    "sms": Traits(frozenset({FoundBy.PHONE})),
    "email": Traits(frozenset({FoundBy.EMAIL})),
}

ANA = Customer(
    id=CustomerId("cus_ana"),
    business_id=SHOP,
    name="Ana",
    phone="+5491123456789",
    phone_key="+541123456789",
    email="ana@example.org",
    locale=None,
    created_at=NOW,
)
ROW = OutboxRow(
    id=1, business_id=SHOP, kind=MessageKind.REMINDER, recipient=Recipient.CUSTOMER, due_at=NOW, next_at=NOW
)
CHAT = Reach(channel="telegram", person="42", heard_at=NOW, language=None, muted=False, blocked=False)


def used(**wishes: Any) -> list[str]:
    letter = Letter(row=ROW, customer=ANA, chats=(CHAT,), wishes=MessagingPreferences(**wishes))
    return [way.to.channel for way in ways(letter, CHANNELS, now=NOW)]


def test_without_a_wish_the_conversation_comes_first_and_then_whatever_is_known() -> None:
    assert used() == ["telegram", "whatsapp", "sms", "email"]


def test_what_somebody_wishes_for_comes_first_in_their_order() -> None:
    assert used(channels=("email", "sms")) == ["email", "sms", "telegram", "whatsapp"]


def test_by_what_somebody_does_not_want_nothing_is_sent() -> None:
    assert used(opted_out=("telegram", "sms")) == ["whatsapp", "email"]
    assert used(opted_out=("telegram", "sms", "whatsapp", "email")) == []


def test_not_wanting_a_channel_counts_for_more_than_wanting_it() -> None:
    assert used(channels=("email",), opted_out=("email",)) == ["telegram", "whatsapp", "sms"]


def test_a_channel_that_is_not_there_means_nothing() -> None:
    assert used(channels=("pigeon", "email"), opted_out=("fax",)) == ["email", "telegram", "whatsapp", "sms"]


# --- Devices ------------------------------------------------------------------------------------------------------

WITH_PUSH = CHANNELS | {"push": Traits(frozenset({FoundBy.PERSON}))}


def test_something_is_pushed_to_those_only_who_have_a_device() -> None:
    without, having = (Letter(row=ROW, customer=ANA, has_device=has) for has in (False, True))
    assert "push" not in [way.to.channel for way in ways(without, WITH_PUSH, now=NOW)]
    assert Address("push", ANA.id) in [way.to for way in ways(having, WITH_PUSH, now=NOW)]
