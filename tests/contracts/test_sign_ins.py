"""Every store of accounts, links and sessions keeps these promises."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.contracts.pen import BUSINESS, NOW
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.ports import Account, SignInLink, SignIns, WebSession
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database

ANA = Actor(role=Role.OWNER, subject="owner", business_id=BUSINESS)
NICO = Actor(role=Role.PROVIDER, subject="prv_nico", business_id=BUSINESS)


@pytest.fixture
def store(database: Database) -> SignIns:
    return SqlCatalogue(database)


def an_account(actor: Actor = ANA, *, password: str | None = None, minutes: int = 0) -> Account:
    return Account(
        actor=actor,
        email="ana@example.com",
        phone="+5491123456789",
        phone_key="+541123456789",
        password=password,
        created_at=NOW + timedelta(minutes=minutes),
    )


def a_link(digest: str = "d", *, uses: int = 1) -> SignInLink:
    return SignInLink(digest=digest, actor=ANA, expires_at=NOW + timedelta(minutes=10), uses_left=uses)


def a_session(name: str = "1", actor: Actor = ANA, *, minutes: int = 0) -> WebSession:
    at = NOW + timedelta(minutes=minutes)
    return WebSession(
        id=f"web_{name}",
        digest=f"digest of {name}",
        actor=actor,
        device="Chrome, Android",
        created_at=at,
        seen_at=at,
        expires_at=at + timedelta(days=30),
    )


async def test_an_account_is_found_by_whose_it_is_and_by_its_addresses(store: SignIns) -> None:
    account = an_account()
    await store.put_account(account)

    assert await store.account(ANA) == account
    assert await store.account(NICO) is None
    assert await store.accounts_at(email="ana@example.com", phone_key=None, limit=5) == [account]
    assert await store.accounts_at(email=None, phone_key="+541123456789", limit=5) == [account]
    assert await store.accounts_at(email=None, phone_key=None, limit=5) == []


async def test_accounts_may_share_an_address_and_come_oldest_first(store: SignIns) -> None:
    await store.put_account(an_account(NICO, minutes=5))
    await store.put_account(an_account(ANA))

    found = await store.accounts_at(email="ana@example.com", phone_key=None, limit=5)

    assert [account.actor for account in found] == [ANA, NICO]
    assert len(await store.accounts_at(email="ana@example.com", phone_key=None, limit=1)) == 1


async def test_an_account_takes_the_place_of_the_one_before(store: SignIns) -> None:
    await store.put_account(an_account())
    moved = replace(an_account(), email="suarez@example.com")
    await store.put_account(moved)

    assert await store.account(ANA) == moved
    assert await store.accounts_at(email="ana@example.com", phone_key=None, limit=5) == []


async def test_another_password_ends_the_sessions_of_its_account_alone(store: SignIns) -> None:
    await store.put_account(an_account(password="one"))
    await store.add_session(a_session("hers"))
    await store.add_session(a_session("his", NICO))

    await store.put_account(replace(an_account(password="one"), email=None))
    assert len(await store.sessions(ANA, now=NOW)) == 1
    await store.put_account(an_account(password="two"))

    assert await store.sessions(ANA, now=NOW) == []
    assert len(await store.sessions(NICO, now=NOW)) == 1


async def test_a_link_is_good_as_often_as_it_says_and_for_as_long(store: SignIns) -> None:
    await store.add_link(a_link("once"), now=NOW)
    await store.add_link(a_link("twice", uses=2), now=NOW)
    await store.add_link(a_link("late"), now=NOW)

    assert [await store.redeem("once", now=NOW) for _ in range(2)] == [ANA, None]
    assert [await store.redeem("twice", now=NOW) for _ in range(3)] == [ANA, ANA, None]
    assert await store.redeem("late", now=NOW + timedelta(minutes=10)) is None
    assert await store.redeem("never issued", now=NOW) is None


async def test_of_many_who_use_a_link_at_once_one_gets_in(store: SignIns) -> None:
    await store.add_link(a_link(), now=NOW)

    got_in = await asyncio.gather(*(store.redeem("d", now=NOW) for _ in range(10)))

    assert [actor for actor in got_in if actor is not None] == [ANA]


async def test_a_session_is_found_by_its_digest_until_it_is_ended(store: SignIns) -> None:
    await store.add_session(a_session())

    assert await store.session("digest of 1") == a_session()
    assert not await store.end_session(NICO, "web_1")
    assert await store.end_session(ANA, "web_1")
    assert not await store.end_session(ANA, "web_1")
    assert await store.session("digest of 1") is None


async def test_sessions_are_listed_by_when_they_were_seen_without_those_that_are_over(store: SignIns) -> None:
    for name, minutes in (("old", 0), ("new", 30)):
        await store.add_session(a_session(name, minutes=minutes))
    soon = NOW + timedelta(hours=1)
    await store.prolong_session("web_old", seen_at=soon, expires_at=soon + timedelta(days=30))

    assert [session.id for session in await store.sessions(ANA, now=soon)] == ["web_old", "web_new"]
    over = NOW + timedelta(days=30, minutes=45)
    assert [session.id for session in await store.sessions(ANA, now=over)] == ["web_old"]


async def test_what_is_over_is_forgotten_when_something_new_comes(store: SignIns) -> None:
    await store.add_session(a_session("old"))
    await store.add_session(a_session("new", minutes=60 * 24 * 31))

    assert await store.session("digest of old") is None
    assert await store.session("digest of new") is not None
