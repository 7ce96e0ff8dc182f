"""Everything that a conversation wants to know from the words beside the frame of `understand`."""

from __future__ import annotations

from turnero.bots.understanding.model import Cues


def cues(text: str) -> Cues:
    """Return what the words of `text` let one notice: language, thanks, topics, a name, stars."""
    words = text.casefold().split()
    return Cues(thanks="gracias" in words, stop=words in (["baja"], ["stop"]), resume=words == ["alta"])
