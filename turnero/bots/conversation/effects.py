"""What a conversation wants done, and what comes of it. The driver does it through `BookingService`.

Every effect is answered with one outcome, which goes back into `step` like anything that a person does. Between the
two nothing is kept: after a crash the same message is stepped through again, and the engine's idempotency answers as
before.
"""

from __future__ import annotations

from datetime import date, datetime

from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.value import BookingId, CustomerId, EntryId, HoldId, ProviderId, ServiceId, Value
from turnero.engine.domain.waitlist import PartOfDay

# --- What is seen ----------------------------------------------------------------------------------------------------


class FreeSlot(Value):
    """A start that can be booked, and with whom."""

    start: datetime
    end: datetime
    provider_id: ProviderId


class Appointment(Value):
    """A booking as its customer, or its provider, sees it. `late_after` is when its customer may no longer cancel."""

    id: BookingId
    service_id: ServiceId
    provider_id: ProviderId
    start: datetime
    end: datetime
    status: Status
    price: Money | None
    late_after: datetime
    rated: bool = False
    customer_name: str = ""
    customer_phone: str | None = None


class Waiting(Value):
    """A place in the line, and the slot that is offered to it right now, if any."""

    id: EntryId
    service_id: ServiceId
    provider_id: ProviderId | None
    first: date
    last: date
    position: int | None
    offer: FreeSlot | None = None
    offer_until: datetime | None = None


# --- What a customer's conversation wants ----------------------------------------------------------------------------


class Identify(Value, tag="identify"):
    """Find out who has this telephone number, which the channel vouches for. Answered with `Met`."""

    phone: str


class FindSlots(Value, tag="find_slots"):
    """Look for free slots on local dates, inclusive, at most 31; of anybody if `provider_id` is None.

    With `booking_id`, as if that booking were not there: it is to be moved. Answered with `SlotsFound`.
    """

    service_id: ServiceId
    provider_id: ProviderId | None
    first: date
    last: date
    booking_id: BookingId | None = None


class FindMine(Value, tag="find_mine"):
    """Look for what the person has ahead, had lately, and waits for. Answered with `MineFound`."""


class Hold(Value, tag="hold"):
    """Keep a slot while they make up their mind. Answered with `Held` or `Refused`."""

    service_id: ServiceId
    slot: FreeSlot


class Release(Value, tag="release"):
    """Give a held slot back. Answered with `Done`, always."""

    hold_id: HoldId


class Book(Value, tag="book"):
    """Book. `name`, and `phone` as they wrote it, are what is new about the person. `Booked` or `Refused`."""

    service_id: ServiceId
    slot: FreeSlot
    hold_id: HoldId | None = None
    name: str | None = None
    phone: str | None = None
    note: str = ""


class Cancel(Value, tag="cancel"):
    """Cancel a booking as its customer, or as its provider if the provider is talking. `Cancelled` or `Refused`."""

    booking_id: BookingId
    reason: str = ""


class Move(Value, tag="move"):
    """Move a booking to another slot, maybe of another provider. Answered with `Moved` or `Refused`."""

    booking_id: BookingId
    slot: FreeSlot


class Acknowledge(Value, tag="acknowledge"):
    """Say that the customer has answered a reminder: they will come. Answered with `Acknowledged` or `Refused`."""

    booking_id: BookingId


class Join(Value, tag="join"):
    """Get in line. Answered with `Joined` or `Refused`."""

    service_id: ServiceId
    provider_id: ProviderId | None
    first: date
    last: date
    part_of_day: PartOfDay | None = None
    name: str | None = None
    phone: str | None = None


class Leave(Value, tag="leave"):
    """Get out of line. Answered with `Done` or `Refused`."""

    entry_id: EntryId


class Accept(Value, tag="accept"):
    """Take what the line offers. Answered with `Booked` or `Refused`."""

    entry_id: EntryId


class Pass(Value, tag="pass"):
    """Let what the line offers go to the next one. Answered with `Done` or `Refused`."""

    entry_id: EntryId


