"""From a message to what it means."""

from __future__ import annotations

from datetime import datetime

from turnero.bots.understanding.model import GENERIC, Intent, Understood, Vocabulary


def understand(text: str, *, now: datetime, vocabulary: Vocabulary = GENERIC) -> Understood:
    """Return what `text` means when it is said at `now`, an aware instant in the business's zone."""
    del now, vocabulary
    return Understood(intent=Intent.BOOK if "turno" in text.casefold() else None)
