"""One step of a conversation: what was said, or what came of an effect, becomes a new state, effects and replies."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from turnero.bots.conversation import customer, outcomes, pressing, provider
from turnero.bots.conversation.business import vocabulary
from turnero.bots.conversation.effects import Effect, Identify, Outcome
from turnero.bots.conversation.greeting import greet
from turnero.bots.conversation.hearing import TEXT_CHARS_MAX, Heard, hear
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.reply import Reply
from turnero.bots.conversation.shop import Shop
from turnero.bots.conversation.state import DRAFT_LASTS, Conversation
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts.formats import LANGUAGES


class Step(NamedTuple):
    """What came of one step. Effects are carried out in order, and each outcome goes into `step` again."""

    state: Conversation
    effects: tuple[Effect, ...] = ()
    replies: tuple[Reply, ...] = ()


def step(state: Conversation, inbound: Inbound | Outcome, *, shop: Shop, now: datetime) -> Step:
    """Return what follows from `inbound` at `now`, an aware instant.

    The same arguments always give the same step. Until all effects of a message have had their outcomes, what is said
    may wait: the replies of a message are those of all its steps together.
    """
    turn = Turn(state, shop, now)
    match inbound:
        case Said() | Pressed() | SharedContact() | Attached() | Started():
            _inbound(turn, inbound)
        case _:
            outcomes.arrived(turn, inbound)
    if not turn.state.awaiting:
        turn.flush()
    return Step(turn.state, tuple(turn.effects), tuple(turn.replies))


def _inbound(turn: Turn, inbound: Inbound) -> None:
    _begin(turn)
    match inbound:
        case Said():
            _said(turn, inbound.text)
        case Pressed():
            pressing.pressed(turn, inbound)
        case SharedContact():
            _contact(turn, inbound)
        case Attached():
            _attached(turn, inbound.kind)
        case Started():
            turn.change(with_person_until=None)
            provider.greet(turn) if turn.state.me.provider_id is not None else greet(turn)


def _begin(turn: Turn) -> None:
    """Let go of what was not touched for too long, and of what a turn that was never finished left behind."""
    turn.change(awaiting=(), leads=(), replacing=False)
    state = turn.state
    if state.draft is not None and turn.now - state.draft.touched_at > DRAFT_LASTS:
        turn.drop()
        turn.expired = True
    elif state.menu is not None and turn.now - state.menu.at > DRAFT_LASTS:
        turn.change(menu=None)
    if turn.state.draft is not None:
        turn.redraft(touched_at=turn.now)


def _said(turn: Turn, text: str) -> None:
    if len(text) > TEXT_CHARS_MAX:
        turn.aside(turn.texts.too_long)
        return
    message = hear(text.strip(), now=turn.now, vocabulary=vocabulary(turn))
    _listen_for_language(turn, message)
    if turn.state.me.provider_id is not None:
        provider.heard(turn, message)
    else:
        customer.heard(turn, message)


def _listen_for_language(turn: Turn, message: Heard) -> None:
    """Answer in the language of the message, unless they have chosen one."""
    spoken = next((language for language in LANGUAGES if language == message.cues.language), None)
    if spoken is not None and not turn.state.language_chosen:
        turn.change(language=spoken)


def _contact(turn: Turn, contact: SharedContact) -> None:
    draft = turn.state.draft
    if draft is not None and not draft.name and contact.name:
        turn.redraft(name=contact.name)
    elif contact.name and not turn.state.me.name:
        turn.change(me=replace(turn.state.me, name=contact.name))
    turn.want(Identify(phone=contact.phone), For(aim=Aim.INTRODUCE))


def _attached(turn: Turn, kind: Attachment) -> None:
    until = turn.state.with_person_until
    if until is not None and turn.now < until:
        return  # it is for the person who was called
    texts = turn.texts
    texts_of = {Attachment.VOICE: texts.voice, Attachment.LOCATION: texts.location}
    turn.aside(texts_of.get(kind, texts.attachment))
