"""The demo's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from turnero.demo.clock import DemoClock

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


class StillClock:
    """A clock that shows what it is told to."""

    def __init__(self, now: datetime) -> None:
        self.shows = now

    def now(self) -> datetime:
        return self.shows


def test_it_starts_where_it_is_told_and_runs_with_the_real_one() -> None:
    real = StillClock(NOON)
    clock = DemoClock(real, start=NOON - timedelta(days=8))

    real.shows += timedelta(minutes=5)

    assert clock.now() == NOON - timedelta(days=8) + timedelta(minutes=5)


def test_it_can_be_moved_forward() -> None:
    clock = DemoClock(StillClock(NOON), start=NOON)

    assert clock.advance(timedelta(hours=24)) == NOON + timedelta(hours=24)
    assert clock.now() == NOON + timedelta(hours=24)


def test_it_never_goes_back() -> None:
    clock = DemoClock(StillClock(NOON), start=NOON)

    with pytest.raises(ValueError, match="forward only"):
        clock.advance(timedelta(seconds=-1))
    assert clock.now() == NOON
