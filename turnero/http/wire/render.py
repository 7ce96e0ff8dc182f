"""How the engine's records become the API's shapes, every instant in its calendar's own zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET

from turnero.engine import ports
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.domain.policy import Policy
from turnero.engine.runtime import answers
from turnero.http.wire import shapes

_encoder = msgspec.json.Encoder()

# Of a shorter address its end would be all of it.
_SHOWN_CHARS_MIN = 6


def encode(answer: object) -> bytes:
    """Write an answer as JSON."""
    return _encoder.encode(answer)


@lru_cache(maxsize=1024)  # There are some 600 zones; the bound is only there so that it is one.
def zone(name: str) -> tzinfo:
    """Return the IANA zone `name`, which the engine has accepted before."""
    return ZoneInfo(name)


def in_zone(value: object, tz: tzinfo) -> object:
    """Return `value` with every instant in it, however deep, in the zone `tz`, and every struct as an object."""
    match value:
        case datetime():
            return value.astimezone(tz)
        case msgspec.Struct():
            return members(value, tz)
        case Mapping():
            return {str(key): in_zone(member, tz) for key, member in value.items()}
        case list() | tuple() | set() | frozenset():
            return [in_zone(member, tz) for member in value]
        case _:
            return value


def members(value: msgspec.Struct, tz: tzinfo) -> dict[str, object]:
    """Return a struct as the object that it is on the wire, its instants in the zone `tz`."""
    names = zip(value.__struct_encode_fields__, value.__struct_fields__, strict=True)
    pairs = ((wire_name, getattr(value, name)) for wire_name, name in names)
    return {wire_name: in_zone(member, tz) for wire_name, member in pairs if member is not UNSET}


def refusal_data(data: Mapping[str, object]) -> dict[str, object]:
    """Return a refusal's data as it is sent: instants in `data["timeZone"]`, or in UTC where none is named."""
    name = data.get("timeZone")
    tz = zone(name) if isinstance(name, str) else UTC
    return {key: in_zone(value, tz) for key, value in data.items()}


def business(record: ports.Business) -> shapes.Business:
    return shapes.Business(
        id=record.id,
        name=record.name,
        slug=record.slug,
        time_zone=record.time_zone,
        locale=record.locale,
        vertical=record.vertical,
        holidays=record.holidays,
        address=record.address,
        phone=record.phone,
        policy=record.policy.over(Policy()),
        policy_override=record.policy,
        created_at=record.created_at.astimezone(zone(record.time_zone)),
    )


def service(record: ports.Service) -> shapes.Service:
    return shapes.Service(
        id=record.id,
        business_id=record.business_id,
        name=record.name,
        duration_minutes=record.duration_minutes,
        buffer_before_minutes=record.buffer_before_minutes,
        buffer_after_minutes=record.buffer_after_minutes,
        price=record.price,
        capacity=record.capacity,
        created_at=record.created_at.astimezone(UTC),
    )


def own_provider(card: answers.ProviderCard) -> shapes.Provider:
    """Return a provider's card as those see it who may write it."""
    return msgspec.structs.replace(provider(card), phone=card.provider.phone or UNSET)


def provider(card: answers.ProviderCard) -> shapes.Provider:
    record = card.provider
    return shapes.Provider(
        id=record.id,
        business_id=record.business_id,
        name=record.name,
        service_ids=record.service_ids,
        time_zone=card.time_zone,
        policy=card.policy,
        policy_override=record.policy,
        sequence=card.sequence,
        created_at=record.created_at.astimezone(zone(card.time_zone)),
    )


def schedule(answer: answers.ScheduleAnswer) -> shapes.ProviderSchedule:
    tz = zone(answer.time_zone)
    return shapes.ProviderSchedule(
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        weekly=answer.schedule.weekly,
        breaks=answer.schedule.breaks,
        exceptions=answer.schedule.exceptions,
        time_off=tuple(
            shapes.TimeOff(id=off.id, start=off.start.astimezone(tz), end=off.end.astimezone(tz), reason=off.reason)
            for off in answer.time_off
        ),
        sequence=answer.sequence,
    )


def hours(answer: answers.HoursAnswer) -> shapes.OpenDays:
    tz = zone(answer.time_zone)
    return shapes.OpenDays(
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        days=tuple(
            shapes.OpenDay(
                date=day.date,
                holiday=day.holiday,
                open=tuple(
                    shapes.Interval(start=one.start.astimezone(tz), end=one.end.astimezone(tz)) for one in day.open
                ),
            )
            for day in answer.days
        ),
        sequence=answer.sequence,
    )


def time_off(answer: answers.TimeOffAnswer) -> shapes.CalendarTimeOff:
    tz = zone(answer.time_zone)
    return shapes.CalendarTimeOff(
        id=answer.time_off.id,
        start=answer.time_off.start.astimezone(tz),
        end=answer.time_off.end.astimezone(tz),
        reason=answer.time_off.reason,
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        sequence=answer.sequence,
    )


def slots(answer: answers.SlotsAnswer) -> shapes.Slots:
    tz = zone(answer.time_zone)
    return shapes.Slots(
        time_zone=answer.time_zone,
        sequence=answer.sequence,
        days=tuple(
            shapes.Day(
                date=day.date,
                slots=tuple(
                    shapes.Slot(start=s.start.astimezone(tz), end=s.end.astimezone(tz), provider_id=s.provider_id)
                    for s in day.slots
                ),
            )
            for day in answer.days
        ),
    )


