"""A letter as a notice: what the words of a message are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from turnero.bots.conversation.notices import AgendaLine, Notice
from turnero.engine.domain.booking import LIVE, Role, Status
from turnero.engine.domain.hours import wall_instant, zone
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.value import BusinessId, CustomerId, instant
from turnero.engine.ports import (
    BookingFilter,
    BookingRecord,
    Business,
    Customer,
    Entry,
    Offer,
    Page,
    Provider,
    Service,
)
from turnero.engine.ports.outbox import REPLY, Letter

# More than anybody's day has: quarters of an hour, round the clock, are 96.
APPOINTMENTS_A_DAY_MAX = 200

# On the wall clock, in minutes since the day began.
_NOON, _MIDNIGHT = 12 * 60, 24 * 60


class Agendas(Protocol):
    """Where a provider's day is looked up: a part of the catalogue."""

    async def bookings(self, where: BookingFilter, *, limit: int, cursor: str | None) -> Page: ...

    async def customers_by_id(self, business_id: BusinessId, ids: Sequence[CustomerId]) -> Sequence[Customer]: ...

    async def services(self, business_id: BusinessId) -> Sequence[Service]: ...


def notice(letter: Letter, *, now: datetime) -> Notice | None:
    """Return what a message about a booking, or an offer, says; None if what it is about is not there any more."""
    if letter.booking is not None:
        return _about_booking(letter, letter.booking, now)
    if letter.entry is not None and letter.entry.offer is not None:
        return _about_offer(letter, letter.entry, letter.entry.offer, now)
    return None


async def agenda(letter: Letter, agendas: Agendas, *, now: datetime) -> Notice | None:
    """Return what a provider's day brings; None if there is nothing in it: that needs no message."""
    row, business, provider = letter.row, letter.business, letter.provider
    assert row.day is not None, row.id
    if business is None or provider is None:
        return None
    time_zone = provider.time_zone or business.time_zone
    tz = zone(time_zone)
    where = BookingFilter(
        provider_id=provider.id,
        start_from=instant(wall_instant(tz, row.day, 0)),
        start_until=instant(wall_instant(tz, row.day, _MIDNIGHT)),
    )
    page = await agendas.bookings(where, limit=APPOINTMENTS_A_DAY_MAX, cursor=None)
    live = [booking for booking in page.items if booking.status in LIVE]
    if not live:
        return None
    customers = await agendas.customers_by_id(business.id, [booking.customer_id for booking in live])
    names = {customer.id: customer.name for customer in customers}
    services = {service.id: service.name for service in await agendas.services(business.id)}
    noon = instant(wall_instant(tz, row.day, _NOON))
    return Notice(
        kind=MessageKind.AGENDA,
        recipient=row.recipient,
        locale=business.locale,
        time_zone=time_zone,
        now=now,
        start=noon,
        end=noon,
        business=business.name,
        provider=provider.name,
        service="",
        customer="",
        agenda=tuple(
            AgendaLine(
                start=booking.start,
                customer=names.get(booking.customer_id, ""),
                service=services.get(booking.service_id, ""),
                pending=booking.status is Status.PENDING,
            )
            for booking in live
        ),
    )


def _about_booking(letter: Letter, booking: BookingRecord, now: datetime) -> Notice | None:
    if letter.business is None or letter.row.kind == REPLY:
        return None
    by_customer = booking.cancelled_by is Role.CUSTOMER
    # Whoever gave a reason need not be told it.
    own_reason = by_customer is (letter.row.recipient is Recipient.CUSTOMER)
    cancelled = booking.status is Status.CANCELLED
    return Notice(
        kind=letter.row.kind,
        recipient=letter.row.recipient,
        locale=_locale(letter, letter.business),
        time_zone=booking.time_zone,
        now=now,
        start=booking.start,
        end=booking.end,
        business=letter.business.name,
        provider=_name(letter.provider),
        service=_name(letter.service),
        customer=_name(letter.customer),
        booking_id=booking.id,
        before=letter.row.before,
        status=booking.status,
        # A revision counts the times it was given, from 1; cancelling it is a change as well.
        sequence=booking.revision - 1 + cancelled,
        price=booking.price,
        address=letter.business.address,
        phone=letter.business.phone,
        cancelled_by_customer=by_customer,
        expired=booking.cancelled_by is Role.SYSTEM,
        acknowledged=booking.acknowledged_at is not None,
        reason=booking.cancel_reason if cancelled and not own_reason else None,
    )


def _about_offer(letter: Letter, entry: Entry, offer: Offer, now: datetime) -> Notice | None:
    if letter.business is None or letter.row.kind == REPLY:
        return None
    return Notice(
        kind=letter.row.kind,
        recipient=letter.row.recipient,
        locale=_locale(letter, letter.business),
        time_zone=entry.time_zone,
        now=now,
        start=offer.start,
        end=offer.end,
        business=letter.business.name,
        provider=_name(letter.provider),
        service=_name(letter.service),
        customer=_name(letter.customer),
        entry_id=entry.id,
        address=letter.business.address,
        phone=letter.business.phone,
        offer_until=offer.until,
    )


def _locale(letter: Letter, business: Business) -> str:
    """Return the recipient's: as they gave it, or as they talk, or the business's."""
    if letter.row.recipient is Recipient.CUSTOMER and letter.customer is not None and letter.customer.locale:
        return letter.customer.locale
    return next((chat.language for chat in letter.chats if chat.language is not None), business.locale)


def _name(card: Provider | Service | Customer | None) -> str:
    return "" if card is None else card.name
