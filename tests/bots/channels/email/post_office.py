# ruff: noqa: ARG002  aiosmtpd gives its handlers more than this one asks for
"""A real SMTP server on loopback, that takes letters in or makes the difficulties that it is told to make."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"


@dataclass
class PostOffice:
    """What has been handed in. `recipients` and `contents` say how each is answered, if not with a yes.

    `silent` lets the server take a letter in and never answer; `hangs_up` lets it hang up instead.
    """

    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str | None, list[str]]] = field(default_factory=list)
    recipients: str = OK
    contents: str = OK
    senders: str = OK
    silent: bool = False
    hangs_up: bool = False
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    url: str = ""
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_MAIL(  # noqa: N802  the names are those that aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.senders

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipients == OK:
            envelope.rcpt_tos.append(address)
        return self.recipients

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.contents != OK:
            return self.contents
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.letters.append(parsed)
        self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if self.hangs_up:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        if self.silent:
            await self._closing.wait()
        return OK

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    """Open a post office on a free port of loopback. Whoever gives a password gives the right one, or is sent away."""
    office = PostOffice()

    def counter() -> SMTP:
        return SMTP(office, hostname="localhost", authenticator=office.authenticate, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(counter, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    office.url = f"smtp://127.0.0.1:{port}"
    try:
        yield office
    finally:
        office._closing.set()
        server.close()
        await server.wait_closed()
