"""Each message is answered once, in order, one at a time: whatever is repeated, whoever answers, whatever breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from tests.bots.driver.program import JUAN, NOW, TEN_TOMORROW, Program, a_program
from tests.engine.runtime.simulation import ManualClock
from turnero.bots.conversation.inbound import Said
from turnero.bots.driver import driver as module
from turnero.bots.driver.driver import ATTEMPTS, GRACE, SAID_KEPT_FOR
from turnero.bots.driver.wire import TEXT_CHARS_MAX
from turnero.bots.texts.around import AROUND
from turnero.demo.furnish import SampleShop
from turnero.engine.domain.errors import Unavailable
from turnero.engine.ports.chats import ChatItem, ChatPerson, ChatTurn
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database
from turnero.persistence.schema import chat_inbox

# All that a booking takes: answered out of order, or twice, it becomes something else.
A_BOOKING = ("soy Juan, quiero un corte con Martín", "mañana a las 10", "sí")


async def booked_once(program: Program, shop: SampleShop) -> bool:
    """Tell whether there is Juan's booking, and no other."""
    found = await program.bookings(shop)
    return [(one.start, one.provider_id) for one in found] == [(TEN_TOMORROW, shop.provider_ids[0])]


async def unanswered(database: Database) -> int:
    query = select(chat_inbox.c.number).where(chat_inbox.c.answered_at.is_(None))
    return len(await database.read(lambda connection: connection.execute(query).all()))


# --- Once, and in order -------------------------------------------------------------------------------------------


async def test_a_message_is_answered_and_the_courier_is_woken(program: Program) -> None:
    replies = await program.say("hola")
    assert len(replies) == 1
    assert "Barbería El Turno" in replies[0].text
    assert program.woken.is_set()


async def test_a_message_that_comes_again_and_again_is_answered_once(program: Program, shop: SampleShop) -> None:
    for number, text in enumerate(A_BOOKING):
        await asyncio.gather(*(program.hear(text, message_id=f"{number}") for _ in range(5)))
        await program.driver.answered(JUAN)
    assert len(await program.replies()) == len(A_BOOKING)
    assert await booked_once(program, shop)
    await program.hear(A_BOOKING[0], message_id="0")
    await program.driver.answered(JUAN)
    assert len(await program.replies()) == len(A_BOOKING)


async def test_what_is_said_all_at_once_is_answered_in_order(program: Program, shop: SampleShop) -> None:
    for number, text in enumerate((*A_BOOKING, *("mis turnos" for _ in range(17)))):
        await program.hear(text, message_id=f"{number}")
    await program.driver.answered(JUAN)
    assert await booked_once(program, shop)
    assert (await program.row()).version == 20
    replies = await program.replies()
    assert len(replies) == 20
    assert len({reply.text for reply in replies[3:]}) == 1


async def test_people_do_not_wait_for_each_other(program: Program) -> None:
    people = [ChatPerson("telegram", f"person-{number}") for number in range(40)]
    await asyncio.gather(*(program.hear("hola", who, message_id=who.person) for who in people))
    for who in people:
        await program.driver.answered(who)
        assert len(await program.replies(who)) == 1


async def test_a_message_without_end_is_cut_at_a_word_and_answered(program: Program) -> None:
    await program.say("hola " * 2_000)
    await program.say("h" * 10_000)
    lines = [line for line in await program.chats.transcript(*JUAN, limit=50) if not line.ours]
    kept = [len(line.body) for line in lines]
    assert all(TEXT_CHARS_MAX - 100 < length < TEXT_CHARS_MAX + 100 for length in kept)
    assert len(await program.replies()) == 2


async def test_text_that_no_database_can_hold_is_answered(program: Program) -> None:
    await program.say("hola \ud800 \x00 \udfff", Said(text=""), "😀\ud83d")
    assert len(await program.replies()) == 3
    assert await unanswered(program.engine.database) == 0


# --- Two processes ------------------------------------------------------------------------------------------------


@pytest.fixture
async def other(database_url: str, clock: ManualClock, shop: SampleShop) -> AsyncIterator[Program]:  # noqa: ARG001  it is there first
    """A second process on the same database."""
    async with a_program(database_url, clock, run=2) as running_program:
        yield running_program


async def test_two_processes_that_hear_everything_twice_answer_it_once_and_in_order(
    program: Program, other: Program, shop: SampleShop
) -> None:
    for number, text in enumerate((*A_BOOKING, *("mis turnos" for _ in range(9)))):
        here, there = (program, other) if number % 2 else (other, program)
        await asyncio.gather(here.hear(text, message_id=f"{number}"), there.hear(text, message_id=f"{number}"))
    for one in (program, other):
        await one.driver.answered(JUAN)
    assert await unanswered(program.engine.database) == 0
    assert await booked_once(program, shop)
    assert (await program.row()).version == 12
    assert len(await program.replies()) == 12


async def test_two_processes_that_answer_the_same_message_at_once_give_one_answer(
    program: Program, other: Program, shop: SampleShop
) -> None:
    for number, text in enumerate(A_BOOKING):
        await program.hear(text, message_id=f"{number}")
        other.driver._serve(JUAN)
        for one in (program, other):
            await one.driver.answered(JUAN)
    assert await booked_once(program, shop)
    assert len(await program.replies()) == len(A_BOOKING)


# --- A process that dies ------------------------------------------------------------------------------------------


