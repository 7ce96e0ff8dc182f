from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.engine.domain.calendars import at, off, on
from turnero.engine.domain.schedule import Hours, Schedule, wall_minutes

HOURS = [("00:00", "24:00"), ("09:00", "09:01"), ("23:59", "24:00")]
NO_HOURS = [("09:00", "09:00"), ("18:00", "09:00"), ("24:00", "24:00")]
NO_TIMES = ["9:00", "24:01", "25:00", "09:60", "09:00:00", "0900", "", "09:00\n", "٠٩:٠٠"]  # noqa: RUF001  Arabic digits


@pytest.mark.parametrize(("opens", "closes"), HOURS)
def test_hours_begin_before_they_end(opens: str, closes: str) -> None:
    assert msgspec.json.decode(f'{{"from": "{opens}", "to": "{closes}"}}', type=Hours).opens == opens


@pytest.mark.parametrize(("opens", "closes"), NO_HOURS)
def test_hours_that_end_before_they_begin_cannot_be_built(opens: str, closes: str) -> None:
    with pytest.raises(ValueError, match="split a night shift at midnight"):
        Hours(opens=opens, closes=closes)


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_wall_time_is_refused_at_the_edge(text: str) -> None:
    body = msgspec.json.encode({"from": text, "to": "24:00"})
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=Hours)


def test_a_date_is_excepted_once() -> None:
    with pytest.raises(ValueError, match="names a date twice"):
        Schedule(exceptions=(on("2026-12-24", ("09:00", "12:00")), on("2026-12-24")))


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-1), timedelta(days=366, seconds=1)])
def test_a_time_off_that_is_no_stretch_or_longer_than_a_year_cannot_be_built(length: timedelta) -> None:
    start = at("2026-12-01 10:00")
    off(start, start + timedelta(days=366))
    with pytest.raises(ValueError, match="must be before"):
        off(start, start + length)


def test_wall_times_are_minutes_after_midnight() -> None:
    assert [wall_minutes(text) for text in ("00:00", "09:30", "24:00")] == [0, 570, 1440]
