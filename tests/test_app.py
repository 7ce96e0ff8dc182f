"""What the composition root makes itself: ids and the clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from turnero.app import RandomIds, SystemClock


def test_ids_are_different_and_hold_128_random_bits() -> None:
    ids = RandomIds()

    made = [ids.new("bkg") for _ in range(1_000)]

    assert len(set(made)) == 1_000
    assert all(re.fullmatch(r"bkg_[0-9a-f]{32}", one) for one in made)


def test_two_nodes_do_not_make_the_same_ids() -> None:
    one, two = RandomIds(), RandomIds()

    assert {one.new("bkg") for _ in range(300)}.isdisjoint({two.new("bkg") for _ in range(300)})


def test_the_system_clock_tells_an_aware_utc_instant() -> None:
    now = SystemClock().now()

    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)
