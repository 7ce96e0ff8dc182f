"""Which channels a node has: settings become channels. The part of the composition root that knows messengers.

To add one, write its module in `bots/channels/`, its row in `CHANNELS`, and open it in `open_channels`.

The messengers' libraries take a second to load between them, so each is imported when its channel is opened: whoever
does not use it, or only runs a command, does not wait for it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

import aiohttp

from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.bots.ports import Conversing, DeliveryFailed
from turnero.config import Settings, SettingsError, variable
from turnero.engine.ports import Clock
from turnero.engine.ports.push import PushSubscriptions

if TYPE_CHECKING:
    from turnero.bots.channels.email.channel import EmailChannel
    from turnero.bots.channels.push.channel import PushChannel
    from turnero.bots.channels.telegram.channel import TelegramChannel
    from turnero.bots.channels.twilio.account import TwilioAccount
    from turnero.bots.channels.whatsapp.channel import WhatsAppChannel


class Configured(NamedTuple):
    """A channel, which works once all of `needs` are set, and those `if_public` where the outside reaches us."""

    name: str
    needs: tuple[str, ...]
    if_public: tuple[str, ...] = ()


CHANNELS = (
    Configured("WhatsApp", ("twilio_account_sid", "twilio_auth_token", "twilio_whatsapp_from", "public_url")),
    Configured("SMS", ("twilio_account_sid", "twilio_auth_token", "twilio_sms_from")),
    Configured("Telegram", ("telegram_token",), if_public=("telegram_secret",)),
    Configured("mail", ("smtp_url", "mail_from")),
    Configured("push messages", ("vapid_private_key", "public_url")),
)

# Set for other reasons, too: by itself it does not say that a channel is wanted.
SHARED = frozenset({"public_url", "twilio_account_sid", "twilio_auth_token"})


class Reachability(Protocol):
    """Where it is recorded that somebody has blocked us: the part of `Chats` that does."""

    async def mark(self, channel: str, person: str, *, blocked: bool | None = None) -> None: ...


# How each channel finds people, and for how long after they were heard of they may be written to freely.
TRAITS: Mapping[str, Traits] = {
    "whatsapp": Traits(frozenset({FoundBy.CONVERSATION, FoundBy.PHONE}), window=timedelta(hours=24)),
    "telegram": Traits(frozenset({FoundBy.CONVERSATION})),
    "sms": Traits(frozenset({FoundBy.PHONE})),
    "email": Traits(frozenset({FoundBy.EMAIL})),
    "push": Traits(frozenset({FoundBy.PERSON})),
}


# The page of a browser is looked at by whoever is chatting, and by nobody else.
ON_A_PAGE = Traits(frozenset({FoundBy.CONVERSATION}), on_a_page=True)


class Channels(NamedTuple):
    """The channels of a node, the best one first: as the courier uses them, and those of them that have to run."""

    outlets: Sequence[Outlet] = ()
    running: Sequence[Conversing] = ()


def missing(settings: Settings, channel: Configured) -> tuple[str, ...]:
    """Return the variables that a channel still needs."""
    needs = channel.needs if settings.public_url is None else channel.needs + channel.if_public
    return tuple(variable(field) for field in needs if getattr(settings, field) is None)


def wanted(settings: Settings, channel: Configured) -> bool:
    """Tell whether anything is set that is set for this channel only."""
    own = set(channel.needs + channel.if_public) - SHARED
    return any(getattr(settings, field) is not None for field in own)


def require_whole(settings: Settings) -> None:
    """Refuse channels that are half configured: they would keep silent, and nobody would know why.

    Raises:
        SettingsError: naming what is missing.
    """
    halves = [
        f"{name} is missing: without it there is no {channel.name}"
        for channel in CHANNELS
        if wanted(settings, channel)
        for name in missing(settings, channel)
    ]
    if halves:
        raise SettingsError(tuple(halves))


@asynccontextmanager
async def open_channels(
    settings: Settings, *, clock: Clock, reachability: Reachability, devices: PushSubscriptions
) -> AsyncIterator[Channels]:
    """Open the messengers that are configured, SMS, mail and push; their connections close with the context.

    Raises:
        SettingsError: something is missing, or a template is for no message that there is.
    """
    require_whole(settings)
    running: list[Conversing] = []
    async with AsyncExitStack() as stack:
        if settings.telegram_token is not None:
            running.append(_telegram(settings, settings.telegram_token, clock=clock, reachability=reachability))
        if settings.twilio_whatsapp_from is not None or settings.twilio_sms_from is not None:
            account = _twilio(settings, await stack.enter_async_context(aiohttp.ClientSession()))
            if settings.twilio_whatsapp_from is not None:
                running.append(_whatsapp(settings, account, settings.twilio_whatsapp_from, clock=clock))
            if settings.twilio_sms_from is not None:
                from turnero.bots.channels.sms import SmsChannel  # noqa: PLC0415  see the module

                running.append(SmsChannel(account, sender=settings.twilio_sms_from, public_url=settings.public_url))
        outlets = [Outlet(channel=channel, traits=TRAITS[channel.name]) for channel in running]
        if settings.smtp_url is not None:
            mail = _email(settings, settings.smtp_url)
            outlets.append(
                Outlet(
                    channel=mail,
                    traits=TRAITS[mail.name],
                    at_once=mail.connections_max,
                    timeout_s=mail.patience_s,
                )
            )
        if settings.vapid_private_key is not None:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            push = _push(settings, settings.vapid_private_key, session, clock=clock, devices=devices)
            # Where what has not been seen yet is replaced by its repeat (the topic), it may be repeated.
            outlets.append(Outlet(channel=push, traits=TRAITS[push.name], deduplicates=True))
            running.append(push)
        yield Channels(outlets, running)


async def links(settings: Settings, code: str) -> Sequence[str]:
    """Return the links that open a chat with us on each channel, and bring `code` along."""
    found = []
    if settings.telegram_token is not None:
        # Telegram knows the bot's name; where it cannot be asked, the code can be sent by hand.
        with suppress(DeliveryFailed):
            found.append(f"https://t.me/{await try_telegram(settings)}?start={code}")
    if settings.twilio_whatsapp_from is not None:
        found.append(f"https://wa.me/{re.sub(r'[^0-9]', '', settings.twilio_whatsapp_from)}?text={code}")
    if settings.public_url is not None:
        found.append(f"{settings.public_url}/chat?start={code}")
    return found


async def try_telegram(settings: Settings) -> str:
    """Return the name of the bot. Raises: DeliveryFailed."""
    from turnero.bots.channels.telegram.channel import name_of_bot  # noqa: PLC0415  see the module

    assert settings.telegram_token is not None
    return await name_of_bot(settings.telegram_token, api_url=settings.telegram_api_url)


async def try_twilio(settings: Settings) -> None:
    """Return if the account is there. Raises: DeliveryFailed."""
    async with aiohttp.ClientSession() as session:
        await _twilio(settings, session).check()


async def try_email(settings: Settings) -> None:
    """Return if the mail server takes letters of ours. Raises: DeliveryFailed."""
    assert settings.smtp_url is not None
    await _email(settings, settings.smtp_url).check()


def why_not(failed: DeliveryFailed, *, field: str) -> str:
    """Say why a service could not be tried, to somebody who can change `field` of the settings."""
    return _WHY.get(failed.code, "it answered {code}").format(code=failed.code, name=variable(field))


_WHY: Mapping[str, str] = {
    "away": "it cannot be reached",
    "no_answer": "it does not answer",
    "unauthorized": "it does not accept {name}",
    "smtp_unreachable": "it cannot be reached",
    "smtp_535": "it does not accept the password in {name}",
}


def _email(settings: Settings, url: str) -> EmailChannel:
    from turnero.bots.channels.email.channel import EmailChannel, mail_server  # noqa: PLC0415  see the module

    assert settings.mail_from is not None
    return EmailChannel(mail_server(url), sender=settings.mail_from)


def _push(
    settings: Settings, key: str, session: aiohttp.ClientSession, *, clock: Clock, devices: PushSubscriptions
) -> PushChannel:
    from turnero.bots.channels.push.channel import PushChannel, vapid_key  # noqa: PLC0415  see the module

    assert settings.public_url is not None
    try:
        private = vapid_key(key)
    except ValueError as wrong:
        raise SettingsError((f"{variable('vapid_private_key')} {wrong}",)) from wrong
    contact = settings.public_url if settings.mail_from is None else f"mailto:{settings.mail_from}"
    return PushChannel(session, key=private, contact=contact, subscriptions=devices, clock=clock)


def _telegram(settings: Settings, token: str, *, clock: Clock, reachability: Reachability) -> TelegramChannel:
    from turnero.bots.channels.telegram.channel import TelegramChannel  # noqa: PLC0415  see the module

    return TelegramChannel(
        token,
        reachability=reachability,
        clock=clock,
        public_url=settings.public_url,
        secret=settings.telegram_secret,
        api_url=settings.telegram_api_url,
    )


def _twilio(settings: Settings, session: aiohttp.ClientSession) -> TwilioAccount:
    from turnero.bots.channels.twilio.account import TwilioAccount  # noqa: PLC0415  see the module

    assert settings.twilio_account_sid is not None
    assert settings.twilio_auth_token is not None
    return TwilioAccount(
        session, sid=settings.twilio_account_sid, token=settings.twilio_auth_token, api_url=settings.twilio_api_url
    )


def _whatsapp(settings: Settings, account: TwilioAccount, sender: str, *, clock: Clock) -> WhatsAppChannel:
    from turnero.bots.channels.whatsapp.channel import WhatsAppChannel  # noqa: PLC0415  see the module
    from turnero.bots.channels.whatsapp.templates import check_names  # noqa: PLC0415  see the module

    approved = settings.twilio_templates or {}
    try:
        check_names(approved)
    except ValueError as wrong:
        raise SettingsError((f"{variable('twilio_templates')}: {wrong}",)) from wrong
    assert settings.public_url is not None
    return WhatsAppChannel(account, sender=sender, public_url=settings.public_url, clock=clock, approved=approved)
