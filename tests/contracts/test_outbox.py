"""What every outbox promises to those who send what is in it: on SQLite, on PostgreSQL, and the one in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

import msgspec
import pytest
from sqlalchemy import insert, select, update

from tests.fakes.memory_outbox import MemoryOutbox
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.value import BookingId, BusinessId, EntryId, ProviderId
from turnero.engine.ports.outbox import REPLY, Address, Attempt, Kind, Letter, Outbox, OutboxRow, Reported, Result
from turnero.engine.ports.timing import Timer, Urgency
from turnero.persistence.database import Database, open_database
from turnero.persistence.outbox import SqlOutbox
from turnero.persistence.schema import outbox as table

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ALL = 1_000


class Kept(NamedTuple):
    """What became of a message."""

    status: str
    row: dict[str, Any]


class Desk(Protocol):
    """An outbox, and the hands of those who plan messages and look them up."""

    @property
    def outbox(self) -> Outbox: ...

    async def plan(self, row: OutboxRow) -> int: ...

    async def cancel(self, message_id: int) -> None: ...

    async def kept(self, message_id: int) -> Kept: ...


@dataclass
class MemoryDesk:
    outbox: MemoryOutbox

    async def plan(self, row: OutboxRow) -> int:
        return self.outbox.plan(Letter(row=row))

    async def cancel(self, message_id: int) -> None:
        self.outbox.cancel(message_id)

    async def kept(self, message_id: int) -> Kept:
        found = self.outbox.messages[message_id]
        rest = {"sent_at": found.sent_at, "external_id": found.external_id}
        return Kept(found.status, msgspec.structs.asdict(found.row) | rest)


@dataclass
class SqlDesk:
    database: Database

    @property
    def outbox(self) -> SqlOutbox:
        return SqlOutbox(self.database)

    async def plan(self, row: OutboxRow) -> int:
        values = msgspec.structs.asdict(row)
        values |= {"day": row.day.isoformat() if row.day else None, "status": "planned", "spent": row.spent or None}
        del values["id"]
        statement = insert(table).values(values).returning(table.c.id)
        return await self.database.write(lambda connection: connection.scalars(statement).one())

    async def cancel(self, message_id: int) -> None:
        planned = update(table).where(table.c.id == message_id, table.c.status == "planned")
        await self.database.write(lambda connection: connection.execute(planned.values(status="cancelled")))

    async def kept(self, message_id: int) -> Kept:
        query = select(table).where(table.c.id == message_id)
        found = await self.database.read(lambda connection: connection.execute(query).one()._asdict())
        return Kept(found["status"], found | {"spent": found["spent"] or ()})


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    if request.param == "memory":
        yield MemoryDesk(MemoryOutbox())
        return
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    database = open_database(request.getfixturevalue(fixture))
    yield SqlDesk(database)
    await database.close()


def a_row(kind: Kind = MessageKind.REMINDER, *, due_s: float = 0, **fields: Any) -> OutboxRow:
    at = NOW + timedelta(seconds=due_s)
    row = OutboxRow(
        id=0,
        business_id=BusinessId("biz"),
        kind=kind,
        recipient=Recipient.CUSTOMER,
        due_at=at,
        next_at=at,
        booking_id=BookingId("bkg"),
        provider_id=ProviderId("prv"),
    )
    return msgspec.structs.replace(row, **fields)


def a_reply(to: str = "7", *, channel: str = "telegram", due_s: float = 0, text: str = "hola") -> OutboxRow:
    return a_row(due_s=due_s, kind=REPLY, booking_id=None, channel=channel, address=to, reply=True, payload=text)


def attempt(message_id: int, attempts: int = 0, **fields: Any) -> Attempt:
    made = Attempt(id=message_id, attempts=attempts, channel="telegram", address="7")
    return msgspec.structs.replace(made, **fields)


def result(message_id: int, status: MessageStatus = MessageStatus.SENT, attempts: int = 1, **fields: Any) -> Result:
    made = Result(
        id=message_id,
        attempts=attempts,
        status=status,
        sent_at=NOW if status is MessageStatus.SENT else None,
        channel="telegram",
        address="7",
    )
    return msgspec.structs.replace(made, **fields)


async def rows(desk: Desk, *ids: int) -> list[OutboxRow]:
    return [letter.row for letter in await desk.outbox.letters(ids)]


# --- What is due --------------------------------------------------------------------------------------------------


async def test_what_is_planned_is_found_by_when_its_turn_is_page_by_page(desk: Desk) -> None:
    ids = [await desk.plan(a_row(due_s=due_s)) for due_s in (5, -5, 0, 0, 60)]
    late, first, second, third, _ = ids
    until = NOW + 5 * SECOND
    page = await desk.outbox.upcoming(until=until, limit=2)
    assert [timer.id for timer in page] == [first, second]
    rest = await desk.outbox.upcoming(until=until, after=page[-1], limit=9)
    assert [timer.id for timer in rest] == [third, late]
    assert await desk.outbox.upcoming(until=until, after=rest[-1], limit=9) == []
    assert page[0] == Timer(first, NOW - 5 * SECOND, Urgency.REMINDER)


async def test_a_look_at_what_is_due_begins_with_what_became_so_last(desk: Desk) -> None:
    old, older, new, _ = [await desk.plan(a_row(due_s=due_s)) for due_s in (-2, -9, 0, 1)]
    assert [timer.id for timer in await desk.outbox.just_due(now=NOW, limit=2)] == [new, old]
    assert [timer.id for timer in await desk.outbox.just_due(now=NOW, limit=9)] == [new, old, older]


async def test_the_next_turn_is_known(desk: Desk) -> None:
    assert await desk.outbox.next_due() is None
    await desk.plan(a_row(due_s=60))
    soon = await desk.plan(a_row(due_s=30))
    assert await desk.outbox.next_due() == NOW + 30 * SECOND
    await desk.cancel(soon)
    assert await desk.outbox.next_due() == NOW + 60 * SECOND


async def test_how_urgent_a_message_is_follows_from_what_it_is(desk: Desk) -> None:
    expected = {
        await desk.plan(a_row(MessageKind.RATING)): Urgency.LATER,
        await desk.plan(a_row(MessageKind.BOOKED)): Urgency.NEWS,
        await desk.plan(a_row(MessageKind.OFFER, booking_id=None, entry_id=EntryId("wle"))): Urgency.OFFER,
        await desk.plan(a_reply()): Urgency.REPLY,
        # News that somebody waits for in a chat.
        await desk.plan(a_row(MessageKind.BOOKED, reply=True, payload="listo", channel="web", address="1")): 0,
    }
    found = {timer.id: timer.urgency for timer in await desk.outbox.just_due(now=NOW, limit=ALL)}
    assert found == expected


async def test_a_message_is_read_as_it_was_planned(desk: Desk) -> None:
    planned = [
        a_row(before="PT24H", due_s=3),
        a_row(MessageKind.AGENDA, booking_id=None, recipient=Recipient.PROVIDER, day=date(2026, 5, 4)),
        a_reply(text='{"text": "¿mañana?"}'),
    ]
    ids = [await desk.plan(row) for row in planned]
    expected = [msgspec.structs.replace(row, id=message_id) for row, message_id in zip(planned, ids, strict=True)]
    assert await rows(desk, *ids, 999) == expected
    assert await rows(desk) == []


async def test_what_is_not_planned_any_more_is_not_handed_out(desk: Desk) -> None:
    cancelled, sent = await desk.plan(a_row()), await desk.plan(a_row())
    await desk.cancel(cancelled)
    await desk.outbox.begin([attempt(sent)], now=NOW)
    await desk.outbox.record([result(sent)])
    assert await rows(desk, cancelled, sent) == []
    assert await desk.outbox.just_due(now=NOW, limit=ALL) == []


# --- Beginning ----------------------------------------------------------------------------------------------------


async def test_of_two_who_begin_one_may(desk: Desk) -> None:
    message = await desk.plan(a_row())
    assert await desk.outbox.begin([attempt(message)], now=NOW) == {message: message}
    assert await desk.outbox.begin([attempt(message)], now=NOW) == {}
    (row,) = await rows(desk, message)
    assert (row.attempts, row.sending_since, row.channel, row.address) == (1, NOW, "telegram", "7")


async def test_what_was_cancelled_meanwhile_does_not_begin(desk: Desk) -> None:
    message, other = await desk.plan(a_row()), await desk.plan(a_row())
    await desk.cancel(message)
    assert await desk.outbox.begin([attempt(message), attempt(other, address="8")], now=NOW) == {other: other}
    assert await desk.outbox.begin([], now=NOW) == {}


async def test_what_joins_a_conversation_becomes_its_last_line(desk: Desk) -> None:
    reminder, offer = await desk.plan(a_row(due_s=-60)), await desk.plan(a_row(MessageKind.OFFER))
    reply = await desk.plan(a_reply())
    said = [attempt(one, payload=f"words of {one}", address=f"to {one}") for one in (reminder, offer)]
    begun = await desk.outbox.begin(said, now=NOW)
    assert begun.keys() == {reminder, offer}
    assert reply < begun[reminder] < begun[offer]
    found = await rows(desk, *begun.values())
    assert [row.payload for row in found] == [f"words of {reminder}", f"words of {offer}"]
    assert [row.next_at for row in found] == [NOW, NOW]
    assert await desk.plan(a_reply()) > begun[offer]


async def test_replies_to_one_person_begin_in_order(desk: Desk) -> None:
    first, second = await desk.plan(a_reply()), await desk.plan(a_reply())
    elsewhere, to_another = await desk.plan(a_reply(channel="web")), await desk.plan(a_reply("8"))
    tries = [
        attempt(second, in_order=True),
        attempt(elsewhere, in_order=True, channel="web"),
        attempt(to_another, in_order=True, address="8"),
    ]
    assert (await desk.outbox.begin(tries, now=NOW)).keys() == {elsewhere, to_another}
    assert (await desk.outbox.begin([attempt(first, in_order=True)], now=NOW)).keys() == {first}
    # It is on its way, and not there yet.
    assert await desk.outbox.begin([attempt(second, in_order=True)], now=NOW) == {}
    behind = await desk.outbox.record([result(first)])
    assert [timer.id for timer in behind] == [second]
    assert (await desk.outbox.begin([attempt(second, in_order=True)], now=NOW)).keys() == {second}


async def test_a_notice_does_not_hold_replies_up(desk: Desk) -> None:
    await desk.plan(a_row(channel="telegram", address="7", payload="words", attempts=1))
    reply = await desk.plan(a_reply())
    assert (await desk.outbox.begin([attempt(reply, in_order=True)], now=NOW)).keys() == {reply}


# --- Recording ----------------------------------------------------------------------------------------------------


async def test_what_was_sent_is_on_record_with_when_and_where_to(desk: Desk) -> None:
    message = await desk.plan(a_row())
    await desk.outbox.begin([attempt(message)], now=NOW)
    assert await desk.outbox.record([result(message, external_id="ext-1", sent_at=NOW + SECOND)]) == []
    status, row = await desk.kept(message)
    assert status == "sent"
    assert (row["sent_at"], row["external_id"], row["channel"], row["address"]) == (
        NOW + SECOND,
        "ext-1",
        "telegram",
        "7",
    )
    assert (row["sending_since"], row["error"]) == (None, None)


async def test_what_failed_may_have_another_turn(desk: Desk) -> None:
    message = await desk.plan(a_row())
    await desk.outbox.begin([attempt(message)], now=NOW)
    later = NOW + 9 * SECOND
    again = result(message, MessageStatus.PLANNED, next_at=later, tries=1, spent=("sms",), error="unavailable")
    await desk.outbox.record([again])
    (row,) = await rows(desk, message)
    assert (row.next_at, row.due_at, row.tries, row.attempts) == (later, NOW, 1, 1)
    assert (row.spent, row.error, row.sending_since) == (("sms",), "unavailable", None)
    assert row.timer in await desk.outbox.upcoming(until=later, limit=ALL)


async def test_words_that_did_not_arrive_in_a_conversation_are_taken_back_but_not_a_reply(desk: Desk) -> None:
    notice, reply = await desk.plan(a_row()), await desk.plan(a_reply("8"))
    begun = await desk.outbox.begin([attempt(notice, payload="words"), attempt(reply, address="8")], now=NOW)
    await desk.outbox.record(
        [
            result(begun[notice], MessageStatus.PLANNED, next_at=NOW),
            result(reply, MessageStatus.FAILED, address="8", error="blocked"),
        ]
    )
    assert (await desk.kept(begun[notice])).row["payload"] is None
    assert (await desk.kept(reply)).row["payload"] == "hola"
    await desk.outbox.begin([attempt(begun[notice], 1, payload="words")], now=NOW)
    (said,) = await rows(desk, *(timer.id for timer in await desk.outbox.just_due(now=NOW, limit=1)))
    await desk.outbox.record([result(said.id, attempts=2)])
    assert (await desk.kept(said.id)).row["payload"] == "words"


async def test_what_somebody_else_has_begun_since_is_not_recorded_by_who_came_before(desk: Desk) -> None:
    message = await desk.plan(a_row())
    await desk.outbox.begin([attempt(message)], now=NOW)
    await desk.outbox.begin([attempt(message, 1)], now=NOW)
    await desk.outbox.record([result(message)])
    assert (await desk.kept(message)).status == "planned"
    await desk.outbox.record([result(message, attempts=2)])
    assert (await desk.kept(message)).status == "sent"


@pytest.mark.parametrize("given_up", [MessageStatus.CANCELLED, MessageStatus.FAILED])
async def test_what_was_sent_was_sent_even_if_it_was_given_up_meanwhile(desk: Desk, given_up: MessageStatus) -> None:
    message = await desk.plan(a_row())
    await desk.outbox.begin([attempt(message)], now=NOW)
    await desk.outbox.record([result(message, given_up)])
    await desk.outbox.record([result(message, MessageStatus.PLANNED, next_at=NOW)])
    assert (await desk.kept(message)).status == given_up
    await desk.outbox.record([result(message)])
    assert (await desk.kept(message)).status == "sent"


async def test_recording_twice_changes_nothing(desk: Desk) -> None:
    message = await desk.plan(a_row())
    await desk.outbox.begin([attempt(message)], now=NOW)
    await desk.outbox.record([result(message, external_id="ext-1")])
    await desk.outbox.record([result(message, external_id="ext-2"), result(999)])
    assert (await desk.kept(message)).row["external_id"] == "ext-1"


# --- What a channel says later ------------------------------------------------------------------------------------


async def sent(desk: Desk, row: OutboxRow, external_id: str = "ext-1") -> int:
    message = await desk.plan(row)
    await desk.outbox.begin([attempt(message)], now=NOW)
    await desk.outbox.record([result(message, external_id=external_id)])
    return message


async def test_a_message_that_arrived_is_delivered(desk: Desk) -> None:
    message = await sent(desk, a_row())
    reported = await desk.outbox.report("telegram", "ext-1", MessageStatus.DELIVERED, now=NOW)
    assert reported == Reported(Address("telegram", "7"))
    assert (await desk.kept(message)).status == "delivered"


async def test_a_report_about_what_nobody_sent_is_none(desk: Desk) -> None:
    await sent(desk, a_row())
    assert await desk.outbox.report("telegram", "ext-9", MessageStatus.DELIVERED, now=NOW) is None
    assert await desk.outbox.report("sms", "ext-1", MessageStatus.DELIVERED, now=NOW) is None


async def test_a_notice_that_failed_after_all_is_planned_for_another_channel(desk: Desk) -> None:
    message = await sent(desk, a_row())
    later = NOW + 60 * SECOND
    reported = await desk.outbox.report("telegram", "ext-1", MessageStatus.FAILED, now=later, error="63016")
    assert reported == Reported(Address("telegram", "7"), Timer(message, later, Urgency.REMINDER))
    (row,) = await rows(desk, message)
    assert (row.spent, row.next_at, row.error, row.channel) == (("telegram",), later, "63016", None)
    # Said twice, as channels do, it is nothing new.
    assert await desk.outbox.report("telegram", "ext-1", MessageStatus.FAILED, now=later) is None


async def test_a_reply_that_failed_after_all_has_failed(desk: Desk) -> None:
    message = await sent(desk, a_reply())
    reported = await desk.outbox.report("telegram", "ext-1", MessageStatus.FAILED, now=NOW, error="30005")
    assert reported == Reported(Address("telegram", "7"))
    status, row = await desk.kept(message)
    assert (status, row["error"]) == ("failed", "30005")


# --- SQL alone ----------------------------------------------------------------------------------------------------


async def test_of_several_processes_that_begin_the_same_messages_each_message_is_begun_by_one(
    database_url: str,
) -> None:
    processes = [open_database(database_url) for _ in range(4)]
    first = SqlDesk(processes[0])
    ids = [await first.plan(a_row()) for _ in range(200)]

    async def begin(database: Database) -> Sequence[int]:
        begun: list[int] = []
        for part in range(0, 200, 20):
            tries = [attempt(one, payload="words", address=str(one)) for one in ids[part : part + 20]]
            begun += await SqlOutbox(database).begin(tries, now=NOW)
        return begun

    begun = await asyncio.gather(*(begin(process) for process in processes))
    assert sorted(one for mine in begun for one in mine) == ids
    for process in processes:
        await process.close()


async def test_closing_an_address_twice_is_fine(database: Database) -> None:
    outbox = SqlOutbox(database)
    for _ in range(2):
        await outbox.close_address(Address("sms", "+5491145550101"), now=NOW)
