"""The outbox as those see it who send what is in it. It is the truth about every message: planned, sent, failed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple, Protocol

from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.value import BookingId, BusinessId, EntryId, ProviderId, Value
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.ports.reading import BookingRecord, MessageRecord
from turnero.engine.ports.records import Business, Customer, Provider, Service
from turnero.engine.ports.timing import Timer, Urgency
from turnero.engine.ports.waitlist import Entry

# What a message is that is about nothing but the conversation it is said in.
REPLY: Literal["reply"] = "reply"
Kind = MessageKind | Literal["reply"]

URGENCY: Mapping[Kind, Urgency] = {
    REPLY: Urgency.REPLY,
    MessageKind.OFFER: Urgency.OFFER,
    MessageKind.BOOKED: Urgency.NEWS,
    MessageKind.CONFIRMED: Urgency.NEWS,
    MessageKind.RESCHEDULED: Urgency.NEWS,
    MessageKind.CANCELLED: Urgency.NEWS,
    MessageKind.REMINDER: Urgency.REMINDER,
    MessageKind.RATING: Urgency.LATER,
    MessageKind.AGENDA: Urgency.REMINDER,
}


class Address(NamedTuple):
    """Where somebody can be reached: a channel, and what it calls them."""

    channel: str
    address: str


class Reach(Value):
    """A conversation by which somebody can be reached; see `ChatRow`, whose part this is."""

    channel: str
    person: str
    heard_at: datetime
    language: str | None
    muted: bool
    blocked: bool


class OutboxRow(Value):
    """A message that is planned, as it stood when it was read.

    `reply`: it was said in a conversation, and goes there and nowhere else. `payload` has its words, and those of any
    other message that was handed to a conversation. `replaces` is the channel's id of the message whose place it takes.
    `sending_since` says that somebody has it in hand, or had when they died. `attempts` counts all that were begun,
    `tries` those that failed on the channel that is used now; `spent` are the channels that were given up.
    """

    id: int
    business_id: BusinessId
    kind: Kind
    recipient: Recipient
    due_at: datetime
    next_at: datetime
    attempts: int = 0
    tries: int = 0
    spent: tuple[str, ...] = ()
    sending_since: datetime | None = None
    booking_id: BookingId | None = None
    entry_id: EntryId | None = None
    provider_id: ProviderId | None = None
    before: str | None = None
    day: date | None = None
    channel: str | None = None
    address: str | None = None
    reply: bool = False
    payload: str | None = None
    replaces: str | None = None
    error: str | None = None

    @property
    def timer(self) -> Timer:
        """When its turn is, among all others."""
        return Timer(self.id, self.next_at, urgency(self.kind, reply=self.reply))


class Letter(Value):
    """A message, and all that has to be known to put it into words and to choose its way, as of now.

    `chats` are the recipient's conversations with the business, the one heard of last first; `closed` those of their
    addresses that they want nothing to be sent to. `wishes` are those of a customer. `has_device` says that something
    can be pushed to the recipient.
    """

    row: OutboxRow
    business: Business | None = None
    provider: Provider | None = None
    service: Service | None = None
    booking: BookingRecord | None = None
    entry: Entry | None = None
    customer: Customer | None = None
    chats: tuple[Reach, ...] = ()
    closed: frozenset[Address] = frozenset()
    wishes: MessagingPreferences = MessagingPreferences()
    has_device: bool = False

    @property
    def unwanted(self) -> bool:
        """Whether the recipient does not want to be written to, by one way at least."""
        return bool(self.wishes.opted_out or self.closed or any(chat.muted for chat in self.chats))


class Attempt(Value):
    """What a courier is about to do: hand message `id` over. `attempts` is what it read: nobody else may have begun.

    `payload` goes to a conversation, where it can be read: the message becomes its last line. `in_order`: it may begin
    only when no earlier reply to the same address is planned.
    """

    id: int
    attempts: int
    channel: str
    address: str
    payload: str | None = None
    in_order: bool = False


class Result(Value):
    """What came of the attempt that made `attempts` what it is, or of looking at a message and not sending it.

    Planned again, its turn is at `next_at`. Words in a conversation that did not arrive there are taken back, unless it
    is a reply.
    """

    id: int
    attempts: int
    status: MessageStatus
    next_at: datetime | None = None
    sent_at: datetime | None = None
    tries: int = 0
    spent: tuple[str, ...] = ()
    channel: str | None = None
    address: str | None = None
    external_id: str | None = None
    error: str | None = None


class Reported(NamedTuple):
    """What a channel's later word on a message has changed: whose it was, and when its turn is, if it is once more."""

    address: Address
    again: Timer | None = None


def urgency(kind: Kind, *, reply: bool) -> Urgency:
    """Return how urgent a message is. The news that somebody waits for in a chat is as urgent as any reply."""
    return Urgency.REPLY if reply else URGENCY[kind]


class Outbox(Protocol):
    """What is to be sent, and what came of it. Each call is one transaction."""

    async def upcoming(self, *, until: datetime, after: Timer | None = None, limit: int) -> Sequence[Timer]:
        """Return what is planned until `until`, by when its turn is; with `after`, what comes behind that."""
        ...

    async def just_due(self, *, now: datetime, limit: int) -> Sequence[Timer]:
        """Return what is due by `now`, what has become so last first: what was planned a moment ago is among it."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next turn of anything is, if anything is planned."""
        ...

    async def letters(self, ids: Collection[int]) -> Sequence[Letter]:
        """Return those of some messages that are still planned, with all that sending them takes."""
        ...

    async def begin(self, attempts: Sequence[Attempt], *, now: datetime) -> Mapping[int, int]:
        """Take messages in hand, and return under which id each goes on; left out is what may not begin.

        A message that joins a conversation gets a new id: lines of a conversation are numbered in the order in which
        they are said.
        """
        ...

    async def record(self, results: Sequence[Result]) -> Sequence[Timer]:
        """Make results known; return the replies that wait for their turn behind those that are dealt with.

        What was begun anew by somebody else meanwhile, or cancelled without having been sent, stays as it is.
        """
        ...

    async def report(
        self, channel: str, external_id: str, status: MessageStatus, *, now: datetime, error: str | None = None
    ) -> Reported | None:
        """Note what a channel says later of a message that it took; None if there is none such, sent by it.

        One that failed after all is planned again, for another channel; a reply has no other, and has failed.
        """
        ...

    async def close_address(self, address: Address, *, now: datetime) -> None:
        """Note that somebody wants nothing to be sent to an address of theirs any more."""
        ...


class MessagePage(NamedTuple):
    """One page of messages, the newest first, and where the next one begins."""

    items: tuple[MessageRecord, ...]
    next_cursor: str | None


class Messages(Protocol):
    """Messages as people look through them: the part of the catalogue about what was sent, and what was not."""

    async def message(self, message_id: str) -> MessageRecord | None: ...

    async def messages_of(
        self, business_id: BusinessId, status: MessageStatus, *, limit: int, cursor: str | None
    ) -> MessagePage:
        """Return a business's messages in some status, the newest first.

        Raises:
            Invalid: the cursor is not one of ours.
        """
        ...

    async def resend(self, message_id: str, *, now: datetime) -> bool:
        """Plan a message anew that has failed, on all channels. False if it has not failed."""
        ...
