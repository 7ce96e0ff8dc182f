"""Signing in: accounts, links, passwords and browser sessions. `BookingService`'s part about who people are.

Times here are the machine's, and are given as `now`: a demo that moves its calendar's clock forward must not sign
anybody out. Secrets leave this module once, when they are made; what is kept are digests.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Forbidden, Invalid, NotFound
from turnero.engine.domain.phones import read_phone, region_of
from turnero.engine.domain.value import BusinessId, ProviderId, Value
from turnero.engine.ports import Account, Catalogue, Clock, Ids, SignInLink, SignInMessage, WebSession
from turnero.engine.runtime.desk import ALL_STAFF, MANAGEMENT, Desk, require_business, require_role
from turnero.engine.runtime.passwords import Passwords
from turnero.engine.runtime.requests import Caller, Email, Phone
from turnero.engine.runtime.runtime import Runtime

# Long enough to find the message, short enough to be worthless when somebody else finds it.
LINK_LASTS = timedelta(minutes=10)
# The shop's tablet signs in once; a session that is used goes on.
SESSION_LASTS = timedelta(days=30)
# How often "seen" is written down: a page asks many times a minute.
SEEN_EVERY = timedelta(hours=1)

# One person may cut hair and own the shop; five accounts of one phone is somebody trying.
ACCOUNTS_PER_ADDRESS_MAX = 5
DEVICE_CHARS_MAX = 200

# A number without its country is read as one of here (the sign-in page does not know which shop it is for).
HOME_REGION = "AR"

# What events say the owner's name is: a business has one account of this kind.
OWNER_SUBJECT = "owner"

_SECRET_BYTES = 32

Password = Annotated[str, Meta(min_length=10, max_length=200, description="At least ten characters; argon2id.")]


class Whose(Value):
    """Somebody who works here: a provider, or with `business_id` the owner of a business."""

    provider_id: ProviderId | None = None
    business_id: BusinessId | None = None

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.business_id is None):
            raise ValueError("give either `providerId` or `businessId`")


class AccountChange(Value):
    """An account's addresses, in place of what they were; a password only if it is to be another."""

    email: Email | None = None
    phone: Phone | None = None
    password: Password | None = None


class IssuedLink(Value):
    """A fresh link's secret, which is told this once."""

    secret: str
    actor: Actor
    expires_at: datetime


class Opened(Value):
    """A fresh session, and the secret that its cookie holds."""

    secret: str
    session: WebSession


