"""A notice to send through a channel, as a courier would have it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace

from turnero.bots.conversation.notices import Notice, render
from turnero.bots.ports import Outgoing
from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.value import BookingId, EntryId

NOW = datetime(2026, 5, 6, 15, 0, tzinfo=UTC)  # a Wednesday, noon in Buenos Aires
TOMORROW_AT_TEN = datetime(2026, 5, 7, 13, 0, tzinfo=UTC)

_numbers = count(1)


def a_notice(kind: MessageKind, *, to: Recipient = Recipient.CUSTOMER, **changes: Any) -> Notice:
    notice = Notice(
        kind=kind,
        recipient=to,
        locale="es-AR",
        time_zone="America/Argentina/Buenos_Aires",
        now=NOW,
        start=TOMORROW_AT_TEN,
        end=TOMORROW_AT_TEN + timedelta(minutes=30),
        business="El Turno",
        provider="Martín",
        service="Corte",
        customer="Juan Pérez",
        booking_id=BookingId("bkg_0123456789abcdef0123456789abcdef"),
        entry_id=EntryId("wle_0123456789abcdef0123456789abcdef"),
        status=Status.CONFIRMED,
        price=Money(amount=1_800_000, currency="ARS"),
        address="Av. Corrientes 1234",
        offer_until=NOW + timedelta(minutes=10),
    )
    return replace(notice, **changes)


def on_its_way(notice: Notice, address: str) -> Outgoing:
    """Return a notice as it is handed to a channel."""
    return Outgoing(id=f"msg_{next(_numbers)}", address=address, reply=render(notice), notice=notice)
