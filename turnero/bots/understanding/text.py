"""Text into tokens: words without accents, numbers, clock times and dates written in digits, marks.

Every token remembers where it stood, so that what was said can be quoted as it was written. Accents go, `ñ` stays:
"año" is not "ano", and where "manana" stands for "mañana" the lexicon says so.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import NamedTuple


class Kind(Enum):
    """What a token is made of."""

    WORD = "word"
    NUMBER = "number"
    CLOCK = "clock"
    DATE = "date"
    MARK = "mark"


class Token(NamedTuple):
    """A piece of a message. `text` is its normal form, `start` and `end` where it stands in the composed message."""

    kind: Kind
    text: str
    start: int
    end: int


_ACCENTS = str.maketrans("áàâãäåéèêëíìîïóòôõöúùûüçýÿ", "aaaaaaeeeeiiiiooooouuuucyy")

# What is written in digits, most telling first. Amounts, telephone numbers and the like are matched so that nothing
# in them is read as an hour; they come out as the mark `#`.
_JUNK = r"\$ ?\d[\d.,]*|\+?\d[\d -]{7,}\d(?!\d)|\d{1,3}(?:\.\d{3})+|\d+(?:[.,]\d+)? ?%|\d{5,}|https?://\S+|\S+@\S+\.\S+"
_DATE = (
    r"(?<![\d/])(?P<day>\d{1,2})(?:/(?P<month>\d{1,2})(?:[/-](?P<year>(?:20)?\d\d))?"
    r"|-(?P<month2>\d{1,2})-(?P<year2>(?:20)?\d\d)|-(?P<month3>0\d|1[0-2])(?!\d))(?![\d/])"
)
_PATTERNS = (
    ("junk", _JUNK),
    ("iso", r"(?P<iso_year>20\d\d)-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)(?!\d)"),
    ("date", _DATE),
    ("clock", r"(?<!\d)(?P<hour>[01]?\d|2[0-4]) ?(?:[:.,;]|h(?:s|rs)?[.:]? ?)(?P<minute>[0-5]\d)(?![\d/])"),
    ("meridiem", r"(?<![^\W\d_])(?P<letter>[ap])\. ?m\.?(?![^\W_])"),
    ("number", r"\d+(?P<ordinal>(?:[°ºª]|ro|do|to|vo|mo|st|nd|rd|th|er)(?![^\W_]))?"),
    ("word", r"[cp]/(?= ?[^\W\d_])|[^\W\d_]+(?:['\u2019][^\W\d_]+|-(?:feira|dia)(?![^\W_]))*"),
    ("mark", r"[^\w\s]|\n"),
)
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS))

# Marks that mean something to the grammar, by what they are read as. Emoji stay as they are.
_MARKS = {"\n": ".", "¿": "?", "¡": "!", "…": ".", "\u2013": "-", "\u2014": "-", ";": ".", "\u2019": "'", "&": "+"}
_AMOUNT = "#"


def composed(text: str) -> str:
    """Return `text` with every accented letter as one character, which is how tokens count."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return `text` in lower case and without accents (but for ñ), as long as before."""
    lower = text.lower()
    if len(lower) != len(text):  # "İ" has a lower case of two characters.
        lower = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return lower.translate(_ACCENTS)


def tokens(text: str) -> list[Token]:
    """Cut a composed message into tokens."""
    return [_token(match) for match in _TOKEN.finditer(folded(text))]


def _token(match: re.Match[str]) -> Token:
    name, start, end = match.lastgroup, match.start(), match.end()
    said = match.group()
    if name == "word":
        return Token(Kind.WORD, said, start, end)
    if name == "number":
        return Token(Kind.NUMBER, said[: len(said) - len(match["ordinal"] or "")], start, end)
    if name == "meridiem":
        return Token(Kind.WORD, match["letter"] + "m", start, end)
    if name == "clock":
        return Token(Kind.CLOCK, f"{match['hour']}:{match['minute']}", start, end)
    if name == "date":
        month = match["month"] or match["month2"] or match["month3"]
        year = match["year"] or match["year2"]
        return Token(Kind.DATE, _date(match["day"], month, year), start, end)
    if name == "iso":
        return Token(Kind.DATE, _date(match["iso_day"], match["iso_month"], match["iso_year"]), start, end)
    if name == "junk":
        return Token(Kind.MARK, _AMOUNT, start, end)
    return Token(Kind.MARK, _MARKS.get(said, said), start, end)


def _date(day: str, month: str, year: str | None) -> str:
    written = f"{int(day)}/{int(month)}"
    return written if year is None else f"{written}/{2000 + int(year) % 100}"
