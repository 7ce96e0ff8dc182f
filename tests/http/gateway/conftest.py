"""The real gateway on the real engine, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from tests.http.api import SECRET
from tests.http.gateway.stream import Dialler
from turnero.engine.runtime.service import BookingService
from turnero.http.gateway.gateway import Stream
from turnero.http.server import make_app
from turnero.persistence.presence import LocalPresence
from turnero.persistence.tickets import LocalTickets


@pytest.fixture
def stream_settings() -> Stream:
    """What the gateway stands on; a test that needs other limits says so."""
    return Stream(presence=LocalPresence(), tickets=LocalTickets())


@pytest.fixture
def app(service: BookingService, stream_settings: Stream) -> web.Application:
    return make_app(service, secret=SECRET, stream=stream_settings)


@pytest.fixture
async def dial(base: str) -> AsyncIterator[Dialler]:
    async with aiohttp.ClientSession() as session:
        yield Dialler(session, base)
