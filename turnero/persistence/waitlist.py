"""The waitlist on SQL: the line, and in the journal's own transactions what becomes of offers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, Row, Select, case, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from turnero.engine.domain.errors import Conflict, Invalid
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    EntryId,
    HoldId,
    ProviderId,
    ServiceId,
)
from turnero.engine.ports import (
    AlreadyAnswered,
    Awaited,
    Customer,
    Entry,
    EntryFilter,
    EntryPage,
    EntryStatus,
    InLine,
    MessageRecord,
    Offer,
    RequestKey,
)
from turnero.persistence import bulk, rows
from turnero.persistence.bookings import message_record
from turnero.persistence.database import Database
from turnero.persistence.offers import unsend
from turnero.persistence.schema import outbox, requests, waitlist, waitlist_passed

_ANYBODY = ""
_IN_LINE = (EntryStatus.WAITING.value, EntryStatus.OFFERED.value)

# Some hundred businesses at a time, in each of which one row of the partial index is looked up.
_WAITED_IN = bulk.Rows(
    {"business_id": bulk.TEXT},
    "SELECT given.business_id FROM SOURCE WHERE EXISTS (SELECT 1 FROM waitlist "
    "WHERE waitlist.business_id = given.business_id AND waitlist.status = 'waiting')",
)

# The largest number that a place can be; a forged cursor must not be a number that no database knows.
_PLACE_MAX = 2**63 - 1


class SqlWaitlist:
    """Implements `turnero.engine.ports.Waitlist` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def join(self, entry: Entry, *, customer: Customer | None, request: RequestKey | None) -> Entry:
        def work(connection: Connection) -> Entry:
            if customer is not None:
                rows.CUSTOMERS.execute(connection, [rows.customer_row(customer)])
            connection.execute(insert(waitlist).values(_columns(entry)))
            joined = replace(entry, position=connection.scalars(_position_of(entry.id)).one())
            if request is not None:
                answer = msgspec.json.encode(joined).decode()
                connection.execute(insert(requests).values(msgspec.structs.asdict(replace(request, answer=answer))))
            return joined

        try:
            return await self._database.write(work)
        except IntegrityError as error:
            # Which constraint it was, the databases say in words of their own; whether the key is there is certain.
            if request is not None and await self._answered(request):
                raise AlreadyAnswered from error
            raise Conflict("already_waiting") from error

    async def _answered(self, request: RequestKey) -> bool:
        query = select(exists().where(requests.c.scope == request.scope, requests.c.key == request.key))
        return bool(await self._database.read(lambda connection: connection.scalar(query)))

    async def leave(self, entry_id: EntryId) -> Entry | None:
        def work(connection: Connection) -> Entry | None:
            left = (
                update(waitlist)
                .where(waitlist.c.id == entry_id, waitlist.c.status.in_(_IN_LINE))
                .values(status=EntryStatus.LEFT.value)
            )
            if connection.execute(left).rowcount == 0:
                return None
            unsend(connection, entry_id)
            return entry_record(connection.execute(_ENTRIES.where(waitlist.c.id == entry_id)).one())

        return await self._database.write(work)

    async def entry(self, entry_id: EntryId) -> Entry | None:
        query = _ENTRIES.where(waitlist.c.id == entry_id)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else entry_record(row)

    async def entries(self, where: EntryFilter, *, limit: int, cursor: str | None) -> EntryPage:
        query = _matching(where).order_by(waitlist.c.place).limit(limit + 1)
        if cursor is not None:
            query = query.where(waitlist.c.place > _place(cursor))
        found = await self._database.read(lambda connection: connection.execute(query).all())
        shown = found[:limit]
        more = len(found) > limit and shown
        return EntryPage(tuple(map(entry_record, shown)), str(shown[-1].place) if more else None)

    async def messages(self, entry_id: EntryId) -> Sequence[MessageRecord]:
        query = select(outbox).where(outbox.c.entry_id == entry_id).order_by(outbox.c.due_at, outbox.c.id)
        found = await self._database.read(lambda connection: connection.execute(query).all())
        return [message_record(row) for row in found]

    async def line(
        self, business_id: BusinessId, provider_id: ProviderId, *, after: int, limit: int
    ) -> Sequence[InLine]:
        offered = waitlist.alias("offered")
        has_an_offer = exists().where(
            offered.c.business_id == waitlist.c.business_id,
            offered.c.customer_id == waitlist.c.customer_id,
            offered.c.status == EntryStatus.OFFERED.value,
        )
        waiting = (
            select(waitlist)
            .where(
                waitlist.c.business_id == business_id,
                waitlist.c.provider_id.in_((provider_id, _ANYBODY)),
                waitlist.c.status == EntryStatus.WAITING.value,
                waitlist.c.place > after,
                ~has_an_offer,
            )
            .order_by(waitlist.c.place)
            .limit(limit)
        )

        def work(connection: Connection) -> list[InLine]:
            found = connection.execute(waiting).all()
            passed = _passed(connection, provider_id, [row.id for row in found])
            return [InLine(row.place, entry_record(row), frozenset(passed.get(row.id, ()))) for row in found]

        return await self._database.read(work)

    async def waited_in(self, business_ids: Collection[BusinessId]) -> AbstractSet[BusinessId]:
        given = [(business_id,) for business_id in business_ids]
        if not given:
            return set()
        return await self._database.read(
            lambda connection: {BusinessId(row.business_id) for row in _WAITED_IN.execute(connection, given)}
        )

    async def awaited(self) -> Sequence[Awaited]:
        query = (
            select(waitlist.c.business_id, waitlist.c.provider_id)
            .where(waitlist.c.status == EntryStatus.WAITING.value)
            .distinct()
            .order_by(waitlist.c.business_id, waitlist.c.provider_id)
        )
        found = await self._database.read(lambda connection: connection.execute(query).all())
        return [Awaited(BusinessId(row.business_id), _provider(row.provider_id)) for row in found]

    async def retire(self, *, now: datetime) -> int:
        over = (
            update(waitlist)
            .where(waitlist.c.status == EntryStatus.WAITING.value, waitlist.c.over_at <= now)
            .values(status=EntryStatus.OVER.value)
        )
        return await self._database.write(lambda connection: connection.execute(over).rowcount)


