"""The dialogues of docs/CONVERSATION.md go as they are written there, word for word."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.bots.conversation.world import World, at, juan, martin

GUIDE = Path(__file__).parents[3] / "docs" / "CONVERSATION.md"

_DIALOGUE = re.compile(r"^```text\n(# .*?)^```", re.MULTILINE | re.DOTALL)

DIALOGUES = _DIALOGUE.findall(GUIDE.read_text())


def juan_who_comes_on_friday() -> World:
    world = juan()
    world.booked("2026-05-08 16:00", mine=True)
    return world


def martin_with_ana_at_ten() -> World:
    world = martin()
    world.now = at("2026-05-06 10:05")
    world.booked("2026-05-06 10:00", name="Ana Pérez")
    world.booked("2026-05-06 16:00", name="Carla Suárez")
    return world


WORLDS: Mapping[str, Callable[[], World]] = {
    "Juan, who came before": juan,
    "Somebody new": World,
    "Juan, who comes on Friday at four": juan_who_comes_on_friday,
    "Martín, on a phone that is linked to his calendar": martin_with_ana_at_ten,
}


def played(world: World, dialogue: list[str]) -> str:
    """Return a dialogue as the guide writes it, with our side as it really is."""
    lines = []
    for line in dialogue:
        if not line.startswith("> "):
            continue
        said = line.removeprefix("> ")
        if said.startswith("["):
            world.presses(said.strip("[]"))
        else:
            world.says(said)
        lines.append(line)
        for reply in world.last:
            lines.extend(reply.text.split("\n"))
            if reply.choices:
                lines.append(" ".join(f"[{choice.title}]" for choice in reply.choices))
    return "\n".join(lines)


def test_there_are_dialogues_in_the_guide() -> None:
    assert len(DIALOGUES) >= len(WORLDS)


@pytest.mark.parametrize("dialogue", DIALOGUES, ids=[text.split("\n")[0].removeprefix("# ") for text in DIALOGUES])
def test_a_dialogue_of_the_guide_goes_as_it_is_written(dialogue: str) -> None:
    who, *lines = dialogue.rstrip().split("\n")
    assert played(WORLDS[who.removeprefix("# ")](), lines) == "\n".join(lines)
