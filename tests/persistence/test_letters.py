"""What is known of a message's recipient when its turn comes: how they can be reached, and do not want to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from sqlalchemy import select

from tests.contracts.pen import BUSINESS, NOW, a_booking, a_pen, booked
from turnero.engine.domain.messages import MessageKind, Planned, Recipient
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.value import CustomerId, ProviderId
from turnero.engine.ports import Customer, Provider
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.ports.outbox import Letter
from turnero.engine.ports.push import PushSubscription
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.outbox import SqlOutbox
from turnero.persistence.schema import outbox

ANA, MARTIN = CustomerId("cus_1"), ProviderId("prv_1")


@pytest.fixture
async def planned(database: Database) -> Database:
    """A booking of Ana's with Martín, of which both are to be told."""
    pen = await a_pen(SqlJournal(database))
    booking = a_booking(customer=ANA)
    ana = Customer(
        id=ANA,
        business_id=BUSINESS,
        name="Ana",
        phone=None,
        phone_key=None,
        email="ana@example.org",
        locale=None,
        created_at=NOW,
    )
    martin = Provider(
        id=MARTIN,
        business_id=BUSINESS,
        name="Martín",
        service_ids=(),
        time_zone=None,
        policy=PolicyOverride(),
        created_at=NOW,
    )
    messages = [Planned(kind=MessageKind.BOOKED, due_at=NOW, booking_id=booking.id, recipient=to) for to in Recipient]
    batch = pen.batch(booked(booking), attachments=[ana, martin], messages=messages)
    await SqlJournal(database).append([batch])
    return database


async def letters(database: Database) -> dict[Recipient, Letter]:
    ids = await database.read(lambda connection: connection.scalars(select(outbox.c.id)).all())
    found: Sequence[Letter] = await SqlOutbox(database).letters(ids)
    return {letter.row.recipient: letter for letter in found}


def device(person: str, at: datetime = NOW) -> PushSubscription:
    return PushSubscription(
        person=person, endpoint=f"https://push.example/{person}", p256dh="B" * 87, auth="a" * 22, created_at=at
    )


async def test_whoever_has_said_nothing_has_no_wishes_and_no_device(planned: Database) -> None:
    for letter in (await letters(planned)).values():
        assert (letter.wishes, letter.has_device, letter.unwanted) == (MessagingPreferences(), False, False)


async def test_a_customer_s_wishes_are_theirs_and_not_their_provider_s(planned: Database) -> None:
    wishes = MessagingPreferences(channels=("email",), opted_out=("sms",))
    await SqlCatalogue(planned).put_messaging(BUSINESS, ANA, wishes)
    found = await letters(planned)
    assert found[Recipient.CUSTOMER].wishes == wishes
    assert found[Recipient.CUSTOMER].unwanted
    assert found[Recipient.PROVIDER].wishes == MessagingPreferences()


@pytest.mark.parametrize(("person", "recipient"), [(ANA, Recipient.CUSTOMER), (MARTIN, Recipient.PROVIDER)])
async def test_a_device_is_of_one_person(planned: Database, person: str, recipient: Recipient) -> None:
    await SqlCatalogue(planned).add_push_subscription(device(person))
    assert [to for to, letter in (await letters(planned)).items() if letter.has_device] == [recipient]
