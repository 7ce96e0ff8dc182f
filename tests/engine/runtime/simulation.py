"""A whole shop in one thread: calendars, a journal that breaks, processes that die, and clients that do not give up.

Everything that happens is drawn from one seed, so a run that fails can be run again, step by step. What must hold at
the end is said in plain, slow terms, from the journal alone.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import cast

from tests.engine.runtime.virtual_time import VirtualTimeLoop
from tests.fakes.memory_journal import Fault, MemoryJournal
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import Actor, Booking, Hold, Role, ServiceTerms, Status, Terms
from turnero.engine.domain.calendar import BookingSet, Calendar, empty
from turnero.engine.domain.errors import TurneroError, Unavailable
from turnero.engine.domain.evolve import replay
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import OnConflict, Pattern, Recurrence
from turnero.engine.domain.schedule import WEEKDAYS, Schedule, WeeklyHours
from turnero.engine.domain.snapshot import FORMAT, decode_snapshot, encode_snapshot
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    HoldId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
)
from turnero.engine.ports import Batch, Broadcast, Catalogue, SnapshotRecord
from turnero.engine.runtime.dispatcher import SeededDispatcher
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.staging import Answer, DecideAgain

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)  # a Monday, 09:00 in Buenos Aires
PROVIDERS = (ProviderId("ana"), ProviderId("bruno"))
CUT, LONG, CLASS = ServiceId("cut"), ServiceId("long"), ServiceId("class")
ADMIN = Actor(role=Role.ADMIN, subject="root")

TERMS = Terms(
    time_zone="America/Argentina/Buenos_Aires",
    holidays="AR",
    policy=Policy(min_notice_minutes=0, cancellation_notice_minutes=0, hold_minutes=5, max_reschedules=50),
    services=(
        ServiceTerms(id=CUT, duration_minutes=30),
        ServiceTerms(id=LONG, duration_minutes=45, buffer_before_minutes=5, buffer_after_minutes=10),
        ServiceTerms(id=CLASS, duration_minutes=60, capacity=3),
    ),
)
SCHEDULE = Schedule(
    weekly=tuple(WeeklyHours(day=day, opens="09:00", closes="13:00") for day in WEEKDAYS),
)


class ManualClock:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Process:
    """One server process: a runtime that can be killed at any step, and what runs in it."""

    runtime: Runtime
    dispatcher: SeededDispatcher
    committing: asyncio.Task[bool] | None = None
    asks: set[asyncio.Task[Answer | tuple[Answer, Answer]]] = field(default_factory=set)


@dataclass
class Simulation:
    """Draws from `seed` what happens. `faults` is how often, of a hundred commits, one goes wrong."""

    seed: int
    processes: int = 1
    faults: int = 0
    crashes: int = 0
    clients: int = 8
    requests: int = 6
    clock: ManualClock = field(default_factory=ManualClock)
    acknowledged: dict[str, Answer] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.journal = MemoryJournal(faults=self._fault)
        self.calm = True
        self.running: list[Process] = []
        self.crashed = 0

    def _fault(self, _: Sequence[Batch]) -> Fault | None:
        if self.calm or self.random.randrange(100) >= self.faults:
            return None
        return self.random.choice(list(Fault))

    # --- Processes ------------------------------------------------------------------------------------------------

    def _spawn(self) -> Process:
        dispatcher = SeededDispatcher(self.random.randrange(2**32))
        # Catalogue and broadcast serve the runtime's background tasks, which a simulation does not start.
        runtime = Runtime(
            journal=self.journal,
            catalogue=cast("Catalogue", None),
            broadcast=cast("Broadcast", None),
            clock=self.clock,
            dispatcher=dispatcher,
            seed=self.random.randrange(2**32),
        )
        return Process(runtime, dispatcher)

    async def _kill(self, index: int) -> None:
        """Kill -9: whatever is not in the journal is gone."""
        process = self.running[index]
        tasks = [*process.asks, *([process.committing] if process.committing else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.running[index] = self._spawn()
        self.crashed += 1

    async def _step(self) -> None:
        """Let one thing happen somewhere: a decision, a commit, a crash, time passing, or nothing."""
        process = self.random.choice(self.running)
        match self.random.randrange(10):
            case 0 | 1 | 2 | 3 | 4:
                process.dispatcher.run_one()
            case 5 | 6 | 7:
                if process.committing is None or process.committing.done():
                    if process.committing is not None:
                        process.committing.result()
                    process.committing = asyncio.create_task(process.runtime.committer.step())
            case 8:
                self.clock.at += timedelta(seconds=self.random.randrange(20))
            case _:
                if self.crashed < self.crashes and self.random.randrange(12) == 0:
                    await self._kill(self.running.index(process))
                elif self.random.randrange(4) == 0:
                    await self._snapshot()
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualTimeLoop)
        loop.advance(0.001)
        await asyncio.sleep(0)

    async def _snapshot(self) -> None:
        provider_id = self.random.choice(PROVIDERS)
        calendar = self.replayed(provider_id)
        record = SnapshotRecord(
            provider_id=provider_id, sequence=calendar.sequence, format=FORMAT, body=encode_snapshot(calendar)
        )
        await self.journal.keep_snapshot(record)

    # --- Clients --------------------------------------------------------------------------------------------------

    async def _until_answered(self, key: str, command: cmd.Command, provider_id: ProviderId, actor: Actor) -> None:
        """Ask, and ask again under the same key, until there is an answer; whatever process is there to ask."""
        request = cmd.Request(command=command, actor=actor, key=key, fingerprint=key)
        while True:
            process = self.random.choice(self.running)
            task: asyncio.Task[Answer | tuple[Answer, Answer]] = asyncio.create_task(
                self._ask(process.runtime, provider_id, request)
            )
            process.asks.add(task)
            try:
                answer = await task
            except asyncio.CancelledError:
                if not task.cancelled():
                    raise
                continue  # the process died
            except (Unavailable, DecideAgain):
                await asyncio.sleep(self.random.random() / 10)
                continue
            except TurneroError as refusal:
                self.refused[key] = refusal.code
                return
            finally:
                process.asks.discard(task)
            self.acknowledged[key] = answer if isinstance(answer, Answer) else answer[1]
            return

    async def _ask(
        self, runtime: Runtime, provider_id: ProviderId, request: cmd.Request
    ) -> Answer | tuple[Answer, Answer]:
        command = request.command
        if not isinstance(command, cmd.MoveOut):
            return await runtime.ask(provider_id, request)
        calendar = await runtime.views.refresh(provider_id)
        booking = calendar.bookings.get(command.booking_id)
        if booking is None:
            # It left, perhaps under this very key: then its new calendar remembers.
            again = cmd.RescheduleAppointment(
                booking_id=command.booking_id, session_id=SessionId("s-again"), start=START
            )
            return await runtime.ask(
                command.to,
                cmd.Request(command=again, actor=request.actor, key=request.key, fingerprint=request.fingerprint),
            )
        out = cmd.MoveOut(booking_id=booking.id, sequence=booking.sequence, to=command.to)
        into = cmd.MoveIn(
            booking=booking,
            session_id=SessionId(f"s-{request.key}"),
            origin=provider_id,
            start=booking.start,
        )
        asks = [
            (p, cmd.Request(command=c, actor=request.actor, key=request.key, fingerprint=request.fingerprint))
            for p, c in ((provider_id, out), (command.to, into))
        ]
        return await runtime.ask_both(asks[0], asks[1], joint_id=f"j-{request.key}-{self.random.randrange(2**32)}")

    async def _client(self, number: int) -> None:
        mine: list[tuple[ProviderId, BookingId]] = []
        holds: list[tuple[ProviderId, cmd.HoldSlot]] = []
        together: list[tuple[ProviderId, str]] = []
        for turn in range(self.requests):
            key = f"client{number}-{turn}"
            among_several = self._among_several(key, number, together)
            provider_id, command = among_several or self._whim(key, number, mine, holds)
            await self._until_answered(key, command, provider_id, ADMIN)
            answer = self.acknowledged.get(key)
            outcome = answer.decision.outcome if answer is not None else None
            if isinstance(outcome, Booking) and answer is not None:
                mine = [m for m in mine if m[1] != outcome.id]
                if outcome.live:
                    mine.append((answer.after.provider_id, outcome.id))
            elif isinstance(outcome, Hold) and isinstance(command, cmd.HoldSlot):
                holds.append((provider_id, command))
            elif isinstance(outcome, BookingSet):
                together.append((provider_id, outcome.ref))
                mine.extend((provider_id, booking.id) for booking in outcome.bookings if booking.live)

    def _whim(
        self,
        key: str,
        number: int,
        mine: list[tuple[ProviderId, BookingId]],
        holds: list[tuple[ProviderId, cmd.HoldSlot]],
    ) -> tuple[ProviderId, cmd.Command]:
        """Draw what a client wants next."""
        kind = self.random.randrange(10)
        session_id = SessionId(f"s-{key}")
        if mine and kind in {0, 1, 2}:
            provider_id, booking_id = self.random.choice(mine)
            other = next(p for p in PROVIDERS if p != provider_id)
            moves: tuple[cmd.Command, ...] = (
                cmd.ChangeStatus(booking_id=booking_id, to=Status.CANCELLED),
                cmd.RescheduleAppointment(booking_id=booking_id, session_id=session_id, start=self._start()),
                cmd.MoveOut(booking_id=booking_id, sequence=0, to=other),
            )
            return provider_id, moves[kind]
        service_id = self.random.choice((CUT, CUT, LONG, CLASS))
        if kind == 3 and service_id is not CLASS:
            hold_id = HoldId(f"h-{key}")
            return self.random.choice(PROVIDERS), cmd.HoldSlot(
                hold_id=hold_id, service_id=service_id, start=self._start()
            )
        hold_id_used: HoldId | None = None
        provider_id, start = self.random.choice(PROVIDERS), self._start()
        if holds and kind == 4:
            provider_id, held = holds.pop()
            service_id, start, hold_id_used = held.service_id, held.start, held.hold_id
        return provider_id, cmd.BookAppointment(
            booking_id=BookingId(f"b-{key}"),
            session_id=session_id,
            service_id=service_id,
            customer_id=CustomerId(f"c{number}"),
            start=start,
            hold_id=hold_id_used,
            override=kind == 5,
        )

    def _among_several(
        self, key: str, number: int, together: list[tuple[ProviderId, str]]
    ) -> tuple[ProviderId, cmd.Command] | None:
        """Draw something that is about several bookings at once, now and then."""
        kind = self.random.randrange(12)
        if kind > 3 or (kind < 2 and not together):
            return None
        if kind < 2:
            provider_id, ref = self.random.choice(together)
            if ref.startswith("series"):
                return provider_id, cmd.CancelSeries(series_id=SeriesId(ref))
            return provider_id, cmd.JoinSession(
                session_id=SessionId(ref), booking_id=BookingId(f"b-{key}"), customer_id=CustomerId(f"c-{key}")
            )
        provider_id, service_id = self.random.choice(PROVIDERS), self.random.choice((CUT, LONG, CLASS))
        if kind == 2:
            people = range(1 + self.random.randrange(3))
            return provider_id, cmd.BookGroup(
                session_id=SessionId(f"group-{key}"),
                service_id=service_id,
                start=self._start(),
                capacity=3,
                participants=tuple(
                    cmd.Participant(BookingId(f"b-{key}-{n}"), CustomerId(f"c-{key}-{n}")) for n in people
                ),
            )
        return provider_id, cmd.BookSeries(
            series_id=SeriesId(f"series-{key}"),
            service_id=service_id,
            customer_id=CustomerId(f"c{number}"),
            start=self._start(),
            recurrence=Recurrence(pattern=Pattern.DAILY, occurrences=3),
            on_conflict=self.random.choice(list(OnConflict)),
            fresh=tuple(cmd.Fresh(BookingId(f"b-{key}-{n}"), SessionId(f"s-{key}-{n}")) for n in range(3)),
        )

    def _start(self) -> datetime:
        # Few starts, so that clients get in each other's way; tomorrow, so that none becomes too soon.
        return START + timedelta(days=1, minutes=15 * self.random.randrange(15))

    # --- A run, and what must hold after it -----------------------------------------------------------------------

    async def run(self) -> None:
        """Set up the shop, let everything happen, and wait until every client has its answers."""
        self.running = [self._spawn() for _ in range(self.processes)]
        for provider_id in PROVIDERS:
            for command in (
                cmd.OpenCalendar(business_id=BusinessId("shop"), terms=TERMS),
                cmd.ChangeSchedule(schedule=SCHEDULE),
            ):
                request = cmd.Request(command=command, actor=ADMIN)
                asking = asyncio.create_task(self.running[0].runtime.ask(provider_id, request, create=True))
                while not asking.done():
                    self.running[0].dispatcher.run_one()
                    await self.running[0].runtime.committer.step()
                    await asyncio.sleep(0)
                await asking
        self.calm = False
        clients = [asyncio.create_task(self._client(number)) for number in range(self.clients)]
        steps = 0
        while not all(client.done() for client in clients):
            await self._step()
            steps += 1
            assert steps < 20_000, "the clients are starving"
        await asyncio.gather(*clients)

    def replayed(self, provider_id: ProviderId) -> Calendar:
        """Return a calendar as its whole journal tells it."""
        return replay(empty(provider_id), self.journal.streams[provider_id].events)


def occupied(calendar: Calendar) -> list[tuple[datetime, datetime, str]]:
    """Return what occupies a calendar, from its bookings and holds alone: the obvious way."""
    sessions: dict[str, tuple[datetime, datetime, str]] = {}
    found: list[tuple[datetime, datetime, str]] = []
    for booking in calendar.bookings.values():
        if booking.live:
            stretch = (booking.occupied_from, booking.occupied_until, booking.session_id or booking.id)
            if booking.session_id is None:
                found.append(stretch)
            else:
                assert sessions.setdefault(booking.session_id, stretch) == stretch, "a session has one time"
    found.extend((hold.occupied_from, hold.occupied_until, hold.id) for hold in calendar.holds.values())
    return found + list(sessions.values())


def overlaps(calendar: Calendar) -> list[tuple[str, str]]:
    """Return every pair that occupies the same time, by comparing all pairs."""
    return [(a[2], b[2]) for a, b in combinations(occupied(calendar), 2) if a[0] < b[1] and b[0] < a[1]]


def check(simulation: Simulation) -> None:
    """Assert everything that must hold of the journal after any run."""
    calendars = {provider_id: simulation.replayed(provider_id) for provider_id in PROVIDERS}
    keys: dict[str, int] = {}
    for provider_id, calendar in calendars.items():
        stream = simulation.journal.streams[provider_id].events
        assert [r.sequence for r in stream] == list(range(1, len(stream) + 1)), "numbers have no gaps"
        assert overlaps(calendar) == [], "no two live bookings or holds share a time"
        for session in calendar.sessions.values():
            assert len(session.members) <= session.capacity, "no place is sold twice"
        for recorded in stream:
            if recorded.key is not None and type(recorded.event).__name__ != "AppointmentMovedOut":
                keys[recorded.key] = keys.get(recorded.key, 0) + 1
        kept = simulation.journal.snapshots.get(provider_id)
        if kept is not None:
            resumed = replay(decode_snapshot(kept.body), stream[kept.sequence :])
            assert resumed == calendar, "snapshot and tail say the same as the whole journal"
    assert all(count == 1 for count in keys.values()), "a key takes effect once"
    assert keys.keys().isdisjoint(simulation.refused), "nothing that was refused is there"
    homes = [booking_id for calendar in calendars.values() for booking_id in calendar.bookings]
    assert len(homes) == len(set(homes)), "a booking is in one calendar"
    for key, answer in simulation.acknowledged.items():
        outcome = answer.decision.outcome
        acknowledged = outcome.bookings if isinstance(outcome, BookingSet) else (outcome,)
        for booking in acknowledged:
            if not isinstance(booking, Booking):
                continue
            assert booking.id in homes, f"the acknowledged booking of {key} is there"
            stream = simulation.journal.streams[answer.after.provider_id].events
            then = replay(empty(answer.after.provider_id), stream[: booking.sequence])
            assert then.bookings[booking.id] == booking, f"{key} was acknowledged as it was written"
