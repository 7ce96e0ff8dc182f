"""One event of every type, with every field said, as the golden files keep them.

A golden file is what a journal out there contains: it is never changed, only joined by the next version's. After
raising a version in `VERSIONS`, `python -m tests.engine.domain.golden_events` writes the files that are missing;
put what the old one is to be read as into `READ_AS`, if that is not today's example.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from msgspec.structs import replace

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Actor, Booking, Hold, Money, Role, ServiceTerms, Slot, Status, Terms
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.codec import VERSIONS, encode_event
from turnero.engine.domain.evolve import replay
from turnero.engine.domain.policy import Policy, QuietHours
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.domain.schedule import DateException, Hours, Schedule, TimeOff, Weekday, WeeklyHours
from turnero.engine.domain.snapshot import FORMAT, encode_snapshot
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
)

FOLDER = Path(__file__).parent / "golden"

_START = datetime(2026, 12, 1, 13, 0, tzinfo=UTC)
_END = datetime(2026, 12, 1, 13, 30, tzinfo=UTC)
_CREATED = datetime(2026, 11, 30, 12, 34, 56, 789_012, tzinfo=UTC)
_BOOKING = BookingId("bkg_1")

_POLICY = Policy(
    slot_step_minutes=10,
    min_notice_minutes=30,
    max_advance_days=90,
    cancellation_notice_minutes=720,
    auto_confirm=False,
    pending_minutes=120,
    hold_minutes=7,
    offer_minutes=20,
    max_reschedules=2,
    reminders=("PT24H", "PT1H30M"),
    quiet_hours=QuietHours(starts="22:30", ends="07:15"),
    agenda_at="06:45",
)

_TERMS = Terms(
    time_zone="America/Argentina/Buenos_Aires",
    holidays="AR",
    policy=_POLICY,
    services=(
        ServiceTerms(
            id=ServiceId("svc_1"),
            duration_minutes=30,
            buffer_before_minutes=5,
            buffer_after_minutes=10,
            price=Money(amount=1_200_000, currency="ARS"),
            capacity=4,
        ),
    ),
)

_MADE = Booking(
    id=_BOOKING,
    service_id=ServiceId("svc_1"),
    customer_id=CustomerId("cus_1"),
    start=_START,
    end=_END,
    status=Status.PENDING,
    policy=_POLICY,
    created_at=_CREATED,
    price=Money(amount=1_200_000, currency="ARS"),
    buffer_before_minutes=5,
    buffer_after_minutes=10,
    revision=2,
    sequence=17,
    session_id=SessionId("ses_1"),
    series_id=SeriesId("ser_1"),
    pending_until=_START,
    cancelled_by=Role.CUSTOMER,
    noted=True,
    reasoned=True,
    stars=5,
    acknowledged_at=_CREATED,
)

_HOLD = Hold(
    id=HoldId("hld_1"),
    service_id=ServiceId("svc_1"),
    holder="customer:cus_1",
    start=_START,
    end=_END,
    expires_at=_CREATED,
    buffer_before_minutes=5,
    buffer_after_minutes=10,
    sequence=18,
    entry_id=EntryId("wle_1"),
)

_SCHEDULE = Schedule(
    weekly=(WeeklyHours(day=Weekday.MO, opens="09:00", closes="24:00"),),
    breaks=(WeeklyHours(day=Weekday.MO, opens="13:00", closes="14:00"),),
    exceptions=(
        DateException(date=date(2026, 12, 24), hours=(Hours(opens="09:00", closes="12:00"),), reason="Nochebuena"),
        DateException(date=date(2026, 12, 31)),
    ),
)

_SERIES = SeriesId("ser_1")
_SKIPPED = Skipped(
    start=_START,
    code="slot_taken",
    suggested_slots=(Slot(start=_START, end=_END, provider_id=ProviderId("prv_1")),),
    booking_id=_BOOKING,
)
_MOVED = Moved(booking_id=_BOOKING, start=_START, moved_to=_END, code="slot_taken")

_OFF = TimeOffId("off_1")

EXAMPLES: Mapping[str, ev.Event] = {
    type(event).__name__: event
    for event in (
        ev.CalendarOpened(business_id=BusinessId("biz_1"), terms=_TERMS),
        ev.TermsChanged(terms=_TERMS),
        ev.ScheduleChanged(schedule=_SCHEDULE),
        ev.TimeOffAdded(time_off=TimeOff(id=_OFF, start=_START, end=_END, reason="Dentista")),
        ev.TimeOffRemoved(time_off_id=_OFF),
        ev.SlotHeld(hold=_HOLD),
        ev.HoldReleased(hold_id=_HOLD.id, entry_id=_HOLD.entry_id),
        ev.HoldExpired(hold_id=_HOLD.id, entry_id=_HOLD.entry_id),
        ev.AppointmentBooked(booking=_MADE, hold_id=_HOLD.id, capacity=4, entry_id=_HOLD.entry_id),
        ev.AppointmentConfirmed(booking_id=_BOOKING),
        ev.AppointmentCancelled(booking_id=_BOOKING, by=Role.OWNER, reasoned=True),
        ev.AppointmentExpired(booking_id=_BOOKING),
        ev.AppointmentCompleted(booking_id=_BOOKING),
        ev.AppointmentMissed(booking_id=_BOOKING),
        ev.AppointmentRescheduled(
            booking_id=_BOOKING,
            start=_START,
            end=_END,
            previous_start=_CREATED,
            by=Role.PROVIDER,
            session_id=SessionId("ses_2"),
            capacity=4,
            pending_until=_START,
        ),
        ev.AppointmentResized(booking_id=_BOOKING, end=_END, previous_end=_START),
        ev.AppointmentMovedOut(booking_id=_BOOKING, to=ProviderId("prv_2")),
        ev.AppointmentMovedIn(booking=_MADE, origin=ProviderId("prv_1"), previous_start=_CREATED, capacity=4),
        ev.AppointmentAcknowledged(booking_id=_BOOKING),
        ev.AppointmentNoted(booking_id=_BOOKING, noted=True),
        ev.AppointmentRated(booking_id=_BOOKING, stars=4, commented=True),
        ev.SeriesBooked(series_id=_SERIES, booking_ids=(_BOOKING,), skipped=(_SKIPPED,), moved=(_MOVED,)),
        ev.SeriesCancelled(
            series_id=_SERIES, since=date(2026, 12, 1), booking_ids=(_BOOKING,), kept=(replace(_SKIPPED, start=_END),)
        ),
        ev.SeriesMoved(series_id=_SERIES, booking_ids=(_BOOKING,)),
        ev.GroupBooked(session_id=SessionId("ses_1"), booking_ids=(_BOOKING,)),
    )
}

# What golden files of older versions are read as, where it is not today's example.
_POLICY_1 = replace(_POLICY, quiet_hours=Policy().quiet_hours, agenda_at=Policy().agenda_at)
_TERMS_1 = replace(_TERMS, policy=_POLICY_1)
_MADE_1 = replace(_MADE, policy=_POLICY_1, acknowledged_at=None)
READ_AS: Mapping[tuple[str, int], ev.Event] = {
    ("CalendarOpened", 1): ev.CalendarOpened(business_id=BusinessId("biz_1"), terms=_TERMS_1),
    ("TermsChanged", 1): ev.TermsChanged(terms=_TERMS_1),
    ("AppointmentBooked", 1): ev.AppointmentBooked(
        booking=_MADE_1, hold_id=_HOLD.id, capacity=4, entry_id=_HOLD.entry_id
    ),
    ("AppointmentMovedIn", 1): ev.AppointmentMovedIn(
        booking=_MADE_1, origin=ProviderId("prv_1"), previous_start=_CREATED, capacity=4
    ),
}


def golden(name: str, version: int) -> Path:
    """The file of one version of one event type."""
    return FOLDER / f"{name}.v{version}.json"


def snapshot_file() -> Path:
    """The snapshot of `furnished()` in the present format."""
    return FOLDER / f"snapshot.format{FORMAT}.msgpack"


def furnished() -> Calendar:
    """A calendar that says every field that a snapshot has, with keys for every kind of answer."""
    again = replace(_HOLD, id=HoldId("hld_2"), start=_END, end=_END + (_END - _START))
    history: tuple[ev.Event, ...] = (
        EXAMPLES["CalendarOpened"],
        EXAMPLES["ScheduleChanged"],
        EXAMPLES["TimeOffAdded"],
        EXAMPLES["SlotHeld"],
        EXAMPLES["AppointmentBooked"],
        ev.SlotHeld(hold=again),
        EXAMPLES["SeriesBooked"],
    )
    who = Actor(role=Role.OWNER, subject="usr_1", business_id=BusinessId("biz_1"))
    return replay(
        empty(ProviderId("prv_1")),
        (
            ev.Recorded(sequence=n, at=_CREATED, actor=who, event=event, key=f"key_{n}", fingerprint=f"print_{n}")
            for n, event in enumerate(history, start=1)
        ),
    )


def _write_missing() -> None:
    if not snapshot_file().exists():
        snapshot_file().write_bytes(encode_snapshot(furnished()))
    for name, event in EXAMPLES.items():
        path = golden(name, VERSIONS.get(name, 1))
        if not path.exists():
            path.write_text(json.dumps(json.loads(encode_event(event).body), indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    _write_missing()
