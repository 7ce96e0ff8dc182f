"""The channel `sms`: notices over Twilio to whoever has only a telephone. Nobody answers there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from turnero.bots.channels.gsm import short_text
from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.channels.twilio.hooks import StatusHook
from turnero.bots.ports import Outgoing, Receive, ReportBack

NAME = "sms"
STATUS_HOOK = "/hooks/sms/status"


class SmsChannel:
    """The channel `sms`. `sender` is our number. Without a `public_url` nobody tells us whether messages arrived."""

    def __init__(self, account: TwilioAccount, *, sender: str, public_url: str | None) -> None:
        self._account = account
        self._sender = sender
        self._status = StatusHook(account, channel=NAME, path=STATUS_HOOK, public_url=public_url)

    @property
    def name(self) -> str:
        return NAME

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send a message's text, short, and without what could be pressed; return Twilio's SID of it."""
        return await self._account.send(
            sender=self._sender,
            to=outgoing.address,
            message=short_text(outgoing.reply.text),
            status_callback=self._status.url,
        )

    def routes(self) -> Sequence[web.RouteDef]:
        return () if self._status.url is None else (self._status.route,)

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:  # noqa: ARG002  what people answer to an SMS reaches nobody
        self._status.report = report
        try:
            yield
        finally:
            self._status.report = None
