"""Every dialogue of `tests/bots/scripts/`, through the messengers: the real client libraries against stand-ins."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.bots.channels.mouths import CHAT_ID, OnTelegram, OnWhatsApp
from tests.bots.dialogue import SCRIPTS, Dialogue, read_script
from tests.bots.mouths import Direct
from tests.bots.stage import DAWN, DESK, Mouth, a_stage
from tests.engine.runtime.simulation import ManualClock
from tests.standins.serving import standing_in
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio import TwilioStandIn
from turnero.bots.conversation.inbound import Said, SharedContact
from turnero.demo import shop as sample

ALL = sorted(SCRIPTS.glob("*.txt"))
# Each has something that depends on how a channel works: choices, repeats, a restart, news that comes by itself.
TELLING = [
    SCRIPTS / f"{name}.txt"
    for name in (
        "cancel_which",
        "everything_in_one_message",
        "five_stars",
        "pass_on_an_offer",
        "restart_in_mid_conversation",
        "taken_between_list_and_choice",
        "the_same_message_twice",
    )
]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(DAWN.astimezone(UTC))


async def play(script: Path, mouth: Mouth, url: str, clock: ManualClock) -> None:
    async with a_stage(url, mouth, Direct(DESK, clock), clock) as stage:
        await Dialogue(stage).play(read_script(script))


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
async def test_the_dialogue_goes_as_written_in_telegram(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    async with standing_in(TelegramStandIn(now=clock.now)) as api:
        await play(script, OnTelegram(api, clock), sqlite_url, clock)


@pytest.mark.parametrize("script", ALL, ids=lambda path: path.stem)
async def test_the_dialogue_goes_as_written_in_whatsapp(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    async with standing_in(TwilioStandIn(now=clock.now)) as api:
        await play(script, OnWhatsApp(api, clock), sqlite_url, clock)


@pytest.mark.parametrize("script", TELLING, ids=lambda path: path.stem)
async def test_polling_makes_no_difference(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    async with standing_in(TelegramStandIn(now=clock.now)) as api:
        await play(script, OnTelegram(api, clock, polling=True), sqlite_url, clock)


@pytest.mark.parametrize("script", TELLING, ids=lambda path: path.stem)
async def test_without_buttons_numbers_do(script: Path, sqlite_url: str, clock: ManualClock) -> None:
    async with standing_in(TwilioStandIn(now=clock.now)) as api:
        await play(script, OnWhatsApp(api, clock, buttons=False), sqlite_url, clock)


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 1, 0)], ids=["in order", "reversed", "reversed, and twice"])
async def test_messages_may_come_in_any_order_and_more_than_once(
    order: tuple[int, ...], sqlite_url: str, clock: ManualClock
) -> None:
    async with standing_in(TelegramStandIn(now=clock.now)) as api:
        juan = OnTelegram(api, clock)
        async with a_stage(sqlite_url, juan, Direct(DESK, clock), clock) as stage:
            api.holds_back = True
            for text in ("soy Juan, quiero un corte con Martín", "mañana a las 10"):
                await api.person(CHAT_ID).says(text)
            updates = list(api.waiting)
            for number in order:
                assert await api.deliver(updates[number]) == 200
                await stage.settle()
            api.holds_back = False
            await stage.hear(Said(text="sí"))

            assert await stage.fact("bookings", "1") == (True, "1")
            assert "10:00" in juan.seen()[-1].text


async def test_whoever_shares_their_number_is_known_by_it(sqlite_url: str, clock: ManualClock) -> None:
    known = sample.CUSTOMERS[0]
    assert known.phone is not None
    async with standing_in(TelegramStandIn(now=clock.now)) as api:
        juan = OnTelegram(api, clock)
        async with a_stage(sqlite_url, juan, Direct(DESK, clock), clock) as stage:
            await stage.set_clock(datetime(2026, 5, 6, 11, tzinfo=stage.zone))
            await stage.meanwhile(f"{known.name} reserva 2026-05-07 10:00 con Martín")
            for text in ("quiero un corte con Martín mañana a las 17", "sí"):
                await stage.hear(Said(text=text))
            assert [button["text"] for row in api.sent[-1].keyboard for button in row] == ["Compartir mi número"]

            await stage.hear(SharedContact(phone=known.phone))
            await stage.hear(Said(text="¿qué turnos tengo?"))

            assert "10:00" in juan.seen()[-1].text
