"""The catalogue on both databases: cards, customers, keys, and each write once or not at all."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.contracts.pen import BUSINESS, NOW, a_pen
from turnero.engine.domain.booking import Money
from turnero.engine.domain.errors import Conflict
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId, ServiceId
from turnero.engine.ports import AlreadyAnswered, ApiKey, Business, Customer, Provider, RequestKey, Service
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database
from turnero.persistence.journal import SqlJournal


@pytest.fixture
def catalogue(database: Database) -> SqlCatalogue:
    return SqlCatalogue(database)


def a_business(name: str = "El Turno", *, minutes: int = 0) -> Business:
    slug = name.lower().replace(" ", "-")
    return Business(
        id=BusinessId(f"biz_{slug}"),
        name=name,
        slug=slug,
        time_zone="America/Argentina/Buenos_Aires",
        locale="es-AR",
        vertical="barber",
        holidays=None,
        policy=PolicyOverride(slot_step_minutes=20, reminders=None),
        address="Av. Corrientes 1234",
        phone=None,
        created_at=NOW + timedelta(minutes=minutes),
    )


def a_service(name: str = "Corte", *, price: Money | None = None, minutes: int = 0) -> Service:
    return Service(
        id=ServiceId(f"svc_{name}"),
        business_id=BUSINESS,
        name=name,
        duration_minutes=30,
        buffer_before_minutes=0,
        buffer_after_minutes=5,
        price=price,
        capacity=1,
        created_at=NOW + timedelta(minutes=minutes),
    )


def a_provider(name: str = "Nico", *, minutes: int = 0) -> Provider:
    return Provider(
        id=ProviderId(f"prv_{name}"),
        business_id=BUSINESS,
        name=name,
        service_ids=(ServiceId("svc_1"), ServiceId("svc_2")),
        time_zone=None,
        policy=PolicyOverride(),
        created_at=NOW + timedelta(minutes=minutes),
    )


def a_customer(name: str = "Ana", *, phone_key: str | None = "+541123456789", minutes: int = 0) -> Customer:
    return Customer(
        id=CustomerId(f"cus_{name}"),
        business_id=BUSINESS,
        name=name,
        phone=None if phone_key is None else f"{phone_key} ",
        phone_key=phone_key,
        email="ana@example.com",
        locale=None,
        created_at=NOW + timedelta(minutes=minutes),
    )


def a_request(key: str = "k", *, scope: str = "own_1 POST /businesses", minutes: int = 0) -> RequestKey:
    return RequestKey(
        scope=scope, key=key, fingerprint="f", answer='{"id": "biz_1"}', at=NOW + timedelta(minutes=minutes)
    )


# --- Businesses ---------------------------------------------------------------------------------------------------


async def test_a_business_is_found_by_its_id_and_by_its_slug(catalogue: SqlCatalogue) -> None:
    business = a_business()
    await catalogue.add_business(business, None)
    assert await catalogue.business(business.id) == business
    assert await catalogue.business(business.slug) == business
    assert await catalogue.business("nobody") is None


async def test_two_businesses_cannot_have_one_slug(catalogue: SqlCatalogue) -> None:
    await catalogue.add_business(a_business(), None)
    twin = replace(a_business(), id=BusinessId("biz_twin"))
    with pytest.raises(Conflict) as refused:
        await catalogue.add_business(twin, a_request())
    assert refused.value.code == "already_exists"
    assert await catalogue.answered(a_request().scope, "k") is None  # nothing of it was written


async def test_a_business_cannot_take_anothers_slug_later(catalogue: SqlCatalogue) -> None:
    first, second = a_business(), a_business("Otro")
    await catalogue.add_business(first, None)
    await catalogue.add_business(second, None)
    with pytest.raises(Conflict):
        await catalogue.change_business(replace(second, slug=first.slug))
    assert await catalogue.business(second.id) == second


async def test_a_changed_business_is_unsettled_until_its_calendars_have_heard(catalogue: SqlCatalogue) -> None:
    business = a_business()
    await catalogue.add_business(business, None)
    assert await catalogue.unsettled_businesses() == []
    changed = replace(business, name="La Barba", policy=PolicyOverride(auto_confirm=False))
    await catalogue.change_business(changed)
    assert await catalogue.unsettled_businesses() == [changed]
    await catalogue.settle_business(business.id)
    assert await catalogue.unsettled_businesses() == []
    assert await catalogue.business(business.id) == changed


async def test_businesses_are_listed_the_oldest_first(catalogue: SqlCatalogue) -> None:
    young, old = a_business("A", minutes=5), a_business("B", minutes=1)
    await catalogue.add_business(young, None)
    await catalogue.add_business(old, None)
    assert await catalogue.businesses() == [old, young]


# --- Services, providers, customers -------------------------------------------------------------------------------


async def test_services_are_listed_with_and_without_a_price(catalogue: SqlCatalogue) -> None:
    cut = a_service(price=Money(amount=1_200_000, currency="ARS"), minutes=1)
    chat = a_service("Consulta")
    await catalogue.add_service(cut, None)
    await catalogue.add_service(chat, None)
    assert await catalogue.services(BUSINESS) == [chat, cut]
    assert await catalogue.services(BusinessId("biz_other")) == []


async def test_cards_and_customers_come_with_the_journals_batches(database: Database, catalogue: SqlCatalogue) -> None:
    journal = SqlJournal(database)
    pen = await a_pen(journal)
    await journal.append([pen.batch(attachments=[a_provider(), a_customer()])])
    assert await catalogue.provider(ProviderId("prv_Nico")) == a_provider()
    assert await catalogue.providers(BUSINESS) == [a_provider()]
    assert await catalogue.customer(BUSINESS, CustomerId("cus_Ana")) == a_customer()
    assert await catalogue.customer(BusinessId("biz_other"), CustomerId("cus_Ana")) is None


async def test_of_several_attachments_for_one_row_the_last_is_kept(database: Database, catalogue: SqlCatalogue) -> None:
    journal = SqlJournal(database)
    pen = await a_pen(journal)
    renamed = replace(a_customer(), name="Ana María")
    await journal.append([pen.batch(attachments=[a_customer()]), pen.batch(attachments=[renamed])])
    assert await catalogue.customer(BUSINESS, renamed.id) == renamed
    await journal.append([pen.batch(attachments=[a_customer()])])
    assert await catalogue.customer(BUSINESS, renamed.id) == a_customer()


async def test_a_phone_belongs_to_whoever_has_had_it_longest(database: Database, catalogue: SqlCatalogue) -> None:
    journal = SqlJournal(database)
    pen = await a_pen(journal)
    mother, son = a_customer("Marta"), a_customer("Beto", minutes=60)
    await journal.append([pen.batch(attachments=[son, mother, a_customer("Luz", phone_key=None)])])
    assert await catalogue.customer_by_phone(BUSINESS, "+541123456789") == mother
    assert await catalogue.customer_by_phone(BUSINESS, "+541100000000") is None


# --- Requests -----------------------------------------------------------------------------------------------------


async def test_a_request_that_was_answered_writes_nothing_again(catalogue: SqlCatalogue) -> None:
    await catalogue.add_business(a_business(), a_request())
    with pytest.raises(AlreadyAnswered):
        await catalogue.add_business(a_business("Otro"), a_request())
    with pytest.raises(AlreadyAnswered):
        await catalogue.add_business(a_business(), a_request())  # the slug is taken as well, by the first answer
    assert [b.name for b in await catalogue.businesses()] == ["El Turno"]
    assert await catalogue.answered(a_request().scope, "k") == a_request()
    assert await catalogue.answered("somebody else", "k") is None


async def test_of_two_requests_with_one_key_at_once_one_is_answered(catalogue: SqlCatalogue) -> None:
    results = await asyncio.gather(
        *(catalogue.add_service(a_service(str(i)), a_request()) for i in range(8)), return_exceptions=True
    )
    assert [r for r in results if r is None] == [None]
    assert sum(isinstance(r, AlreadyAnswered) for r in results) == 7
    assert len(await catalogue.services(BUSINESS)) == 1


async def test_old_requests_are_forgotten(catalogue: SqlCatalogue) -> None:
    await catalogue.add_service(a_service("1"), a_request("old"))
    await catalogue.add_service(a_service("2"), a_request("new", minutes=1))
    assert await catalogue.forget_requests(before=NOW + timedelta(minutes=1)) == 1
    assert await catalogue.answered(a_request().scope, "old") is None
    assert await catalogue.answered(a_request().scope, "new") is not None


# --- API keys -----------------------------------------------------------------------------------------------------


async def test_an_api_key_is_revoked_once_and_for_all(catalogue: SqlCatalogue) -> None:
    key = ApiKey(id="key_1", business_id=BUSINESS, name="Web", digest="d" * 64, created_at=NOW)
    await catalogue.add_api_key(key, None)
    assert await catalogue.api_key("key_1") == key
    await catalogue.revoke_api_key("key_1", at=NOW + timedelta(minutes=1))
    await catalogue.revoke_api_key("key_1", at=NOW + timedelta(minutes=2))
    assert await catalogue.api_keys(BUSINESS) == [replace(key, revoked_at=NOW + timedelta(minutes=1))]
    assert await catalogue.api_key("key_2") is None


# --- Bad text, bad weather ----------------------------------------------------------------------------------------


async def test_a_nul_in_a_text_breaks_no_database(database: Database, catalogue: SqlCatalogue) -> None:
    journal = SqlJournal(database)
    pen = await a_pen(journal)
    await journal.append([pen.batch(attachments=[replace(a_customer(), name="A\x00na \U0001f485")])])
    await catalogue.add_service(replace(a_service(), name="\x00"), a_request("k\x00"))
    found = await catalogue.customer(BUSINESS, CustomerId("cus_Ana"))
    assert found is not None
    assert found.name == "A\ufffdna \U0001f485"
    assert await catalogue.answered(a_request().scope, "k\x00") is not None
    assert await catalogue.business("\x00") is None


async def test_a_database_that_can_be_asked_is_ready(catalogue: SqlCatalogue) -> None:
    await catalogue.ready()
