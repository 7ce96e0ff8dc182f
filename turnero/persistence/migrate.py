"""Bring a database's tables up to date, and tell whether they are."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from turnero.persistence.database import Database, open_database

# Building an index over years of bookings takes minutes, and cutting it short helps nobody.
_STATEMENT_TIMEOUT_S = 3_600

# Any number that no other program uses for its advisory locks in our database: "turnero" as bytes.
_LOCK = int.from_bytes(b"turnero")


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


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def is_new(database: Database) -> bool:
    """Tell whether the database has none of our tables yet."""
    return await database.read(_revision) is None


async def require_current_schema(database: Database) -> None:
    """Return if the tables are those that this program was written for.

    Raises:
        SchemaMismatch: they are missing, older or newer.
    """
    found = await database.read(_revision)
    scripts = ScriptDirectory.from_config(_config())
    needed = scripts.get_current_head()
    if found == needed:
        return
    known = {script.revision for script in scripts.walk_revisions()}
    if found is None:
        raise SchemaMismatch("the database has no tables yet: run `turnero migrate`")
    if found in known:
        raise SchemaMismatch(f"the database's tables are at revision {found} of {needed}: run `turnero migrate`")
    raise SchemaMismatch(f"the database's tables are at revision {found}, of a newer Turnero than this one")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    # A path with a percent sign in it would be read as an interpolation.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config
