"""Activation, bounds, crashes, passivation and stopping, on a real SQLite journal."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from tests.engine.runtime.shop import ADMIN, NOW, TEN, Engine, Shop, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain.booking import Status
from turnero.engine.domain.errors import Conflict, Unavailable
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.snapshot import decode_snapshot
from turnero.engine.runtime.dispatcher import PooledDispatcher
from turnero.engine.runtime.limits import IDLE_AFTER_S, MAILBOX_MAX
from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.staging import CalendarCrashed


class BreakableClock(ManualClock):
    """A clock that raises once, on a calendar's thread, when it is told to: a bug in the middle of a decision."""

    def __init__(self) -> None:
        super().__init__(NOW)
        self.fault: BaseException | None = None

    def now(self) -> datetime:
        if self.fault is not None and threading.current_thread().name.startswith("calendars"):
            fault, self.fault = self.fault, None
            raise fault
        return super().now()


@pytest.fixture
def clock() -> BreakableClock:
    return BreakableClock()


@pytest.fixture
async def engine(sqlite_url: str, clock: BreakableClock) -> AsyncIterator[Engine]:
    async with running(sqlite_url, clock) as engine:
        yield engine


@pytest.fixture
async def shop(engine: Engine, clock: BreakableClock) -> Shop:
    return await open_shop(engine.service, clock, providers=2)


async def test_of_two_hundred_bookings_for_one_slot_at_once_exactly_one_succeeds(shop: Shop) -> None:
    customers = [shop.customer(f"cus{n}") for n in range(200)]
    wish = shop.wish(who=None)
    results = await asyncio.gather(*(shop.service.book(c, wish) for c in customers), return_exceptions=True)
    refusals = [r for r in results if isinstance(r, Conflict)]
    assert len(refusals) == 199
    assert {refusal.code for refusal in refusals} == {"slot_taken"}
    assert all(len(refusal.data["suggestedSlots"]) == 3 for refusal in refusals)


async def test_callers_at_the_same_time_share_one_activation(engine: Engine, shop: Shop) -> None:
    provider_id = shop.providers[0]
    engine.runtime.directory.drop_all()
    before = (await engine.journal.activate(provider_id)).epoch
    await asyncio.gather(*(shop.service.book(ADMIN, shop.wish(TEN + minutes(30 * n))) for n in range(5)))
    assert (await engine.journal.activate(provider_id)).epoch == before + 2


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), KeyboardInterrupt(), asyncio.CancelledError()], ids=repr)
async def test_a_bug_stops_its_calendar_alone_and_the_next_command_revives_it(
    engine: Engine, shop: Shop, clock: BreakableClock, fault: BaseException
) -> None:
    await shop.service.book(ADMIN, shop.wish(provider=1))
    neighbour = await engine.runtime.directory.lease(shop.providers[1])
    wish = shop.wish(who=None)
    clock.fault = fault
    with pytest.raises(CalendarCrashed):
        await shop.service.book(shop.customer(), wish)
    assert shop.providers[0] not in engine.runtime.directory
    assert await engine.runtime.directory.lease(shop.providers[1]) is neighbour
    booked = await shop.service.book(shop.customer(), wish)
    assert booked.status is Status.CONFIRMED


async def test_past_its_bound_a_mailbox_turns_callers_away_for_a_moment(engine: Engine, shop: Shop) -> None:
    lease = await engine.runtime.directory.lease(shop.providers[0])
    lease.waiting = MAILBOX_MAX
    with pytest.raises(Unavailable) as refusal:
        await shop.service.book(ADMIN, shop.wish())
    assert refusal.value.code == "calendar_busy"
    assert refusal.value.retry_after_s > 0
    lease.waiting = 0
    await shop.service.book(ADMIN, shop.wish())


async def test_an_idle_calendar_is_dropped_with_a_snapshot_and_comes_back_the_same(engine: Engine, shop: Shop) -> None:
    for n in range(20):
        for _ in range(2):
            booked = await shop.service.book(ADMIN, shop.wish(TEN + minutes(30 * n)))
            await shop.service.change_status(ADMIN, booked.id, Status.CANCELLED)
    provider_id = shop.providers[0]
    before = await engine.runtime.read(provider_id)
    lease = await engine.runtime.directory.lease(provider_id)
    lease.used_at -= IDLE_AFTER_S + 1
    assert engine.runtime.directory.drop_idle() == 1
    await engine.runtime.views.settle()
    kept = await engine.journal.snapshot(provider_id)
    assert kept is not None
    assert decode_snapshot(kept.body) == before
    after = await shop.service.book(ADMIN, shop.wish(TEN))
    assert after.sequence == before.sequence + 1


