"""What callers of `BookingService` hand in, parsed and bounded once, at the edge.

These are the request bodies of the API as well: camelCase, unknown fields refused, every length limited.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from turnero.engine.domain import limits
from turnero.engine.domain.booking import Actor, Money
from turnero.engine.domain.policy import PolicyOverride
from turnero.engine.domain.recurrence import OCCURRENCES_MAX, OnConflict, Pattern, Recurrence
from turnero.engine.domain.schedule import Reason
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, HoldId, ProviderId, ServiceId, Value
from turnero.engine.domain.waitlist import PartOfDay
from turnero.engine.ports.push import AuthSecret, PublicKey, is_push_service

# Aware, or refused: a naive datetime is a different instant on every machine.
Instant = Annotated[datetime, Meta(tz=True)]

Name = Annotated[str, Meta(min_length=1, max_length=limits.NAME_CHARS_MAX, pattern=r"\S")]
Text = Annotated[str, Meta(max_length=limits.TEXT_CHARS_MAX)]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$(?!\n)", examples=["el-turno"])]
ZoneName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="An IANA time zone.",
        examples=["America/Argentina/Buenos_Aires"],
    ),
]
Locale = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$(?!\n)", max_length=35, examples=["es-AR"])]
Holidays = Annotated[str, Meta(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$(?!\n)", examples=["AR"])]
Phone = Annotated[str, Meta(min_length=5, max_length=40, examples=["+54 9 11 2345-6789"])]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$(?!\n)", max_length=254)]
Vertical = Annotated[str, Meta(pattern=r"^[a-z][a-z-]{0,39}$(?!\n)", examples=["barber"])]
Minutes = Annotated[int, Meta(ge=1, le=limits.DURATION_MINUTES_MAX)]
BufferMinutes = Annotated[int, Meta(ge=0, le=limits.BUFFER_MINUTES_MAX)]


# Each is looked up by phone before the group is asked for; who has more people books some, and lets the others join.
PARTICIPANTS_MAX = 200


class Caller(Value):
    """Who asks, and the idempotency key that they gave, if any.

    `told_in_reply` says that they are told what comes of it in the answer itself, as in a chat. `vouched` says that a
    phone that they give as their own is theirs. One that is not vouched for is written down, and nobody is found by it.
    """

    actor: Actor
    key: str | None = None
    told_in_reply: bool = False
    vouched: bool = True


class NewBusiness(Value):
    name: Name
    time_zone: ZoneName
    locale: Locale = "es-AR"
    slug: Slug | None = None
    address: Text | None = None
    phone: Phone | None = None
    vertical: Vertical = "barber"
    holidays: Holidays | None = "AR"
    policy: PolicyOverride = PolicyOverride()


class BusinessChange(Value):
    name: Name | UnsetType = UNSET
    time_zone: ZoneName | UnsetType = UNSET
    locale: Locale | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    address: Text | None | UnsetType = UNSET
    phone: Phone | None | UnsetType = UNSET
    vertical: Vertical | UnsetType = UNSET
    holidays: Holidays | None | UnsetType = UNSET
    policy: PolicyOverride | UnsetType = UNSET


class NewService(Value):
    business_id: BusinessId
    name: Name
    duration_minutes: Minutes
    buffer_before_minutes: BufferMinutes = 0
    buffer_after_minutes: BufferMinutes = 0
    price: Money | None = None
    capacity: Annotated[int, Meta(ge=1, le=limits.CAPACITY_MAX)] = 1


class NewProvider(Value):
    business_id: BusinessId
    name: Name
    service_ids: Annotated[tuple[ServiceId, ...], Meta(max_length=limits.SERVICES_PER_PROVIDER_MAX)]
    time_zone: ZoneName | None = None
    policy: PolicyOverride = PolicyOverride()
    phone: Phone | None = None


class ProviderChange(Value):
    name: Name | UnsetType = UNSET
    service_ids: Annotated[tuple[ServiceId, ...], Meta(max_length=limits.SERVICES_PER_PROVIDER_MAX)] | UnsetType = UNSET
    time_zone: ZoneName | None | UnsetType = UNSET
    policy: PolicyOverride | UnsetType = UNSET
    phone: Phone | None | UnsetType = UNSET


class NewTimeOff(Value):
    start: Instant
    end: Instant
    reason: Reason | None = None
    force: bool = False


class SlotQuery(Value):
    """Free slots of one provider, or of any provider of a business, on dates `first` to `last`, inclusive."""

    service_id: ServiceId
    first: date
    last: date
    provider_id: ProviderId | None = None
    business_id: BusinessId | None = None
    limit: int | None = None
    booking_id: BookingId | None = None


class NewHold(Value):
    provider_id: ProviderId
    service_id: ServiceId
    start: Instant


class CustomerRef(Value):
    """A known customer by `id`, or a person by `name` and `phone`."""

    id: CustomerId | None = None
    name: Name | None = None
    phone: Phone | None = None
    email: Email | None = None
    locale: Locale | None = None

    def __post_init__(self) -> None:
        if self.id is None and (self.name is None or self.phone is None):
            raise ValueError("give either `id`, or `name` and `phone`")


class NewBooking(Value):
    """Book with one provider (`provider_id`), or with any provider of a business (`business_id`)."""

    service_id: ServiceId
    start: Instant
    provider_id: ProviderId | None = None
    business_id: BusinessId | None = None
    customer: CustomerRef | None = None
    note: Text = ""
    hold_id: HoldId | None = None
    override: bool = False

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.business_id is None):
            raise ValueError("give either `providerId` or `businessId`")


class NewEntry(Value):
    """Wait for a slot on dates `from` to `to`, inclusive, with one provider, or with any of a business."""

    service_id: ServiceId
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    provider_id: ProviderId | None = None
    business_id: BusinessId | None = None
    customer: CustomerRef | None = None
    part_of_day: PartOfDay | None = None

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.business_id is None):
            raise ValueError("give either `providerId` or `businessId`")


class NewSeries(Value):
    """Book a series with one provider: `pattern`, and `occurrences` or `endDate` (inclusive), or both."""

    provider_id: ProviderId
    service_id: ServiceId
    start: Instant = msgspec.field(name="startTime")
    pattern: Pattern
    occurrences: Annotated[int, Meta(ge=1, le=OCCURRENCES_MAX)] | None = None
    end_date: date | None = None
    on_conflict: OnConflict = OnConflict.FAIL
    customer: CustomerRef | None = None

    def __post_init__(self) -> None:
        if self.occurrences is None and self.end_date is None:
            raise ValueError("give `occurrences` or `endDate`")

    @property
    def recurrence(self) -> Recurrence:
        return Recurrence(pattern=self.pattern, occurrences=self.occurrences, end_date=self.end_date)


class NewGroup(Value):
    """Set up a session with a provider for several people; more may join until `max_participants` are in it."""

    provider_id: ProviderId
    service_id: ServiceId
    start: Instant = msgspec.field(name="startTime")
    max_participants: Annotated[int, Meta(ge=1, le=limits.CAPACITY_MAX)]
    participants: Annotated[tuple[CustomerRef, ...], Meta(min_length=1, max_length=PARTICIPANTS_MAX)]

    def __post_init__(self) -> None:
        if len(self.participants) > self.max_participants:
            raise ValueError("there are more `participants` than `maxParticipants`")


class PushKeys(Value):
    """What a browser lets its device be written to with."""

    p256dh: PublicKey
    auth: AuthSecret


class NewPushSubscription(Value):
    """What `PushSubscription.toJSON()` returns in a browser (https://www.w3.org/TR/push-api/)."""

    endpoint: Annotated[
        str, Meta(max_length=2_000, examples=["https://updates.push.services.mozilla.com/wpush/v2/..."])
    ]
    keys: PushKeys
    expiration_time: float | None = None

    def __post_init__(self) -> None:
        if not is_push_service(self.endpoint):
            raise ValueError("`endpoint` is at none of the push services that browsers use")


class NewApiKey(Value):
    business_id: BusinessId
    name: Name
