"""What every store of conversations promises, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from turnero.engine.domain.messages import MessageKind, MessageStatus
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId
from turnero.engine.ports.chats import (
    NO_BUSINESS,
    ChatItem,
    ChatLine,
    ChatPerson,
    ChatReply,
    ChatRow,
    Chats,
    ChatTurn,
)
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database
from turnero.persistence.schema import outbox

NOW = datetime(2026, 5, 6, 14, 0, tzinfo=UTC)
SHOP, OTHER_SHOP = BusinessId("biz_1"), BusinessId("biz_2")
ANA = ChatPerson("telegram", "ana")
BOOKING = BookingId("bkg_1")


@pytest.fixture
def chats(database: Database) -> Chats:
    return SqlChats(database)


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def said(text: str, *, who: ChatPerson = ANA, message_id: str | None = None, at: datetime = NOW) -> ChatItem:
    return ChatItem(channel=who.channel, person=who.person, message_id=message_id or text, body=text, at=at)


def a_row(version: int = 1, *, who: ChatPerson = ANA, business: BusinessId = SHOP, state: str = "{}") -> ChatRow:
    return ChatRow(
        channel=who.channel, person=who.person, business_id=business, state=state, version=version, heard_at=NOW
    )


async def taken(chats: Chats, text: str, *, who: ChatPerson = ANA, at: datetime = NOW) -> ChatItem:
    item = await chats.take_in(said(text, who=who, at=at))
    assert item is not None
    return item


async def answered(
    chats: Chats,
    text: str,
    *replies: str | ChatReply,
    after: ChatRow | None = None,
    who: ChatPerson = ANA,
    at: datetime = NOW,
) -> ChatItem:
    item = await taken(chats, text, who=who, at=at)
    told = tuple(ChatReply(body=reply) if isinstance(reply, str) else reply for reply in replies)
    assert await chats.finish(ChatTurn(item=item, at=at, after=after, replies=told))
    return item


async def sent(database: Database) -> list[tuple[str | None, str | None, str, str | None]]:
    """Return the outbox in the order in which it leaves: channel, address, kind, words."""
    query = select(outbox).where(outbox.c.status == MessageStatus.PLANNED).order_by(outbox.c.id)
    rows = await database.read(lambda connection: connection.execute(query).all())
    return [(row.channel, row.address, row.kind, row.payload) for row in rows]


# --- What comes in ------------------------------------------------------------------------------------------------


async def test_what_is_said_is_taken_in_once_whoever_repeats_it(chats: Chats) -> None:
    await taken(chats, "hola")
    assert await chats.take_in(said("hola")) is None
    assert await chats.take_in(said("otra cosa", message_id="hola")) is None
    assert await chats.take_in(said("hola", who=ChatPerson("web", "ana"))) is not None


async def test_of_many_repeats_at_once_one_is_taken_in(chats: Chats) -> None:
    found = await asyncio.gather(*(chats.take_in(said("hola")) for _ in range(10)))
    assert Counter(item is None for item in found) == {True: 9, False: 1}


async def test_what_somebody_says_is_answered_in_the_order_in_which_it_came(chats: Chats) -> None:
    first, second = await taken(chats, "uno"), await taken(chats, "dos")
    await taken(chats, "tres", who=ChatPerson("telegram", "bruno"))
    assert first.number < second.number
    assert await chats.next_of(ANA) == first
    await chats.finish(ChatTurn(item=first, at=NOW, after=None))
    assert await chats.next_of(ANA) == second
    await chats.finish(ChatTurn(item=second, at=NOW, after=None))
    assert await chats.next_of(ANA) is None


async def test_what_is_taken_in_comes_back_as_it_was(chats: Chats) -> None:
    item = replace(said("ñandú 🦆 \x00", message_id="1"), context='{"card": "7"}')
    kept = await chats.take_in(item)
    assert kept is not None
    assert await chats.next_of(ANA) == replace(kept, body="ñandú 🦆 \ufffd")


async def test_whoever_waits_is_found_once_the_longest_wait_first(chats: Chats) -> None:
    bruno, carla = ChatPerson("web", "bruno"), ChatPerson("web", "carla")
    await answered(chats, "ya está", who=carla)
    await taken(chats, "a", who=bruno)
    await taken(chats, "b")
    await taken(chats, "c", who=bruno)
    await taken(chats, "d", who=carla, at=NOW + minutes(1))
    assert await chats.waiting(since=NOW, limit=10) == [bruno, ANA]
    assert await chats.waiting(since=NOW + minutes(1), limit=10) == [bruno, ANA, carla]
    assert await chats.waiting(since=NOW + minutes(1), limit=1) == [bruno]
    assert await chats.waiting(since=NOW - minutes(1), limit=10) == []


async def test_how_far_an_answer_has_come_is_kept_until_it_is_given(chats: Chats) -> None:
    item = await taken(chats, "reservá")
    assert await chats.note(item, "one")
    assert not await chats.note(item, "somebody else's")
    again = await chats.next_of(ANA)
    assert again == replace(item, so_far="one")
    assert await chats.note(again, "two")
    await chats.finish(ChatTurn(item=item, at=NOW, after=None))
    assert not await chats.note(replace(item, so_far="two"), "three")


# --- Answering ----------------------------------------------------------------------------------------------------


async def test_a_turn_answers_the_item_moves_the_conversation_on_and_leaves_its_replies_in_order(
    chats: Chats, database: Database
) -> None:
    row = replace(
        a_row(),
        state='{"draft": 1}',
        customer_id=CustomerId("cus_1"),
        provider_id=ProviderId("prv_1"),
        phone="+5491145550101",
        linked_by="mac",
        language="es",
    )
    await answered(chats, "hola", "buenas", "¿qué tal?", after=row)
    assert await chats.next_of(ANA) is None
    assert await chats.conversation(*ANA, SHOP) == row
    assert await sent(database) == [("telegram", "ana", "reply", "buenas"), ("telegram", "ana", "reply", "¿qué tal?")]


async def test_a_reply_may_take_the_place_of_an_earlier_message(chats: Chats, database: Database) -> None:
    await answered(chats, "sí", ChatReply(body="listo", replaces="77"), after=a_row())
    query = select(outbox.c.replaces)
    assert await database.read(lambda connection: connection.scalars(query).all()) == ["77"]


async def test_an_item_is_answered_once(chats: Chats, database: Database) -> None:
    item = await answered(chats, "hola", "buenas", after=a_row())
    again = ChatTurn(item=item, at=NOW, after=a_row(version=2), replies=(ChatReply(body="otra vez"),))
    assert not await chats.finish(again)
    assert await chats.conversation(*ANA, SHOP) == a_row()
    assert len(await sent(database)) == 1


@pytest.mark.parametrize("version", [1, 2, 4])
async def test_a_turn_of_a_state_that_is_not_the_last_one_writes_nothing(
    chats: Chats, database: Database, version: int
) -> None:
    await answered(chats, "uno", after=a_row())
    await answered(chats, "dos", after=a_row(version=2, state="two"))
    item = await taken(chats, "tres")
    assert not await chats.finish(
        ChatTurn(item=item, at=NOW, after=a_row(version=version), replies=(ChatReply(body="tarde"),))
    )
    assert await chats.next_of(ANA) == item
    assert await sent(database) == []
    assert await chats.finish(ChatTurn(item=item, at=NOW, after=a_row(version=3)))


async def test_of_two_processes_that_answer_one_item_at_once_one_does(chats: Chats, database: Database) -> None:
    item = await taken(chats, "hola")
    turn = ChatTurn(item=item, at=NOW, after=a_row(), replies=(ChatReply(body="buenas"),))
    done = await asyncio.gather(*(chats.finish(turn) for _ in range(5)))
    assert Counter(done) == {True: 1, False: 4}
    assert len(await sent(database)) == 1


async def test_a_reply_may_be_for_somebody_else(chats: Chats, database: Database) -> None:
    martin = ChatPerson("whatsapp", "martin")
    await answered(chats, "una persona", ChatReply(body="te llaman", to=martin), "ya le avisé", after=a_row())
    assert await sent(database) == [
        ("whatsapp", "martin", "reply", "te llaman"),
        ("telegram", "ana", "reply", "ya le avisé"),
    ]


# --- News that is told in a reply ---------------------------------------------------------------------------------


async def plan(database: Database, **about: object) -> None:
    """Put into the outbox what the engine plans there."""
    row = {
        "booking_id": BOOKING,
        "provider_id": "prv_1",
        "business_id": SHOP,
        "sequence": 7,
        "kind": MessageKind.BOOKED,
        "status": MessageStatus.PLANNED,
        "due_at": NOW,
        "next_at": NOW,
    } | about
    await database.write(lambda connection: connection.execute(insert(outbox).values(row)))


NEWS = ChatReply(body="listo", booking_id=BOOKING, kind=MessageKind.BOOKED)


async def test_news_in_a_reply_takes_the_place_of_the_message_that_was_planned_to_bring_it(
    chats: Chats, database: Database
) -> None:
    await plan(database)
    await plan(database, kind=MessageKind.REMINDER)
    await plan(database, recipient="provider")
    await answered(chats, "sí", "un segundo", NEWS, after=a_row())
    assert await sent(database) == [
        (None, None, "reminder", None),
        (None, None, "booked", None),
        ("telegram", "ana", "reply", "un segundo"),
        ("telegram", "ana", "booked", "listo"),
    ]
    query = select(outbox).where(outbox.c.payload == "listo")
    told = await database.read(lambda connection: connection.execute(query).one())
    assert (told.booking_id, told.provider_id, told.business_id, told.sequence) == (BOOKING, "prv_1", SHOP, 7)


async def test_news_that_nobody_planned_or_that_is_on_its_way_is_just_a_reply(chats: Chats, database: Database) -> None:
    await answered(chats, "sí", NEWS, after=a_row())
    await plan(database, sending_since=NOW)
    await plan(database, status=MessageStatus.SENT)
    await answered(chats, "sí, dale", NEWS, after=a_row(version=2))
    assert [kind for *_, kind, words in await sent(database) if words] == ["reply", "reply"]


# --- Where conversations stand ------------------------------------------------------------------------------------


async def test_the_current_conversation_is_the_one_heard_of_last_and_never_the_one_with_nobody(chats: Chats) -> None:
    assert await chats.current(*ANA) is None
    await answered(chats, "uno", after=a_row())
    await answered(chats, "dos", after=replace(a_row(business=OTHER_SHOP), heard_at=NOW + minutes(1)))
    await answered(chats, "tres", after=replace(a_row(business=NO_BUSINESS), heard_at=NOW + minutes(2)))
    current = await chats.current(*ANA)
    assert current is not None
    assert current.business_id == OTHER_SHOP
    assert await chats.conversation(*ANA, NO_BUSINESS) is not None
    assert await chats.conversation("web", "ana", SHOP) is None


async def test_a_customer_is_reachable_where_they_were_heard_of_last(chats: Chats) -> None:
    web = ChatPerson("web", "browser")
    ana = CustomerId("cus_ana")
    await answered(chats, "a", after=replace(a_row(), customer_id=ana))
    await answered(chats, "b", who=web, after=replace(a_row(who=web), customer_id=ana, heard_at=NOW + minutes(5)))
    await answered(chats, "c", after=replace(a_row(business=OTHER_SHOP), customer_id=ana))
    assert [row.who for row in await chats.reachable(SHOP, ana)] == [web, ANA]
    assert await chats.reachable(SHOP, CustomerId("nobody")) == []


async def test_staff_are_those_who_talk_as_a_provider(chats: Chats) -> None:
    martin, lucia = ChatPerson("telegram", "martin"), ChatPerson("telegram", "lucia")
    for who in (martin, lucia):
        await answered(
            chats, f"soy {who.person}", who=who, after=replace(a_row(who=who), provider_id=ProviderId(who.person))
        )
    await answered(chats, "hola", after=a_row())
    assert [row.who for row in await chats.staff(SHOP, ProviderId("lucia"))] == [lucia]
    assert {row.who for row in await chats.staff(SHOP)} == {martin, lucia}
    assert await chats.staff(OTHER_SHOP) == []


async def test_nobody_talks_as_a_provider_who_was_unlinked_not_even_by_an_answer_on_its_way(chats: Chats) -> None:
    martin = replace(a_row(), provider_id=ProviderId("martin"), linked_by="mac")
    await answered(chats, "soy martín", after=martin)
    item = await taken(chats, "mi agenda")
    assert await chats.unlink(ProviderId("martin")) == 1
    assert await chats.staff(SHOP) == []
    assert not await chats.finish(ChatTurn(item=item, at=NOW, after=replace(martin, version=2)))
    row = await chats.conversation(*ANA, SHOP)
    assert row is not None
    assert (row.provider_id, row.linked_by, row.version) == (None, None, 2)


async def test_who_is_to_be_left_alone_is_so_with_every_business_of_the_channel(chats: Chats) -> None:
    web = ChatPerson("web", "ana")
    await answered(chats, "a", after=a_row())
    await answered(chats, "b", after=a_row(business=OTHER_SHOP))
    await answered(chats, "c", who=web, after=a_row(who=web))
    await chats.mark(*ANA, muted=True, blocked=True)
    rows = [await chats.conversation(*ANA, SHOP), await chats.conversation(*ANA, OTHER_SHOP)]
    assert [(row.muted, row.blocked) for row in rows if row is not None] == [(True, True)] * 2
    other = await chats.conversation(*web, SHOP)
    assert other is not None
    assert not other.muted


async def test_a_turn_may_mute_all_of_a_persons_conversations(chats: Chats) -> None:
    await answered(chats, "a", after=a_row(business=OTHER_SHOP))
    item = await taken(chats, "baja")
    await chats.finish(ChatTurn(item=item, at=NOW, after=a_row(), muted=True))
    rows = [await chats.conversation(*ANA, SHOP), await chats.conversation(*ANA, OTHER_SHOP)]
    assert [row.muted for row in rows if row is not None] == [True, True]


async def test_a_turn_leaves_a_mark_that_was_made_meanwhile_and_whoever_writes_is_not_blocked(chats: Chats) -> None:
    await answered(chats, "a", after=a_row())
    await chats.mark(*ANA, muted=True, blocked=True)
    await answered(chats, "b", after=a_row(version=2))
    row = await chats.conversation(*ANA, SHOP)
    assert row is not None
    assert (row.muted, row.blocked) == (True, False)


# --- What was said ------------------------------------------------------------------------------------------------


async def test_a_transcript_tells_what_both_sides_said_oldest_first(chats: Chats) -> None:
    first = await answered(chats, "hola", "buenas", "¿qué necesitás?", after=a_row())
    second = await answered(chats, "un corte", "¿cuándo?", after=a_row(version=2), at=NOW + minutes(1))
    await answered(chats, "x", "y", who=ChatPerson("web", "bruno"))
    lines = await chats.transcript(*ANA, limit=50)
    assert [(line.ours, line.body) for line in lines] == [
        (False, "hola"),
        (True, "buenas"),
        (True, "¿qué necesitás?"),
        (False, "un corte"),
        (True, "¿cuándo?"),
    ]
    assert lines[0] == ChatLine(number=first.number, at=NOW, ours=False, body="hola")
    assert [line.body for line in await chats.transcript(*ANA, limit=2)] == ["un corte", "¿cuándo?"]
    ours_after = max(line.number for line in lines if line.ours)
    newer = await chats.transcript(*ANA, theirs_after=first.number, ours_after=ours_after, limit=50)
    assert [line.number for line in newer] == [second.number]


async def test_what_was_said_is_forgotten_once_it_is_old_and_dealt_with(chats: Chats, database: Database) -> None:
    await plan(database)
    await answered(chats, "viejo", "también", NEWS, after=a_row())
    await taken(chats, "sin respuesta")
    await database.write(lambda connection: connection.execute(update(outbox).values(status=MessageStatus.SENT)))
    await answered(chats, "por salir", "todavía no salió", who=ChatPerson("web", "b"))
    assert await chats.forget(before=NOW) == 0
    assert await chats.forget(before=NOW + minutes(1)) == 4
    assert [line.body for line in await chats.transcript(*ANA, limit=50)] == ["sin respuesta"]
    assert await sent(database) == [("web", "b", "reply", "todavía no salió")]
    kept = await database.read(lambda connection: connection.execute(select(outbox.c.kind, outbox.c.booking_id)).all())
    assert ("booked", BOOKING) in {tuple(row) for row in kept}
    assert await chats.conversation(*ANA, SHOP) == a_row()
