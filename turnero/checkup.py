"""What `turnero check` tells: what is configured, whether the outside services answer, what is missing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from turnero import app
from turnero.config import Settings, unknown_variables, variable, without_password


class Mark(StrEnum):
    """How a finding is to be taken; its value is how it is printed."""

    WELL = "✓"
    WRONG = "✗"
    NOTE = "-"


class Finding(NamedTuple):
    """One line of the report."""

    mark: Mark
    text: str


class Channel(NamedTuple):
    """Something optional, which works once all of `needs` are set."""

    name: str
    needs: tuple[str, ...]


CHANNELS = (
    Channel("WhatsApp", ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from", "public_url")),
    Channel("SMS", ("twilio_account_sid", "twilio_auth_token", "twilio_sms_from")),
    Channel("Telegram", ("telegram_token", "telegram_secret")),
    Channel("mail", ("smtp_url", "mail_from")),
    Channel("push messages", ("vapid_private_key",)),
    Channel("payments by MercadoPago", ("mercadopago_token", "public_url")),
)

# Set for other reasons, too: by itself it does not say that a channel is wanted.
_SHARED = frozenset({"public_url", "twilio_account_sid", "twilio_auth_token"})


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


async def _try(answers: Awaitable[None], when_well: str) -> Finding:
    try:
        await answers
    except app.CannotStart as failed:
        return Finding(Mark.WRONG, str(failed))
    return Finding(Mark.WELL, when_well)


def _channels(settings: Settings) -> Iterator[Finding]:
    for name, needs in CHANNELS:
        missing = [variable(field) for field in needs if getattr(settings, field) is None]
        wanted = any(getattr(settings, field) is not None for field in needs if field not in _SHARED)
        if not missing:
            yield Finding(Mark.WELL, f"{name}: configured")
        elif wanted:
            yield Finding(Mark.WRONG, f"{name}: {', '.join(missing)} missing")
        else:
            yield Finding(Mark.NOTE, f"{name}: not configured ({', '.join(missing)})")
