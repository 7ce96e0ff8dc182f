from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bots.channels.email.post_office import PostOffice, post_office
from turnero.bots.channels.email.channel import EmailChannel, mail_server

SENDER = "turnos@elturno.example"


@pytest.fixture
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as opened:
        yield opened


@pytest.fixture
def channel(office: PostOffice) -> EmailChannel:
    return EmailChannel(mail_server(office.url), sender=SENDER)
