"""A database that fails in the middle of a commit, on both databases: nothing is half done, and service resumes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import Connection, event

from tests.engine.runtime.shop import ADMIN, NOW, TEN, Engine, Shop, minutes, open_shop, running
from tests.engine.runtime.simulation import ManualClock, overlaps
from turnero.engine.domain.booking import Status
from turnero.engine.domain.calendar import empty
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.evolve import replay
from turnero.engine.runtime.requests import Caller


class Broken(OSError):
    """What a driver raises when the server is gone."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def engine(database_url: str, clock: ManualClock) -> AsyncIterator[Engine]:
    async with running(database_url, clock) as engine:
        yield engine


@pytest.fixture
async def shop(engine: Engine, clock: ManualClock) -> Shop:
    return await open_shop(engine.service, clock)


def before_commit(_: Connection) -> None:
    """The connection is lost before COMMIT reaches the database."""
    raise Broken


def in_the_middle(_: Connection, __: object, statement: str, *___: object) -> None:
    """The connection is lost after the events are in, before the rest is."""
    if "bookings" in statement:
        raise Broken


Break = tuple[str, Callable[..., None]]
WAYS: dict[str, Break] = {
    "before the commit": ("commit", before_commit),
    "in the middle of the transaction": ("before_cursor_execute", in_the_middle),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_callers_learn_that_the_outcome_is_unknown_nothing_is_half_done_and_service_resumes(
    engine: Engine, shop: Shop, way: Break
) -> None:
    name, broken = way
    before = await shop.service.book(ADMIN, shop.wish(TEN))
    callers = [Caller(actor=ADMIN.actor, key=f"k-{n}") for n in range(8)]
    wishes = [shop.wish(TEN + minutes(30 * (n + 1))) for n in range(8)]
    event.listen(engine.database.writing, name, broken)
    try:
        results = await asyncio.gather(
            *(shop.service.book(c, w) for c, w in zip(callers, wishes, strict=True)), return_exceptions=True
        )
    finally:
        event.remove(engine.database.writing, name, broken)
    assert {r.code for r in results if isinstance(r, Unavailable)} == {"outcome_unknown"}
    assert len(results) == 8
    provider_id = shop.providers[0]
    stored = await engine.journal.read(provider_id)
    assert stored[-1].sequence == before.sequence, "no event of a broken commit stays"
    # The same keys again: now each takes effect, once.
    first = [await shop.service.book(c, w) for c, w in zip(callers, wishes, strict=True)]
    again = [await shop.service.book(c, w) for c, w in zip(callers, wishes, strict=True)]
    assert first == again
    calendar = replay(empty(provider_id), await engine.journal.read(provider_id))
    assert len(calendar.bookings) == 9
    assert overlaps(calendar) == []
    for record in first:
        assert await shop.service.booking(ADMIN, record.id) == record


async def test_a_commit_that_took_effect_although_its_answer_was_lost_answers_the_retry(
    engine: Engine, shop: Shop
) -> None:
    journal, append = engine.journal, engine.journal.append
    lost: list[object] = []

    async def lose_the_answer(batches: object) -> object:
        if not lost:
            lost.append(await append(batches))  # type: ignore[arg-type]  # handed through as it came
            raise Broken
        return await append(batches)  # type: ignore[arg-type]

    journal.append = lose_the_answer  # type: ignore[method-assign, assignment]  # a wire cut between us and the journal
    caller = Caller(actor=ADMIN.actor, key="k")
    with pytest.raises(Unavailable) as unknown:
        await shop.service.book(caller, shop.wish())
    assert unknown.value.code == "outcome_unknown"
    answered = await shop.service.book(caller, shop.wish())
    stored = await journal.read(shop.providers[0])
    assert [r.key for r in stored].count("admin:root:k") == 1
    assert answered.sequence == stored[-1].sequence


async def test_while_the_database_is_away_callers_are_told_so_and_when_it_is_back_they_are_served(
    engine: Engine, shop: Shop
) -> None:
    booked = await shop.service.book(ADMIN, shop.wish())
    engine.runtime.directory.drop_all()
    caller = Caller(actor=ADMIN.actor, key="k")

    def away(*_: object) -> None:
        raise Broken

    engines = [engine.database.writing, engine.database.reading]
    for each in engines:
        event.listen(each, "before_cursor_execute", away)
    try:
        for asking in (
            shop.service.book(caller, shop.wish(TEN + minutes(30))),
            shop.service.booking(ADMIN, booked.id),
            shop.service.change_status(ADMIN, booked.id, Status.CANCELLED),
            shop.service.services(shop.business.id),
        ):
            with pytest.raises(Unavailable):
                await asking
        with pytest.raises(Unavailable) as not_ready:
            await shop.service.ready()
        assert not_ready.value.code == "not_ready"
    finally:
        for each in engines:
            event.remove(each, "before_cursor_execute", away)
    assert (await shop.service.book(caller, shop.wish(TEN + minutes(30)))).status is Status.CONFIRMED
    assert await shop.service.booking(ADMIN, booked.id) == booked
    await shop.service.ready()