class SignInDesk(Desk):
    """Lets those who work at a business in, and out."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, *, clock: Clock, ids: Ids) -> None:
        super().__init__(runtime, catalogue, clock=clock, ids=ids)
        self._passwords = Passwords()

    def now(self) -> datetime:
        """Return what the engine's clock shows: that of the calendars, in a demo another than the machine's."""
        return self._clock.now()

    async def themselves(self, caller: Caller) -> Actor:
        """Return the caller as accounts know them: with their business, which a provider's token may leave out."""
        actor = caller.actor
        if actor.role is Role.PROVIDER and actor.business_id is None:
            return await self._actor(caller, Whose(provider_id=ProviderId(actor.subject)))
        return actor

    # --- Accounts -------------------------------------------------------------------------------------------------

    async def put_account(self, caller: Caller, whose: Whose, change: AccountChange, *, now: datetime) -> Account:
        """Say where somebody is reached, and with which password they sign in. A new one ends all their sessions."""
        actor = await self._actor(caller, whose)
        assert actor.business_id is not None
        business = await self.business(actor.business_id)
        phone = key = None
        if change.phone is not None:
            try:
                phone, key = read_phone(change.phone, region=region_of(business.locale))
            except ValueError as error:
                raise Invalid(str(error), path="$.phone") from None
        known = await self._catalogue.account(actor)
        kept = None if known is None else known.password
        account = Account(
            actor=actor,
            email=None if change.email is None else change.email.lower(),
            phone=phone,
            phone_key=key,
            password=kept if change.password is None else await self._passwords.hashed(change.password),
            created_at=now if known is None else known.created_at,
        )
        await self._catalogue.put_account(account)
        return account

    async def account(self, caller: Caller, whose: Whose) -> Account:
        """Return how somebody gets in. Raises: NotFound: nobody has said so far."""
        account = await self._catalogue.account(await self._actor(caller, whose))
        if account is None:
            raise NotFound("account")
        return account

    async def _actor(self, caller: Caller, whose: Whose) -> Actor:
        """Return who is meant. Raises: Forbidden: they are none of the caller's business; NotFound."""
        require_role(caller.actor, ALL_STAFF)
        if whose.business_id is not None:
            require_role(caller.actor, MANAGEMENT)
            business = await self.business(whose.business_id)
            require_business(caller.actor, business.id)
            return Actor(role=Role.OWNER, subject=OWNER_SUBJECT, business_id=business.id)
        assert whose.provider_id is not None
        provider = await self._catalogue.provider(whose.provider_id)
        if provider is None:
            raise NotFound("provider", "provider_not_found")
        if caller.actor.role is not Role.PROVIDER:
            require_business(caller.actor, provider.business_id)
        elif caller.actor.subject != provider.id:
            raise Forbidden("This account is not yours.")
        return Actor(role=Role.PROVIDER, subject=provider.id, business_id=provider.business_id)

    # --- Links ----------------------------------------------------------------------------------------------------

    async def issue_sign_in_link(
        self, caller: Caller, whose: Whose, *, now: datetime, lasts: timedelta = LINK_LASTS, uses: int = 1
    ) -> IssuedLink:
        """Issue a link that lets somebody in: once and for ten minutes, unless the caller says otherwise."""
        require_role(caller.actor, MANAGEMENT)
        return await self._issue(await self._actor(caller, whose), now=now, lasts=lasts, uses=uses)

    async def sign_in_links_for(self, address: str, *, now: datetime) -> Sequence[tuple[Account, IssuedLink]]:
        """Issue a link for each account that this e-mail or phone belongs to. The caller must not tell how many."""
        return [
            (account, await self._issue(account.actor, now=now, lasts=LINK_LASTS, uses=1))
            for account in await self._accounts_at(address)
        ]

    async def message_about(self, account: Account, issued: IssuedLink, *, link: str, address: str) -> SignInMessage:
        """Return what `account` is to be sent at `address`, which is one of its own."""
        assert account.actor.business_id is not None
        business = await self.business(account.actor.business_id)
        by_mail = "@" in address
        return SignInMessage(
            actor=account.actor,
            email=account.email if by_mail else None,
            phone=None if by_mail else account.phone,
            link=link,
            expires_at=issued.expires_at,
            locale=business.locale,
        )

    async def _issue(self, actor: Actor, *, now: datetime, lasts: timedelta, uses: int) -> IssuedLink:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        link = SignInLink(digest=_digest(secret), actor=actor, expires_at=now + lasts, uses_left=uses)
        await self._catalogue.add_link(link, now=now)
        return IssuedLink(secret=secret, actor=actor, expires_at=link.expires_at)

    # --- Sessions -------------------------------------------------------------------------------------------------

    async def sign_in_by_link(self, secret: str, *, device: str, now: datetime) -> Opened | None:
        """Use a link, and open a session; None: it is unknown, used, or over."""
        actor = await self._catalogue.redeem(_digest(secret), now=now)
        return None if actor is None else await self._open(actor, device=device, now=now)

    async def sign_in_by_password(self, address: str, password: str, *, device: str, now: datetime) -> Opened | None:
        """Open a session for the account at `address` whose password this is; None: there is none.

        How long it takes does not tell whether there is an account.
        """
        candidates = await self._accounts_at(address)
        if not candidates:
            await self._passwords.is_right(password, None)
        for account in candidates:
            if await self._passwords.is_right(password, account.password):
                return await self._open(account.actor, device=device, now=now)
        return None

    async def signed_in(self, secret: str, *, now: datetime) -> WebSession | None:
        """Return the session that a cookie's secret stands for, if it is not over. One that is used goes on."""
        session = await self._catalogue.session(_digest(secret))
        if session is None or session.expires_at <= now:
            return None
        if now - session.seen_at >= SEEN_EVERY:
            await self._catalogue.prolong_session(session.id, seen_at=now, expires_at=now + SESSION_LASTS)
        return session

    async def web_sessions(self, caller: Caller, *, now: datetime) -> Sequence[WebSession]:
        """Return where the caller is signed in, the one seen last first."""
        return await self._catalogue.sessions(await self.themselves(caller), now=now)

    async def end_web_session(self, caller: Caller, session_id: str) -> None:
        """Sign one of the caller's browsers out. Raises: NotFound: it is none of theirs, or out already."""
        if not await self._catalogue.end_session(await self.themselves(caller), session_id):
            raise NotFound("session")

    async def _open(self, actor: Actor, *, device: str, now: datetime) -> Opened:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        session = WebSession(
            id=self._ids.new("web"),
            digest=_digest(secret),
            actor=actor,
            device=device[:DEVICE_CHARS_MAX],
            created_at=now,
            seen_at=now,
            expires_at=now + SESSION_LASTS,
        )
        await self._catalogue.add_session(session)
        return Opened(secret=secret, session=session)

    async def _accounts_at(self, address: str) -> Sequence[Account]:
        email = key = None
        if re.fullmatch(r"[^@\s]+@[^@\s]+", address.strip()):
            email = address.strip().lower()
        else:
            try:
                key = read_phone(address, region=HOME_REGION).key
            except ValueError:
                return ()
        return await self._catalogue.accounts_at(email=email, phone_key=key, limit=ACCOUNTS_PER_ADDRESS_MAX)


def _digest(secret: str) -> str:
    # A long random secret needs no slow hash.
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
