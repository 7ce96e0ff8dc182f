"""An account with Twilio: sends messages, keeps templates, and tells whether a request is Twilio's own.

The library publishes no types: what we use of it is wrapped here, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import msgspec
from multidict import MultiMapping
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.content.v1.content import ContentList

from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, TryLater, Undeliverable

# Twilio answers within a second; whoever waits longer than this does not know whether it was sent.
TIMEOUT = timedelta(seconds=10)

# As many templates as Twilio gives at a time; an account has some dozens of ours.
_PAGE = 500

# https://www.twilio.com/docs/api/errors. The person wants no more of it on this channel:
_OPTED_OUT = frozenset({21610})
# Ours to mend (the account, its senders, its limits), and no fault of the person's:
_OURS = frozenset({20404, 21606, 21660, 63007, 63017, 63018, 63038})


class Content(NamedTuple):
    """A template of the account, and what goes into its places."""

    sid: str
    variables: Mapping[str, str]


class TwilioAccount:
    """One account, over a session that somebody else opens and closes. `api_url` points it at a stand-in."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        sid: str,
        token: str,
        api_url: str | None = None,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        self._sid = sid
        self._client = Client(sid, token, http_client=_Connection(session, api_url=api_url, timeout=timeout))
        self._validator = RequestValidator(token)

    async def send(self, *, sender: str, to: str, message: str | Content, status_callback: str | None = None) -> str:
        """Hand a message over, and return its SID. Raises: DeliveryFailed."""
        options: dict[str, Any] = {"from_": sender, "to": to}
        if isinstance(message, Content):
            options["content_sid"] = message.sid
            options["content_variables"] = msgspec.json.encode(message.variables).decode()
        else:
            options["body"] = message
        if status_callback is not None:
            options["status_callback"] = status_callback
        with _failures():
            sid: str = (await self._client.messages.create_async(**options)).sid
        return sid

    async def create_template(self, name: str, types: Mapping[str, Any], *, samples: Mapping[str, str]) -> str:
        """Make a template, and return its SID. `types` are as the Content API has them. Raises: DeliveryFailed."""
        asked = ContentList.ContentCreateRequest(
            {"friendly_name": name, "language": "es", "variables": dict(samples), "types": types}
        )
        with _failures():
            sid: str = (await self._client.content.v1.contents.create_async(asked)).sid
        return sid

    async def templates(self) -> Mapping[str, str]:
        """Return the SIDs of the account's templates by name. Raises: DeliveryFailed."""
        with _failures():
            found = await self._client.content.v1.contents.list_async(page_size=_PAGE)
        return {one.friendly_name: one.sid for one in found}

    async def check(self) -> None:
        """Return if the account is there and its token is right. Raises: DeliveryFailed."""
        with _failures():
            await self._client.api.accounts(self._sid).fetch_async()

    def signed(self, url: str, form: MultiMapping[Any], signature: str) -> bool:
        """Tell whether a request to `url`, as Twilio knows it, is Twilio's (docs/usage/security)."""
        try:
            return bool(self._validator.validate(url, form, signature))
        except ValueError:  # an address that is not UTF-8, or no address
            return False


class _Connection(AsyncHttpClient):  # type: ignore[misc]  # the library publishes no types
    """Twilio's requests over our session. The library's own client ignores its timeout and writes JSON as a form."""

    def __init__(self, session: aiohttp.ClientSession, *, api_url: str | None, timeout: timedelta) -> None:
        super().__init__(logger=None, is_async=True)
        self._session = session
        self._api_url = api_url.rstrip("/") if api_url is not None else None
        seconds = timeout.total_seconds()
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)

    async def request(  # noqa: PLR0917  as the library calls it
        self,
        method: str,
        uri: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109  as the library calls it, which never says how long
        allow_redirects: bool = False,
    ) -> Response:
        """Carry a request out. Raises: TryLater, OutcomeUnknown."""
        body: bytes | Mapping[str, Any] | None = data
        if headers is not None and headers.get("Content-Type") == "application/json":
            body = msgspec.json.encode(data)
        try:
            async with self._session.request(
                method.upper(),
                self._really(uri),
                params=params,
                data=body,
                headers={**(headers or {}), **(_authorization(*auth) if auth is not None else {})},
                timeout=self._timeout,
                allow_redirects=allow_redirects,
            ) as response:
                text = await response.text()
                if response.status == HTTPStatus.TOO_MANY_REQUESTS:
                    # The library keeps the answer's headers from whoever catches its errors.
                    raise TryLater("too_many_requests", after=_seconds(response.headers.get("Retry-After")))
                return Response(response.status, text, response.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TryLater("away", type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutcomeUnknown("no_answer", type(error).__name__) from None

    def _really(self, url: str) -> str:
        """Return where a request goes: with a stand-in, all hosts are one."""
        if self._api_url is None:
            return url
        parts = urlsplit(url)
        return f"{self._api_url}{parts.path}{f'?{parts.query}' if parts.query else ''}"


def _authorization(user: str, password: str) -> Mapping[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(user, password)}


def _seconds(text: str | None) -> timedelta | None:
    return timedelta(seconds=int(text)) if text is not None and text.isdecimal() else None


@contextmanager
def _failures() -> Iterator[None]:
    """Turn the library's errors into ours. Their causes stay behind: Twilio's words quote telephone numbers."""
    try:
        yield
    except TwilioException as error:
        raise _failure_of(error) from None
    except ValueError:
        # It said yes, and something that is not JSON.
        raise OutcomeUnknown("unreadable_answer") from None


def _failure_of(error: TwilioException) -> DeliveryFailed:
    """Return what Twilio's refusal of a message means for it."""
    if not isinstance(error, TwilioRestException | TwilioServiceException):
        return TryLater("unavailable")
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater("unavailable", str(error.status))
    if error.status == HTTPStatus.UNAUTHORIZED:
        return TryLater("unauthorized")
    if error.code in _OURS:
        return TryLater(str(error.code))
    return Undeliverable(str(error.code), opted_out=error.code in _OPTED_OUT)
