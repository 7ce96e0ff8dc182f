"""How people get in: their accounts, the links that are sent to them, and the sessions that are opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from turnero.engine.domain.booking import Actor
from turnero.engine.domain.value import Value


class Account(Value):
    """Where somebody is reached, and what their password hashes to (argon2id, with its salt and cost in it).

    One for each `actor`. Several may share an e-mail or a phone: an owner who cuts hair has two. `phone_key` is what
    phones are matched on, as a customer's is.
    """

    actor: Actor
    email: str | None
    phone: str | None
    phone_key: str | None
    password: str | None
    created_at: datetime


class SignInLink(Value):
    """What a link stands for. Only the SHA-256 of its secret is kept."""

    digest: str
    actor: Actor
    expires_at: datetime
    uses_left: int


class WebSession(Value):
    """A browser that is signed in. Only the SHA-256 of its cookie is kept; `device` is its name for people."""

    id: str
    digest: str
    actor: Actor
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class SignIns(Protocol):
    """The store behind signing in. Each write is one durable transaction; what is over is deleted on the way."""

    async def put_account(self, account: Account) -> None:
        """Keep an account in place of the one that its actor had. A new password ends all of the actor's sessions."""
        ...

    async def account(self, actor: Actor) -> Account | None: ...

    async def accounts_at(self, *, email: str | None, phone_key: str | None, limit: int) -> Sequence[Account]:
        """Return whose e-mail or phone this is, oldest first."""
        ...

    async def add_link(self, link: SignInLink, *, now: datetime) -> None: ...

    async def redeem(self, digest: str, *, now: datetime) -> Actor | None:
        """Use a link once, and return for whom it stands; None: it is unknown, used up, or over.

        Of any number who use the last use of a link at the same moment, one gets in.
        """
        ...

    async def add_session(self, session: WebSession) -> None: ...

    async def session(self, digest: str) -> WebSession | None: ...

    async def sessions(self, actor: Actor, *, now: datetime) -> Sequence[WebSession]:
        """Return an actor's sessions that are not over, the one seen last first."""
        ...

    async def prolong_session(self, session_id: str, *, seen_at: datetime, expires_at: datetime) -> None: ...

    async def end_session(self, actor: Actor, session_id: str) -> bool:
        """End one of an actor's sessions; return whether there was one."""
        ...


class SignInMessage(Value):
    """What somebody is to be sent who asked to be let in: a link, to the e-mail or to the phone that they named.

    Exactly one of `email` and `phone` (E.164) is given; both were in the account already, so nobody is written to
    who did not leave their address.
    """

    actor: Actor
    email: str | None
    phone: str | None
    link: str
    expires_at: datetime
    locale: str


class SignInSender(Protocol):
    """Brings a sign-in link to somebody, by whatever channel reaches the address."""

    async def send(self, message: SignInMessage) -> None:
        """Take the message over; return soon. What cannot be delivered is the sender's to log: nobody is told."""
        ...
