"""What every journal promises: on SQLite, on PostgreSQL, and in memory."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import event

from tests.contracts.pen import NOW, Pen, a_booking, a_pen, at, booked, cancelled, held, rescheduled
from tests.fakes.memory_journal import Fault, MemoryJournal
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Status
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Batch, Journal, JournalFailed, Outcome, RequestKey, SnapshotRecord
from turnero.persistence.database import open_database
from turnero.persistence.journal import SqlJournal

YES, NO = Outcome.COMMITTED, Outcome.NOT_WRITTEN
P1, P2 = ProviderId("prv_1"), ProviderId("prv_2")


class Bench(ABC):
    """A journal to be tested, a second one on the same data (another process), and a way to break the first."""

    journal: Journal
    rival: Journal

    @abstractmethod
    def breaking(self) -> AbstractContextManager[None]: ...


class MemoryBench(Bench):
    def __init__(self) -> None:
        self._memory = self.journal = self.rival = MemoryJournal()

    @contextmanager
    def breaking(self) -> Iterator[None]:
        self._memory.faults = lambda _: Fault.BEFORE_WRITING
        yield
        self._memory.faults = None


class SqlBench(Bench):
    def __init__(self, url: str) -> None:
        self.databases = [open_database(url), open_database(url)]
        self.journal, self.rival = map(SqlJournal, self.databases)

    @contextmanager
    def breaking(self) -> Iterator[None]:
        def cut(_: object) -> None:
            raise ConnectionError("injected")

        engine = self.databases[0].writing
        event.listen(engine, "commit", cut)
        yield
        event.remove(engine, "commit", cut)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    if request.param == "memory":
        yield MemoryBench()
        return
    opened = SqlBench(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))
    yield opened
    for database in opened.databases:
        await database.close()


@pytest.fixture
def journal(bench: Bench) -> Journal:
    return bench.journal


# --- Streams ------------------------------------------------------------------------------------------------------


async def test_a_calendar_that_does_not_exist_cannot_be_activated(journal: Journal) -> None:
    with pytest.raises(NotFound):
        await journal.activate(P1)
    assert await journal.head(P1) is None
    assert await journal.read(P1) == []


async def test_every_activation_takes_a_higher_epoch(journal: Journal) -> None:
    first = await journal.activate(P1, create=True)
    second = await journal.activate(P1)
    third = await journal.activate(P1, create=True)
    assert first.epoch < second.epoch < third.epoch
    assert third.sequence == 0


async def test_events_are_read_back_as_they_were_written(journal: Journal) -> None:
    pen = await a_pen(journal)
    batch = pen.batch(booked(a_booking()), key="key-1")
    assert await journal.append([batch]) == [YES]
    assert await journal.read(P1, after=1) == list(batch.events)
    assert await journal.head(P1) == 2


async def test_the_heads_of_many_calendars_are_one_question(journal: Journal) -> None:
    pen = await a_pen(journal)
    await journal.append([pen.batch(booked(a_booking()))])
    await a_pen(journal, P2)
    assert await journal.heads([P1, P2, ProviderId("nobody")]) == {P1: 2, P2: 1}
    assert await journal.heads([]) == {}


async def test_a_stream_is_read_in_pieces(journal: Journal) -> None:
    pen = await a_pen(journal)
    await journal.append([pen.batch(booked(a_booking(at(10 + i)))) for i in range(5)])
    assert [r.sequence for r in await journal.read(P1, after=2, limit=3)] == [3, 4, 5]
    assert [r.sequence for r in await journal.read(P1, after=6)] == []


async def test_batches_of_one_calendar_in_one_append_are_written_in_order(journal: Journal) -> None:
    pen = await a_pen(journal)
    batches = [pen.batch(booked(a_booking(at(i / 2)))) for i in range(40)]
    assert await journal.append(batches) == [YES] * 40
    assert await journal.read(P1, after=1) == [recorded for batch in batches for recorded in batch.events]


async def test_appending_nothing_is_nothing(journal: Journal) -> None:
    assert list(await journal.append([])) == []


async def test_a_calendar_knows_where_it_stands_when_it_is_activated_again(journal: Journal) -> None:
    pen = await a_pen(journal)
    await journal.append([pen.batch(booked(a_booking()))])
    assert (await journal.activate(P1)).sequence == 2


async def test_a_bookings_history_spans_the_calendars_it_was_in_oldest_first(journal: Journal) -> None:
    here, there = await a_pen(journal, P1), await a_pen(journal, P2)
    booking, other = a_booking(), a_booking(at(20))
    await journal.append([here.batch(booked(other)), here.batch(booked(booking))])
    await journal.append(move(here, there, booking.id))
    await journal.append([there.batch(cancelled(booking))])
    history = await journal.history(booking.id)
    assert [(p, type(r.event).__name__) for p, r in history] == [
        (P1, "AppointmentBooked"),
        (P1, "AppointmentMovedOut"),
        (P2, "AppointmentMovedIn"),
        (P2, "AppointmentCancelled"),
    ]


def move(origin: Pen, target: Pen, booking_id: str) -> list[Batch]:
    booking = next(b for b in origin.calendar.bookings.values() if b.id == booking_id)
    return [
        origin.batch(ev.AppointmentMovedOut(booking_id=booking.id, to=target.calendar.provider_id), joint="move"),
        target.batch(
            ev.AppointmentMovedIn(booking=booking, origin=origin.calendar.provider_id, previous_start=booking.start),
            joint="move",
        ),
    ]


# --- Fencing ------------------------------------------------------------------------------------------------------


async def test_an_old_epoch_writes_nothing(bench: Bench) -> None:
    old = await a_pen(bench.journal)
    await a_pen(bench.rival)
    assert await bench.journal.append([old.batch(booked(a_booking()))]) == [NO]
    assert await bench.journal.head(P1) == 1


async def test_who_still_holds_a_calendar_can_be_asked(bench: Bench) -> None:
    lost, kept = await a_pen(bench.journal, P1), await a_pen(bench.journal, P2)
    await bench.rival.activate(P1)
    asked = {P1: lost.epoch, P2: kept.epoch, ProviderId("prv_unknown"): 1}
    assert await bench.journal.holding(asked) == {P2}
    assert await bench.journal.holding({}) == set()


async def test_of_two_processes_on_one_database_never_both_win(bench: Bench) -> None:
    async def insist(journal: Journal) -> int:
        won = 0
        for _ in range(5):
            pen = await a_pen(journal)
            await asyncio.sleep(0)
            outcomes = await journal.append([pen.batch(held(until=NOW))])
            won += outcomes.count(YES)
        return won

    await a_pen(bench.journal)
    won = sum(await asyncio.gather(*(insist(j) for j in (bench.journal, bench.rival) for _ in range(4))))
    stream = await bench.journal.read(P1)
    assert [r.sequence for r in stream] == list(range(1, len(stream) + 1))
    assert len(stream) == 1 + won
    assert won > 0


async def test_numbers_never_have_gaps(journal: Journal) -> None:
    pen = await a_pen(journal)
    pen.batch(booked(a_booking()))  # decided, and lost on the way
    assert await journal.append([pen.batch(booked(a_booking(at(15))))]) == [NO]
    assert await journal.head(P1) == 1


async def test_a_batch_whose_own_numbers_have_a_gap_is_not_written(journal: Journal) -> None:
    pen = await a_pen(journal)
    batch = pen.batch(booked(a_booking(at(9))), booked(a_booking(at(10))))
    torn = msgspec.structs.replace(batch, events=(batch.events[1],))
    assert await journal.append([torn]) == [NO]
    assert await journal.head(P1) == 1


async def test_a_batch_is_not_written_twice(journal: Journal) -> None:
    pen = await a_pen(journal)
    batch = pen.batch(booked(a_booking()))
    assert await journal.append([batch, batch]) == [YES, NO]
    assert await journal.append([batch]) == [NO]
    assert await journal.head(P1) == 2


async def test_a_batch_that_is_not_written_takes_the_later_ones_of_its_calendar_with_it_and_no_others(
    bench: Bench,
) -> None:
    fenced, other = await a_pen(bench.journal, P1), await a_pen(bench.journal, P2)
    await a_pen(bench.rival, P1)
    outcomes = await bench.journal.append(
        [
            other.batch(booked(a_booking(at(9)))),
            fenced.batch(booked(a_booking(at(9)))),
            other.batch(booked(a_booking(at(10)))),
            fenced.batch(booked(a_booking(at(10)))),
        ]
    )
    assert outcomes == [YES, NO, YES, NO]
    assert (await bench.journal.head(P1), await bench.journal.head(P2)) == (1, 3)


# --- Joints -------------------------------------------------------------------------------------------------------


async def test_a_joint_is_written_whole(journal: Journal) -> None:
    here, there = await a_pen(journal, P1), await a_pen(journal, P2)
    assert await journal.append([here.batch(held(until=NOW), joint="j"), there.batch(held(until=NOW), joint="j")]) == [
        YES,
        YES,
    ]


async def test_a_joint_is_written_all_or_none(bench: Bench) -> None:
    fenced, other = await a_pen(bench.journal, P1), await a_pen(bench.journal, P2)
    await a_pen(bench.rival, P1)
    outcomes = await bench.journal.append(
        [
            other.batch(held(at(8), until=NOW)),
            other.batch(held(at(9), until=NOW), joint="j"),
            other.batch(held(at(10), until=NOW)),
            fenced.batch(held(until=NOW), joint="j"),
        ]
    )
    assert outcomes == [YES, NO, NO, NO]
    assert (await bench.journal.head(P1), await bench.journal.head(P2)) == (1, 2)


async def test_a_joint_that_falls_takes_the_joints_behind_it_along(bench: Bench) -> None:
    pens = [await a_pen(bench.journal, f"prv_{i}") for i in range(4)]
    await a_pen(bench.rival, "prv_0")
    outcomes = await bench.journal.append(
        [
            pens[2].batch(held(until=NOW), joint="second"),
            pens[3].batch(held(until=NOW)),
            pens[1].batch(held(until=NOW), joint="first"),
            pens[1].batch(held(at(20), until=NOW), joint="second"),
            pens[0].batch(held(until=NOW), joint="first"),
        ]
    )
    assert outcomes == [NO, YES, NO, NO, NO]


# --- Failures -----------------------------------------------------------------------------------------------------


async def test_a_broken_commit_leaves_nothing_and_the_journal_works_on(bench: Bench) -> None:
    first, second = await a_pen(bench.journal, P1), await a_pen(bench.journal, P2)
    batches = [first.batch(booked(a_booking())), second.batch(booked(a_booking()))]
    with bench.breaking(), pytest.raises(JournalFailed):
        await bench.journal.append(batches)
    assert (await bench.journal.head(P1), await bench.journal.head(P2)) == (1, 1)
    assert await bench.journal.append(batches) == [YES, YES]


async def test_one_guilty_batch_does_not_harm_the_others(journal: Journal) -> None:
    first, second, third = [await a_pen(journal, f"prv_{i}") for i in range(3)]
    taken = RequestKey(scope="cus_1 book", key="k", fingerprint="f", answer=P1, at=NOW)
    await journal.append([first.batch(held(at(8), until=NOW), attachments=[taken])])
    outcomes = await journal.append(
        [
            first.batch(held(at(9), until=NOW)),
            second.batch(held(at(9), until=NOW), attachments=[taken]),
            second.batch(held(at(10), until=NOW)),
            third.batch(held(at(9), until=NOW)),
        ]
    )
    assert outcomes == [YES, NO, NO, YES]


async def test_what_a_guilty_batch_stood_on_is_written(journal: Journal) -> None:
    pen = await a_pen(journal)
    key = RequestKey(scope="cus_1 book", key="k", fingerprint="f", answer=P1, at=NOW)
    outcomes = await journal.append(
        [
            pen.batch(held(at(8), until=NOW), attachments=[key]),
            pen.batch(held(at(9), until=NOW), attachments=[key]),
            pen.batch(held(at(10), until=NOW)),
        ]
    )
    assert outcomes == [YES, NO, NO]


async def test_the_other_half_of_a_guilty_batchs_joint_is_not_written(journal: Journal) -> None:
    first, second, third = [await a_pen(journal, f"prv_{i}") for i in range(3)]
    taken = RequestKey(scope="cus_1 book", key="k", fingerprint="f", answer=P1, at=NOW)
    await journal.append([third.batch(held(at(8), until=NOW), attachments=[taken])])
    outcomes = await journal.append(
        [
            first.batch(held(until=NOW), joint="j"),
            second.batch(held(until=NOW), joint="j", attachments=[taken]),
            third.batch(held(until=NOW)),
        ]
    )
    assert outcomes == [NO, NO, YES]


async def test_a_caller_who_is_cancelled_leaves_a_journal_that_works(journal: Journal) -> None:
    pen = await a_pen(journal)
    batch = pen.batch(booked(a_booking()))
    append = asyncio.ensure_future(journal.append([batch]))
    await asyncio.sleep(0)
    append.cancel()
    with pytest.raises(asyncio.CancelledError):
        await append
    again = await a_pen(journal)
    assert again.calendar.sequence in {1, 2}  # unknown to the caller, but one or the other
    assert await journal.append([again.batch(booked(a_booking(at(20))))]) == [YES]


# --- The witness against double booking ---------------------------------------------------------------------------


async def test_two_overlapping_live_bookings_are_refused_even_if_the_engine_were_wrong(journal: Journal) -> None:
    pen = await a_pen(journal)
    assert await journal.append([pen.batch(booked(a_booking(at(13), minutes=60)))]) == [YES]
    assert await journal.append([pen.batch(booked(a_booking(at(13.75))))]) == [NO]
    assert await journal.head(P1) == 2


async def test_two_overlapping_live_bookings_are_refused_in_one_commit_too(journal: Journal) -> None:
    pen = await a_pen(journal)
    assert await journal.append(
        [pen.batch(booked(a_booking(at(13)))), pen.batch(booked(a_booking(at(12), minutes=600)))]
    ) == [YES, NO]


async def test_bookings_may_touch_and_those_of_another_calendar_overlap(journal: Journal) -> None:
    pen, other = await a_pen(journal, P1), await a_pen(journal, P2)
    batches = [
        pen.batch(booked(a_booking(at(13)))),
        pen.batch(booked(a_booking(at(13.5)))),
        pen.batch(booked(a_booking(at(12.5)))),
        other.batch(booked(a_booking(at(13)))),
    ]
    assert await journal.append(batches) == [YES] * 4


async def test_a_cancelled_bookings_time_can_be_booked_again(journal: Journal) -> None:
    pen = await a_pen(journal)
    booking = a_booking()
    await journal.append([pen.batch(booked(booking))])
    assert await journal.append([pen.batch(cancelled(booking)), pen.batch(booked(a_booking()))]) == [YES, YES]


async def test_two_bookings_may_trade_places_in_one_commit(journal: Journal) -> None:
    pen = await a_pen(journal)
    first, second = a_booking(at(9)), a_booking(at(10))
    await journal.append([pen.batch(booked(first), booked(second))])
    trade = [pen.batch(rescheduled(first, at(10)), rescheduled(second, at(9)))]
    assert await journal.append(trade) == [YES]
    assert await journal.append([pen.batch(booked(a_booking(at(9))))]) == [NO]


async def test_a_booking_that_moves_to_another_calendar_takes_its_time_along(journal: Journal) -> None:
    here, there = await a_pen(journal, P1), await a_pen(journal, P2)
    booking = a_booking()
    await journal.append([here.batch(booked(booking))])
    assert await journal.append(move(here, there, booking.id)) == [YES, YES]
    assert await journal.append([here.batch(booked(a_booking())), there.batch(booked(a_booking()))]) == [YES, NO]


async def test_a_session_occupies_its_time_once_while_anyone_is_in_it(journal: Journal) -> None:
    pen = await a_pen(journal)
    ana, beto = a_booking(session="ses_1"), a_booking(session="ses_1")
    assert await journal.append([pen.batch(booked(ana)), pen.batch(booked(beto))]) == [YES, YES]
    await journal.append([pen.batch(cancelled(ana))])
    kept = pen.calendar
    assert await journal.append([pen.batch(booked(a_booking()))]) == [NO]
    pen.calendar = kept
    assert await journal.append([pen.batch(cancelled(beto)), pen.batch(booked(a_booking()))]) == [YES, YES]


async def test_who_leaves_a_session_by_moving_leaves_its_time(journal: Journal) -> None:
    pen, there = await a_pen(journal, P1), await a_pen(journal, P2)
    ana, beto = a_booking(session="ses_1"), a_booking(at(9), session="ses_2")
    await journal.append([pen.batch(booked(ana), booked(beto))])
    await journal.append([pen.batch(rescheduled(ana, at(9), session="ses_2"))])
    assert await journal.append([pen.batch(booked(a_booking()))]) == [YES]
    await journal.append(move(pen, there, ana.id))
    await journal.append(move(pen, there, beto.id))
    assert await journal.append([pen.batch(booked(a_booking(at(9)))), there.batch(booked(a_booking(at(9))))]) == [
        YES,
        NO,
    ]


# --- Snapshots and deadlines --------------------------------------------------------------------------------------


async def test_snapshots_only_move_forward(journal: Journal) -> None:
    assert await journal.snapshot(P1) is None
    old, new = (SnapshotRecord(provider_id=P1, sequence=n, format=1, body=bytes([0, n, 255])) for n in (3, 9))
    await journal.keep_snapshot(new)
    await journal.keep_snapshot(old)
    assert await journal.snapshot(P1) == new
    rewritten = msgspec.structs.replace(new, format=2)
    await journal.keep_snapshot(rewritten)
    assert await journal.snapshot(P1) == rewritten
    assert await journal.snapshot(P2) is None


async def test_calendars_with_a_deadline_are_found_the_longest_overdue_first(journal: Journal) -> None:
    assert await journal.next_due() is None
    for name, minutes in {"prv_late": 30, "prv_first": 10, "prv_second": 20}.items():
        pen = await a_pen(journal, name)
        await journal.append([pen.batch(held(until=NOW + timedelta(minutes=minutes)))])
    assert await journal.next_due() == NOW + timedelta(minutes=10)
    assert await journal.due(until=NOW + timedelta(minutes=20), limit=10) == ["prv_first", "prv_second"]
    assert await journal.due(until=NOW + timedelta(hours=1), limit=1) == ["prv_first"]
    assert await journal.due(until=NOW, limit=10) == []


async def test_a_deadline_that_is_met_wakes_nobody(journal: Journal) -> None:
    pen = await a_pen(journal)
    pending = a_booking(status=Status.PENDING)
    await journal.append([pen.batch(booked(pending))])
    assert await journal.next_due() == pending.pending_until
    await journal.append([pen.batch(ev.AppointmentConfirmed(booking_id=pending.id))])
    assert await journal.next_due() is None


async def test_a_batch_may_carry_attachments_alone(journal: Journal) -> None:
    pen = await a_pen(journal)
    key = RequestKey(scope="s", key="k", fingerprint="f", answer=P1, at=NOW)
    assert await journal.append([pen.batch(attachments=[key]), pen.batch(booked(a_booking()))]) == [YES, YES]
    assert await journal.append([pen.batch(attachments=[key])]) == [NO]
    assert await journal.head(P1) == 2
