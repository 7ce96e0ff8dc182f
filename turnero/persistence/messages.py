"""Messages as people look through them, on SQL: what was sent, and what could not be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, case, null, select, update

from turnero.engine.domain.errors import Invalid
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.domain.value import BusinessId
from turnero.engine.ports import MessageRecord
from turnero.engine.ports.outbox import MessagePage
from turnero.persistence.bookings import message_record
from turnero.persistence.database import Database
from turnero.persistence.schema import outbox

# The highest number that either database gives a row: beyond it, PostgreSQL would refuse the comparison.
_ID_MAX = 2**63 - 1

_MESSAGE = select(outbox).where(outbox.c.id == bindparam("id"))


class MessageStore:
    """The part of `turnero.engine.ports.Catalogue` about messages of whatever booking."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def message(self, message_id: str) -> MessageRecord | None:
        number = _number(message_id)
        if number is None:
            return None
        row = await self._database.read(lambda connection: connection.execute(_MESSAGE, {"id": number}).one_or_none())
        return None if row is None else message_record(row)

    async def messages_of(
        self, business_id: BusinessId, status: MessageStatus, *, limit: int, cursor: str | None
    ) -> MessagePage:
        query = select(outbox).where(outbox.c.business_id == business_id, outbox.c.status == status)
        if cursor is not None:
            before = _number(cursor)
            if before is None:
                raise Invalid("this cursor is not one of ours; take `nextCursor` from the page before", path="$.cursor")
            query = query.where(outbox.c.id < before)
        query = query.order_by(outbox.c.id.desc()).limit(limit + 1)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        shown = [message_record(row) for row in rows[:limit]]
        return MessagePage(tuple(shown), shown[-1].id if len(rows) > limit else None)

    async def resend(self, message_id: str, *, now: datetime) -> bool:
        number = _number(message_id)
        if number is None:
            return False
        # On all channels, as if nothing had been tried; but a reply goes where it belongs.
        anew = update(outbox).where(outbox.c.id == number, outbox.c.status == MessageStatus.FAILED.value)
        anew = anew.values(
            status=MessageStatus.PLANNED.value,
            next_at=now,
            tries=0,
            spent=None,
            channel=case((outbox.c.reply, outbox.c.channel), else_=null()),
            address=case((outbox.c.reply, outbox.c.address), else_=null()),
            sending_since=None,
            external_id=None,
            error=None,
        )
        return bool(await self._database.write(lambda connection: connection.execute(anew).rowcount))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= _ID_MAX else None
