"""Signing in against the real server, by a clock of the machine that stands still until it is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, async_playwright, expect

from tests.browser import ARGUMENTS, chromium
from tests.http.api import SECRET, Client
from tests.http.web.door import Door
from tests.http.web.world import PATIENCE_MS, World
from turnero.engine.ports import SignInMessage
from turnero.engine.runtime.service import BookingService
from turnero.http.gateway.gateway import Stream
from turnero.http.server import make_app
from turnero.http.web.sessions import Web
from turnero.persistence.presence import LocalPresence
from turnero.persistence.tickets import LocalTickets


class Postbox:
    """Takes messages over, and keeps them."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[SignInMessage] = asyncio.Queue()

    async def send(self, message: SignInMessage) -> None:
        self._messages.put_nowait(message)

    async def next(self) -> SignInMessage:
        """Return the oldest message that nobody has looked at, as soon as there is one."""
        async with asyncio.timeout(10):
            return await self._messages.get()

    @property
    def empty(self) -> bool:
        return self._messages.empty()


class MachineClock:
    """What the machine's clock shows, in seconds since 1970."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> float:
        return (datetime.now(UTC) + self._ahead).timestamp()

    def advance(self, by: timedelta) -> None:
        self._ahead += by


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def machine_clock() -> MachineClock:
    return MachineClock()


@pytest.fixture
def app(service: BookingService, postbox: Postbox, machine_clock: MachineClock) -> web.Application:
    return make_app(
        service,
        secret=SECRET,
        stream=Stream(presence=LocalPresence(), tickets=LocalTickets()),
        pages=Web(sender=postbox, now_s=machine_clock),
    )


@pytest.fixture
async def door(client: Client) -> AsyncIterator[Door]:
    """A browser in front of the door."""
    # Cookies of an address without a name are refused unless one says otherwise.
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        yield Door(session, client.base)


# Nothing that is expected of a page takes long; on a machine that is busy with other tests it takes longer.
expect.set_options(timeout=PATIENCE_MS)

# --- Browsers: one process for all tests, which therefore share one loop; a fresh profile for each visit -------------


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium for the whole run."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def world(browser: Browser, sqlite_url: str) -> AsyncIterator[World]:
    """A shop, its server, and room for browsers. Whatever a browser has complained about fails the test."""
    async with World(browser, sqlite_url) as opened:
        yield opened
