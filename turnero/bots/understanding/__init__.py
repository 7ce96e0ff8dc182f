"""Understanding: from what people write to what they mean. Pure; conventions in docs/UNDERSTANDING.md."""

from __future__ import annotations

from turnero.bots.understanding.cues import cues
from turnero.bots.understanding.grammar import understand
from turnero.bots.understanding.model import (
    GENERIC,
    Cues,
    Intent,
    Part,
    Ref,
    Topic,
    Understood,
    Vocabulary,
)

__all__ = [
    "GENERIC",
    "Cues",
    "Intent",
    "Part",
    "Ref",
    "Topic",
    "Understood",
    "Vocabulary",
    "cues",
    "understand",
]
