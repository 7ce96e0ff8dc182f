"""What tests of the driver share: the sample barbershop, open, with nobody booked."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bots.driver.program import NOW, Program, a_program
from tests.engine.runtime.shop import running
from tests.engine.runtime.simulation import ManualClock
from turnero.demo.furnish import SampleShop, furnish


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def shop(database_url: str, clock: ManualClock) -> SampleShop:
    async with running(database_url, clock) as engine:
        return await furnish(engine.service)


@pytest.fixture
async def program(database_url: str, clock: ManualClock, shop: SampleShop) -> AsyncIterator[Program]:  # noqa: ARG001  it is there first
    async with a_program(database_url, clock) as running_program:
        yield running_program
