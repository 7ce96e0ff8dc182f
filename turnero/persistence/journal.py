"""The journal on SQL: fenced, gap-free event streams, and in the same transaction all that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import BigInteger, Connection, Text, func, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from turnero.engine.domain.booking import Actor
from turnero.engine.domain.calendar import from_us
from turnero.engine.domain.codec import StoredEvent, decode_event
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.value import BookingId, ProviderId
from turnero.engine.ports import (
    Activation,
    Attachment,
    Batch,
    BookingText,
    Customer,
    JournalFailed,
    Outcome,
    Provider,
    RequestKey,
    SnapshotRecord,
)
from turnero.persistence import offers, projection, rows
from turnero.persistence.admission import Head, admitted, independent
from turnero.persistence.bulk import Row, Rows
from turnero.persistence.database import Database
from turnero.persistence.schema import calendars, events, snapshots

A = TypeVar("A", bound=Attachment)

_decode_actor = msgspec.json.Decoder(Actor).decode


class SqlJournal:
    """Implements `turnero.engine.ports.Journal` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def activate(self, provider_id: ProviderId, *, create: bool = False) -> Activation:
        activation = await self._database.write(lambda connection: _activate(connection, provider_id, create=create))
        if activation is None:
            raise NotFound("calendar")
        return activation

    async def holding(self, epochs: Mapping[ProviderId, int]) -> AbstractSet[ProviderId]:
        if not epochs:
            return set()
        given = list(epochs.items())
        return await self._database.read(
            lambda connection: {ProviderId(row.provider_id) for row in rows.HOLDING.execute(connection, given)}
        )

    async def append(self, batches: Sequence[Batch]) -> Sequence[Outcome]:
        try:
            written = await self._commit(batches)
        except Exception as error:  # whatever it was, nobody knows whether the commit took effect
            raise JournalFailed(f"the commit of {len(batches)} batches broke: {type(error).__name__}") from error
        return [Outcome.COMMITTED if done else Outcome.NOT_WRITTEN for done in written]

    async def _commit(self, batches: Sequence[Batch]) -> list[bool]:
        """Write what may be written in one transaction or, when a constraint says no, group by group."""
        if not batches:
            return []
        try:
            return await self._database.write(lambda connection: _write(connection, batches))
        except (IntegrityError, offers.OfferRefused):
            groups = independent(batches)
        written = [False] * len(batches)
        for group in groups if len(groups) > 1 else ():
            for index, done in zip(group, await self._commit([batches[i] for i in group]), strict=True):
                written[index] = done
        return written

    async def head(self, provider_id: ProviderId) -> int | None:
        query = select(calendars.c.sequence).where(calendars.c.provider_id == provider_id)
        return await self._database.read(lambda connection: connection.scalar(query))

    async def heads(self, provider_ids: Collection[ProviderId]) -> Mapping[ProviderId, int]:
        query = select(calendars.c.provider_id, calendars.c.sequence).where(calendars.c.provider_id.in_(provider_ids))
        return await self._database.read(
            lambda connection: {ProviderId(row.provider_id): row.sequence for row in connection.execute(query)}
        )

    async def read(self, provider_id: ProviderId, *, after: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        query = (
            select(*_RECORDED)
            .where(events.c.provider_id == provider_id, events.c.sequence > after)
            .order_by(events.c.sequence)
            .limit(limit)
        )
        return await self._database.read(lambda connection: [_recorded(row) for row in connection.execute(query)])

    async def history(self, booking_id: BookingId) -> Sequence[tuple[ProviderId, Recorded]]:
        query = (
            select(events.c.provider_id, *_RECORDED)
            .where(events.c.booking_id == booking_id)
            .order_by(events.c.position)
        )
        return await self._database.read(
            lambda connection: [(ProviderId(row[0]), _recorded(row[1:])) for row in connection.execute(query)]
        )

    async def snapshot(self, provider_id: ProviderId) -> SnapshotRecord | None:
        query = select(snapshots).where(snapshots.c.provider_id == provider_id)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else SnapshotRecord(**row._asdict())

    async def keep_snapshot(self, record: SnapshotRecord) -> None:
        dialect = postgresql if self._database.dialect == "postgresql" else sqlite
        new = dialect.insert(snapshots).values(msgspec.structs.asdict(record))
        statement = new.on_conflict_do_update(
            index_elements=[snapshots.c.provider_id],
            set_={name: new.excluded[name] for name in ("sequence", "format", "body")},
            where=snapshots.c.sequence <= new.excluded.sequence,
        )
        await self._database.write(lambda connection: connection.execute(statement))

    async def due(self, *, until: datetime, limit: int) -> Sequence[ProviderId]:
        query = (
            select(calendars.c.provider_id)
            .where(calendars.c.next_deadline <= until)
            .order_by(calendars.c.next_deadline)
            .limit(limit)
        )
        return await self._database.read(lambda connection: [ProviderId(p) for p in connection.scalars(query)])

    async def next_due(self) -> datetime | None:
        query = select(func.min(calendars.c.next_deadline))
        return await self._database.read(lambda connection: connection.scalar(query))


def _activate(connection: Connection, provider_id: ProviderId, *, create: bool) -> Activation | None:
    if create:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        new = dialect.insert(calendars).values(provider_id=provider_id, business_id="", epoch=0, sequence=0)
        connection.execute(new.on_conflict_do_nothing(index_elements=[calendars.c.provider_id]))
    raised = (
        update(calendars)
        .where(calendars.c.provider_id == provider_id)
        .values(epoch=calendars.c.epoch + 1)
        .returning(calendars.c.epoch, calendars.c.sequence)
    )
    row = connection.execute(raised).one_or_none()
    return None if row is None else Activation(epoch=row.epoch, sequence=row.sequence)


# --- Reading events back ------------------------------------------------------------------------------------------

# As the columns' raw values: a calendar's revival reads a hundred thousand of these.
_RECORDED = (
    events.c.sequence,
    type_coerce(events.c.at, BigInteger),
    type_coerce(events.c.actor, Text),
    events.c.type,
    events.c.version,
    events.c.body,
    events.c.key,
    events.c.fingerprint,
)


def _recorded(row: Sequence[Any]) -> Recorded:
    sequence, at, actor, type_, version, body, key, fingerprint = row
    return Recorded(
        sequence=sequence,
        at=from_us(at),
        actor=_decode_actor(actor),
        event=decode_event(StoredEvent(type_, version, body)),
        key=key,
        fingerprint=fingerprint,
    )


# --- Writing batches ----------------------------------------------------------------------------------------------


class _Calendar(NamedTuple):
    number: int
    head: Head


def _write(connection: Connection, batches: Sequence[Batch]) -> list[bool]:
    """Write the batches that may be written; tell for each whether it was."""
    asked = [(provider_id,) for provider_id in {batch.provider_id for batch in batches}]
    found = {
        row.provider_id: _Calendar(row.number, Head(row.epoch, row.sequence))
        for row in rows.HEADS[connection.dialect.name].execute(connection, asked)
    }
    may = admitted(batches, {provider_id: calendar.head for provider_id, calendar in found.items()})
    allowed = [batch for batch, allow in zip(batches, may, strict=True) if allow]
    if allowed:
        _advance(connection, allowed)
        _execute(connection, rows.EVENTS, [rows.event_row(b.provider_id, r) for b in allowed for r in b.events])
        _project(connection, allowed, {provider_id: calendar.number for provider_id, calendar in found.items()})
        _send(connection, allowed)
        offers.follow(connection, allowed)
        _attach(connection, [attachment for batch in allowed for attachment in batch.attachments])
    return may


def _execute(connection: Connection, statement: Rows, given: Sequence[Row]) -> None:
    if given:
        statement.execute(connection, given)


def _advance(connection: Connection, batches: Sequence[Batch]) -> None:
    first = {batch.provider_id: batch for batch in reversed(batches)}
    last = {batch.provider_id: batch for batch in batches}
    given = [rows.advance_row(first[provider_id], last[provider_id]) for provider_id in last]
    moved = rows.ADVANCE.execute(connection, given).rowcount
    assert moved == len(given), "a calendar moved although its row was locked"


def _project(connection: Connection, batches: Sequence[Batch], numbers: dict[ProviderId, int]) -> None:
    moved = [(booking_id,) for booking_id in projection.moved(batches)]
    sessions = {row.id: row.session_id for row in rows.SESSIONS.execute(connection, moved)} if moved else {}
    changes = list(projection.occupancy_changes(batches, sessions))
    void = [(numbers[change.provider_id], ref) for change in changes for ref in change.void]
    true = [(numbers[change.provider_id], *occupancy) for change in changes for occupancy in change.true]
    _execute(connection, rows.VACATE, void)
    _execute(connection, rows.OCCUPY, true)
    final = projection.final_bookings(batches)
    _execute(connection, rows.BOOKINGS, [rows.booking_row(batch, booking) for batch, booking in final.values()])


def _send(connection: Connection, batches: Sequence[Batch]) -> None:
    messages = projection.messages(batches)
    _execute(connection, rows.UNSEND, [(booking_id,) for booking_id in messages.void])
    _execute(connection, rows.UNSEND_REMINDERS, [(booking_id,) for booking_id in messages.void_reminders])
    _execute(connection, rows.OUTBOX, [rows.outbox_row(message) for message in messages.planned])
    _execute(connection, rows.AGENDAS, [rows.outbox_row(message) for message in messages.agendas])


def _attach(connection: Connection, attachments: Iterable[Attachment]) -> None:
    attachments = list(attachments)
    _execute(connection, rows.CUSTOMERS, _last(attachments, Customer, rows.customer_row, keys=2))
    _execute(connection, rows.PROVIDERS, _last(attachments, Provider, rows.provider_row, keys=1))
    _execute(connection, rows.TEXTS, _last(attachments, BookingText, rows.text_row, keys=2))
    _execute(connection, rows.REQUESTS, sorted(rows.request_row(a) for a in attachments if isinstance(a, RequestKey)))


def _last(attachments: Sequence[Attachment], kind: type[A], row: Callable[[A], Row], *, keys: int) -> list[Row]:
    """Return the rows of one kind: the last of each key, and in the keys' order, so that two writers cannot deadlock.

    An upsert may touch each row once per statement.
    """
    latest = {given[:keys]: given for given in map(row, (a for a in attachments if isinstance(a, kind)))}
    return [latest[key] for key in sorted(latest)]
