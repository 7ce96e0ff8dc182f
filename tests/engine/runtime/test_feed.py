"""Whoever follows a calendar hears every committed event once, in order, whatever gets lost on the way."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.contracts.pen import NOW, Pen, a_pen
from tests.engine.runtime import virtual_time
from tests.fakes.memory_journal import MemoryJournal
from turnero.engine.domain import events as ev
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.evolve import replay
from turnero.engine.domain.schedule import TimeOff
from turnero.engine.domain.value import ProviderId, TimeOffId
from turnero.engine.ports import Batch, Outcome
from turnero.engine.runtime.feed import Feed, Following, Step
from turnero.engine.runtime.limits import FEED_CHUNK, FEED_POLL_S
from turnero.engine.runtime.views import Views

ANA = ProviderId("ana")


class UnsteadyJournal(MemoryJournal):
    """A journal whose database refuses readers while `away`, and keeps them waiting until `answering` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked = 0
        self.answering = asyncio.Event()
        self.answering.set()

    async def read(self, provider_id: ProviderId, *, after: int = 0, limit: int | None = None) -> Sequence[Recorded]:
        self._ask()
        events = await super().read(provider_id, after=after, limit=limit)
        await asyncio.sleep(0)  # the answer is on its way, and already old
        await self.answering.wait()
        return events

    async def heads(self, provider_ids: Collection[ProviderId]) -> Mapping[ProviderId, int]:
        self._ask()
        return await super().heads(provider_ids)

    def _ask(self) -> None:
        self.asked += 1
        if self.away:
            raise ConnectionError("the database is away")


@dataclass(eq=False)
class Ear:
    """A follower, and all that it has heard."""

    following: Following | None = None
    steps: list[Step] = field(default_factory=list)

    def __call__(self, step: Step) -> None:
        self.steps.append(step)

    @property
    def numbers(self) -> list[int]:
        return [step.recorded.sequence for step in self.steps]

    def stop(self) -> None:
        assert self.following is not None
        self.following.stop()


class World:
    """A feed, the journal below it, and writers here and in other processes."""

    def __init__(self) -> None:
        self.journal = UnsteadyJournal()
        # Views that are never compared with the journal: the worst that can happen to whoever begins to follow.
        self.views = Views(self.journal, fresh_for_s=1e9)
        self.feed = Feed(self.journal, self.views)

    async def commit_here(self, *, events: int = 1) -> Batch:
        """Commit as this process does: journal, views and feed, in this order."""
        batch = await self.commit_elsewhere(events=events)
        self.views.publish(batch.after)
        self.feed.committed([batch])
        return batch

    async def commit_elsewhere(self, *, events: int = 1) -> Batch:
        """Commit as another process does, which takes the calendar over; nobody here is told."""
        activation = await self.journal.activate(ANA)
        pen = Pen(self.calendar(self.head), activation.epoch)
        batch = pen.batch(*(some_time_off() for _ in range(events)))
        assert await self.journal.append([batch]) == [Outcome.COMMITTED]
        return batch

    async def open(self) -> None:
        await a_pen(self.journal, ANA)

    async def follow(self) -> Ear:
        ear = Ear()
        ear.following = await self.feed.follow(ANA, ear)
        return ear

    @property
    def head(self) -> int:
        return len(self.journal.streams[ANA].events)

    def calendar(self, sequence: int) -> Calendar:
        return replay(empty(ANA), self.journal.streams[ANA].events[:sequence])


_numbers = count(1)


def some_time_off() -> ev.TimeOffAdded:
    """Return an event that may happen any number of times, and is told apart from every other."""
    number = next(_numbers)
    start = NOW + timedelta(days=number)
    return ev.TimeOffAdded(
        time_off=TimeOff(id=TimeOffId(f"off_{number}"), start=start, end=start + timedelta(hours=1), reason="")
    )


async def settle() -> None:
    """Let everything that is under way come to its end."""
    for _ in range(60):
        await asyncio.sleep(0)


@pytest.fixture
async def world() -> World:
    made = World()
    await made.open()
    return made


# --- One thing at a time ------------------------------------------------------------------------------------------


async def test_a_calendar_that_does_not_exist_cannot_be_followed(world: World) -> None:
    with pytest.raises(NotFound):
        await world.feed.follow(ProviderId("nobody"), Ear())
    assert len(world.feed) == 0


async def test_a_follower_hears_what_is_committed_here_with_the_calendar_before_and_after(world: World) -> None:
    ear = await world.follow()
    assert ear.following is not None
    assert ear.following.sequence == 1
    batch = await world.commit_here(events=2)
    await settle()
    assert ear.steps == [
        Step(world.calendar(1), batch.events[0], world.calendar(2)),
        Step(world.calendar(2), batch.events[1], world.calendar(3)),
    ]
    assert ear.steps[-1].after is batch.after, "a followed calendar is in memory once"


