"""What every store of devices promises: on SQLite, on PostgreSQL, and in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.fakes.memory_push import MemoryPushSubscriptions
from turnero.engine.ports.push import DEVICES_MAX, PushSubscription, PushSubscriptions
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import open_database

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def devices(request: pytest.FixtureRequest) -> AsyncIterator[PushSubscriptions]:
    if request.param == "memory":
        yield MemoryPushSubscriptions()
        return
    url = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    database = open_database(url)
    yield SqlCatalogue(database)
    await database.close()


def device(name: str, person: str = "ana", *, minute: int = 0) -> PushSubscription:
    return PushSubscription(
        person=person,
        endpoint=f"https://push.example/{name}",
        p256dh="B" * 87,
        auth="a" * 22,
        created_at=NOW + timedelta(minutes=minute),
    )


async def test_a_person_has_the_devices_that_they_added_the_newest_first(devices: PushSubscriptions) -> None:
    phone, computer = device("phone"), device("computer", minute=1)
    for one in (phone, computer, device("other", "bruno")):
        await devices.add_push_subscription(one)
    assert list(await devices.push_subscriptions("ana")) == [computer, phone]
    assert list(await devices.push_subscriptions("nobody")) == []


async def test_a_device_is_the_last_person_s_who_wanted_it(devices: PushSubscriptions) -> None:
    await devices.add_push_subscription(device("shared"))
    await devices.add_push_subscription(device("shared", "bruno", minute=1))
    assert list(await devices.push_subscriptions("ana")) == []
    assert list(await devices.push_subscriptions("bruno")) == [device("shared", "bruno", minute=1)]


async def test_a_device_that_is_added_again_is_there_once_with_its_new_keys(devices: PushSubscriptions) -> None:
    await devices.add_push_subscription(device("phone"))
    await devices.add_push_subscription(device("phone", minute=1))
    assert list(await devices.push_subscriptions("ana")) == [device("phone", minute=1)]


async def test_the_oldest_device_makes_room(devices: PushSubscriptions) -> None:
    for minute in range(DEVICES_MAX + 1):
        await devices.add_push_subscription(device(f"n{minute:02}", minute=minute))
    kept = await devices.push_subscriptions("ana")
    assert [one.created_at for one in kept] == [NOW + timedelta(minutes=m) for m in range(DEVICES_MAX, 0, -1)]


async def test_a_device_is_forgotten_by_whoever_may_forget_it(devices: PushSubscriptions) -> None:
    phone = device("phone")
    await devices.add_push_subscription(phone)
    await devices.remove_push_subscription(phone.endpoint, person="bruno")
    assert list(await devices.push_subscriptions("ana")) == [phone]
    await devices.remove_push_subscription(phone.endpoint, person="ana")
    await devices.remove_push_subscription(phone.endpoint)
    assert list(await devices.push_subscriptions("ana")) == []
