"""A message as the grammar reads it: words spelled right, numbers in digits, and phrases replaced by their concepts.

Two lines of text come out. `plain` has every word as it was meant, in its own language: intents are found there.
`canon` speaks the grammar's own small language ("WD4 NEXT a las 4 y media"): dates and times are found there. Both are
words between single spaces, with a space at either end, and know where each word stood in the message.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from turnero.bots.understanding import lexicon
from turnero.bots.understanding.language import language_of
from turnero.bots.understanding.spelling import Neighbours, squeezed
from turnero.bots.understanding.text import Kind, Token, composed, tokens


class Word(NamedTuple):
    """A word of a line, and the part of the message that it was read from."""

    text: str
    start: int
    end: int


class Line:
    """Words between single spaces, that can be asked where in the message a stretch of them was said."""

    def __init__(self, words: list[Word], message: str) -> None:
        self.text = f" {' '.join(word.text for word in words)} "
        self._words = words
        self._message = message
        self._starts = [1]
        for word in words:
            self._starts.append(self._starts[-1] + len(word.text) + 1)

    def quote(self, start: int, end: int) -> str:
        """Return what the message says where this line has the characters from `start` to `end`."""
        words = self._words[bisect_right(self._starts, start) - 1 : bisect_right(self._starts, max(start, end - 1))]
        return self._message[words[0].start : words[-1].end] if words else ""


class Reading(NamedTuple):
    """A message in the two forms that the rules look at."""

    message: str
    language: str | None
    plain: Line
    canon: Line


_KNOWN_MISSPELT = Neighbours(lexicon.FUZZY, never=lexicon.NOT_MISSPELT)
_LEXICON = frozenset(
    {word for phrase in lexicon.CONCEPTS for word in phrase}
    | set(lexicon.WEEKDAYS)
    | set(lexicon.MONTHS)
    | set(lexicon.NUMBERS)
    | set(lexicon.FROM_ENGLISH)
    | set(lexicon.FROM_PORTUGUESE)
    | lexicon.NOT_MISSPELT
)
# Words that really end in two of a letter.
_REALLY_DOUBLE = "lee cree see free fee coffee too address business access class less pass miss unless"
_DOUBLED = frozenset(_REALLY_DOUBLE.split())
# "Mar" is a Tuesday here, and a name or the sea elsewhere.
_BEFORE_TUESDAY = frozenset({"", "el", "este", ".", ",", "y", "o", "a", "para", "lun", "lunes"})
# "The one on Thursday" counts nothing.
_BEFORE_ONE = frozenset({"el", "este", "that", "another", "otro"})
_DRAWN_OUT = re.compile(r"(.)\1\1")
# What there may be, when "ay" is not a sigh.
_OFFERED = frozenset(
    {"algo", "lugar", "turno", "turnos", "algun", "hueco", "horario", "horarios", "para", "un", "lugares"}
)
_CONTRACTIONS = {"del": "de el", "al": "a el"}
_FUNCTION_WORDS = {"pt": lexicon.FROM_PORTUGUESE, "en": lexicon.FROM_ENGLISH}
_DAYS = {"pt": lexicon.PORTUGUESE_WEEKDAYS, "en": lexicon.ENGLISH_WEEKDAYS}
_NUMBER_WORDS = {
    "pt": {**lexicon.NUMBERS, **lexicon.PORTUGUESE_NUMBERS},
    "en": {word: number for word, number in lexicon.NUMBERS.items() if word != "once"} | dict(lexicon.ENGLISH_NUMBERS),
}
_UNITS = {
    word: number
    for words in (lexicon.NUMBERS, lexicon.ENGLISH_NUMBERS)
    for word, number in words.items()
    if number in range(1, 10)
} | {"uno": 1, "un": 1, "una": 1}
_TITLES = frozenset({"dr", "dra", "doctor", "doctora", "lic", "licenciado", "licenciada"})
# The longest phrase that begins with a word.
_FIRST: dict[str, int] = {}
for _phrase in lexicon.CONCEPTS:
    _FIRST[_phrase[0]] = max(_FIRST.get(_phrase[0], 0), len(_phrase))


def read(text: str) -> Reading:
    """Return `text` as the grammar reads it."""
    message = composed(text)
    spelled = list(_all_spelled(tokens(message)))
    spelled = [
        word._replace(text="hay") if word.text == "ay" and after.text in _OFFERED else word
        for word, after in zip(spelled, [*spelled[1:], *spelled[-1:]], strict=True)
    ]
    language = language_of([word.text for word in spelled], message)
    numbered = list(_numbers(list(_translated(spelled, language, message)), language))
    return Reading(message, language, Line(spelled, message), Line(list(_concepts(numbered)), message))


def _all_spelled(cut: list[Token]) -> Iterator[Word]:
    """Yield what the tokens are meant to say. Nobody's family name is a slip of the finger: "Dr. Funes"."""
    for place, token in enumerate(cut):
        behind_title = any(each.text in _TITLES for each in cut[max(0, place - 2) : place])
        yield from _as_written(token) if behind_title else _spelled(token)