async def test_a_follower_hears_what_another_process_committed_when_the_notice_comes(world: World) -> None:
    ear = await world.follow()
    await world.commit_elsewhere(events=3)
    await settle()
    assert ear.numbers == []
    world.feed.noticed(ANA, 4)
    await settle()
    assert ear.numbers == [2, 3, 4]
    assert (await world.views.read(ANA)).sequence == 4, "readers profit from what was fetched"


async def test_what_no_notice_tells_the_poll_finds(world: World) -> None:
    ear = await world.follow()
    await world.commit_elsewhere(events=3)
    await world.feed.poll()
    await settle()
    assert ear.numbers == [2, 3, 4]


async def test_a_commit_here_after_a_commit_elsewhere_is_told_after_it(world: World) -> None:
    ear = await world.follow()
    await settle()
    await world.commit_elsewhere(events=2)
    await world.commit_here()
    await settle()
    assert ear.numbers == [2, 3, 4]


async def test_what_was_committed_elsewhere_since_the_view_was_looked_at_is_not_missed(world: World) -> None:
    await world.views.read(ANA)
    await world.commit_elsewhere()
    ear = await world.follow()
    await settle()
    assert ear.following is not None
    assert (ear.following.sequence, ear.numbers) == (1, [2])


async def test_a_second_follower_begins_where_the_first_one_is_and_costs_no_question(world: World) -> None:
    first = await world.follow()
    await world.commit_here()
    await settle()
    asked = world.journal.asked
    second = await world.follow()
    assert world.journal.asked == asked
    await world.commit_here()
    await settle()
    assert (first.numbers, second.numbers) == ([2, 3], [3])


async def test_two_who_begin_to_follow_at_once_share_one_replica(world: World) -> None:
    first, second = await asyncio.gather(world.follow(), world.follow())
    assert len(world.feed) == 1
    await world.commit_here()
    await settle()
    assert first.numbers == second.numbers == [2]


async def test_whoever_has_stopped_hears_nothing_more(world: World) -> None:
    ear, other = await world.follow(), await world.follow()
    await world.commit_here()
    await settle()
    ear.stop()
    ear.stop()
    await world.commit_here()
    await settle()
    assert (ear.numbers, other.numbers) == ([2], [2, 3])


async def test_a_calendar_that_nobody_follows_is_dropped(world: World) -> None:
    ears = [await world.follow(), await world.follow()]
    for ear in ears:
        ear.stop()
    assert len(world.feed) == 0
    again = await world.follow()
    await world.commit_here()
    await settle()
    assert again.numbers == [2]


async def test_a_listener_that_raises_is_removed_and_harms_nobody(world: World) -> None:
    def broken(_: Step) -> None:
        raise RuntimeError("a bug")

    before = await world.follow()
    await world.feed.follow(ANA, broken)
    after = await world.follow()
    await world.commit_here(events=2)
    await settle()
    assert before.numbers == after.numbers == [2, 3]
    before.stop()
    after.stop()
    assert len(world.feed) == 0, "the broken one is gone"


async def test_a_listener_may_stop_another_in_the_middle_of_a_step(world: World) -> None:
    victim = Ear()

    def jealous(_: Step) -> None:
        victim.stop()

    await world.feed.follow(ANA, jealous)
    victim.following = await world.feed.follow(ANA, victim)
    await world.commit_here()
    await settle()
    assert victim.numbers == []


async def test_catching_up_is_done_in_pieces_that_let_others_have_a_turn(world: World) -> None:
    ear = await world.follow()
    await settle()
    await world.commit_elsewhere(events=2 * FEED_CHUNK + 1)
    world.feed.noticed(ANA, world.head)
    most = 0
    while len(ear.steps) < 2 * FEED_CHUNK + 1:
        heard = len(ear.steps)
        await asyncio.sleep(0)
        most = max(most, len(ear.steps) - heard)
    assert most <= FEED_CHUNK
    assert ear.numbers == list(range(2, world.head + 1))


async def test_a_notice_of_events_that_nobody_has_committed_is_not_waited_for(world: World) -> None:
    ear = await world.follow()
    world.feed.noticed(ANA, 1_000_000)
    await settle()
    asked = world.journal.asked
    await settle()
    assert world.journal.asked == asked, "it has given up"
    await world.commit_here()
    await settle()
    assert ear.numbers == [2]


