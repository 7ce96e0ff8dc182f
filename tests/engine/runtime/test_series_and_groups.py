"""Series and groups as callers of `BookingService` see them, on real databases."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.engine.runtime.shop import ADMIN, MARIA, NOW, TEN, Engine, Shop, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain.booking import Actor, Role, Status
from turnero.engine.domain.errors import Conflict, Forbidden, Invalid, NotFound
from turnero.engine.domain.recurrence import OnConflict, Pattern
from turnero.engine.domain.value import BookingId, SeriesId, SessionId
from turnero.engine.ports import BookingFilter
from turnero.engine.runtime.answers import BookingsAnswer
from turnero.engine.runtime.requests import Caller, CustomerRef, NewGroup, NewSeries, SlotQuery

WEEK = timedelta(days=7)
PEOPLE = tuple(CustomerRef(name=f"P{n}", phone=f"+54 11 5555-{2000 + n}") for n in range(5))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def engine(database_url: str, clock: ManualClock) -> AsyncIterator[Engine]:
    async with running(database_url, clock) as engine:
        yield engine


@pytest.fixture
async def shop(engine: Engine, clock: ManualClock) -> Shop:
    return await open_shop(engine.service, clock, providers=2)


def weekly(
    shop: Shop, occurrences: int = 4, on_conflict: OnConflict = OnConflict.FAIL, who: CustomerRef | None = MARIA
) -> NewSeries:
    return NewSeries(
        provider_id=shop.providers[0],
        service_id=shop.cut,
        start=TEN,
        pattern=Pattern.WEEKLY,
        occurrences=occurrences,
        on_conflict=on_conflict,
        customer=who,
    )


def a_group(shop: Shop, *people: CustomerRef, places: int = 5) -> NewGroup:
    return NewGroup(
        provider_id=shop.providers[0], service_id=shop.cut, start=TEN, max_participants=places, participants=people
    )


async def seated(shop: Shop, *people: CustomerRef, places: int = 5) -> tuple[SessionId, BookingsAnswer]:
    answer = await shop.service.book_group(ADMIN, a_group(shop, *people, places=places))
    return SessionId(answer.ref), answer


def keyed(caller: Caller, key: str) -> Caller:
    return Caller(actor=caller.actor, key=key)


# --- Series -------------------------------------------------------------------------------------------------------


async def test_a_series_is_found_as_bookings_of_one_new_customer(shop: Shop) -> None:
    answer = await shop.service.book_series(ADMIN, weekly(shop))
    page = await shop.service.bookings(ADMIN, BookingFilter(provider_id=shop.providers[0]), limit=10, cursor=None)
    assert page.items == answer.bookings
    assert {b.series_id for b in page.items} == {answer.ref}
    assert len({b.customer_id for b in page.items}) == 1


async def test_a_series_that_is_refused_leaves_nothing_behind(shop: Shop) -> None:
    await shop.service.book(ADMIN, shop.wish(TEN + 2 * WEEK))
    with pytest.raises(Conflict) as refusal:
        await shop.service.book_series(ADMIN, weekly(shop, who=PEOPLE[0]))
    assert refusal.value.code == "series_conflict"
    page = await shop.service.bookings(ADMIN, BookingFilter(provider_id=shop.providers[0]), limit=10, cursor=None)
    assert len(page.items) == 1


async def test_a_repeat_gets_the_first_answer_after_a_restart_and_whatever_has_happened(
    sqlite_url: str, clock: ManualClock
) -> None:
    async with running(sqlite_url, clock) as engine:
        shop = await open_shop(engine.service, clock)
        await shop.service.book(ADMIN, shop.wish(TEN + WEEK))
        new = weekly(shop, on_conflict=OnConflict.SKIP, who=PEOPLE[0])
        first = await shop.service.book_series(keyed(ADMIN, "k"), new)
        await shop.service.change_status(ADMIN, first.bookings[0].id, Status.CANCELLED)
    async with running(sqlite_url, clock) as engine:
        again = await engine.service.book_series(keyed(ADMIN, "k"), new)
    assert again == first
    assert [s.code for s in again.skipped] == ["slot_taken"]


async def test_the_rest_of_a_series_is_cancelled_from_a_date_on(shop: Shop) -> None:
    answer = await shop.service.book_series(shop.customer(), weekly(shop, who=None))
    since = (TEN + 2 * WEEK).date()
    cancelled = await shop.service.cancel_series(shop.customer(), SeriesId(answer.ref), since=since)
    assert [b.id for b in cancelled.bookings] == [b.id for b in answer.bookings[2:]]
    left = [(await shop.service.booking(ADMIN, b.id)).status for b in answer.bookings]
    assert left == [Status.CONFIRMED, Status.CONFIRMED, Status.CANCELLED, Status.CANCELLED]


async def test_this_one_and_all_that_follow_move_together(shop: Shop) -> None:
    answer = await shop.service.book_series(ADMIN, weekly(shop))
    moved = await shop.service.move_series(
        ADMIN, SeriesId(answer.ref), answer.bookings[1].id, start=TEN + WEEK + minutes(60)
    )
    assert [b.start for b in moved.bookings] == [TEN + n * WEEK + minutes(60) for n in (1, 2, 3)]
    assert await shop.service.booking(ADMIN, answer.bookings[3].id) == moved.bookings[2]


async def test_an_occurrence_beyond_the_advance_limit_is_offered_other_times_and_can_have_them(shop: Shop) -> None:
    answer = await shop.service.book_series(ADMIN, weekly(shop, 30))
    far = answer.bookings[-1]
    day = date(far.start.year, far.start.month, far.start.day)
    free = await shop.service.slots(
        SlotQuery(service_id=shop.cut, first=day, last=day, provider_id=shop.providers[0], booking_id=far.id)
    )
    offered = free.days[0].slots[0]
    assert (await shop.service.reschedule(ADMIN, far.id, start=offered.start)).start == offered.start


async def test_an_occurrence_keeps_its_series_when_it_moves_to_another_provider(shop: Shop) -> None:
    answer = await shop.service.book_series(ADMIN, weekly(shop, 30))
    last = answer.bookings[-1]
    moved = await shop.service.reschedule(ADMIN, last.id, start=last.start, provider_id=shop.providers[1])
    assert (moved.series_id, moved.provider_id) == (answer.ref, shop.providers[1])
    cancelled = await shop.service.cancel_series(ADMIN, SeriesId(answer.ref), since=None)
    assert len(cancelled.bookings) == 29


async def test_other_customers_series_and_those_that_do_not_exist_are_out_of_reach(shop: Shop) -> None:
    answer = await shop.service.book_series(shop.customer(), weekly(shop, who=None))
    with pytest.raises(Forbidden):
        await shop.service.cancel_series(shop.customer("somebody"), SeriesId(answer.ref), since=None)
    for missing in ("ser_none", f"ser_none.{shop.providers[0]}", "ser_none.prv_none"):
        with pytest.raises(NotFound):
            await shop.service.cancel_series(ADMIN, SeriesId(missing), since=None)
    with pytest.raises(NotFound):
        await shop.service.move_series(ADMIN, SeriesId(answer.ref), BookingId("bkg_none"), start=TEN)


async def test_a_stranger_to_the_business_books_no_series_and_no_group(shop: Shop) -> None:
    stranger = Caller(actor=Actor(role=Role.PROVIDER, subject="prv_stranger"))
    with pytest.raises(Forbidden):
        await shop.service.book_series(stranger, weekly(shop))
    with pytest.raises(Forbidden):
        await shop.service.book_group(stranger, a_group(shop, MARIA))


# --- Groups -------------------------------------------------------------------------------------------------------


async def test_everybody_in_a_group_becomes_a_customer_once(shop: Shop) -> None:
    known = await shop.service.book(ADMIN, shop.wish(TEN + minutes(60)))
    _, answer = await seated(shop, *PEOPLE[:2], MARIA)
    assert answer.bookings[2].customer_id == known.customer_id
    assert len({b.customer_id for b in answer.bookings}) == 3


async def test_one_phone_twice_in_a_group_is_one_customer_twice_and_refused(shop: Shop) -> None:
    twice = (PEOPLE[0], CustomerRef(name="Otra", phone="011 5555 2000"))
    with pytest.raises(Conflict) as refusal:
        await shop.service.book_group(ADMIN, a_group(shop, *twice))
    assert refusal.value.code == "already_participating"
    with pytest.raises(Conflict):
        await shop.service.book_group(ADMIN, a_group(shop, PEOPLE[0], PEOPLE[0]))


async def test_a_wrong_phone_in_a_group_is_named_by_its_place(shop: Shop) -> None:
    with pytest.raises(Invalid) as refusal:
        await shop.service.book_group(ADMIN, a_group(shop, MARIA, CustomerRef(name="X", phone="hola que tal")))
    assert refusal.value.data["fields"][0]["path"] == "$.participants[1].phone"


async def test_a_group_is_answered_the_same_twice_under_one_key(shop: Shop) -> None:
    new = a_group(shop, *PEOPLE[:3])
    first = await shop.service.book_group(keyed(ADMIN, "k"), new)
    assert await shop.service.book_group(keyed(ADMIN, "k"), new) == first


async def test_of_two_hundred_customers_who_want_the_last_place_exactly_one_gets_it(shop: Shop) -> None:
    session_id, _ = await seated(shop, MARIA, places=2)

    async def attempt(number: int) -> str:
        try:
            await shop.service.join_session(shop.customer(f"cus_{number}", key=f"k{number}"), session_id, None)
        except Conflict as refusal:
            return refusal.code
        return "in"

    answers = await asyncio.gather(*(attempt(number) for number in range(200)))
    assert Counter(answers) == {"in": 1, "session_full": 199}
    session = await shop.service.session(ADMIN, session_id, limit=10, cursor=None)
    assert len(session.participants.items) == session.capacity == 2
    assert session.free_places == 0


async def test_staff_see_who_is_and_who_was_in_a_session(shop: Shop) -> None:
    session_id, answer = await seated(shop, *PEOPLE[:3])
    await shop.service.change_status(ADMIN, answer.bookings[0].id, Status.CANCELLED)
    session = await shop.service.session(shop.owner, session_id, limit=10, cursor=None)
    assert Counter(b.status for b in session.participants.items) == {Status.CONFIRMED: 2, Status.CANCELLED: 1}
    assert (session.capacity, session.free_places, session.start) == (5, 3, TEN)
    with pytest.raises(Forbidden):
        await shop.service.session(shop.customer(), session_id, limit=10, cursor=None)
    first = await shop.service.session(ADMIN, session_id, limit=2, cursor=None)
    rest = await shop.service.session(ADMIN, session_id, limit=2, cursor=first.participants.next_cursor)
    assert len({b.id for b in (*first.participants.items, *rest.participants.items)}) == 3


async def test_a_session_that_everybody_has_left_is_told_but_not_joined(shop: Shop) -> None:
    session_id, answer = await seated(shop, PEOPLE[0])
    await shop.service.change_status(ADMIN, answer.bookings[0].id, Status.CANCELLED)
    session = await shop.service.session(ADMIN, session_id, limit=10, cursor=None)
    assert (session.capacity, len(session.participants.items)) == (None, 1)
    with pytest.raises(NotFound):
        await shop.service.join_session(shop.customer(), session_id, None)
    with pytest.raises(NotFound):
        await shop.service.session(ADMIN, SessionId("ses_none"), limit=10, cursor=None)


async def test_a_session_of_an_ordinary_group_service_is_joined_by_its_id_as_well(shop: Shop) -> None:
    first = await shop.service.book(shop.customer("cus_1"), replace(shop.wish(who=None), service_id=shop.group))
    assert first.session_id is not None
    joined = await shop.service.join_session(shop.customer("cus_2"), SessionId(first.session_id), None)
    assert joined.session_id == first.session_id
