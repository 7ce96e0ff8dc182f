"""What `Accept` asks for."""

from __future__ import annotations

import pytest

from turnero.http.negotiation import preferred

OFFERS = ("application/json", "text/csv")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ([], "application/json"),
        (["*/*"], "application/json"),
        (["text/csv"], "text/csv"),
        (["Text/CSV; charset=utf-8"], "text/csv"),
        (["text/*"], "text/csv"),
        (["text/html, text/csv;q=0.9, */*;q=0.8"], "text/csv"),
        (["text/html,application/xhtml+xml,*/*;q=0.8"], "application/json"),
        (["application/json, text/csv"], "application/json"),
        (["application/json;q=0.1", "text/csv;q=0.2"], "text/csv"),
        # The more specific range has the last word.
        (["text/csv;q=0, text/*, */*;q=0.1"], "application/json"),
        (["application/json;q=0, */*"], "text/csv"),
    ],
)
def test_the_client_gets_what_it_likes_best(accept: list[str], media: str) -> None:
    assert preferred(accept, OFFERS) == media


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "", ",;,", "text/csv;q=much", "text/csv;q=nan", "csv"])
def test_who_takes_none_of_it_or_says_nonsense_gets_the_first(accept: str) -> None:
    assert preferred([accept], OFFERS) == "application/json"
