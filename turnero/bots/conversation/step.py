"""One step of a conversation: what was said, or what came of an effect, becomes a new state, effects and replies."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from turnero.bots.conversation.effects import Effect, Met, Outcome
from turnero.bots.conversation.inbound import Inbound
from turnero.bots.conversation.reply import Reply
from turnero.bots.conversation.shop import Shop
from turnero.bots.conversation.state import Conversation, Me


class Step(NamedTuple):
    """What came of one step. Effects are carried out in order, and each outcome goes into `step` again."""

    state: Conversation
    effects: tuple[Effect, ...] = ()
    replies: tuple[Reply, ...] = ()


def step(state: Conversation, inbound: Inbound | Outcome, *, shop: Shop, now: datetime) -> Step:
    """Return what follows from `inbound` at `now`, an aware instant."""
    del now
    if isinstance(inbound, Met):
        me = Me(customer_id=inbound.customer_id, name=inbound.name, provider_id=inbound.provider_id)
        return Step(replace(state, me=me))
    return Step(state, replies=(Reply(text=f"¡Hola! Soy el asistente de {shop.name}. ¿En qué te ayudo?"),))
