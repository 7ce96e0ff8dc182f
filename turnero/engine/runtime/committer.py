"""Group commit: everything that waits goes into one transaction, and only then does anyone hear of it.

One task, on the event loop. While a transaction is under way the next group gathers, so the harder the load, the
larger the groups, the fewer the syncs per booking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from turnero.engine.domain.decide import Decision
from turnero.engine.domain.errors import TurneroError, Unavailable
from turnero.engine.ports import Batch, Journal, Outcome
from turnero.engine.runtime.bridge import Bridge
from turnero.engine.runtime.limits import COMMIT_BATCHES_MAX
from turnero.engine.runtime.staging import (
    Answer,
    Ask,
    CalendarCrashed,
    Crashed,
    DecideAgain,
    End,
    Joint,
    Lease,
    Returned,
    Staged,
    Verdict,
)

log = structlog.get_logger(__name__)

OnCommitted = Callable[[Sequence[Batch]], None]
OnEnded = Callable[[Lease], None]


def outcome_unknown() -> Unavailable:
    """Return the refusal of a caller whose command may or may not have taken effect."""
    detail = "It is not known whether this took effect. Repeat it with the same Idempotency-Key to find out."
    return Unavailable("outcome_unknown", detail)


class Committer:
    """Takes what actors have decided, makes it durable, and answers. `run` it in one task."""

    def __init__(
        self, journal: Journal, bridge: Bridge[Staged], *, on_committed: OnCommitted, on_ended: OnEnded
    ) -> None:
        self._journal = journal
        self._bridge = bridge
        self._on_committed = on_committed
        self._on_ended = on_ended
        self._waiting: list[Staged] = []
        self._stopping = False

    async def run(self) -> None:
        """Commit until `stop`; then what is waiting, and return."""
        while not self._stopping or self._waiting:
            await self._bridge.wait()
            while await self.step():
                pass

    def stop(self) -> None:
        """Let `run` return once everything that waits is committed."""
        self._stopping = True
        self._bridge.nudge()

    async def step(self) -> bool:
        """Commit one group; tell whether there was anything to do."""
        for item in self._bridge.take():
            self._arrive(item)
        group, self._waiting = _ready(self._waiting)
        if not group:
            return False
        await self._settle(group)
        return True

    def break_joint(self, joint: Joint) -> None:
        """Give up what `joint` ties together: a part of it will not come."""
        joint.broken = True
        self._bridge.nudge()

    def _arrive(self, item: Staged) -> None:
        joint = item.ask.joint
        if joint is not None:
            if isinstance(item, Verdict) and item.batch is not None:
                joint.arrived += 1
            else:
                joint.broken = True
        self._waiting.append(item)

    async def _settle(self, group: list[Staged]) -> None:
        self._break_doomed_joints(group)
        verdicts = [verdict for item in group if (verdict := self._standing(item)) is not None]
        batches = [v.batch for v in verdicts if v.batch is not None]
        _, outcomes = await asyncio.gather(self._confirm(verdicts), self._append(verdicts, batches))
        written = [b for b, outcome in zip(batches, outcomes, strict=True) if outcome is Outcome.COMMITTED]
        if written:
            self._on_committed(written)
        answers = iter(outcomes)
        for verdict in verdicts:
            outcome = next(answers) if verdict.batch is not None else None
            if outcome is Outcome.NOT_WRITTEN:
                self._end(verdict.lease, End.OVERTAKEN)
            # A refusal or a repeated answer without a batch stands on what its calendar had decided before it.
            end = verdict.lease.ended
            if outcome is Outcome.COMMITTED or end not in _TAKES_ALL_WITH_IT:
                _answer(verdict)
            else:
                assert end is not None
                _fail(verdict.ask, end)

    async def _append(self, verdicts: Sequence[Verdict], batches: Sequence[Batch]) -> Sequence[Outcome]:
        """Write `batches`; if that breaks, end their leases: what became of them nobody knows."""
        if not batches:
            return ()
        try:
            return await self._journal.append(batches)
        except Exception:  # whatever a broken database raises, the outcome is unknown
            log.exception("commit_failed", batches=len(batches))
            for verdict in verdicts:
                if verdict.batch is not None:
                    self._end(verdict.lease, End.UNKNOWN)
            return [Outcome.NOT_WRITTEN] * len(batches)

    async def _confirm(self, verdicts: Sequence[Verdict]) -> None:
        """End leases that were overtaken, of verdicts that no append puts to the test: refusals and repeated answers.

        Without it a process whose calendar lives elsewhere by now would refuse out of a stale memory: "no such
        booking" of one that was made a second ago.
        """
        tested = {verdict.lease.provider_id for verdict in verdicts if verdict.batch is not None}
        leases = {v.lease.provider_id: v.lease for v in verdicts if v.lease.provider_id not in tested}
        if not leases:
            return
        try:
            holding = await self._journal.holding({p: lease.epoch for p, lease in leases.items()})
        except Exception:  # a database that cannot be asked confirms nothing
            log.exception("confirmation_failed", calendars=len(leases))
            for lease in leases.values():
                self._end(lease, End.UNKNOWN)
            return
        for provider_id, lease in leases.items():
            if provider_id not in holding:
                self._end(lease, End.OVERTAKEN)

    def _break_doomed_joints(self, group: Sequence[Staged]) -> None:
        """Break every joint of which one part cannot be written any more, before any part of it is looked at.

        Breaking one ends a lease, which may doom a part of another: repeated until nothing changes.
        """
        parts = [
            (item.lease, item.ask.joint)
            for item in group
            if isinstance(item, Verdict) and item.batch is not None and item.ask.joint is not None
        ]
        settled = False
        while not settled:
            settled = True
            for lease, joint in parts:
                doomed = lease.ended in _TAKES_ALL_WITH_IT
                if doomed and not joint.broken:
                    joint.broken, settled = True, False
                elif joint.broken and not doomed:
                    # What this actor has decided since builds on a batch that will never be written.
                    self._end(lease, End.OVERTAKEN)
                    settled = False

    def _standing(self, item: Staged) -> Verdict | None:
        """Return `item` if it is a verdict of a lease that still holds; deal with everything else."""
        match item:
            case Returned():
                _fail(item.ask, item.lease.ended or End.DROPPED)
            case Crashed():
                log.error("calendar_crashed", provider_id=item.lease.provider_id, exc_info=item.error)
                self._end(item.lease, End.CRASHED)
                _refuse(item.ask, CalendarCrashed(type(item.error).__name__))
            case Verdict() if item.lease.ended in _TAKES_ALL_WITH_IT:
                _fail(item.ask, item.lease.ended)
            case Verdict():
                return item
        return None

    def _end(self, lease: Lease, end: End) -> None:
        if lease.ended is None or lease.ended not in _TAKES_ALL_WITH_IT:
            lease.ended = end
            self._on_ended(lease)


# After these, nothing that the activation has decided and not yet written may be written. A crash or a drop is not
# one of them: what was decided before it is sound.
_TAKES_ALL_WITH_IT = frozenset({End.OVERTAKEN, End.UNKNOWN})


def _ready(waiting: list[Staged]) -> tuple[list[Staged], list[Staged]]:
    """Split what waits into what can be committed now and what must wait for the other part of a joint.

    Behind a part that waits, everything of its calendar waits, and so does every joint that leads there.
    """
    blocked: set[str] = set()
    while True:
        group: list[Staged] = []
        rest: list[Staged] = []
        now_blocked = set(blocked)
        for item in waiting:
            joint = item.ask.joint
            incomplete = joint is not None and not joint.complete and not joint.broken
            if item.lease.provider_id in now_blocked or incomplete:
                now_blocked.add(item.lease.provider_id)
                rest.append(item)
            else:
                group.append(item)
        torn = {i.ask.joint.id for i in rest if i.ask.joint is not None and not i.ask.joint.broken}
        now_blocked |= {i.lease.provider_id for i in group if i.ask.joint is not None and i.ask.joint.id in torn}
        if now_blocked == blocked or not rest:
            return _capped(group, rest)
        blocked = now_blocked


def _capped(group: list[Staged], rest: list[Staged]) -> tuple[list[Staged], list[Staged]]:
    if len(group) <= COMMIT_BATCHES_MAX or any(item.ask.joint is not None for item in group):
        return group, rest
    return group[:COMMIT_BATCHES_MAX], group[COMMIT_BATCHES_MAX:] + rest


def _answer(verdict: Verdict) -> None:
    match verdict.answer:
        case TurneroError() as refusal:
            _refuse(verdict.ask, refusal)
        case Decision() as decision:
            if not verdict.ask.reply.done():
                answer = Answer(decision=decision, after=decision.after, first=verdict.batch is not None)
                verdict.ask.reply.set_result(answer)


def _fail(ask: Ask, end: End) -> None:
    _refuse(ask, outcome_unknown() if end is End.UNKNOWN else DecideAgain(end.value))


def _refuse(ask: Ask, error: Exception) -> None:
    if not ask.reply.done():
        ask.reply.set_exception(error)
