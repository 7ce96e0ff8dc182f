"""What it takes to send messages, beside the messages: a few questions to the database for however many of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from turnero.engine.domain.messages import Recipient
from turnero.engine.domain.value import ProviderId, ServiceId
from turnero.engine.ports import BookingRecord, Business, Customer, Entry, Provider, Service
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.ports.outbox import Address, Letter, OutboxRow, Reach
from turnero.persistence.bookings import RECORDS, booking_record
from turnero.persistence.catalogue import business_record, service_record
from turnero.persistence.customers import CUSTOMER
from turnero.persistence.gathering import gathered
from turnero.persistence.messaging import wishes_of
from turnero.persistence.push import with_devices
from turnero.persistence.schema import (
    bookings,
    businesses,
    closed_addresses,
    conversations,
    customers,
    providers,
    services,
    waitlist,
)
from turnero.persistence.waitlist import entry_record

_REACH = (
    conversations.c.channel,
    conversations.c.person,
    conversations.c.heard_at,
    conversations.c.language,
    conversations.c.muted,
    conversations.c.blocked,
)

# A person in a business: a customer, or a provider.
_Person = tuple[str, str]


class _About(NamedTuple):
    """What a message is about."""

    row: OutboxRow
    booking: BookingRecord | None
    entry: Entry | None

    @property
    def service_id(self) -> ServiceId | None:
        about = self.booking or self.entry
        return None if about is None else about.service_id

    @property
    def provider_id(self) -> ProviderId | None:
        if self.booking is not None:
            return self.booking.provider_id
        offer = None if self.entry is None else self.entry.offer
        return self.row.provider_id if offer is None else offer.provider_id

    @property
    def customer(self) -> _Person | None:
        about = self.booking or self.entry
        return None if about is None else (about.business_id, about.customer_id)

    @property
    def recipient(self) -> _Person | None:
        if self.row.recipient is Recipient.CUSTOMER:
            return self.customer
        return None if self.provider_id is None else (self.row.business_id, self.provider_id)


def complete(connection: Connection, rows: Sequence[OutboxRow]) -> Sequence[Letter]:
    """Return `rows` as letters, in order. A reply brings along all that it needs."""
    notices = [row for row in rows if not row.reply]
    if not notices:
        return [Letter(row=row) for row in rows]
    found_bookings = _bookings(connection, {row.booking_id for row in notices})
    found_entries = _entries(connection, {row.entry_id for row in notices})
    about = {
        row.id: _About(row, found_bookings.get(row.booking_id or ""), found_entries.get(row.entry_id or ""))
        for row in notices
    }
    cards = _Cards(connection, about.values())
    reaching = _Reaching(
        chats=_reaches(connection, about.values()),
        closed=_closed(connection, cards),
        wishes=wishes_of(connection, cards.customers),
        devices=with_devices(connection, {one.recipient[1] for one in about.values() if one.recipient is not None}),
    )
    return [_letter(about[row.id], cards, reaching) if row.id in about else Letter(row=row) for row in rows]


class _Reaching(NamedTuple):
    """How people can be reached, and do not want to be."""

    chats: Mapping[_Person, Sequence[Reach]]
    closed: set[Address]
    wishes: Mapping[_Person, MessagingPreferences]
    devices: set[str]


def _letter(about: _About, cards: _Cards, reaching: _Reaching) -> Letter:
    provider = cards.providers.get(about.provider_id or "")
    customer = None if about.customer is None else cards.customers.get(about.customer)
    known = {customer.phone, customer.email, customer.id} if customer is not None else set()
    known |= {provider.phone} if provider is not None else set()
    return Letter(
        row=about.row,
        business=cards.businesses.get(about.row.business_id),
        provider=provider,
        service=cards.services.get(about.service_id or ""),
        booking=about.booking,
        entry=about.entry,
        customer=customer,
        chats=tuple(reaching.chats.get(about.recipient, ()) if about.recipient is not None else ()),
        closed=frozenset(address for address in reaching.closed if address.address in known),
        wishes=_wishes(about, reaching.wishes),
        has_device=about.recipient is not None and about.recipient[1] in reaching.devices,
    )


def _wishes(about: _About, wishes: Mapping[_Person, MessagingPreferences]) -> MessagingPreferences:
    if about.row.recipient is not Recipient.CUSTOMER or about.customer is None:
        return MessagingPreferences()
    return wishes.get(about.customer, MessagingPreferences())


class _Cards:
    """The cards of all that some messages are about."""

    def __init__(self, connection: Connection, abouts: Iterable[_About]) -> None:
        abouts = list(abouts)
        self.businesses: dict[str, Business] = {
            row.id: business_record(row)
            for row in _by_id(connection, businesses, {about.row.business_id for about in abouts})
        }
        self.providers: dict[str, Provider] = {
            row.id: Provider(**row._asdict())
            for row in _by_id(connection, providers, {about.provider_id for about in abouts})
        }
        self.services: dict[str, Service] = {
            row.id: service_record(row) for row in _by_id(connection, services, {about.service_id for about in abouts})
        }
        people = {person for about in abouts if (person := about.customer) is not None}
        query = select(*CUSTOMER).where(
            customers.c.business_id.in_({business_id for business_id, _ in people}),
            customers.c.id.in_({customer_id for _, customer_id in people}),
        )
        self.customers: dict[_Person, Customer] = (
            {(row.business_id, row.id): Customer(**row._asdict()) for row in gathered(connection, query)}
            if people
            else {}
        )


def _bookings(connection: Connection, ids: Iterable[str | None]) -> dict[str, BookingRecord]:
    known = {one for one in ids if one is not None}
    query = RECORDS.where(bookings.c.id.in_(known))
    return {row.id: booking_record(row) for row in gathered(connection, query)} if known else {}


def _entries(connection: Connection, ids: Iterable[str | None]) -> dict[str, Entry]:
    return {row.id: entry_record(row) for row in _by_id(connection, waitlist, ids)}


def _reaches(connection: Connection, abouts: Iterable[_About]) -> dict[_Person, list[Reach]]:
    """Return the conversations of each recipient, the one heard of last first."""
    reaches: dict[_Person, list[Reach]] = {}
    for recipient, column in (
        (Recipient.CUSTOMER, conversations.c.customer_id),
        (Recipient.PROVIDER, conversations.c.provider_id),
    ):
        people = {a.recipient for a in abouts if a.row.recipient is recipient and a.recipient is not None}
        if not people:
            continue
        query = select(conversations.c.business_id, column.label("whose"), *_REACH).where(
            conversations.c.business_id.in_({b for b, _ in people}), column.in_({p for _, p in people})
        )
        in_order = sorted(gathered(connection, query), key=lambda row: (row.channel, row.person))
        for row in sorted(in_order, key=lambda row: row.heard_at, reverse=True):
            reach = Reach(**{column.name: getattr(row, column.name) for column in _REACH})
            reaches.setdefault((row.business_id, row.whose), []).append(reach)
    return reaches


def _closed(connection: Connection, cards: _Cards) -> set[Address]:
    """Return the addresses, of all that are known of these people, that nothing is to be sent to."""
    given = {address for one in cards.customers.values() for address in (one.phone, one.email, one.id) if address}
    given |= {one.phone for one in cards.providers.values() if one.phone}
    if not given:
        return set()
    query = select(closed_addresses).where(closed_addresses.c.address.in_(given))
    return {Address(row.channel, row.address) for row in gathered(connection, query)}


def _by_id(connection: Connection, table: Any, ids: Iterable[str | None]) -> Iterable[Any]:  # noqa: ANN401 - SQLAlchemy types a table's columns as Any
    known = {one for one in ids if one is not None}
    return gathered(connection, select(table).where(table.c.id.in_(known))) if known else ()
