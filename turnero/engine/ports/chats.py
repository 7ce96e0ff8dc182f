"""Conversations as they are stored: what came in, where each conversation stands, and what is to be said next.

The store does not look into what people said or into a conversation's state: both are JSON of `bots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from turnero.engine.domain.messages import MessageKind
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, Value


class ChatItem(Value):
    """Something that a person did on a channel, taken in once: (`channel`, `message_id`) is unique.

    `number` rises in the order of arrival; it is 0 until the store has given it one.
    """

    channel: str
    person: str
    message_id: str
    body: str
    at: datetime
    number: int = 0


class ChatRow(Value):
    """Where a person's conversation with a business stands. `version` counts its turns: it guards against two at once.

    `state` is the conversation's own. `heard_at` is when the person was last heard of: free-text windows count from it.
    `muted` says that they want no messages of our own accord on this channel. `blocked` says that the channel told us
    that it cannot reach them any more.
    """

    channel: str
    person: str
    business_id: BusinessId
    state: str
    version: int
    heard_at: datetime
    customer_id: CustomerId | None = None
    provider_id: ProviderId | None = None
    language: str | None = None
    muted: bool = False
    blocked: bool = False


class ChatReply(Value):
    """One message to be sent, in order, to the person whose turn it is. `body` is `bots`' own JSON.

    With `booking_id` and `kind` it is also the news of that kind about that booking, which is planned in the outbox:
    that row becomes this message, instead of a second one.
    """

    body: str
    booking_id: BookingId | None = None
    kind: MessageKind | None = None


class ChatTurn(Value):
    """What answering one item makes true in one transaction: it is answered, the state is this, these replies wait.

    `after` is None for something that calls for no answer and changes nothing.
    """

    item: ChatItem
    at: datetime
    after: ChatRow | None
    replies: tuple[ChatReply, ...] = ()


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

    async def unanswered(self, *, limit: int) -> Sequence[ChatItem]:
        """Return what nobody has answered yet, in order."""
        ...

    async def next_of(self, channel: str, person: str) -> ChatItem | None:
        """Return the oldest item of a person that is not answered."""
        ...

    async def current(self, channel: str, person: str) -> ChatRow | None:
        """Return the conversation that a person had last, with whatever business."""
        ...

    async def conversation(self, channel: str, person: str, business_id: BusinessId) -> ChatRow | None: ...

    async def finish(self, turn: ChatTurn) -> bool:
        """Make a turn true. False, and nothing is written, if the item was answered or the state changed meanwhile."""
        ...

    async def reachable(self, business_id: BusinessId, customer_id: CustomerId) -> Sequence[ChatRow]:
        """Return a customer's conversations with a business, on all channels, the one heard of last first."""
        ...

    async def staff(self, business_id: BusinessId, provider_id: ProviderId) -> Sequence[ChatRow]:
        """Return the conversations in which somebody talks as this provider."""
        ...

    async def mark(self, channel: str, person: str, *, muted: bool | None = None, blocked: bool | None = None) -> None:
        """Record on all of a person's conversations on a channel that they are, or are no longer, to be left alone."""
        ...

    async def transcript(
        self, channel: str, person: str, *, theirs_after: int = 0, ours_after: int = 0, limit: int
    ) -> Sequence[ChatLine]:
        """Return what was said by both sides, oldest first: the newest `limit` lines with numbers above those given."""
        ...
