"""All texts, in one place per language, and how dates, times and money are written.

`formats` writes dates, times and money. `model` names every text of the conversation; `es`, `en` and `pt` fill them.
Texts of notices are beside them, in modules of their own (`notices_es` and so on).
"""

from __future__ import annotations

from collections.abc import Mapping

from turnero.bots.texts.en import EN
from turnero.bots.texts.es import ES
from turnero.bots.texts.formats import Language
from turnero.bots.texts.model import Texts
from turnero.bots.texts.pt import PT

__all__ = ["TEXTS", "Texts", "texts_in"]

TEXTS: Mapping[Language, Texts] = {"es": ES, "en": EN, "pt": PT}


def texts_in(language: Language) -> Texts:
    """Return the texts of a language."""
    return TEXTS[language]
