"""One message on its way by one channel, and what comes of it. Pure."""

from __future__ import annotations

import random
from datetime import datetime
from typing import NamedTuple

import msgspec

from turnero.bots.conversation.notices import Notice
from turnero.bots.conversation.reply import Reply
from turnero.bots.courier.promises import ATTEMPTS_MAX, BACKOFF, PROMISES, WhenUnknown
from turnero.bots.courier.ways import Way
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, Outgoing, TryLater, Undeliverable
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports.outbox import Attempt, OutboxRow, Result
from turnero.engine.ports.timing import Timer

UNKNOWN = "outcome_unknown"


class Errand(NamedTuple):
    """A message in words, and the way it goes. `others` tells whether there is another way, should this one fail."""

    row: OutboxRow
    way: Way
    reply: Reply
    notice: Notice | None
    claimed: Timer
    others: bool = False

    @property
    def attempt(self) -> Attempt:
        """What has to be noted before it may be handed over. What goes to a conversation can be read there."""
        joins = self.way.conversation and self.row.payload is None
        return Attempt(
            id=self.row.id,
            attempts=self.row.attempts,
            channel=self.way.to.channel,
            address=self.way.to.address,
            payload=msgspec.json.encode(self.reply).decode() if joins else None,
            in_order=self.row.reply,
        )

    def begun(self, goes_on_as: int) -> Errand:
        """Return the errand once its attempt is noted."""
        row = msgspec.structs.replace(self.row, id=goes_on_as, attempts=self.row.attempts + 1)
        return self._replace(row=row)

    @property
    def outgoing(self) -> Outgoing:
        return Outgoing(
            id=str(self.row.id),
            address=self.way.to.address,
            reply=self.reply,
            notice=self.notice,
            open_until=self.way.open_until,
            replaces=self.row.replaces,
        )


def sent(errand: Errand, external_id: str | None, *, now: datetime) -> Result:
    row, to = errand.row, errand.way.to
    return Result(
        id=row.id,
        attempts=row.attempts,
        status=MessageStatus.SENT,
        sent_at=now,
        tries=row.tries,
        spent=row.spent,
        channel=to.channel,
        address=to.address,
        external_id=external_id,
    )


def failed(errand: Errand, error: DeliveryFailed, *, now: datetime, rng: random.Random, deduplicates: bool) -> Result:
    """Return what a failed try means: another one, later; the next channel, at once; or the end."""
    row, promise = errand.row, PROMISES[errand.row.kind]
    if isinstance(error, Undeliverable):
        return _next_channel(errand, error.code, now)
    unknown = isinstance(error, OutcomeUnknown)
    if unknown and promise.when_unknown is WhenUnknown.LEAVE and not deduplicates:
        return dropped(row, UNKNOWN, status=MessageStatus.FAILED, way=errand.way)
    after = error.after if isinstance(error, TryLater) else None
    # Being told to wait is no failure of the channel: it works, and says when it has time.
    tries = row.tries + (after is None)
    if tries >= (promise.tries if errand.others else promise.last_tries) or row.attempts >= ATTEMPTS_MAX:
        return _next_channel(errand, error.code, now)
    wait = BACKOFF.after(max(tries, 1), rng)
    return Result(
        id=row.id,
        attempts=row.attempts,
        status=MessageStatus.PLANNED,
        next_at=now + (wait if after is None else after + wait),
        tries=tries,
        spent=row.spent,
        channel=errand.way.to.channel,
        address=errand.way.to.address,
        error=error.code,
    )


def dropped(
    row: OutboxRow, why: str, *, status: MessageStatus = MessageStatus.CANCELLED, way: Way | None = None
) -> Result:
    """Return that a message is not sent, or not any more. `way` is where it was tried last."""
    return Result(
        id=row.id,
        attempts=row.attempts,
        status=status,
        tries=row.tries,
        spent=row.spent,
        channel=row.channel if way is None else way.to.channel,
        address=row.address if way is None else way.to.address,
        error=why,
    )


def _next_channel(errand: Errand, code: str, now: datetime) -> Result:
    row = errand.row
    if not errand.others:
        return dropped(row, code, status=MessageStatus.FAILED, way=errand.way)
    return Result(
        id=row.id,
        attempts=row.attempts,
        status=MessageStatus.PLANNED,
        next_at=now,
        spent=(*row.spent, errand.way.to.channel),
        error=code,
    )
