"""Which business somebody wants to talk to, where there are several: pure.

A link names it, or the first words do, or it is asked for. What they said before they were asked is kept, and is the
first thing that the business hears.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from turnero.bots.conversation.inbound import Inbound, Pressed, Said, Started
from turnero.bots.conversation.reply import (
    LIST_DETAIL_CHARS_MAX,
    LIST_MAX,
    LIST_TITLE_CHARS_MAX,
    Choice,
    Layout,
    Reply,
)
from turnero.bots.texts.around import AROUND
from turnero.bots.texts.formats import Language
from turnero.engine.domain.value import BusinessId, Value

# Slugs are longer than a channel's tokens may be: what is pressed is a place in the list that was shown.
_TOKEN = "shop:"  # noqa: S105  what a choice is called


class Door(NamedTuple):
    """A business, as far as it takes to be chosen."""

    business_id: BusinessId
    slug: str
    name: str
    address: str | None = None


class Lobby(Value):
    """What was asked of somebody who has not chosen yet: the businesses shown, and what they had said before."""

    shown: tuple[BusinessId, ...] = ()
    said: Inbound | None = None


class Enter(NamedTuple):
    """They talk to this business, and this is what it hears."""

    business_id: BusinessId
    inbound: Inbound


class Ask(NamedTuple):
    """It is not clear yet: this is said to them, and this is kept."""

    lobby: Lobby
    reply: Reply


def choose(
    doors: Sequence[Door], inbound: Inbound, *, lobby: Lobby, current: BusinessId | None, language: Language
) -> Enter | Ask:
    """Return where `inbound` belongs. `current` is the business that they talked to last."""
    named = _named(doors, inbound, lobby, chosen=current is not None)
    if named is not None:
        return named
    if current is not None and any(door.business_id == current for door in doors):
        return Enter(current, _plain(inbound))
    if len(doors) == 1:
        return Enter(doors[0].business_id, _plain(inbound))
    return _ask(doors, inbound, lobby, language)


def _named(doors: Sequence[Door], inbound: Inbound, lobby: Lobby, *, chosen: bool) -> Enter | None:
    """Return which business somebody has named, by a link, a choice, a number, or in words."""
    match inbound:
        case Started(payload=str(payload)):
            door = next((door for door in doors if door.slug == payload), None)
            return None if door is None else Enter(door.business_id, Started())
        case Pressed(token=token) if token.startswith(_TOKEN):
            return _by_number(token.removeprefix(_TOKEN), lobby)
        case Said(text=text) if len(doors) > 1:
            if not chosen and (entered := _by_number(text.strip(), lobby)) is not None:
                return entered
            return _by_words(doors, text, lobby, chosen=chosen)
        case _:
            return None


def _by_number(text: str, lobby: Lobby) -> Enter | None:
    number = int(text) if re.fullmatch(r"[1-9]\d?", text) else 0
    return Enter(lobby.shown[number - 1], lobby.said or Started()) if 0 < number <= len(lobby.shown) else None


def _by_words(doors: Sequence[Door], text: str, lobby: Lobby, *, chosen: bool) -> Enter | None:
    said = _words(text)
    for door in doors:
        if said in (_words(door.slug), _words(door.name)):
            return Enter(door.business_id, lobby.said or Started())
    if chosen:
        # In the middle of a conversation a business's name is a word like any other, unless it stands alone.
        return None
    if lobby.shown and (parted := _by_part_of_name(doors, said)) is not None:
        return Enter(parted.business_id, lobby.said or Started())
    within = [door for door in doors if f" {_words(door.name)} " in f" {said} " or door.slug in text.casefold().split()]
    return Enter(within[0].business_id, Said(text=text)) if len(within) == 1 else None


def _by_part_of_name(doors: Sequence[Door], said: str) -> Door | None:
    """Return the one business that an answer is a part of the name of: "la barbería"."""
    told = set(said.split()) - _ARTICLES
    fitting = [door for door in doors if told and told <= set(_words(door.name).split())]
    return fitting[0] if len(fitting) == 1 else None


_ARTICLES = frozenset({"la", "el", "las", "los", "a", "en", "con", "de", "the", "o", "os", "as", "com"})


def _ask(doors: Sequence[Door], inbound: Inbound, lobby: Lobby, language: Language) -> Ask:
    texts = AROUND[language]
    said = lobby.said or (inbound if isinstance(inbound, Said) and not lobby.shown else None)
    if not doors:
        return Ask(Lobby(said=said), Reply(text=texts.no_business, language=language))
    if len(doors) > LIST_MAX:
        return Ask(Lobby(said=said), Reply(text=texts.which_business_by_name, language=language))
    choices = tuple(
        Choice(
            token=f"{_TOKEN}{number}",
            title=door.name[:LIST_TITLE_CHARS_MAX],
            detail=(door.address or "")[:LIST_DETAIL_CHARS_MAX],
        )
        for number, door in enumerate(doors, start=1)
    )
    shown = tuple(door.business_id for door in doors)
    reply = Reply(text=texts.which_business, choices=choices, layout=Layout.LIST, language=language)
    return Ask(Lobby(shown=shown, said=said), reply)


def _plain(inbound: Inbound) -> Inbound:
    """Return `inbound` without what was meant for us."""
    return Started() if isinstance(inbound, Started) else inbound


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter))))
