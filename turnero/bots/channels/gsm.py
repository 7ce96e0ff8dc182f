"""Text as SMS carries it cheaply (3GPP TS 23.038 §6.2.1): in the old alphabet, a message has more than twice the room.

"á", "í", "ó" and "ú" are not in it, though "é" and "ñ" are. One such letter makes the whole message twice as long.
"""

from __future__ import annotations

import re
import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each takes the room of two.
_EXTENDED = frozenset("^{}\\[~]|€")

# Characters with a plain one that reads the same.
_PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-", "\t": " "})  # noqa: RUF001  that they look alike is the point

# What emoji leave behind.
_GAPS = re.compile(" {2,}")

# Two segments, which cost twice; a third is no longer read. Each gives up seven septets, or three characters, to being
# one of several.
SEPTETS_MAX = 2 * 153
UCS2_UNITS_MAX = 2 * 67


def short_text(text: str) -> str:
    """Return `text` for an SMS: without accents and emoji, and cut at a word if it is longer than two segments.

    A text in another script stays as it is, within the little room that there is for it.
    """
    plain = _GAPS.sub(" ", "".join(_fitting(char) for char in text.translate(_PLAIN))).strip()
    if all(char in _BASIC or char in _EXTENDED for char in plain):
        return _cut(plain, SEPTETS_MAX)
    return _cut(text, UCS2_UNITS_MAX)


def _fitting(char: str) -> str:
    """Return `char` as the alphabet has it, nothing for a symbol that it has not, and itself for a foreign letter."""
    if char in _BASIC or char in _EXTENDED:
        return char
    bare = unicodedata.normalize("NFKD", char)[0]
    if bare in _BASIC:
        return bare
    return char if char.isalpha() else ""


def _room(char: str) -> int:
    """Return how much room a character takes: of the two alphabets, whichever the text is in."""
    return 2 if char in _EXTENDED or ord(char) > 0xFFFF else 1  # noqa: PLR2004  the end of Unicode's basic plane


def _cut(text: str, room: int) -> str:
    if sum(map(_room, text)) <= room:
        return text
    dots = "..."
    left = room - len(dots)
    kept = ""
    for char in text:
        left -= _room(char)
        if left < 0:
            break
        kept += char
    words, _, _ = kept.rpartition(" ")
    return f"{(words or kept).rstrip()}{dots}"
