"""The real thing for every test: the engine on a SQLite file, and the server on a loopback port."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.http.api import SECRET, Client, Document, HandClock, Shop, open_shop
from turnero.engine.runtime.dispatcher import PooledDispatcher
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.service import BookingService
from turnero.engine.runtime.waitlist_keeper import WaitlistKeeper
from turnero.http.server import ROUTES, Runner, make_app
from turnero.persistence.broadcast import LocalBroadcast
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import open_database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.waitlist import SqlWaitlist


class RandomIds:
    """Ids as the real ones are."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(16)}"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@asynccontextmanager
async def running(database_url: str, clock: HandClock) -> AsyncIterator[BookingService]:
    """Run the engine on a migrated database."""
    database = open_database(database_url)
    catalogue = SqlCatalogue(database)
    runtime = Runtime(
        journal=SqlJournal(database),
        catalogue=catalogue,
        broadcast=LocalBroadcast(),
        clock=clock,
        dispatcher=PooledDispatcher(),
    )
    waitlist = SqlWaitlist(database)
    keeper = WaitlistKeeper(runtime, catalogue, waitlist, clock=clock, ids=RandomIds())
    runtime.start()
    keeper.start()
    yield BookingService(runtime, catalogue, clock=clock, ids=RandomIds(), waitlist=waitlist, keeper=keeper)
    await keeper.stop()
    await runtime.stop()
    await database.close()


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[str]:
    """Serve `app` on a free port, and yield its address."""
    runner = Runner(app, shutdown_timeout_s=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def service(sqlite_url: str, clock: HandClock) -> AsyncIterator[BookingService]:
    """The engine, running."""
    async with running(sqlite_url, clock) as service:
        yield service


@pytest.fixture
def app(service: BookingService) -> web.Application:
    return make_app(service, secret=SECRET)


@pytest.fixture
async def base(app: web.Application) -> AsyncIterator[str]:
    """The address of a running server."""
    async with listening(app) as base:
        yield base


@pytest.fixture
async def client(app: web.Application, base: str) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield Client(session, base, Document.of(app[ROUTES]))


@pytest.fixture
async def shop(client: Client) -> Shop:
    return await open_shop(client)
