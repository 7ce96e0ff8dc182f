"""What Twilio calls: signed forms, and among them what became of a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from multidict import MultiMapping

from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.ports import Report, ReportBack, ReportedStatus

HEADER = "X-Twilio-Signature"

_FORM = "application/x-www-form-urlencoded"

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values; what is in between is not reported.
_STATUSES: Mapping[str, ReportedStatus] = {
    "delivered": ReportedStatus.DELIVERED,
    "read": ReportedStatus.DELIVERED,
    "undelivered": ReportedStatus.FAILED,
    "failed": ReportedStatus.FAILED,
}
_OPTED_OUT = "21610"


async def signed_form(request: web.Request, account: TwilioAccount, *, public_url: str) -> MultiMapping[Any]:
    """Return what Twilio sent.

    Signed is the address that Twilio knows, and not the one that we see behind a proxy.

    Raises:
        HTTPForbidden: it was not Twilio.
    """
    if request.content_type != _FORM:
        raise web.HTTPForbidden
    try:
        form = await request.post()
    except (ValueError, LookupError) as wrong:  # not in the encoding that it says, or in one that nobody knows
        raise web.HTTPBadRequest from wrong
    if not account.signed(f"{public_url}{request.raw_path}", form, request.headers.get(HEADER, "")):
        raise web.HTTPForbidden
    return form


def text_of(form: MultiMapping[Any], field: str) -> str:
    """Return a field of a form; "" if it is missing, or no text."""
    value = form.get(field, "")
    return value if isinstance(value, str) else ""


class StatusHook:
    """Takes reports in for one channel, at an address that each message is sent with."""

    def __init__(self, account: TwilioAccount, *, channel: str, path: str, public_url: str | None) -> None:
        self._account = account
        self._channel = channel
        self._path = path
        self._public_url = public_url
        self.report: ReportBack | None = None

    @property
    def url(self) -> str | None:
        """Where Twilio reaches it, if it can."""
        return None if self._public_url is None else f"{self._public_url}{self._path}"

    @property
    def route(self) -> web.RouteDef:
        return web.post(self._path, self._hook)

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        if self._public_url is None or self.report is None:
            raise web.HTTPServiceUnavailable
        form = await signed_form(request, self._account, public_url=self._public_url)
        status = _STATUSES.get(text_of(form, "MessageStatus"))
        if status is not None:
            code = text_of(form, "ErrorCode") or None
            await self.report(
                Report(
                    channel=self._channel,
                    external_id=text_of(form, "MessageSid"),
                    status=status,
                    code=code,
                    opted_out=code == _OPTED_OUT,
                )
            )
        return web.Response(status=204)