class CutOff(SqlChats):
    """A store whose process loses its power before it can say that a message is answered, from the third one on."""

    finished = 0
    went_dark: asyncio.Event

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.went_dark = asyncio.Event()

    async def finish(self, turn: ChatTurn) -> bool:
        if self.finished == len(A_BOOKING) - 1:
            self.went_dark.set()
            await asyncio.Event().wait()
        self.finished += 1
        return await super().finish(turn)


async def test_what_was_done_before_a_crash_is_done_once_and_answered_after_it(
    database_url: str, clock: ManualClock, shop: SampleShop
) -> None:
    async with a_program(database_url, clock, chats=CutOff) as doomed:
        assert isinstance(doomed.chats, CutOff)
        for number, text in enumerate(A_BOOKING):
            await doomed.hear(text, message_id=f"{number}")
        await doomed.chats.went_dark.wait()
        assert await booked_once(doomed, shop)
        assert len(await doomed.replies()) == len(A_BOOKING) - 1
    clock.at += timedelta(minutes=7)  # the hold is long over
    async with a_program(database_url, clock, run=2) as next_one:
        await left_over_is_answered(next_one)
        assert await booked_once(next_one, shop)
        replies = await next_one.replies()
        assert len(replies) == len(A_BOOKING)
        assert "Listo" in replies[-1].text
        assert "10:00" in replies[-1].text


class CutOffAtTheHold(CutOff):
    """The same, once a slot is held and before the card is shown."""

    finished = 1


async def test_a_slot_that_was_held_before_a_crash_is_not_taken_for_somebody_elses(
    database_url: str, clock: ManualClock, shop: SampleShop
) -> None:
    async with a_program(database_url, clock, chats=CutOffAtTheHold) as doomed:
        assert isinstance(doomed.chats, CutOffAtTheHold)
        for number, text in enumerate(A_BOOKING[:2]):
            await doomed.hear(text, message_id=f"{number}")
        await doomed.chats.went_dark.wait()
    async with a_program(database_url, clock, run=2) as next_one:
        await left_over_is_answered(next_one)
        await next_one.say("sí")
        assert await booked_once(next_one, shop)


async def left_over_is_answered(program: Program) -> None:
    """Wait until the program has looked around, and answered the one message that it found."""
    async with asyncio.timeout(20):
        await program.woken.wait()
    assert await unanswered(program.engine.database) == 0


async def test_what_another_process_left_behind_is_answered_after_a_while(
    program: Program, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)
    await program.chats.take_in(an_item('{"type": "said", "text": "hola"}'))
    clock.at += GRACE
    await left_over_is_answered(program)
    assert len(await program.replies()) == 1


def an_item(body: str, message_id: str = "left") -> ChatItem:
    """Return a message as the process took it in that died before it could answer."""
    return ChatItem(channel=JUAN.channel, person=JUAN.person, message_id=message_id, body=body, at=NOW)


# --- What breaks --------------------------------------------------------------------------------------------------


async def test_a_message_that_nobody_can_answer_is_apologised_for_and_the_next_one_answered(
    program: Program, shop: SampleShop
) -> None:
    await program.say(*A_BOOKING[:2])
    await program.chats.take_in(an_item('{"type": "whispered", "text": "secreto de Juan"}'))
    with capture_logs() as logs:
        replies = await program.say("sí")
    assert [reply.text for reply in replies[:1]] == [AROUND["es"].broken]
    assert await booked_once(program, shop)
    told = [entry for entry in logs if entry["event"] == "chat_answer_failed"]
    assert [entry["attempt"] for entry in told] == list(range(1, ATTEMPTS + 1))
    assert "secreto" not in str(logs)


class Away(SqlChats):
    """A store whose database is away for some questions."""

    away_for = 3

    async def next_of(self, who: ChatPerson) -> ChatItem | None:
        if self.away_for:
            self.away_for -= 1
            raise Unavailable("database_unavailable", "The database does not answer.")
        return await super().next_of(who)


async def test_what_cannot_be_answered_while_the_database_is_away_is_answered_when_it_is_back(
    database_url: str, clock: ManualClock, shop: SampleShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSES_S", (0.0,) * 5)
    async with a_program(database_url, clock, chats=Away) as program:
        await program.say(*A_BOOKING)
        assert await booked_once(program, shop)


async def test_who_cannot_be_answered_for_long_is_left_to_whoever_looks_around(
    database_url: str,
    clock: ManualClock,
    shop: SampleShop,  # noqa: ARG001  it is there first
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAUSES_S", (0.0,))
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.01)
    async with a_program(database_url, clock, chats=Away) as program:
        await program.hear("hola", message_id="1")
        await program.driver.answered(JUAN)
        assert await program.replies() == []
        clock.at += GRACE
        await left_over_is_answered(program)
        assert len(await program.replies()) == 1


# --- What is kept -------------------------------------------------------------------------------------------------


async def test_what_was_said_long_ago_is_forgotten_and_who_it_was_is_not(
    database_url: str, clock: ManualClock, shop: SampleShop
) -> None:
    async with a_program(database_url, clock) as program:
        await program.say(*A_BOOKING)
    clock.at += SAID_KEPT_FOR + timedelta(seconds=1)
    async with a_program(database_url, clock, run=2) as program:
        await program.say("mis turnos")
        lines = [line for line in await program.chats.transcript(*JUAN, limit=50) if not line.ours]
        assert len(lines) == 1
        (booking,) = await program.bookings(shop)
        assert (await program.row()).customer_id == booking.customer_id
