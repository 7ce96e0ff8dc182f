"""Which service, or which person of the staff, is meant by the words that somebody used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from babel import Locale
from babel.dates import get_day_names

from turnero.bots.conversation.shop import Shop, ShopService, Staff

_WORD = re.compile(r"\w+")

# Words that are in a name for its looks only: "un corte" is "Corte de pelo", and not "Corte y barba".
_PLAIN = frozenset(
    words
    for line in (
        "de del la el los las un una con para y e and the of do da o a",
        "pelo cabello cabelo hair arreglo servicio sesion clasico clasica comun simple normal turno consulta trim",
    )
    for words in line.split()
)

# What else people call it. The right side is a beginning of the word in the price list.
_ALSO: Mapping[str, str] = {
    "haircut": "corte",
    "haircuts": "corte",
    "cut": "corte",
    "pelo": "corte",
    "cabello": "corte",
    "cabelo": "corte",
    "hair": "corte",
    "degrade": "corte",
    "fade": "corte",
    "rapado": "corte",
    "pelarme": "corte",
    "beard": "barba",
    "shave": "afeit",
    "rasurado": "afeit",
    "nene": "infantil",
    "nena": "infantil",
    "nenes": "infantil",
    "nino": "infantil",
    "chico": "infantil",
    "chicos": "infantil",
    "hijo": "infantil",
    "kid": "infantil",
    "kids": "infantil",
    "crianca": "infantil",
    "tintura": "color",
    "tenir": "color",
    "tenirme": "color",
    "coloracion": "color",
    "dye": "color",
}

_HAIR = frozenset({"pelo", "cabello", "cabelo", "hair"})

# As much of two words as must agree: "afeitada" is "afeitado", "cortes" is "corte".
_STEM_CHARS = 4


def folded(text: str) -> str:
    """Return `text` without case and accents, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """Return the words of `text`, folded."""
    return _WORD.findall(folded(text))


WEEKDAY_NAMES = {
    folded(name).split("-")[0]: number
    for language in ("es", "en", "pt")
    for number, name in get_day_names("wide", locale=Locale(language)).items()
}


def services_called(said: str, shop: Shop, *, among: Iterable[ShopService] | None = None) -> list[ShopService]:
    """Return the services that `said` can mean: one if it is clear, none if there is nothing like it."""
    offered = list(shop.services if among is None else among)
    same = [service for service in offered if folded(service.name) == folded(said).strip()]
    if same:
        return same[:1]
    asked = _asked(said, offered)
    if not asked:
        return []
    fitting = [service for service in offered if all(_named(word, service) for word in asked)]
    if len(fitting) > 1:
        # With nothing in its name that was not asked for.
        plain = [service for service in fitting if all(_asked_for(word, asked) for word in _content(service))]
        return plain[:1] if len(plain) == 1 else fitting
    return fitting


def _asked(said: str, offered: Iterable[ShopService]) -> list[str]:
    """Return the words of `said` that say which service: "hacerme la barba" is about the beard, and no doing."""
    told = words(said)
    asked = [word for word in told if word not in _PLAIN and any(_named(word, service) for service in offered)]
    hair = [word for word in told if word in _HAIR]
    if hair and not any(alike(word, "corte") or _ALSO.get(word) == "corte" for word in asked):
        # "pelo y barba" is a haircut and a beard.
        asked.append(hair[0])
    return asked


def staff_called(said: str, shop: Shop) -> list[Staff]:
    """Return the people that `said` can mean."""
    asked = words(said)
    return [
        member
        for member in shop.staff
        if asked and all(any(alike(word, part) for part in words(member.name)) for word in asked)
    ]


def alike(word: str, other: str) -> bool:
    """Tell whether two folded words are forms of the same one."""
    if word == other:
        return True
    shorter = min(len(word), len(other))
    return shorter >= _STEM_CHARS and word[: max(_STEM_CHARS, shorter - 1)] == other[: max(_STEM_CHARS, shorter - 1)]


def _content(service: ShopService) -> list[str]:
    return [word for word in words(service.name) if word not in _PLAIN]


def _named(word: str, service: ShopService) -> bool:
    also = _ALSO.get(word)
    return any(alike(word, part) or (also is not None and part.startswith(also)) for part in words(service.name))


def _asked_for(part: str, asked: Iterable[str]) -> bool:
    return any(alike(word, part) or part.startswith(_ALSO.get(word, "\0")) for word in asked)
