"""The tables of states and roles, drawn for the documentation: `docs/STATES.md` is what `states_page` returns.

Drawn from the tables that decide, so that page and program cannot differ; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from turnero.engine.domain.authority import MAY_COMMAND
from turnero.engine.domain.booking import LIVE, MAY_BECOME, NOT_BEFORE_START, TRANSITIONS, Role, Status
from turnero.engine.domain.errors import CONFLICTS

# The initial state's two ways in: `Policy.auto_confirm` decides.
_BEGINNINGS: Mapping[Status, str] = {
    Status.PENDING: "booked",
    Status.CONFIRMED: "booked, autoConfirm",
}

_PAGE = """\
# States, roles and refusals

Drawn by `turnero/engine/domain/diagrams.py` from the tables that decide; a test fails when they differ.

## What may follow what

```mermaid
{diagram}
```

{live} are live: they occupy time. {ended} are final. {late} cannot be entered before the start.
A `PENDING` booking that nobody confirms in time becomes `CANCELLED`, by the system.

## Who may bring a booking into a state

{states}

A customer cancels a `CONFIRMED` booking only until its own `cancellationNoticeMinutes` before the start, a `PENDING`
one always, and never another's.

## Who may give a command

{commands}

An owner and an integrator reach the calendars of their business, a provider their own, a customer their own bookings.

## Why a calendar says no

Of several reasons the first in this order is given.

{conflicts}
"""


def state_diagram() -> str:
    """Return the transition table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    lines += [f"    [*] --> {status}: {how}" for status, how in _BEGINNINGS.items()]
    for status in Status:
        lines += [f"    {status} --> {to}" for to in Status if to in TRANSITIONS[status]]
    lines += [f"    {status} --> [*]" for status in Status if not TRANSITIONS[status]]
    return "\n".join(lines)


def states_by_role() -> str:
    """Return, as a Markdown table, who may bring a booking into which state."""
    return _grid("to", ((status.value, MAY_BECOME[status]) for status in Status if MAY_BECOME[status]))


def commands_by_role() -> str:
    """Return, as a Markdown table, who may give which command."""
    return _grid("command", ((command.__name__, roles) for command, roles in MAY_COMMAND.items()))


def conflicts() -> str:
    """Return the codes of refusals and what each says, as a Markdown table."""
    return _table(("code", "meaning"), ((f"`{code}`", meaning) for code, meaning in CONFLICTS.items()))


def states_page() -> str:
    """Return the whole of `docs/STATES.md`."""
    return _PAGE.format(
        diagram=state_diagram(),
        live=_listed(LIVE),
        ended=_listed(status for status in Status if not TRANSITIONS[status]),
        late=_listed(NOT_BEFORE_START),
        states=states_by_role(),
        commands=commands_by_role(),
        conflicts=conflicts(),
    )


def _listed(statuses: Iterable[Status]) -> str:
    chosen = set(statuses)
    *others, last = (f"`{status}`" for status in Status if status in chosen)
    return f"{', '.join(others)} and {last}" if others else last


def _grid(corner: str, rows: Iterable[tuple[str, frozenset[Role]]]) -> str:
    marked = ((f"`{name}`", *("✓" if role in roles else "" for role in Role)) for name, roles in rows)
    return _table((corner, *(role.value for role in Role)), marked)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def lines() -> Iterator[str]:
        for cells in (head, ["---"] * len(head), *rows):
            yield f"| {' | '.join(cells)} |"

    return "\n".join(lines())
