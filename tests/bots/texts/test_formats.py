"""Dates, times and money as people write them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from turnero.bots.texts import formats
from turnero.engine.domain.booking import Money

TODAY = date(2026, 5, 6)


@pytest.mark.parametrize(
    ("day", "locale", "words"),
    [
        (TODAY, "es-AR", "hoy miércoles 6 de mayo"),
        (date(2026, 5, 7), "es-AR", "mañana jueves 7 de mayo"),
        (date(2026, 5, 14), "es-AR", "jueves 14 de mayo"),
        (date(2027, 5, 14), "es-AR", "viernes 14 de mayo 2027"),
        (date(2026, 5, 7), "en-GB", "tomorrow, Thursday, May 7"),
        (date(2026, 5, 14), "pt-BR", "quinta-feira, 14 de maio"),
    ],
)
def test_a_day_is_called_as_one_says_it(day: date, locale: str, words: str) -> None:
    assert formats.day_words(day, locale, today=TODAY) == words


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "words"),
    [
        (1_800_000, "ARS", "es-AR", "$ 18.000"),
        (1_800_050, "ARS", "es-AR", "$ 18.000,50"),
        (1_800_000, "ARS", "en", "ARS 18,000"),
        (500, "JPY", "es", "JPY 500"),
    ],
)
def test_money_has_decimals_only_where_there_are_any(amount: int, currency: str, locale: str, words: str) -> None:
    assert formats.money(Money(amount=amount, currency=currency), locale) == words


def test_a_clock_has_twenty_four_hours() -> None:
    assert formats.clock(datetime(2026, 5, 6, 9, 5)) == "09:05"  # noqa: DTZ001  a wall-clock time
    assert formats.clock(datetime(2026, 5, 6, 18, 30)) == "18:30"  # noqa: DTZ001  a wall-clock time


@pytest.mark.parametrize("language", formats.LANGUAGES)
def test_a_short_date_leaves_room_for_a_time_on_the_title_of_a_choice(language: formats.Language) -> None:
    for offset in range(366):
        assert len(f"{formats.short_date(TODAY + timedelta(days=offset), language)} 10:00") <= 20


def test_a_language_that_nobody_here_speaks_is_answered_in_spanish() -> None:
    assert formats.language_of("fr-FR") == "es"
    assert formats.language_of(None) == "es"
    assert formats.language_of("pt_BR") == "pt"
