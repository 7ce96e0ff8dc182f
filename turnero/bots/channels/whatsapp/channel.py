"""The channel `whatsapp`: people write to a business's number, and Twilio stands in between.

Within 24 hours of what somebody wrote last, anything may be said to them; afterwards only what WhatsApp has approved.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from aiohttp import web

from turnero.bots.channels.twilio.account import Content, TwilioAccount
from turnero.bots.channels.twilio.hooks import StatusHook, signed_form
from turnero.bots.channels.whatsapp import templates
from turnero.bots.channels.whatsapp.inbound import NAME, SCHEME, incoming
from turnero.bots.channels.whatsapp.shapes import as_text, shaped
from turnero.bots.channels.whatsapp.shelf import Shelf
from turnero.bots.ports import Outgoing, Receive, ReportBack, Undeliverable
from turnero.engine.ports import Clock

HOOK = "/hooks/whatsapp"
STATUS_HOOK = "/hooks/whatsapp/status"

# Our clock and theirs need not agree to the second, and a message takes its time.
CLOSES_EARLY = timedelta(minutes=1)

# Twilio's number for "outside of the window, and not approved" (https://www.twilio.com/docs/api/errors/63016).
WINDOW_CLOSED = "63016"
# What is wrong with a template, and not with whoever was to get it: it does not exist (any more), or its values are
# not to its liking. The same said as text goes through.
_TEMPLATE_REFUSED = frozenset({"21655", "21656", "21658", "63005", "63013", "63019", "63027", "63028", "63030"})

# Answers are sent by REST: what is in the answer to a webhook is sent once, and nobody knows what became of it.
_NOTHING = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class WhatsAppChannel:
    """The channel `whatsapp`. `sender` is our number, `approved` the SIDs of approved templates by name."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        sender: str,
        public_url: str,
        clock: Clock,
        approved: Mapping[str, str] | None = None,
    ) -> None:
        self._account = account
        self._sender = f"{SCHEME}{sender.removeprefix(SCHEME)}"
        self._public_url = public_url
        self._clock = clock
        self._approved = approved or {}
        self._shelf = Shelf(account, clock=clock)
        self._status = StatusHook(account, channel=NAME, path=STATUS_HOOK, public_url=public_url)
        self._receive: Receive | None = None

    @property
    def name(self) -> str:
        return NAME

    # --- Sending --------------------------------------------------------------------------------------------------

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send a message as the window allows, and return Twilio's SID of it."""
        open_until = outgoing.open_until
        if open_until is None or open_until - CLOSES_EARLY <= self._clock.now():
            return await self._send_approved(outgoing)
        try:
            return await self._send_freely(outgoing)
        except Undeliverable as refused:
            # WhatsApp knows better than we do when its window closes.
            if refused.code != WINDOW_CLOSED:
                raise
        return await self._send_approved(outgoing)

    async def _send_approved(self, outgoing: Outgoing) -> str:
        content = None if outgoing.notice is None else templates.content(outgoing.notice, self._approved)
        if content is None:
            raise Undeliverable(WINDOW_CLOSED)
        return await self._hand_over(outgoing, content)

    async def _send_freely(self, outgoing: Outgoing) -> str:
        apart = shaped(outgoing.reply)
        content = None if apart is None else await self._shelf.content(apart)
        if content is not None:
            try:
                return await self._hand_over(outgoing, content)
            except Undeliverable as refused:
                if refused.code not in _TEMPLATE_REFUSED:
                    raise
                self._shelf.forget()
        return await self._hand_over(outgoing, as_text(outgoing.reply))

    async def _hand_over(self, outgoing: Outgoing, message: str | Content) -> str:
        return await self._account.send(
            sender=self._sender,
            to=f"{SCHEME}{outgoing.address}",
            message=message,
            status_callback=self._status.url,
        )

    # --- Taking in ------------------------------------------------------------------------------------------------

    def routes(self) -> Sequence[web.RouteDef]:
        return (web.post(HOOK, self._hook), self._status.route)

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:
        self._receive, self._status.report = receive, report
        try:
            yield
        finally:
            self._receive = self._status.report = None

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        form = await signed_form(request, self._account, public_url=self._public_url)
        if self._receive is None:
            raise web.HTTPServiceUnavailable
        heard = incoming(form, now=self._clock.now())
        if heard is not None:
            await self._receive(heard)
        return web.Response(text=_NOTHING, content_type="text/xml")
