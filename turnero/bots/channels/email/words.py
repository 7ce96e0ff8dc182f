"""What people are called, as it may stand in headers and parameters: without anything that would begin another one."""

from __future__ import annotations

import unicodedata

# A header's line may have 998 octets (RFC 5322 §2.1.1), and a name is no place for essays.
_NAME_CHARS_MAX = 80


def one_line(text: str) -> str:
    """Return `text` as one line without control characters (line breaks, escapes, direction marks), at most so long."""
    plain = "".join(" " if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"} else char for char in text)
    joined = " ".join(plain.split())
    return joined if len(joined) <= _NAME_CHARS_MAX else joined[: _NAME_CHARS_MAX - 1] + "…"


def quotable(text: str) -> str:
    """Return `text` as a parameter's value: quotes cannot be written in one at all (RFC 5545 §3.2)."""
    return one_line(text).replace('"', "'")
