"""Bring a database's tables up to date, and tell whether they are.

Alembic takes half a second to load, which whoever chats in a terminal would wait for: only what migrates does so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from turnero.persistence.database import Database, open_database

# Building an index over years of bookings takes minutes, and cutting it short helps nobody.
_STATEMENT_TIMEOUT_S = 3_600

# Any number that no other program uses for its advisory locks in our database: "turnero" as bytes.
_LOCK = int.from_bytes(b"turnero")

_MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaMismatch(Exception):
    """The tables are not those that this program was written for. The message says what to do."""


def migrate(url: str) -> None:
    """Bring the database at `url` up to date, in one transaction; several nodes may try at once.

    It works from anywhere, inside a running event loop too, which it then blocks: at start nobody else is served.

    Raises:
        ValueError: the URL is not one of ours.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="migrate") as own_thread:
        own_thread.submit(asyncio.run, _migrate(url)).result()


async def _migrate(url: str) -> None:
    database = open_database(url, statement_timeout_s=_STATEMENT_TIMEOUT_S)
    try:
        await database.write(_upgrade)
    finally:
        await database.close()


async def is_new(database: Database) -> bool:
    """Tell whether the database has none of our tables yet."""
    return await _found(database) is None


async def require_current_schema(database: Database) -> None:
    """Return if the tables are those that this program was written for.

    Raises:
        SchemaMismatch: they are missing, older or newer.
    """
    found = await _found(database)
    known = revisions()
    needed = known[-1]
    if found == needed:
        return
    if found is None:
        raise SchemaMismatch("the database has no tables yet: run `turnero migrate`")
    if found in known:
        raise SchemaMismatch(f"the database's tables are at revision {found} of {needed}: run `turnero migrate`")
    raise SchemaMismatch(f"the database's tables are at revision {found}, of a newer Turnero than this one")


def revisions() -> Sequence[str]:
    """Return all revisions in order: each migration's file begins with its own, and they follow upon one another."""
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


async def _found(database: Database) -> str | None:
    return await database.read(_revision) if database.exists else None


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415  see the module
    from alembic.config import Config  # noqa: PLC0415  see the module

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    config = Config()
    # A path with a percent sign in it would be read as an interpolation.
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
