"""What the journal's batches leave in the tables for people to read: bookings, texts, messages."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from tests.contracts.pen import BUSINESS, NOW, a_booking, a_pen, at, booked, cancelled, rescheduled
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Booking, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Invalid
from turnero.engine.domain.messages import MessageKind, MessageStatus, Planned, Recipient
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, SessionId
from turnero.engine.ports import BookingFilter, BookingText, TextKind, record_of
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.schema import outbox

P1, P2 = ProviderId("prv_1"), ProviderId("prv_2")


@pytest.fixture
def journal(database: Database) -> SqlJournal:
    return SqlJournal(database)


@pytest.fixture
def catalogue(database: Database) -> SqlCatalogue:
    return SqlCatalogue(database)


def as_it_is(calendar: Calendar, booking: Booking) -> Booking:
    return calendar.bookings[booking.id]


# --- Records ------------------------------------------------------------------------------------------------------


async def test_a_booking_is_read_as_the_calendar_has_it(journal: SqlJournal, catalogue: SqlCatalogue) -> None:
    pen = await a_pen(journal)
    booking = a_booking()
    await journal.append([pen.batch(booked(booking))])
    record = await catalogue.booking(booking.id)
    assert record == record_of(as_it_is(pen.calendar, booking), pen.calendar)
    assert record is not None
    assert (record.sequence, record.time_zone) == (2, "America/Argentina/Buenos_Aires")
    assert await catalogue.provider_of(booking.id) == P1
    assert await catalogue.booking(BookingId("bkg_unknown")) is None
    assert await catalogue.provider_of(BookingId("bkg_unknown")) is None


async def test_of_all_that_happens_to_a_booking_in_one_commit_the_last_is_read(
    journal: SqlJournal, catalogue: SqlCatalogue
) -> None:
    pen = await a_pen(journal)
    booking = a_booking(at(9))
    await journal.append(
        [
            pen.batch(booked(booking)),
            pen.batch(rescheduled(booking, at(10)), rescheduled(booking, at(11))),
            pen.batch(cancelled(booking)),
        ]
    )
    record = await catalogue.booking(booking.id)
    assert record == record_of(as_it_is(pen.calendar, booking), pen.calendar)
    assert record is not None
    assert (record.status, record.start, record.revision) == (Status.CANCELLED, at(11), 3)


@pytest.mark.parametrize("order", [1, -1])
async def test_a_booking_that_moved_is_read_from_its_new_calendar(
    journal: SqlJournal, catalogue: SqlCatalogue, order: int
) -> None:
    here, there = await a_pen(journal, P1), await a_pen(journal, P2)
    booking = a_booking()
    await journal.append([here.batch(booked(booking))])
    out = here.batch(ev.AppointmentMovedOut(booking_id=booking.id, to=P2), joint="move")
    into = there.batch(ev.AppointmentMovedIn(booking=booking, origin=P1, previous_start=booking.start), joint="move")
    await journal.append([out, into][::order])
    assert await catalogue.provider_of(booking.id) == P2
    assert await catalogue.booking(booking.id) == record_of(as_it_is(there.calendar, booking), there.calendar)


async def test_texts_are_read_beside_their_booking(journal: SqlJournal, catalogue: SqlCatalogue) -> None:
    pen = await a_pen(journal)
    booking = a_booking()
    note = BookingText(booking_id=booking.id, kind=TextKind.NOTE, body="sin gel 💈")
    reason = BookingText(booking_id=booking.id, kind=TextKind.CANCEL_REASON, body="viaje")
    await journal.append([pen.batch(booked(booking), attachments=[note]), pen.batch(attachments=[reason])])
    record = await catalogue.booking(booking.id)
    assert record is not None
    assert (record.note, record.cancel_reason) == ("sin gel 💈", "viaje")
    assert await catalogue.texts(booking.id) == [reason, note]


# --- Pages --------------------------------------------------------------------------------------------------------


async def test_pages_hold_every_booking_once_in_order_of_start_and_id(
    journal: SqlJournal, catalogue: SqlCatalogue
) -> None:
    pens = [await a_pen(journal, f"prv_{i}") for i in range(3)]
    # Each start comes three times, so that pages end in the middle of equals.
    made = [a_booking(at(hour / 2)) for hour in range(7) for _ in pens]
    await journal.append([pens[i % 3].batch(booked(booking)) for i, booking in enumerate(made)])
    seen: list[str] = []
    cursor = None
    while True:
        page = await catalogue.bookings(BookingFilter(business_id=BUSINESS), limit=4, cursor=cursor)
        seen += [record.id for record in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [b.id for b in sorted(made, key=lambda b: (b.start, b.id))]


async def test_the_last_page_says_so_even_when_it_is_full(journal: SqlJournal, catalogue: SqlCatalogue) -> None:
    pen = await a_pen(journal)
    await journal.append([pen.batch(booked(a_booking(at(h)))) for h in range(2)])
    page = await catalogue.bookings(BookingFilter(provider_id=P1), limit=2, cursor=None)
    assert (len(page.items), page.next_cursor) == (2, None)
    nothing = await catalogue.bookings(BookingFilter(provider_id=P2), limit=2, cursor=None)
    assert (nothing.items, nothing.next_cursor) == ((), None)


async def test_filters_narrow_and_bounds_are_half_open(journal: SqlJournal, catalogue: SqlCatalogue) -> None:
    here, there = await a_pen(journal, P1), await a_pen(journal, P2)
    nine, ten = a_booking(at(9), customer="cus_ana"), a_booking(at(10), customer="cus_beto")
    far = a_booking(at(9), customer="cus_beto")
    await journal.append([here.batch(booked(nine), booked(ten)), there.batch(booked(far)), there.batch(cancelled(far))])

    async def found(**where: object) -> set[str]:
        page = await catalogue.bookings(BookingFilter(**where), limit=200, cursor=None)  # type: ignore[arg-type]  # a table of cases
        return {record.id for record in page.items}

    assert await found() == {nine.id, ten.id, far.id}
    assert await found(provider_id=P1) == {nine.id, ten.id}
    assert await found(customer_id=CustomerId("cus_beto")) == {ten.id, far.id}
    assert await found(business_id=BusinessId("biz_other")) == set()
    assert await found(status=Status.CANCELLED) == {far.id}
    assert await found(start_from=at(9), start_until=at(10)) == {nine.id, far.id}
    assert await found(provider_id=P1, status=Status.CONFIRMED, start_from=at(9.5)) == {ten.id}


async def test_who_is_or_was_in_a_session_is_found_by_its_id(journal: SqlJournal, catalogue: SqlCatalogue) -> None:
    pen = await a_pen(journal)
    here, gone, elsewhere = (a_booking(at(9 + n // 2), session=f"ses_{n // 2}") for n in range(3))
    await journal.append([pen.batch(*(booked(b) for b in (here, gone, elsewhere))), pen.batch(cancelled(gone))])
    page = await catalogue.bookings(BookingFilter(session_id=SessionId("ses_0")), limit=9, cursor=None)
    assert {record.id for record in page.items} == {here.id, gone.id}


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "ñandú",
        "AAAA",
        "W10",
        "WzEsMl0",
        "WzFlOTksImEiXQ",
        "Wy0xLCJhIl0",
        "bnVsbA",
        "W1syXSwiYSJd",
        "A" * 9,
    ],
)
async def test_a_cursor_that_is_not_ours_is_refused(catalogue: SqlCatalogue, cursor: str) -> None:
    with pytest.raises(Invalid):
        await catalogue.bookings(BookingFilter(provider_id=P1), limit=2, cursor=cursor)


# --- Messages -----------------------------------------------------------------------------------------------------


def a_reminder(booking: Booking, *, before: str = "PT24H", hours: float = 1) -> Planned:
    due_at = NOW + timedelta(hours=hours)
    return Planned(booking_id=booking.id, kind=MessageKind.REMINDER, due_at=due_at, before=before)


async def test_messages_are_listed_by_due_time(journal: SqlJournal, catalogue: SqlCatalogue) -> None:
    pen = await a_pen(journal)
    booking = a_booking()
    late, soon = a_reminder(booking, hours=5), a_reminder(booking, before="PT2H")
    at_once = Planned(booking_id=booking.id, kind=MessageKind.BOOKED, due_at=NOW)
    await journal.append([pen.batch(booked(booking), messages=[late, at_once, soon])])
    messages = await catalogue.messages(booking.id)
    assert [(m.kind, m.before, m.due_at) for m in messages] == [
        (MessageKind.BOOKED, None, NOW),
        (MessageKind.REMINDER, "PT2H", soon.due_at),
        (MessageKind.REMINDER, "PT24H", late.due_at),
    ]
    assert {(m.status, m.channel, m.sent_at, m.attempts) for m in messages} == {(MessageStatus.PLANNED, None, None, 0)}


async def test_what_is_planned_for_a_booking_that_changes_is_cancelled_and_kept(
    journal: SqlJournal, catalogue: SqlCatalogue
) -> None:
    pen = await a_pen(journal)
    booking, other = a_booking(at(9)), a_booking(at(10))
    await journal.append([pen.batch(booked(booking), booked(other), messages=[a_reminder(booking), a_reminder(other)])])
    moved = pen.batch(rescheduled(booking, at(14)), messages=[a_reminder(booking, hours=2)], unsend=[booking.id])
    moved_on = pen.batch(rescheduled(booking, at(15)), messages=[a_reminder(booking, hours=3)], unsend=[booking.id])
    await journal.append([moved, moved_on])
    assert [m.status for m in await catalogue.messages(booking.id)] == ["cancelled", "cancelled", "planned"]
    assert [m.status for m in await catalogue.messages(other.id)] == ["planned"]


async def test_reminders_alone_are_cancelled_where_the_rules_of_reminding_change(
    journal: SqlJournal, catalogue: SqlCatalogue
) -> None:
    pen = await a_pen(journal)
    booking = a_booking()
    at_once = Planned(booking_id=booking.id, kind=MessageKind.BOOKED, due_at=NOW)
    await journal.append([pen.batch(booked(booking), messages=[at_once, a_reminder(booking)])])
    changed = ev.TermsChanged(terms=pen.calendar.terms)
    once = pen.batch(changed, messages=[a_reminder(booking, hours=2)], unsend_reminders=[booking.id])
    twice = pen.batch(changed, messages=[a_reminder(booking, hours=3)], unsend_reminders=[booking.id])
    await journal.append([once, twice])
    assert [(m.kind, m.status) for m in await catalogue.messages(booking.id)] == [
        ("booked", "planned"),
        ("reminder", "cancelled"),
        ("reminder", "cancelled"),
        ("reminder", "planned"),
    ]


def an_agenda(hours: float = 1, *, day: int = 1) -> Planned:
    due_at = NOW + timedelta(hours=hours)
    return Planned(kind=MessageKind.AGENDA, due_at=due_at, recipient=Recipient.PROVIDER, day=date(2026, 12, day))


async def agendas(database: Database) -> list[tuple[str, str | None, datetime, str]]:
    query = select(outbox.c.provider_id, outbox.c.day, outbox.c.due_at, outbox.c.status).where(
        outbox.c.kind == MessageKind.AGENDA
    )
    rows = await database.read(lambda connection: connection.execute(query.order_by(outbox.c.id)).all())
    return [tuple(row) for row in rows]


async def test_a_provider_s_day_has_one_agenda_however_often_it_is_planned(
    journal: SqlJournal, database: Database
) -> None:
    pen, other = await a_pen(journal), await a_pen(journal, "prv_2")
    changed = ev.TermsChanged(terms=pen.calendar.terms)
    await journal.append(
        [
            pen.batch(changed, messages=[an_agenda(), an_agenda(day=2)]),
            other.batch(changed, messages=[an_agenda()]),
            pen.batch(changed, messages=[an_agenda(2)]),
        ]
    )
    await journal.append([pen.batch(changed, messages=[an_agenda(3)])])
    assert await agendas(database) == [
        ("prv_1", "2026-12-01", NOW + timedelta(hours=3), "planned"),
        ("prv_1", "2026-12-02", NOW + timedelta(hours=1), "planned"),
        ("prv_2", "2026-12-01", NOW + timedelta(hours=1), "planned"),
    ]


async def test_an_agenda_that_has_gone_out_stays_as_it_is(journal: SqlJournal, database: Database) -> None:
    pen = await a_pen(journal)
    changed = ev.TermsChanged(terms=pen.calendar.terms)
    await journal.append([pen.batch(changed, messages=[an_agenda()])])
    await database.write(lambda connection: connection.execute(update(outbox).values(status="sent")))
    await journal.append([pen.batch(changed, messages=[an_agenda(5)])])
    assert await agendas(database) == [("prv_1", "2026-12-01", NOW + timedelta(hours=1), "sent")]
