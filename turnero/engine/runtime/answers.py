"""What `BookingService` answers with, beside the records of `turnero.engine.ports`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from turnero.engine.domain.analytics import Analytics
from turnero.engine.domain.booking import Hold, Slot
from turnero.engine.domain.events import Recorded
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.domain.schedule import Schedule, TimeOff
from turnero.engine.domain.value import BusinessId, ProviderId, ServiceId, SessionId, Value
from turnero.engine.ports import ApiKey, BookingRecord, Page, Provider


class ProviderCard(Value):
    """A provider, the zone and policy that are in force for them, and the number of their calendar's last event."""

    provider: Provider
    time_zone: str
    policy: Policy
    sequence: int


class Interval(Value):
    """From `start` until just before `end`."""

    start: datetime
    end: datetime


class ScheduleAnswer(Value):
    provider_id: ProviderId
    time_zone: str
    schedule: Schedule
    time_off: tuple[TimeOff, ...]
    sequence: int


class OpenDay(Value):
    """When a provider is open on a local date; `holiday`: it is a public one, where they live."""

    date: date
    holiday: bool
    open: tuple[Interval, ...]


class HoursAnswer(Value):
    provider_id: ProviderId
    time_zone: str
    days: tuple[OpenDay, ...]
    sequence: int


class TimeOffAnswer(Value):
    provider_id: ProviderId
    time_zone: str
    time_off: TimeOff
    sequence: int


class DaySlots(Value):
    date: date
    slots: tuple[Slot, ...]


class SlotsAnswer(Value):
    """Free slots by local date. `sequence` is null when several calendars were asked."""

    time_zone: str
    sequence: int | None
    days: tuple[DaySlots, ...]


class AvailabilityAnswer(Value):
    """Whether a start can be booked (`code` is None), or why not, with the nearest free slots."""

    provider_id: ProviderId
    time_zone: str
    code: str | None
    suggested: tuple[Slot, ...]
    sequence: int


class HoldAnswer(Value):
    provider_id: ProviderId
    time_zone: str
    hold: Hold


class BookingsAnswer(Value):
    """Bookings that were made, moved or cancelled together, and what of the series was not. `ref` names what of."""

    ref: str
    provider_id: ProviderId
    time_zone: str
    bookings: tuple[BookingRecord, ...]
    skipped: tuple[Skipped, ...]
    moved: tuple[Moved, ...]
    sequence: int


class SessionAnswer(Value):
    """A session and who is or was in it. Once everybody has left, nobody knows any more how many places it had."""

    id: SessionId
    business_id: BusinessId
    provider_id: ProviderId
    service_id: ServiceId
    time_zone: str
    start: datetime
    end: datetime
    capacity: int | None
    free_places: int | None
    participants: Page
    sequence: int


class EventsAnswer(Value):
    """Part of a calendar's stream, and the number of its last event."""

    provider_id: ProviderId
    time_zone: str
    sequence: int
    events: Sequence[Recorded]


class HistoryEntry(Value):
    """One event about a booking, and the calendar in which it happened."""

    provider_id: ProviderId
    recorded: Recorded


class IssuedApiKey(Value):
    """A new API key with its secret, which is shown once and kept nowhere."""

    api_key: ApiKey
    secret: str


class AnalyticsAnswer(Value):
    """Figures of the local dates `first` to `last`, inclusive, which have seen the event numbered `sequence`."""

    provider_id: ProviderId
    time_zone: str
    first: date
    last: date
    sequence: int
    analytics: Analytics


class Readiness(Value):
    at: datetime
    active_calendars: int
