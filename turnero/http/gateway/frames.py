"""Every frame of the stream: what clients may say, what they are answered, and what is pushed to them.

The two tables at the end are the whole protocol. The AsyncAPI document is generated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

from turnero.engine.domain import limits
from turnero.engine.domain.booking import Role, Status
from turnero.engine.domain.value import BookingId, HoldId, ProviderId, ServiceId, Value, ValueMeta
from turnero.engine.runtime.requests import CustomerRef, Instant, Text
from turnero.http.wire import shapes

# A name that a client gives a frame. Long enough for a UUID with a prefix; each one is remembered for a while.
FRAME_ID_CHARS_MAX = 64
# Our own tokens take some 250; a token with many claims of its own still fits.
TOKEN_CHARS_MAX = 4_096

FrameId = Annotated[str, Meta(min_length=1, max_length=FRAME_ID_CHARS_MAX)]

_ID = Meta(min_length=1, max_length=200)
_Provider = Annotated[ProviderId, _ID]
_Service = Annotated[ServiceId, _ID]
_Booking = Annotated[BookingId, _ID]
_Hold = Annotated[HoldId, _ID]
_Key = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=limits.IDEMPOTENCY_KEY_CHARS_MAX,
        pattern=r"^[ -~]+$(?!\n)",
        description="A repeat under the same key gets the first answer, for 24 hours, over HTTP as well.",
    ),
]
_Sequence = Annotated[int, Meta(ge=0, le=2**63 - 1, description="The number of a calendar's event.")]


# --- What clients say ---------------------------------------------------------------------------------------------


class Auth(Value):
    """Say who you are: the first frame, unless the address had a ticket. Later: prolong the session."""

    token: Annotated[str, Meta(min_length=1, max_length=TOKEN_CHARS_MAX)]


class Ping(Value):
    """Ask whether the other side is there; for pages, whose WebSockets cannot say so themselves."""


class OfProvider(Value):
    """Name a calendar."""

    provider_id: _Provider


class CheckAvailability(Value):
    """Ask whether a service can start at an instant, by name the same as over HTTP."""

    provider_id: _Provider
    service_id: _Service
    start_time: Instant


class CreateLive(Value):
    """Book. A customer's own token needs no `customer`."""

    provider_id: _Provider
    service_id: _Service
    start_time: Instant
    customer: CustomerRef | None = None
    hold_id: _Hold | None = None
    idempotency_key: _Key | None = None


class Transition(Value):
    """Confirm, cancel or complete a booking, or record that nobody came. A `reason` goes with a cancellation."""

    booking_id: _Booking
    new_status: Status
    reason: Text | None = None
    idempotency_key: _Key | None = None

    def __post_init__(self) -> None:
        if self.reason and self.new_status is not Status.CANCELLED:
            raise ValueError("`reason` goes with CANCELLED only")


class Reschedule(Value):
    """Move a booking to another start."""

    booking_id: _Booking
    start: Instant
    idempotency_key: _Key | None = None


class RequestSync(Value):
    """Ask for what happened after the last number that you saw."""

    provider_id: _Provider
    since_sequence: _Sequence


Command = Auth | Ping | OfProvider | CheckAvailability | CreateLive | Transition | Reschedule | RequestSync


# --- What they are answered, and what is pushed -------------------------------------------------------------------


class Data(msgspec.Struct, metaclass=ValueMeta, frozen=True, kw_only=True, rename="camel"):
    """The `data` of a frame that we send. It may grow members; readers ignore what they do not know."""


class Nothing(Data):
    """Nothing more to say."""


class Identified(Data):
    """Who you are here, and until when; then send `auth` with a fresh token, or the session ends."""

    role: Role
    subject: str
    business_id: str | None
    expires_at: shapes.Instant


class Subscribed(Data):
    """Pushes of this calendar begin after this number."""

    provider_id: str
    sequence: _Sequence


class Named(Data):
    """The calendar that was named."""

    provider_id: str


class Presence(Data):
    """Whether a provider has a session of their own, in any process."""

    provider_id: str
    online: bool


class ChangeKind(StrEnum):
    """What became of a stretch of time: somebody has it, nobody has it any more, or other hours apply in it."""

    TAKEN = "taken"
    FREED = "freed"
    SCHEDULE = "schedule"


class Change(Data, gc=False):
    """A stretch of a calendar, `[start, end)`, buffers included."""

    kind: ChangeKind
    start: shapes.Instant
    end: shapes.Instant


class AvailabilityUpdated(Data):
    """One event of a calendar, as anybody may know it. Every event is pushed, so that numbers have no gaps."""

    provider_id: str
    sequence: _Sequence
    changes: tuple[Change, ...]


class LiveBooking(shapes.Booking, kw_only=True):
    """A booking as it is pushed: `note` and `cancelReason` are left out where there is one. Read them over HTTP."""

    note: str | UnsetType = UNSET  # type: ignore[assignment]  # a narrower promise than a booking that was asked for
    cancel_reason: str | None | UnsetType = UNSET  # type: ignore[assignment]  # likewise


