"""What the driver, the courier and the channels expect of each other.

A channel turns what a provider such as Telegram sends into `Incoming`, and `Outgoing` into what the provider takes. It
decides nothing. To add one: write its module in `channels/`, and join it in the composition root.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from aiohttp import web

from turnero.bots.conversation.inbound import Inbound
from turnero.bots.conversation.notices import Notice
from turnero.bots.conversation.reply import Reply
from turnero.engine.domain.value import Value


class Profile(Value):
    """What a channel knows of a person by itself. `phone` only where the channel vouches for it."""

    name: str = ""
    language: str | None = None
    phone: str | None = None


class Incoming(Value):
    """Something that a person did. (`channel`, `message_id`) is unique: a repeat of it is the same thing said once.

    `person` is the channel's own, stable id of them: a chat id, a telephone number, a browser's session. `card` is its
    id of the message of ours whose choice they pressed, where it tells: what `Outgoing.replaces` takes up.
    """

    channel: str
    person: str
    message_id: str
    at: datetime
    inbound: Inbound
    profile: Profile = Profile()
    card: str | None = None


class Outgoing(Value):
    """One message to be handed to a channel. `id` stays the same in a repeat: a channel that can, sends it once.

    `address` is a `person` of this channel, or for channels without conversations a phone, an e-mail address, a push
    subscription. `notice` is there where the message is of our own accord: it is what templates, mails and pushes are
    made of. `open_until` is when a channel's window for free text closes, where it is known. `replaces` is the
    channel's id of an earlier message that is to be edited, where it can be.
    """

    id: str
    address: str
    reply: Reply
    notice: Notice | None = None
    open_until: datetime | None = None
    replaces: str | None = None


# --- What can go wrong with a delivery -------------------------------------------------------------------------------


class DeliveryFailed(Exception):
    """A message was not delivered, or nobody knows. `code` is stable and short, for the record and for people."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class TryLater(DeliveryFailed):
    """It was certainly not delivered; it may be later. `after` is what the channel told us to wait, if it did."""

    def __init__(self, code: str, detail: str = "", *, after: timedelta | None = None) -> None:
        super().__init__(code, detail)
        self.after = after


class Undeliverable(DeliveryFailed):
    """It will never be delivered to this address: a wrong number, a bot that was blocked, somebody who opted out.

    `opted_out` tells that the person themselves wants no more of it on this channel.
    """

    def __init__(self, code: str, detail: str = "", *, opted_out: bool = False) -> None:
        super().__init__(code, detail)
        self.opted_out = opted_out


class OutcomeUnknown(DeliveryFailed):
    """It was handed over and nothing came back in time: it may have been delivered."""


# --- Channels --------------------------------------------------------------------------------------------------------


class ReportedStatus(StrEnum):
    DELIVERED = "delivered"
    FAILED = "failed"


class Report(Value):
    """What a channel says later about a message that it took. `external_id` is what `send` returned."""

    channel: str
    external_id: str
    status: ReportedStatus
    code: str | None = None
    opted_out: bool = False


# Both return once what they were given is durable: only then does a channel tell its provider that it has it.
Receive = Callable[[Incoming], Awaitable[None]]
ReportBack = Callable[[Report], Awaitable[None]]


class Channel(Protocol):
    """A way to reach people. Sending is safe to call from several tasks at once."""

    @property
    def name(self) -> str:
        """The name under which conversations and messages are recorded: "telegram", "whatsapp", "web" ..."""
        ...

    async def send(self, outgoing: Outgoing) -> str | None:
        """Hand a message over, and return the channel's id of it, if it gives one.

        Raises:
            TryLater, Undeliverable, OutcomeUnknown: see there. Anything else is a bug.
        """
        ...


class Conversing(Channel, Protocol):
    """A channel on which people answer."""

    def routes(self) -> Sequence[web.RouteDef]:
        """Return what it serves over HTTP: webhooks, a page. They are not part of the REST API."""
        ...

    def running(self, receive: Receive, report: ReportBack) -> AbstractAsyncContextManager[None]:
        """Take messages in while the context lasts. An outage of the provider must not keep it from starting."""
        ...
