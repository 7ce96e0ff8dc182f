"""How dates, times and money are written: as people in the language's country write them, on a 24-hour clock.

`locale` is BCP 47 ("es-AR", "en", "pt-BR"); one that nothing here is written for reads as es-AR. Dates and times are
wall-clock ones: convert instants to the business's zone first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

from turnero.engine.domain.booking import Money

Language = Literal["es", "en", "pt"]

LANGUAGES: tuple[Language, ...] = ("es", "en", "pt")

_LOCALES: Mapping[Language, Locale] = {
    "es": Locale("es", "AR"),
    "en": Locale("en"),
    "pt": Locale("pt", "BR"),
}

# CLDR's own patterns put a comma after a Spanish weekday, which nobody says.
_LONG: Mapping[Language, str] = {"es": "EEEE d 'de' MMMM", "en": "EEEE, MMMM d", "pt": "EEEE, d 'de' MMMM"}
_SHORT: Mapping[Language, str] = {"es": "EEE d/M", "en": "EEE, MMM d", "pt": "EEE d/M"}
_WEEKDAY: Mapping[Language, str] = {"es": "EEEE", "en": "EEEE", "pt": "EEEE"}

# How near a day must be for its word to be clearer than its date, in days from today.
_NEAR: Mapping[Language, tuple[str, str]] = {
    "es": ("hoy", "mañana"),
    "en": ("today", "tomorrow"),
    "pt": ("hoje", "amanhã"),
}


def language_of(locale: str | None) -> Language:
    """Return the language of ours that a person of `locale` reads best."""
    wanted = (locale or "").replace("_", "-").split("-")[0].casefold()
    return next((language for language in LANGUAGES if language == wanted), "es")


def long_date(day: date, locale: str) -> str:
    """Return a date in full, without a year: "jueves 7 de mayo"."""
    return _format(day, _LONG[language_of(locale)], locale)


def short_date(day: date, locale: str) -> str:
    """Return a date for the title of a choice: "jue 7/5", at most 11 characters."""
    return _format(day, _SHORT[language_of(locale)], locale).replace(".", "")


def weekday(day: date, locale: str) -> str:
    """Return the name of a day's weekday: "jueves"."""
    return _format(day, _WEEKDAY[language_of(locale)], locale)


def near_word(day: date, locale: str, *, today: date) -> str | None:
    """Return "hoy" or "mañana" if that is what `day` is, else None."""
    distance = (day - today).days
    return _NEAR[language_of(locale)][distance] if distance in {0, 1} else None


def day_words(day: date, locale: str, *, today: date) -> str:
    """Return a date as one says it in a sentence: "hoy jueves 7 de mayo"; one that is far off with its year."""
    words = long_date(day, locale)
    near = near_word(day, locale, today=today)
    if near is not None:
        separator = " " if language_of(locale) == "es" else ", "
        return f"{near}{separator}{words}"
    # "el lunes 4 de enero" in December is the next one to everybody; a year ahead it is not.
    return words if abs(day - today) < timedelta(days=300) else f"{words} {day.year}"


def short_day(day: date, locale: str, *, today: date) -> str:
    """Return a date for the title of a choice, by its word where it is near: "hoy", "mañana", "jue 7/5"."""
    return near_word(day, locale, today=today) or short_date(day, locale)


def clock(at: datetime | time) -> str:
    """Return a wall-clock time: "10:00", "09:30"."""
    return f"{at:%H:%M}"


def money(price: Money, locale: str) -> str:
    """Return an amount: "$ 18.000", with decimals only where there are any."""
    decimals = get_currency_precision(price.currency)
    amount = Decimal(price.amount).scaleb(-decimals)
    pattern = "¤ #,##0" if amount == amount.to_integral_value() else "¤ #,##0." + "0" * decimals
    return format_currency(
        amount, price.currency, format=pattern, locale=_LOCALES[language_of(locale)], currency_digits=False
    )


@lru_cache(maxsize=4096)  # Babel takes some 20 µs for a date; a conversation speaks of the same few days.
def _format(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=_LOCALES[language_of(locale)])
