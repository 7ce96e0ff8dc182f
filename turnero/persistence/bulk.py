"""Statements that take any number of rows as one parameter, compiled once per database.

PostgreSQL unnests an array per column; SQLite takes one JSON array apart. Each is a single step of the database, and
that is the point on SQLite: `executemany` takes the interpreter lock back after every row, and waits for it while
the event loop is busy (measured with a busy loop: 270 rows/s with `executemany`, 5,700 like this).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NewType

import msgspec
from sqlalchemy import Connection, CursorResult, Table
from sqlalchemy.dialects import postgresql

Row = tuple[Any, ...]

# What PostgreSQL calls a column's type.
SqlType = NewType("SqlType", str)
TEXT, BIGINT = SqlType("TEXT"), SqlType("BIGINT")

_encoder = msgspec.json.Encoder()
_postgresql = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves dialects' constructors untyped


class Rows:
    """A statement over rows that the caller gives.

    `given` names and types their columns, in order. In the statement, `SOURCE` stands for a FROM item that is called
    `given` and has these columns. Values are what the driver takes: text, integers, None.
    """

    def __init__(self, given: Mapping[str, SqlType], statement: str) -> None:
        self._sql = {
            "sqlite": statement.replace("SOURCE", _from_json(given)),
            "postgresql": statement.replace("SOURCE", _from_arrays(given)),
        }

    def execute(self, connection: Connection, rows: Sequence[Row]) -> CursorResult[Any]:
        """Run the statement over `rows`, at least one."""
        if connection.dialect.name == "sqlite":
            return connection.exec_driver_sql(self._sql["sqlite"], (_encoder.encode(rows).decode(),))
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        return connection.exec_driver_sql(self._sql["postgresql"], columns)


def insert(table: Table, names: Sequence[str], *, conflict: str = "") -> Rows:
    """Return an INSERT of `names` into `table`; `conflict` is what follows ON CONFLICT, if anything."""
    given = {name: SqlType(table.c[name].type.compile(dialect=_postgresql)) for name in names}
    quoted = ", ".join(f'"{name}"' for name in names)
    # SQLite reads ON after a SELECT as a join's, unless a WHERE stands before it.
    clause = f" WHERE true ON CONFLICT {conflict}" if conflict else ""
    return Rows(given, f'INSERT INTO "{table.name}" ({quoted}) SELECT {quoted} FROM SOURCE{clause}')  # noqa: S608 - our own names


def upsert(table: Table, names: Sequence[str]) -> Rows:
    """Return an INSERT that overwrites the row with the same primary key."""
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
    return insert(table, names, conflict=f"({', '.join(keys)}) DO UPDATE SET {changes}")


def _from_json(given: Mapping[str, SqlType]) -> str:
    parts = ", ".join(f"json_extract(value, '$[{i}]') AS \"{name}\"" for i, name in enumerate(given))
    return f"(SELECT {parts} FROM json_each(?)) AS given"  # noqa: S608 - our own names


def _from_arrays(given: Mapping[str, SqlType]) -> str:
    arrays = ", ".join(f"${i}::{sql_type}[]" for i, sql_type in enumerate(given.values(), start=1))
    names = ", ".join(f'"{name}"' for name in given)
    return f"unnest({arrays}) AS given({names})"
