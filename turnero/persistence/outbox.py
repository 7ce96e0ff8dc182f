"""The outbox on SQL, for those who send what is in it: what is due, what it takes to send it, and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, func, literal, select, text, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from turnero.engine.domain.calendar import to_us
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.value import BookingId, BusinessId, EntryId, ProviderId
from turnero.engine.ports.outbox import (
    REPLY,
    Address,
    Attempt,
    Kind,
    Letter,
    OutboxRow,
    Reported,
    Result,
    urgency,
)
from turnero.engine.ports.timing import Timer
from turnero.persistence import bulk, letters
from turnero.persistence.bulk import BIGINT, TEXT
from turnero.persistence.database import Database
from turnero.persistence.gathering import gathered
from turnero.persistence.schema import closed_addresses, outbox
from turnero.persistence.types import Instant, storable

PLANNED = MessageStatus.PLANNED.value

_json = msgspec.json.Encoder()


class SqlOutbox:
    """Implements `turnero.engine.ports.outbox.Outbox` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- What is due

    async def upcoming(self, *, until: datetime, after: Timer | None = None, limit: int) -> Sequence[Timer]:
        query = _TIMERS.where(outbox.c.next_at <= until).order_by(outbox.c.next_at, outbox.c.id).limit(limit)
        if after is not None:
            last = tuple_(literal(after.due_at, Instant), literal(after.id))
            query = query.where(tuple_(outbox.c.next_at, outbox.c.id) > last)
        return await self._database.read(lambda connection: [_timer(row) for row in gathered(connection, query)])

    async def just_due(self, *, now: datetime, limit: int) -> Sequence[Timer]:
        query = (
            _TIMERS.where(outbox.c.next_at <= now).order_by(outbox.c.next_at.desc(), outbox.c.id.desc()).limit(limit)
        )
        return await self._database.read(lambda connection: [_timer(row) for row in gathered(connection, query)])

    async def next_due(self) -> datetime | None:
        query = select(func.min(outbox.c.next_at)).where(outbox.c.status == PLANNED)
        return await self._database.read(lambda connection: connection.scalar(query))

    async def letters(self, ids: Collection[int]) -> Sequence[Letter]:
        if not ids:
            return []
        query = select(outbox).where(outbox.c.id.in_(list(ids)), outbox.c.status == PLANNED)

        def work(connection: Connection) -> Sequence[Letter]:
            found = sorted(gathered(connection, query), key=lambda row: row.id)
            return letters.complete(connection, [_row(row) for row in found])

        return await self._database.read(work)

    # --- What comes of it

    async def begin(self, attempts: Sequence[Attempt], *, now: datetime) -> Mapping[int, int]:
        if not attempts:
            return {}
        return await self._database.write(lambda connection: _begin(connection, attempts, now))

    async def record(self, results: Sequence[Result]) -> Sequence[Timer]:
        if not results:
            return []
        return await self._database.write(lambda connection: _record(connection, results))

    async def report(
        self, channel: str, external_id: str, status: MessageStatus, *, now: datetime, error: str | None = None
    ) -> Reported | None:
        return await self._database.write(
            lambda connection: _report(connection, channel, external_id, status, now=now, error=error)
        )

    async def close_address(self, address: Address, *, now: datetime) -> None:
        dialect = postgresql if self._database.dialect == "postgresql" else sqlite
        new = dialect.insert(closed_addresses).values(channel=address.channel, address=address.address, at=now)
        await self._database.write(lambda connection: connection.execute(new.on_conflict_do_nothing()))


# --- Timers -------------------------------------------------------------------------------------------------------

# The condition as the partial index has it: with a parameter in it, neither database would know that they are the same.
_IS_PLANNED = text("status = 'planned'")
_TIMERS = select(outbox.c.id, outbox.c.next_at, outbox.c.kind, outbox.c.reply).where(_IS_PLANNED)


def _timer(row: Any) -> Timer:  # noqa: ANN401 - SQLAlchemy types rows by the number of columns
    return Timer(row.id, row.next_at, urgency(_kind(row.kind), reply=row.reply))


def _kind(name: str) -> Kind:
    return REPLY if name == REPLY else MessageKind(name)


