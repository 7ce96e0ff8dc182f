"""What is remembered about free slots is what would be computed anew, at any moment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from tests.engine.runtime.shop import ADMIN, NOW, TEN, Engine, Shop, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock
from turnero.engine.domain.booking import Slot
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.runtime.answers import SlotsAnswer
from turnero.engine.runtime.requests import NewHold, SlotQuery
from turnero.engine.runtime.slots_memo import SlotsMemo


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def engine(sqlite_url: str, clock: ManualClock) -> AsyncIterator[Engine]:
    async with running(sqlite_url, clock) as engine:
        yield engine


@pytest.fixture
async def shop(engine: Engine, clock: ManualClock) -> Shop:
    return await open_shop(engine.service, clock, policy=PolicyOverride(max_advance_days=20))


def about(shop: Shop, day: date) -> SlotQuery:
    return SlotQuery(provider_id=shop.providers[0], service_id=shop.cut, first=day, last=day)


async def anew(shop: Shop, day: date) -> tuple[Slot, ...]:
    """Return the slots of a day as they are without anything remembered."""
    shop.service._memo = SlotsMemo()
    return (await shop.service.slots(about(shop, day))).days[0].slots


async def test_the_same_question_on_an_unchanged_calendar_gets_the_same_object(shop: Shop) -> None:
    first = await shop.service.slots(about(shop, TEN.date()))
    assert await shop.service.slots(about(shop, TEN.date())) is first


async def test_a_booking_changes_the_answer_at_once(shop: Shop) -> None:
    before = await shop.service.slots(about(shop, TEN.date()))
    await shop.service.book(ADMIN, shop.wish())
    after = await shop.service.slots(about(shop, TEN.date()))
    assert TEN in {slot.start for slot in before.days[0].slots}
    assert TEN not in {slot.start for slot in after.days[0].slots}


async def test_as_time_passes_what_is_remembered_is_what_would_be_computed_anew(shop: Shop, clock: ManualClock) -> None:
    """Over two days in odd steps: today's slots run out, a hold lapses, the horizon reaches a new day."""
    hold = NewHold(provider_id=shop.providers[0], service_id=shop.cut, start=NOW + minutes(150))
    await shop.service.hold(shop.customer(), hold)
    days = (NOW.date(), NOW.date() + timedelta(days=1), NOW.date() + timedelta(days=20))
    for _ in range(400):
        remembered: list[SlotsAnswer] = [await shop.service.slots(about(shop, day)) for day in days]
        memo = shop.service._memo
        for answer, day in zip(remembered, days, strict=True):
            assert answer.days[0].slots == await anew(shop, day)
        shop.service._memo = memo
        clock.at += timedelta(minutes=7, seconds=13)


async def test_more_answers_than_are_kept_are_computed_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnero.engine.runtime.slots_memo.SLOT_ANSWERS_REMEMBERED", 2)
    days = [TEN.date() + timedelta(days=n) for n in range(4)]
    first = [await shop.service.slots(about(shop, day)) for day in days]
    assert [await shop.service.slots(about(shop, day)) for day in days] == first
