"""What has happened in a calendar. Events are past tense, numbered without gaps, and never name a person but by id."""

from __future__ import annotations

from datetime import date, datetime

from turnero.engine.domain.booking import Actor, Booking, Hold, Role, Terms
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.domain.schedule import Schedule, TimeOff
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    EntryId,
    HoldId,
    ProviderId,
    SeriesId,
    SessionId,
    TimeOffId,
    Value,
)


class CalendarOpened(Value):
    business_id: BusinessId
    terms: Terms


class TermsChanged(Value):
    terms: Terms


class ScheduleChanged(Value):
    schedule: Schedule


class TimeOffAdded(Value):
    time_off: TimeOff


class TimeOffRemoved(Value):
    time_off_id: TimeOffId


class SlotHeld(Value):
    hold: Hold


class HoldReleased(Value):
    """`entry_id` is the waitlist's entry that the hold was offered to, if it was an offer. So in the two below."""

    hold_id: HoldId
    entry_id: EntryId | None = None


class HoldExpired(Value):
    hold_id: HoldId
    entry_id: EntryId | None = None


class AppointmentBooked(Value):
    """A booking was made. `evolve` sets its `sequence` from the number of the event itself.

    `capacity` is the number of places of the session that it is in, 1 where it has none. `hold_id` is the hold that
    it used up.
    """

    booking: Booking
    hold_id: HoldId | None = None
    capacity: int = 1
    entry_id: EntryId | None = None


class AppointmentConfirmed(Value):
    booking_id: BookingId


class AppointmentCancelled(Value):
    booking_id: BookingId
    by: Role
    reasoned: bool = False


class AppointmentExpired(Value):
    """A pending booking that nobody confirmed in time. Its status becomes CANCELLED, by the system."""

    booking_id: BookingId


class AppointmentCompleted(Value):
    booking_id: BookingId


class AppointmentMissed(Value):
    """The customer did not come (NO_SHOW)."""

    booking_id: BookingId


class AppointmentRescheduled(Value):
    booking_id: BookingId
    start: datetime
    end: datetime
    previous_start: datetime
    by: Role
    session_id: SessionId | None = None
    capacity: int = 1
    pending_until: datetime | None = None


class AppointmentResized(Value):
    """It begins when it did, and takes longer, or less time. Its revision stays: nobody has to come at another time."""

    booking_id: BookingId
    end: datetime
    previous_end: datetime


class AppointmentMovedOut(Value):
    booking_id: BookingId
    to: ProviderId


class AppointmentMovedIn(Value):
    """The booking as it is from now on, with its new time and revision."""

    booking: Booking
    origin: ProviderId
    previous_start: datetime
    capacity: int = 1


class AppointmentAcknowledged(Value):
    """Its customer said that they will come. A booking that is moved afterwards loses it."""

    booking_id: BookingId


class AppointmentNoted(Value):
    """Its note was written, changed, or taken away (`noted` false). The text is beside the journal."""

    booking_id: BookingId
    noted: bool


class AppointmentRated(Value):
    booking_id: BookingId
    stars: int
    commented: bool = False


class SeriesBooked(Value):
    """A series was booked: the last word on what the `AppointmentBooked`s before it belong to.

    `skipped` are the occurrences that were left out; `moved` those that were booked at another time of their day.
    """

    series_id: SeriesId
    booking_ids: tuple[BookingId, ...]
    skipped: tuple[Skipped, ...] = ()
    moved: tuple[Moved, ...] = ()


class SeriesCancelled(Value):
    """What was live of a series from `since` on was cancelled, by the events before this one; `kept` was not."""

    series_id: SeriesId
    since: date
    booking_ids: tuple[BookingId, ...]
    kept: tuple[Skipped, ...] = ()


class SeriesMoved(Value):
    """Bookings of a series were moved by as much, by the events before this one."""

    series_id: SeriesId
    booking_ids: tuple[BookingId, ...]


class GroupBooked(Value):
    """A session was set up with the people whom the events before this one booked."""

    session_id: SessionId
    booking_ids: tuple[BookingId, ...]


Event = (
    CalendarOpened
    | TermsChanged
    | ScheduleChanged
    | TimeOffAdded
    | TimeOffRemoved
    | SlotHeld
    | HoldReleased
    | HoldExpired
    | AppointmentBooked
    | AppointmentConfirmed
    | AppointmentCancelled
    | AppointmentExpired
    | AppointmentCompleted
    | AppointmentMissed
    | AppointmentRescheduled
    | AppointmentResized
    | AppointmentMovedOut
    | AppointmentMovedIn
    | AppointmentAcknowledged
    | AppointmentNoted
    | AppointmentRated
    | SeriesBooked
    | SeriesCancelled
    | SeriesMoved
    | GroupBooked
)


class Recorded(Value):
    """An event in its place: its number in the calendar, when, by whom, and under which idempotency key.

    One command may cause several events; `key` and `fingerprint` stand on the last of them.
    """

    sequence: int
    at: datetime
    actor: Actor
    event: Event
    key: str | None = None
    fingerprint: str = ""


def booking_of(event: Event) -> BookingId | None:
    """Return the id of the booking that `event` is about, if it is about one."""
    match event:
        case AppointmentBooked(booking=booking) | AppointmentMovedIn(booking=booking):
            return booking.id
        case (
            AppointmentConfirmed(booking_id=booking_id)
            | AppointmentCancelled(booking_id=booking_id)
            | AppointmentExpired(booking_id=booking_id)
            | AppointmentCompleted(booking_id=booking_id)
            | AppointmentMissed(booking_id=booking_id)
            | AppointmentRescheduled(booking_id=booking_id)
            | AppointmentResized(booking_id=booking_id)
            | AppointmentMovedOut(booking_id=booking_id)
            | AppointmentAcknowledged(booking_id=booking_id)
            | AppointmentNoted(booking_id=booking_id)
            | AppointmentRated(booking_id=booking_id)
        ):
            return booking_id
        case _:
            return None