def _row(row: Any) -> OutboxRow:  # noqa: ANN401 - as above
    return OutboxRow(
        id=row.id,
        business_id=BusinessId(row.business_id),
        kind=_kind(row.kind),
        recipient=Recipient(row.recipient),
        due_at=row.due_at,
        next_at=row.next_at,
        attempts=row.attempts,
        tries=row.tries,
        spent=row.spent or (),
        sending_since=row.sending_since,
        booking_id=None if row.booking_id is None else BookingId(row.booking_id),
        entry_id=None if row.entry_id is None else EntryId(row.entry_id),
        provider_id=None if row.provider_id is None else ProviderId(row.provider_id),
        before=row.before,
        day=None if row.day is None else date.fromisoformat(row.day),
        channel=row.channel,
        address=row.address,
        reply=row.reply,
        payload=row.payload,
        replaces=row.replaces,
        error=row.error,
    )


# --- Beginning ----------------------------------------------------------------------------------------------------

# `attempts` is the fence: of two couriers that read the same row, one finds it moved. Of somebody's replies only the
# first that is still planned may begin.
_GIVEN = {
    "id": BIGINT,
    "attempts": BIGINT,
    "new_id": BIGINT,
    "channel": TEXT,
    "address": TEXT,
    "payload": TEXT,
    "in_order": BIGINT,
    "now": BIGINT,
}
_MAY = (
    "outbox.id = given.id AND outbox.status = 'planned' AND outbox.attempts = given.attempts "
    "AND (given.in_order = 0 OR NOT EXISTS (SELECT 1 FROM outbox AS earlier WHERE earlier.status = 'planned' "
    "AND earlier.reply AND earlier.channel = given.channel AND earlier.address = given.address "
    "AND earlier.id < outbox.id))"
)
_UPDATE = (  # our own text, all of it
    "UPDATE outbox SET id = given.new_id, attempts = outbox.attempts + 1, sending_since = given.now, "  # noqa: S608
    "channel = given.channel, address = given.address, payload = coalesce(given.payload, outbox.payload), "
    "next_at = CASE WHEN given.payload IS NULL THEN outbox.next_at ELSE given.now END "
    f"FROM SOURCE WHERE {_MAY}"
)
# What SQLite returns of an UPDATE comes row by row (see `gathering`). There nobody else writes meanwhile, so it may as
# well be asked before, all in one.
_MAY_BEGIN = bulk.Rows(_GIVEN, f"SELECT json_group_array(given.new_id) FROM SOURCE JOIN outbox ON {_MAY}")  # noqa: S608 - our own text
_BEGIN = {
    "sqlite": bulk.Rows(_GIVEN, _UPDATE),
    "postgresql": bulk.Rows(_GIVEN, f"{_UPDATE} RETURNING outbox.id"),
}


def _begin(connection: Connection, attempts: Sequence[Attempt], now: datetime) -> Mapping[int, int]:
    joining = [attempt.id for attempt in attempts if attempt.payload is not None]
    goes_on_as = dict(zip(joining, _new_ids(connection, len(joining)), strict=True))
    given = [
        (
            attempt.id,
            attempt.attempts,
            goes_on_as.get(attempt.id, attempt.id),
            attempt.channel,
            attempt.address,
            None if attempt.payload is None else storable(attempt.payload),
            int(attempt.in_order),
            to_us(now),
        )
        # In one order for everybody, so that two writers cannot wait for each other.
        for attempt in sorted(attempts, key=lambda attempt: attempt.id)
    ]
    if connection.dialect.name == "sqlite":
        begun = set(msgspec.json.decode(_MAY_BEGIN.execute(connection, given).scalar_one()))
        _BEGIN["sqlite"].execute(connection, given)
    else:
        begun = {row.id for row in _BEGIN["postgresql"].execute(connection, given)}
    return {old: new for old, _, new, *_ in given if new in begun}