# --- Reading ------------------------------------------------------------------------------------------------------

_ahead = waitlist.alias("ahead")
_competing = (
    select(func.count())
    .where(
        _ahead.c.business_id == waitlist.c.business_id,
        _ahead.c.service_id == waitlist.c.service_id,
        _ahead.c.status == EntryStatus.WAITING.value,
        _ahead.c.place < waitlist.c.place,
        or_(
            _ahead.c.provider_id == waitlist.c.provider_id,
            _ahead.c.provider_id == _ANYBODY,
            waitlist.c.provider_id == _ANYBODY,
        ),
    )
    .correlate(waitlist)
    .scalar_subquery()
)
_position = case((waitlist.c.status == EntryStatus.WAITING.value, _competing + 1), else_=None)
_ENTRIES = select(waitlist, _position.label("position"))


def _position_of(entry_id: EntryId) -> Select[Any]:
    return select(_position).where(waitlist.c.id == entry_id)


def _matching(where: EntryFilter) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [
        waitlist.c[name] == value
        for name in ("business_id", "customer_id", "status")
        if (value := getattr(where, name)) is not None
    ]
    if where.provider_id is not None:
        conditions.append(waitlist.c.provider_id.in_((where.provider_id, _ANYBODY)))
    return _ENTRIES.where(*conditions)


def _place(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal()) or int(cursor) > _PLACE_MAX:
        raise Invalid("this cursor is not one of ours; take `nextCursor` from the page before", path="$.cursor")
    return int(cursor)


def _passed(connection: Connection, provider_id: ProviderId, entry_ids: Sequence[str]) -> dict[str, list[datetime]]:
    passed: dict[str, list[datetime]] = {}
    if entry_ids:
        query = select(waitlist_passed.c.entry_id, waitlist_passed.c.start).where(
            waitlist_passed.c.entry_id.in_(entry_ids), waitlist_passed.c.provider_id == provider_id
        )
        for row in connection.execute(query):
            passed.setdefault(row.entry_id, []).append(row.start)
    return passed


def _columns(entry: Entry) -> dict[str, object]:
    names = ("id", "business_id", "service_id", "customer_id", "wish", "created_at", "over_at", "time_zone")
    given: dict[str, object] = {name: getattr(entry, name) for name in names}
    return {**given, "provider_id": entry.provider_id or _ANYBODY, "status": entry.status.value}


def _provider(provider_id: str) -> ProviderId | None:
    return ProviderId(provider_id) if provider_id != _ANYBODY else None


def entry_record(row: Row[Any]) -> Entry:
    """Return a row of the waitlist as it is shown; with its position, if that was asked for."""
    offer = None
    if row.hold_id is not None:
        offer = Offer(
            provider_id=ProviderId(row.offer_provider_id),
            hold_id=HoldId(row.hold_id),
            start=row.offer_start,
            end=row.offer_end,
            until=row.offer_until,
        )
    return Entry(
        id=EntryId(row.id),
        business_id=BusinessId(row.business_id),
        provider_id=_provider(row.provider_id),
        service_id=ServiceId(row.service_id),
        customer_id=CustomerId(row.customer_id),
        wish=row.wish,
        created_at=row.created_at,
        over_at=row.over_at,
        time_zone=row.time_zone,
        status=EntryStatus(row.status),
        position=getattr(row, "position", None),
        offer=offer,
        booking_id=None if row.booking_id is None else BookingId(row.booking_id),
    )
