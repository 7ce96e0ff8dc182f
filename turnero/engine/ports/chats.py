"""Conversations as they are stored: what came in, where each conversation stands, and what is to be said next.

The store does not look into what people said or into a conversation's state: both are JSON of `bots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from turnero.engine.domain.messages import MessageKind
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, Value

# Where a person is kept who has yet to say which of several businesses they mean: a conversation with nobody.
NO_BUSINESS = BusinessId("")


class ChatPerson(NamedTuple):
    """A person, as a channel knows them."""

    channel: str
    person: str


class ChatItem(Value):
    """Something that a person did on a channel, taken in once: (`channel`, `message_id`) is unique.

    `body` is what they did, `context` what the channel tells beside it, both JSON of `bots`. `number` rises in the
    order of arrival; it is 0 until the store has given it one. `so_far` is what `note` has kept of an answer that was
    begun.
    """

    channel: str
    person: str
    message_id: str
    body: str
    at: datetime
    context: str = "{}"
    number: int = 0
    so_far: str | None = None

    @property
    def who(self) -> ChatPerson:
        return ChatPerson(self.channel, self.person)


class ChatRow(Value):
    """Where a person's conversation with a business stands. `version` counts its turns: it guards against two at once.

    `state` is the conversation's own. `heard_at` is when the person was last heard of: free-text windows count from it.
    `phone` is a number of theirs that the channel vouches for. `provider_id` says that they talk as somebody who works
    there, and `linked_by` names the link by which they came to, if it was one. `muted` says that they want no messages
    of our own accord on this channel. `blocked` says that the channel told us that it cannot reach them any more.
    """

    channel: str
    person: str
    business_id: BusinessId
    state: str
    version: int
    heard_at: datetime
    customer_id: CustomerId | None = None
    provider_id: ProviderId | None = None
    phone: str | None = None
    linked_by: str | None = None
    language: str | None = None
    muted: bool = False
    blocked: bool = False

    @property
    def who(self) -> ChatPerson:
        return ChatPerson(self.channel, self.person)


class ChatReply(Value):
    """One message to be sent, in order with the others to the same person. `body` is `bots`' own JSON.

    `to` is whom it is for, if that is not the person whose turn it is. `replaces` is the channel's id of an earlier
    message of ours whose place it takes, where the channel can do that. With `booking_id` and `kind` it is also the
    news of that kind about that booking, which is planned in the outbox for its customer: it is sent in that message's
    stead.
    """

    body: str
    to: ChatPerson | None = None
    replaces: str | None = None
    booking_id: BookingId | None = None
    kind: MessageKind | None = None


class ChatTurn(Value):
    """What answering one item makes true in one transaction: it is answered, the state is this, these replies wait.

    `after` is None for something that calls for no answer and changes nothing. Its `version` is one more than that of
    the conversation that was read, or 1 where there was none. `muted` is set where all of the person's conversations
    on the channel are to be marked so.
    """

    item: ChatItem
    at: datetime
    after: ChatRow | None
    replies: tuple[ChatReply, ...] = ()
    muted: bool | None = None


class ChatLine(Value):
    """One line of a conversation's transcript. Their lines and ours are numbered apart, each rising.

    `body` is the JSON of what came in, or of the reply as it was, or is about to be, sent.
    """

    number: int
    at: datetime
    ours: bool
    body: str


class Chats(Protocol):
    """Durable conversations. Each call is one transaction."""

    async def take_in(self, item: ChatItem) -> ChatItem | None:
        """Keep `item`, and return it with its number; None if it was taken in before."""
        ...

    async def waiting(self, *, since: datetime, limit: int) -> Sequence[ChatPerson]:
        """Return who has waited for an answer since `since` or longer, each once, the longest wait first."""
        ...

    async def next_of(self, who: ChatPerson) -> ChatItem | None:
        """Return the oldest item of a person that is not answered."""
        ...

    async def note(self, item: ChatItem, so_far: str) -> bool:
        """Keep how far the answer to `item` has come. False, and nothing is written, if it is not as it was read."""
        ...

    async def finish(self, turn: ChatTurn) -> bool:
        """Make a turn true. False, and nothing is written, if the item was answered or the state changed meanwhile."""
        ...

    async def current(self, channel: str, person: str) -> ChatRow | None:
        """Return the conversation that a person had last, with whatever business; not the one with nobody."""
        ...

    async def conversation(self, channel: str, person: str, business_id: BusinessId) -> ChatRow | None: ...

    async def reachable(self, business_id: BusinessId, customer_id: CustomerId) -> Sequence[ChatRow]:
        """Return a customer's conversations with a business, on all channels, the one heard of last first."""
        ...

    async def staff(self, business_id: BusinessId, provider_id: ProviderId | None = None) -> Sequence[ChatRow]:
        """Return the conversations in which somebody talks as this provider; as any of the business, if None."""
        ...

    async def unlink(self, provider_id: ProviderId) -> int:
        """Let nobody talk as this provider any more; return how many did."""
        ...

    async def mark(self, channel: str, person: str, *, muted: bool | None = None, blocked: bool | None = None) -> None:
        """Record on all of a person's conversations on a channel that they are, or are no longer, to be left alone."""
        ...

    async def transcript(
        self, channel: str, person: str, *, theirs_after: int = 0, ours_after: int = 0, limit: int
    ) -> Sequence[ChatLine]:
        """Return what was said by both sides, oldest first: the newest `limit` lines with numbers above those given."""
        ...

    async def forget(self, *, before: datetime) -> int:
        """Delete what was said, by either side, and dealt with before `before`; return how many lines.

        Where a conversation stands is kept, and so is what was sent about a booking.
        """
        ...