def _new_ids(connection: Connection, count: int) -> Sequence[int]:
    """Return the next `count` numbers of rows."""
    if not count:
        return []
    if connection.dialect.name == "sqlite":  # which gives a new row the highest number so far and one
        highest: int = connection.scalar(select(func.coalesce(func.max(outbox.c.id), 0))) or 0
        return range(highest + 1, highest + 1 + count)
    numbers = text("SELECT nextval(pg_get_serial_sequence('outbox', 'id')) FROM generate_series(1, :count)")
    return sorted(connection.scalars(numbers, {"count": count}))


# --- Recording ----------------------------------------------------------------------------------------------------

# What was sent was sent, even if it was cancelled or given up meanwhile: the record says what the person has seen.
_RECORD = bulk.Rows(
    {
        "id": BIGINT,
        "attempts": BIGINT,
        "status": TEXT,
        "next_at": BIGINT,
        "sent_at": BIGINT,
        "tries": BIGINT,
        "spent": TEXT,
        "channel": TEXT,
        "address": TEXT,
        "external_id": TEXT,
        "error": TEXT,
    },
    "UPDATE outbox SET status = given.status, next_at = coalesce(given.next_at, outbox.next_at), "
    "sent_at = given.sent_at, tries = given.tries, spent = given.spent, channel = given.channel, "
    "address = given.address, external_id = given.external_id, error = given.error, sending_since = NULL, "
    "payload = CASE WHEN given.status = 'sent' OR outbox.reply THEN outbox.payload END "
    "FROM SOURCE WHERE outbox.id = given.id AND outbox.attempts = given.attempts AND (outbox.status = 'planned' "
    "OR given.status = 'sent' AND outbox.status IN ('cancelled', 'failed'))",
)
_LANES = bulk.Rows(
    {"channel": TEXT, "address": TEXT},
    "SELECT outbox.id FROM outbox JOIN SOURCE ON outbox.channel = given.channel AND outbox.address = given.address "
    "WHERE outbox.status = 'planned' AND outbox.reply",
)


def _record(connection: Connection, results: Sequence[Result]) -> Sequence[Timer]:
    given = [_result_row(result) for result in sorted(results, key=lambda result: result.id)]
    _RECORD.execute(connection, given)
    lanes = {
        (result.channel, result.address)
        for result in results
        if result.channel is not None and result.address is not None and result.status is not MessageStatus.PLANNED
    }
    if not lanes:
        return []
    behind = [row.id for row in _LANES.execute(connection, sorted(lanes))]
    if not behind:
        return []
    return [_timer(row) for row in connection.execute(_TIMERS.where(outbox.c.id.in_(behind)).order_by(outbox.c.id))]


def _result_row(result: Result) -> bulk.Row:
    return (
        result.id,
        result.attempts,
        result.status.value,
        None if result.next_at is None else to_us(result.next_at),
        None if result.sent_at is None else to_us(result.sent_at),
        result.tries,
        _json.encode(result.spent).decode() if result.spent else None,
        result.channel,
        result.address,
        None if result.external_id is None else storable(result.external_id),
        None if result.error is None else storable(result.error),
    )


# --- What a channel says later ------------------------------------------------------------------------------------


def _report(
    connection: Connection,
    channel: str,
    external_id: str,
    status: MessageStatus,
    *,
    now: datetime,
    error: str | None,
) -> Reported | None:
    query = select(outbox).where(
        outbox.c.channel == channel,
        outbox.c.external_id == external_id,
        # A word that comes late, or twice, changes nothing.
        outbox.c.status.in_((MessageStatus.SENT, MessageStatus.DELIVERED)),
    )
    if connection.dialect.name == "postgresql":
        query = query.with_for_update()
    row = connection.execute(query).first()
    if row is None:
        return None
    address = Address(channel, row.address or "")
    changes: dict[str, Any] = {"status": status, "error": error}
    again = None
    if status is MessageStatus.FAILED and not row.reply:
        changes |= {
            "status": MessageStatus.PLANNED,
            "next_at": now,
            "tries": 0,
            "spent": (*(row.spent or ()), channel),
            "payload": None,
            "channel": None,
            "address": None,
            "external_id": None,
            "sent_at": None,
        }
        again = Timer(row.id, now, urgency(_kind(row.kind), reply=False))
    connection.execute(update(outbox).where(outbox.c.id == row.id).values(**changes))
    return Reported(address, again)
