"""What a courier has done since it was started, for whoever keeps an eye on it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

from turnero.engine.ports.timing import Urgency

# From "at once" to "hours late"; the time of a message is from when it was due to when its channel had it.
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0)


@dataclass
class Lateness:
    """How late messages of one urgency were sent: how many up to each of `BUCKETS_S`, the last beyond; and in sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))
    sum_s: float = 0.0

    def observe(self, late_s: float) -> None:
        self.counts[bisect_left(BUCKETS_S, late_s)] += 1
        self.sum_s += late_s


@dataclass
class Counts:
    """Counters, by channel and kind where that is said. `waiting` is how many the queue held when it was last asked."""

    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)  # by channel and code: of tries, not of messages
    dropped: Counter[str] = field(default_factory=Counter)  # by why
    reported: Counter[tuple[str, str]] = field(default_factory=Counter)  # by channel and status
    lateness: dict[Urgency, Lateness] = field(default_factory=lambda: {urgency: Lateness() for urgency in Urgency})
    refilled: int = 0
    waiting: int = 0
