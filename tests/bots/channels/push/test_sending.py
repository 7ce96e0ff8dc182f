"""What is pushed to the devices of a person, and what becomes of those that do not want it any more."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import pytest
from msgspec.structs import replace
from py_vapid import Vapid02

from tests.bots.channels.ends import HandClock, served
from tests.bots.notices import NOW, TOMORROW_AT_TEN, a_notice, on_its_way
from tests.fakes.memory_push import MemoryPushSubscriptions
from tests.standins.push import Browser, PushStandIn, unpadded
from tests.standins.serving import HangUp, Refuse
from turnero.bots.channels.push.channel import KEY_PATH, PushChannel, vapid_key
from turnero.bots.channels.push.payload import PAYLOAD_BYTES_MAX, payload, useful_for
from turnero.bots.conversation.reply import TEXT_CHARS_MAX, Reply
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, Outgoing, TryLater, Undeliverable
from turnero.engine.domain.messages import MessageKind
from turnero.engine.ports.push import is_push_service

ANA = "cus_ana"
REMINDER = on_its_way(a_notice(MessageKind.REMINDER, link="https://turnos.example/b/1"), ANA)


@pytest.fixture
async def phone(service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel) -> Browser:
    return await another(service, devices, channel)


async def another(service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel) -> Browser:
    browser = service.browser(ANA, server_key=channel.public_key, at=NOW)
    await devices.add_push_subscription(browser.subscription)
    return browser


async def failed(channel: PushChannel, outgoing: Outgoing = REMINDER) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        await channel.send(outgoing)
    return raised.value


# --- What arrives -------------------------------------------------------------------------------------------------


async def test_only_the_device_can_read_what_is_pushed_to_it(channel: PushChannel, phone: Browser) -> None:
    await channel.send(REMINDER)
    (shown,) = phone.shown.values()
    assert shown == {
        "title": "Tu turno en El Turno: jue 7/5 10:00",
        "body": "Tenés turno mañana a las 10:00 con Martín.\nCorte, en El Turno.",
        "tag": "bkg_0123456789abcdef0123456789abcdef",
        "lang": "es",
        "url": "https://turnos.example/b/1",
    }


async def test_what_is_new_about_a_booking_takes_the_place_of_what_was_known(
    channel: PushChannel, phone: Browser
) -> None:
    for kind in (MessageKind.BOOKED, MessageKind.RESCHEDULED, MessageKind.CANCELLED):
        await channel.send(on_its_way(a_notice(kind), ANA))
    (shown,) = phone.shown.values()
    assert shown["title"].startswith("Turno cancelado")


async def test_a_repeat_has_the_topic_of_the_first(channel: PushChannel, phone: Browser) -> None:
    await channel.send(REMINDER)
    await channel.send(REMINDER)
    await channel.send(replace(REMINDER, id="msg_other"))
    first, repeat, other = (headers["Topic"] for headers in phone.headers)
    assert first == repeat != other


async def test_every_device_of_a_person_is_told(
    service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel, phone: Browser
) -> None:
    computer = await another(service, devices, channel)
    await channel.send(REMINDER)
    assert len(phone.shown) == len(computer.shown) == 1


async def test_a_page_gets_the_key_that_it_subscribes_with(channel: PushChannel) -> None:
    async with served(channel) as url, aiohttp.ClientSession() as session, session.get(url + KEY_PATH) as response:
        assert await response.json() == {"publicKey": channel.public_key}
    assert len(channel.public_key) == 87


# --- What does not arrive -----------------------------------------------------------------------------------------


async def test_who_has_no_device_is_reached_otherwise(channel: PushChannel) -> None:
    failure = await failed(channel)
    assert (type(failure), failure.code) == (Undeliverable, "no_device")


async def test_a_device_that_has_gone_is_forgotten(
    service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel, phone: Browser
) -> None:
    service.unsubscribe(phone)
    failure = await failed(channel)
    assert (type(failure), failure.code) == (Undeliverable, "push_410")
    assert await devices.push_subscriptions(ANA) == []


async def test_one_device_that_has_it_is_enough(
    service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel, phone: Browser
) -> None:
    service.unsubscribe(phone)
    computer = await another(service, devices, channel)
    await channel.send(REMINDER)
    assert len(computer.shown) == 1
    assert await devices.push_subscriptions(ANA) == [computer.subscription]


async def test_a_service_that_asks_for_patience_gets_it(
    service: PushStandIn, channel: PushChannel, phone: Browser
) -> None:
    service.next("push", Refuse(429, "", {"Retry-After": "120"}), Refuse(503, "", {"Retry-After": "soon"}))
    too_many, away = await failed(channel), await failed(channel)
    assert isinstance(too_many, TryLater)
    assert too_many.after == timedelta(minutes=2)
    assert isinstance(away, TryLater)
    assert away.after is None
    await channel.send(REMINDER)
    assert len(phone.shown) == 1


async def test_a_connection_that_breaks_after_the_message_means_that_nobody_knows(
    service: PushStandIn, channel: PushChannel, phone: Browser
) -> None:
    service.next("push", HangUp())
    assert isinstance(await failed(channel), OutcomeUnknown)
    assert len(phone.shown) == 1


async def test_a_service_that_is_down_can_be_tried_later(
    service: PushStandIn, channel: PushChannel, phone: Browser
) -> None:
    await service.down()
    failure = await failed(channel)
    assert (type(failure), failure.code) == (TryLater, "push_unreachable")
    assert phone.shown == {}


async def test_of_several_failures_the_one_that_leaves_most_hope_counts(
    service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel, phone: Browser
) -> None:
    service.unsubscribe(phone)
    computer = await another(service, devices, channel)
    service.next("push", Refuse(500, ""), Refuse(500, ""))
    assert isinstance(await failed(channel), TryLater)
    assert computer.shown == {}


async def test_a_device_that_subscribed_with_another_key_is_not_reached(
    service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel
) -> None:
    other = Vapid02()
    other.generate_keys()
    async with aiohttp.ClientSession() as session:
        old = PushChannel(session, key=other, contact="mailto:a@b", subscriptions=devices, clock=HandClock())
    browser = service.browser(ANA, server_key=old.public_key, at=NOW)
    await devices.add_push_subscription(browser.subscription)
    failure = await failed(channel)
    assert (type(failure), failure.code) == (Undeliverable, "push_403")


async def test_a_device_whose_key_is_none_is_forgotten(
    service: PushStandIn, devices: MemoryPushSubscriptions, channel: PushChannel
) -> None:
    browser = service.browser(ANA, server_key=channel.public_key, at=NOW)
    no_point = unpadded(b"\x04" + b"\x01" * 64)
    await devices.add_push_subscription(replace(browser.subscription, p256dh=no_point))
    failure = await failed(channel)
    assert (type(failure), failure.code) == (Undeliverable, "bad_device_key")
    assert await devices.push_subscriptions(ANA) == []


async def test_nothing_is_posted_to_what_is_no_push_service(
    devices: MemoryPushSubscriptions, clock: HandClock, phone: Browser
) -> None:
    async with aiohttp.ClientSession() as session:
        strict = PushChannel(session, key=vapid_key_of_32(), contact="mailto:a@b", subscriptions=devices, clock=clock)
        failure = await failed(strict)
    assert (type(failure), failure.code) == (Undeliverable, "no_push_service")
    assert phone.headers == []


def vapid_key_of_32() -> Vapid02:
    return vapid_key(unpadded(b"\x07" * 32))


# --- Whom we speak to ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://par02p.notify.windows.com/w/?token=abc",
    ],
)
def test_the_services_of_browsers_are_known(endpoint: str) -> None:
    assert is_push_service(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/x",
        "https://user@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://notify.windows.com.evil.example/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis。com/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_nobody_sends_us_anywhere_else(endpoint: str) -> None:
    assert not is_push_service(endpoint)


@pytest.mark.parametrize("text", ["", "nonsense", "ñ", "AAAA", unpadded(b"\x00" * 32)])
def test_what_is_no_key_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no VAPID private key"):
        vapid_key(text)


# --- What fits ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("letter", ["x", "ñ", "💈", "\x01", '"'])
def test_whatever_is_said_fits_what_services_take(letter: str) -> None:
    reply = Reply(text=letter * TEXT_CHARS_MAX)
    for notice in (None, a_notice(MessageKind.BOOKED, link="https://turnos.example/" + "x" * 5000)):
        written = payload(Outgoing(id="msg_1", address=ANA, reply=reply, notice=notice))
        assert len(written) <= PAYLOAD_BYTES_MAX


@pytest.mark.parametrize(
    ("kind", "now", "expected"),
    [
        (MessageKind.BOOKED, NOW, timedelta(hours=22)),
        (MessageKind.REMINDER, TOMORROW_AT_TEN - timedelta(minutes=30), timedelta(minutes=30)),
        (MessageKind.REMINDER, TOMORROW_AT_TEN, timedelta(minutes=1)),
        (MessageKind.OFFER, NOW, timedelta(minutes=10)),
        (MessageKind.RATING, TOMORROW_AT_TEN + timedelta(hours=2), timedelta(days=1)),
        (MessageKind.BOOKED, NOW - timedelta(days=30), timedelta(days=1)),
    ],
)
def test_a_message_is_kept_for_a_device_as_long_as_it_is_of_use(
    kind: MessageKind, now: object, expected: timedelta
) -> None:
    assert useful_for(on_its_way(a_notice(kind, now=now), ANA)) == expected
