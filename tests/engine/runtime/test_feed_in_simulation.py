"""Whatever happens to a shop, its processes and its journal: whoever follows a calendar hears all of its story."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, field

import pytest

from tests.engine.runtime import virtual_time
from tests.engine.runtime.simulation import PROVIDERS, Process, Simulation, check
from turnero.engine.domain.value import ProviderId
from turnero.engine.runtime.feed import Following, Step

SEEDS = range(int(os.environ.get("EXPLORE_SEEDS", "15")))


@dataclass
class Watcher:
    """Somebody who follows a calendar at a process, as long as that lives."""

    process: Process
    provider_id: ProviderId
    steps: list[Step] = field(default_factory=list)
    following: Following | None = None


@dataclass
class WatchedSimulation(Simulation):
    """A simulation in which people begin to watch at any step, and most notices between processes are lost."""

    watchers: list[Watcher] = field(default_factory=list)

    async def _step(self) -> None:
        await super()._step()
        process, provider_id = self.random.choice(self.running), self.random.choice(PROVIDERS)
        match self.random.randrange(40) if self.watchers else 0:
            case 0:
                watcher = Watcher(process, provider_id)
                watcher.following = await process.runtime.feed.follow(provider_id, watcher.steps.append)
                self.watchers.append(watcher)
            case 1:
                process.runtime.feed.noticed(provider_id, len(self.journal.streams[provider_id].events))
            case 2:
                await process.runtime.feed.poll()
            case _:
                pass

    async def run(self) -> None:
        await super().run()
        for process in self.running:
            await process.runtime.feed.poll()
        for _ in range(100):
            await asyncio.sleep(0)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("processes", "faults", "crashes"),
    [(1, 0, 0), (1, 0, 3), (1, 25, 2), (2, 5, 2)],
    ids=["calm", "crashes", "broken commits", "two processes"],
)
def test_every_watcher_hears_every_event_once_and_in_order(
    processes: int, faults: int, crashes: int, seed: int
) -> None:
    done = WatchedSimulation(seed, processes=processes, faults=faults, crashes=crashes)
    virtual_time.run(done.run())
    check(done)
    assert done.watchers, "or else this shows nothing"
    for watcher in done.watchers:
        assert watcher.following is not None
        begin, heard = watcher.following.sequence, [step.recorded for step in watcher.steps]
        story = done.journal.streams[watcher.provider_id].events[begin:]
        assert heard == story[: len(heard)]
        if watcher.process in done.running:
            assert len(heard) == len(story), "and to the end, if its process lived so long"
        if heard == story and heard:
            assert watcher.steps[-1].after == done.replayed(watcher.provider_id)
        assert all(a.after is b.before for a, b in zip(watcher.steps, watcher.steps[1:], strict=False))
