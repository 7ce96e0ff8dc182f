"""What `turnero check` tells: what is configured, whether the outside services answer, what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from turnero import app
from turnero.channels import CHANNELS, Configured, missing, wanted
from turnero.config import CannotStart, Settings, unknown_variables, variable, without_password


class Mark(StrEnum):
    """How a finding is to be taken; its value is how it is printed."""

    WELL = "✓"
    WRONG = "✗"
    NOTE = "-"


class Finding(NamedTuple):
    """One line of the report."""

    mark: Mark
    text: str


# What is configured as channels are, and is none.
PAYMENTS = Configured("payments by MercadoPago", ("mercadopago_token", "public_url"))


async def findings(settings: Settings, environ: Mapping[str, str]) -> AsyncIterator[Finding]:
    """Yield the report line by line, asking each outside service on the way."""
    for name in unknown_variables(environ):
        yield Finding(Mark.NOTE, f"{name} means nothing here: is its name right?")
    yield Finding(Mark.WELL, f"serves at {settings.host}:{settings.port}")
    database = f"database {without_password(settings.database_url)}"
    yield await _try(app.try_database(settings), f"{database}: it answers, and its tables are up to date")
    if settings.redis_url is None:
        yield Finding(Mark.NOTE, f"Redis: {variable('redis_url')} is not set, so this node works by itself")
    else:
        yield await _try(app.try_redis(settings.redis_url), f"Redis {without_password(settings.redis_url)}: it answers")
    for finding in _channels(settings):
        yield finding
    if settings.telegram_token is not None:
        yield await _try(app.try_telegram(settings), "Telegram: the bot is there")
    if settings.twilio_account_sid is not None and settings.twilio_auth_token is not None:
        yield await _try(app.try_twilio(settings), "Twilio: the account is there")
    if settings.smtp_url is not None and settings.mail_from is not None:
        yield await _try(app.try_email(settings), f"mail {without_password(settings.smtp_url)}: it takes our letters")


async def _try(answers: Awaitable[None], when_well: str) -> Finding:
    try:
        await answers
    except CannotStart as failed:
        return Finding(Mark.WRONG, str(failed))
    return Finding(Mark.WELL, when_well)


def _channels(settings: Settings) -> Iterator[Finding]:
    for channel in (*CHANNELS, PAYMENTS):
        lacks = ", ".join(missing(settings, channel))
        if not lacks:
            yield Finding(Mark.WELL, f"{channel.name}: configured")
        elif wanted(settings, channel):
            yield Finding(Mark.WRONG, f"{channel.name}: {lacks} missing")
        else:
            yield Finding(Mark.NOTE, f"{channel.name}: not configured ({lacks})")
    if settings.telegram_token is not None and settings.public_url is None:
        yield Finding(Mark.NOTE, f"Telegram is polled, for {variable('public_url')} is not set: by one process only")
