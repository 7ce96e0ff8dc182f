"""Tokens and keys: whoever is not provably somebody is nobody."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Unauthenticated
from turnero.engine.domain.value import BusinessId
from turnero.engine.runtime.requests import Caller
from turnero.http import auth
from turnero.http.auth import Authenticator
from turnero.http.tokens import issue_token

SECRET = "a secret that is long enough to sign with"
INTEGRATOR = Actor(role=Role.INTEGRATOR, subject="key_1", business_id=BusinessId("biz_1"))


async def find_integrator(secret: str) -> Caller | None:
    return Caller(actor=INTEGRATOR) if secret == "trn_known" else None


AUTHENTICATOR = Authenticator(secret=SECRET, find_integrator=find_integrator)


def now() -> datetime:
    return datetime.now(UTC)


def signed(claims: Mapping[str, object], *, secret: str = SECRET, algorithm: str = "HS256") -> str:
    usual = {"sub": "x", "role": "admin", "aud": "turnero", "exp": int(now().timestamp()) + 60}
    chosen = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(chosen, secret, algorithm=algorithm)


def unsigned(header: object) -> str:
    parts = [json.dumps(header), json.dumps({"sub": "x", "role": "admin", "aud": "turnero", "exp": 2**40})]
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts) + "."


async def test_an_issued_token_says_who_its_bearer_is() -> None:
    token = issue_token(
        secret=SECRET, role=Role.OWNER, subject="ana", business="biz_1", now=now(), lifetime=timedelta(hours=1)
    )

    actor = await AUTHENTICATOR.actor(f"Bearer {token}")

    assert actor == Actor(role=Role.OWNER, subject="ana", business_id=BusinessId("biz_1"))


async def test_a_token_that_is_known_expires_like_any_other() -> None:
    shown = [now().timestamp()]
    authenticator = Authenticator(secret=SECRET, find_integrator=find_integrator, now_s=lambda: shown[0])
    header = f"Bearer {signed({})}"
    for _ in range(2):
        assert await authenticator.actor(header) is not None

    shown[0] += 61

    with pytest.raises(Unauthenticated):
        await authenticator.actor(header)


async def test_however_many_bearers_there_are_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "TOKENS_KNOWN_MAX", 3)
    authenticator = Authenticator(secret=SECRET, find_integrator=find_integrator)

    for n in range(10):
        actor = await authenticator.actor(f"Bearer {signed({'sub': str(n)})}")
        assert actor is not None
        assert actor.subject == str(n)
        assert len(authenticator._known) <= 3


async def test_without_a_header_nobody_is_asking() -> None:
    assert await AUTHENTICATOR.actor(None) is None


async def test_the_scheme_is_case_insensitive() -> None:
    assert await AUTHENTICATOR.actor(f"bearer {signed({})}") is not None


@pytest.mark.parametrize(
    "token",
    [
        signed({"exp": 1}),
        signed({"exp": None}),
        signed({"aud": "somebody-else"}),
        signed({"aud": None}),
        signed({"sub": None}),
        signed({"sub": ""}),
        signed({"sub": "a\0b"}),
        signed({"sub": "x" * 201}),
        signed({"role": None}),
        signed({"role": "god"}),
        signed({"role": "system"}),
        signed({"role": "owner"}),
        signed({"role": "integrator"}),
        signed({"business": 5}),
        signed({}, secret="another secret, of quite enough length, too"),
        signed({}, secret=SECRET + SECRET, algorithm="HS512"),
        unsigned({"alg": "none", "typ": "JWT"}),
        unsigned({"alg": "RS256", "typ": "JWT"}),
        unsigned({"alg": "HS256", "typ": "JWT"}),
        base64.urlsafe_b64encode(b"[" * 6_000).decode().rstrip("=") + ".e30.x",
        "a.b.c",
        "garbage",
        "…",
    ],
)
async def test_a_token_that_is_not_ours_in_every_respect_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        await AUTHENTICATOR.actor(f"Bearer {token}")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x", signed({})])
async def test_a_header_of_another_scheme_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        await AUTHENTICATOR.actor(header)


@given(st.text(max_size=60))
async def test_no_header_at_all_breaks_it(credentials: str) -> None:
    with pytest.raises(Unauthenticated):
        await AUTHENTICATOR.actor(f"Bearer {credentials}")


async def test_a_known_api_key_is_its_integrator() -> None:
    assert await AUTHENTICATOR.actor("Bearer trn_known") == INTEGRATOR


@pytest.mark.parametrize("key", ["trn_unknown", "trn_", "trn_\0", "trn_ñ"])
async def test_an_unknown_api_key_is_refused(key: str) -> None:
    with pytest.raises(Unauthenticated):
        await AUTHENTICATOR.actor(f"Bearer {key}")
