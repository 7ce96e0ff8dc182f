"""What WhatsApp will not deliver goes by SMS: both channels, one courier, one account with a stand-in of Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import aiohttp
import pytest

from tests.bots.channels.ends import PUBLIC_URL, served
from tests.bots.channels.mouths import PHONE, OnWhatsApp
from tests.bots.stage import ZONE, Heard, World, a_world
from tests.engine.runtime.simulation import ManualClock
from tests.standins.serving import standing_in
from tests.standins.twilio import Sent, TwilioStandIn
from turnero.bots.channels.sms import SmsChannel
from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.conversation.inbound import Inbound, Said
from turnero.bots.courier.outlet import Outlet
from turnero.bots.ports import Receive, ReportBack
from turnero.channels import TRAITS
from turnero.demo.furnish import SampleShop, furnish
from turnero.engine.domain.booking import Status
from turnero.engine.ports import BookingFilter
from turnero.engine.ports.chats import ChatPerson

NOON = datetime(2026, 5, 6, 12, 0, tzinfo=ZONE).astimezone(UTC)


class BySms:
    """A telephone that nobody answers. Implements as much of `tests.bots.stage.Mouth` as a program needs."""

    def __init__(self, api: TwilioStandIn) -> None:
        self._api = api
        self._channel: SmsChannel

    @property
    def who(self) -> ChatPerson:
        return ChatPerson("sms", PHONE)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Outlet]:
        async with aiohttp.ClientSession() as session:
            account = TwilioAccount(session, sid=self._api.sid, token=self._api.token, api_url=self._api.url)
            self._channel = SmsChannel(account, sender=self._api.sender, public_url=PUBLIC_URL)
            yield Outlet(channel=self._channel, traits=TRAITS["sms"])

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:
        async with served(self._channel), self._channel.running(receive, report):
            yield

    async def do(self, inbound: Inbound) -> None:
        raise AssertionError(f"nobody hears {inbound}")

    async def repeat(self) -> None:
        raise AssertionError("nobody said anything")

    def seen(self) -> Sequence[Heard]:
        return []


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def api(clock: ManualClock) -> AsyncIterator[TwilioStandIn]:
    async with standing_in(TwilioStandIn(now=clock.now)) as api:
        yield api


@asynccontextmanager
async def booked(url: str, api: TwilioStandIn, clock: ManualClock, *, approved: bool) -> AsyncIterator[Program]:
    """Run the program; somebody books by WhatsApp for tomorrow at ten."""
    juan = OnWhatsApp(api, clock, approved=approved)
    async with a_world(url, clock, [juan, BySms(api)], run=1) as world:
        shop = await furnish(world.engine.service)
        program = Program(world, shop)
        for text in ("soy Juan, quiero un corte con Martín mañana a las 10", "sí"):
            await juan.do(Said(text=text))
            await world.driver.answered(juan.who)
            await world.courier.rest()
        yield program


class Program(NamedTuple):
    world: World
    shop: SampleShop

    async def cancel(self) -> None:
        """Let the shop cancel what was booked."""
        owner, service = self.shop.owner(), self.world.engine.service
        where = BookingFilter(business_id=self.shop.business_id)
        (booking,) = (await service.bookings(owner, where, limit=9, cursor=None)).items
        await service.change_status(owner, booking.id, Status.CANCELLED)
        await self.world.courier.rest()


def by_sms(api: TwilioStandIn) -> list[Sent]:
    return [sent for sent in api.sent if sent.to == PHONE]


async def test_what_whatsapp_refuses_afterwards_goes_by_sms(
    sqlite_url: str, api: TwilioStandIn, clock: ManualClock
) -> None:
    async with booked(sqlite_url, api, clock, approved=True) as program:
        await program.cancel()
        assert by_sms(api) == []

        assert await api.reports(api.sent[-1], "undelivered", 63016) == 204
        await program.world.courier.rest()

        (sent,) = by_sms(api)
    assert "cancelar tu turno" in sent.text
    assert "mañana a las 10:00" in sent.text


@pytest.mark.parametrize("approved", [True, False])
async def test_after_a_day_of_silence_only_approved_words_go_by_whatsapp(
    sqlite_url: str, api: TwilioStandIn, clock: ManualClock, *, approved: bool
) -> None:
    async with booked(sqlite_url, api, clock, approved=approved) as program:
        clock.at += timedelta(hours=24)
        await program.cancel()

    assert len(by_sms(api)) == (0 if approved else 1)
    assert api.sent[-1].text.startswith("Se canceló tu turno: era hoy" if approved else "Barberia El Turno tuvo que")
