"""What people are called."""

from __future__ import annotations

_TITLE_CHARS_MAX = len("Dra")


def familiar(name: str) -> str:
    """Return what somebody is called among those who know them: the first name, unless that is a title ("Dra. Paz")."""
    first = name.split(maxsplit=1)[0] if name.split() else name
    return name if first.endswith(".") or len(first) <= _TITLE_CHARS_MAX else first
