"""Letters by SMTP, one connection each, with errors told apart by their code and by when they came.

Up to the end of the message nothing has been delivered, whatever goes wrong. Once it has been handed over, silence
means that nobody knows (RFC 5321 §4.5.3.2.6).
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import aiosmtplib

from turnero.bots.channels.email.letter import letter, recipient
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, Outgoing, TryLater, Undeliverable

# Mail servers commonly accept ten connections of one client at a time, and count them as a nuisance long before.
CONNECTIONS_MAX = 4
# What RFC 5321 would have us wait is minutes; a courier that waits so long for one letter keeps others waiting. This is
# for each answer; a server that needs it for all of them, some eight, is not there.
TIMEOUT_S = 20.0
_ANSWERS_LATE_MAX = 4

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"smtp": 587, "starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in. `start_tls` None takes encryption if the server offers it."""

    host: str
    port: int
    username: str | None
    password: str | None
    implicit_tls: bool
    start_tls: bool | None


def mail_server(url: str) -> MailServer:
    """Read `smtp://`, `starttls://` or `smtps://user:password@host:port`.

    A password never leaves the machine unencrypted: with one, `smtp://` insists on STARTTLS as `starttls://` does.
    """
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    secret = parts.password is not None and host not in _LOOPBACK
    implicit = parts.scheme == "smtps"
    insists = parts.scheme == "starttls" or secret
    return MailServer(
        host=host,
        port=parts.port or _PORTS[parts.scheme],
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
        implicit_tls=implicit,
        start_tls=False if implicit else True if insists else None,
    )


class EmailChannel:
    """Implements `turnero.bots.ports.Channel` by SMTP."""

    def __init__(self, server: MailServer, *, sender: str, timeout_s: float = TIMEOUT_S) -> None:
        self._server = server
        self._sender = sender
        self._timeout_s = timeout_s
        self._connections = asyncio.Semaphore(CONNECTIONS_MAX)

    @property
    def name(self) -> str:
        return "email"

    @property
    def connections_max(self) -> int:
        """How many letters are handed in at once; more wait for one of them."""
        return CONNECTIONS_MAX

    @property
    def patience_s(self) -> float:
        """How long to wait for a letter to be handed in."""
        return self._timeout_s * _ANSWERS_LATE_MAX

    async def send(self, outgoing: Outgoing) -> str:
        """Hand a letter to the mail server, and return its Message-ID."""
        message = letter(outgoing, sender=self._sender)
        to = recipient(outgoing.address).addr_spec
        async with self._connections:
            await self._hand_in(message.as_bytes(), to)
        return str(message["Message-ID"])

    async def check(self) -> None:
        """Return if the server is there and lets us in. Raises: TryLater."""
        client = self._client()
        try:
            await self._connect(client)
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit()
        finally:
            client.close()

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.implicit_tls,
            start_tls=server.start_tls,
            username=server.username,
            password=server.password,
            timeout=self._timeout_s,
        )

    async def _hand_in(self, message: bytes, to: str) -> None:
        client = self._client()
        try:
            await self._begin(client, to)
            await self._data(client, message)
            with suppress(aiosmtplib.SMTPException, OSError):  # it is delivered, whatever becomes of the goodbye
                await client.quit()
        finally:
            client.close()

    async def _begin(self, client: aiosmtplib.SMTP, to: str) -> None:
        """Come as far as the server's waiting for the message. Whatever goes wrong here has delivered nothing."""
        await self._connect(client)
        try:
            await client.rcpt(to)
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater("smtp_unreachable", type(error).__name__) from error

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        """Come as far as the server's taking letters of ours. Raises: TryLater: it does not."""
        try:
            await client.connect()
            await client.mail(self._sender)
        except aiosmtplib.SMTPResponseException as error:
            # A lasting refusal of us, not of the recipient: nothing is wrong with their address.
            raise TryLater(f"smtp_{error.code}", error.message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater("smtp_unreachable", type(error).__name__) from error

    async def _data(self, client: aiosmtplib.SMTP, message: bytes) -> None:
        try:
            await client.data(message)
        except aiosmtplib.SMTPResponseException as error:
            raise _refused(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise OutcomeUnknown("smtp_no_answer", type(error).__name__) from error


_LASTING = 500  # RFC 5321 §4.2.1: 4yz may be tried again as it is, 5yz may not


def _refused(error: aiosmtplib.SMTPResponseException) -> DeliveryFailed:
    kind = Undeliverable if error.code >= _LASTING else TryLater
    return kind(f"smtp_{error.code}", error.message)
