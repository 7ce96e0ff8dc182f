"""Finds out who is asking: signed tokens (JWT, RFC 7519) and integrators' API keys."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

import jwt
import msgspec
from msgspec import Meta

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Unauthenticated
from turnero.engine.domain.value import BusinessId
from turnero.engine.runtime.catalogue_desk import API_KEY_PREFIX
from turnero.engine.runtime.requests import Caller
from turnero.http.access import Bearer
from turnero.http.tokens import ALGORITHM, AUDIENCE

_Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]

# Their subjects act within one business, so a token that does not name it is of no use to anybody.
_BOUND_TO_A_BUSINESS = frozenset({Role.OWNER, Role.INTEGRATOR})

# Checking a signature takes as long as all of aiohttp's own work on a request, and a token is sent many times before it
# expires. What is kept of one is its digest: 4,096 bearers at once take about a megabyte.
TOKENS_KNOWN_MAX = 4_096

# An API key does not expire, but it can be revoked: whoever goes on without asking again asks again after this long.
KEY_BELIEVED_FOR_S = 3_600.0

FindIntegrator = Callable[[str], Awaitable[Caller | None]]


class Claims(msgspec.Struct, frozen=True):
    """What a token says about its bearer, and until when; `aud` is for PyJWT to check."""

    sub: _Id
    role: Role
    exp: float
    business: _Id | None = None


class Authenticator:
    """Tells who the bearer of an `Authorization` header is.

    Tokens expire by the machine's clock, not by the engine's: a demo that moves its calendar's clock forward must not
    log everybody out.
    """

    def __init__(self, *, secret: str, find_integrator: FindIntegrator, now_s: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._find_integrator = find_integrator
        self._now_s = now_s
        self._known: dict[bytes, Bearer] = {}

    async def actor(self, authorization: str | None) -> Actor | None:
        """Return who is asking, or None where no header was sent. Raises: Unauthenticated: as `bearer` does."""
        bearer = await self.bearer(authorization)
        return None if bearer is None else bearer.actor

    async def bearer(self, authorization: str | None) -> Bearer | None:
        """Return who is asking, and how long they are to be believed, or None where no header was sent.

        Raises:
            Unauthenticated: the header, the token or the key is not good.
        """
        if authorization is None:
            return None
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credentials.strip():
            raise Unauthenticated("Send `Authorization: Bearer <token>`.")
        return await self.bearer_of(credentials.strip())

    async def bearer_of(self, credentials: str) -> Bearer:
        """Return who has this token or API key. Raises: Unauthenticated: it is not good."""
        if credentials.startswith(API_KEY_PREFIX):
            return await self._integrator(credentials)
        return self._bearer(credentials)

    async def _integrator(self, key: str) -> Bearer:
        caller = await self._find_integrator(key) if key.isascii() and key.isprintable() else None
        if caller is None:
            raise Unauthenticated("The API key is not known, or was revoked.")
        return Bearer(caller.actor, self._now_s() + KEY_BELIEVED_FOR_S)

    def _bearer(self, token: str) -> Bearer:
        # Looked up by digest, so that how long the look-up takes says nothing about the tokens that are known.
        digest = hashlib.sha256(token.encode(errors="surrogateescape")).digest()
        bearer = self._known.get(digest)
        if bearer is None:
            bearer = self._checked(token)
            if len(self._known) >= TOKENS_KNOWN_MAX:
                # Which to forget is not worth keeping account of: whoever comes again is checked again.
                self._known.clear()
            self._known[digest] = bearer
        elif bearer.expires_at <= self._now_s():
            del self._known[digest]
            raise _expired()
        return bearer

    def _checked(self, token: str) -> Bearer:
        try:
            payload = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "aud", "sub"]},
            )
            claims = msgspec.convert(payload, Claims)
        except jwt.ExpiredSignatureError:
            raise _expired() from None
        except (jwt.PyJWTError, ValueError, RecursionError):
            # ValueError also covers claims of a wrong shape; RecursionError a token whose header is nested JSON.
            raise Unauthenticated("The token is not valid.") from None
        if claims.role is Role.SYSTEM:
            raise Unauthenticated("Nobody is `system` but Turnero itself.")
        if claims.role in _BOUND_TO_A_BUSINESS and claims.business is None:
            raise Unauthenticated(f"A token of the role `{claims.role}` names its `business`.")
        business = BusinessId(claims.business) if claims.business is not None else None
        return Bearer(Actor(role=claims.role, subject=claims.sub, business_id=business), claims.exp)


def _expired() -> Unauthenticated:
    return Unauthenticated("The token has expired.")
