"""What channels under test have in common: ears, a clock, and an account with a stand-in of Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from tests.bots.channels.ends import PUBLIC_URL, Ears, HandClock
from tests.standins.serving import standing_in
from tests.standins.twilio import TwilioStandIn
from turnero.bots.channels.twilio.account import TwilioAccount


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def twilio(clock: HandClock) -> AsyncIterator[TwilioStandIn]:
    async with standing_in(TwilioStandIn(public_url=PUBLIC_URL, now=clock.now)) as twilio:
        yield twilio


@pytest.fixture
async def account(twilio: TwilioStandIn) -> AsyncIterator[TwilioAccount]:
    """An account that gives up on answers soon."""
    async with aiohttp.ClientSession() as session:
        yield TwilioAccount(
            session, sid=twilio.sid, token=twilio.token, api_url=twilio.url, timeout=timedelta(seconds=0.3)
        )
