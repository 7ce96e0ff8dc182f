"""Dates and instants in queries."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from turnero.engine.domain.errors import Invalid
from turnero.http.routes.dates import beginning, ending

BUENOS_AIRES = ZoneInfo("America/Argentina/Buenos_Aires")


def test_a_date_begins_and_ends_at_local_midnight() -> None:
    assert beginning("2026-12-01", BUENOS_AIRES, path="$") == datetime(2026, 12, 1, 3, tzinfo=UTC)
    assert ending("2026-12-01", BUENOS_AIRES, path="$") == datetime(2026, 12, 2, 3, tzinfo=UTC)


def test_an_instant_is_itself_whatever_the_zone() -> None:
    assert beginning("2026-12-01T10:00:00Z", BUENOS_AIRES, path="$") == datetime(2026, 12, 1, 10, tzinfo=UTC)


def test_a_plus_that_was_not_escaped_is_understood() -> None:
    assert ending("2026-12-01T10:00:00 02:00", UTC, path="$") == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_day_that_skips_its_midnight_begins_when_the_clocks_have_moved() -> None:
    santiago = ZoneInfo("America/Santiago")  # 2026-09-06 begins at 01:00

    assert beginning("2026-09-06", santiago, path="$") == datetime(2026, 9, 6, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-02-30",
        "9999-12-31",
        "0001-01-01",
        "2026-12-01T10:00:00",
        "9999-12-31T23:59:59-23:59",
        "\u0662026-12-01",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        ending(text, UTC, path="$.to")
