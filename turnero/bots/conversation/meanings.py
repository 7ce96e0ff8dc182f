"""What a choice means: a value that says what to do when it is picked, and all that is needed to do it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from turnero.bots.conversation.effects import FreeSlot
from turnero.bots.understanding import Topic, Understood
from turnero.engine.domain.value import BookingId, EntryId, ProviderId, ServiceId, Value


class Errand(StrEnum):
    """What needs no more than a word."""

    BOOK = "book"
    CONFIRM = "confirm"
    DROP = "drop"
    OTHER_TIME = "other_time"
    OTHER_DAY = "other_day"
    LATER = "later"
    EARLIER = "earlier"
    SOONEST = "soonest"
    CARRY_ON = "carry_on"
    WAIT = "wait"
    LIST = "list"
    PERSON = "person"
    UNDO = "undo"
    MENU = "menu"


class Deed(StrEnum):
    """What can be done to an existing booking."""

    SHOW = "show"
    CANCEL = "cancel"
    CANCEL_SURELY = "cancel_surely"
    KEEP = "keep"
    MOVE = "move"
    ACKNOWLEDGE = "acknowledge"
    COMPLETE = "complete"
    NO_SHOW = "no_show"


class Run(Value, tag="run"):
    """Do an errand."""

    errand: Errand


class TakeService(Value, tag="take_service"):
    service_id: ServiceId


class TakeStaff(Value, tag="take_staff"):
    """Be served by somebody; by anybody if `provider_id` is None."""

    provider_id: ProviderId | None


class TakeDays(Value, tag="take_days"):
    """Come on one of these dates, inclusive."""

    first: date
    last: date


class TakeSlot(Value, tag="take_slot"):
    slot: FreeSlot


class TakeUsual(Value, tag="take_usual"):
    """Have the same again, with the same person."""

    service_id: ServiceId
    provider_id: ProviderId


class TakeBooking(Value, tag="take_booking"):
    """Do something to an existing booking. `said` is how it is to be changed, as far as that was said already."""

    deed: Deed
    booking_id: BookingId
    said: Understood = Understood()


class LeaveLine(Value, tag="leave_line"):
    entry_id: EntryId


class AcceptOffer(Value, tag="accept_offer"):
    entry_id: EntryId


class PassOffer(Value, tag="pass_offer"):
    entry_id: EntryId


class RateVisit(Value, tag="rate_visit"):
    booking_id: BookingId
    stars: int


class Tell(Value, tag="tell"):
    """Say something about the business."""

    topic: Topic


Meaning = (
    Run
    | TakeService
    | TakeStaff
    | TakeDays
    | TakeSlot
    | TakeUsual
    | TakeBooking
    | LeaveLine
    | AcceptOffer
    | PassOffer
    | RateVisit
    | Tell
)
