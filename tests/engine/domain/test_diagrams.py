from __future__ import annotations

from pathlib import Path

from turnero.engine.domain.diagrams import commands_by_role, state_diagram, states_by_role, states_page

PAGE = Path(__file__).parents[3] / "docs" / "STATES.md"

WRITE = "python -c 'from turnero.engine.domain.diagrams import *; print(states_page(), end=\"\")' > docs/STATES.md"


def test_the_page_in_the_docs_is_drawn_from_the_tables_of_today() -> None:
    assert PAGE.read_text() == states_page(), f"write it anew: {WRITE}"


def test_the_diagram_has_an_arrow_for_each_transition_and_an_end_for_each_final_state() -> None:
    assert state_diagram().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> PENDING: booked",
        "    [*] --> CONFIRMED: booked, autoConfirm",
        "    PENDING --> CONFIRMED",
        "    PENDING --> CANCELLED",
        "    CONFIRMED --> COMPLETED",
        "    CONFIRMED --> CANCELLED",
        "    CONFIRMED --> NO_SHOW",
        "    COMPLETED --> [*]",
        "    CANCELLED --> [*]",
        "    NO_SHOW --> [*]",
    ]


def test_the_tables_mark_who_may() -> None:
    assert states_by_role().splitlines()[:3] == [
        "| to | admin | owner | provider | customer | integrator | system |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| `CONFIRMED` | ✓ | ✓ | ✓ |  |  | ✓ |",
    ]
    assert "| `RateAppointment` |  |  |  | ✓ |  |  |" in commands_by_role().splitlines()
