"""Migrations: they build what the program was written for, from anywhere, at once or again."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from tests.servers import PostgresServer
from turnero.engine.domain.value import BusinessId
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database, open_database
from turnero.persistence.migrate import SchemaMismatch, is_new, migrate, require_current_schema, revisions
from turnero.persistence.schema import WITNESSES, metadata


async def test_the_migrations_build_the_tables_that_the_program_was_written_for(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))

    assert await database.read(differences) == []


async def test_the_witness_is_the_one_in_the_schema(database: Database) -> None:
    query = {
        "sqlite": "SELECT sql FROM sqlite_schema WHERE type = 'trigger'",
        "postgresql": "SELECT 'ALTER TABLE occupancies ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'x'",
    }[database.dialect]
    built = await database.read(lambda connection: connection.scalars(text(query)).all())

    def gist(sql: str) -> str:  # PostgreSQL spells the cast out when it tells
        return sql.replace("'[]'::text", "'[]'")

    assert [gist(sql) for sql in built] == [WITNESSES[database.dialect]]


def test_revisions_are_known_by_the_names_of_their_files() -> None:
    config = Config()
    config.set_main_option("script_location", "turnero:persistence/migrations")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == revisions()


async def test_a_migrated_database_is_current(database: Database) -> None:
    await require_current_schema(database)


async def test_an_empty_database_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    database = open_database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(SchemaMismatch, match="run `turnero migrate`"):
        await require_current_schema(database)
    await database.close()


async def test_whoever_looks_for_a_database_that_is_not_there_does_not_leave_one(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/no/where.db")
    assert await is_new(database)
    with pytest.raises(SchemaMismatch, match="run `turnero migrate`"):
        await require_current_schema(database)
    await database.close()
    assert list(tmp_path.iterdir()) == []


async def test_a_database_of_a_newer_program_is_left_alone(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    await database.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaMismatch, match="newer Turnero"):
        await require_current_schema(database)
    await database.close()


async def test_migrating_works_inside_a_running_loop_and_twice(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/made/on/the/way 100%.db"
    migrate(url)
    migrate(url)
    database = open_database(url)
    await require_current_schema(database)
    await database.close()


def test_several_nodes_may_migrate_at_once(postgres: PostgresServer) -> None:
    url = postgres.create_database("migrated_at_once")
    with ThreadPoolExecutor() as nodes:
        list(nodes.map(migrate, [url] * 4))
    database = open_database(url)
    asyncio.run(_current(database))
    postgres.drop_database("migrated_at_once")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
async def test_customers_of_earlier_days_are_found_as_those_of_today(
    dialect: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if dialect == "sqlite":
        url = f"sqlite:///{tmp_path / 'of_earlier_days.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database("of_earlier_days")
    database = open_database(url)

    def earlier(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "turnero:persistence/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(
            text(
                "INSERT INTO customers (business_id, id, name, phone, phone_key, created_at)"
                " VALUES ('biz_1', 'cus_1', 'Ángela Peña', '+5491144440001', '+541144440001', 0)"
            )
        )

    await database.write(earlier)
    await asyncio.to_thread(migrate, url)

    for words in ("pena angela", "11 4444-0001", "9 11 4444"):
        found = await SqlCatalogue(database).find_customers(BusinessId("biz_1"), words, limit=5)
        assert [customer.name for customer in found] == ["Ángela Peña"], words
    await database.close()


async def _current(database: Database) -> None:
    await require_current_schema(database)
    await database.close()