class Rate(Value, tag="rate"):
    """Rate a visit. Answered with `Done` or `Refused`."""

    booking_id: BookingId
    stars: int
    comment: str = ""


class HandOver(Value, tag="hand_over"):
    """Let a person of the business know that somebody wants to talk to them. Answered with `HandedOver`."""

    said: str


class SetMuted(Value, tag="set_muted"):
    """Stop, or take up again, messages of our own accord on this channel. Answered with `Done`."""

    muted: bool


# --- What a provider's conversation wants ----------------------------------------------------------------------------


class FindAgenda(Value, tag="find_agenda"):
    """Look at the provider's own bookings on local dates, inclusive. Answered with `AgendaFound`."""

    first: date
    last: date


class Block(Value, tag="block"):
    """Close a stretch of the provider's own calendar. Answered with `Done` or `Refused(bookings_in_the_way)`."""

    start: datetime
    end: datetime
    reason: str = ""


class Complete(Value, tag="complete"):
    """The customer came. Answered with `Done` or `Refused`."""

    booking_id: BookingId


class MarkNoShow(Value, tag="mark_no_show"):
    """The customer did not come. Answered with `Done` or `Refused`."""

    booking_id: BookingId


Effect = (
    Identify
    | FindSlots
    | FindMine
    | Hold
    | Release
    | Book
    | Cancel
    | Move
    | Acknowledge
    | Join
    | Leave
    | Accept
    | Pass
    | Rate
    | HandOver
    | SetMuted
    | FindAgenda
    | Block
    | Complete
    | MarkNoShow
)

# --- What comes of it ------------------------------------------------------------------------------------------------


class Met(Value, tag="met"):
    """Who somebody is: comes before the first message of a conversation, and after `Identify`.

    `name` is the one the business knows, or what the channel says; `sure_of_name` tells which. `provider_id` says that
    the person works here, and is talking as such. `usual` is what they booked last.
    """

    customer_id: CustomerId
    name: str = ""
    sure_of_name: bool = False
    phone: str | None = None
    provider_id: ProviderId | None = None
    language: str | None = None
    usual: tuple[ServiceId, ProviderId] | None = None


class SlotsFound(Value, tag="slots_found"):
    """Free slots by start. `first` and `last` are the dates that were asked for."""

    first: date
    last: date
    slots: tuple[FreeSlot, ...]


class MineFound(Value, tag="mine_found"):
    """Live bookings ahead by start, past visits of late (newest first), and places in line."""

    ahead: tuple[Appointment, ...]
    past: tuple[Appointment, ...]
    waiting: tuple[Waiting, ...]


class Held(Value, tag="held"):
    hold_id: HoldId
    slot: FreeSlot
    until: datetime


class Booked(Value, tag="booked"):
    appointment: Appointment


class Cancelled(Value, tag="cancelled"):
    appointment: Appointment


class Moved(Value, tag="moved"):
    appointment: Appointment


class Acknowledged(Value, tag="acknowledged"):
    appointment: Appointment


class Joined(Value, tag="joined"):
    waiting: Waiting


class Done(Value, tag="done"):
    """It is done, and there is nothing more to say about it."""


class HandedOver(Value, tag="handed_over"):
    """Somebody was asked for. `told` tells whether anybody of the business is there to hear of it in a chat."""

    told: bool


class Refused(Value, tag="refused"):
    """The engine said no. `code` is one of `errors.CONFLICTS`, or `not_found`, `forbidden`, `invalid`.

    `suggested` are the nearest free slots where the refusal is about a time; `deadline` tells when it became too late.
    """

    code: str
    suggested: tuple[FreeSlot, ...] = ()
    deadline: datetime | None = None
    in_the_way: tuple[Appointment, ...] = ()


class AgendaFound(Value, tag="agenda_found"):
    first: date
    last: date
    appointments: tuple[Appointment, ...]


Outcome = (
    Met
    | SlotsFound
    | MineFound
    | Held
    | Booked
    | Cancelled
    | Moved
    | Acknowledged
    | Joined
    | Done
    | HandedOver
    | Refused
    | AgendaFound
)
