"""One face for both databases: run a function in a transaction, on a connection meant for writing or for reading.

The functions are plain ones over SQLAlchemy's synchronous `Connection`, so everything above this module is written
once. On PostgreSQL they run on asyncpg, by way of SQLAlchemy's greenlets. On SQLite they run in threads of ours: a
whole transaction crosses to the writer's thread and back once. (aiosqlite crosses for every statement, and each
crossing waits for the interpreter lock of a busy event loop: measured, that is the difference between 15 and 3 ms
for a group of a hundred events.)
"""

from __future__ import annotations

import asyncio
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine import URL, create_engine
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from turnero.engine.domain.errors import Unavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Work = Callable[[Connection], T]

# Reads on SQLite are short and mostly in the page cache; more threads only fight over the interpreter lock.
SQLITE_READERS = 4
# How long one SQLite connection waits for another process's write before it gives up.
SQLITE_BUSY_TIMEOUT_MS = 5_000
# 16 MiB of pages: the indexes of some million events stay in memory.
SQLITE_CACHE_KIB = 16 * 1024

# The committer writes with one connection at a time; the others are for the catalogue and for activations.
POSTGRES_WRITERS = 5
# Below PostgreSQL's default of 100 connections, so that several nodes fit.
POSTGRES_READERS = 10
# A connection that cannot be had for this long is an outage, and callers should hear of it.
POSTGRES_CHECKOUT_TIMEOUT_S = 5
# No statement of ours takes a second; one that takes ten is stuck, and its outcome unknown.
POSTGRES_STATEMENT_TIMEOUT_S = 10

# What a database says about our statements, not about itself: a constraint, or a bug of ours.
_OURS = (IntegrityError, ProgrammingError, DataError)

# Errors end in logs, and statements' parameters are names and phones.
_DISCREET = True

# The hot path's statements join a handful of given rows to big tables by their keys. Their plans are made once per
# connection, maybe while the tables are still empty, when reading the whole table looks cheapest; these settings
# leave only plans that stay right as the tables grow.
_BY_KEY_ONLY = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}


class Database(ABC):
    """Where everything durable is. Both kinds promise the same: see `write` and `read`."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction of its own, and return its result once that is durable.

        If `work` or the commit raises, nothing of it stays, and a connection that may be broken is thrown away. A
        caller that is cancelled while it waits does not stop the transaction: it ends one way or the other.

        Raises:
            IntegrityError: a constraint said no.
            Unavailable(`outcome_unknown`): the database is out of reach, or was lost on the way.
        """
        try:
            return await self._write(work)
        except (DBAPIError, PoolTimeout, OSError) as error:
            if isinstance(error, _OURS):
                raise
            detail = (
                "The database was lost. Repeat this with the same Idempotency-Key to find out whether it took effect."
            )
            raise Unavailable("outcome_unknown", detail) from error

    async def read(self, work: Work[T]) -> T:
        """Run `work`, which must not write. Each of its statements sees one moment; two may see different ones.

        Raises:
            Unavailable(`database_unavailable`): the database is out of reach.
        """
        try:
            return await self._read(work)
        except (DBAPIError, PoolTimeout, OSError) as error:
            if isinstance(error, _OURS):
                raise
            raise Unavailable("database_unavailable", "The database does not answer. Try again shortly.") from error

    @abstractmethod
    async def _write(self, work: Work[T]) -> T: ...

    @abstractmethod
    async def _read(self, work: Work[T]) -> T: ...

    @property
    @abstractmethod
    def exists(self) -> bool:
        """Whether there is anything to read; a server is asked by reading. To look for a file must not make it."""

    @abstractmethod
    async def close(self) -> None:
        """Let what is running end, and close all connections."""

    @property
    @abstractmethod
    def writing(self) -> Engine:
        """The engine behind `write`: where tests listen in, and break things."""

    @property
    @abstractmethod
    def reading(self) -> Engine:
        """The engine behind `read`, likewise."""


def open_database(url: str, *, statement_timeout_s: float = POSTGRES_STATEMENT_TIMEOUT_S) -> Database:
    """Return the database at `url`, not yet connected: `sqlite:///path`, `postgresql://…` or `postgres://…`.

    Raises:
        ValueError: the URL is not one of those.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(parsed)
    return PostgresDatabase(parsed, statement_timeout_s=statement_timeout_s)


def parse_url(url: str) -> URL:
    """Return `url` with the driver that we use for it.

    Raises:
        ValueError: it is no database URL, or not for SQLite in a file or PostgreSQL.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError("this is not a database URL; say sqlite:///path or postgresql://user@host/name") from error
    match parsed.drivername.partition("+")[0]:
        case "postgresql" | "postgres":
            # Hosting services hand out libpq's spelling; asyncpg takes the same values under another name.
            query = {"ssl" if name == "sslmode" else name: value for name, value in parsed.query.items()}
            return parsed.set(drivername="postgresql+asyncpg", query=query)
        case "sqlite" if parsed.database in {None, "", ":memory:"}:
            raise ValueError("SQLite needs a file here, as in sqlite:///turnero.db: readers and the writer share it")
        case "sqlite":
            return parsed.set(drivername="sqlite")
        case other:
            raise ValueError(f"cannot use a {other} database; say sqlite:///path or postgresql://user@host/name")


