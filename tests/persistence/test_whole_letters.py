"""What a letter brings along, on both databases: everything it takes, and of nobody else."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from tests.engine.runtime.shop import ADMIN, NOW, TEN, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.value import CustomerId
from turnero.engine.ports.chats import ChatItem, ChatRow, ChatTurn
from turnero.engine.ports.outbox import Address
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database
from turnero.persistence.outbox import SqlOutbox


async def heard_of(database: Database, row: ChatRow) -> None:
    """Let somebody say something, and so have a conversation."""
    chats = SqlChats(database)
    item = await chats.take_in(
        ChatItem(
            channel=row.channel,
            person=row.person,
            message_id=f"{row.channel} {row.person}",
            body="hola",
            at=row.heard_at,
        )
    )
    assert item is not None
    assert await chats.finish(ChatTurn(item=item, at=row.heard_at, after=row))


async def test_a_letter_brings_along_what_it_takes_to_send_it(database_url: str) -> None:
    clock = ManualClock(NOW)
    async with running(database_url, clock) as engine:
        shop = await open_shop(engine.service, clock)
        made = await engine.service.book(ADMIN, shop.wish())
        outbox = SqlOutbox(engine.database)
        row = ChatRow(
            channel="telegram",
            person="7",
            business_id=shop.business.id,
            state="{}",
            version=1,
            heard_at=NOW,
            customer_id=made.customer_id,
        )
        await heard_of(engine.database, row)
        sooner = msgspec.structs.replace(row, channel="web", person="w", heard_at=NOW + timedelta(minutes=1))
        await heard_of(engine.database, sooner)
        await heard_of(
            engine.database, msgspec.structs.replace(row, person="8", customer_id=CustomerId("somebody else"))
        )
        phone = "+5491155551234"
        await outbox.close_address(Address("sms", phone), now=NOW)
        await outbox.close_address(Address("sms", "+5491100000000"), now=NOW)

        timers = await outbox.upcoming(until=TEN, limit=100)
        letters = {
            (letter.row.kind, letter.row.recipient): letter for letter in await outbox.letters([t.id for t in timers])
        }
    letter = letters[MessageKind.BOOKED, Recipient.CUSTOMER]
    assert letter.booking == made
    assert letter.customer is not None
    assert (letter.customer.name, letter.customer.phone) == ("María", phone)
    assert letter.business == shop.business
    assert letter.provider is not None
    assert letter.provider.name == "Ana"
    assert letter.service is not None
    assert letter.service.name == "Corte"
    assert [(chat.channel, chat.person) for chat in letter.chats] == [("web", "w"), ("telegram", "7")]
    assert letter.closed == {Address("sms", phone)}
    theirs = letters[MessageKind.BOOKED, Recipient.PROVIDER]
    assert (theirs.chats, theirs.customer) == ((), letter.customer)
