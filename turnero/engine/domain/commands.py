"""What can be asked of a calendar. Commands are imperative; ids and texts come from outside, `now` is an argument.

Personal data is not in here: a command says *that* there is a note (`noted`), its text travels beside it as an
attachment of the same transaction (see `turnero.engine.ports`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from turnero.engine.domain.booking import Actor, Booking, Status, Terms
from turnero.engine.domain.recurrence import OnConflict, Recurrence
from turnero.engine.domain.schedule import Schedule, TimeOff
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    EntryId,
    HoldId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
    TimeOffId,
    Value,
)


class OpenCalendar(Value):
    """Begin a provider's calendar. It has no working hours yet."""

    business_id: BusinessId
    terms: Terms


class ChangeTerms(Value):
    """Take over new terms from business and provider."""

    terms: Terms


class ChangeSchedule(Value):
    """Replace weekly hours, breaks and exceptions."""

    schedule: Schedule


class AddTimeOff(Value):
    """Close a stretch. Refused if live bookings are in it, unless `force`."""

    time_off: TimeOff
    force: bool = False


class RemoveTimeOff(Value):
    """Open a stretch again."""

    time_off_id: TimeOffId


class HoldSlot(Value):
    """Keep a free slot for the asker for the policy's `hold_minutes`."""

    hold_id: HoldId
    service_id: ServiceId
    start: datetime


class OfferSlot(Value):
    """Keep a free slot for an entry of the waitlist, for the policy's `offer_minutes`."""

    hold_id: HoldId
    entry_id: EntryId
    service_id: ServiceId
    customer_id: CustomerId
    start: datetime


class ReleaseHold(Value):
    """Give a held slot back. Releasing what is already over changes nothing."""

    hold_id: HoldId


class BookAppointment(Value):
    """Book a slot for a customer. `session_id` is used if a group's first booking starts a session.

    `override` (provider, owner, admin) sets hours, notice and grid aside, never another live booking or hold.
    """

    booking_id: BookingId
    session_id: SessionId
    service_id: ServiceId
    customer_id: CustomerId
    start: datetime
    hold_id: HoldId | None = None
    override: bool = False
    noted: bool = False


class ChangeStatus(Value):
    """Confirm, cancel, complete, or record a no-show, as `TRANSITIONS` and `MAY_BECOME` allow."""

    booking_id: BookingId
    to: Status
    reasoned: bool = False


class RescheduleAppointment(Value):
    """Move a booking to another start in the same calendar: same id, revision one higher."""

    booking_id: BookingId
    session_id: SessionId
    start: datetime
    override: bool = False


class ResizeAppointment(Value):
    """Let a booking take so many minutes from the start that it has. Nobody but the calendar is told."""

    booking_id: BookingId
    minutes: int


class MoveOut(Value):
    """Give a booking to another calendar. Committed together with that calendar's `MoveIn`, or not at all.

    `sequence` is the booking's as the other calendar was told of it: a booking that has changed since stays.
    """

    booking_id: BookingId
    sequence: int
    to: ProviderId


class MoveIn(Value):
    """Take a booking over from another calendar, at a new start."""

    booking: Booking
    session_id: SessionId
    origin: ProviderId
    start: datetime
    override: bool = False


class AcknowledgeAppointment(Value):
    """Say that one will come, as its customer, to what is still live. Saying it again changes nothing."""

    booking_id: BookingId


class NoteAppointment(Value):
    """Put another note beside a booking, whatever became of it, or take it away. Nobody but the calendar is told."""

    booking_id: BookingId
    noted: bool


class RateAppointment(Value):
    """Rate a completed booking, once, by its own customer."""

    booking_id: BookingId
    stars: int
    commented: bool = False


class Fresh(NamedTuple):
    """Ids for one more booking: its own, and its session's, if it is the first of a group."""

    booking_id: BookingId
    session_id: SessionId


class BookSeries(Value):
    """Book every occurrence of a recurrence for a customer, the first at `start`; all in one decision.

    `fresh` has ids for as many bookings as the recurrence may have occurrences.
    """

    series_id: SeriesId
    service_id: ServiceId
    customer_id: CustomerId
    start: datetime
    recurrence: Recurrence
    on_conflict: OnConflict
    fresh: tuple[Fresh, ...]


class CancelSeries(Value):
    """Cancel what is live of a series from a local date on; from today on where none is given."""

    series_id: SeriesId
    since: date | None = None


class MoveSeries(Value):
    """Move a booking of a series to `start`, and all that follow by as much on the wall clock."""

    series_id: SeriesId
    booking_id: BookingId
    start: datetime
    session_ids: tuple[SessionId, ...]


class Participant(NamedTuple):
    """One person of a group, and the id of the booking that is to be theirs."""

    booking_id: BookingId
    customer_id: CustomerId


class BookGroup(Value):
    """Set up a session with `capacity` places of its own, and book its first participants."""

    session_id: SessionId
    service_id: ServiceId
    start: datetime
    capacity: int
    participants: tuple[Participant, ...]


class JoinSession(Value):
    """Book a place in a session."""

    session_id: SessionId
    booking_id: BookingId
    customer_id: CustomerId


class MeetDeadlines(Value):
    """Let holds and pending bookings whose time is up come to their end."""


Command = (
    OpenCalendar
    | ChangeTerms
    | ChangeSchedule
    | AddTimeOff
    | RemoveTimeOff
    | HoldSlot
    | OfferSlot
    | ReleaseHold
    | BookAppointment
    | ChangeStatus
    | RescheduleAppointment
    | MoveOut
    | MoveIn
    | ResizeAppointment
    | AcknowledgeAppointment
    | NoteAppointment
    | RateAppointment
    | BookSeries
    | CancelSeries
    | MoveSeries
    | BookGroup
    | JoinSession
    | MeetDeadlines
)


class Request(Value):
    """A command, who asks, and the key under which a repeat is recognised.

    `key` is null when the caller gave none: then nobody can repeat the request, and nothing is remembered.
    `fingerprint` tells two requests under one key apart; it is computed at the edge from what the caller sent.
    `told_in_reply` says that the asker hears what comes of it in the answer itself: see `messages_after`.
    """

    command: Command
    actor: Actor
    key: str | None = None
    fingerprint: str = ""
    told_in_reply: bool = False
