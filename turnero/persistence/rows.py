"""The statements of the hot path, compiled once, and the rows that fill them.

Plain tuples whose order is that of the names beside them, with no conversion layer in between.
"""

from __future__ import annotations

import msgspec

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Booking
from turnero.engine.domain.calendar import to_us
from turnero.engine.domain.codec import encode_event
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Batch, BookingText, Customer, Provider, RequestKey
from turnero.persistence import bulk, schema
from turnero.persistence.bulk import BIGINT, TEXT, Row
from turnero.persistence.customers import folded
from turnero.persistence.projection import Message
from turnero.persistence.types import storable

_json = msgspec.json.Encoder()


def _text(value: object) -> str:
    return _json.encode(value).decode()


# The order is the same for everybody, so that two writers on PostgreSQL cannot wait for each other. On SQLite there
# is one writer at a time, who said BEGIN IMMEDIATE; FOR UPDATE is unknown there.
_HEADS = (
    "SELECT provider_id, number, epoch, sequence FROM calendars "
    "WHERE provider_id IN (SELECT given.provider_id FROM SOURCE) ORDER BY provider_id"
)
HEADS = {
    "sqlite": bulk.Rows({"provider_id": TEXT}, _HEADS),
    "postgresql": bulk.Rows({"provider_id": TEXT}, f"{_HEADS} FOR UPDATE"),
}

HOLDING = bulk.Rows(
    {"provider_id": TEXT, "epoch": BIGINT},
    "SELECT calendars.provider_id FROM calendars JOIN SOURCE ON calendars.provider_id = given.provider_id "
    "AND calendars.epoch = given.epoch",
)

# The fence once more, in the statement that moves a calendar on: only from where its batches begin, only by the
# epoch's owner.
ADVANCE = bulk.Rows(
    {
        "provider_id": TEXT,
        "epoch": BIGINT,
        "before": BIGINT,
        "sequence": BIGINT,
        "business_id": TEXT,
        "next_deadline": BIGINT,
    },
    "UPDATE calendars SET sequence = given.sequence, business_id = given.business_id, "
    "next_deadline = given.next_deadline FROM SOURCE WHERE calendars.provider_id = given.provider_id "
    'AND calendars.epoch = given.epoch AND calendars.sequence = given."before"',
)


def advance_row(first: Batch, last: Batch) -> Row:
    deadline = last.after.next_deadline()
    return (
        first.provider_id,
        first.epoch,
        first.before,
        last.after.sequence,
        last.after.business_id,
        None if deadline is None else to_us(deadline),
    )


EVENTS = bulk.insert(
    schema.events,
    ["provider_id", "sequence", "at", "actor", "type", "version", "body", "key", "fingerprint", "booking_id"],
)


def event_row(provider_id: ProviderId, recorded: Recorded) -> Row:
    stored = encode_event(recorded.event)
    return (
        provider_id,
        recorded.sequence,
        to_us(recorded.at),
        _text(recorded.actor),
        stored.type,
        stored.version,
        stored.body,
        None if recorded.key is None else storable(recorded.key),
        recorded.fingerprint,
        ev.booking_of(recorded.event),
    )


BOOKINGS = bulk.upsert(
    schema.bookings,
    [
        "id",
        "business_id",
        "provider_id",
        "service_id",
        "customer_id",
        "start",
        "end",
        "status",
        "revision",
        "sequence",
        "price_amount",
        "price_currency",
        "series_id",
        "session_id",
        "cancelled_by",
        "created_at",
        "policy",
        "stars",
        "acknowledged_at",
        "time_zone",
    ],
)


def booking_row(batch: Batch, booking: Booking) -> Row:
    return (
        booking.id,
        batch.after.business_id,
        batch.provider_id,
        booking.service_id,
        booking.customer_id,
        to_us(booking.start),
        to_us(booking.end),
        booking.status,
        booking.revision,
        booking.sequence,
        None if booking.price is None else booking.price.amount,
        None if booking.price is None else booking.price.currency,
        booking.series_id,
        booking.session_id,
        booking.cancelled_by,
        to_us(booking.created_at),
        _text(booking.policy),
        booking.stars,
        None if booking.acknowledged_at is None else to_us(booking.acknowledged_at),
        batch.after.terms.time_zone,
    )


