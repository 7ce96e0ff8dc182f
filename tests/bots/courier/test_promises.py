from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest

from turnero.bots.courier.promises import BACKOFF, PROMISES
from turnero.engine.ports.outbox import URGENCY

GUIDE = Path(__file__).parents[3] / "docs" / "DELIVERY.md"
ROW = re.compile(r"^\| `(\w+)` \| (repeat|leave) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def test_the_guide_says_what_is_promised() -> None:
    told = [(kind, unknown, int(tries), int(last)) for kind, unknown, tries, last in ROW.findall(GUIDE.read_text())]
    assert told == [(kind, p.when_unknown.value, p.tries, p.last_tries) for kind, p in PROMISES.items()]


def test_every_kind_has_a_promise_and_an_urgency() -> None:
    assert PROMISES.keys() == URGENCY.keys()


@pytest.mark.parametrize(("tries", "longest_s"), [(1, 2), (2, 4), (5, 32), (9, 480), (10, 480), (10_000, 480)])
def test_a_wait_is_anywhere_up_to_its_limit_which_doubles(tries: int, longest_s: int) -> None:
    rng = random.Random(1)
    waits = [BACKOFF.after(tries, rng) for _ in range(1_000)]
    assert timedelta(0) <= min(waits) < timedelta(seconds=longest_s) / 20
    assert timedelta(seconds=longest_s) * 0.95 < max(waits) <= timedelta(seconds=longest_s)
