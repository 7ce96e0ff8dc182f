"""The read side of bookings: records, pages of them, and what is kept beside them."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta
from sqlalchemy import Row, Select, and_, bindparam, literal, select, tuple_

from turnero.engine.domain.booking import Money, Role, Status
from turnero.engine.domain.calendar import from_us, to_us
from turnero.engine.domain.errors import Invalid
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, ServiceId
from turnero.engine.ports import BookingFilter, BookingRecord, BookingText, MessageRecord, Page, TextKind
from turnero.persistence.database import Database
from turnero.persistence.schema import booking_texts, bookings, outbox
from turnero.persistence.types import Instant, String


class BookingQueries:
    """The part of `turnero.engine.ports.Catalogue` that reads what the journal's transactions have written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def provider_of(self, booking_id: BookingId) -> ProviderId | None:
        found = await self._database.read(lambda connection: connection.scalar(_PROVIDER_OF, {"id": booking_id}))
        return None if found is None else ProviderId(found)

    async def booking(self, booking_id: BookingId) -> BookingRecord | None:
        row = await self._database.read(
            lambda connection: connection.execute(_BOOKING, {"id": booking_id}).one_or_none()
        )
        return None if row is None else booking_record(row)

    async def bookings(self, where: BookingFilter, *, limit: int, cursor: str | None) -> Page:
        query = _matching(where).order_by(bookings.c.start, bookings.c.id).limit(limit + 1)
        if cursor is not None:
            after = decode_cursor(cursor)
            # As one comparison of rows, which both databases answer from the index.
            last = tuple_(literal(from_us(after.start_us), Instant), literal(after.id, String))
            query = query.where(tuple_(bookings.c.start, bookings.c.id) > last)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        items = tuple(booking_record(row) for row in rows[:limit])
        more = len(rows) > limit and items
        return Page(items, encode_cursor(items[-1]) if more else None)

    async def texts(self, booking_id: BookingId) -> list[BookingText]:
        query = select(booking_texts).where(booking_texts.c.booking_id == booking_id).order_by(booking_texts.c.kind)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [BookingText(booking_id=row.booking_id, kind=TextKind(row.kind), body=row.body) for row in rows]

    async def messages(self, booking_id: BookingId) -> list[MessageRecord]:
        query = select(outbox).where(outbox.c.booking_id == booking_id).order_by(outbox.c.due_at, outbox.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [message_record(row) for row in rows]


_note = booking_texts.alias("note")
_reason = booking_texts.alias("reason")

RECORDS = select(bookings, _note.c.body.label("note"), _reason.c.body.label("cancel_reason")).select_from(
    bookings.outerjoin(_note, and_(_note.c.booking_id == bookings.c.id, _note.c.kind == TextKind.NOTE.value)).outerjoin(
        _reason, and_(_reason.c.booking_id == bookings.c.id, _reason.c.kind == TextKind.CANCEL_REASON.value)
    )
)

# Put together once; see the catalogue's.
_BOOKING = RECORDS.where(bookings.c.id == bindparam("id"))
_PROVIDER_OF = select(bookings.c.provider_id).where(bookings.c.id == bindparam("id"))


def _matching(where: BookingFilter) -> Select[Any]:
    conditions = [
        bookings.c[name] == value
        for name in ("business_id", "provider_id", "customer_id", "session_id", "status")
        if (value := getattr(where, name)) is not None
    ]
    if where.start_from is not None:
        conditions.append(bookings.c.start >= where.start_from)
    if where.start_until is not None:
        conditions.append(bookings.c.start < where.start_until)
    return RECORDS.where(*conditions)


def booking_record(row: Row[Any]) -> BookingRecord:
    """Return a row of `RECORDS` as it is shown."""
    return BookingRecord(
        id=BookingId(row.id),
        business_id=BusinessId(row.business_id),
        provider_id=ProviderId(row.provider_id),
        service_id=ServiceId(row.service_id),
        customer_id=CustomerId(row.customer_id),
        start=row.start,
        end=row.end,
        status=Status(row.status),
        revision=row.revision,
        sequence=row.sequence,
        price=money(row.price_amount, row.price_currency),
        note=row.note or "",
        series_id=row.series_id,
        session_id=row.session_id,
        cancelled_by=None if row.cancelled_by is None else Role(row.cancelled_by),
        cancel_reason=row.cancel_reason,
        created_at=row.created_at,
        policy=row.policy,
        stars=row.stars,
        acknowledged_at=row.acknowledged_at,
        time_zone=row.time_zone,
    )


def message_record(row: Row[Any]) -> MessageRecord:
    """Return a row of the outbox as it is shown."""
    return MessageRecord(
        id=str(row.id),
        business_id=BusinessId(row.business_id),
        booking_id=row.booking_id,
        entry_id=row.entry_id,
        kind="reply" if row.kind == "reply" else MessageKind(row.kind),
        recipient=Recipient(row.recipient),
        before=row.before,
        channel=row.channel,
        address=row.address,
        status=MessageStatus(row.status),
        due_at=row.due_at,
        next_at=row.next_at,
        sent_at=row.sent_at,
        attempts=row.attempts,
        error=row.error,
    )


def money(amount: int | None, currency: str | None) -> Money | None:
    """Return the two columns of a price as one value, or None where there is no price."""
    return None if amount is None or currency is None else Money(amount=amount, currency=currency)


# --- Cursors ------------------------------------------------------------------------------------------------------


class _Cursor(NamedTuple):
    """The last booking of a page. Its start is bounded, so that a forged one cannot leave `datetime`'s range."""

    start_us: Annotated[int, Meta(ge=0, le=to_us(from_us(0).replace(year=9999)))]
    id: Annotated[str, Meta(max_length=200)]


_cursors = msgspec.json.Decoder(_Cursor)


def encode_cursor(last: BookingRecord) -> str:
    """Return where the page ends whose last booking is `last`, as URL-safe text that says nothing to its reader."""
    raw = msgspec.json.encode((to_us(last.start), last.id))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(cursor: str) -> _Cursor:
    """Read a cursor back.

    Raises:
        Invalid: it is not one of ours.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return _cursors.decode(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:  # msgspec's errors are ValueErrors
        raise Invalid(
            "this cursor is not one of ours; take `nextCursor` from the page before", path="$.cursor"
        ) from error
