"""Decides what becomes of a message whose turn has come: by which way it goes, in which words, or why it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from turnero.bots.conversation.notices import Notice, render
from turnero.bots.conversation.reply import Reply
from turnero.bots.courier.errand import UNKNOWN, Errand, dropped
from turnero.bots.courier.noticing import Agendas, agenda, notice
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.promises import PROMISES, WhenUnknown
from turnero.bots.courier.standing import Drop, Wait, standing
from turnero.bots.courier.ways import Way, reply_way, ways
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.ports.outbox import Letter, Result
from turnero.engine.ports.timing import Timer

log = structlog.get_logger(__name__)

# A channel that another process serves, such as a terminal: its messages are for that process, until nobody believes
# in it any more.
ELSEWHERE_LOOK = timedelta(seconds=5)
ELSEWHERE_FOR = timedelta(hours=1)

# What is to be done: go, write down what became of it, or look again at some time.
Decision = Errand | Result | datetime


class Clerk:
    """Knows the channels, in the order in which they are preferred, and where a provider's day is looked up.

    `alone` says that there are no other channels: what cannot go by these has failed, and is not left to others.
    """

    def __init__(self, outlets: Sequence[Outlet], agendas: Agendas, *, alone: bool) -> None:
        self._outlets = {outlet.channel.name: outlet for outlet in outlets}
        self._traits = {name: outlet.traits for name, outlet in self._outlets.items()}
        self._agendas = agendas
        self._alone = alone

    async def decide(self, letter: Letter, claimed: Timer, *, now: datetime) -> Decision:
        """Return what is to be done about a message that nobody has in hand."""
        if letter.row.sending_since is not None and not self._may_repeat(letter):
            return dropped(letter.row, UNKNOWN, status=MessageStatus.FAILED)
        verdict = standing(letter, now=now)
        if isinstance(verdict, Drop):
            return _given_up(letter, verdict.why)
        if isinstance(verdict, Wait):
            return _later(letter, verdict.until)
        if letter.row.reply:
            return self._reply(letter, claimed, now)
        return await self._notice(letter, claimed, now)

    def _may_repeat(self, letter: Letter) -> bool:
        """Tell whether a message may go out that may have gone out before: whoever had it in hand has died."""
        outlet = self._outlets.get(letter.row.channel or "")
        return _repeats(letter) or (outlet is not None and outlet.deduplicates)

    def _reply(self, letter: Letter, claimed: Timer, now: datetime) -> Decision:
        row = letter.row
        assert row.channel is not None, row.id
        assert row.payload is not None, row.id
        traits = self._traits.get(row.channel)
        if traits is None:
            if now < row.due_at + ELSEWHERE_FOR:
                return now + ELSEWHERE_LOOK
            return dropped(row, "no_channel", status=MessageStatus.FAILED)
        reply = msgspec.json.decode(row.payload, type=Reply)
        return Errand(row, reply_way(letter, traits), reply, None, claimed)

    async def _notice(self, letter: Letter, claimed: Timer, now: datetime) -> Decision:
        row = letter.row
        try:
            found = await self._told(letter, now)
            reply = None if found is None else render(found)
        except Exception:
            # One message that cannot be written must not keep the others from being sent.
            log.exception("message_not_written", message_id=row.id, kind=row.kind)
            return dropped(row, "not_written", status=MessageStatus.FAILED)
        if found is None or reply is None:
            return _given_up(letter, "nothing_to_say")
        left = self._ways(letter, now)
        if not left:
            return _nowhere(letter) if self._alone else now + ELSEWHERE_LOOK
        if row.sending_since is not None and left[0].to.channel != row.channel and not _repeats(letter):
            return dropped(row, UNKNOWN, status=MessageStatus.FAILED)
        return Errand(row, left[0], reply, found, claimed, others=len(left) > 1)

    async def _told(self, letter: Letter, now: datetime) -> Notice | None:
        if letter.row.kind == MessageKind.AGENDA:
            return await agenda(letter, self._agendas, now=now)
        return notice(letter, now=now)

    def _ways(self, letter: Letter, now: datetime) -> list[Way]:
        left = ways(letter, self._traits, now=now)
        if letter.row.sending_since is not None:
            # What may have arrived is repeated where it may have arrived, and nowhere else to begin with.
            left.sort(key=lambda way: way.to.channel != letter.row.channel)
        return left


def _repeats(letter: Letter) -> bool:
    """Tell whether a message of this kind is repeated on any channel."""
    return PROMISES[letter.row.kind].when_unknown is WhenUnknown.REPEAT


def _given_up(letter: Letter, why: str) -> Result:
    """Return that time has overtaken a message; as a failure, if it was tried in vain until then."""
    row = letter.row
    if row.tries or row.spent:
        return dropped(row, row.error or why, status=MessageStatus.FAILED)
    return dropped(row, why)


def _nowhere(letter: Letter) -> Result:
    """Return that there is no way left, or never was one.

    A provider who gave us none does without. Who wants no messages gets none, and that is no failure of ours: an owner
    who sees it among the failures would be tempted to send it once more.
    """
    row = letter.row
    if letter.unwanted and not row.spent:
        return dropped(row, "opted_out")
    if row.recipient is Recipient.PROVIDER and not row.spent:
        return dropped(row, "no_address")
    return dropped(row, row.error or "no_address", status=MessageStatus.FAILED)


def _later(letter: Letter, until: datetime) -> Result:
    row = letter.row
    return Result(
        id=row.id,
        attempts=row.attempts,
        status=MessageStatus.PLANNED,
        next_at=until,
        tries=row.tries,
        spent=row.spent,
        channel=row.channel,
        address=row.address,
        error=row.error,
    )
