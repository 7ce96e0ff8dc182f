"""schemathesis reads the OpenAPI document and makes up requests, good and bad: every answer is as documented.

The engine behind it is real, the shop is open, and half of all made-up ids are replaced by ids that exist, so that
requests get past "there is no such thing".
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import aiohttp
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import APIOperation
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.http.api import API, SECRET, Client, Document, HandClock, open_shop
from tests.http.conftest import listening, running
from tests.servers import PostgresServer
from turnero.http import openapi
from turnero.http.routes import API_ROUTES, system
from turnero.http.server import ROUTES, make_app

ALL = (*API_ROUTES, *system.routes(metrics_page=bytes, document=bytes))
SCHEMA = schemathesis.openapi.from_dict(openapi.document(ALL))
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]

# Enough for every branch of decoding to be met by some route, few enough for a test that people run before a push.
EXAMPLES_PER_OPERATION = 25

AnyOperation = APIOperation[Any, Any, Any, Any]
AnyCase = schemathesis.Case[Any]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True)
class Target:
    """A server in a thread of its own, and what exists there."""

    base: str
    tokens: tuple[str, ...]
    known: dict[str, str]


@pytest.fixture(scope="module")
def target(postgres: PostgresServer, postgres_template: str) -> Iterator[Target]:
    # Of the two databases, PostgreSQL is the one that minds what text and which numbers it is given.
    url = postgres.create_database("turnero_fuzzed", template=postgres_template)
    with served(url) as found:
        yield found
    postgres.drop_database("turnero_fuzzed")


def test_no_operation_is_left_out() -> None:
    assert len(OPERATIONS) == len(ALL)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.definition.raw["operationId"])
def test_every_made_up_request_is_answered_as_documented(operation: AnyOperation, target: Target) -> None:
    tokens, knowing = cycle(target.tokens), cycle((True, False))

    @settings(
        max_examples=EXAMPLES_PER_OPERATION,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: AnyCase) -> None:
        if next(knowing):
            put_known(case, target.known)
        response = case.call(base_url=target.base, headers={"Authorization": f"Bearer {next(tokens)}"})
        case.validate_response(response, checks=CHECKS)

    ask()


def put_known(case: AnyCase, known: dict[str, str]) -> None:
    """Replace made-up ids and dates by those of things that exist."""
    for container in (case.path_parameters, case.query, case.body):
        if isinstance(container, dict):
            container.update({name: value for name, value in known.items() if name in container})
            if "providerId" in container and "serviceId" in container:
                container.pop("businessId", None)


@contextmanager
def served(database_url: str) -> Iterator[Target]:
    """Run engine and server in a thread of their own, for schemathesis blocks the one that it runs in."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fuzzed")
    thread.start()
    stack = AsyncExitStack()
    try:
        yield asyncio.run_coroutine_threadsafe(_open(stack, database_url), loop).result(timeout=60)
    finally:
        asyncio.run_coroutine_threadsafe(stack.aclose(), loop).result(timeout=60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _open(stack: AsyncExitStack, database_url: str) -> Target:
    service = await stack.enter_async_context(running(database_url, HandClock()))
    app = make_app(service, secret=SECRET)
    base = await stack.enter_async_context(listening(app))
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        shop = await open_shop(Client(session, base, Document.of(app[ROUTES])))
        booking = await shop.booked()
        hold = await shop.client.made(f"{API}/holds", shop.wish("2026-12-01T15:00:00-03:00"), by=shop.customer)
        wish = {"providerId": shop.provider_id, "serviceId": shop.service_id, "from": "2026-12-03", "to": "2026-12-04"}
        entry = await shop.client.made(f"{API}/waitlist", wish, by=shop.customer)
    return Target(
        base=base,
        tokens=(shop.owner, shop.customer, shop.provider, shop.admin),
        known={
            "businessId": shop.business_id,
            "serviceId": shop.service_id,
            "providerId": shop.provider_id,
            "bookingId": booking["id"],
            "holdId": hold["id"],
            "entryId": entry["id"],
            "from": "2026-12-01",
            "to": "2026-12-04",
            "start": "2026-12-01T16:00:00-03:00",
        },
    )
