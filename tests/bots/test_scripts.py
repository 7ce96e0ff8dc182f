"""Every dialogue of `scripts/`, through the real engine."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from tests.bots.dialogue import SCRIPTS, Dialogue, read_script
from tests.bots.mouths import Direct
from tests.bots.stage import DAWN, DESK, a_stage
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.ports.chats import ChatPerson

ALL = sorted(SCRIPTS.glob("*.txt"))


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
async def test_the_dialogue_goes_as_written(script: Path, sqlite_url: str) -> None:
    clock = ManualClock(DAWN.astimezone(UTC))
    juan, desk = Direct(ChatPerson("direct", "juan"), clock), Direct(DESK, clock)
    async with a_stage(sqlite_url, juan, desk, clock) as stage:
        await Dialogue(stage).play(read_script(script))
