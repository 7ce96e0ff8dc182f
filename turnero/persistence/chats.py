"""Conversations on SQL: what came in, where each stands, and, in one transaction with both, what waits to be sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from turnero.engine.domain.messages import MessageStatus, Recipient
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId
from turnero.engine.ports.chats import NO_BUSINESS, ChatItem, ChatLine, ChatPerson, ChatReply, ChatRow, ChatTurn
from turnero.engine.ports.outbox import REPLY
from turnero.persistence.database import Database
from turnero.persistence.schema import chat_inbox, conversations, outbox

_OVER = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.FAILED, MessageStatus.CANCELLED)


class SqlChats:
    """Implements `turnero.engine.ports.chats.Chats` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = (postgresql if database.dialect == "postgresql" else sqlite).insert

    # --- What came in

    async def take_in(self, item: ChatItem) -> ChatItem | None:
        new = (
            self._insert(chat_inbox)
            .values(
                channel=item.channel,
                person=item.person,
                message_id=item.message_id,
                body=item.body,
                context=item.context,
                at=item.at,
            )
            .on_conflict_do_nothing(index_elements=[chat_inbox.c.channel, chat_inbox.c.message_id])
            .returning(chat_inbox.c.number)
        )
        number = await self._database.write(lambda connection: connection.scalar(new))
        return None if number is None else msgspec.structs.replace(item, number=number)

    async def waiting(self, *, since: datetime, limit: int) -> Sequence[ChatPerson]:
        query = (
            select(chat_inbox.c.channel, chat_inbox.c.person)
            .where(chat_inbox.c.answered_at.is_(None), chat_inbox.c.at <= since)
            .group_by(chat_inbox.c.channel, chat_inbox.c.person)
            .order_by(func.min(chat_inbox.c.number))
            .limit(limit)
        )
        found = await self._all(query)
        return [ChatPerson(row.channel, row.person) for row in found]

    async def next_of(self, who: ChatPerson) -> ChatItem | None:
        row = await self._first(_NEXT_OF, channel=who.channel, person=who.person)
        return None if row is None else ChatItem(**row._asdict())

    async def note(self, item: ChatItem, so_far: str) -> bool:
        statement = (
            update(chat_inbox)
            .where(
                chat_inbox.c.number == item.number,
                chat_inbox.c.answered_at.is_(None),
                chat_inbox.c.so_far.is_not_distinct_from(item.so_far),
            )
            .values(so_far=so_far)
        )
        return bool(await self._database.write(lambda connection: connection.execute(statement).rowcount))

    # --- Answering

    async def finish(self, turn: ChatTurn) -> bool:
        try:
            await self._database.write(lambda connection: _finish(connection, turn))
        except _Overtaken:
            return False
        return True

    # --- Where conversations stand

    async def current(self, channel: str, person: str) -> ChatRow | None:
        row = await self._first(_CURRENT, channel=channel, person=person)
        return None if row is None else ChatRow(**row._asdict())

    async def conversation(self, channel: str, person: str, business_id: BusinessId) -> ChatRow | None:
        row = await self._first(_CONVERSATION, channel=channel, person=person, business_id=business_id)
        return None if row is None else ChatRow(**row._asdict())

    async def reachable(self, business_id: BusinessId, customer_id: CustomerId) -> Sequence[ChatRow]:
        query = (
            select(conversations)
            .where(conversations.c.business_id == business_id, conversations.c.customer_id == customer_id)
            .order_by(conversations.c.heard_at.desc(), conversations.c.channel, conversations.c.person)
        )
        return [ChatRow(**row._asdict()) for row in await self._all(query)]

    async def staff(self, business_id: BusinessId, provider_id: ProviderId | None = None) -> Sequence[ChatRow]:
        theirs = (
            conversations.c.provider_id.is_not(None)
            if provider_id is None
            else conversations.c.provider_id == provider_id
        )
        query = (
            select(conversations)
            .where(conversations.c.business_id == business_id, theirs)
            .order_by(conversations.c.heard_at.desc(), conversations.c.channel, conversations.c.person)
        )
        return [ChatRow(**row._asdict()) for row in await self._all(query)]

    async def unlink(self, provider_id: ProviderId) -> int:
        statement = (
            update(conversations)
            .where(conversations.c.provider_id == provider_id)
            # An answer that is being thought about must not link them again.
            .values(provider_id=None, linked_by=None, version=conversations.c.version + 1)
        )
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def mark(self, channel: str, person: str, *, muted: bool | None = None, blocked: bool | None = None) -> None:
        marks = {name: mark for name, mark in (("muted", muted), ("blocked", blocked)) if mark is not None}
        if marks:
            await self._database.write(lambda connection: _mark(connection, ChatPerson(channel, person), marks))

    # --- What was said

    async def transcript(
        self, channel: str, person: str, *, theirs_after: int = 0, ours_after: int = 0, limit: int
    ) -> Sequence[ChatLine]:
        theirs = (
            select(chat_inbox.c.number, chat_inbox.c.at, chat_inbox.c.body)
            .where(chat_inbox.c.channel == channel, chat_inbox.c.person == person, chat_inbox.c.number > theirs_after)
            .order_by(chat_inbox.c.number.desc())
            .limit(limit)
        )
        # A message that was planned long ago is said when its turn comes.
        ours = (
            select(outbox.c.id.label("number"), outbox.c.next_at.label("at"), outbox.c.payload.label("body"))
            .where(
                outbox.c.channel == channel,
                outbox.c.address == person,
                outbox.c.id > ours_after,
                outbox.c.payload.is_not(None),
            )
            .order_by(outbox.c.id.desc())
            .limit(limit)
        )
        lines = [ChatLine(**row._asdict(), ours=False) for row in await self._all(theirs)]
        lines += [ChatLine(**row._asdict(), ours=True) for row in await self._all(ours)]
        return sorted(lines, key=lambda line: (line.at, line.ours, line.number))[-limit:]

    async def forget(self, *, before: datetime) -> int:
        theirs = delete(chat_inbox).where(chat_inbox.c.answered_at < before)
        ours = delete(outbox).where(outbox.c.kind == REPLY, outbox.c.status.in_(_OVER), outbox.c.next_at < before)
        # What was sent about a booking stays on record; what it said in words does not.
        about = (
            update(outbox)
            .where(outbox.c.payload.is_not(None), outbox.c.status.in_(_OVER), outbox.c.next_at < before)
            .values(payload=None)
        )

        def work(connection: Connection) -> int:
            said = connection.execute(theirs).rowcount + connection.execute(ours).rowcount
            return said + connection.execute(about).rowcount

        return await self._database.write(work)

    # --- How

    async def _first(self, query: Select[Any], **given: str) -> Row[Any] | None:
        return await self._database.read(lambda connection: connection.execute(query, given).first())

    async def _all(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return await self._database.read(lambda connection: connection.execute(query).all())


# Asked with every message: put together once (see the catalogue's).
_MINE = and_(conversations.c.channel == bindparam("channel"), conversations.c.person == bindparam("person"))
_CONVERSATION = select(conversations).where(_MINE, conversations.c.business_id == bindparam("business_id"))
_CURRENT = (
    select(conversations)
    .where(_MINE, conversations.c.business_id != NO_BUSINESS)
    .order_by(conversations.c.heard_at.desc(), conversations.c.business_id)
    .limit(1)
)
_NEXT_OF = (
    select(*(column for column in chat_inbox.c if column is not chat_inbox.c.answered_at))
    .where(
        chat_inbox.c.channel == bindparam("channel"),
        chat_inbox.c.person == bindparam("person"),
        chat_inbox.c.answered_at.is_(None),
    )
    .order_by(chat_inbox.c.number)
    .limit(1)
)


class _Overtaken(Exception):
    """Somebody else has answered the item, or moved the conversation on: the transaction is given up."""


def _finish(connection: Connection, turn: ChatTurn) -> None:
    answered = (
        update(chat_inbox)
        .where(chat_inbox.c.number == turn.item.number, chat_inbox.c.answered_at.is_(None))
        .values(answered_at=turn.at, so_far=None)
    )
    if connection.execute(answered).rowcount == 0:
        raise _Overtaken
    if turn.after is not None:
        _move_on(connection, turn.after)
    if turn.muted is not None:
        _mark(connection, turn.item.who, {"muted": turn.muted})
    for reply in turn.replies:
        _say(connection, turn, reply)


def _move_on(connection: Connection, after: ChatRow) -> None:
    values = msgspec.structs.asdict(after)
    # What others mark while an answer is being thought about is theirs to say.
    for marked in ("muted", "blocked"):
        del values[marked]
    mine = and_(
        conversations.c.channel == after.channel,
        conversations.c.person == after.person,
        conversations.c.business_id == after.business_id,
    )
    if after.version == 1:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(conversations).values(**values, muted=after.muted, blocked=False)
        done = connection.execute(statement.on_conflict_do_nothing()).rowcount
    else:
        # Whoever writes to us can be reached.
        moved = update(conversations).where(mine, conversations.c.version == after.version - 1)
        done = connection.execute(moved.values(**values, blocked=False)).rowcount
    if done == 0:
        raise _Overtaken


def _mark(connection: Connection, who: ChatPerson, marks: dict[str, bool]) -> None:
    mine = and_(conversations.c.channel == who.channel, conversations.c.person == who.person)
    connection.execute(update(conversations).where(mine).values(**marks))


def _say(connection: Connection, turn: ChatTurn, reply: ChatReply) -> None:
    """Put a reply into the outbox; news about a booking in place of the message that was planned to bring it."""
    to = reply.to or turn.item.who
    row: dict[str, Any] = {
        "business_id": NO_BUSINESS if turn.after is None else turn.after.business_id,
        "kind": REPLY,
        "channel": to.channel,
        "address": to.person,
        "reply": True,
        "payload": reply.body,
        "replaces": reply.replaces,
        "status": MessageStatus.PLANNED,
        "due_at": turn.at,
        "next_at": turn.at,
        "attempts": 0,
    }
    if reply.booking_id is not None and reply.kind is not None:
        row |= _adopted(connection, reply) or {}
    connection.execute(insert(outbox).values(row))


def _adopted(connection: Connection, reply: ChatReply) -> dict[str, Any] | None:
    """Take the planned message that `reply` stands for out of the outbox; return what it was about.

    The reply gets a row of its own at the end: a person's messages leave in the order of their rows.
    """
    news = and_(
        outbox.c.booking_id == reply.booking_id,
        outbox.c.kind == reply.kind,
        outbox.c.recipient == Recipient.CUSTOMER.value,
        outbox.c.status == MessageStatus.PLANNED.value,
        # One that a courier has in hand is being sent already.
        outbox.c.sending_since.is_(None),
    )
    query = select(outbox).where(news).order_by(outbox.c.id.desc()).limit(1)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    planned = connection.execute(query).one_or_none()
    if planned is None:
        return None
    connection.execute(delete(outbox).where(outbox.c.id == planned.id))
    about = ("booking_id", "provider_id", "business_id", "sequence", "kind")
    return {name: getattr(planned, name) for name in about}
