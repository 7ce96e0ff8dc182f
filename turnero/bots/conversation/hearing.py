"""From what was written to what it means: understanding, and what it leaves to the conversation, such as emoji."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from turnero.bots.conversation.matching import words
from turnero.bots.understanding import Cues, Intent, Understood, Vocabulary, cues, understand

# Whoever dictates says a lot; past this it is something that was pasted, and what it wants is anybody's guess.
TEXT_CHARS_MAX = 1_000

_YES = frozenset("👍👌✅🙌💪🆗✔☑🤙")
_NO = frozenset("👎❌🙅🚫✖")
_STAR = "⭐"
_HOURS = frozenset({"horario", "horarios", "hours", "times"})
_YES_WORDS = frozenset({"si", "dale", "ok", "bueno", "yes", "sim"})
_APPOINTMENT = frozenset({"turno", "turnos", "turnito", "cita", "appointment", "booking", "horario"})
_SOMETHING_WANTED = frozenset({Intent.BOOK, None})
_MENU = frozenset({"menu", "opciones", "ayuda", "inicio", "help", "options", "start", "ajuda", "opcoes"})


class Heard(NamedTuple):
    """A message in three ways: as it was written, what it means, and what else can be noticed."""

    text: str
    said: Understood
    cues: Cues

    @property
    def wordless(self) -> bool:
        """Whether there is no letter or digit in it."""
        return not any(char.isalnum() for char in self.text)

    @property
    def menu(self) -> bool:
        """Whether it asks for the menu."""
        said = words(self.text)
        return len(said) == 1 and said[0] in _MENU

    @property
    def hours(self) -> bool:
        """Whether it says "horarios?" and no more: those of the shop, or those that are free."""
        said = words(self.text)
        return len(said) == 1 and said[0] in _HOURS

    @property
    def appointment(self) -> bool:
        """Whether it speaks of an appointment by that name."""
        return not _APPOINTMENT.isdisjoint(words(self.text))

    @property
    def says_when(self) -> bool:
        said = self.said
        named = (said.date_from, said.date_to, said.time_from, said.time_to, said.part)
        return any(field is not None for field in named) or said.asap or said.same_time

    @property
    def says_something(self) -> bool:
        """Whether it names anything that a booking can be made of."""
        return self.says_when or bool(self.said.service or self.said.staff or self.cues.any_staff or self.cues.usual)


def hear(text: str, *, now: datetime, vocabulary: Vocabulary) -> Heard:
    """Return what `text` means, said at `now` in the business's zone."""
    said, noticed = understand(text, now=now, vocabulary=vocabulary), cues(text)
    if (
        said.intent in _SOMETHING_WANTED
        and (words(text) or [""])[0] in _YES_WORDS
        and not _APPOINTMENT & set(words(text))
    ):
        # "sí, lo quiero" says yes to what was offered.
        said = replace(said, intent=Intent.CONFIRM)
    heard = Heard(text, said, noticed)
    if heard.wordless:
        stars = text.count(_STAR)
        intent = Intent.CONFIRM if _YES & set(text) else Intent.DENY if _NO & set(text) else None
        return Heard(text, Understood(intent=intent), replace(noticed, stars=min(stars, 5) or None))
    return heard
