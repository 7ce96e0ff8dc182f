"""Dialogues as readable files (`scripts/README.md`), played line by line on a `Stage`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from tests.bots.stage import Heard, Stage
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said

SCRIPTS = Path(__file__).parent / "scripts"

_MARKS = "#@><~!"
_LENGTH = re.compile(r"<(\d+) characters>")
_AHEAD = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_CHOICE = re.compile(r"(#?)\[(.*)\]", re.DOTALL)

# What a text of a given length consists of: words, as people have them.
_FILLER = "bla "


class Line(NamedTuple):
    """A line of a script: what kind it is, and what stands behind its mark."""

    number: int
    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.number:3} {self.mark} {self.text}"


def read_script(path: Path) -> list[Line]:
    """Return a script's lines. Raises: ValueError: one of them is none of ours."""
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        mark, _, rest = text.partition(" ")
        if len(mark) != 1 or mark not in _MARKS:
            raise ValueError(f"{path.name}:{number}: {text!r} begins with none of {_MARKS}")
        lines.append(Line(number, mark, rest.strip()))
    return lines


@dataclass
class Dialogue:
    """A script being played, and all that was said so far: what a test shows when a line does not hold."""

    stage: Stage
    said: list[str] = field(default_factory=list)
    lately: list[Heard] = field(default_factory=list)

    async def play(self, lines: Sequence[Line]) -> None:
        for line in lines:
            if line.mark not in "<!":
                self.said.append(str(line))
            match line.mark:
                case ">":
                    await self._do(line.text)
                case "@":
                    await self._clock(line.text)
                case "~":
                    await self.stage.meanwhile(line.text)
                case "<":
                    self._must_hold(line, any(self._heard(one) for one in line.text.split("|")))
                    continue
                case "!":
                    await self._fact(line)
                    continue
                case _:
                    continue
            self.lately = self.stage.listen()
            self.said += [_shown(one) for one in self.lately]

    async def _do(self, text: str) -> None:
        await self.stage.hear(self._inbound(text))

    def _inbound(self, text: str) -> Inbound:
        if text.startswith("<") and text.strip("<>") in set(Attachment):
            return Attached(kind=Attachment(text.strip("<>")))
        if (length := _LENGTH.fullmatch(text)) is not None:
            count = int(length[1])
            return Said(text=(_FILLER * count)[:count])
        if (choice := _CHOICE.fullmatch(text)) is None:
            return Said(text=text)
        as_number, title = choice.groups()
        for heard in reversed(self.stage.heard):
            for number, one in enumerate(heard.choices, start=1):
                if _matches(one.title, f"{title}*"):
                    return Said(text=str(number)) if as_number else Pressed(token=one.token, title=one.title)
        raise AssertionError(self._told(f"nothing called [{title}] was ever there to be pressed"))

    async def _clock(self, text: str) -> None:
        if (ahead := _AHEAD.fullmatch(text)) is not None:
            days, hours, minutes = (int(part or 0) for part in ahead.groups())
            now = self.stage.clock.at + timedelta(days=days, hours=hours, minutes=minutes)
        else:
            now = datetime.fromisoformat(text).replace(tzinfo=self.stage.zone)
        await self.stage.set_clock(now)

    async def _fact(self, line: Line) -> None:
        what, _, wanted = (part.strip() for part in line.text.partition(":"))
        match what:
            case "unsaid":
                self._must_hold(line, not self._heard(wanted))
            case "longest reply":
                longest = max((len(one.text) for one in self.lately), default=0)
                self._must_hold(line, longest <= int(wanted), f"{longest} characters")
            case _:
                holds, instead = await self.stage.fact(what, wanted)
                self._must_hold(line, holds, instead)

    def _heard(self, pattern: str) -> bool:
        """Tell whether anything said lately matches a glob, or has a choice that a `[glob]` fits."""
        pattern = pattern.strip()
        if (choice := _CHOICE.fullmatch(pattern)) is not None:
            return any(_matches(one.title, f"{choice[2]}*") for heard in self.lately for one in heard.choices)
        return any(_matches(heard.text, pattern) for heard in self.lately)

    def _must_hold(self, line: Line, holds: bool, instead: str = "") -> None:
        if not holds:
            raise AssertionError(self._told(f"{line}   does not hold{f': {instead}' if instead else ''}"))
        self.said.append(f"{line}   ✓")

    def _told(self, complaint: str) -> str:
        return "\n".join(["", *self.said, "", f"  ✗ {complaint}", ""])


def _shown(heard: Heard) -> str:
    text = heard.text.replace("\n", "\n      │ ")
    choices = "".join(f"\n      │ [{one.title}]{f' {one.detail}' if one.detail else ''}" for one in heard.choices)
    return f"      │ {text}{choices}"


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(_plain(text), _plain(pattern))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    # fnmatch would take a bracket for a set of characters: a script means itself.
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold().replace("[", "\x01")
