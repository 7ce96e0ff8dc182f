"""Telephone numbers: how one is written down, and when two of them are the same person's.

Argentine mobiles are written +54 9 11 …, the same number as a fixed line is +54 11 …, and channels show either. So
phones are matched without that 9 (https://en.wikipedia.org/wiki/Telephone_numbers_in_Argentina).
"""

from __future__ import annotations

import re
from typing import NamedTuple

import phonenumbers

_ARGENTINA = 54
_REGION = re.compile("[A-Z]{2}")


class Phone(NamedTuple):
    """A number in E.164, and the key on which it is matched."""

    e164: str
    key: str


def read_phone(text: str, *, region: str | None) -> Phone:
    """Read a number as people write it, at home in `region` (ISO 3166) unless it says otherwise.

    A number with its country in front has to be possible; a national one has to be valid, for there the country is our
    guess ("15 1234-5678" without an area code is not a number anywhere else).

    Raises:
        ValueError: this is no telephone number.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("this is no telephone number; write it with country and area code, as +54 9 11 …") from error
    international = text.strip().startswith("+")
    good = phonenumbers.is_possible_number(number) if international else phonenumbers.is_valid_number(number)
    if not good:
        raise ValueError("this number cannot exist; write it with country and area code, as +54 9 11 …")
    national = str(number.national_number)
    if number.country_code == _ARGENTINA and national.startswith("9"):
        national = national[1:]
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164=e164, key=f"+{number.country_code}{national}")


def region_of(locale: str) -> str | None:
    """Return the region of a BCP 47 tag: "AR" of "es-AR", None of "es"."""
    return next((part for part in locale.split("-")[1:] if _REGION.fullmatch(part)), None)
