"""Reading many rows in one step of the database.

SQLite's driver gives up the interpreter lock around every row, and a thread that wants it back waits for up to 5 ms
while the event loop is busy. So two hundred rows took a second under load, with the processor idle in between; put
together to one value by the database itself, they take as long as one row does.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, func, select

_decode = msgspec.json.decode


def gathered(connection: Connection, query: Select[Any]) -> Sequence[Any]:
    """Return the rows of `query`, each with its columns as attributes. Sorted only as far as `query` has a LIMIT."""
    if connection.dialect.name != "sqlite":
        return connection.execute(query).all()
    columns = query.subquery().c
    together = connection.scalar(select(func.json_group_array(func.json_array(*columns))))
    row = _row_of(tuple(column.name for column in columns))
    processors = [column.type.result_processor(connection.dialect, None) for column in columns]
    changed = [(at, processor) for at, processor in enumerate(processors) if processor is not None]
    found = []
    for values in _decode(together or "[]"):
        for at, processor in changed:
            values[at] = processor(values[at])
        found.append(row._make(values))
    return found


@lru_cache(maxsize=64)  # There is one for each query in the code.
def _row_of(names: tuple[str, ...]) -> Any:  # noqa: ANN401 - a class that is made here
    return namedtuple("_Row", names, rename=False)  # noqa: PYI024 - its fields are known only now