async def test_a_calendar_that_somebody_waits_for_is_not_dropped(engine: Engine, shop: Shop) -> None:
    lease = await engine.runtime.directory.lease(shop.providers[0])
    lease.used_at -= IDLE_AFTER_S + 1
    lease.waiting = 1
    engine.runtime.directory.drop_idle()
    assert shop.providers[0] in engine.runtime.directory
    lease.waiting = 0


async def test_stopping_answers_what_is_in_flight_and_turns_away_what_comes_after(
    sqlite_url: str, clock: BreakableClock
) -> None:
    async with running(sqlite_url, clock) as engine:
        shop = await open_shop(engine.service, clock)
        in_flight = [asyncio.create_task(shop.service.book(ADMIN, shop.wish(TEN + minutes(30 * n)))) for n in range(10)]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(engine.runtime.stop())
        results = await asyncio.gather(*in_flight, return_exceptions=True)
        await stopping
        answered = [r for r in results if not isinstance(r, BaseException)]
        turned_away = [r for r in results if isinstance(r, Unavailable) and r.code == "shutting_down"]
        assert len(answered) + len(turned_away) == 10
        with pytest.raises(Unavailable):
            await shop.service.book(ADMIN, shop.wish(TEN))
    async with running(sqlite_url, clock) as engine:
        assert len((await engine.runtime.read(shop.providers[0])).bookings) == len(answered)


async def test_a_retry_after_a_restart_gets_the_first_answer(sqlite_url: str, clock: BreakableClock) -> None:
    async with running(sqlite_url, clock) as engine:
        shop = await open_shop(engine.service, clock)
        caller = Caller(actor=ADMIN.actor, key="k-1")
        first = await shop.service.book(caller, shop.wish())
        await shop.service.change_status(ADMIN, first.id, Status.CANCELLED)
        wish = shop.wish()
    async with running(sqlite_url, clock) as engine:
        assert await engine.service.book(caller, wish) == first
        with pytest.raises(Conflict) as reused:
            await engine.service.book(caller, shop.wish(TEN + minutes(60)))
        assert reused.value.code == "idempotency_key_reused"


async def test_a_refusal_is_repeated_under_its_key_while_the_calendar_is_in_memory(shop: Shop) -> None:
    blocking = await shop.service.book(ADMIN, shop.wish())
    caller = shop.customer(key="k-2")
    for _ in range(2):
        with pytest.raises(Conflict) as refusal:
            await shop.service.book(caller, shop.wish(who=None))
        assert refusal.value.code == "slot_taken"
        if blocking.status is Status.CONFIRMED:
            blocking = await shop.service.change_status(ADMIN, blocking.id, Status.CANCELLED)


async def test_what_another_process_has_booked_is_seen_and_not_booked_again(
    sqlite_url: str, clock: BreakableClock
) -> None:
    async with running(sqlite_url, clock) as here, running(sqlite_url, clock) as there:
        shop = await open_shop(here.service, clock)
        booked = await here.service.book(ADMIN, shop.wish())
        # There, the first ask takes the calendar over; here, the next one takes it back: refusals included.
        cancelled = await there.service.change_status(ADMIN, booked.id, Status.CANCELLED)
        assert cancelled.sequence == booked.sequence + 1
        again = await here.service.book(shop.customer(), shop.wish(who=None))
        with pytest.raises(Conflict):
            await there.service.book(shop.customer("other"), shop.wish(who=None))
        assert again.sequence == cancelled.sequence + 1


async def test_holds_and_pending_bookings_end_by_themselves_when_their_time_is_up(
    engine: Engine, clock: BreakableClock
) -> None:
    shop = await open_shop(engine.service, clock, policy=PolicyOverride(auto_confirm=False, pending_minutes=30))
    booked = await shop.service.book(ADMIN, shop.wish())
    assert booked.status is Status.PENDING
    clock.at += minutes(30)
    await engine.runtime.timekeeper.tick()
    expired = await shop.service.booking(ADMIN, booked.id)
    assert (expired.status, expired.cancelled_by) == (Status.CANCELLED, "system")


async def test_deadlines_outlive_the_process_that_set_them(sqlite_url: str, clock: BreakableClock) -> None:
    async with running(sqlite_url, clock) as engine:
        shop = await open_shop(engine.service, clock, policy=PolicyOverride(auto_confirm=False, pending_minutes=30))
        booked = await shop.service.book(ADMIN, shop.wish())
    clock.at += minutes(31)
    async with running(sqlite_url, clock) as engine:
        await engine.runtime.timekeeper.tick()
        assert (await engine.service.booking(ADMIN, booked.id)).status is Status.CANCELLED


async def test_a_runtime_without_work_stops_at_once(engine: Engine) -> None:
    runtime = Runtime(
        journal=engine.journal,
        catalogue=engine.service._catalogue,
        broadcast=engine.runtime._broadcast,
        clock=engine.runtime.clock,
        dispatcher=PooledDispatcher(),
    )
    runtime.start()
    async with asyncio.timeout(5):
        await runtime.stop()
