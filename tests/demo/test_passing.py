"""How a day goes by in the demo."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from turnero.demo.clock import DemoClock
from turnero.demo.passing import STOPS_MAX, let_pass

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class StillClock:
    """A real clock on which no time passes."""

    def now(self) -> datetime:
        return NOON


@dataclass
class Messages:
    """Messages that are sent when their time comes, and when each was. `stuck` ones never are."""

    clock: DemoClock
    due: list[datetime]
    stuck: bool = False
    sent: list[datetime] = field(default_factory=list)

    async def rest(self) -> None:
        while self.due and self.due[0] <= self.clock.now() and not self.stuck:
            self.sent.append(self.clock.now())
            del self.due[0]

    async def next_due(self) -> datetime | None:
        return self.due[0] if self.due else None


def demo(*due: datetime, stuck: bool = False) -> tuple[DemoClock, Messages]:
    clock = DemoClock(StillClock(), start=NOON)
    return clock, Messages(clock, sorted(due), stuck=stuck)


async def test_each_message_is_sent_in_its_time() -> None:
    clock, messages = demo(NOON + HOUR, NOON + 2 * HOUR, NOON + 30 * HOUR)
    assert await let_pass(24 * HOUR, clock, messages) == NOON + 24 * HOUR
    assert messages.sent == [NOON + HOUR, NOON + 2 * HOUR]


async def test_the_last_moment_is_part_of_it() -> None:
    clock, messages = demo(NOON + HOUR)
    assert await let_pass(HOUR, clock, messages) == NOON + HOUR
    assert messages.sent == [NOON + HOUR]


async def test_time_passes_where_nothing_is_due() -> None:
    clock, messages = demo()
    assert await let_pass(HOUR, clock, messages) == NOON + HOUR


async def test_a_message_that_does_not_leave_holds_nothing_up() -> None:
    clock, messages = demo(NOON, NOON + HOUR, stuck=True)
    assert await let_pass(24 * HOUR, clock, messages) == NOON + 24 * HOUR


async def test_after_enough_stops_the_rest_passes_at_a_stroke() -> None:
    clock, messages = demo(*(NOON + n * timedelta(minutes=1) for n in range(1, 2 * STOPS_MAX)))
    assert await let_pass(24 * HOUR, clock, messages) == NOON + 24 * HOUR
    assert len(set(messages.sent)) == STOPS_MAX
