"""The terminal as a channel: each line that is typed is a message, each message of ours is printed.

Choices are numbered. A number picks one of those that were printed last, as long as nothing was said since; other
numbers are what they are, so "5" may be an hour.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from aiohttp import web

from turnero.bots.conversation.inbound import Inbound, Pressed, Said
from turnero.bots.conversation.reply import Choice
from turnero.bots.ports import Outgoing, Receive, ReportBack, TryLater

NAME = "terminal"

# Terminals take escape sequences for commands, and a name may hold anything; line breaks are ours.
_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


class Terminal:
    """The terminal of one person. `say` prints a message, which may have several lines."""

    def __init__(self, person: str, say: Callable[[str], None]) -> None:
        self.person = person
        self._say = say
        self._choices: list[Choice] = []

    @property
    def name(self) -> str:
        return NAME

    def heard(self, line: str) -> Inbound:
        """Return what somebody means who types `line`."""
        choices, self._choices = self._choices, []
        text = line.strip()
        if text.isascii() and text.isdecimal() and 0 < int(text) <= len(choices):
            chosen = choices[int(text) - 1]
            return Pressed(token=chosen.token, title=chosen.title)
        return Said(text=text)

    async def send(self, outgoing: Outgoing) -> str | None:
        """Print a message.

        Raises:
            TryLater: it is for somebody at another terminal.
        """
        if outgoing.address != self.person:
            raise TryLater("not_at_this_terminal")
        self._say(self._written(outgoing.reply.text, outgoing.reply.choices))
        return None

    def routes(self) -> Sequence[web.RouteDef]:
        return ()

    def running(self, receive: Receive, report: ReportBack) -> AbstractAsyncContextManager[None]:  # noqa: ARG002  whoever reads the lines hands them over
        return nullcontext()

    def _written(self, text: str, choices: Sequence[Choice]) -> str:
        # Those of two messages in a row are numbered on, so that each number means one of them.
        lines = [text]
        for number, choice in enumerate(choices, start=len(self._choices) + 1):
            lines.append(f"  {number}) {choice.title}" + (f" · {choice.detail}" if choice.detail else ""))
        self._choices.extend(choices)
        return "\n".join(lines).translate(_CONTROLS)
