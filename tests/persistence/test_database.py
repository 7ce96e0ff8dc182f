"""The two databases behind one face: durable writes, readers that cannot write, and connections that die."""

from __future__ import annotations

import asyncio
import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, select, text

from tests.contracts.pen import NOW, a_booking, a_pen, booked, held
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import JournalFailed, Outcome
from turnero.persistence.database import Database, SqliteDatabase, open_database, parse_url
from turnero.persistence.journal import SqlJournal
from turnero.persistence.schema import bookings, calendars, events, metadata, occupancies, outbox

P1 = ProviderId("prv_1")


# --- URLs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "drivername"),
    [
        ("postgresql://u@h/turnero", "postgresql+asyncpg"),
        ("postgres://u:p@h:5432/turnero", "postgresql+asyncpg"),
        ("postgresql+asyncpg://u@h/turnero", "postgresql+asyncpg"),
        ("sqlite:///turnero.db", "sqlite"),
        ("sqlite+aiosqlite:////var/lib/turnero.db", "sqlite"),
    ],
)
def test_urls_as_people_write_them_are_accepted(url: str, drivername: str) -> None:
    assert parse_url(url).drivername == drivername


def test_libpqs_word_for_encryption_is_understood() -> None:
    assert parse_url("postgres://u@h/turnero?sslmode=require").query == {"ssl": "require"}


@pytest.mark.parametrize("url", ["", "turnero.db", "mysql://h/turnero", "sqlite://", "sqlite:///:memory:"])
def test_what_is_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"sqlite:///"):
        parse_url(url)


# --- Writing and reading ------------------------------------------------------------------------------------------


async def test_what_is_written_can_be_read_at_once(database: Database) -> None:
    await database.write(_open_calendar)
    assert await database.read(_count_calendars) == 1


async def test_a_write_that_raises_leaves_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        _open_calendar(connection)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write(half)
    assert await database.read(_count_calendars) == 0


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(Unavailable) as refused:
        await database.read(_open_calendar)
    assert re.search(r"readonly|read-only", str(refused.value.__cause__))
    await database.write(_open_calendar)


async def test_a_write_goes_on_to_its_end_when_its_caller_is_cancelled(database: Database, database_url: str) -> None:
    loop, started = asyncio.get_running_loop(), asyncio.Event()

    def work(connection: Connection) -> None:
        loop.call_soon_threadsafe(started.set)
        _open_calendar(connection)

    caller = asyncio.ensure_future(database.write(work))
    await started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await database.close()  # waits for it
    reopened = open_database(database_url)
    assert await reopened.read(_count_calendars) == 1
    await reopened.close()


def _open_calendar(connection: Connection) -> None:
    connection.execute(calendars.insert().values(provider_id=P1, business_id="", epoch=0, sequence=0))


def _count_calendars(connection: Connection) -> int:
    return len(connection.execute(select(calendars.c.number)).all())


# --- SQLite -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pragma", "writer", "reader"),
    [
        ("journal_mode", "wal", "wal"),
        ("synchronous", 2, 2),  # FULL
        ("wal_autocheckpoint", 1000, 0),
        ("query_only", 0, 1),
        ("busy_timeout", 5000, 5000),
    ],
)
async def test_sqlite_writes_durably_and_only_its_writer_checkpoints(
    sqlite_url: str, pragma: str, writer: object, reader: object
) -> None:
    def ask(connection: Connection) -> object:
        return connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    database = open_database(sqlite_url)
    assert (await database.write(ask), await database.read(ask)) == (writer, reader)
    await database.close()


