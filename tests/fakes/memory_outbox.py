"""An outbox in memory, for couriers on virtual time. It passes the contract suite of the real one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from msgspec.structs import replace

from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports.outbox import Address, Attempt, Letter, OutboxRow, Reported, Result
from turnero.engine.ports.timing import Timer

_GIVEN_UP = (MessageStatus.CANCELLED, MessageStatus.FAILED)


@dataclass
class Kept:
    """A message, whatever became of it."""

    letter: Letter
    status: MessageStatus = MessageStatus.PLANNED
    sent_at: datetime | None = None
    external_id: str | None = None

    @property
    def row(self) -> OutboxRow:
        return self.letter.row

    def change(self, **changes: object) -> None:
        self.letter = replace(self.letter, row=replace(self.letter.row, **changes))


@dataclass
class MemoryOutbox:
    """Implements `turnero.engine.ports.outbox.Outbox`. `broken` makes every question fail, as an outage does."""

    messages: dict[int, Kept] = field(default_factory=dict)
    closed: set[Address] = field(default_factory=set)
    broken: bool = False
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def plan(self, letter: Letter) -> int:
        """Keep a new message, and return its id."""
        number = next(self._numbers)
        self.messages[number] = Kept(replace(letter, row=replace(letter.row, id=number)))
        return number

    def cancel(self, message_id: int) -> None:
        """Do as the journal does with what is not true any more."""
        if self.messages[message_id].status is MessageStatus.PLANNED:
            self.messages[message_id].status = MessageStatus.CANCELLED

    # --- The port

    async def upcoming(self, *, until: datetime, after: Timer | None = None, limit: int) -> Sequence[Timer]:
        planned = [row.timer for row in self._planned() if row.next_at <= until]
        last = (datetime.min.replace(tzinfo=until.tzinfo), 0) if after is None else (after.due_at, after.id)
        return sorted((t for t in planned if (t.due_at, t.id) > last), key=lambda t: (t.due_at, t.id))[:limit]

    async def just_due(self, *, now: datetime, limit: int) -> Sequence[Timer]:
        due = [row.timer for row in self._planned() if row.next_at <= now]
        return sorted(due, key=lambda t: (t.due_at, t.id), reverse=True)[:limit]

    async def next_due(self) -> datetime | None:
        return min((row.next_at for row in self._planned()), default=None)

    async def letters(self, ids: Collection[int]) -> Sequence[Letter]:
        return [self.messages[row.id].letter for row in self._planned() if row.id in ids]

    async def begin(self, attempts: Sequence[Attempt], *, now: datetime) -> Mapping[int, int]:
        planned = {row.id: row for row in self._planned()}
        begun: dict[int, int] = {}
        for attempt in sorted(attempts, key=lambda attempt: attempt.id):
            row = planned.get(attempt.id)
            if row is None or row.attempts != attempt.attempts or (attempt.in_order and self._behind(row)):
                continue
            kept = self.messages.pop(row.id)
            kept.change(
                attempts=row.attempts + 1,
                sending_since=now,
                channel=attempt.channel,
                address=attempt.address,
                payload=attempt.payload or row.payload,
            )
            if attempt.payload is not None:
                kept.change(id=next(self._numbers), next_at=now)
            self.messages[kept.row.id] = kept
            begun[attempt.id] = kept.row.id
        return begun

    async def record(self, results: Sequence[Result]) -> Sequence[Timer]:
        self._check()
        lanes = set()
        for result in results:
            if result.status is not MessageStatus.PLANNED:
                lanes.add((result.channel, result.address))
            kept = self.messages.get(result.id)
            if kept is None or kept.row.attempts != result.attempts:
                continue
            sent = result.status is MessageStatus.SENT
            if kept.status is MessageStatus.PLANNED or (sent and kept.status in _GIVEN_UP):
                self._write(kept, result)
        return [row.timer for row in self._planned() if row.reply and (row.channel, row.address) in lanes]

    async def report(
        self, channel: str, external_id: str, status: MessageStatus, *, now: datetime, error: str | None = None
    ) -> Reported | None:
        self._check()
        for kept in self.messages.values():
            sent = kept.status in {MessageStatus.SENT, MessageStatus.DELIVERED}
            if not sent or (kept.row.channel, kept.external_id) != (channel, external_id):
                continue
            address = Address(channel, kept.row.address or "")
            kept.change(error=error)
            kept.status = status
            if status is MessageStatus.FAILED and not kept.row.reply:
                kept.status, kept.external_id, kept.sent_at = MessageStatus.PLANNED, None, None
                spent = (*kept.row.spent, channel)
                kept.change(next_at=now, tries=0, spent=spent, payload=None, channel=None, address=None)
                return Reported(address, kept.row.timer)
            return Reported(address)
        return None

    async def close_address(self, address: Address, *, now: datetime) -> None:  # noqa: ARG002  when, nobody asks
        self._check()
        self.closed.add(address)

    # --- How

    def _check(self) -> None:
        if self.broken:
            raise Unavailable("database_unavailable", "The database does not answer.")

    def _planned(self) -> Sequence[OutboxRow]:
        self._check()
        rows = [kept.row for kept in self.messages.values() if kept.status is MessageStatus.PLANNED]
        return sorted(rows, key=lambda row: row.id)

    def _behind(self, row: OutboxRow) -> bool:
        return any(
            other.reply and (other.channel, other.address) == (row.channel, row.address) and other.id < row.id
            for other in self._planned()
        )

    @staticmethod
    def _write(kept: Kept, result: Result) -> None:
        kept.status, kept.sent_at, kept.external_id = result.status, result.sent_at, result.external_id
        kept.change(
            next_at=result.next_at or kept.row.next_at,
            tries=result.tries,
            spent=result.spent,
            channel=result.channel,
            address=result.address,
            error=result.error,
            sending_since=None,
            payload=kept.row.payload if kept.row.reply or result.status is MessageStatus.SENT else None,
        )
