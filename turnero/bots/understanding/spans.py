"""What a line says of days, times and parts of the day: the stretches that mean something, in the order said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from turnero.bots.understanding import dayrules, times
from turnero.bots.understanding.dates import Days
from turnero.bots.understanding.model import Part
from turnero.bots.understanding.times import NOT_COUNTED, Clock, Times, clock, unnamed


class Soon(NamedTuple):
    """So many minutes from now."""

    minutes: int


class Span(NamedTuple):
    """A stretch of the canonical line, and what it means."""

    start: int
    end: int
    meaning: Days | Times | Part | Soon


_PARTS = {
    "MORNING": Part.MORNING,
    "MANANA": Part.MORNING,
    "EARLY": Part.MORNING,
    "MIDDAY": Part.MIDDAY,
    "AFTERNOON": Part.AFTERNOON,
    "EVENING": Part.EVENING,
}
# "Mañana" is the morning behind "la", and behind a day.
_PART = (
    r"(?:(?:a|por|en|de|para|APPROX) (?:la |el )?|el |la )?(?P<part>MORNING|EARLY|MIDDAY|AFTERNOON|EVENING|(?:(?<= la "
    r")|(?<=WD\d a )|(?<=MANANA a )|(?<=\d a )|(?<= por )|(?<=WD\d )|(?<=MANANA )|(?<=MANANA de )|(?<=WD\d de )"
    r"|(?<=cualquier ))MANANA)(?: (?:,|bien)? ?EARLY)?"
)
_SOON = (
    r"(?:en|dentro de) (?:(?P<count>una?|media|\d{1,3}|un par de) ?(?P<unit>horas?|hs|h|minutos?|min|mins)(?P<half> y "
    r"media)?|(?P<while>un rato|un ratito))"
)
# An hour right behind a day needs no "a las": "mañana 10", "sábado 10 y media o 11".
_LOOSE_HOUR = (
    rf"(?:, )?(?P<first>{times.ANY}){NOT_COUNTED}(?! (?:de MO|de el mes))(?: (?P<or>o|u|a|-) (?:a "
    rf")?(?P<last>(?:{times.LAS})?{times.ANY}){NOT_COUNTED}(?! (?:de MO|/)))?"
)
# Behind these a bare hour is one, if nothing follows: "puede ser 6?", "no, 5".
_WISHED_HOUR = (
    r"(?:no ,|perdon ,|no|perdon|digo|puede ser|podria ser|podra ser|puedo|podes|mejor|que sea|sea|ser|a) "
    rf"(?P<first>{times.ANY})(?= \? | \. | , | $| puede | mejor | porfavor | y listo | en vez )"
)
# "Trabajo de 9 a 18" says when one cannot, "2 horas de masaje" and "30 minutos" are lengths, "hace dos semanas" is
# past: nothing in them is a day or an hour that is wanted.
_BUSY = "(?:medico|dentista|turno con el medico|facultad|clases?|prueba|examen|reunion)"
_ASIDE = (
    r"(?:trabajo|laburo|curso|estudio|tengo clases?|estoy ocupad[oa]) (?:\w+ ){0,3}?(?:de|desde) (?:las )?"
    r"\d{1,2}(?::\d\d)? (?:a|hasta) (?:las )?\d{1,2}(?::\d\d)?"
    rf"|tengo {_BUSY} (?:el )?(?:WD\d|MANANA|TODAY)|WD[345] santo"
    r"|(?:llego|llegando|llegamos|estoy|demoro|atraso) (?:ahi )?en (?:como )?\d+(?: (?:minutos?|min))?"
    r"|(?:hace|hara|hacen) (?:un|una|\d+) \w+|(?:el|la|los) (?:WD\d|semana|mes|año|FINDE) pasad[oa]s?"
    r"|\d+ (?:minutos?|min|mins|años|cuadras|pesos|mil|lucas|dias|semanas|meses|veces)(?!\S)"
    r"|(?:un|una|\d+|media) horas?(?: y media)?(?= (?:de \w|antes|despues|LATER|mas))"
)

_RULES: list[tuple[str, re.Pattern[str]]] = []


def _add(kind: str, pattern: str) -> None:
    _RULES.append((f"{kind}{len(_RULES)}", re.compile(pattern)))


_add("aside", _ASIDE)
_add("soon", _SOON)
_DAY_RULES = {}
for _rule in dayrules.RULES:
    _DAY_RULES[f"date{len(_RULES)}"] = _rule
    _add("date", _rule.pattern)
for _pattern in times.RULES:
    _add("time", _pattern)
_add("part", _PART)
_add("wish", _WISHED_HOUR)
_BY_NAME = dict(_RULES)
# A rule begins and ends where a word does.
_ANYWHERE = re.compile(
    "|".join(f"(?P<{name}>(?<=\\s)(?:{unnamed(pattern.pattern)})(?=\\s))" for name, pattern in _RULES)
)
_LOOSE = re.compile(rf"(?<=\s){_LOOSE_HOUR}(?=\s)")


def spans(line: str, today: date) -> Iterator[Span]:
    """Yield what the canonical `line` says, from left to right."""
    position = 0
    after_day = False
    while True:
        loose = _LOOSE.match(line, position) if after_day else None
        if loose is not None and (found := _times(loose)) is not None:
            yield Span(loose.start("first"), loose.end(), found)
            position, after_day = loose.end() + 1, False
            continue
        match = _ANYWHERE.search(line, max(position - 1, 0))
        if match is None:
            return
        name = match.lastgroup or ""
        inner = _inner(name, match)
        meaning = _meaning(name, inner, today)
        if meaning is not None:
            # "Puede ser 6?": what comes before the hour tells that it is wished for, and is left to be seen.
            start = inner.start("first") if name.startswith("wish") else match.start()
            yield Span(start, match.end(), meaning)
        position = match.end() + 1
        after_day = isinstance(meaning, Days)


def _inner(name: str, match: re.Match[str]) -> re.Match[str]:
    """Return what the rule called `name` matched, with its own groups."""
    rule = _BY_NAME[name]
    inner = rule.fullmatch(match.string, match.start(), match.end()) or rule.match(match.string, match.start())
    assert inner is not None
    return inner


def _meaning(name: str, match: re.Match[str], today: date) -> Days | Times | Part | Soon | None:
    if name.startswith("date"):
        return _DAY_RULES[name].means(match.groupdict(), today)
    if name.startswith("part"):
        return _PARTS[match["part"]]
    if name.startswith("soon"):
        return _soon(match)
    return None if name.startswith("aside") else _times(match)


def _soon(match: re.Match[str]) -> Soon | None:
    count, unit = match["count"], match["unit"]
    if match["while"]:
        return Soon(60)
    if unit.startswith("m"):
        return Soon(int(count)) if count.isdigit() else None
    minutes = {"un": 60, "una": 60, "media": 30, "un par de": 120}.get(count) or int(count) * 60
    return Soon(minutes + (30 if match["half"] else 0))


_LEADING = re.compile(rf"^(?:{times.LAS}|a la |el )")


def _clock(text: str) -> tuple[Clock, bool] | None:
    return clock(_LEADING.sub("", text))


def _times(match: re.Match[str]) -> Times | None:
    said = match.groupdict()
    first = _clock(said["first"])
    if first is None:
        return None
    approx = bool(said.get("rough")) or first[1]
    if said.get("last"):
        last = _clock(said["last"])
        if last is None:
            return None
        moves = match.group().startswith("de ") or said.get("or") == "a"
        return Times(first[0], last[0], approx=bool(said.get("rough")), moves=moves)
    if said.get("from"):
        return Times(first[0], None, approx=approx)
    if said.get("until"):
        return Times(None, first[0], approx=approx)
    return Times(first[0], None, at=True, approx=approx)
