"""The real thing for every test: the engine on a SQLite file, and the server on a loopback port."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence

import aiohttp
import pytest
from aiohttp import web

from tests.http.api import SECRET, Client, Document, HandClock, Shop, open_shop
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Notice
from turnero.engine.runtime.dispatcher import PooledDispatcher
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.service import BookingService
from turnero.http import openapi
from turnero.http.server import ROUTES, Runner, make_app
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import open_database
from turnero.persistence.journal import SqlJournal


class LocalBroadcast:
    async def publish(self, notices: Sequence[Notice]) -> None:
        pass

    async def notices(self) -> AsyncIterator[Notice]:
        await asyncio.Event().wait()
        yield Notice(provider_id=ProviderId(""), sequence=0)


class RandomIds:
    """Ids as the real ones are."""

    def new(self, prefix: str) -> str:
        return f"{prefix}_{secrets.token_hex(16)}"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def service(sqlite_url: str, clock: HandClock) -> AsyncIterator[BookingService]:
    """The engine, running."""
    database = open_database(sqlite_url)
    catalogue = SqlCatalogue(database)
    runtime = Runtime(
        journal=SqlJournal(database),
        catalogue=catalogue,
        broadcast=LocalBroadcast(),
        clock=clock,
        dispatcher=PooledDispatcher(),
    )
    runtime.start()
    yield BookingService(runtime, catalogue, clock=clock, ids=RandomIds())
    await runtime.stop()
    await database.close()


@pytest.fixture
def app(service: BookingService) -> web.Application:
    return make_app(service, secret=SECRET)


@pytest.fixture
async def base(app: web.Application) -> AsyncIterator[str]:
    """The address of a running server."""
    runner = Runner(app, shutdown_timeout_s=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    yield f"http://{host}:{port}"
    await runner.cleanup()


@pytest.fixture
async def client(app: web.Application, base: str) -> AsyncIterator[Client]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield Client(session, base, Document(openapi.document(app[ROUTES])))


@pytest.fixture
async def shop(client: Client) -> Shop:
    return await open_shop(client)
