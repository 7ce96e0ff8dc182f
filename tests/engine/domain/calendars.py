"""What the examples of the domain are made of: a barber's calendar, people, and one way to ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import count

from msgspec.structs import replace

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Actor, Booking, Hold, Money, Role, ServiceTerms, Status, Terms
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.decide import Decision, decide
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.hours import zone
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import OCCURRENCES_MAX, OnConflict, Pattern, Recurrence
from turnero.engine.domain.schedule import DateException, Hours, Schedule, TimeOff, Weekday, WeeklyHours
from turnero.engine.domain.slots import free_starts
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    HoldId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
    TimeOffId,
    instant,
)

BUENOS_AIRES = "America/Argentina/Buenos_Aires"
SANTIAGO = "America/Santiago"
MADRID = "Europe/Madrid"
LORD_HOWE = "Australia/Lord_Howe"

SHOP = BusinessId("biz_shop")
BARBER = ProviderId("prv_barber")

ANA = Actor(role=Role.CUSTOMER, subject="cus_ana")
BRUNO = Actor(role=Role.CUSTOMER, subject="cus_bruno")
BARBER_SELF = Actor(role=Role.PROVIDER, subject=BARBER)
OWNER = Actor(role=Role.OWNER, subject="usr_owner", business_id=SHOP)
ADMIN = Actor(role=Role.ADMIN, subject="usr_admin")
INTEGRATOR = Actor(role=Role.INTEGRATOR, subject="key_1", business_id=SHOP)
EVERYBODY = (ANA, BARBER_SELF, OWNER, ADMIN, INTEGRATOR, SYSTEM)

HAIRCUT = ServiceTerms(id=ServiceId("svc_haircut"), duration_minutes=30, price=Money(amount=1_200_000, currency="ARS"))
COLOUR = ServiceTerms(
    id=ServiceId("svc_colour"), duration_minutes=60, buffer_before_minutes=10, buffer_after_minutes=15
)
WORKSHOP = ServiceTerms(id=ServiceId("svc_workshop"), duration_minutes=60, capacity=3)

_numbers = count(1)


def at(text: str, zone_name: str = BUENOS_AIRES) -> datetime:
    """Return the UTC instant of "2026-12-01 10:00" on the wall clock of `zone_name`."""
    wall = datetime.fromisoformat(text).replace(tzinfo=zone(zone_name))
    return instant(int(wall.timestamp()))


# A Monday morning.
NOW = at("2026-11-30 08:00")


def daily(opens: str, closes: str) -> tuple[WeeklyHours, ...]:
    """The same hours on every day of the week."""
    return tuple(WeeklyHours(day=day, opens=opens, closes=closes) for day in Weekday)


def on(day: str, *hours: tuple[str, str]) -> DateException:
    """A date with hours of its own."""
    return DateException(date=date.fromisoformat(day), hours=tuple(Hours(opens=o, closes=c) for o, c in hours))


def off(start: datetime, end: datetime, name: str = "off_1") -> TimeOff:
    return TimeOff(id=TimeOffId(name), start=start, end=end)


NINE_TO_SIX = Schedule(weekly=daily("09:00", "18:00"), breaks=daily("13:00", "14:00"))


def terms(
    *,
    zone_name: str = BUENOS_AIRES,
    holidays: str | None = None,
    policy: Policy | None = None,
    services: Sequence[ServiceTerms] = (HAIRCUT, COLOUR, WORKSHOP),
) -> Terms:
    return Terms(time_zone=zone_name, holidays=holidays, policy=policy or Policy(), services=tuple(services))


def opened(
    agreed: Terms | None = None,
    schedule: Schedule = NINE_TO_SIX,
    *,
    policy: Policy | None = None,
    provider_id: ProviderId = BARBER,
    business_id: BusinessId = SHOP,
    now: datetime = NOW,
) -> Calendar:
    """A calendar that is open for bookings."""
    begin = cmd.OpenCalendar(business_id=business_id, terms=agreed or terms(policy=policy))
    calendar = ask(empty(provider_id), begin, ADMIN, now=now).after
    return ask(calendar, cmd.ChangeSchedule(schedule=schedule), ADMIN, now=now).after


# --- Asking -------------------------------------------------------------------------------------------------------


def ask(
    calendar: Calendar,
    command: cmd.Command,
    actor: Actor = ANA,
    *,
    now: datetime = NOW,
    key: str | None = None,
    fingerprint: str = "",
) -> Decision:
    """Ask, and expect a yes."""
    request = cmd.Request(command=command, actor=actor, key=key, fingerprint=fingerprint)
    decision = decide(calendar, request, now=now)
    assert isinstance(decision, Decision), f"{decision!r} ({decision.data})"
    return decision


def refused(
    calendar: Calendar,
    command: cmd.Command,
    actor: Actor = ANA,
    *,
    now: datetime = NOW,
    key: str | None = None,
    fingerprint: str = "",
) -> TurneroError:
    """Ask, and expect a no."""
    request = cmd.Request(command=command, actor=actor, key=key, fingerprint=fingerprint)
    refusal = decide(calendar, request, now=now)
    assert isinstance(refusal, TurneroError), f"accepted: {refusal.recorded}"
    return refusal


def code(calendar: Calendar, command: cmd.Command, actor: Actor = ANA, *, now: datetime = NOW) -> str | None:
    """Ask, and return the code of the refusal; None for a yes."""
    answer = decide(calendar, cmd.Request(command=command, actor=actor), now=now)
    return answer.code if isinstance(answer, TurneroError) else None


def booking(
    start: datetime,
    service: ServiceTerms = HAIRCUT,
    *,
    name: str | None = None,
    customer: Actor = ANA,
    hold_id: HoldId | None = None,
    override: bool = False,
    noted: bool = False,
) -> cmd.BookAppointment:
    """The command that books; ids are fresh unless said."""
    number = next(_numbers)
    return cmd.BookAppointment(
        booking_id=BookingId(name or f"bkg_{number}"),
        session_id=SessionId(f"ses_{number}"),
        service_id=service.id,
        customer_id=CustomerId(customer.subject),
        start=start,
        hold_id=hold_id,
        override=override,
        noted=noted,
    )


def hold(start: datetime, service: ServiceTerms = HAIRCUT, *, name: str = "hld_1") -> cmd.HoldSlot:
    return cmd.HoldSlot(hold_id=HoldId(name), service_id=service.id, start=start)


def move(booked: Booking, start: datetime, *, override: bool = False) -> cmd.RescheduleAppointment:
    session_id = SessionId(f"ses_{next(_numbers)}")
    return cmd.RescheduleAppointment(booking_id=booked.id, session_id=session_id, start=start, override=override)


def become(booked: Booking, to: Status) -> cmd.ChangeStatus:
    return cmd.ChangeStatus(booking_id=booked.id, to=to)


def series(
    start: datetime,
    recurrence: Recurrence | int,
    service: ServiceTerms = HAIRCUT,
    *,
    on_conflict: OnConflict = OnConflict.FAIL,
    customer: Actor = ANA,
    name: str = "ser_1",
) -> cmd.BookSeries:
    """The command that books a series; a number is that many weeks."""
    terms = Recurrence(pattern=Pattern.WEEKLY, occurrences=recurrence) if isinstance(recurrence, int) else recurrence
    return cmd.BookSeries(
        series_id=SeriesId(name),
        service_id=service.id,
        customer_id=CustomerId(customer.subject),
        start=start,
        recurrence=terms,
        on_conflict=on_conflict,
        fresh=tuple(
            cmd.Fresh(BookingId(f"{name}_bkg_{n}"), SessionId(f"{name}_ses_{n}")) for n in range(terms.occurrences_max)
        ),
    )


def move_series(booked: Booking, start: datetime) -> cmd.MoveSeries:
    assert booked.series_id is not None
    session_ids = tuple(SessionId(f"ses_{next(_numbers)}") for _ in range(OCCURRENCES_MAX))
    return cmd.MoveSeries(series_id=booked.series_id, booking_id=booked.id, start=start, session_ids=session_ids)


def group(
    start: datetime, *people: str, places: int = 5, service: ServiceTerms = HAIRCUT, name: str = "ses_group"
) -> cmd.BookGroup:
    """The command that sets a group up, for customers by their ids."""
    return cmd.BookGroup(
        session_id=SessionId(name),
        service_id=service.id,
        start=start,
        capacity=places,
        participants=tuple(cmd.Participant(BookingId(f"{name}_{who}"), CustomerId(who)) for who in people),
    )


def join(session_id: str, who: str) -> cmd.JoinSession:
    return cmd.JoinSession(
        session_id=SessionId(session_id), booking_id=BookingId(f"bkg_{next(_numbers)}"), customer_id=CustomerId(who)
    )


# --- Short cuts ---------------------------------------------------------------------------------------------------


def booked(
    calendar: Calendar,
    start: datetime,
    service: ServiceTerms = HAIRCUT,
    *,
    customer: Actor = ANA,
    name: str | None = None,
    by: Actor | None = None,
    override: bool = False,
    now: datetime = NOW,
) -> tuple[Calendar, Booking]:
    """Book, and return the calendar after it and the booking."""
    command = booking(start, service, customer=customer, name=name, override=override)
    decision = ask(calendar, command, by or customer, now=now)
    assert isinstance(decision.outcome, Booking)
    return decision.after, decision.outcome


def held(
    calendar: Calendar, start: datetime, *, holder: Actor = ANA, name: str = "hld_1", now: datetime = NOW
) -> tuple[Calendar, Hold]:
    """Hold, and return the calendar after it and the hold."""
    decision = ask(calendar, hold(start, name=name), holder, now=now)
    assert isinstance(decision.outcome, Hold)
    return decision.after, decision.outcome


def in_status(status: Status, start: datetime, *, policy: Policy | None = None) -> tuple[Calendar, Booking]:
    """A calendar with one booking of Ana's that has come to `status` as bookings do."""
    rules = replace(policy or Policy(), auto_confirm=status is not Status.PENDING, pending_minutes=60 * 24 * 30)
    calendar, made = booked(opened(policy=rules), start)
    if status in {Status.PENDING, Status.CONFIRMED}:
        return calendar, made
    decision = ask(calendar, become(made, status), BARBER_SELF, now=start)
    assert isinstance(decision.outcome, Booking)
    return decision.after, decision.outcome


def offered(
    calendar: Calendar,
    day: str,
    service: ServiceTerms = HAIRCUT,
    *,
    now: datetime = NOW,
    ignoring: frozenset[str] = frozenset(),
) -> list[str]:
    """What is offered on a local date, as the wall clock shows it."""
    tz = zone(calendar.terms.time_zone)
    starts = free_starts(calendar, service, date.fromisoformat(day), now=now, ignoring=ignoring)
    return [f"{datetime.fromtimestamp(start, tz):%H:%M}" for start in starts]


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
