"""How values become columns: instants as integers, values as JSON, text that every database can hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec
from sqlalchemy import BigInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from turnero.engine.domain.calendar import from_us, to_us

T = TypeVar("T")


def storable(text: str) -> str:
    """Return `text` with each U+0000 replaced by U+FFFD, as CommonMark §2.3 does.

    PostgreSQL cannot hold a NUL in text, and SQLite's JSON functions stop at one. An id with a NUL in it, which only
    somebody who pokes around would ask for, so becomes one that is simply not found.
    """
    return text.replace("\x00", "\ufffd") if "\x00" in text else text


class String(TypeDecorator[str]):
    """Text of any length, NUL replaced (see `storable`)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's hook
        return None if value is None else storable(value)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant, kept as microseconds since 1970-01-01T00:00Z.

    One representation for every database: it sorts, compares and indexes as an integer, and no driver can attach or
    drop a zone on the way (SQLite has no instants at all).
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - as above
        return None if value is None else to_us(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - as above
        return None if value is None else from_us(value)


class Json(TypeDecorator[T], Generic[T]):
    """A msgspec value, kept as JSON text.

    Text and not `jsonb`: nothing queries inside, and what comes back is byte for byte what was written.
    """

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:  # noqa: ANN401 - a type expression, such as `tuple[ServiceId, ...]`
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - as above
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> T | None:  # noqa: ARG002 - as above
        return None if value is None else msgspec.json.decode(value, type=self.kind)
