"""Who watches what, without sockets: subscribers that only remember."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from tests.http.api import API, Shop
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.value import ProviderId
from turnero.engine.runtime.service import BookingService
from turnero.http.gateway.hub import Hub, Topic
from turnero.http.gateway.metrics import StreamMetrics
from turnero.persistence.presence import LocalPresence


class Listener:
    """A subscriber that keeps what it is told."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.heard = asyncio.Event()

    def push(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.heard.set()

    def lost(self) -> None:
        raise AssertionError("nothing is lost here")


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def hub(service: BookingService, registry: CollectorRegistry) -> AsyncIterator[Hub]:
    hub = Hub(service.follow, LocalPresence(), StreamMetrics(registry), linger_s=0)
    yield hub
    hub.close()


def followed(registry: CollectorRegistry) -> float | None:
    return registry.get_sample_value("turnero_stream_calendars")


async def test_all_subscribers_get_the_very_same_bytes(hub: Hub, shop: Shop, registry: CollectorRegistry) -> None:
    listeners = [Listener() for _ in range(3)]
    channel = await hub.channel(ProviderId(shop.provider_id))
    for listener in listeners:
        hub.subscribe(Topic.AVAILABILITY, channel, listener)
    await shop.booked()
    await listeners[-1].heard.wait()

    first = listeners[0].frames[0]
    assert all(listener.frames[0] is first for listener in listeners)
    assert registry.get_sample_value("turnero_stream_pushes_total", {"topic": "availability"}) == 3
    assert msgspec.json.decode(first[first.index(b"{") :])["event"] == "availability:updated"


async def test_what_nobody_asked_for_is_not_written_down(hub: Hub, shop: Shop, registry: CollectorRegistry) -> None:
    listener = Listener()
    hub.subscribe(Topic.CALENDAR, await hub.channel(ProviderId(shop.provider_id)), listener)
    await shop.booked()
    await listener.heard.wait()

    assert registry.get_sample_value("turnero_stream_pushes_total", {"topic": "availability"}) is None


async def test_a_calendar_that_nobody_watches_any_more_is_let_go(
    hub: Hub, shop: Shop, registry: CollectorRegistry
) -> None:
    provider_id, listener = ProviderId(shop.provider_id), Listener()
    channel = await hub.channel(provider_id)
    hub.subscribe(Topic.AVAILABILITY, channel, listener)
    hub.subscribe(Topic.CALENDAR, channel, listener)
    hub.unsubscribe(Topic.AVAILABILITY, provider_id, listener)
    await asyncio.sleep(0)
    assert followed(registry) == 1

    hub.unsubscribe(Topic.CALENDAR, provider_id, listener)
    await until_idle()
    assert followed(registry) == 0


async def test_whoever_comes_in_time_keeps_a_calendar_followed(
    hub: Hub, shop: Shop, registry: CollectorRegistry
) -> None:
    provider_id, listener = ProviderId(shop.provider_id), Listener()
    channel = await hub.channel(provider_id)
    hub.subscribe(Topic.AVAILABILITY, channel, listener)
    hub.unsubscribe(Topic.AVAILABILITY, provider_id, listener)
    hub.subscribe(Topic.AVAILABILITY, await hub.channel(provider_id), listener)
    await until_idle()

    assert followed(registry) == 1
    await shop.booked()
    await listener.heard.wait()
    assert len(listener.frames) == 1


async def test_many_who_come_at_once_follow_one_calendar_once(
    service: BookingService, shop: Shop, registry: CollectorRegistry
) -> None:
    hub = Hub(service.follow, LocalPresence(), StreamMetrics(registry))
    channels = await asyncio.gather(*(hub.channel(ProviderId(shop.provider_id)) for _ in range(10)))

    assert len(set(map(id, channels))) == 1
    assert followed(registry) == 1
    hub.close()


async def test_what_does_not_exist_is_looked_for_again(hub: Hub) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            await hub.channel(ProviderId("prv_none"))


async def test_only_the_newest_events_are_remembered(hub: Hub, shop: Shop) -> None:
    listener = Listener()
    channel = await hub.channel(ProviderId(shop.provider_id))
    begun = hub.subscribe(Topic.AVAILABILITY, channel, listener)
    booking = await shop.booked()
    await shop.client.post(f"{API}/bookings/{booking['id']}/cancel", {}, by=shop.owner)
    while len(listener.frames) < 2:
        listener.heard.clear()
        await listener.heard.wait()

    missed = channel.since(begun)
    assert missed is not None
    assert [event.sequence for event in missed] == [begun + 1, begun + 2]
    assert channel.since(begun + 2) == ()
    assert channel.since(begun - 1) is None
    assert channel.since(begun + 3) is None


async def until_idle() -> None:
    """Let timers that are due run."""
    for _ in range(3):
        await asyncio.sleep(0.001)
