"""Where a conversation stands: what is durable between two messages.

Identity, language and habits last. A draft lasts half an hour after it was last touched. A menu lives until something
else is asked.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec import UNSET, UnsetType

from turnero.bots.conversation.effects import Appointment, FreeSlot
from turnero.bots.conversation.meanings import Meaning
from turnero.bots.conversation.purposes import Purpose
from turnero.bots.conversation.shop import Shop
from turnero.bots.texts.formats import Language, language_of
from turnero.bots.understanding import Part
from turnero.engine.domain.value import CustomerId, HoldId, ProviderId, ServiceId, Value

# Raised whenever a stored conversation would be misread by this program. An older one starts afresh; who it is with
# is kept.
FORMAT = 1

# Long enough to ask at home and come back, short enough that nobody is held to what they half decided yesterday.
DRAFT_LASTS = timedelta(minutes=30)

# A person of the business answers within the day; whoever writes after that wants the bot again.
PERSON_ANSWERS_WITHIN = timedelta(hours=12)


class Me(Value):
    """Who the conversation is with. `provider_id` says that they talk as somebody who works here."""

    customer_id: CustomerId | None = None
    name: str = ""
    sure_of_name: bool = False
    phone: str | None = None
    provider_id: ProviderId | None = None
    usual: tuple[ServiceId, ProviderId] | None = None


class Goal(StrEnum):
    """What a draft is to become."""

    BOOK = "book"
    MOVE = "move"
    WAIT = "wait"


class When(Value):
    """What somebody said about when they would come: wall-clock dates and times (HH:MM) of the business.

    One day is `first` and `last` alike, one time `time_from` and `time_to` alike; an open end is null.
    """

    first: date | None = None
    last: date | None = None
    time_from: str | None = None
    time_to: str | None = None
    part: Part | None = None
    approx: bool = False
    asap: bool = False

    @property
    def exact(self) -> str | None:
        """The one time that they want, if they named one."""
        return self.time_from if self.time_from == self.time_to and not self.approx else None


class Draft(Value):
    """An appointment that is being made, moved or waited for, as far as it is known."""

    touched_at: datetime
    goal: Goal = Goal.BOOK
    service_id: ServiceId | None = None
    provider_id: ProviderId | None = None
    anybody: bool = False
    when: When = When()
    slot: FreeSlot | None = None
    hold_id: HoldId | None = None
    held_until: datetime | None = None
    moving: Appointment | None = None
    name: str | None = None
    phone: str | None = None
    usual_asked: bool = False
    full: bool = False
    shown: tuple[datetime, ...] = ()


class Asked(StrEnum):
    """What an open question is about."""

    MAIN = "main"
    SERVICE = "service"
    STAFF = "staff"
    DAY = "day"
    SLOT = "slot"
    NAME = "name"
    CARD = "card"
    WHICH = "which"
    CANCEL = "cancel"
    AFTER = "after"
    COMMENT = "comment"


class Option(Value):
    """A choice as it was shown, and what it means."""

    meaning: Meaning
    title: str
    detail: str = ""


class Menu(Value):
    """An open question: its words, its choices in order, and which of them "sí" and "no" mean.

    `number` rises with every menu of a conversation, so that a press on an older one is recognised. The question for a
    name has no choices.
    """

    number: int
    asked: Asked
    text: str
    at: datetime
    options: tuple[Option, ...] = ()
    yes: int | None = None
    no: int | None = None


class Conversation(Value):
    """All that is known of a conversation between two messages. `menus` counts those shown so far.

    The last fields are of the moment: which booking a provider speaks of, what effects are under way for, what is to be
    said before their outcome is, and whether that takes the place of the card that was pressed. Between two messages
    they are empty.
    """

    format: int = FORMAT
    me: Me = Me()
    language: Language = "es"
    language_chosen: bool = False
    greeted: bool = False
    muted: bool = False
    with_person_until: datetime | None = None
    draft: Draft | None = None
    menu: Menu | None = None
    menus: int = 0
    misunderstood: int = 0
    undo: Appointment | None = None
    undo_until: datetime | None = None
    about: Appointment | None = None
    awaiting: tuple[Purpose, ...] = ()
    leads: tuple[str, ...] = ()
    replacing: bool = False


def new_conversation(shop: Shop, *, now: datetime) -> Conversation:
    """Return a conversation in which nothing has been said yet."""
    del now
    return Conversation(language=language_of(shop.locale))


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Conversation)


class _Kept(msgspec.Struct, rename="camel"):
    """What is read of a conversation in a format that is not ours."""

    me: Me | UnsetType = UNSET
    language: Language | UnsetType = UNSET
    muted: bool = False
    menus: int = 0


def encode(state: Conversation) -> str:
    """Return a conversation as JSON."""
    return _encoder.encode(state).decode()


def restore(stored: str | None, shop: Shop, *, now: datetime) -> Conversation:
    """Return the conversation that `encode` wrote; one of another format starts afresh with the same person."""
    fresh = new_conversation(shop, now=now)
    if stored is None:
        return fresh
    try:
        state = _decoder.decode(stored)
    except msgspec.DecodeError:
        return _with_identity(fresh, stored)
    return state if state.format == FORMAT else _with_identity(fresh, stored)


def _with_identity(fresh: Conversation, stored: str) -> Conversation:
    try:
        kept = msgspec.json.decode(stored, type=_Kept)
    except msgspec.DecodeError:
        return fresh
    return msgspec.structs.replace(
        fresh,
        me=fresh.me if isinstance(kept.me, UnsetType) else kept.me,
        language=fresh.language if isinstance(kept.language, UnsetType) else kept.language,
        muted=kept.muted,
        # What hangs in an old chat must not be taken for a choice of a new menu.
        menus=kept.menus,
    )