async def test_sqlite_reads_while_it_writes(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    assert isinstance(database, SqliteDatabase)
    writing, go_on = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        _open_calendar(connection)
        writing.set()
        assert go_on.wait(10)

    write = asyncio.ensure_future(database.write(slow))
    assert await asyncio.to_thread(writing.wait, 10)
    assert await database.read(_count_calendars) == 0  # the last committed state, at once
    go_on.set()
    await write
    assert await database.read(_count_calendars) == 1
    await database.close()


async def test_closing_sqlite_leaves_one_file(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.write(_open_calendar)
    await database.read(_count_calendars)
    await database.close()
    assert [path.name for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.iterdir()] == ["turnero.db"]


# --- PostgreSQL: connections that die -----------------------------------------------------------------------------


async def test_a_connection_that_dies_before_the_commit_leaves_nothing_and_is_replaced(postgres_url: str) -> None:
    database, killer = open_database(postgres_url), open_database(postgres_url)
    journal = SqlJournal(database)
    pen = await a_pen(journal)
    batch = pen.batch(booked(a_booking()))

    def die(connection: Connection) -> None:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    event.listen(database.writing, "commit", die)
    with pytest.raises(JournalFailed):
        await journal.append([batch])
    event.remove(database.writing, "commit", die)
    assert await SqlJournal(killer).head(P1) == 1
    assert await journal.append([batch]) == [Outcome.COMMITTED]
    await database.close()
    await killer.close()


async def test_a_server_that_restarted_is_used_again(postgres_url: str) -> None:
    database, killer = open_database(postgres_url), open_database(postgres_url)
    journal = SqlJournal(database)
    pen = await a_pen(journal)
    batch = pen.batch(booked(a_booking()))
    kill = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await killer.write(lambda connection: connection.execute(kill))
    with pytest.raises(JournalFailed):
        await journal.append([batch])
    assert await journal.append([batch]) == [Outcome.COMMITTED]
    await database.close()
    await killer.close()


async def test_writers_of_the_same_calendars_in_any_order_do_not_deadlock(postgres_url: str) -> None:
    databases = [open_database(postgres_url) for _ in range(2)]
    journals = [SqlJournal(database) for database in databases]
    names = [f"prv_{i}" for i in range(20)]
    pens = {name: await a_pen(journals[0], name) for name in names}
    rounds = [[pens[name].batch(held(until=NOW)) for name in order] for order in (names, names[::-1])]
    outcomes = await asyncio.gather(*(j.append(r) for j, r in zip(journals, rounds, strict=True)))
    assert {tuple(o) for o in outcomes} <= {
        (Outcome.COMMITTED,) * 20,
        (Outcome.NOT_WRITTEN,) * 20,  # the second round, when it came first
    }
    for database in databases:
        await database.close()


# --- Indexes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        select(events).where(events.c.provider_id == "p", events.c.sequence > 5).order_by(events.c.sequence),
        select(events).where(events.c.booking_id == "b").order_by(events.c.position),
        select(bookings).where(bookings.c.provider_id == "p", bookings.c.start > NOW).order_by(bookings.c.start),
        select(bookings).where(bookings.c.business_id == "b", bookings.c.start > NOW).order_by(bookings.c.start),
        select(bookings).where(bookings.c.customer_id == "c", bookings.c.start > NOW).order_by(bookings.c.start),
        select(calendars).where(calendars.c.next_deadline <= NOW).order_by(calendars.c.next_deadline),
        select(outbox).where(outbox.c.status == "planned", outbox.c.next_at <= NOW).order_by(outbox.c.next_at),
        select(outbox).where(outbox.c.booking_id == "b").order_by(outbox.c.due_at),
        select(occupancies).where(occupancies.c.calendar == 1, occupancies.c.starts_s > 5),
    ],
    ids=str,
)
async def test_what_is_asked_often_is_answered_from_an_index(sqlite_url: str, query: object) -> None:
    database = open_database(sqlite_url)
    sql = str(query.compile(database.writing, compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]  # a Select
    plan = await database.read(lambda c: [row.detail for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")])
    assert len(plan) == 1, plan  # no sorting afterwards
    assert plan[0].startswith("SEARCH"), plan
    await database.close()


def test_every_table_has_a_primary_key() -> None:
    assert [table.name for table in metadata.sorted_tables if not table.primary_key.columns] == []
