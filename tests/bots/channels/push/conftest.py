from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from py_vapid import Vapid02

from tests.bots.channels.ends import HandClock
from tests.fakes.memory_push import MemoryPushSubscriptions
from tests.standins.push import PushStandIn
from tests.standins.serving import standing_in
from turnero.bots.channels.push.channel import PushChannel


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def service(clock: HandClock) -> AsyncIterator[PushStandIn]:
    async with standing_in(PushStandIn(clock)) as push:
        yield push


@pytest.fixture
def devices() -> MemoryPushSubscriptions:
    return MemoryPushSubscriptions()


@pytest.fixture
async def channel(
    service: PushStandIn, devices: MemoryPushSubscriptions, clock: HandClock
) -> AsyncIterator[PushChannel]:
    key = Vapid02()
    key.generate_keys()
    async with aiohttp.ClientSession() as session:
        yield PushChannel(
            session,
            key=key,
            contact="https://turnos.example",
            subscriptions=devices,
            clock=clock,
            is_service=lambda endpoint: endpoint.startswith(service.url),
        )
