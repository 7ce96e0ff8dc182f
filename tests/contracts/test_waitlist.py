"""What every waitlist promises, and what the journal's transactions make of it, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from tests.contracts.pen import BUSINESS, NOW, ONE_O_CLOCK, Pen, a_booking, a_pen
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Hold
from turnero.engine.domain.errors import Conflict, Invalid
from turnero.engine.domain.messages import MessageKind, Planned
from turnero.engine.domain.value import BusinessId, CustomerId, EntryId, HoldId, ProviderId, ServiceId
from turnero.engine.domain.waitlist import PartOfDay, Wish
from turnero.engine.ports import (
    AlreadyAnswered,
    Awaited,
    Batch,
    Customer,
    Entry,
    EntryFilter,
    EntryStatus,
    Offer,
    Outcome,
    RequestKey,
    Waitlist,
)
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database, open_database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.waitlist import SqlWaitlist

P1, P2 = ProviderId("prv_1"), ProviderId("prv_2")
UNTIL = NOW + timedelta(minutes=10)
YES, NO = Outcome.COMMITTED, Outcome.NOT_WRITTEN


@pytest.fixture
def waitlist(database: Database) -> Waitlist:
    return SqlWaitlist(database)


@pytest.fixture
def journal(database: Database) -> SqlJournal:
    return SqlJournal(database)


@pytest.fixture
async def rival(database_url: str) -> AsyncIterator[SqlJournal]:
    """The journal of another process."""
    other = open_database(database_url)
    yield SqlJournal(other)
    await other.close()


def an_entry(
    name: str = "ana", *, provider: ProviderId | None = P1, service: str = "svc_1", over_at: datetime | None = None
) -> Entry:
    return Entry(
        id=EntryId(f"wle_{name}"),
        business_id=BUSINESS,
        provider_id=provider,
        service_id=ServiceId(service),
        customer_id=CustomerId(name),
        wish=Wish(first=date(2026, 12, 1), last=date(2026, 12, 3), part_of_day=PartOfDay.EVENING),
        created_at=NOW,
        over_at=over_at or NOW + timedelta(days=3),
        time_zone="America/Argentina/Buenos_Aires",
    )


async def joined(waitlist: Waitlist, entry: Entry) -> Entry:
    return await waitlist.join(entry, customer=None, request=None)


def a_hold(entry: Entry, start: datetime = ONE_O_CLOCK, name: str = "hld_1") -> Hold:
    return Hold(
        id=HoldId(name),
        service_id=entry.service_id,
        holder=f"customer:{entry.customer_id}",
        start=start,
        end=start + timedelta(minutes=30),
        expires_at=UNTIL,
        entry_id=entry.id,
    )


def offering(pen: Pen, entry: Entry, start: datetime = ONE_O_CLOCK, name: str = "hld_1") -> Batch:
    message = Planned(entry_id=entry.id, kind=MessageKind.OFFER, due_at=NOW)
    return pen.batch(ev.SlotHeld(hold=a_hold(entry, start, name)), messages=[message])


async def now(waitlist: Waitlist, entry: Entry) -> Entry:
    found = await waitlist.entry(entry.id)
    assert found is not None
    return found


async def names_in_line(waitlist: Waitlist, provider: ProviderId = P1, *, after: int = 0, limit: int = 50) -> list[str]:
    return [one.entry.customer_id for one in await waitlist.line(BUSINESS, provider, after=after, limit=limit)]


async def messages(waitlist: Waitlist, entry: Entry) -> list[tuple[str, str]]:
    return [(message.kind, message.status) for message in await waitlist.messages(entry.id)]


# --- The line -----------------------------------------------------------------------------------------------------


async def test_an_entry_is_read_as_it_joined(waitlist: Waitlist) -> None:
    entry = an_entry()
    assert await joined(waitlist, entry) == replace(entry, position=1) == await now(waitlist, entry)
    anybody = an_entry("bruno", provider=None)
    assert await joined(waitlist, anybody) == replace(anybody, position=2) == await now(waitlist, anybody)
    assert await waitlist.entry(EntryId("wle_nobody")) is None


async def test_the_position_counts_those_ahead_who_compete_for_the_same_service_and_provider(
    waitlist: Waitlist,
) -> None:
    await joined(waitlist, an_entry("for-p1"))
    await joined(waitlist, an_entry("for-p2", provider=P2))
    await joined(waitlist, an_entry("other-service", service="svc_2"))
    await joined(waitlist, an_entry("anybody", provider=None))
    positions = [(await now(waitlist, an_entry(n))).position for n in ("for-p1", "for-p2", "other-service", "anybody")]
    assert positions == [1, 1, 1, 3]
    assert (await joined(waitlist, an_entry("last"))).position == 3


async def test_nobody_stands_in_one_line_twice_until_they_have_left(waitlist: Waitlist) -> None:
    first = an_entry()
    again = replace(first, id=EntryId("wle_again"))
    await joined(waitlist, first)
    with pytest.raises(Conflict) as refusal:
        await joined(waitlist, again)
    assert refusal.value.code == "already_waiting"
    for other in (
        replace(again, id=EntryId("wle_2"), provider_id=None),
        replace(again, id=EntryId("wle_3"), service_id=ServiceId("svc_2")),
    ):
        await joined(waitlist, other)
    await waitlist.leave(first.id)
    await joined(waitlist, again)


async def test_of_many_who_join_one_line_at_once_for_one_person_one_gets_in(waitlist: Waitlist) -> None:
    tries = [joined(waitlist, replace(an_entry(), id=EntryId(f"wle_{n}"))) for n in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(result, Entry) for result in results) == 1


async def test_joining_remembers_its_first_answer_and_writes_the_customer_with_it(
    waitlist: Waitlist, database: Database
) -> None:
    entry = an_entry()
    request = RequestKey(scope="s", key="k", fingerprint="f", answer="", at=NOW)
    customer = Customer(
        id=entry.customer_id,
        business_id=BUSINESS,
        name="Ana",
        phone=None,
        phone_key=None,
        email=None,
        locale=None,
        created_at=NOW,
    )
    first = await waitlist.join(entry, customer=customer, request=request)
    with pytest.raises(AlreadyAnswered):
        await waitlist.join(replace(entry, id=EntryId("wle_again")), customer=customer, request=request)
    catalogue = SqlCatalogue(database)
    remembered = await catalogue.answered("s", "k")
    assert remembered is not None
    assert msgspec.json.decode(remembered.answer, type=Entry) == first
    assert await catalogue.customer(BUSINESS, entry.customer_id) == customer


async def test_the_line_of_a_provider_is_in_order_of_arrival_and_has_those_whom_anybody_suits(
    waitlist: Waitlist,
) -> None:
    for name, provider in (("one", P1), ("two", None), ("three", P2), ("four", P1)):
        await joined(waitlist, an_entry(name, provider=provider))
    assert await names_in_line(waitlist) == ["one", "two", "four"]
    assert await names_in_line(waitlist, P2) == ["two", "three"]
    (first,) = await waitlist.line(BUSINESS, P1, after=0, limit=1)
    assert await names_in_line(waitlist, after=first.place) == ["two", "four"]
    assert await waitlist.line(BusinessId("biz_other"), P1, after=0, limit=9) == []
    assert await waitlist.waited_in({BUSINESS, BusinessId("biz_other")}) == {BUSINESS}
    assert await waitlist.waited_in(set()) == set()
    assert await waitlist.awaited() == [Awaited(BUSINESS, None), Awaited(BUSINESS, P1), Awaited(BUSINESS, P2)]


async def test_entries_are_found_by_whose_they_are_and_read_page_by_page(waitlist: Waitlist) -> None:
    for name, provider in (("one", P1), ("two", None), ("three", P2)):
        await joined(waitlist, an_entry(name, provider=provider))
    await waitlist.leave(EntryId("wle_one"))

    async def found(where: EntryFilter) -> list[str]:
        return [entry.customer_id for entry in (await waitlist.entries(where, limit=9, cursor=None)).items]

    assert await found(EntryFilter(business_id=BUSINESS)) == ["one", "two", "three"]
    assert await found(EntryFilter(provider_id=P2)) == ["two", "three"]
    assert await found(EntryFilter(customer_id=CustomerId("two"))) == ["two"]
    assert await found(EntryFilter(status=EntryStatus.LEFT)) == ["one"]
    assert await found(EntryFilter(business_id=BusinessId("biz_other"))) == []
    page = await waitlist.entries(EntryFilter(), limit=2, cursor=None)
    rest = await waitlist.entries(EntryFilter(), limit=2, cursor=page.next_cursor)
    assert [entry.customer_id for entry in (*page.items, *rest.items)] == ["one", "two", "three"]
    assert rest.next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1.5", "9" * 30, "²"])
async def test_a_cursor_that_is_not_one_of_ours_is_refused(waitlist: Waitlist, cursor: str) -> None:
    with pytest.raises(Invalid):
        await waitlist.entries(EntryFilter(), limit=2, cursor=cursor)


async def test_who_leaves_is_in_line_no_more_and_leaves_once(waitlist: Waitlist) -> None:
    entry = await joined(waitlist, an_entry())
    assert await waitlist.leave(entry.id) == replace(entry, status=EntryStatus.LEFT, position=None)
    assert await waitlist.leave(entry.id) is None
    assert await names_in_line(waitlist) == []


async def test_a_wish_that_lies_in_the_past_is_over(waitlist: Waitlist) -> None:
    past = await joined(waitlist, an_entry("past", over_at=NOW))
    await joined(waitlist, an_entry("future", over_at=NOW + timedelta(seconds=1)))
    assert await waitlist.retire(now=NOW) == 1
    assert (await now(waitlist, past)).status is EntryStatus.OVER
    assert await names_in_line(waitlist) == ["future"]


# --- Offers, as the calendar's events tell of them ----------------------------------------------------------------


async def test_an_offer_stands_in_the_entry_as_soon_as_the_hold_is_durable(
    waitlist: Waitlist, journal: SqlJournal
) -> None:
    entry = await joined(waitlist, an_entry())
    pen = await a_pen(journal)
    assert await journal.append([offering(pen, entry)]) == [YES]
    offered = await now(waitlist, entry)
    assert (offered.status, offered.position) == (EntryStatus.OFFERED, None)
    end = ONE_O_CLOCK + timedelta(minutes=30)
    assert offered.offer == Offer(provider_id=P1, hold_id=HoldId("hld_1"), start=ONE_O_CLOCK, end=end, until=UNTIL)
    assert await messages(waitlist, entry) == [("offer", "planned")]


@pytest.mark.parametrize("kind", [ev.HoldReleased, ev.HoldExpired])
async def test_an_entry_that_refused_or_let_run_out_is_back_in_its_place_and_knows_what_it_passed(
    waitlist: Waitlist, journal: SqlJournal, kind: type[ev.HoldReleased | ev.HoldExpired]
) -> None:
    entry = await joined(waitlist, an_entry(provider=None))
    await joined(waitlist, an_entry("bruno"))
    pen = await a_pen(journal)
    await journal.append([offering(pen, entry)])
    assert await journal.append([pen.batch(kind(hold_id=HoldId("hld_1"), entry_id=entry.id))]) == [YES]
    assert await now(waitlist, entry) == entry
    first, second = await waitlist.line(BUSINESS, P1, after=0, limit=9)
    assert (first.entry.customer_id, first.passed) == ("ana", frozenset({ONE_O_CLOCK}))
    assert (second.entry.customer_id, second.passed) == ("bruno", frozenset())
    # The same time with somebody else is another slot.
    assert [one.passed for one in await waitlist.line(BUSINESS, P2, after=0, limit=9)] == [frozenset()]
    assert await messages(waitlist, entry) == [("offer", "cancelled")]


async def test_an_offer_that_ends_in_the_very_transaction_that_made_it_leaves_nothing_behind(
    waitlist: Waitlist, journal: SqlJournal
) -> None:
    entry = await joined(waitlist, an_entry())
    pen = await a_pen(journal)
    over = ev.HoldExpired(hold_id=HoldId("hld_1"), entry_id=entry.id)
    assert await journal.append([offering(pen, entry), pen.batch(over)]) == [YES, YES]
    assert await now(waitlist, entry) == entry


async def test_an_entry_whose_hold_becomes_a_booking_is_booked_by_whichever_way(
    waitlist: Waitlist, journal: SqlJournal
) -> None:
    entry = await joined(waitlist, an_entry())
    pen = await a_pen(journal)
    await journal.append([offering(pen, entry)])
    booking = a_booking(customer=entry.customer_id)
    made = ev.AppointmentBooked(booking=booking, hold_id=HoldId("hld_1"), entry_id=entry.id)
    assert await journal.append([pen.batch(made)]) == [YES]
    booked = await now(waitlist, entry)
    assert (booked.status, booked.booking_id) == (EntryStatus.BOOKED, booking.id)
    assert await messages(waitlist, entry) == [("offer", "cancelled")]


async def test_nothing_is_offered_to_an_entry_that_is_not_waiting(waitlist: Waitlist, journal: SqlJournal) -> None:
    entry = await joined(waitlist, an_entry())
    await waitlist.leave(entry.id)
    pen = await a_pen(journal)
    assert await journal.append([offering(pen, entry)]) == [NO]
    assert (await now(waitlist, entry)).status is EntryStatus.LEFT


async def test_one_person_is_not_offered_two_things_at_once_and_the_others_in_the_group_are_written(
    waitlist: Waitlist, journal: SqlJournal, rival: SqlJournal
) -> None:
    """Two entries of one person, two calendars, two processes."""
    one = await joined(waitlist, an_entry())
    two = await joined(waitlist, replace(an_entry(provider=P2), id=EntryId("wle_2")))
    bruno = await joined(waitlist, an_entry("bruno", provider=None))
    here, there = await a_pen(journal), await a_pen(rival, "prv_2")
    third = await a_pen(rival, "prv_3")
    assert await journal.append([offering(here, one)]) == [YES]
    refused, written = await rival.append([offering(there, two, name="hld_2"), offering(third, bruno, name="hld_3")])
    assert (refused, written) == (NO, YES)
    assert (await now(waitlist, two)).status is EntryStatus.WAITING
    # While there is an offer, none of the person's entries is in line.
    assert await names_in_line(waitlist, P2) == []


async def test_one_entry_is_not_offered_two_slots_by_two_processes(
    waitlist: Waitlist, journal: SqlJournal, rival: SqlJournal
) -> None:
    entry = await joined(waitlist, an_entry(provider=None))
    here, there = await a_pen(journal), await a_pen(rival, "prv_2")
    outcomes = await asyncio.gather(
        journal.append([offering(here, entry)]), rival.append([offering(there, entry, name="hld_2")])
    )
    assert sorted(o.value for (o,) in outcomes) == ["committed", "not_written"]


async def test_who_leaves_with_an_offer_is_told_which_hold_is_to_be_released(
    waitlist: Waitlist, journal: SqlJournal
) -> None:
    entry = await joined(waitlist, an_entry())
    pen = await a_pen(journal)
    await journal.append([offering(pen, entry)])
    left = await waitlist.leave(entry.id)
    assert left is not None
    assert left.offer is not None
    assert left.offer.hold_id == "hld_1"
    assert await messages(waitlist, entry) == [("offer", "cancelled")]
    await journal.append([pen.batch(ev.HoldReleased(hold_id=HoldId("hld_1"), entry_id=entry.id))])
    assert (await now(waitlist, entry)).status is EntryStatus.LEFT