def _as_written(token: Token) -> Iterator[Word]:
    """Yield a token behind a title: unchanged if it would only be mended, and if not, as any other."""
    if token.kind is Kind.WORD and token.text not in lexicon.SHORTHAND and token.text not in _LEXICON:
        yield Word(token.text, token.start, token.end)
    else:
        yield from _spelled(token)


def _spelled(token: Token) -> Iterator[Word]:
    """Yield what a token is meant to say: shorthand written out, drawn-out letters and slips of the finger mended."""
    if token.kind is Kind.WORD:
        meant = _spelling(token.text)
        for word in meant.split():
            yield Word(word, token.start, token.end)
    else:
        yield Word(token.text, token.start, token.end)


def _spelling(written: str) -> str:
    if written in lexicon.SHORTHAND:
        return lexicon.SHORTHAND[written]
    if written in _LEXICON:
        return written
    if written.endswith("'s") and written[:-2] in _LEXICON:
        return written[:-2]
    for short in squeezed(written):
        if short != written and (short in lexicon.SHORTHAND or short in _LEXICON):
            return lexicon.SHORTHAND.get(short, short)
    if _DRAWN_OUT.search(written) or (
        written.endswith(("aa", "ee", "ii", "oo", "ss", "uu")) and written not in _DOUBLED
    ):
        return next(iter(squeezed(written)))
    return _KNOWN_MISSPELT.nearest(written) or written


def _translated(words: list[Word], language: str | None, message: str) -> Iterator[Word]:
    """Yield the words with contractions taken apart, and function words in Spanish."""
    own = _FUNCTION_WORDS.get(language or "", {})
    days = _DAYS.get(language or "", {})
    for word in words:
        if word.text == "esta" and "á" in message[word.start : word.end].lower():
            yield word._replace(text="está")
        elif word.text in days:
            yield word._replace(text=f"WD{days[word.text]}")
        else:
            for part in own.get(word.text, _CONTRACTIONS.get(word.text, word.text)).split():
                yield word._replace(text=part)


def _numbers(words: list[Word], language: str | None) -> Iterator[Word]:
    """Yield the words with numbers in digits: "treinta y uno" is 31."""
    values = _NUMBER_WORDS.get(language or "", lexicon.NUMBERS)
    position = 0
    while position < len(words):
        word = words[position]
        value = values.get(word.text)
        if word.text == "one" and position and words[position - 1].text in _BEFORE_ONE:
            value = None
        position += 1
        if value is None:
            yield word
            continue
        end = word.end
        if value in lexicon.TENS:
            after = position + (position < len(words) and words[position].text in {"y", "-"})
            unit = _UNITS.get(words[after].text, 0) if after < len(words) else 0
            if unit:
                value, end, position = value + unit, words[after].end, after + 1
        yield Word(str(value), word.start, end)


def _concepts(words: list[Word]) -> Iterator[Word]:
    """Yield the words with each phrase that the lexicon knows, the longest first, replaced by its concept."""
    position = 0
    while position < len(words):
        word = words[position]
        for length in range(min(_FIRST.get(word.text, 0), len(words) - position), 0, -1):
            phrase = words[position : position + length]
            concept = lexicon.CONCEPTS.get(tuple(each.text for each in phrase))
            if concept is not None:
                yield Word(concept, word.start, phrase[-1].end)
                position += length
                break
        else:
            before = words[position - 1].text if position else ""
            after = words[position + 1].text if position + 1 < len(words) else ""
            # "Mar 10" is a Tuesday, "10 mar" a day in March.
            tuesday = word.text == "mar" and after.isdigit() and not before.isdigit()
            yield word._replace(text=_calendar_word(word.text, "" if tuesday else before))
            position += 1


def _calendar_word(word: str, before: str) -> str:
    """Return the concept of a weekday or month. "mar" is a Tuesday, but after a number or "de" it is March."""
    day, month = lexicon.WEEKDAYS.get(word), lexicon.MONTHS.get(word)
    if word == "mar" and before in _BEFORE_TUESDAY:
        return "WD1"
    if month is not None and (day is None or before == "de" or before.isdigit()):
        return f"MO{month}"
    if day is None:
        return word
    # "Abren sábados?" asks about all of them, as "los sábados" does.
    habit = before != "los" and word.endswith(("days", "bados", "ingos"))
    return f"los WD{day}" if habit else f"WD{day}"
