"""Refusals as RFC 9457 problems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from turnero.engine.domain import errors
from turnero.engine.domain.booking import Slot
from turnero.engine.domain.errors import Conflict, Forbidden, Invalid, Malformed, NotFound, Unauthenticated, Unavailable
from turnero.engine.domain.value import ProviderId
from turnero.http import problems
from turnero.http.wire import render

START = datetime(2026, 12, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (Malformed("no"), 400, "malformed"),
        (Unauthenticated("no"), 401, "unauthenticated"),
        (Forbidden("no"), 403, "forbidden"),
        (NotFound("booking"), 404, "not_found"),
        (Conflict("slot_taken"), 409, "slot_taken"),
        (Invalid("no"), 422, "invalid"),
        (Unavailable("outcome_unknown", "no"), 503, "outcome_unknown"),
    ],
)
def test_each_family_has_its_status(refusal: errors.TurneroError, status: int, code: str) -> None:
    problem, _ = problems.of(refusal, request_id="r")

    assert (problem.status, problem.code) == (status, code)
    assert problem.type.endswith(f":{code}")


def test_every_family_is_in_the_table() -> None:
    assert set(errors.TurneroError.__subclasses__()) <= set(problems.STATUS)


def test_who_is_not_known_is_told_how_to_be() -> None:
    assert problems.of(Unauthenticated("no"), request_id="r")[1] == {"WWW-Authenticate": "Bearer"}


def test_who_should_try_again_is_told_when() -> None:
    assert problems.of(Unavailable("busy", "no", retry_after_s=7), request_id="r")[1] == {"Retry-After": "7"}


def test_instants_in_data_are_in_the_zone_that_it_names() -> None:
    slot = Slot(start=START, end=START + timedelta(minutes=30), provider_id=ProviderId("p"))
    data = {"timeZone": "America/Argentina/Buenos_Aires", "suggestedSlots": [slot], "deadline": START}

    problem, _ = problems.of(Conflict("slot_taken", data), request_id="r")

    assert msgspec.json.decode(render.encode(problem))["data"] == {
        "timeZone": "America/Argentina/Buenos_Aires",
        "suggestedSlots": [
            {"start": "2026-12-01T10:00:00-03:00", "end": "2026-12-01T10:30:00-03:00", "providerId": "p"}
        ],
        "deadline": "2026-12-01T10:00:00-03:00",
    }


def test_instants_are_in_utc_where_no_zone_is_named() -> None:
    problem, _ = problems.of(Conflict("slot_taken", {"deadline": START}), request_id="r")

    assert msgspec.json.decode(render.encode(problem))["data"] == {"deadline": "2026-12-01T13:00:00Z"}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 408, 413, 414, 415, 431, 500, 503])
def test_what_the_server_refuses_by_itself_has_a_stable_code(status: int) -> None:
    problem = problems.of_status(status, request_id="r")

    assert problem.status == status
    assert problem.code == problem.code.lower()
    assert problem.detail
