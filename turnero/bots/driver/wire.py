"""How what a channel hands over is kept: bounded, in text that every database and every reader can hold."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec
from msgspec.structs import replace

from turnero.bots.conversation.effects import Effect, Met, Outcome
from turnero.bots.conversation.inbound import Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.conversation.reply import TOKEN_BYTES_MAX
from turnero.bots.ports import Incoming, Profile
from turnero.engine.domain.limits import IDEMPOTENCY_KEY_CHARS_MAX, NAME_CHARS_MAX
from turnero.engine.domain.value import Value
from turnero.engine.ports.chats import ChatItem

# Nobody says in more what they want. What is beyond it is cut off, at a word, and never refused.
TEXT_CHARS_MAX = 2_000
# A word longer than this is none, and is cut in two.
_WORD_CHARS_MAX = 80

# Room for the number of a message's second, third ... command behind its id.
_MESSAGE_ID_CHARS_MAX = IDEMPOTENCY_KEY_CHARS_MAX - 55


class Context(Value):
    """What a channel tells beside what was said. `card` is the message of ours whose choice was pressed."""

    profile: Profile = Profile()
    card: str | None = None


class Performed(Value):
    """An effect that was performed, and what came of it."""

    effect: Effect
    outcome: Outcome


class Begun(Value):
    """How far an answer has come, at `at`: who it is for, if that was asked, and what was performed, in order.

    What a conversation looked up before it gave a command is kept with it. Looked up again after a crash, the slot that
    was booked would be found taken, and the conversation would go another way.
    """

    at: datetime
    met: Met | None = None
    performed: tuple[Performed, ...] = ()


_encoder = msgspec.json.Encoder()
_inbound: msgspec.json.Decoder[Inbound] = msgspec.json.Decoder(Inbound)
_context = msgspec.json.Decoder(Context)
_begun = msgspec.json.Decoder(Begun)


def item_of(incoming: Incoming, *, at: datetime) -> ChatItem:
    """Return what is kept of `incoming`, which came at `at`."""
    profile = incoming.profile
    context = Context(profile=replace(profile, name=_name(profile.name)), card=incoming.card)
    return ChatItem(
        channel=incoming.channel,
        person=incoming.person,
        message_id=_bounded_id(incoming.message_id),
        body=_encode(_bounded(incoming.inbound)),
        context=_encode(context),
        at=at,
    )


def inbound_of(item: ChatItem) -> Inbound:
    return _inbound.decode(item.body)


def context_of(item: ChatItem) -> Context:
    """Return what the channel told beside it; nothing, if an older program wrote what this one cannot read."""
    try:
        return _context.decode(item.context)
    except msgspec.DecodeError:
        return Context()


def begun(item: ChatItem, *, now: datetime) -> Begun:
    """Return how far the answer to `item` has come; one that this program cannot read begins anew, at `now`."""
    if item.so_far is None:
        return Begun(at=now)
    try:
        return _begun.decode(item.so_far)
    except msgspec.DecodeError:
        return Begun(at=now)


def encode_begun(so_far: Begun) -> str:
    return _encode(so_far)


def key_of(item: ChatItem, number: int) -> str:
    """Return the idempotency key of the command numbered `number`, from 1 on, that a message leads to."""
    key = f"chat:{item.channel}:{item.message_id}"
    return key if number == 1 else f"{key}:{number}"


def clean(text: str) -> str:
    """Return `text` with halves of surrogate pairs replaced: JSON of a careless program has them, UTF-8 has not."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _name(text: str) -> str:
    """Return what somebody is called; nobody is called "🔥" or ".", though many profiles say so."""
    name = clean(text)[:NAME_CHARS_MAX]
    return name if any(letter.isalpha() for letter in name) else ""


def _bounded(inbound: Inbound) -> Inbound:
    match inbound:
        case Said(text=text):
            return Said(text=_cut(clean(text)))
        case Pressed(token=token, title=title):
            return Pressed(token=clean(token)[:TOKEN_BYTES_MAX], title=clean(title)[:NAME_CHARS_MAX])
        case SharedContact(phone=phone, name=name):
            return SharedContact(phone=clean(phone)[:NAME_CHARS_MAX], name=clean(name)[:NAME_CHARS_MAX])
        case Started(payload=str(payload)):
            return Started(payload=clean(payload)[:NAME_CHARS_MAX])
        case _:
            return inbound


def _cut(text: str) -> str:
    if len(text) <= TEXT_CHARS_MAX:
        return text
    kept = text[:TEXT_CHARS_MAX]
    whole = kept.rstrip() if text[TEXT_CHARS_MAX].isspace() else kept.rsplit(maxsplit=1)[0]
    return whole if len(whole) > TEXT_CHARS_MAX - _WORD_CHARS_MAX else kept


def _bounded_id(message_id: str) -> str:
    if len(message_id) <= _MESSAGE_ID_CHARS_MAX:
        return message_id
    return hashlib.blake2b(clean(message_id).encode(), digest_size=16).hexdigest()


def _encode(value: object) -> str:
    return _encoder.encode(value).decode()