def hold(answer: answers.HoldAnswer) -> shapes.Hold:
    tz = zone(answer.time_zone)
    held = answer.hold
    return shapes.Hold(
        id=held.id,
        provider_id=answer.provider_id,
        service_id=held.service_id,
        start=held.start.astimezone(tz),
        end=held.end.astimezone(tz),
        expires_at=held.expires_at.astimezone(tz),
        time_zone=answer.time_zone,
        sequence=held.sequence,
    )


def booking(record: ports.BookingRecord) -> shapes.Booking:
    tz = zone(record.time_zone)
    return shapes.Booking(
        id=record.id,
        business_id=record.business_id,
        provider_id=record.provider_id,
        service_id=record.service_id,
        customer_id=record.customer_id,
        start=record.start.astimezone(tz),
        end=record.end.astimezone(tz),
        status=record.status,
        revision=record.revision,
        sequence=record.sequence,
        price=record.price,
        note=record.note,
        series_id=record.series_id,
        session_id=record.session_id,
        cancelled_by=record.cancelled_by,
        cancel_reason=record.cancel_reason,
        stars=record.stars,
        acknowledged_at=None if record.acknowledged_at is None else record.acknowledged_at.astimezone(tz),
        time_zone=record.time_zone,
        created_at=record.created_at.astimezone(tz),
        policy=record.policy,
    )


def bookings(page: ports.Page) -> shapes.Items[shapes.Booking]:
    return shapes.Items(items=tuple(booking(record) for record in page.items), next_cursor=page.next_cursor)


def event(recorded: Recorded, provider_id: str, tz: tzinfo) -> shapes.Event:
    # The idempotency key and fingerprint stay inside: they belong to the one who sent the request.
    return shapes.Event(
        sequence=recorded.sequence,
        provider_id=provider_id,
        at=recorded.at.astimezone(tz),
        by=shapes.By(role=recorded.actor.role, subject=recorded.actor.subject),
        type=type(recorded.event).__name__,
        data=members(recorded.event, tz),
    )


def events(answer: answers.EventsAnswer) -> shapes.Events:
    tz = zone(answer.time_zone)
    # An empty part after the end says nothing about where to go on: stay at the end.
    last = answer.events[-1].sequence if answer.events else answer.sequence
    return shapes.Events(
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        sequence=answer.sequence,
        items=tuple(event(recorded, answer.provider_id, tz) for recorded in answer.events),
        next_cursor=str(last) if last < answer.sequence else None,
    )


def message(record: ports.MessageRecord, tz: tzinfo) -> shapes.Message:
    return shapes.Message(
        id=record.id,
        booking_id=record.booking_id,
        entry_id=record.entry_id,
        kind=record.kind,
        recipient=record.recipient,
        before=record.before,
        channel=record.channel,
        address=None if record.address is None else _masked(record.address),
        status=record.status,
        due_at=record.due_at.astimezone(tz),
        next_at=record.next_at.astimezone(tz) if record.status is MessageStatus.PLANNED else None,
        sent_at=record.sent_at.astimezone(tz) if record.sent_at is not None else None,
        attempts=record.attempts,
        error=record.error,
    )


def _masked(address: str) -> str:
    """Return enough of an address for whoever knows it to recognise it: "…0101", "…@example.com"."""
    name, at, host = address.rpartition("@")
    return f"…@{host}" if at and name else f"…{address[-4:]}" if len(address) > _SHOWN_CHARS_MIN else "…"


def waitlist_entry(entry: ports.Entry) -> shapes.WaitlistEntry:
    tz = zone(entry.time_zone)
    return shapes.WaitlistEntry(
        id=entry.id,
        business_id=entry.business_id,
        provider_id=entry.provider_id,
        service_id=entry.service_id,
        customer_id=entry.customer_id,
        first=entry.wish.first,
        last=entry.wish.last,
        part_of_day=entry.wish.part_of_day,
        status=entry.status,
        position=entry.position,
        offer=None if entry.offer is None else _offer(entry.offer, tz),
        booking_id=entry.booking_id,
        time_zone=entry.time_zone,
        created_at=entry.created_at.astimezone(tz),
    )


def _offer(offer: ports.Offer, tz: tzinfo) -> shapes.WaitlistOffer:
    return shapes.WaitlistOffer(
        provider_id=offer.provider_id,
        hold_id=offer.hold_id,
        start=offer.start.astimezone(tz),
        end=offer.end.astimezone(tz),
        until=offer.until.astimezone(tz),
    )


def api_key(record: ports.ApiKey) -> shapes.ApiKey:
    return shapes.ApiKey(
        id=record.id,
        business_id=record.business_id,
        name=record.name,
        created_at=record.created_at.astimezone(UTC),
        revoked_at=record.revoked_at.astimezone(UTC) if record.revoked_at is not None else None,
    )


def issued_api_key(issued: answers.IssuedApiKey) -> shapes.IssuedApiKey:
    record = issued.api_key
    return shapes.IssuedApiKey(
        id=record.id,
        business_id=record.business_id,
        name=record.name,
        created_at=record.created_at.astimezone(UTC),
        revoked_at=None,
        secret=issued.secret,
    )


def ready(readiness: answers.Readiness) -> shapes.Ready:
    return shapes.Ready(status="ok", at=readiness.at.astimezone(UTC), active_calendars=readiness.active_calendars)
