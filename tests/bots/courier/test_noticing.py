"""What the words of a message are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from tests.bots.courier.post import CUSTOMER, NOW, START, Days, booking, chat, entry, letter
from turnero.bots.courier.noticing import agenda, notice
from turnero.engine.domain.booking import Role, Status
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.ports.outbox import Letter

HOUR = timedelta(hours=1)


def told(of: Letter) -> Any:
    found = notice(of, now=NOW)
    assert found is not None
    return found


def test_a_notice_says_what_is_so_now_by_name() -> None:
    found = told(letter())
    assert (found.business, found.provider, found.service, found.customer) == ("El Turno", "Martín", "Corte", "Ana")
    assert (found.start, found.now, found.before, found.address) == (START, NOW, "PT24H", "Av. Corrientes 3247")


def test_it_is_in_the_language_that_they_gave_or_talk_or_that_of_the_business() -> None:
    english = msgspec.structs.replace(CUSTOMER, locale="en-US")
    talks = msgspec.structs.replace(chat(), language="pt")
    assert told(letter(customer=english, chats=[talks])).locale == "en-US"
    assert told(letter(chats=[talks])).locale == "pt"
    assert told(letter()).locale == "es-AR"
    assert told(letter(MessageKind.BOOKED, customer=english, recipient=Recipient.PROVIDER)).locale == "es-AR"


def test_its_number_rises_with_every_change_of_the_booking() -> None:
    made, moved, cancelled = (
        told(letter(MessageKind.BOOKED, about=about)).sequence
        for about in (booking(), booking(revision=2), booking(revision=2, status=Status.CANCELLED))
    )
    assert (made, moved, cancelled) == (0, 1, 2)


def test_a_reason_is_told_to_whoever_did_not_give_it() -> None:
    about = booking(status=Status.CANCELLED, cancel_reason="viaje", cancelled_by=Role.CUSTOMER)
    assert told(letter(MessageKind.CANCELLED, about=about)).reason is None
    assert told(letter(MessageKind.CANCELLED, about=about, recipient=Recipient.PROVIDER)).reason == "viaje"
    by_shop = booking(status=Status.CANCELLED, cancel_reason="gripe", cancelled_by=Role.OWNER)
    assert told(letter(MessageKind.CANCELLED, about=by_shop)).reason == "gripe"
    over = booking(status=Status.CANCELLED, cancelled_by=Role.SYSTEM)
    assert told(letter(MessageKind.CANCELLED, about=over)).expired


def test_an_offer_says_what_is_offered_and_until_when() -> None:
    about = entry(until=NOW + HOUR)
    found = told(letter(MessageKind.OFFER, about=about))
    assert about.offer is not None
    assert (found.start, found.offer_until, found.entry_id) == (about.offer.start, NOW + HOUR, about.id)


def test_of_what_is_gone_nothing_can_be_said() -> None:
    assert notice(Letter(row=letter().row), now=NOW) is None


async def test_an_agenda_is_of_the_day_on_the_providers_wall_clock() -> None:
    days = Days(bookings_of_day=[booking(NOW + HOUR), booking(NOW + 2 * HOUR, Status.PENDING)])
    of = letter(MessageKind.AGENDA, recipient=Recipient.PROVIDER, day=date(2026, 5, 4), booking_id=None)
    found = await agenda(of, days, now=NOW)
    assert found is not None
    assert [(line.start, line.customer, line.service, line.pending) for line in found.agenda] == [
        (NOW + HOUR, "Ana", "Corte", False),
        (NOW + 2 * HOUR, "Ana", "Corte", True),
    ]
    (asked,) = days.asked
    assert (asked.start_from, asked.start_until) == (
        datetime(2026, 5, 4, 3, tzinfo=UTC),
        datetime(2026, 5, 5, 3, tzinfo=UTC),
    )
    days.bookings_of_day = [booking(NOW + HOUR, Status.CANCELLED)]
    assert await agenda(of, days, now=NOW) is None
