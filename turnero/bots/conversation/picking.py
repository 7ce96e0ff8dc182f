"""Which choice of the open menu somebody means who answers in words: a number, a place in the list, its title. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import WEEKDAY_NAMES, alike, folded, words
from turnero.bots.conversation.meanings import Run, TakeDays, TakeService, TakeSlot, TakeStaff
from turnero.bots.conversation.state import Menu, Option
from turnero.bots.understanding import Intent, Understood

_ORDINALS = {
    word: place
    for place, alternatives in enumerate(
        (
            "primera primero primer 1ra 1ro first primeira primeiro",
            "segunda segundo 2da 2do second",
            "tercera tercero tercer 3ra 3ro third terceira terceiro",
            "cuarta cuarto 4ta 4to fourth quarta",
            "quinta quinto 5ta 5to fifth",
            "sexta sexto 6ta 6to sixth",
            "septima septimo 7ma 7mo seventh setima",
            "octava octavo 8va 8vo eighth oitava",
        )
    )
    for word in alternatives.split()
}
_LAST = frozenset({"ultima", "ultimo", "last"})

# What may stand around a number or an ordinal without changing that it picks: "dame la 2", "el segundo porfa".
_AROUND = frozenset(
    word
    for line in (
        "el la lo un una opcion numero nro num dame quiero prefiero elijo tomo me quedo con porfa porfavor por favor",
        "esa ese si dale ok mejor entonces va bueno perfecto listo joya the one option number please o op opcao quero",
    )
    for word in line.split()
)
_NUMBER = re.compile(r"^#?(\d{1,2})[.)º°ª]?$")


def pick(heard: Heard, menu: Menu, tz: ZoneInfo) -> Option | None:
    """Return the choice of `menu` that a message picks, or None if it says something else."""
    options = menu.options
    if not options:
        return None
    place = _place(heard.text, len(options))
    if place is not None:
        return options[place]
    if _is_last(heard.text):
        # Not "otro día", which stands below what there is to choose from.
        return next((one for one in reversed(options) if not isinstance(one.meaning, Run)), options[-1])
    title = _titled(heard.text, options)
    if title is not None:
        return title
    if heard.said.intent is Intent.CONFIRM and menu.yes is not None and not _says_more(heard.said):
        return options[menu.yes]
    if heard.said.intent is Intent.DENY and menu.no is not None and not _says_more(heard.said):
        return options[menu.no]
    return _of_weekday(heard, options) or _meant(heard, options, tz)


def _of_weekday(heard: Heard, options: Iterable[Option]) -> Option | None:
    """Return the one day of those shown that has the name: "jueves" may be today, if today was offered."""
    named = [WEEKDAY_NAMES[word] for word in _told_words(heard.text) if word in WEEKDAY_NAMES]
    if len(named) != 1 or len(_told_words(heard.text)) != 1:
        return None
    days = [(option, option.meaning) for option in options if isinstance(option.meaning, TakeDays)]
    fitting = [option for option, days_ in days if days_.first == days_.last and days_.first.weekday() == named[0]]
    return fitting[0] if len(fitting) == 1 else None


def _told_words(text: str) -> list[str]:
    return [word for word in words(text) if word not in _AROUND]


def _place(text: str, count: int) -> int | None:
    told = _told(text)
    if len(told) != 1:
        return None
    number = _NUMBER.match(told[0])
    place = _ORDINALS.get(folded(told[0]).strip(".,!?"), -1) if number is None else int(number.group(1)) - 1
    return place if 0 <= place < count else None


def _told(text: str) -> list[str]:
    return [word for word in text.casefold().split() if folded(word).strip(".,!?") not in _AROUND]


def _is_last(text: str) -> bool:
    told = _told(text)
    return len(told) == 1 and folded(told[0]).strip(".,!?") in _LAST


def _titled(text: str, options: Iterable[Option]) -> Option | None:
    said = folded(text).strip(" .,!?¡¿[]")
    same = [option for option in options if folded(option.title) == said]
    if same:
        return same[0]
    # "sí, voy", "cambiarlo": its words, but for what may stand around them.
    told = _told_words(text)
    same = [option for option in options if told and _told_words(option.title) == told]
    return same[0] if len(same) == 1 else None


def _says_more(said: Understood) -> bool:
    named = (said.date_from, said.date_to, said.time_from, said.time_to, said.part, said.service, said.staff)
    return any(field is not None for field in named) or said.same_time or said.asap


# --- By what the choices mean ----------------------------------------------------------------------------------------


def _meant(heard: Heard, options: Iterable[Option], tz: ZoneInfo) -> Option | None:
    for kind, fits in _FITS.items():
        of_kind = [option for option in options if isinstance(option.meaning, kind)]
        fitting = [option for option in of_kind if fits(option, heard, tz)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _fits_slot(option: Option, heard: Heard, tz: ZoneInfo) -> bool:
    """Tell whether a slot is the time that was named; a time that is named, and nothing that disagrees with it."""
    assert isinstance(option.meaning, TakeSlot), option
    said = heard.said
    if said.time_from is None or said.time_from != said.time_to or said.service or said.staff:
        return False
    wall = option.meaning.slot.start.astimezone(tz)
    return f"{wall:%H:%M}" == said.time_from and _on_day(said, wall.date())


def _fits_days(option: Option, heard: Heard, tz: ZoneInfo) -> bool:
    del tz
    assert isinstance(option.meaning, TakeDays), option
    said = heard.said
    more = (said.time_from, said.time_to, said.part, said.service, said.staff)
    same = (said.date_from, said.date_to) == (option.meaning.first, option.meaning.last)
    return same and not any(more) and not said.same_time


def _fits_words(option: Option, heard: Heard, tz: ZoneInfo) -> bool:
    """Tell whether all that was said are words of a choice: "martin", "con lucia"."""
    del tz
    said = [word for word in words(heard.text) if word not in _AROUND and word not in _WITH]
    title = words(option.title)
    return 0 < len(said) <= len(title) and all(any(alike(word, part) for part in title) for word in said)


_WITH = frozenset(["con", "with", "com", "y", "e", "and", "de", "of"])


def _on_day(said: Understood, day: date) -> bool:
    return said.date_from is None or said.date_from == day


_FITS: Mapping[type, Callable[[Option, Heard, ZoneInfo], bool]] = {
    TakeSlot: _fits_slot,
    TakeDays: _fits_days,
    TakeStaff: _fits_words,
    TakeService: _fits_words,
}