async def test_a_notice_that_comes_while_the_journal_is_being_read_is_not_lost(world: World) -> None:
    ear = await world.follow()
    world.journal.answering.clear()
    await settle()  # it has read: nothing yet
    await world.commit_elsewhere()
    world.feed.noticed(ANA, 2)
    world.journal.answering.set()
    await settle()
    assert ear.numbers == [2]


async def test_an_outage_of_the_database_delays_and_loses_nothing(world: World) -> None:
    ear = await world.follow()
    await world.commit_elsewhere()
    world.journal.away = True
    world.feed.noticed(ANA, 2)
    await settle()
    assert ear.numbers == []
    world.journal.away = False
    await world.feed.poll()
    await settle()
    assert ear.numbers == [2]


def test_the_poll_goes_on_by_itself_and_outlives_an_outage() -> None:
    async def story() -> list[int]:
        world = World()
        await world.open()
        running = asyncio.create_task(world.feed.run())
        ear = await world.follow()
        await world.commit_elsewhere()
        world.journal.away = True
        await asyncio.sleep(2.5 * FEED_POLL_S)
        world.journal.away = False
        await asyncio.sleep(FEED_POLL_S)
        running.cancel()
        return ear.numbers

    assert virtual_time.run(story()) == [2]


async def test_after_it_is_closed_nobody_hears_anything(world: World) -> None:
    ear = await world.follow()
    await world.commit_elsewhere()
    world.feed.noticed(ANA, 2)
    await world.feed.close()
    await settle()
    assert ear.numbers == []


# --- Whatever the interleaving ------------------------------------------------------------------------------------

ACTIONS = (
    "commit here",
    "commit here, outcome unknown",  # it took effect, and the connection broke before this process knew
    "commit elsewhere",
    "commit elsewhere, noticed",
    "notice late",
    "notice of the future",
    "follow",
    "stop",
    "poll",
    "database away",
    "database back",
    "pause",
)


class Story:
    """Plays actions against a feed. Followers come and go; `told` is who should have heard what at the end."""

    def __init__(self) -> None:
        self.world = World()
        self.ears: list[Ear] = []
        self.heard_until: dict[Ear, int] = {}
        self.tasks: list[asyncio.Task[object]] = []

    async def play(self, actions: Sequence[tuple[str, int]]) -> None:
        await self.world.open()
        for action, number in actions:
            await self._act(action, number)
        self.world.journal.away = False
        await settle()
        await self.world.feed.poll()
        await settle()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _act(self, action: str, number: int) -> None:
        world = self.world
        match action:
            case "commit here":
                await world.commit_here(events=1 + number % 3)
            case "commit elsewhere" | "commit here, outcome unknown":
                await world.commit_elsewhere(events=1 + number % 3)
            case "commit elsewhere, noticed":
                batch = await world.commit_elsewhere(events=1 + number % 3)
                world.feed.noticed(ANA, batch.after.sequence)
            case "notice late":
                world.feed.noticed(ANA, 1 + number % world.head)
            case "notice of the future":
                world.feed.noticed(ANA, world.head + 1 + number)
            case "follow":
                self.tasks.append(asyncio.create_task(self._follow()))
            case "stop" if going := [ear for ear in self.ears if ear not in self.heard_until]:
                ear = going[number % len(going)]
                ear.stop()
                self.heard_until[ear] = len(ear.steps)
            case "poll":
                self.tasks.append(asyncio.create_task(world.feed.poll()))
            case "database away" | "database back":
                world.journal.away = action == "database away"
            case "pause":
                for _ in range(number % 8):
                    await asyncio.sleep(0)
            case _:
                pass

    async def _follow(self) -> None:
        self.ears.append(await self.world.follow())


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 30)), max_size=40))
@example([("follow", 0), ("commit here", 0), ("commit elsewhere", 0), ("pause", 1), ("commit here", 1)])
def test_each_follower_hears_each_event_once_and_in_order_whatever_happens(actions: list[tuple[str, int]]) -> None:
    story = Story()
    virtual_time.run(story.play([("follow", 0), ("pause", 3), *actions]))
    for ear in story.ears:
        assert ear.following is not None
        begin = ear.following.sequence
        if ear in story.heard_until:
            assert len(ear.steps) == story.heard_until[ear], "nothing after the stop"
            assert ear.numbers == list(range(begin + 1, begin + 1 + len(ear.steps)))
        else:
            assert ear.numbers == list(range(begin + 1, story.world.head + 1))
        for step in ear.steps:
            assert step.after == story.world.calendar(step.recorded.sequence)
            assert step.before == story.world.calendar(step.recorded.sequence - 1)
