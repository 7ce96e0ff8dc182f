"""A Telegram channel on a stand-in of the Bot API, by webhook or by polling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from tests.bots.channels.ends import PUBLIC_URL, Ears, HandClock, served
from tests.standins.serving import standing_in
from tests.standins.telegram import TelegramStandIn
from turnero.bots.channels.telegram.channel import TelegramChannel

SECRET = "a-secret_of-the-webhook"


@pytest.fixture
async def api(clock: HandClock) -> AsyncIterator[TelegramStandIn]:
    async with standing_in(TelegramStandIn(now=clock.now)) as api:
        yield api


def channel_to(api: TelegramStandIn, ears: Ears, clock: HandClock, **options: Any) -> TelegramChannel:
    """Return a channel that retries at once, and gives up on answers soon."""
    quick: dict[str, Any] = {"retry_first": timedelta(milliseconds=5), "timeout": timedelta(seconds=0.3)}
    return TelegramChannel(api.token, reachability=ears, clock=clock, api_url=api.url, **(quick | options))


@asynccontextmanager
async def listening(channel: TelegramChannel, api: TelegramStandIn, ears: Ears) -> AsyncIterator[TelegramChannel]:
    """Run a channel, and serve its webhook, if it has one."""
    async with served(channel) as door, channel.running(ears.receive, ears.report):
        api.door = door
        yield channel


@pytest.fixture
async def by_webhook(api: TelegramStandIn, ears: Ears, clock: HandClock) -> AsyncIterator[TelegramChannel]:
    channel = channel_to(api, ears, clock, public_url=PUBLIC_URL, secret=SECRET)
    async with listening(channel, api, ears):
        await api.until(lambda: api.webhook is not None)
        yield channel


@pytest.fixture
async def by_polling(api: TelegramStandIn, ears: Ears, clock: HandClock) -> AsyncIterator[TelegramChannel]:
    async with listening(channel_to(api, ears, clock), api, ears) as channel:
        yield channel
