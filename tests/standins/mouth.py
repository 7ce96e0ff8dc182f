"""A channel that says nothing to anybody: it answers as it is told to, and remembers what it was handed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from turnero.bots.ports import DeliveryFailed, Outgoing

# What a channel can do with a message: take it, fail, or hang.
Answer = DeliveryFailed | None


@dataclass
class Mouth:
    """Implements `turnero.bots.ports.Channel`.

    `answers` are used up one by one, then `usual` is asked for each message. A message is `said` when the person sees
    it: also one of which the channel lost the answer, if `says_it_anyway` has its code. `takes_s` is how long each
    takes, `hangs` makes them never end.
    """

    name: str = "mouth"
    answers: list[Answer] = field(default_factory=list)
    usual: Callable[[Outgoing], Answer] = lambda _: None
    says_it_anyway: frozenset[str] = frozenset()
    takes_s: float = 0.0
    hangs: bool = False
    handed: list[Outgoing] = field(default_factory=list)
    said: list[Outgoing] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    at_once_by_address: Counter[str] = field(default_factory=Counter)
    most_to_one: int = 0

    async def send(self, outgoing: Outgoing) -> str | None:
        self.handed.append(outgoing)
        self.at_once += 1
        self.at_once_by_address[outgoing.address] += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.most_to_one = max(self.most_to_one, self.at_once_by_address[outgoing.address])
        try:
            if self.hangs:
                await asyncio.Event().wait()
            if self.takes_s:
                await asyncio.sleep(self.takes_s)
            answer = self.answers.pop(0) if self.answers else self.usual(outgoing)
            if answer is None or answer.code in self.says_it_anyway:
                self.said.append(outgoing)
            if answer is not None:
                raise answer
            return f"{self.name}-{len(self.handed)}"
        finally:
            self.at_once -= 1
            self.at_once_by_address[outgoing.address] -= 1

    @property
    def texts(self) -> list[str]:
        """What was said, in order."""
        return [one.reply.text for one in self.said]
