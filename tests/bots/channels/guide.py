"""The templates that `docs/CHANNELS.md` tells people to submit, as they stand there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "CHANNELS.md"

_ROW = re.compile(r"^\| `(\w+)` \| (.*{{.*?) \| (.*?) ?\|$", re.MULTILINE)
_BUTTON = re.compile(r"(?:^|· )([^`·]+) `([^`]+)`")


def templates_of_the_guide() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Return each template's text, and its buttons: titles and what each sends back."""
    rows = _ROW.findall(GUIDE.read_text(encoding="utf-8"))
    return {
        name: (text, {title.strip(): token for title, token in _BUTTON.findall(buttons)})
        for name, text, buttons in rows
    }
