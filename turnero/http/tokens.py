"""Bearer tokens as we make them: signed (JWT, RFC 7519). Apart from `auth`, which reads them and is slower to load."""

from __future__ import annotations

from datetime import datetime, timedelta

import jwt

from turnero.engine.domain.booking import Role

AUDIENCE = "turnero"
# Pinned: what the token's own header says about its algorithm is an attacker's word (`none`, or RS256 with our
# secret as a public key).
ALGORITHM = "HS256"


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
