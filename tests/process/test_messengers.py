"""A real server process that talks to people by Telegram and WhatsApp, with stand-ins for both."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from tests.process.node import PROGRAM, Node, environment
from tests.standins.serving import standing_in
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio import TwilioStandIn
from turnero import app
from turnero.config import Settings
from turnero.demo.furnish import furnish

SECRET = "of-the-webhook"
PHONE = "+5491155551234"
WISH = "hola, soy Ana Suárez, quiero un corte lo antes posible con cualquiera"


@pytest.fixture
async def shop_url(sqlite_url: str) -> str:
    """A database with the sample barbershop."""
    settings = Settings(secret=SECRET, database_url=sqlite_url)
    async with app.engine(settings, clock=app.SystemClock()) as service:
        await furnish(service)
    return sqlite_url


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramStandIn]:
    async with standing_in(TelegramStandIn()) as telegram:
        yield telegram


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioStandIn]:
    async with standing_in(TwilioStandIn()) as twilio:
        yield twilio


def at_telegram(api: TelegramStandIn) -> dict[str, str]:
    return {"TURNERO_TELEGRAM_TOKEN": api.token, "TURNERO_TELEGRAM_API_URL": api.url}


def at_twilio(api: TwilioStandIn) -> dict[str, str]:
    return {
        "TURNERO_TWILIO_ACCOUNT_SID": api.sid,
        "TURNERO_TWILIO_AUTH_TOKEN": api.token,
        "TURNERO_TWILIO_WHATSAPP_FROM": api.sender,
        "TURNERO_TWILIO_API_URL": api.url,
    }


async def booked(
    api: TelegramStandIn | TwilioStandIn,
    titles: Callable[[], Sequence[str]],
    press: Callable[[str], Awaitable[int]],
    texts: Callable[[], Sequence[str]],
) -> str:
    """Press the first choice of each question until the bot says that it is booked; return what it says then."""
    answered = 0
    while True:
        await api.until(lambda seen=answered: len(texts()) > seen)  # type: ignore[misc]  # mypy infers no lambda with a default
        answered = len(texts())
        if "¡Listo" in texts()[-1]:
            return texts()[-1]
        if titles():
            await press(titles()[0])


async def test_people_book_by_both_messengers_and_nothing_of_it_is_in_the_log(
    shop_url: str, telegram: TelegramStandIn, twilio: TwilioStandIn
) -> None:
    public = {"TURNERO_PUBLIC_URL": twilio.public_url, "TURNERO_TELEGRAM_SECRET": SECRET}
    async with Node(shop_url, **public, **at_telegram(telegram), **at_twilio(twilio)) as node:
        telegram.door = twilio.door = node.base
        await telegram.until(lambda: telegram.webhook is not None)
        ana, bruno = telegram.person(7), twilio.person(PHONE)

        assert await ana.says(WISH) == 200
        by_telegram = await booked(
            telegram,
            lambda: list(telegram.history[-1].buttons),
            ana.presses,
            lambda: [card.text for card in telegram.history],
        )
        assert await bruno.says(WISH) == 200
        by_whatsapp = await booked(
            twilio, lambda: list(twilio.sent[-1].buttons), bruno.presses, lambda: [sent.text for sent in twilio.sent]
        )
        assert await node.terminate() == 0

    assert "Corte" in by_telegram
    assert "Corte" in by_whatsapp
    logged = str(node.logs)
    for private in ("Ana", "Suárez", "quiero", PHONE, PHONE[4:], telegram.token, twilio.token, SECRET):
        assert private not in logged, private


async def test_a_server_without_a_public_address_polls_and_outlives_an_outage(
    shop_url: str, telegram: TelegramStandIn
) -> None:
    await telegram.down()
    async with Node(shop_url, **at_telegram(telegram)) as node:
        await telegram.up()
        await telegram.person(7).says("hola")
        await telegram.until(lambda: bool(telegram.sent))
        assert await node.terminate() == 0

    assert "El Turno" in telegram.sent[0].text


def test_half_a_channel_keeps_a_server_from_starting(sqlite_url: str) -> None:
    variables = environment(
        TURNERO_SECRET=SECRET * 4, TURNERO_DATABASE_URL=sqlite_url, TURNERO_TWILIO_WHATSAPP_FROM="+14155238886"
    )
    done = subprocess.run([PROGRAM, "serve"], env=variables, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: TURNERO_TWILIO_ACCOUNT_SID is missing: without it there is no WhatsApp;")
    assert done.stderr.count("\n") == 1
