"""Writes in a calendar as an activation does: numbers the events, evolves the state, makes the batches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import Actor, Booking, Hold, Money, Role, Status, Terms
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.evolve import evolve
from turnero.engine.domain.messages import Planned
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, HoldId, ProviderId, ServiceId, SessionId
from turnero.engine.ports import Attachment, Batch, Journal

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
BUSINESS = BusinessId("biz_1")
CUSTOMER = Actor(role=Role.CUSTOMER, subject="cus_1", business_id=BUSINESS)
TERMS = Terms(time_zone="America/Argentina/Buenos_Aires", holidays="AR", policy=Policy(), services=())

_numbers = count(1)


def at(hour: float, *, day: int = 0) -> datetime:
    """Return an instant on the day of the tests, or some days later."""
    return NOW.replace(hour=0) + timedelta(days=day, hours=hour)


ONE_O_CLOCK = at(13)


def a_booking(
    start: datetime = ONE_O_CLOCK,
    *,
    minutes: int = 30,
    customer: str = "cus_1",
    status: Status = Status.CONFIRMED,
    session: str | None = None,
    booking_id: str | None = None,
) -> Booking:
    return Booking(
        id=BookingId(booking_id or f"bkg_{next(_numbers)}"),
        service_id=ServiceId("svc_1"),
        customer_id=CustomerId(customer),
        start=start,
        end=start + timedelta(minutes=minutes),
        status=status,
        policy=Policy(),
        created_at=NOW,
        price=Money(amount=1_200_000, currency="ARS"),
        session_id=None if session is None else SessionId(session),
        pending_until=NOW + timedelta(hours=2) if status is Status.PENDING else None,
    )


def booked(booking: Booking) -> ev.AppointmentBooked:
    return ev.AppointmentBooked(booking=booking, capacity=1 if booking.session_id is None else 5)


def cancelled(booking: Booking) -> ev.AppointmentCancelled:
    return ev.AppointmentCancelled(booking_id=booking.id, by=Role.CUSTOMER)


def rescheduled(booking: Booking, start: datetime, *, session: str | None = None) -> ev.AppointmentRescheduled:
    return ev.AppointmentRescheduled(
        booking_id=booking.id,
        start=start,
        end=start + (booking.end - booking.start),
        previous_start=booking.start,
        by=Role.CUSTOMER,
        session_id=None if session is None else SessionId(session),
        capacity=1 if session is None else 5,
    )


def held(start: datetime = ONE_O_CLOCK, *, until: datetime) -> ev.SlotHeld:
    hold = Hold(
        id=HoldId(f"hld_{next(_numbers)}"),
        service_id=ServiceId("svc_1"),
        holder="cus_1",
        start=start,
        end=start + timedelta(minutes=30),
        expires_at=until,
    )
    return ev.SlotHeld(hold=hold)


class Pen:
    """One activation of one calendar: what it has made true so far, whether or not that was committed."""

    def __init__(self, calendar: Calendar, epoch: int) -> None:
        self.calendar = calendar
        self.epoch = epoch

    def batch(
        self,
        *events: ev.Event,
        attachments: Sequence[Attachment] = (),
        messages: Sequence[Planned] = (),
        unsend: Sequence[BookingId] = (),
        unsend_reminders: Sequence[BookingId] = (),
        joint: str | None = None,
        key: str | None = None,
    ) -> Batch:
        """Return the next batch. Later ones follow on it."""
        before = self.calendar.sequence
        recorded = tuple(
            ev.Recorded(
                sequence=before + i,
                at=NOW + timedelta(microseconds=before + i),
                actor=CUSTOMER,
                event=event,
                key=key if i == len(events) else None,
                fingerprint="same" if key is not None and i == len(events) else "",
            )
            for i, event in enumerate(events, start=1)
        )
        for record in recorded:
            self.calendar = evolve(self.calendar, record)
        return Batch(
            provider_id=self.calendar.provider_id,
            epoch=self.epoch,
            before=before,
            events=recorded,
            after=self.calendar,
            attachments=tuple(attachments),
            messages=tuple(messages),
            unsend=tuple(unsend),
            unsend_reminders=tuple(unsend_reminders),
            joint=joint,
        )


async def a_pen(journal: Journal, name: str = "prv_1") -> Pen:
    """Activate the calendar `name`, which begins with its first event if there was none, and return its pen."""
    provider_id = ProviderId(name)
    activation = await journal.activate(provider_id, create=True)
    calendar = empty(provider_id)
    # As it was when the epoch was taken: a rival who takes a newer one may have written before we read.
    for recorded in await journal.read(provider_id):
        if recorded.sequence <= activation.sequence:
            calendar = evolve(calendar, recorded)
    assert calendar.sequence == activation.sequence
    pen = Pen(calendar, activation.epoch)
    if not calendar.opened:
        await journal.append([pen.batch(ev.CalendarOpened(business_id=BUSINESS, terms=TERMS))])
    return pen
