"""What travels between callers, actors and the committer: asks on the way in, decided work on the way out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.commands import Request
from turnero.engine.domain.decide import Decision
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Attachment, Batch

if TYPE_CHECKING:
    import pykka


class DecideAgain(Exception):
    """Nothing of an ask was written and nothing will be: it may be decided again, on fresh state."""


class CalendarCrashed(Exception):
    """A bug: deciding this ask raised something that is not a refusal. The calendar revives with the next ask."""


class End(Enum):
    """Why a lease ended."""

    DROPPED = "dropped"  # idle, or the runtime stops
    OVERTAKEN = "overtaken"  # another activation took a higher epoch, or the journal refused a batch
    UNKNOWN = "unknown"  # a commit failed; what became of it nobody knows
    CRASHED = "crashed"  # a bug


@dataclass(eq=False, slots=True)
class Lease:
    """One activation of a calendar in this process, as the event loop sees it. Touched on the loop only."""

    provider_id: ProviderId
    epoch: int
    ref: pykka.ActorRef[Any] | None = None
    waiting: int = 0
    used_at: float = 0.0
    ended: End | None = None


@dataclass(eq=False, slots=True)
class Joint:
    """Ties batches of two calendars together: both are committed in one transaction, or neither is."""

    id: str
    parts: int = 2
    arrived: int = 0
    broken: bool = False

    @property
    def complete(self) -> bool:
        return self.arrived == self.parts


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision that is durable now, and the calendar with it. `first` tells it from a repeated answer."""

    decision: Decision
    after: Calendar
    first: bool


@dataclass(frozen=True, eq=False, slots=True)
class Ask:
    """A request on its way to a calendar, what is to be committed with it, and where its answer goes."""

    request: Request
    reply: asyncio.Future[Answer]
    attachments: tuple[Attachment, ...] = field(default=())
    joint: Joint | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Verdict:
    """A decided ask. Its answer leaves when its batch, and all before it in its calendar, are durable."""

    lease: Lease
    ask: Ask
    batch: Batch | None
    answer: Decision | TurneroError


@dataclass(frozen=True, eq=False, slots=True)
class Returned:
    """An ask that a stopped actor did not handle."""

    lease: Lease
    ask: Ask


@dataclass(frozen=True, eq=False, slots=True)
class Crashed:
    """An ask whose handling raised what no ask may raise."""

    lease: Lease
    ask: Ask
    error: BaseException


Staged = Verdict | Returned | Crashed
