"""Settings become channels, or say what is missing; and `turnero check` tries what they lead to."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.bots.channels.email.post_office import post_office
from tests.bots.channels.ends import Ears, HandClock
from tests.bots.channels.guide import GUIDE
from tests.fakes.memory_push import MemoryPushSubscriptions
from tests.standins.serving import standing_in
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio import TwilioStandIn
from turnero.bots.ports import DeliveryFailed
from turnero.channels import Channels, open_channels, try_telegram, try_twilio, why_not
from turnero.checkup import Finding, Mark, findings
from turnero.config import Settings, SettingsError, settings_from

SECRET = "a-secret-that-is-long-enough-for-hs256"
PUBLIC: dict[str, Any] = {"public_url": "https://turnos.example"}
TWILIO: dict[str, Any] = {"twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": "stand-in"}
WHATSAPP = TWILIO | PUBLIC | {"twilio_whatsapp_from": "+14155238886"}
SMS = TWILIO | {"twilio_sms_from": "+14155238886"}


async def opened(**settings: Any) -> Channels:
    told = Settings(secret=SECRET, **settings)
    async with open_channels(
        told, clock=HandClock(), reachability=Ears(), devices=MemoryPushSubscriptions()
    ) as channels:
        return channels


@pytest.mark.parametrize(
    ("settings", "names", "paths"),
    [
        ({}, [], []),
        (TWILIO | PUBLIC, [], []),
        ({"telegram_token": "1:a"}, ["telegram"], []),
        (PUBLIC | {"telegram_token": "1:a", "telegram_secret": "s"}, ["telegram"], ["/hooks/telegram"]),
        (WHATSAPP, ["whatsapp"], ["/hooks/whatsapp", "/hooks/whatsapp/status"]),
        (SMS, ["sms"], []),
        (PUBLIC | {"vapid_private_key": "A" * 42 + "c"}, ["push"], ["/push/key"]),
        (WHATSAPP | SMS, ["whatsapp", "sms"], ["/hooks/whatsapp", "/hooks/whatsapp/status", "/hooks/sms/status"]),
    ],
)
async def test_a_node_has_the_channels_that_are_configured(
    settings: dict[str, Any], names: list[str], paths: list[str]
) -> None:
    channels = await opened(**settings)

    assert [channel.name for channel in channels.running] == names
    assert [route.path for channel in channels.running for route in channel.routes()] == paths


@pytest.mark.parametrize(
    ("settings", "lacks"),
    [
        (PUBLIC | {"telegram_token": "1:a"}, ["TURNERO_TELEGRAM_SECRET"]),
        ({"telegram_secret": "s"}, ["TURNERO_TELEGRAM_TOKEN"]),
        ({"twilio_whatsapp_from": "+1"}, ["TURNERO_TWILIO_ACCOUNT_SID", "TURNERO_TWILIO_AUTH_TOKEN", "TURNERO_PUBLIC"]),
        ({"smtp_url": "smtp://mail"}, ["TURNERO_MAIL_FROM"]),
        ({"vapid_private_key": "x"}, ["TURNERO_PUBLIC_URL"]),
        (PUBLIC | {"vapid_private_key": "x"}, ["TURNERO_VAPID_PRIVATE_KEY is no VAPID private key"]),
        (WHATSAPP | {"twilio_templates": {"remainder": "HX1"}}, ["TURNERO_TWILIO_TEMPLATES: 'remainder'"]),
    ],
)
async def test_half_a_channel_is_refused_at_the_start(settings: dict[str, Any], lacks: list[str]) -> None:
    with pytest.raises(SettingsError) as refused:
        await opened(**settings)

    assert len(refused.value.problems) == len(lacks)
    for problem, variable in zip(refused.value.problems, lacks, strict=True):
        assert problem.startswith(variable)


async def test_the_guide_s_example_of_templates_can_be_used_as_it_stands() -> None:
    (example,) = re.findall(
        r"^export (TURNERO_TWILIO_TEMPLATES)='(.*)'$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE
    )
    told = settings_from({"TURNERO_SECRET": SECRET, **dict([example])})

    channels = await opened(**WHATSAPP, twilio_templates=told.twilio_templates)

    assert [channel.name for channel in channels.running] == ["whatsapp"]


# --- turnero check ----------------------------------------------------------------------------------------------------


async def found(database_url: str, **settings: Any) -> set[Finding]:
    told = Settings(secret=SECRET, database_url=database_url, **settings)
    return {finding async for finding in findings(told, {})}


async def test_check_tries_the_messengers(sqlite_url: str) -> None:
    async with standing_in(TelegramStandIn()) as telegram, standing_in(TwilioStandIn()) as twilio:
        well = await found(
            sqlite_url, **SMS, telegram_token=telegram.token, telegram_api_url=telegram.url, twilio_api_url=twilio.url
        )
        twilio.token = "changed"
        wrong = await found(
            sqlite_url, **SMS, telegram_token="1:b", telegram_api_url=telegram.url, twilio_api_url=twilio.url
        )

    assert {
        Finding(Mark.WELL, "Telegram: the bot is there"),
        Finding(Mark.WELL, "Twilio: the account is there"),
        Finding(Mark.WELL, "SMS: configured"),
        Finding(Mark.NOTE, "Telegram is polled, for TURNERO_PUBLIC_URL is not set: by one process only"),
    } <= well
    assert {
        Finding(Mark.WRONG, "Telegram: it does not accept TURNERO_TELEGRAM_TOKEN"),
        Finding(Mark.WRONG, "Twilio: it does not accept TURNERO_TWILIO_AUTH_TOKEN"),
    } <= wrong


async def test_check_hands_the_mail_server_nothing_but_asks_whether_it_would_take_it(sqlite_url: str) -> None:
    async with post_office() as office:
        well = await found(sqlite_url, smtp_url=office.url, mail_from="turnos@elturno.example")
        url = office.url.replace("://", "://me:wrong@")
        wrong = await found(sqlite_url, smtp_url=url, mail_from="turnos@elturno.example")

    shown = office.url.replace("://", "://me:***@")
    assert Finding(Mark.WELL, f"mail {office.url}: it takes our letters") in well
    assert Finding(Mark.WRONG, f"mail {shown}: it does not accept the password in TURNERO_SMTP_URL") in wrong
    assert office.letters == []


async def test_mail_goes_out_and_nothing_comes_in() -> None:
    channels = await opened(smtp_url="smtps://mail.example", mail_from="turnos@elturno.example")

    assert [outlet.channel.name for outlet in channels.outlets] == ["email"]
    assert channels.running == []


async def test_what_cannot_be_reached_or_understood_is_said_to_be_so() -> None:
    nowhere = "http://127.0.0.1:1"
    said = []
    for trying, field in (
        (try_telegram(Settings(secret=SECRET, telegram_token="1:a", telegram_api_url=nowhere)), "telegram_token"),
        (try_twilio(Settings(secret=SECRET, **SMS, twilio_api_url=nowhere)), "twilio_auth_token"),
    ):
        with pytest.raises(DeliveryFailed) as failed:
            await trying
        said.append(why_not(failed.value, field=field))

    assert said == ["it cannot be reached"] * 2
    assert why_not(DeliveryFailed("63007"), field="twilio_auth_token") == "it answered 63007"
