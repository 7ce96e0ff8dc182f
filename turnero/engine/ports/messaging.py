"""How people want to hear from a business: by which channels first, and by which not at all."""

from __future__ import annotations

from typing import Annotated, Protocol

from msgspec import Meta

from turnero.engine.domain.value import BusinessId, CustomerId, Value

# A name of a channel, such as "whatsapp". Which there are is the composition root's business, so one that is not
# there (any more, or yet) is kept and means nothing.
ChannelName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,19}$(?!\n)", examples=["whatsapp"])]

# More than there are channels.
CHANNELS_MAX = 20
_Channels = Annotated[tuple[ChannelName, ...], Meta(max_length=CHANNELS_MAX)]


class MessagingPreferences(Value):
    """A customer's wishes. `channels` come first, in this order; by those in `opted_out` nothing is sent.

    What is sent is about their own appointments, so without a wish every channel by which they can be reached may be
    used: they have given it for that (Ley 25.326, art. 5.2.d).
    """

    channels: _Channels = ()
    opted_out: _Channels = ()

    def __post_init__(self) -> None:
        for names in (self.channels, self.opted_out):
            if len(set(names)) != len(names):
                raise ValueError("a channel is named twice")


class Preferences(Protocol):
    """Where wishes are kept."""

    async def messaging(self, business_id: BusinessId, customer_id: CustomerId) -> MessagingPreferences:
        """Return a customer's wishes; the defaults, if they have none."""
        ...

    async def put_messaging(
        self, business_id: BusinessId, customer_id: CustomerId, preferences: MessagingPreferences
    ) -> None: ...
