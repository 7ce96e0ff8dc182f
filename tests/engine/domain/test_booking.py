"""The two tables: which state may follow which, and who may bring it about. Every cell of them."""

from __future__ import annotations

from datetime import datetime
from itertools import product

import pytest

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER_SELF,
    BRUNO,
    INTEGRATOR,
    OWNER,
    at,
    become,
    code,
    in_status,
    minutes,
    refused,
)
from turnero.engine.domain.booking import LIVE, NOT_BEFORE_START, SYSTEM, TRANSITIONS, Actor, Role, Status
from turnero.engine.domain.policy import Policy

START = at("2026-12-01 10:00")

# The contract's words: provider, owner and admin may do everything that can be done; the system confirms, and cancels
# what nobody confirmed; a customer cancels. Nobody else may do anything.
ALLOWED = {
    "PENDING   → CONFIRMED": "admin owner provider system",
    "PENDING   → CANCELLED": "admin owner provider customer system",
    "CONFIRMED → COMPLETED": "admin owner provider",
    "CONFIRMED → CANCELLED": "admin owner provider customer system",
    "CONFIRMED → NO_SHOW": "admin owner provider",
}

ACTORS = {
    Role.ADMIN: ADMIN,
    Role.OWNER: OWNER,
    Role.PROVIDER: BARBER_SELF,
    Role.CUSTOMER: ANA,
    Role.INTEGRATOR: INTEGRATOR,
    Role.SYSTEM: SYSTEM,
}


def _allowed(status: Status, to: Status) -> set[str]:
    cells = {tuple(key.replace(" ", "").split("→")): roles.split() for key, roles in ALLOWED.items()}
    return set(cells.get((status, to), ()))


@pytest.mark.parametrize(("status", "to", "role"), list(product(Status, Status, Role)))
def test_a_status_may_become_what_the_table_says_and_by_whom(status: Status, to: Status, role: Role) -> None:
    calendar, booked = in_status(status, START, policy=Policy(cancellation_notice_minutes=0))
    # A booking that is still pending at its start is over; the others may be complete from then on.
    now = START - minutes(1) if status is Status.PENDING else START
    answer = code(calendar, become(booked, to), ACTORS[role], now=now)
    somebody_may = any(role in _allowed(other, to) for other in Status)
    if role in _allowed(status, to):
        assert answer is None
    elif somebody_may:
        assert answer == "transition_not_allowed"
    else:
        assert answer == "forbidden"


def test_what_has_ended_has_ended() -> None:
    assert {status for status in Status if not TRANSITIONS[status]} == set(Status) - LIVE


@pytest.mark.parametrize("to", sorted(NOT_BEFORE_START))
def test_what_happened_at_an_appointment_cannot_be_said_before_its_start(to: Status) -> None:
    calendar, booked = in_status(Status.CONFIRMED, START)
    refusal = refused(calendar, become(booked, to), OWNER, now=START - minutes(1))
    assert refusal.code == "transition_not_allowed"
    assert refusal.data["start"] == START
    assert code(calendar, become(booked, to), OWNER, now=START) is None


def test_a_refused_transition_says_what_would_be_allowed() -> None:
    calendar, booked = in_status(Status.CONFIRMED, START)
    refusal = refused(calendar, become(booked, Status.CONFIRMED), OWNER)
    assert refusal.data == {
        "status": Status.CONFIRMED,
        "requested": Status.CONFIRMED,
        "allowed": [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW],
    }


# --- A customer's cancellation ------------------------------------------------------------------------------------

NOTICE = Policy(cancellation_notice_minutes=1440)
DEADLINE = START - minutes(1440)

CANCELLATIONS = [
    (Status.CONFIRMED, ANA, DEADLINE - minutes(1), None),
    (Status.CONFIRMED, ANA, DEADLINE, None),
    (Status.CONFIRMED, ANA, DEADLINE + minutes(1 / 60), "cancellation_notice_passed"),
    (Status.CONFIRMED, ANA, START + minutes(1), "cancellation_notice_passed"),
    (Status.CONFIRMED, BARBER_SELF, DEADLINE + minutes(1), None),
    (Status.CONFIRMED, OWNER, START + minutes(1), None),
    (Status.CONFIRMED, ADMIN, START - minutes(1), None),
    (Status.PENDING, ANA, DEADLINE + minutes(1), None),
    (Status.PENDING, ANA, START - minutes(1), None),
    (Status.CONFIRMED, BRUNO, DEADLINE, "forbidden"),
]


@pytest.mark.parametrize(("status", "who", "now", "expected"), CANCELLATIONS)
def test_a_customer_cancels_until_the_very_minute_of_the_deadline_and_staff_always(
    status: Status, who: Actor, now: datetime, expected: str | None
) -> None:
    calendar, booked = in_status(status, START, policy=NOTICE)
    assert booked.cancellation_deadline == DEADLINE
    assert code(calendar, become(booked, Status.CANCELLED), who, now=now) == expected


def test_a_late_cancellation_is_told_the_deadline_that_has_passed() -> None:
    calendar, booked = in_status(Status.CONFIRMED, START, policy=NOTICE)
    refusal = refused(calendar, become(booked, Status.CANCELLED), ANA, now=START - minutes(5))
    assert refusal.data["deadline"] == DEADLINE
    assert refusal.data["timeZone"] == calendar.terms.time_zone
