"""A WhatsApp channel on a stand-in of Twilio."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bots.channels.ends import PUBLIC_URL, Ears, HandClock, served
from tests.standins.twilio import TwilioStandIn
from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.channels.whatsapp.channel import WhatsAppChannel

ANA = "+5491155551234"


@pytest.fixture
def api(twilio: TwilioStandIn) -> TwilioStandIn:
    return twilio


@pytest.fixture
async def channel(
    account: TwilioAccount, api: TwilioStandIn, ears: Ears, clock: HandClock
) -> AsyncIterator[WhatsAppChannel]:
    channel = WhatsAppChannel(account, sender=api.sender, public_url=PUBLIC_URL, clock=clock)
    async with served(channel) as door, channel.running(ears.receive, ears.report):
        api.door = door
        yield channel
