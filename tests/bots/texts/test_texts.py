"""Every text in every language: complete, alike in its placeholders, and short enough for the tightest channel."""

from __future__ import annotations

from dataclasses import fields
from string import Formatter

import pytest

from turnero.bots.texts import TEXTS, Texts
from turnero.bots.texts.formats import LANGUAGES, Language

# What fits on a button of WhatsApp.
BUTTON_CHARS_MAX = 20
# No walls of text: what a phone shows without scrolling.
TEXT_CHARS_MAX = 250

NAMES = tuple(field.name for field in fields(Texts))


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_and_short(language: Language) -> None:
    for name in NAMES:
        text = getattr(TEXTS[language], name)
        assert text.strip() == text or name == "doubtful_or", name
        assert 0 < len(text) <= TEXT_CHARS_MAX, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_pressed_fits_on_a_button(language: Language) -> None:
    for name in NAMES:
        if name.startswith("do_"):
            assert len(getattr(TEXTS[language], name)) <= BUTTON_CHARS_MAX, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_languages_leave_room_for_the_same_things(language: Language) -> None:
    for name in NAMES:
        here, there = (
            {placeholder.casefold() for placeholder in placeholders(getattr(TEXTS[one], name))}
            for one in (language, "es")
        )
        assert here == there, name


def test_spanish_speaks_as_buenos_aires_does() -> None:
    said = " ".join(getattr(TEXTS["es"], name) for name in NAMES).casefold().split()
    words = {word.strip(".,:;!?¡¿«»") for word in said}
    assert words.isdisjoint({"tú", "puedes", "tienes", "quieres", "escribe", "dime", "vosotros", "usted", "ti"})
