from __future__ import annotations

import pytest

from turnero.engine.domain.phones import read_phone, region_of

# Ways in which people and channels write one Argentine mobile: with the 9 and without, with 15, from home and abroad.
ONE_MOBILE = [
    "+54 9 11 2345-6789",
    "+54 11 2345-6789",
    "+5491123456789",
    "011 15-2345-6789",
    "11 2345-6789",
    "(011) 2345 6789",
]


@pytest.mark.parametrize("text", ONE_MOBILE)
def test_an_argentine_number_is_the_same_person_s_however_it_is_written(text: str) -> None:
    assert read_phone(text, region="AR").key == "+541123456789"


def test_a_number_is_kept_in_e_164_as_it_was_given() -> None:
    assert read_phone("+54 9 11 2345-6789", region="AR").e164 == "+5491123456789"
    assert read_phone("+54 11 2345-6789", region="AR").e164 == "+541123456789"


def test_a_number_with_its_country_in_front_means_that_country() -> None:
    assert read_phone("+56 9 6123 4567", region="AR").key == "+56961234567"
    assert read_phone("+34 612 34 56 78", region=None).key == "+34612345678"


def test_the_9_belongs_to_the_number_everywhere_but_in_argentina() -> None:
    chilean = read_phone("+56 9 6123 4567", region="CL")
    assert chilean.key == chilean.e164


NOT_NUMBERS = ["15 2345-6789", "hola", "", "+", "12", "+54 9 11", "11 2345-67890123", "+999 123456"]


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_cannot_be_a_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        read_phone(text, region="AR")


def test_a_national_number_needs_a_country() -> None:
    with pytest.raises(ValueError, match="country and area code"):
        read_phone("11 2345-6789", region=None)


@pytest.mark.parametrize(
    ("locale", "region"), [("es-AR", "AR"), ("es", None), ("zh-Hant-TW", "TW"), ("es-419", None), ("en-GB", "GB")]
)
def test_a_locale_s_region_is_its_country(locale: str, region: str | None) -> None:
    assert region_of(locale) == region