def _run(engine: Engine, work: Work[T]) -> T:
    with engine.connect() as connection:
        return _in_transaction(connection, work)


def _in_transaction(connection: Connection, work: Work[T]) -> T:
    try:
        with connection.begin():
            return work(connection)
    except IntegrityError:
        raise  # a constraint said no, and the connection is fine
    except (SQLAlchemyError, OSError):  # a TimeoutError is an OSError
        connection.invalidate()
        raise


class SqliteDatabase(Database):
    """A file. One connection writes and checkpoints, in one thread; a few others only read."""

    def __init__(self, url: URL) -> None:
        super().__init__("sqlite")
        assert url.database is not None
        self._path = Path(url.database).absolute()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sqlite-writer")
        self._readers = ThreadPoolExecutor(max_workers=SQLITE_READERS, thread_name_prefix="sqlite-reader")
        self._writing = sqlite_engine(url, connections=1, begin="BEGIN IMMEDIATE", pragmas=_WRITER_PRAGMAS)
        self._reading = sqlite_engine(url, connections=SQLITE_READERS, begin=None, pragmas=_READER_PRAGMAS)
        event.listen(self._writing, "do_connect", self._make_folder)

    async def _write(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, _run, self._writing, work)

    async def _read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, _run, self._reading, work)

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def _make_folder(self, *_: object) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)

    async def close(self) -> None:
        # Whoever closes last checkpoints, and that must be the writer.
        await asyncio.to_thread(self._readers.shutdown)
        self._reading.dispose()
        await asyncio.to_thread(self._writer.shutdown)
        self._writing.dispose()

    @property
    def writing(self) -> Engine:
        return self._writing

    @property
    def reading(self) -> Engine:
        return self._reading


_WRITER_PRAGMAS: dict[str, int | str] = {
    "busy_timeout": SQLITE_BUSY_TIMEOUT_MS,
    "journal_mode": "WAL",
    # In WAL, NORMAL does not sync at commit: a power cut would take back what was acknowledged.
    "synchronous": "FULL",
    "cache_size": -SQLITE_CACHE_KIB,
}
# SQLite before 3.51.3 can corrupt a WAL that two connections checkpoint at once: readers never do.
_READER_PRAGMAS: dict[str, int | str] = {
    "busy_timeout": SQLITE_BUSY_TIMEOUT_MS,
    "query_only": "ON",
    "wal_autocheckpoint": 0,
    "cache_size": -SQLITE_CACHE_KIB,
}


def sqlite_engine(url: URL, *, connections: int, begin: str | None, pragmas: dict[str, int | str]) -> Engine:
    """Return an engine on SQLite whose transactions start with `begin`; without one, statements stand alone."""
    engine = create_engine(
        url,
        hide_parameters=_DISCREET,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        # The driver would begin transactions by itself, late, and never around DDL.
        connection.isolation_level = None
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")

    event.listen(engine, "connect", connected)
    if begin is not None:
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


class PostgresDatabase(Database):
    """A PostgreSQL server, through asyncpg: one small pool for writing, one for reading."""

    def __init__(self, url: URL, *, statement_timeout_s: float) -> None:
        super().__init__("postgresql")
        read_only = {"default_transaction_read_only": "on"}
        self._writing = _postgres_engine(url, POSTGRES_WRITERS, _BY_KEY_ONLY, statement_timeout_s)
        reading = _postgres_engine(url, POSTGRES_READERS, read_only, statement_timeout_s)
        # One round trip for a read instead of three: no BEGIN and COMMIT around a single SELECT.
        self._reading = reading.execution_options(isolation_level="AUTOCOMMIT")
        self._writes: set[asyncio.Task[Any]] = set()

    @property
    def exists(self) -> bool:
        return True

    async def _write(self, work: Work[T]) -> T:
        # A task of its own: cancelling the caller must not cut a COMMIT in half.
        task = asyncio.create_task(self._transact(work))
        self._writes.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    async def _transact(self, work: Work[T]) -> T:
        async with self._writing.connect() as connection:
            return await connection.run_sync(_in_transaction, work)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain when the caller is gone

    async def _read(self, work: Work[T]) -> T:
        async with self._reading.connect() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        if self._writes:
            await asyncio.wait(self._writes)
        await self._reading.dispose()
        await self._writing.dispose()

    @property
    def writing(self) -> Engine:
        return self._writing.sync_engine

    @property
    def reading(self) -> Engine:
        return self._reading.sync_engine


def _postgres_engine(url: URL, connections: int, settings: dict[str, str], statement_timeout_s: float) -> AsyncEngine:
    # It brings the whole of SQLAlchemy's ORM along, which nobody on SQLite should have to wait for.
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    return create_async_engine(
        url,
        hide_parameters=_DISCREET,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POSTGRES_CHECKOUT_TIMEOUT_S,
        connect_args={
            "timeout": POSTGRES_CHECKOUT_TIMEOUT_S,
            "command_timeout": statement_timeout_s,
            # Compiling a plan pays off for reports, not for look-ups by key.
            "server_settings": {"application_name": "turnero", "jit": "off", **settings},
        },
    )
