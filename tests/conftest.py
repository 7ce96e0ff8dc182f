"""What every test shares: how hypothesis explores, and the servers, started when the first test asks for one."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import PostgresServer, RedisServer

# The suite's verdict must not depend on luck: the same examples every time, and no memory between runs. To look for
# new ones, say HYPOTHESIS_PROFILE=explore; what it finds becomes an `@example`.
settings.register_profile("suite", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile(
    "explore",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for the whole run; each test makes itself a database in it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis for the whole run; a test that needs it empty flushes it."""
    with RedisServer() as server:
        yield server
