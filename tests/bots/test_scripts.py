"""Every dialogue of `scripts/`, through the real engine: on no channel in particular, at the terminal, on the page.

The same through messengers are in `channels/test_dialogues.py`.
"""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from tests.bots.dialogue import SCRIPTS, Dialogue, read_script
from tests.bots.mouths import AtTerminal, Direct, OnThePage
from tests.bots.stage import DAWN, DESK, Mouth, a_stage
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.ports.chats import ChatPerson

ALL = sorted(SCRIPTS.glob("*.txt"))
# Nothing but text can be sent from the page.
IN_TEXT = [script for script in ALL if "> <" not in script.read_text(encoding="utf-8").replace("characters>", "")]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(DAWN.astimezone(UTC))


async def play(script: Path, juan: Mouth, url: str, clock: ManualClock) -> None:
    async with a_stage(url, juan, Direct(DESK, clock), clock) as stage:
        await Dialogue(stage).play(read_script(script))


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
async def test_the_dialogue_goes_as_written(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    await play(script, Direct(ChatPerson("direct", "juan"), clock), sqlite_url, clock)


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
async def test_the_dialogue_goes_as_written_at_the_terminal(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    await play(script, AtTerminal(clock), sqlite_url, clock)


@pytest.mark.parametrize(
    "script", [one for one in ALL if "> <" not in one.read_text(encoding="utf-8")], ids=lambda path: path.stem
)
async def test_the_dialogue_goes_as_written_on_the_page(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    await play(script, OnThePage(sqlite_url, clock), sqlite_url, clock)
