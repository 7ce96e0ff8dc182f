"""One provider's calendar as a pykka actor: it decides, one message at a time, and never waits for anything.

What it decides goes to the committer, together with whom to tell; the next message is decided on the new state at
once. Should the commit fail, the whole activation is thrown away (rule 4), so nobody ever acts on what was not
written.

The actor is a `pykka.Actor` without a thread of its own: its mailbox puts it on a shared dispatcher whenever there is
something to do. pykka's registry is left out: it scans a list, and a process may hold 100,000 calendars.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from typing import Any, Protocol, Self

import pykka
from pykka import messages as pykka_messages
from pykka._envelope import Envelope  # the type of what an inbox holds; pykka's documented extension point names it

from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.commands import Request
from turnero.engine.domain.decide import decide
from turnero.engine.domain.errors import Conflict, TurneroError
from turnero.engine.domain.messages import messages_after
from turnero.engine.ports import Activation, Batch, Clock
from turnero.engine.runtime.dispatcher import Dispatcher, Work
from turnero.engine.runtime.limits import REFUSALS_REMEMBERED, SLICE_MESSAGES
from turnero.engine.runtime.staging import Ask, Crashed, Lease, Returned, Staged, Verdict


class Stage(Protocol):
    """Where an actor leaves what it has decided, from its own thread."""

    def send(self, item: Staged) -> None: ...


class Mailbox:
    """A pykka inbox that schedules its owner on a dispatcher while it has messages."""

    def __init__(self) -> None:
        self._messages: deque[Envelope[Any]] = deque()
        self._lock = threading.Lock()
        self._scheduled = False
        self._dispatcher: Dispatcher | None = None
        self._work: Work | None = None

    def serve(self, work: Work, dispatcher: Dispatcher) -> None:
        """From now on run `work` on `dispatcher` when messages arrive."""
        with self._lock:
            self._work, self._dispatcher = work, dispatcher
            start = self._scheduled = bool(self._messages)
        if start:
            dispatcher.schedule(work)

    def put(self, envelope: Envelope[Any], /) -> None:
        with self._lock:
            self._messages.append(envelope)
            if self._scheduled or self._dispatcher is None or self._work is None:
                return
            self._scheduled = True
            work, dispatcher = self._work, self._dispatcher
        dispatcher.schedule(work)

    def get(self) -> Envelope[Any]:
        return self._messages.popleft()

    def empty(self) -> bool:
        return not self._messages

    def yield_turn(self) -> None:
        """End a turn: back in the queue if there are messages, else asleep until the next one."""
        with self._lock:
            self._scheduled = bool(self._messages)
            again = self._scheduled
        if again:
            assert self._dispatcher is not None
            assert self._work is not None
            self._dispatcher.schedule(self._work)


class CalendarActor(pykka.Actor):
    """Decides every command of one calendar, under one activation. Start it with `launch`."""

    def __init__(self, lease: Lease, calendar: Calendar, activation: Activation, *, clock: Clock, stage: Stage) -> None:
        super().__init__()
        self._lease = lease
        self._calendar = calendar
        self._activation = activation
        self._clock = clock
        self._stage = stage
        self._refused: OrderedDict[str, tuple[str, TurneroError]] = OrderedDict()

    @classmethod
    def launch(
        cls,
        lease: Lease,
        calendar: Calendar,
        activation: Activation,
        *,
        clock: Clock,
        stage: Stage,
        dispatcher: Dispatcher,
    ) -> pykka.ActorRef[Self]:
        """Start an actor that continues `calendar` under `activation`."""
        assert calendar.sequence == activation.sequence, "a calendar is continued from its last event"
        actor = cls(lease, calendar, activation, clock=clock, stage=stage)
        inbox = actor.actor_inbox
        assert isinstance(inbox, Mailbox)
        inbox.serve(actor._take_turn, dispatcher)
        return actor.actor_ref

    # What pykka asks of a subclass.

    @staticmethod
    def _create_actor_inbox() -> Mailbox:
        return Mailbox()

    @staticmethod
    def _create_future() -> pykka.Future[Any]:
        return pykka.ThreadingFuture()

    def _start_actor_loop(self) -> None:
        raise AssertionError("started by `launch`, without pykka's registry")

    def _take_turn(self) -> None:
        """Handle some messages, then make room for another actor. The edge at which nothing escapes."""
        inbox = self.actor_inbox
        assert isinstance(inbox, Mailbox)
        for _ in range(SLICE_MESSAGES):
            if inbox.empty():
                break
            self._handle(inbox.get().message)
        inbox.yield_turn()

    def _handle(self, message: object) -> None:
        if isinstance(message, pykka_messages._ActorStop):  # noqa: SLF001  what `ActorRef.stop` sends
            self.actor_stopped.set()
            return
        assert isinstance(message, Ask)
        if self.actor_stopped.is_set():
            self._stage.send(Returned(lease=self._lease, ask=message))
            return
        try:
            self.on_receive(message)
        except BaseException as error:  # noqa: BLE001  Whatever it is, it stops this calendar alone (rule 4).
            self.actor_stopped.set()
            self._stage.send(Crashed(lease=self._lease, ask=message, error=error))

    # What a calendar does.

    def on_receive(self, message: Ask) -> None:
        """Decide one command and leave the result with the committer."""
        request = message.request
        refusal = self._refused_before(request)
        if refusal is not None:
            self._stage.send(Verdict(lease=self._lease, ask=message, batch=None, answer=refusal))
            return
        now = self._clock.now()
        decision = decide(self._calendar, request, now=now)
        if isinstance(decision, TurneroError):
            self._remember_refusal(request, decision)
            self._stage.send(Verdict(lease=self._lease, ask=message, batch=None, answer=decision))
            return
        batch: Batch | None = None
        if decision.recorded:
            plans = messages_after(
                self._calendar, decision.recorded, decision.after, now=now, told_in_reply=request.told_in_reply
            )
            batch = Batch(
                provider_id=self._calendar.provider_id,
                epoch=self._activation.epoch,
                before=self._calendar.sequence,
                events=decision.recorded,
                after=decision.after,
                attachments=message.attachments,
                messages=plans.planned,
                unsend=plans.void,
                unsend_reminders=plans.void_reminders,
                joint=message.joint.id if message.joint is not None else None,
            )
            self._calendar = decision.after
        self._stage.send(Verdict(lease=self._lease, ask=message, batch=batch, answer=decision))

    def _refused_before(self, request: Request) -> TurneroError | None:
        found = self._refused.get(request.key) if request.key is not None else None
        if found is None:
            return None
        fingerprint, refusal = found
        return refusal if fingerprint == request.fingerprint else Conflict("idempotency_key_reused")

    def _remember_refusal(self, request: Request, refusal: TurneroError) -> None:
        # A reused key is refused because of the first request under it, and must not take its place.
        if request.key is None or refusal.code == "idempotency_key_reused":
            return
        self._refused[request.key] = (request.fingerprint, refusal)
        if len(self._refused) > REFUSALS_REMEMBERED:
            self._refused.popitem(last=False)
