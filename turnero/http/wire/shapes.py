"""The shapes that the API answers with: camelCase structs. The OpenAPI document is generated from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from turnero.engine.domain.booking import Money, Role, Status
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.policy import Policy, PolicyOverride
from turnero.engine.domain.schedule import DateException, WeeklyHours
from turnero.engine.domain.value import ValueMeta
from turnero.engine.domain.waitlist import PartOfDay
from turnero.engine.ports import EntryStatus

ItemT = TypeVar("ItemT")

Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339, with the offset of the provider's zone.")]
Number = Annotated[int, Meta(ge=0, description="The number of the calendar's event that this answer is as of.")]
Json = Annotated[dict[str, Any], Meta(description="An object whose members depend on the code or type beside it.")]


class Answer(msgspec.Struct, metaclass=ValueMeta, frozen=True, kw_only=True, rename="camel"):
    """A body that we send. Unlike a request it may grow fields, so readers must ignore what they do not know."""


class Business(Answer):
    """`policy` is in force; `policyOverride` is what this business itself has set."""

    id: str
    name: str
    slug: str
    time_zone: str
    locale: str
    vertical: str
    holidays: str | None
    address: str | None
    phone: str | None
    policy: Policy
    policy_override: PolicyOverride
    created_at: Instant


class Service(Answer):
    id: str
    business_id: str
    name: str
    duration_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    price: Money | None
    capacity: int
    created_at: Instant


class Provider(Answer):
    """`timeZone` and `policy` are in force; `policyOverride` is what this provider sets beside the business's.

    `phone`, if there is one, is told to whoever writes the card, and left out where everybody reads it.
    """

    id: str
    business_id: str
    name: str
    service_ids: tuple[str, ...]
    time_zone: str
    policy: Policy
    policy_override: PolicyOverride
    sequence: Number
    created_at: Instant
    phone: str | UnsetType = UNSET


class TimeOff(Answer):
    id: str
    start: Instant
    end: Instant
    reason: str | None


class CalendarTimeOff(TimeOff):
    """A time off, and the calendar that it is in."""

    provider_id: str
    time_zone: str
    sequence: Number


class ProviderSchedule(Answer):
    provider_id: str
    time_zone: str
    weekly: tuple[WeeklyHours, ...]
    breaks: tuple[WeeklyHours, ...]
    exceptions: tuple[DateException, ...]
    time_off: tuple[TimeOff, ...]
    sequence: Number


class Interval(Answer):
    """From `start` until just before `end`."""

    start: Instant
    end: Instant


class OpenDay(Answer):
    """When a provider is open on a date of their own calendar; `holiday`: it is a public one there."""

    date: date
    holiday: bool
    open: tuple[Interval, ...]


class OpenDays(Answer):
    """Opening hours by local date, public holidays considered, time off not."""

    provider_id: str
    time_zone: str
    days: tuple[OpenDay, ...]
    sequence: Number


class Slot(Answer, gc=False):
    start: Instant
    end: Instant
    provider_id: str


class Day(Answer):
    date: date
    slots: tuple[Slot, ...]


class Slots(Answer):
    """Free slots by local date. `sequence` is null where several calendars were asked."""

    time_zone: str
    sequence: int | None
    days: tuple[Day, ...]


class Hold(Answer):
    id: str
    provider_id: str
    service_id: str
    start: Instant
    end: Instant
    expires_at: Instant
    time_zone: str
    sequence: Number


class Booking(Answer):
    """A booking; `policy` is the one that was in force when it was made."""

    id: str
    business_id: str
    provider_id: str
    service_id: str
    customer_id: str
    start: Instant
    end: Instant
    status: Status
    revision: int
    sequence: Number
    price: Money | None
    note: str
    series_id: str | None
    session_id: str | None
    cancelled_by: Role | None
    cancel_reason: str | None
    stars: int | None
    acknowledged_at: Instant | None
    time_zone: str
    created_at: Instant
    policy: Policy


class By(Answer):
    """Who did something: a role, and the id of the one in it."""

    role: Role
    subject: str


class Event(Answer):
    """One event of a calendar: its number, when, by whom, and what."""

    sequence: int
    provider_id: str
    at: Instant
    by: By
    type: Annotated[str, Meta(examples=["AppointmentBooked"])]
    data: Json


# msgspec allows one type of text in a union, so this is not `MessageKind | Literal["reply"]`.
_Kind = Annotated[str, Meta(extra_json_schema={"enum": [*(kind.value for kind in MessageKind), "reply"]})]


class Message(Answer):
    """A message about a booking, about an entry of the waitlist, or in a conversation.

    `address` is where it went, all but its end left out. `nextAt` is when it is tried, for one that is planned. `error`
    says why the last try failed, or why it was not sent.
    """

    id: str
    booking_id: str | None
    entry_id: str | None
    kind: _Kind
    recipient: Recipient
    before: str | None
    channel: str | None
    address: str | None
    status: MessageStatus
    due_at: Instant
    next_at: Instant | None
    sent_at: Instant | None
    attempts: int
    error: str | None


class WaitlistOffer(Answer):
    """A slot that is held for one entry alone, until `until`."""

    provider_id: str
    hold_id: str
    start: Instant
    end: Instant
    until: Instant


class WaitlistEntry(Answer):
    """Somebody in line. `position` is 1 for the first of those who compete for the same; null once not waiting."""

    id: str
    business_id: str
    provider_id: str | None
    service_id: str
    customer_id: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    part_of_day: PartOfDay | None
    status: EntryStatus
    position: int | None
    offer: WaitlistOffer | None
    booking_id: str | None
    time_zone: str
    created_at: Instant


class ApiKey(Answer):
    id: str
    business_id: str
    name: str
    created_at: Instant
    revoked_at: Instant | None


class IssuedApiKey(ApiKey):
    """A new key. `secret` is shown this once; only its digest is kept."""

    secret: str


class Ticket(Answer):
    """Opens one stream, once, until `expiresAt`."""

    ticket: str
    expires_at: Instant


class Items(Answer, Generic[ItemT]):
    """One page. `nextCursor` is the `cursor` of the next one; null says that this is the last."""

    items: tuple[ItemT, ...]
    next_cursor: str | None = None


class Events(Answer):
    """Part of a calendar's stream. `nextCursor` is the `after` to go on with; `sequence` is the stream's end."""

    provider_id: str
    time_zone: str
    sequence: Number
    items: tuple[Event, ...]
    next_cursor: str | None


class Live(Answer):
    status: str = "ok"


class Ready(Answer):
    """`at` is the engine's clock, which may differ from the machine's in a demo."""

    status: str
    at: Instant
    active_calendars: int