class CalendarUpdated(Data):
    """One event of a calendar, as its staff may know it, and the booking that it was about, if it was about one."""

    provider_id: str
    sequence: _Sequence
    type: Annotated[str, Meta(examples=["AppointmentBooked"])]
    at: shapes.Instant
    by: shapes.By
    data: shapes.Json
    booking: LiveBooking | None


class FreshView(Data):
    """A calendar for whoever has missed more than is kept: what is busy, and for staff the live bookings.

    `bookings` is null for those who may not know of them.
    """

    time_zone: str
    begins: shapes.Instant = msgspec.field(name="from")
    ends: shapes.Instant = msgspec.field(name="to")
    busy: tuple[Change, ...]
    bookings: tuple[LiveBooking, ...] | None


# msgspec tells unions of objects apart by a tag, which these need not have: a reader knows what it is.
_EITHER_KIND = {
    "items": {
        "anyOf": [
            {"$ref": "#/components/schemas/CalendarUpdated"},
            {"$ref": "#/components/schemas/AvailabilityUpdated"},
        ]
    }
}


class SyncData(Data):
    """What happened after a number, up to `sequence`; or, where that is too much or too long ago, a fresh view.

    For staff each event is a `calendar:updated`, its `booking` as it is by now; for others an `availability:updated`.
    """

    provider_id: str
    sequence: _Sequence
    complete: bool
    events: Annotated[tuple[Data, ...], Meta(extra_json_schema=_EITHER_KIND)]
    view: FreshView | None = None


class Availability(Data):
    """Whether the service can start then; `code` says why not, as a refusal would."""

    available: bool
    code: str | None
    suggested_slots: tuple[shapes.Slot, ...]
    sequence: _Sequence


class Booked(Data):
    booking: shapes.Booking


class Refused(Data):
    """Why not. `code` is stable, `data` is for programs: the same as over HTTP."""

    code: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
    detail: str
    data: shapes.Json


class ConflictData(Refused):
    """The state of the calendar says no. `suggestedSlots` are the nearest free ones, if it is about a time."""

    suggested_slots: tuple[shapes.Slot, ...]


Answer = (
    Nothing | Identified | Subscribed | Named | Presence | SyncData | Availability | Booked | Refused | ConflictData
)
Push = AvailabilityUpdated | CalendarUpdated | Presence


class Frame(msgspec.Struct, frozen=True, omit_defaults=True):
    """The envelope of whatever we send. `id` is that of the client's frame which it answers."""

    event: str
    data: Data
    id: str | None = None


class Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The envelope of whatever clients send. What `data` is depends on `event`."""

    event: Annotated[str, Meta(min_length=1, max_length=64)]
    id: FrameId | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Exchange(NamedTuple):
    """A row of the protocol: what a client says, the event and data of the answer, and what is pushed from then on."""

    says: type[Value]
    answer: str
    answers: type[Data]
    summary: str
    pushes: str | None = None
    conflicts: bool = False


ERROR = "error"
CONFLICT = "booking:conflict"
AVAILABILITY_UPDATED = "availability:updated"
CALENDAR_UPDATED = "calendar:updated"
PRESENCE_UPDATED = "presence:updated"


def _row(
    event: str,
    says: type[Value],
    answers: type[Data],
    summary: str,
    *,
    pushes: str | None = None,
    conflicts: bool = False,
) -> tuple[str, Exchange]:
    return event, Exchange(says, f"{event}:ok", answers, summary, pushes, conflicts)


EXCHANGES: Mapping[str, Exchange] = dict(
    [
        _row("auth", Auth, Identified, "Say who you are, or prolong the session"),
        _row("ping", Ping, Nothing, "Ask whether the server is there"),
        _row(
            "availability:subscribe",
            OfProvider,
            Subscribed,
            "Hear when time in a calendar is taken or freed",
            pushes=AVAILABILITY_UPDATED,
        ),
        _row("availability:unsubscribe", OfProvider, Named, "Hear no more of that"),
        _row(
            "calendar:subscribe",
            OfProvider,
            Subscribed,
            "Hear everything that happens in a calendar: for its provider, its owner and admins",
            pushes=CALENDAR_UPDATED,
        ),
        _row("calendar:unsubscribe", OfProvider, Named, "Hear no more of that"),
        _row(
            "presence:subscribe", OfProvider, Presence, "Hear when a provider comes and goes", pushes=PRESENCE_UPDATED
        ),
        _row("presence:unsubscribe", OfProvider, Named, "Hear no more of that"),
        _row("booking:check-availability", CheckAvailability, Availability, "Ask whether a slot is free"),
        _row("booking:create-live", CreateLive, Booked, "Book a slot", conflicts=True),
        _row("booking:transition", Transition, Booked, "Change a booking's status", conflicts=True),
        _row("booking:reschedule", Reschedule, Booked, "Move a booking", conflicts=True),
        (
            "reconnect:request-sync",
            Exchange(RequestSync, "reconnect:sync-data", SyncData, "Get what you missed while you were away"),
        ),
    ]
)

PUSHES: Mapping[str, type[Data]] = {
    AVAILABILITY_UPDATED: AvailabilityUpdated,
    CALENDAR_UPDATED: CalendarUpdated,
    PRESENCE_UPDATED: Presence,
}
