"""The waitlist from end to end, on SQLite and PostgreSQL: what comes free goes to the first in line whom it fits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import event

from tests.engine.runtime.shop import ADMIN, MARIA, NOW, TEN, CountedIds, Engine, Shop, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Actor, Role, Status
from turnero.engine.domain.errors import Forbidden, Invalid, NotFound, TurneroError
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.recurrence import Pattern
from turnero.engine.domain.schedule import Schedule, Weekday, WeeklyHours
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, EntryId, ProviderId, SeriesId, ServiceId
from turnero.engine.domain.waitlist import PartOfDay
from turnero.engine.ports import Entry, EntryFilter, EntryStatus
from turnero.engine.runtime.requests import (
    BusinessChange,
    Caller,
    CustomerRef,
    NewBooking,
    NewEntry,
    NewGroup,
    NewHold,
    NewSeries,
    NewTimeOff,
)
from turnero.engine.runtime.waitlist_keeper import NOBODY_WAITS_FOR_S

DAY = TEN.date()
WAITING, OFFERED, BOOKED = EntryStatus.WAITING, EntryStatus.OFFERED, EntryStatus.BOOKED


def open_on_wednesday(until: str = "10:30") -> Schedule:
    """Half an hour a week: one slot, which everybody wants."""
    return Schedule(weekly=(WeeklyHours(day=Weekday.WE, opens="10:00", closes=until),))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def engine(database_url: str, clock: ManualClock) -> AsyncIterator[Engine]:
    async with running(database_url, clock) as engine:
        yield engine


@pytest.fixture
async def shop(engine: Engine, clock: ManualClock) -> Shop:
    """Two providers with one slot each, at ten on Wednesday; a week later there is the next."""
    shop = await open_shop(engine.service, clock, providers=2, policy=PolicyOverride(slot_step_minutes=30))
    for provider_id in shop.providers:
        await shop.service.change_schedule(ADMIN, provider_id, open_on_wednesday())
    return shop


def wait(shop: Shop, *, provider: int | None = 0, days: int = 0, part: PartOfDay | None = None) -> NewEntry:
    return NewEntry(
        service_id=shop.cut,
        first=DAY,
        last=DAY + timedelta(days=days),
        provider_id=None if provider is None else shop.providers[provider],
        business_id=shop.business.id if provider is None else None,
        part_of_day=part,
    )


async def joined(shop: Shop, name: str, *, provider: int | None = 0, days: int = 0) -> Entry:
    return await shop.service.join_waitlist(shop.customer(name), wait(shop, provider=provider, days=days))


async def taken(shop: Shop, *, provider: int = 0) -> BookingId:
    """Somebody has the slot."""
    return (await shop.service.book(ADMIN, shop.wish(provider=provider))).id


async def now(engine: Engine, entry: Entry) -> Entry:
    for _ in range(5):  # on a busy machine once may not be enough
        await engine.keeper.looked_at(entry.business_id)
    return await engine.service.waitlist_entry(ADMIN, entry.id)


async def statuses(engine: Engine, *entries: Entry) -> list[EntryStatus]:
    return [(await now(engine, entry)).status for entry in entries]


async def meet_deadlines(engine: Engine, shop: Shop) -> None:
    """Wake the calendars, as the timekeeper does."""
    for provider_id in shop.providers:
        await engine.runtime.ask(provider_id, cmd.Request(command=cmd.MeetDeadlines(), actor=SYSTEM))


async def refusal_of(asked: Awaitable[object]) -> str:
    with pytest.raises(TurneroError) as refusal:
        await asked
    return refusal.value.code


# --- From a freed slot to a booking -------------------------------------------------------------------------------


async def test_a_cancelled_slot_is_offered_at_once_to_the_first_in_line_and_taken_for_everybody_else(
    engine: Engine, shop: Shop
) -> None:
    booking_id = await taken(shop)
    first, second = await joined(shop, "ana"), await joined(shop, "bruno")
    assert [first.position, second.position] == [1, 2]
    await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
    # No waiting here: whoever has cancelled is answered once the slot is on offer.
    assert await refusal_of(shop.service.book(shop.customer("carla"), shop.wish(who=None))) == "slot_taken"
    assert await refusal_of(shop.service.book(shop.customer("bruno"), shop.wish(who=None))) == "slot_taken"
    offered = await now(engine, first)
    assert offered.status is OFFERED
    assert offered.offer is not None
    assert (offered.offer.provider_id, offered.offer.start) == (shop.providers[0], TEN)
    assert offered.offer.until == NOW + minutes(10)
    assert (await now(engine, second)).position == 1


async def test_an_accepted_offer_is_a_booking_and_a_repeat_gets_the_same_one(engine: Engine, shop: Shop) -> None:
    booking_id = await taken(shop)
    entry = await joined(shop, "ana")
    await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
    ana = shop.customer("ana", key="accept-1")
    record = await shop.service.accept_offer(ana, entry.id)
    assert (record.customer_id, record.start, record.status) == ("ana", TEN, Status.CONFIRMED)
    assert await shop.service.accept_offer(ana, entry.id) == record
    booked = await now(engine, entry)
    assert (booked.status, booked.booking_id) == (BOOKED, record.id)
    assert await refusal_of(shop.service.accept_offer(shop.customer("ana"), entry.id)) == "no_offer"


async def test_an_offer_that_is_booked_as_any_hold_is_ends_the_wait_as_well(engine: Engine, shop: Shop) -> None:
    entry = await joined(shop, "ana")
    offer = (await now(engine, entry)).offer
    assert offer is not None
    wish = shop.wish(who=None)
    booked = NewBooking(
        provider_id=wish.provider_id, service_id=wish.service_id, start=wish.start, hold_id=offer.hold_id
    )
    record = await shop.service.book(shop.customer("ana"), booked)
    assert (await now(engine, entry)).booking_id == record.id


async def test_what_is_free_when_somebody_joins_is_offered_to_them(engine: Engine, shop: Shop) -> None:
    assert await statuses(engine, await joined(shop, "ana")) == [OFFERED]


# --- Whatever frees time ------------------------------------------------------------------------------------------

Freeing = Callable[[Engine, Shop], Awaitable[Callable[[], Awaitable[object]]]]


async def _cancelled(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    booking_id = await taken(shop)
    return lambda: shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)


async def _moved_to_another_day(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    booking_id = await taken(shop)
    return lambda: shop.service.reschedule(ADMIN, booking_id, start=TEN + timedelta(days=7))


async def _moved_to_somebody_else(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    booking_id = await taken(shop)
    return lambda: shop.service.reschedule(ADMIN, booking_id, start=TEN, provider_id=shop.providers[1])


async def _never_confirmed(engine: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    change = BusinessChange(policy=PolicyOverride(auto_confirm=False, pending_minutes=30))
    await shop.service.change_business(ADMIN, shop.business.id, change)
    await taken(shop)

    async def run_out() -> None:
        shop.clock.at += minutes(30)
        await meet_deadlines(engine, shop)

    return run_out


async def _hold_given_back(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    wish = NewHold(provider_id=shop.providers[0], service_id=shop.cut, start=TEN)
    held = await shop.service.hold(shop.customer("carla"), wish)
    return lambda: shop.service.release_hold(shop.customer("carla"), held.hold.id)


async def _hold_run_out(engine: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    wish = NewHold(provider_id=shop.providers[0], service_id=shop.cut, start=TEN)
    await shop.service.hold(shop.customer("carla"), wish)

    async def run_out() -> None:
        shop.clock.at += minutes(5)
        await meet_deadlines(engine, shop)

    return run_out


async def _time_off_dropped(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    away = NewTimeOff(start=TEN, end=TEN + minutes(60))
    added = await shop.service.add_time_off(ADMIN, shop.providers[0], away)
    return lambda: shop.service.remove_time_off(ADMIN, shop.providers[0], added.time_off.id)


async def _longer_hours(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    await taken(shop)
    return lambda: shop.service.change_schedule(ADMIN, shop.providers[0], open_on_wednesday(until="11:00"))


async def _further_ahead(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    near = BusinessChange(policy=PolicyOverride(max_advance_days=1))
    await shop.service.change_business(ADMIN, shop.business.id, near)
    far = BusinessChange(policy=PolicyOverride(max_advance_days=30))
    return lambda: shop.service.change_business(ADMIN, shop.business.id, far)


async def _series_dropped(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    series = NewSeries(
        provider_id=shop.providers[0],
        service_id=shop.cut,
        start=TEN,
        pattern=Pattern.WEEKLY,
        occurrences=2,
        customer=MARIA,
    )
    booked = await shop.service.book_series(ADMIN, series)
    return lambda: shop.service.cancel_series(ADMIN, SeriesId(booked.ref), since=DAY)


async def _group_left_by_everybody(_: Engine, shop: Shop) -> Callable[[], Awaitable[object]]:
    group = NewGroup(
        provider_id=shop.providers[0], service_id=shop.cut, start=TEN, max_participants=2, participants=(MARIA,)
    )
    (booking,) = (await shop.service.book_group(ADMIN, group)).bookings
    return lambda: shop.service.change_status(ADMIN, booking.id, Status.CANCELLED)


FREEING: Mapping[str, Freeing] = {
    "cancelled": _cancelled,
    "moved to another day": _moved_to_another_day,
    "moved to somebody else": _moved_to_somebody_else,
    "a series dropped": _series_dropped,
    "a group left by everybody": _group_left_by_everybody,
    "never confirmed": _never_confirmed,
    "a hold given back": _hold_given_back,
    "a hold that ran out": _hold_run_out,
    "time off dropped": _time_off_dropped,
    "longer hours": _longer_hours,
    "bookable further ahead": _further_ahead,
}


# Deadlines, and terms that are carried to the calendars: nobody waits for an answer to these.
BY_THEMSELVES = {"never confirmed", "a hold that ran out", "bookable further ahead"}


@pytest.mark.parametrize("how", FREEING)
async def test_time_that_comes_free_is_offered_however_it_came_free(engine: Engine, shop: Shop, how: str) -> None:
    free = await FREEING[how](engine, shop)
    entry = await joined(shop, "ana")
    assert await statuses(engine, entry) == [WAITING]
    await free()
    # At once, and not a moment later: whoever frees it is answered when it is on offer.
    assert (await engine.service.waitlist_entry(ADMIN, entry.id)).status is OFFERED or how in BY_THEMSELVES
    assert await statuses(engine, entry) == [OFFERED]


# --- The next, please ---------------------------------------------------------------------------------------------


async def test_a_refused_offer_goes_to_the_next_and_never_to_the_same_one_again(engine: Engine, shop: Shop) -> None:
    booking_id = await taken(shop)
    first, second = await joined(shop, "ana"), await joined(shop, "bruno")
    await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
    declined = await shop.service.decline_offer(shop.customer("ana"), first.id)
    assert (declined.status, declined.offer, declined.position) == (WAITING, None, 1)
    assert await statuses(engine, first, second) == [WAITING, OFFERED]
    await shop.service.decline_offer(shop.customer("bruno"), second.id)
    assert await statuses(engine, first, second) == [WAITING, WAITING]
    # Nobody in line wants it: it is anybody's.
    assert (await shop.service.book(shop.customer("carla"), shop.wish(who=None))).start == TEN


async def test_an_offer_that_runs_out_goes_to_the_next_and_leaves_the_first_their_place(
    engine: Engine, shop: Shop
) -> None:
    first, second = await joined(shop, "ana"), await joined(shop, "bruno", days=7)
    assert await statuses(engine, first, second) == [OFFERED, OFFERED]  # Bruno takes next week's as well
    third = await joined(shop, "carla")
    shop.clock.at += minutes(10)
    # Whether the calendar has been woken by now or not: it is too late.
    late = await refusal_of(shop.service.accept_offer(shop.customer("ana"), first.id))
    assert late in {"hold_expired", "no_offer"}
    await meet_deadlines(engine, shop)
    # Bruno let next week's slot run out; of this week's nobody has told him yet, and he came before Carla.
    assert await statuses(engine, first, second, third) == [WAITING, OFFERED, WAITING]
    offer = (await now(engine, second)).offer
    assert offer is not None
    assert offer.start == TEN


async def test_whom_a_slot_does_not_fit_is_passed_over_and_stays_first(engine: Engine, shop: Shop) -> None:
    booking_id = await taken(shop)
    evening = await shop.service.join_waitlist(shop.customer("ana"), wait(shop, part=PartOfDay.EVENING))
    morning = await shop.service.join_waitlist(shop.customer("bruno"), wait(shop, part=PartOfDay.MORNING))
    await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
    assert await statuses(engine, evening, morning) == [WAITING, OFFERED]
    assert (await now(engine, evening)).position == 1


async def test_several_free_slots_are_offered_to_as_many_in_line(engine: Engine, shop: Shop) -> None:
    await taken(shop)
    entries = [await joined(shop, name) for name in ("ana", "bruno", "carla")]
    await shop.service.change_schedule(ADMIN, shop.providers[0], open_on_wednesday(until="11:30"))
    assert await statuses(engine, *entries) == [OFFERED, OFFERED, WAITING]
    offers = [(await now(engine, entry)).offer for entry in entries[:2]]
    assert [offer.start for offer in offers if offer is not None] == [TEN + minutes(30), TEN + minutes(60)]


async def test_leaving_with_an_offer_gives_it_to_the_next(engine: Engine, shop: Shop) -> None:
    first, second = await joined(shop, "ana"), await joined(shop, "bruno")
    assert await statuses(engine, first, second) == [OFFERED, WAITING]
    await shop.service.leave_waitlist(shop.customer("ana"), first.id)
    assert await statuses(engine, first, second) == [EntryStatus.LEFT, OFFERED]
    await shop.service.leave_waitlist(shop.customer("ana"), first.id)
    assert await refusal_of(shop.service.accept_offer(shop.customer("ana"), first.id)) == "no_offer"


# --- One person, many lines ---------------------------------------------------------------------------------------


async def test_one_person_is_not_offered_two_things_at_once_although_two_slots_come_free(
    engine: Engine, shop: Shop
) -> None:
    bookings = [await taken(shop, provider=n) for n in (0, 1)]
    anybody, with_second = await joined(shop, "ana", provider=None), await joined(shop, "ana", provider=1)
    other = await joined(shop, "bruno", provider=None)
    # The first provider's time first, so that whoever takes any provider is offered it, and the second's is left.
    for booking_id in bookings:
        await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
    found = await statuses(engine, anybody, with_second, other)
    assert sorted(found[:2]) == [OFFERED, WAITING]
    assert found[2] is OFFERED
    # Once the first is settled, the person is in line again.
    mine = anybody if found[0] is OFFERED else with_second
    await shop.service.accept_offer(shop.customer("ana"), mine.id)
    await shop.service.leave_waitlist(shop.customer("bruno"), other.id)
    assert OFFERED in await statuses(engine, anybody, with_second)


async def test_two_processes_never_offer_one_slot_or_one_person_twice(database_url: str, clock: ManualClock) -> None:
    async with (
        running(database_url, clock, ids=CountedIds("a")) as here,
        running(database_url, clock, ids=CountedIds("b")) as there,
    ):
        shop = await open_shop(here.service, clock, providers=2, policy=PolicyOverride(slot_step_minutes=30))
        for provider_id in shop.providers:
            await shop.service.change_schedule(ADMIN, provider_id, open_on_wednesday(until="11:30"))
        wishes = [shop.wish(TEN + minutes(30 * n), provider=p) for n in range(3) for p in (0, 1)]
        booked = [(await here.service.book(ADMIN, wish)).id for wish in wishes]
        entries = [
            await engine.service.join_waitlist(shop.customer(name), wait(shop, provider=None))
            for name in ("ana", "bruno", "carla", "dora")
            for engine in (here,)
        ] + [await there.service.join_waitlist(shop.customer("ana"), wait(shop, provider=1))]
        await asyncio.gather(
            *(
                engine.service.change_status(ADMIN, booking_id, Status.CANCELLED)
                for booking_id, engine in zip(booked, (here, there) * 3, strict=True)
            )
        )
        for engine in (here, there):
            await engine.keeper.sweep()
        found = [await now(here, entry) for entry in entries]
        offers = [entry.offer for entry in found if entry.offer is not None]
        assert len({(offer.provider_id, offer.start) for offer in offers}) == len(offers) == 4
        assert sorted(entry.customer_id for entry in found if entry.offer) == ["ana", "bruno", "carla", "dora"]


async def test_where_nobody_waits_many_cancellations_cost_a_question_or_two(engine: Engine, shop: Shop) -> None:
    asked: list[str] = []

    def listen(_: object, __: object, statement: str, *___: object) -> None:
        if "waitlist" in statement:
            asked.append(statement)

    event.listen(engine.database.reading, "before_cursor_execute", listen)
    started = asyncio.get_running_loop().time()
    await engine.keeper.sweep()
    for _ in range(20):
        await shop.service.change_status(ADMIN, await taken(shop), Status.CANCELLED)
    seconds = asyncio.get_running_loop().time() - started
    assert 2 <= len(asked) <= 2 + seconds / NOBODY_WAITS_FOR_S + 1


async def test_who_joins_elsewhere_where_nobody_waited_a_moment_ago_is_found_within_a_second(
    database_url: str, clock: ManualClock
) -> None:
    async with (
        running(database_url, clock, ids=CountedIds("a")) as here,
        running(database_url, clock, ids=CountedIds("b")) as there,
    ):
        shop = await open_shop(there.service, clock, policy=PolicyOverride(slot_step_minutes=30))
        await shop.service.change_schedule(ADMIN, shop.providers[0], open_on_wednesday())
        await shop.service.change_status(ADMIN, await taken(shop), Status.CANCELLED)  # nobody waits, it is noted
        booking_id = await taken(shop)
        entry = await here.service.join_waitlist(shop.customer("ana"), wait(shop))
        await here.keeper.looked_at(shop.business.id)
        await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
        # The one place where time has to pass: what is noted is forgotten by the loop's clock.
        for _ in range(200):
            if await statuses(there, entry) == [OFFERED]:
                break
            await asyncio.sleep(NOBODY_WAITS_FOR_S / 20)
        assert await statuses(there, entry) == [OFFERED]


async def test_what_a_crash_kept_from_being_offered_the_next_process_offers(
    database_url: str, clock: ManualClock
) -> None:
    async with running(database_url, clock) as dying:
        shop = await open_shop(dying.service, clock, policy=PolicyOverride(slot_step_minutes=30))
        await shop.service.change_schedule(ADMIN, shop.providers[0], open_on_wednesday())
        booking_id = await taken(shop)
        entry = await joined(shop, "ana")
        await dying.keeper.stop()  # as if the process had died between the cancellation and the offer
        await shop.service.change_status(ADMIN, booking_id, Status.CANCELLED)
        assert await statuses(dying, entry) == [WAITING]
    async with running(database_url, clock, ids=CountedIds("next")) as next_one:
        await next_one.keeper.sweep()
        assert await statuses(next_one, entry) == [OFFERED]


# --- Who may, and what may be asked for ---------------------------------------------------------------------------


def actor(role: Role, subject: str, shop: Shop | None = None) -> Caller:
    return Caller(actor=Actor(role=role, subject=subject, business_id=None if shop is None else shop.business.id))


async def test_staff_and_integrators_put_customers_in_line_and_staff_act_for_them(engine: Engine, shop: Shop) -> None:
    provider = actor(Role.PROVIDER, shop.providers[0])
    integrator = actor(Role.INTEGRATOR, "key", shop)
    wishes = {name: wait(shop) for name in ("María", "Juan", "Luz")}
    people = dict(zip(wishes, ("+54 9 11 5555-1234", "+54 9 11 5555-1235", "+54 9 11 5555-1236"), strict=True))
    entries = [
        await shop.service.join_waitlist(
            caller,
            NewEntry(
                service_id=shop.cut,
                first=DAY,
                last=DAY,
                provider_id=shop.providers[0],
                customer=CustomerRef(name=name, phone=people[name]),
            ),
        )
        for caller, name in ((shop.owner, "María"), (provider, "Juan"), (integrator, "Luz"))
    ]
    assert await statuses(engine, entries[0]) == [OFFERED]
    assert await refusal_of(shop.service.accept_offer(integrator, entries[0].id)) == "forbidden"
    record = await shop.service.accept_offer(provider, entries[0].id)
    assert record.customer_id == entries[0].customer_id
    await shop.service.leave_waitlist(shop.owner, entries[1].id)
    assert (await shop.service.waitlist_entry(integrator, entries[2].id)).position == 1
    assert await refusal_of(shop.service.join_waitlist(shop.owner, wait(shop))) == "invalid"


async def test_an_entry_is_nobody_else_s_business(engine: Engine, shop: Shop) -> None:
    entry = await joined(shop, "ana", provider=None)
    other = actor(Role.OWNER, "own")
    strangers = (
        shop.customer("bruno"),
        Caller(actor=Actor(role=Role.OWNER, subject="own", business_id=BusinessId("biz_other"))),
        actor(Role.PROVIDER, "prv_nobody"),
        other,
    )
    for stranger in strangers:
        for asked in (
            shop.service.waitlist_entry(stranger, entry.id),
            shop.service.leave_waitlist(stranger, entry.id),
            shop.service.accept_offer(stranger, entry.id),
            shop.service.decline_offer(stranger, entry.id),
        ):
            with pytest.raises(Forbidden):
                await asked
    with pytest.raises(NotFound):
        await shop.service.waitlist_entry(ADMIN, EntryId("wle_nobody"))
    assert (await now(engine, entry)).status is OFFERED


async def test_everybody_lists_what_is_theirs(engine: Engine, shop: Shop) -> None:
    mine, anybody = await joined(shop, "ana", provider=1), await joined(shop, "bruno", provider=None)
    await now(engine, anybody)

    async def listed(caller: Caller, where: EntryFilter) -> list[EntryId]:
        return [entry.id for entry in (await shop.service.waitlist(caller, where, limit=9, cursor=None)).items]

    provider = actor(Role.PROVIDER, shop.providers[0])
    assert await listed(shop.owner, EntryFilter()) == [mine.id, anybody.id]
    assert await listed(provider, EntryFilter()) == [anybody.id]
    assert await listed(ADMIN, EntryFilter(provider_id=shop.providers[1])) == [mine.id, anybody.id]
    assert await listed(shop.customer("ana"), EntryFilter(business_id=shop.business.id)) == [mine.id]
    for caller, where in (
        (shop.customer("ana"), EntryFilter(customer_id=CustomerId("bruno"))),
        (provider, EntryFilter(provider_id=shop.providers[1])),
        (shop.owner, EntryFilter(business_id=BusinessId("biz_other"))),
        (actor(Role.OWNER, "own"), EntryFilter(provider_id=shop.providers[0])),
    ):
        with pytest.raises(Forbidden):
            await listed(caller, where)


async def test_nobody_waits_twice_for_the_same(shop: Shop) -> None:
    await joined(shop, "ana")
    assert await refusal_of(joined(shop, "ana", days=3)) == "already_waiting"
    await joined(shop, "ana", provider=1)
    await joined(shop, "ana", provider=None)


async def test_a_repeated_join_gets_its_first_answer(shop: Shop) -> None:
    await taken(shop)
    ana = shop.customer("ana", key="join-1")
    first = await shop.service.join_waitlist(ana, wait(shop))
    answers = await asyncio.gather(*(shop.service.join_waitlist(ana, wait(shop)) for _ in range(3)))
    assert answers == [first] * 3
    assert await refusal_of(shop.service.join_waitlist(ana, wait(shop, days=1))) == "idempotency_key_reused"


async def test_a_repeated_refusal_does_not_refuse_what_was_offered_since(engine: Engine, shop: Shop) -> None:
    entry = await joined(shop, "ana", days=7)
    ana = shop.customer("ana", key="no-1")
    offered = (await now(engine, entry)).offer
    await shop.service.decline_offer(ana, entry.id)
    following = await now(engine, entry)
    assert following.offer is not None
    assert following.offer != offered
    assert (await shop.service.decline_offer(ana, entry.id)).offer == following.offer
    assert (await now(engine, entry)).offer == following.offer


async def test_one_can_wait_only_for_days_to_come_and_a_quarter_of_a_year_at_most(shop: Shop) -> None:
    ana = shop.customer("ana")
    for first, last in ((0, -1), (0, 92), (-9, -3)):
        wish = NewEntry(
            service_id=shop.cut,
            first=DAY + timedelta(days=first),
            last=DAY + timedelta(days=last),
            provider_id=shop.providers[0],
        )
        with pytest.raises(Invalid):
            await shop.service.join_waitlist(ana, wish)


async def test_one_cannot_wait_for_what_there_is_not_nor_for_a_group(shop: Shop) -> None:
    ana = shop.customer("ana")

    def wish(service: ServiceId, provider: ProviderId | None = None, business: BusinessId | None = None) -> NewEntry:
        return NewEntry(service_id=service, first=DAY, last=DAY, provider_id=provider, business_id=business)

    here = shop.providers[0]
    assert await refusal_of(shop.service.join_waitlist(ana, wish(shop.group, here))) == "invalid"
    assert await refusal_of(shop.service.join_waitlist(ana, wish(ServiceId("no"), here))) == "not_found"
    assert await refusal_of(shop.service.join_waitlist(ana, wish(shop.cut, ProviderId("no")))) == "provider_not_found"
    nowhere = wish(shop.cut, business=BusinessId("no"))
    assert await refusal_of(shop.service.join_waitlist(ana, nowhere)) == "business_not_found"
    elsewhere = Caller(actor=Actor(role=Role.CUSTOMER, subject="ana", business_id=BusinessId("biz_other")))
    assert await refusal_of(shop.service.join_waitlist(elsewhere, wish(shop.cut, here))) == "forbidden"


async def test_who_has_waited_in_vain_is_told_that_it_is_over(engine: Engine, shop: Shop) -> None:
    await taken(shop)
    entry = await joined(shop, "ana")
    shop.clock.at = TEN + timedelta(days=1)
    await engine.keeper.sweep()
    assert await statuses(engine, entry) == [EntryStatus.OVER]


async def test_customers_book_and_cancel_as_ever_where_nobody_waits(engine: Engine, shop: Shop) -> None:
    record = await shop.service.book(ADMIN, shop.wish(who=MARIA))
    await shop.service.change_status(ADMIN, record.id, Status.CANCELLED)
    await engine.keeper.looked_at(shop.business.id)
    assert (await shop.service.book(shop.customer("carla"), shop.wish(who=None))).start == TEN
