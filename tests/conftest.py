"""What every test shares: how hypothesis explores, real servers, and a fresh database for whoever asks."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

from tests.servers import PostgresServer, RedisServer
from turnero.persistence.database import Database, open_database
from turnero.persistence.migrate import migrate

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

# --- Servers, started when the first test asks for one -------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL for the whole run; each test makes itself a database in it."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """A Redis for the whole run; `redis_url` is the same one, emptied."""
    with RedisServer() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """A Redis that remembers nothing of earlier tests."""
    redis_server.flush()
    return redis_server.url


# --- Databases: each test has its own, migrated and empty -----------------------------------------------------------

# Linux has a file system in memory here; in some containers it is tiny. No test writes a tenth of this.
MEMORY = Path("/dev/shm")  # noqa: S108 - each test makes a folder of its own in it, which nobody else may enter
MEMORY_BYTES_MIN = 512 * 1024 * 1024

_numbers = count(1)
_emptied: list[str] = []


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated database that copies are made of."""
    migrate(postgres.create_database("turnero_template"))
    return "turnero_template"


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """A migrated, empty PostgreSQL database."""
    # Two tests at a time never share one: it goes back on the pile only when its test is over.
    if _emptied:
        name = _emptied.pop()
    else:
        name = f"turnero_{next(_numbers)}"
        postgres.create_database(name, template=postgres_template)
    yield postgres.url(name)
    postgres.empty_database(name)
    _emptied.append(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that copies are made of."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path) -> Iterator[str]:
    """A migrated, empty SQLite database, by itself in a folder."""
    with TemporaryDirectory(prefix="turnero-test-", dir=_in_memory()) as folder:
        yield f"sqlite:///{shutil.copy(sqlite_template, Path(folder) / 'turnero.db')}"


def _in_memory() -> Path | None:
    """Return a folder that is kept in memory, if there is one with room: None is where temporary files go.

    A test's database may lose everything when the machine dies, like the PostgreSQL of the tests. Waiting for a disk at
    each commit was two fifths of the time of a dialogue.
    """
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
    return MEMORY if roomy else None


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = open_database(database_url)
    yield opened
    await opened.close()
