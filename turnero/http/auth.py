"""Finds out who is asking: signed tokens (JWT, RFC 7519) and integrators' API keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated

import jwt
import msgspec
from msgspec import Meta

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Unauthenticated
from turnero.engine.domain.value import BusinessId
from turnero.engine.runtime.requests import Caller

AUDIENCE = "turnero"
# Pinned: what the token's own header says about its algorithm is an attacker's word (`none`, or RS256 with our
# secret as a public key).
ALGORITHM = "HS256"
API_KEY_PREFIX = "trn_"

_Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]

# Their subjects act within one business, so a token that does not name it is of no use to anybody.
_BOUND_TO_A_BUSINESS = frozenset({Role.OWNER, Role.INTEGRATOR})

FindIntegrator = Callable[[str], Awaitable[Caller | None]]


class Claims(msgspec.Struct, frozen=True):
    """What a token says about its bearer, beside `aud` and `exp`."""

    sub: _Id
    role: Role
    business: _Id | None = None


def issue_token(
    *,
    secret: str,
    role: Role,
    subject: str,
    now: datetime,
    lifetime: timedelta,
    business: str | None = None,
) -> str:
    """Return a token that says its bearer is `subject` in `role` until `now + lifetime`."""
    claims: dict[str, object] = {
        "sub": subject,
        "role": role.value,
        "aud": AUDIENCE,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    if business is not None:
        claims["business"] = business
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


class Authenticator:
    """Tells who the bearer of an `Authorization` header is.

    Tokens expire by the machine's clock, not by the engine's: a demo that moves its calendar's clock forward must not
    log everybody out.
    """

    def __init__(self, *, secret: str, find_integrator: FindIntegrator) -> None:
        self._secret = secret
        self._find_integrator = find_integrator

    async def actor(self, authorization: str | None) -> Actor | None:
        """Return who is asking, or None where no header was sent.

        Raises:
            Unauthenticated: the header, the token or the key is not good.
        """
        if authorization is None:
            return None
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "bearer" or not credentials.strip():
            raise Unauthenticated("Send `Authorization: Bearer <token>`.")
        credentials = credentials.strip()
        if credentials.startswith(API_KEY_PREFIX):
            return await self._integrator(credentials)
        return self._bearer(credentials)

    async def _integrator(self, key: str) -> Actor:
        caller = await self._find_integrator(key) if key.isascii() and key.isprintable() else None
        if caller is None:
            raise Unauthenticated("The API key is not known, or was revoked.")
        return caller.actor

    def _bearer(self, token: str) -> Actor:
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
            raise Unauthenticated("The token has expired.") from None
        except (jwt.PyJWTError, ValueError, RecursionError):
            # ValueError also covers claims of a wrong shape; RecursionError a token whose header is nested JSON.
            raise Unauthenticated("The token is not valid.") from None
        if claims.role is Role.SYSTEM:
            raise Unauthenticated("Nobody is `system` but Turnero itself.")
        if claims.role in _BOUND_TO_A_BUSINESS and claims.business is None:
            raise Unauthenticated(f"A token of the role `{claims.role}` names its `business`.")
        business = BusinessId(claims.business) if claims.business is not None else None
        return Actor(role=claims.role, subject=claims.sub, business_id=business)
