"""`BookingService` as its callers see it, on a real SQLite database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.engine.runtime.shop import ADMIN, MARIA, NOW, TEN, CountedIds, Engine, Shop, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain.booking import Actor, Role, Status
from turnero.engine.domain.errors import Conflict, Forbidden, Invalid, NotFound
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, ServiceId
from turnero.engine.ports import BookingFilter
from turnero.engine.runtime.requests import (
    BusinessChange,
    Caller,
    CustomerRef,
    NewApiKey,
    NewBooking,
    NewBusiness,
    NewHold,
    NewProvider,
    NewService,
    NewTimeOff,
    ProviderChange,
    SlotQuery,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def engine(sqlite_url: str, clock: ManualClock) -> AsyncIterator[Engine]:
    async with running(sqlite_url, clock) as engine:
        yield engine


@pytest.fixture
async def shop(engine: Engine, clock: ManualClock) -> Shop:
    return await open_shop(engine.service, clock, providers=3)


def keyed(caller: Caller, key: str) -> Caller:
    return Caller(actor=caller.actor, key=key)


# --- Whom a booking is for ----------------------------------------------------------------------------------------


async def test_one_phone_is_one_customer_however_it_is_written(shop: Shop) -> None:
    first = await shop.service.book(ADMIN, shop.wish())
    fixed_line = CustomerRef(name="M.", phone="+54 11 5555 1234")
    national = CustomerRef(name="María", phone="011 15 5555-1234")
    second = await shop.service.book(ADMIN, shop.wish(TEN + minutes(30), who=fixed_line))
    third = await shop.service.book(ADMIN, shop.wish(TEN + minutes(60), who=national))
    assert first.customer_id == second.customer_id == third.customer_id


async def test_first_bookings_of_one_phone_at_once_make_one_customer(shop: Shop) -> None:
    wishes = [shop.wish(TEN + minutes(30 * n)) for n in range(5)]
    booked = await asyncio.gather(*(shop.service.book(ADMIN, wish) for wish in wishes))
    assert len({record.customer_id for record in booked}) == 1


async def test_a_phone_that_cannot_exist_is_refused_with_the_path_of_the_field(shop: Shop) -> None:
    for phone in ("15 5555-1234", "+54 1", "hola que tal"):
        with pytest.raises(Invalid) as refusal:
            await shop.service.book(ADMIN, shop.wish(who=CustomerRef(name="X", phone=phone)))
        assert refusal.value.data["fields"][0]["path"] == "$.customer.phone"


async def test_a_phone_that_nobody_vouches_for_is_written_down_and_nobody_is_found_by_it(shop: Shop) -> None:
    actor = Actor(role=Role.CUSTOMER, subject="cus_typed", business_id=shop.business.id)
    theirs = CustomerRef(name="Quien sea", phone=MARIA.phone)
    booked = await shop.service.book(Caller(actor=actor, vouched=False), shop.wish(who=theirs))
    (kept,) = await shop.service.customers(shop.owner, shop.business.id, [booked.customer_id])
    assert (kept.phone, kept.phone_key) == ("+5491155551234", None)
    assert MARIA.phone is not None
    assert await shop.service.customer_by_phone(shop.owner, shop.business.id, MARIA.phone) is None
    of_maria = await shop.service.book(ADMIN, shop.wish(TEN + minutes(30)))
    assert of_maria.customer_id != booked.customer_id
    found = await shop.service.customer_by_phone(shop.owner, shop.business.id, MARIA.phone)
    assert found is not None
    assert found.id == of_maria.customer_id


async def test_typing_ones_own_number_again_changes_nothing_about_whose_it_is(shop: Shop) -> None:
    actor = Actor(role=Role.CUSTOMER, subject="cus_maria", business_id=shop.business.id)
    await shop.service.book(Caller(actor=actor), shop.wish())
    again = CustomerRef(name="María", phone="011 15 5555-1234")
    await shop.service.book(Caller(actor=actor, vouched=False), shop.wish(TEN + minutes(30), who=again))
    assert MARIA.phone is not None
    found = await shop.service.customer_by_phone(shop.owner, shop.business.id, MARIA.phone)
    assert found is not None
    assert found.id == "cus_maria"


async def test_customers_are_looked_up_by_staff_only(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        await shop.service.customer_by_phone(shop.customer(), shop.business.id, "+54 9 11 5555-1234")
    with pytest.raises(Invalid):
        await shop.service.customer_by_phone(shop.owner, shop.business.id, "no")


async def test_staff_name_a_customer_whom_the_business_knows(shop: Shop) -> None:
    with pytest.raises(Invalid):
        await shop.service.book(ADMIN, shop.wish(who=CustomerRef(id=CustomerId("cus_nobody"))))
    with pytest.raises(Invalid):
        await shop.service.book(ADMIN, shop.wish(who=None))


async def test_a_customer_books_for_themselves_and_for_nobody_else(shop: Shop) -> None:
    booked = await shop.service.book(shop.customer("cus_1"), shop.wish(who=None))
    assert booked.customer_id == "cus_1"
    with pytest.raises(Forbidden):
        await shop.service.book(
            shop.customer("cus_2"), shop.wish(TEN + minutes(30), who=CustomerRef(id=CustomerId("cus_1")))
        )


# --- Any provider -------------------------------------------------------------------------------------------------


async def test_any_provider_is_whoever_has_the_least_to_do_that_day(shop: Shop) -> None:
    booked = [await shop.service.book(ADMIN, shop.wish_anyone(TEN + minutes(30 * n))) for n in range(6)]
    assert sorted(record.provider_id for record in booked) == sorted(shop.providers * 2)


async def test_when_the_first_choice_is_taken_the_next_provider_gets_the_booking(shop: Shop) -> None:
    booked = await asyncio.gather(*(shop.service.book(ADMIN, shop.wish_anyone()) for _ in range(3)))
    assert {record.provider_id for record in booked} == set(shop.providers)
    with pytest.raises(Conflict) as nobody:
        await shop.service.book(ADMIN, shop.wish_anyone())
    assert nobody.value.code == "slot_taken"
    assert len(nobody.value.data["suggestedSlots"]) == 3


async def test_a_repeat_to_any_provider_gets_the_first_answer_not_another_provider(shop: Shop) -> None:
    caller = keyed(ADMIN, "any-1")
    first, second = await asyncio.gather(
        shop.service.book(caller, shop.wish_anyone()), shop.service.book(caller, shop.wish_anyone())
    )
    assert first == second
    assert await shop.service.book(caller, shop.wish_anyone()) == first
    with pytest.raises(Conflict) as reused:
        await shop.service.book(caller, shop.wish_anyone(TEN + minutes(30)))
    assert reused.value.code == "idempotency_key_reused"


async def test_of_two_processes_that_get_one_keyed_request_only_one_books(sqlite_url: str, clock: ManualClock) -> None:
    async with (
        running(sqlite_url, clock, ids=CountedIds("a")) as here,
        running(sqlite_url, clock, ids=CountedIds("b")) as there,
    ):
        shop = await open_shop(here.service, clock, providers=3)
        caller = keyed(ADMIN, "any-2")
        answers = await asyncio.gather(
            *(engine.service.book(caller, shop.wish_anyone()) for engine in (here, there) for _ in range(3))
        )
        assert len({record.id for record in answers}) == 1
        page = await here.service.bookings(ADMIN, BookingFilter(), limit=10, cursor=None)
        assert len(page.items) == 1


async def test_slots_of_any_provider_name_each_start_once_with_who_would_get_it(shop: Shop) -> None:
    await shop.service.book(ADMIN, shop.wish(provider=0))
    day = TEN.date()
    answer = await shop.service.slots(SlotQuery(business_id=shop.business.id, service_id=shop.cut, first=day, last=day))
    starts = [slot.start for slot in answer.days[0].slots]
    assert starts == sorted(set(starts))
    ten = next(slot for slot in answer.days[0].slots if slot.start == TEN)
    booked = await shop.service.book(ADMIN, shop.wish_anyone())
    assert booked.provider_id == ten.provider_id != shop.providers[0]


# --- Moving between providers -------------------------------------------------------------------------------------


async def test_a_booking_moves_to_another_provider_with_its_id_and_the_next_revision(shop: Shop) -> None:
    booked = await shop.service.book(ADMIN, shop.wish())
    moved = await shop.service.reschedule(ADMIN, booked.id, start=TEN + minutes(60), provider_id=shop.providers[1])
    assert (moved.id, moved.provider_id, moved.revision) == (booked.id, shop.providers[1], 2)
    assert await shop.service.booking(ADMIN, booked.id) == moved
    await shop.service.book(shop.customer(), shop.wish(who=None))  # its old time is free
    history = await shop.service.history(ADMIN, booked.id)
    assert [type(entry.recorded.event).__name__ for entry in history] == [
        "AppointmentBooked",
        "AppointmentMovedOut",
        "AppointmentMovedIn",
    ]


async def test_a_repeated_move_between_providers_gets_the_first_answer(shop: Shop) -> None:
    booked = await shop.service.book(ADMIN, shop.wish())
    caller, there = keyed(ADMIN, "move-1"), shop.providers[1]
    first = await shop.service.reschedule(caller, booked.id, start=TEN, provider_id=there)
    await shop.service.change_status(ADMIN, booked.id, Status.CANCELLED)
    assert await shop.service.reschedule(caller, booked.id, start=TEN, provider_id=there) == first


async def test_a_move_to_a_provider_who_is_busy_changes_nothing(shop: Shop) -> None:
    booked = await shop.service.book(ADMIN, shop.wish())
    await shop.service.book(ADMIN, shop.wish(provider=1))
    with pytest.raises(Conflict) as refusal:
        await shop.service.reschedule(ADMIN, booked.id, start=TEN, provider_id=shop.providers[1])
    assert refusal.value.code == "slot_taken"
    assert await shop.service.booking(ADMIN, booked.id) == booked


async def test_moves_that_cross_each_other_leave_every_booking_in_one_calendar(engine: Engine, shop: Shop) -> None:
    starts = [TEN + minutes(30 * n) for n in range(6)]
    booked = [await shop.service.book(ADMIN, shop.wish(s, provider=n % 2)) for n, s in enumerate(starts)]
    await asyncio.gather(
        *(
            shop.service.reschedule(ADMIN, record.id, start=record.start, provider_id=shop.providers[(n + 1) % 2])
            for n, record in enumerate(booked)
        ),
    )
    homes = [(await engine.runtime.read(provider)).bookings for provider in shop.providers]
    assert sorted(b for home in homes for b in home) == sorted(record.id for record in booked)
    for n, record in enumerate(booked):
        assert (await shop.service.booking(ADMIN, record.id)).provider_id == shop.providers[(n + 1) % 2]


async def test_a_booking_does_not_move_to_another_business(shop: Shop, clock: ManualClock) -> None:
    other = await open_shop(shop.service, clock)
    booked = await shop.service.book(ADMIN, shop.wish())
    with pytest.raises(NotFound):
        await shop.service.reschedule(ADMIN, booked.id, start=TEN, provider_id=other.providers[0])


# --- Terms --------------------------------------------------------------------------------------------------------


async def test_a_change_of_the_business_reaches_every_calendar_and_spares_what_a_provider_overrides(shop: Shop) -> None:
    own = ProviderChange(policy=PolicyOverride(slot_step_minutes=10))
    await shop.service.change_provider(ADMIN, shop.providers[0], own)
    change = BusinessChange(policy=PolicyOverride(slot_step_minutes=20, min_notice_minutes=5))
    await shop.service.change_business(ADMIN, shop.business.slug, change)
    cards = {card.provider.id: card.policy for card in await shop.service.providers(shop.business.id)}
    assert [cards[p].slot_step_minutes for p in shop.providers] == [10, 20, 20]
    assert {cards[p].min_notice_minutes for p in shop.providers} == {5}


async def test_terms_that_a_crash_kept_from_a_calendar_reach_it_at_the_next_start(engine: Engine, shop: Shop) -> None:
    changed = await engine.service.business(shop.business.id)
    await engine.service._catalogue.change_business(
        type(changed)(**{f: getattr(changed, f) for f in changed.__struct_fields__} | {"holidays": None})
    )
    assert await shop.service.settle_businesses() == 1
    assert (await engine.runtime.read(shop.providers[0])).terms.holidays is None
    assert await shop.service.settle_businesses() == 0


async def test_bookings_keep_the_terms_under_which_they_were_made(shop: Shop) -> None:
    booked = await shop.service.book(ADMIN, shop.wish())
    await shop.service.change_business(
        ADMIN, shop.business.id, BusinessChange(policy=PolicyOverride(cancellation_notice_minutes=0))
    )
    assert (await shop.service.booking(ADMIN, booked.id)).policy.cancellation_notice_minutes == 1440


async def test_a_provider_offers_services_of_their_own_business_each_once(shop: Shop) -> None:
    for wrong in ((ServiceId("svc_none"),), (shop.cut, shop.cut)):
        with pytest.raises(Invalid):
            await shop.service.change_provider(ADMIN, shop.providers[0], ProviderChange(service_ids=wrong))


# --- Who may see and do what --------------------------------------------------------------------------------------


async def test_each_role_lists_and_reads_what_is_theirs(shop: Shop, clock: ManualClock) -> None:
    other = await open_shop(shop.service, clock)
    mine = await shop.service.book(shop.customer("cus_1"), shop.wish(who=None))
    theirs = await shop.service.book(ADMIN, other.wish(TEN))
    cases = {
        "customer": shop.customer("cus_1").actor,
        "owner": shop.owner.actor,
        "provider": Actor(role=Role.PROVIDER, subject=shop.providers[0]),
        "integrator": Actor(role=Role.INTEGRATOR, subject="key_1", business_id=shop.business.id),
    }
    for name, actor in cases.items():
        caller = Caller(actor=actor)
        page = await shop.service.bookings(caller, BookingFilter(), limit=10, cursor=None)
        assert [record.id for record in page.items] == [mine.id], name
        assert await shop.service.booking(caller, mine.id) == mine
        with pytest.raises(Forbidden):
            await shop.service.booking(caller, theirs.id)
        with pytest.raises(Forbidden):
            await shop.service.change_status(caller, theirs.id, Status.CANCELLED)
    with pytest.raises(Forbidden):
        await shop.service.bookings(
            shop.owner, BookingFilter(business_id=BusinessId(other.business.id)), limit=10, cursor=None
        )


async def test_an_api_key_speaks_for_its_business_until_it_is_revoked(shop: Shop) -> None:
    issued = await shop.service.issue_api_key(shop.owner, NewApiKey(business_id=shop.business.id, name="web"))
    caller = await shop.service.integrator(issued.secret)
    assert caller is not None
    assert (caller.actor.role, caller.actor.business_id) == (Role.INTEGRATOR, shop.business.id)
    await shop.service.book(caller, shop.wish())
    assert await shop.service.integrator(issued.secret + "x") is None
    assert issued.secret not in str(await shop.service.api_keys(shop.owner, shop.business.id))
    await shop.service.revoke_api_key(shop.owner, issued.api_key.id)
    assert await shop.service.integrator(issued.secret) is None


async def test_only_those_who_manage_a_business_set_it_up(shop: Shop) -> None:
    provider = Caller(actor=Actor(role=Role.PROVIDER, subject=shop.providers[0]))
    stranger = Caller(actor=Actor(role=Role.OWNER, subject="x", business_id=BusinessId("biz_other")))
    service = NewService(business_id=shop.business.id, name="X", duration_minutes=5)
    person = NewProvider(business_id=shop.business.id, name="X", service_ids=())
    for caller in (provider, stranger, shop.customer()):
        with pytest.raises(Forbidden):
            await shop.service.create_service(caller, service)
        with pytest.raises(Forbidden):
            await shop.service.create_provider(caller, person)
        with pytest.raises(Forbidden):
            await shop.service.create_business(caller, NewBusiness(name="X", time_zone="UTC"))


# --- Repeats in the catalogue -------------------------------------------------------------------------------------


async def test_a_repeated_creation_gets_the_first_answer_and_makes_nothing_new(shop: Shop) -> None:
    service = NewService(business_id=shop.business.id, name="Color", duration_minutes=60)
    person = NewProvider(business_id=shop.business.id, name="Dora", service_ids=(shop.cut,))
    business = NewBusiness(name="Otra", time_zone="America/Argentina/Cordoba")
    caller = keyed(ADMIN, "setup")
    for repeatable in (
        lambda: shop.service.create_service(caller, service),
        lambda: shop.service.create_provider(caller, person),
        lambda: shop.service.create_business(caller, business),
    ):
        first = await repeatable()
        assert await repeatable() == first
    assert len(await shop.service.services(shop.business.id)) == 3
    assert len(await shop.service.providers(shop.business.id)) == 4


# --- The rest -----------------------------------------------------------------------------------------------------


async def test_a_note_and_a_reason_come_back_with_the_booking_and_are_not_in_the_journal(
    engine: Engine, shop: Shop
) -> None:
    wish = NewBooking(
        provider_id=shop.providers[0], service_id=shop.cut, start=TEN, customer=MARIA, note="alérgica al talco"
    )
    booked = await shop.service.book(keyed(ADMIN, "n-1"), wish)
    assert booked.note == "alérgica al talco"
    cancelled = await shop.service.change_status(ADMIN, booked.id, Status.CANCELLED, reason="se mudó")
    assert (cancelled.note, cancelled.cancel_reason) == ("alérgica al talco", "se mudó")
    assert await shop.service.booking(ADMIN, booked.id) == cancelled
    assert await shop.service.book(keyed(ADMIN, "n-1"), wish) == booked
    journal = str(await engine.journal.read(shop.providers[0]))
    assert "talco" not in journal
    assert "mudó" not in journal
    assert "María" not in journal
    assert "5555" not in journal


async def test_a_hold_keeps_its_slot_for_its_holder(shop: Shop) -> None:
    held = await shop.service.hold(
        shop.customer("a"), NewHold(provider_id=shop.providers[0], service_id=shop.cut, start=TEN)
    )
    with pytest.raises(Conflict):
        await shop.service.book(shop.customer("b"), shop.wish(who=None))
    wish = NewBooking(provider_id=shop.providers[0], service_id=shop.cut, start=TEN, hold_id=held.hold.id)
    booked = await shop.service.book(shop.customer("a"), wish)
    assert booked.start == TEN
    await shop.service.release_hold(shop.customer("a"), held.hold.id)  # over already: no error


async def test_time_off_says_which_bookings_are_in_its_way(shop: Shop) -> None:
    booked = await shop.service.book(ADMIN, shop.wish())
    away = NewTimeOff(start=TEN - minutes(60), end=TEN + minutes(60))
    with pytest.raises(Conflict) as refusal:
        await shop.service.add_time_off(ADMIN, shop.providers[0], away)
    assert [b["id"] for b in refusal.value.data["bookings"]] == [booked.id]
    forced = NewTimeOff(start=away.start, end=away.end, force=True)
    added = await shop.service.add_time_off(ADMIN, shop.providers[0], forced)
    assert (await shop.service.booking(ADMIN, booked.id)).status is Status.CONFIRMED
    await shop.service.remove_time_off(ADMIN, shop.providers[0], added.time_off.id)


async def test_what_does_not_exist_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.service.business("no-such-shop")
    with pytest.raises(NotFound):
        await shop.service.provider(ProviderId("prv_none"))
    with pytest.raises(NotFound):
        await shop.service.booking(ADMIN, BookingId("bkg_none"))
    with pytest.raises(NotFound):
        await shop.service.book(
            ADMIN, NewBooking(provider_id=ProviderId("prv_none"), service_id=shop.cut, start=TEN, customer=MARIA)
        )
    wish = NewBooking(provider_id=shop.providers[0], service_id=ServiceId("svc_none"), start=TEN, customer=MARIA)
    with pytest.raises(NotFound):
        await shop.service.book(ADMIN, wish)


async def test_a_hold_that_is_over_is_offered_again_before_anybody_has_said_so(shop: Shop, clock: ManualClock) -> None:
    await shop.service.hold(shop.customer("a"), NewHold(provider_id=shop.providers[0], service_id=shop.cut, start=TEN))
    query = SlotQuery(provider_id=shop.providers[0], service_id=shop.cut, first=TEN.date(), last=TEN.date())
    assert TEN not in [slot.start for slot in (await shop.service.slots(query)).days[0].slots]
    clock.at += minutes(5)
    assert TEN in [slot.start for slot in (await shop.service.slots(query)).days[0].slots]
    await shop.service.book(shop.customer("b"), shop.wish(who=None))
