"""Links that make a chat a provider's: they fit everywhere, and open nothing for whoever makes one up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from turnero.bots.driver.links import LINKS_LAST, Links, code_in
from turnero.engine.domain.value import ProviderId

NOW = datetime(2026, 5, 6, 14, 0, tzinfo=UTC)
MARTIN = ProviderId("prv_0123456789abcdef0123456789abcdef")
LINKS = Links("a secret of at least thirty-two bytes, or so")


@pytest.mark.parametrize("provider_id", [MARTIN, ProviderId("prv_000001"), ProviderId("prv_x")])
def test_a_code_stands_for_its_provider_until_it_ends(provider_id: ProviderId) -> None:
    code = LINKS.code(provider_id, now=NOW)
    link = LINKS.read(code, now=NOW + LINKS_LAST - timedelta(minutes=1))
    assert link is not None
    assert link.provider_id == provider_id
    assert LINKS.read(code, now=NOW + LINKS_LAST) is None


def test_a_code_fits_into_the_tightest_deep_link() -> None:
    # https://core.telegram.org/bots/features#deep-linking
    assert re.fullmatch(r"link-[A-Za-z0-9_-]{1,59}", LINKS.code(MARTIN, now=NOW))


def test_two_codes_for_one_provider_are_told_apart() -> None:
    codes = [LINKS.code(MARTIN, now=NOW + timedelta(minutes=n)) for n in range(3)]
    assert len({link.mac for code in codes if (link := LINKS.read(code, now=NOW))}) == 3


def test_a_code_of_somebody_elses_is_worth_nothing() -> None:
    assert LINKS.read(Links("another secret").code(MARTIN, now=NOW), now=NOW) is None


def test_a_code_that_was_changed_anywhere_is_worth_nothing() -> None:
    code = LINKS.code(MARTIN, now=NOW)
    for place in range(len("link-"), len(code)):
        other = "A" if code[place] != "A" else "B"
        changed = code[:place] + other + code[place + 1 :]
        link = LINKS.read(changed, now=NOW)
        # The last character of base64 may have bits that mean nothing.
        assert link is None or (place == len(code) - 1 and link == LINKS.read(code, now=NOW))


@pytest.mark.parametrize("code", ["", "link-", "link-!", "link-AAAA", "link-" + "A" * 200, "hola", "link-ñ"])
def test_what_is_no_code_is_worth_nothing(code: str) -> None:
    assert LINKS.read(code, now=NOW) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("link-abc_-9", "link-abc_-9"),
        ("  link-abc\n", "link-abc"),
        ("/start link-abc", "link-abc"),
        ("mandé link-abc", None),
        ("link-abc link-def", None),
        ("link", None),
        ("", None),
    ],
)
def test_a_code_is_the_whole_message(text: str, code: str | None) -> None:
    assert code_in(text) == code
