"""The promise that the project stands on: whatever is asked, in whatever order, nothing live ever overlaps."""

from __future__ import annotations

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.engine.domain.histories import (
    BEGIN,
    HISTORIES,
    POLICIES,
    WISHES,
    History,
    Wish,
    fresh,
    request,
    require_derived_parts_true,
    require_no_overlap,
    require_sessions_in_order,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.decide import Decision, decide
from turnero.engine.domain.limits import KEYS_REMEMBERED_FOR
from turnero.engine.domain.policy import Policy


class AnyoneAsksAnything(RuleBasedStateMachine):
    """All roles, all commands, overrides, late wake-ups, repeats, menus that change under people's bookings."""

    def __init__(self) -> None:
        super().__init__()
        self.calendar: Calendar = fresh()
        self.now = BEGIN
        self.number = 0
        self.accepted: list[tuple[cmd.Request, Decision]] = []

    @initialize(policy=st.sampled_from(POLICIES))
    def open(self, policy: Policy) -> None:
        self.calendar = fresh(policy)

    # Several at a time: with as many wake-ups as requests, little would ever be in each other's way.
    @rule(wishes=st.lists(WISHES, min_size=2, max_size=6))
    def ask(self, wishes: list[Wish]) -> None:
        for wish in wishes:
            self.now += wish.pause
            self.number += 1
            asked = request(self.calendar, wish, self.number)
            decision = decide(self.calendar, asked, now=self.now)
            if isinstance(decision, Decision):
                self.accepted.append((asked, decision))
                self.calendar = decision.after
                self.all_is_in_order()

    @rule()
    def wake_up_in_time(self) -> None:
        due = self.calendar.next_deadline()
        if due is None:
            return
        self.now = max(self.now, due)
        decision = decide(self.calendar, cmd.Request(command=cmd.MeetDeadlines(), actor=SYSTEM), now=self.now)
        assert isinstance(decision, Decision)
        assert decision.recorded, "a deadline that is met is recorded"
        self.calendar = decision.after
        next_due = self.calendar.next_deadline()
        assert next_due is None or next_due > self.now

    @rule(which=st.integers(0, 100))
    def repeat(self, which: int) -> None:
        kept = [(asked, decision) for asked, decision in self.accepted if decision.recorded]
        if not kept or self.now - kept[0][1].recorded[-1].at > KEYS_REMEMBERED_FOR:
            return
        asked, first = kept[which % len(kept)]
        again = decide(self.calendar, asked, now=self.now)
        assert isinstance(again, Decision)
        assert again == Decision((), self.calendar, first.outcome)

    @invariant()
    def all_is_in_order(self) -> None:
        require_no_overlap(self.calendar)
        require_sessions_in_order(self.calendar)
        require_derived_parts_true(self.calendar)


TestNobodyIsBookedOver = AnyoneAsksAnything.TestCase
# Not shrunk: that takes minutes here. The property below finds the same faults, and shrinks them in seconds.
TestNobodyIsBookedOver.settings = settings(
    max_examples=100, stateful_step_count=30, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)


@given(history=HISTORIES)
@settings(max_examples=60)
def test_at_no_point_of_any_history_do_two_live_bookings_overlap(history: History) -> None:
    for _, _, decision in history.decisions:
        require_no_overlap(decision.after)
        require_sessions_in_order(decision.after)
        require_derived_parts_true(decision.after)