SESSIONS = bulk.Rows(
    {"id": TEXT},
    "SELECT id, session_id FROM bookings WHERE session_id IS NOT NULL AND id IN (SELECT given.id FROM SOURCE)",
)

VACATE = bulk.Rows(
    {"calendar": BIGINT, "ref": TEXT},
    "DELETE FROM occupancies WHERE (calendar, ref) IN (SELECT given.calendar, given.ref FROM SOURCE)",
)
OCCUPY = bulk.insert(schema.occupancies, ["calendar", "ref", "starts_s", "ends_s"])

# A reply of a conversation stays: whoever is talking hears all that was said, in order.
UNSEND = bulk.Rows(
    {"booking_id": TEXT},
    "UPDATE outbox SET status = 'cancelled' "
    "WHERE status = 'planned' AND NOT reply AND booking_id IN (SELECT given.booking_id FROM SOURCE)",
)
UNSEND_REMINDERS = bulk.Rows(
    {"booking_id": TEXT},
    "UPDATE outbox SET status = 'cancelled' "
    "WHERE status = 'planned' AND kind = 'reminder' AND booking_id IN (SELECT given.booking_id FROM SOURCE)",
)
_OUTBOX = [
    "booking_id",
    "entry_id",
    "provider_id",
    "business_id",
    "sequence",
    "kind",
    "before",
    "recipient",
    "day",
    "status",
    "due_at",
    "next_at",
]
OUTBOX = bulk.insert(schema.outbox, _OUTBOX)
# There is one of a provider's day. Planned again it may come at another time, unless it has gone out.
AGENDAS = bulk.insert(
    schema.outbox,
    _OUTBOX,
    conflict="(provider_id, day) WHERE day IS NOT NULL "
    "DO UPDATE SET due_at = excluded.due_at, next_at = excluded.next_at "
    "WHERE outbox.status = 'planned' AND outbox.due_at <> excluded.due_at",
)


def outbox_row(message: Message) -> Row:
    batch, planned = message.batch, message.planned
    return (
        planned.booking_id,
        planned.entry_id,
        batch.provider_id,
        batch.after.business_id,
        batch.after.sequence,
        planned.kind,
        planned.before,
        planned.recipient,
        None if planned.day is None else planned.day.isoformat(),
        message.status,
        to_us(planned.due_at),
        to_us(planned.due_at),
    )


CUSTOMERS = bulk.upsert(
    schema.customers,
    ["business_id", "id", "name", "phone", "phone_key", "email", "locale", "created_at", "folded"],
)
PROVIDERS = bulk.upsert(
    schema.providers, ["id", "business_id", "name", "service_ids", "time_zone", "policy", "created_at", "phone"]
)
TEXTS = bulk.upsert(schema.booking_texts, ["booking_id", "kind", "body"])
# Not an upsert: a key that is there already belongs to somebody's first answer.
REQUESTS = bulk.insert(schema.requests, ["scope", "key", "fingerprint", "answer", "at"])


def customer_row(customer: Customer) -> Row:
    return (
        customer.business_id,
        customer.id,
        storable(customer.name),
        _maybe(customer.phone),
        _maybe(customer.phone_key),
        _maybe(customer.email),
        _maybe(customer.locale),
        to_us(customer.created_at),
        storable(folded(customer.name, customer.phone, customer.phone_key)),
    )


def provider_row(provider: Provider) -> Row:
    return (
        provider.id,
        provider.business_id,
        storable(provider.name),
        _text(provider.service_ids),
        provider.time_zone,
        _text(provider.policy),
        to_us(provider.created_at),
        provider.phone,
    )


def text_row(text: BookingText) -> Row:
    return text.booking_id, text.kind, storable(text.body)


def request_row(request: RequestKey) -> Row:
    return (
        storable(request.scope),
        storable(request.key),
        request.fingerprint,
        storable(request.answer),
        to_us(request.at),
    )


def _maybe(text: str | None) -> str | None:
    return None if text is None else storable(text)
