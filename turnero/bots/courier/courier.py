"""The courier: claims what is due, hands it to a channel, and records what came of it.

What is to be sent, and whether it was, is in the outbox. Everything here can die at any moment: what was claimed comes
back by itself, and what was begun is known to have been begun. Several couriers share the work.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from prometheus_client import CollectorRegistry

from turnero.bots.courier import errand as errands
from turnero.bots.courier.clerk import Clerk
from turnero.bots.courier.errand import Errand
from turnero.bots.courier.ledger import Entry, Ledger
from turnero.bots.courier.metrics import CourierMetrics
from turnero.bots.courier.noticing import Agendas
from turnero.bots.courier.outlet import Counter, Outlet
from turnero.bots.courier.reports import Marks, Reports
from turnero.bots.courier.supply import Supply
from turnero.bots.ports import DeliveryFailed, Report
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports import Batch, Clock
from turnero.engine.ports.outbox import Attempt, Letter, Outbox, OutboxRow, Result
from turnero.engine.ports.timing import QueueLost, Timer, TimingQueue, Urgency

log = structlog.get_logger(__name__)

# How often it is looked whether anything is due that nobody has told of: a timer, or a message that another process
# has planned. Whatever this process plans is sent at once.
POLL_S = 1.0

# As many letters are read at a time: the questions are the same few for one as for all of them.
CLAIM_MAX = 200

# What is claimed waits for its channel for some seconds at most; whoever has not begun by then has died.
CLAIM_LEASE = timedelta(seconds=60)

# A message that somebody has in hand is theirs for so long since it was first seen there: the time that a channel may
# take, and a commit. Counted by this process's own time: the clock may jump, by hours or by years.
IN_HAND_S = 30.0

# So many messages in others' hands at once: past this some of them are waited for longer than they need.
SEEN_MAX = 10_000

# A reply that waits behind another is let go when that is dealt with; this is for when its courier has died meanwhile.
BEHIND_ANOTHER = timedelta(seconds=2)

# There may be no room for these: somebody is waiting for each of them.
_MAY_CROWD = frozenset({Urgency.REPLY, Urgency.OFFER})

# A task that is cancelled ends within one turn of the loop; one that has not after so long was not told.
CANCEL_AGAIN_S = 0.1

# A stop lets messages that are on their way arrive for this long.
STOP_PATIENCE_S = 8.0


class Courier:
    """Sends what is due between `start` and `stop`. `outlets` are in the order in which channels are preferred.

    Unless it is `alone`, there are other processes with other channels: what cannot go by these is left to them.
    """

    def __init__(
        self,
        outbox: Outbox,
        queue: TimingQueue,
        outlets: Sequence[Outlet],
        *,
        agendas: Agendas,
        marks: Marks,
        clock: Clock,
        alone: bool = True,
        registry: CollectorRegistry | None = None,
        seed: int | None = None,
        in_hand_s: float = IN_HAND_S,
    ) -> None:
        self._metrics = CourierMetrics(CollectorRegistry() if registry is None else registry)
        self._outbox = outbox
        self._queue = queue
        self._clock = clock
        self._in_hand_s = in_hand_s
        # Only spreads retries over time; a seed makes tests repeatable.
        self._random = random.Random(seed)  # noqa: S311  not secret
        self._supply = Supply(outbox, queue, metrics=self._metrics)
        self._clerk = Clerk(outlets, agendas, alone=alone)
        self._ledger = Ledger(outbox, queue, on_written=self.wake)
        self._reports = Reports(outbox, queue, marks, clock=clock, metrics=self._metrics, on_planned=self.wake)
        self._counters = {outlet.channel.name: self._counter(outlet) for outlet in outlets}
        # What is ours from the claim until it is recorded.
        self._ours: set[int] = set()
        # Since when, in the loop's time, a message is known to be in somebody else's hand: by its id and attempt.
        self._seen_in_hand: dict[tuple[int, int], float] = {}
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._ledger_task: asyncio.Task[None] | None = None

    # --- Life -----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to send."""
        self._ledger_task = asyncio.create_task(self._ledger.run(), name="courier-ledger")
        self._tasks = [
            asyncio.create_task(self._run(), name="courier"),
            *(asyncio.create_task(c.run(), name=f"courier-{name}") for name, c in self._counters.items()),
        ]

    async def stop(self) -> None:
        """Begin nothing more, let arrive what is on its way, write down what came of it, and give the rest back."""
        await _end(self._tasks)
        ends = [counter.end(patience_s=STOP_PATIENCE_S) for counter in self._counters.values()]
        left = [errand for of_one in await asyncio.gather(*ends) for errand in of_one]
        await self._reports.stop()
        await self._queue.push([errand.claimed for errand in left])
        self._ledger.end()
        if self._ledger_task is not None:
            await self._ledger_task

    def wake(self) -> None:
        """Look at once: something has been planned, or the clock was moved."""
        self._woken.set()

    def committed(self, batches: Sequence[Batch]) -> None:
        """Hear of what the engine has just made durable."""
        if any(batch.messages for batch in batches):
            self.wake()

    async def settled(self, _answer: object) -> None:
        """Hold nobody's answer up: messages are sent after it."""

    async def report(self, report: Report) -> None:
        """Take what a channel says later about a message."""
        await self._reports.take(report)

    async def rest(self) -> None:
        """Return once everything that is due by now has been dealt with."""
        self._idle.clear()
        self.wake()
        await self._idle.wait()

    async def next_due(self) -> datetime | None:
        """Return when the next message is due, if any is planned."""
        return await self._outbox.next_due()

    # --- The round ------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            try:
                await self._turn()
            except Unavailable as away:
                log.warning("courier_waits", code=away.code)
                await asyncio.sleep(POLL_S)
            except Exception:
                # A bug. Nothing is lost, it is all in the outbox, and the next turn may get past it.
                log.exception("courier_failed")
                await asyncio.sleep(POLL_S)
            else:
                if not self._woken.is_set() and self._quiet:
                    self._idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await self._woken.wait()

    @property
    def _quiet(self) -> bool:
        return self._ledger.quiet and all(counter.quiet for counter in self._counters.values())

    async def _turn(self) -> None:
        """Deal with everything that is due, and look out for more meanwhile."""
        loop = asyncio.get_running_loop()
        more, look_at = True, loop.time()
        while more:
            if self._woken.is_set() or loop.time() >= look_at:
                self._woken.clear()
                look_at = loop.time() + POLL_S
                await self._supply.look(now=self._clock.now())
            more = await self._round()

    async def _round(self) -> bool:
        """Claim some of what is due, and send it on its way; tell whether there may be more."""
        limit = min(CLAIM_MAX, max((counter.room for counter in self._counters.values()), default=CLAIM_MAX))
        if limit <= 0:
            return False
        now = self._clock.now()
        try:
            claimed = await self._queue.claim(now=now, limit=limit, lease=CLAIM_LEASE)
        except QueueLost:
            await self._supply.fill(now=now)
            return True
        timers = {timer.id: timer for timer in claimed if timer.id not in self._ours}
        letters = {letter.row.id: letter for letter in await self._outbox.letters(timers)}
        await self._queue.drop(timers.keys() - letters.keys())
        for timer in timers.values():
            if timer.id in letters:
                await self._deal_with(letters[timer.id], timer)
        return bool(claimed)

    async def _deal_with(self, letter: Letter, claimed: Timer) -> None:
        row, now = letter.row, self._clock.now()
        decision = self._not_before(row, now) or await self._clerk.decide(letter, claimed, now=now)
        match decision:
            case Errand():
                await self._send(decision, now)
            case Result():
                self._record(row, decision, claimed)
            case datetime():
                await self._queue.push([claimed._replace(due_at=decision)])

    def _not_before(self, row: OutboxRow, now: datetime) -> datetime | None:
        """Return when to look again at a message that is not to be touched now; None if it is."""
        if row.next_at > now:
            # It was planned for later meanwhile, or the clock has gone back.
            return row.next_at
        if row.sending_since is None:
            return None
        loop_time = asyncio.get_running_loop().time()
        if len(self._seen_in_hand) >= SEEN_MAX:
            self._seen_in_hand.clear()
        left_s = self._seen_in_hand.setdefault((row.id, row.attempts), loop_time) + self._in_hand_s - loop_time
        if left_s > 0:
            return now + timedelta(seconds=left_s)
        del self._seen_in_hand[row.id, row.attempts]
        return None

    async def _send(self, errand: Errand, now: datetime) -> None:
        counter = self._counters[errand.way.to.channel]
        if counter.room > 0 or errand.claimed.urgency in _MAY_CROWD:
            self._ours.add(errand.row.id)
            counter.put(errand)
        else:
            await self._queue.push([errand.claimed._replace(due_at=now + counter.put_off())])

    # --- What comes of it -----------------------------------------------------------------------------------------

    def _counter(self, outlet: Outlet) -> Counter:
        def done(errand: Errand, outcome: str | DeliveryFailed | None) -> None:
            self._arrived(counter, errand, outcome)

        counter = Counter(outlet, begin=self._begin, done=done, turned_away=self._turned_away, has_room=self.wake)
        return counter

    async def _begin(self, attempts: Sequence[Attempt]) -> Mapping[int, int]:
        begun = await self._outbox.begin(attempts, now=self._clock.now())
        self._ours.update(begun.values())
        return begun

    async def _turned_away(self, errand: Errand) -> None:
        """Put back what may not begin: a reply behind another one. Anything else is somebody else's by now, or over."""
        self._ours.discard(errand.claimed.id)
        await self._queue.push([errand.claimed._replace(due_at=self._clock.now() + BEHIND_ANOTHER)])

    def _arrived(self, counter: Counter, errand: Errand, outcome: str | DeliveryFailed | None) -> None:
        now, channel = self._clock.now(), errand.way.to.channel
        if isinstance(outcome, DeliveryFailed):
            self._metrics.errors.labels(channel, outcome.code).inc()
            log.info("not_delivered", message_id=errand.row.id, channel=channel, code=outcome.code)
            self._reports.note_failure(errand.way.to, outcome)
            result = errands.failed(
                errand, outcome, now=now, rng=self._random, deduplicates=counter.outlet.deduplicates
            )
        else:
            late_s = (now - errand.row.due_at).total_seconds()
            self._metrics.lateness.labels(errand.claimed.urgency.name.lower()).observe(late_s)
            result = errands.sent(errand, outcome, now=now)
        self._record(errand.row, result, errand.claimed, counter=counter, errand=errand)

    def _record(
        self,
        row: OutboxRow,
        result: Result,
        claimed: Timer,
        *,
        counter: Counter | None = None,
        errand: Errand | None = None,
    ) -> None:
        self._ours.add(claimed.id)

        def written() -> None:
            self._ours -= {claimed.id, result.id}
            if counter is not None and errand is not None:
                counter.recorded(errand)

        match result.status:
            case MessageStatus.SENT:
                self._metrics.sent.labels(result.channel, row.kind).inc()
            case MessageStatus.FAILED:
                self._metrics.failed.labels(result.channel or "", row.kind).inc()
                # That somebody cannot be reached at all is for the business to know, and no fault of anything here.
                say = log.warning if row.attempts else log.info
                say("message_failed", message_id=row.id, channel=result.channel, code=result.error)
            case MessageStatus.CANCELLED:
                self._metrics.dropped.labels(result.error).inc()
            case _:
                pass
        self._ledger.write(Entry(result, claimed, written))


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Cancel `tasks` until they end: Python 3.11's `asyncio.wait_for`, which a queue may use, can swallow it."""
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_S)
