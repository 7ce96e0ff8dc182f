"""A slot that is offered can be booked; what is not offered cannot. In any zone, on any day, whatever is booked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER_SELF,
    BRUNO,
    BUENOS_AIRES,
    LORD_HOWE,
    MADRID,
    SANTIAGO,
    booking,
    code,
    hold,
    move,
    off,
    opened,
    terms,
)
from tests.engine.domain.histories import taken
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import Actor, Booking, ServiceTerms
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.decide import Decision, decide
from turnero.engine.domain.hours import exception_on, is_holiday, offset_changes, wall_instant, zone
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import (
    WEEKDAYS,
    DateException,
    Hours,
    Schedule,
    Weekday,
    WeeklyHours,
    wall_minutes,
)
from turnero.engine.domain.slots import free_starts, own_refs, terms_of
from turnero.engine.domain.value import BookingId, ServiceId, instant

# Days on which clocks change, their neighbours, and days on which nothing happens.
DAYS: dict[str, list[date]] = {
    BUENOS_AIRES: [date(2026, 12, 1), date(2026, 12, 25)],
    SANTIAGO: [date(2026, 9, 5), date(2026, 9, 6), date(2027, 4, 3), date(2027, 4, 4), date(2026, 7, 1)],
    MADRID: [date(2026, 10, 24), date(2026, 10, 25), date(2026, 10, 26), date(2027, 3, 28), date(2027, 3, 29)],
    LORD_HOWE: [date(2026, 10, 4), date(2027, 4, 4)],
    "America/Havana": [date(2026, 11, 1), date(2027, 3, 14)],
    "Antarctica/Troll": [date(2026, 10, 25), date(2027, 3, 28)],
    "UTC": [date(2028, 2, 29)],
    "Asia/Kathmandu": [date(2026, 12, 31)],
}

WANTED = ServiceId("wanted")


class Situation(NamedTuple):
    """A calendar as somebody finds it, the day that they look at, and what they want there."""

    calendar: Calendar
    service: ServiceTerms
    day: date
    now: datetime


# --- Situations ---------------------------------------------------------------------------------------------------

_wall_times = st.one_of(
    st.sampled_from(["00:00", "02:00", "02:30", "03:00", "09:00", "13:00", "18:00", "23:00", "24:00"]),
    st.integers(0, 288).map(lambda n: f"{n * 5 // 60:02}:{n * 5 % 60:02}"),
)
_spans = st.tuples(_wall_times, _wall_times).filter(lambda s: s[0] != s[1]).map(lambda s: (min(s), max(s)))
_hours = st.one_of(st.sampled_from([("09:00", "18:00"), ("00:00", "24:00"), ("20:00", "24:00")]), _spans)


def _weekly(day: Weekday, span: tuple[str, str]) -> WeeklyHours:
    return WeeklyHours(day=day, opens=span[0], closes=span[1])


@st.composite
def schedules(draw: st.DrawFn, day: date) -> Schedule:
    here, following = WEEKDAYS[day.weekday()], WEEKDAYS[(day.weekday() + 1) % 7]
    rows = [_weekly(here, draw(_hours)) for _ in range(draw(st.integers(1, 2)))]
    rows += [_weekly(following, span) for span in draw(st.lists(st.just(("00:00", "06:00")), max_size=1))]
    breaks = [_weekly(here, span) for span in draw(st.lists(_spans, max_size=2))]
    special = draw(st.lists(st.lists(_hours, max_size=2), max_size=1))
    exceptions = [DateException(date=day, hours=tuple(Hours(opens=o, closes=c) for o, c in h)) for h in special]
    return Schedule(weekly=tuple(rows), breaks=tuple(breaks), exceptions=tuple(exceptions))


_services = st.builds(
    ServiceTerms,
    id=st.just(WANTED),
    duration_minutes=st.sampled_from([5, 20, 30, 45, 90, 600, 1440]),
    buffer_before_minutes=st.sampled_from([0, 0, 5, 10, 720]),
    buffer_after_minutes=st.sampled_from([0, 0, 15, 720]),
    capacity=st.sampled_from([1, 1, 2, 3]),
)

_policies = st.builds(
    Policy,
    slot_step_minutes=st.sampled_from([5, 7, 15, 30, 60, 720]),
    min_notice_minutes=st.sampled_from([0, 1, 60, 600]),
    # Short, so that a refusal's suggestions cost little to compute: every minute of a day is asked for.
    max_advance_days=st.sampled_from([1, 2]),
    cancellation_notice_minutes=st.just(0),
    auto_confirm=st.booleans(),
)


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    zone_name = draw(st.sampled_from(sorted(DAYS)))
    day = draw(st.sampled_from(DAYS[zone_name]))
    midnight = instant(wall_instant(zone(zone_name), day, 0))
    now = midnight + timedelta(seconds=draw(st.sampled_from([-86_400, -7_200, -60, 0, 36_000, 36_030, 40_000])))
    now += timedelta(microseconds=draw(st.sampled_from([0, 0, 1, 999_999])))
    service = draw(_services)
    other = ServiceTerms(
        id=ServiceId("other"), duration_minutes=25, buffer_after_minutes=draw(st.sampled_from([0, 10]))
    )
    agreed = terms(
        zone_name=zone_name,
        holidays=draw(st.sampled_from([None, None, "AR"])),
        policy=draw(_policies),
        services=(service, other),
    )
    calendar = opened(agreed, draw(schedules(day)), now=now)
    for number in range(draw(st.integers(0, 6))):
        start = midnight + timedelta(minutes=draw(st.integers(-24, 300)) * 5)
        who, command = _occupant(draw(st.sampled_from("OOWWHT")), start, service, other, number)
        answer = decide(calendar, cmd.Request(command=command, actor=who), now=now)
        calendar = answer.after if isinstance(answer, Decision) else calendar
    return Situation(calendar, service, day, now)


def _occupant(
    kind: str, start: datetime, service: ServiceTerms, other: ServiceTerms, number: int
) -> tuple[Actor, cmd.Command]:
    match kind:
        case "O":
            return ADMIN, booking(start, other, override=True, name=f"bkg_{number}")
        case "W":
            return ADMIN, booking(start, service, override=True, name=f"bkg_{number}")
        case "H":
            return BRUNO, hold(start, other, name=f"hld_{number}")
        case _:
            return ADMIN, cmd.AddTimeOff(
                time_off=off(start, start + timedelta(minutes=50), f"off_{number}"), force=True
            )


def _candidates(situation: Situation) -> Iterator[datetime]:
    """Every fifth minute of the day in real time, so also of an hour that comes twice, and some odd ones."""
    tz = zone(situation.calendar.terms.time_zone)
    start = instant(wall_instant(tz, situation.day, 0))
    end = instant(wall_instant(tz, situation.day, 1440))
    while start < end:
        yield start
        start += timedelta(minutes=5)
    for minutes, micros in ((7 * 60 + 7, 0), (541, 0), (540, 1), (540, 30_000_000), (14 * 7, 0)):
        yield instant(wall_instant(tz, situation.day, minutes)) + timedelta(microseconds=micros)


# --- The promise --------------------------------------------------------------------------------------------------


@given(situation=situations())
@settings(max_examples=35)
def test_a_customer_can_book_exactly_what_is_offered(situation: Situation) -> None:
    calendar, service, day, now = situation
    found = [instant(begin) for begin in free_starts(calendar, service, day, now=now)]
    assert found == sorted(set(found))
    for start in sorted({*_candidates(situation), *found}):
        refusal = code(calendar, booking(start, service), ANA, now=now)
        assert (refusal is None) == (start in found), f"{start}: {refusal or 'accepted'}"


@given(situation=situations(), which=st.integers(0, 5))
@settings(max_examples=25)
def test_a_booking_can_be_moved_to_exactly_what_is_offered_for_it(situation: Situation, which: int) -> None:
    calendar, _, day, now = situation
    live = sorted((b for b in calendar.bookings.values() if b.start > now), key=lambda b: b.id)
    assume(live)
    mine: Booking = live[which % len(live)]
    service = terms_of(calendar, mine)
    starts = free_starts(calendar, service, day, now=now, ignoring=own_refs(calendar, mine))
    found = {instant(begin) for begin in starts}
    # Where it is already it need not be moved to, free or not.
    for start in sorted({*_candidates(situation), *found} - {mine.start}):
        refusal = code(calendar, move(mine, start), ANA, now=now)
        assert (refusal is None) == (start in found), f"{start}: {refusal or 'accepted'}"


@given(situation=situations())
@settings(max_examples=60)
def test_what_is_offered_is_what_the_rules_say_minute_by_minute(situation: Situation) -> None:
    """The same slots, found the slow way: by looking at the wall clock at each minute of each candidate.

    On days without a change of offset: there the wall clock says all there is to say.
    """
    calendar, service, day, now = situation
    tz = zone(calendar.terms.time_zone)
    following = day + timedelta(days=1)
    assume(not offset_changes(tz, day) and not offset_changes(tz, following))
    policy = calendar.terms.policy
    wanted = []
    for minute in range(0, 1440, policy.slot_step_minutes):
        start = instant(wall_instant(tz, day, minute))
        in_time = now + policy.min_notice <= start <= now + policy.max_advance
        if in_time and _open_throughout(calendar, start, service.duration_minutes) and _room(calendar, service, start):
            wanted.append(start)
    assert [instant(begin) for begin in free_starts(calendar, service, day, now=now)] == wanted


def _open_throughout(calendar: Calendar, start: datetime, minutes: int) -> bool:
    """Tell whether every minute is open, none on a later date than the next."""
    tz = zone(calendar.terms.time_zone)
    first = start.astimezone(tz).date()
    walls = [(start + timedelta(minutes=m)).astimezone(tz) for m in range(minutes)]
    return all(_open_at(calendar, wall) and (wall.date() - first).days <= 1 for wall in walls)


def _open_at(calendar: Calendar, wall: datetime) -> bool:
    schedule, day, minute = calendar.schedule, wall.date(), wall.hour * 60 + wall.minute
    if any(t.start <= wall.astimezone(UTC) < t.end for t in calendar.time_off):
        return False
    special = exception_on(schedule, day)
    if special is not None:
        return any(_within(minute, hours) for hours in special.hours)
    weekday = WEEKDAYS[day.weekday()]
    return (
        not is_holiday(calendar.terms, day)
        and any(h.day is weekday and _within(minute, h) for h in schedule.weekly)
        and not any(b.day is weekday and _within(minute, b) for b in schedule.breaks)
    )


def _within(minute: int, hours: Hours) -> bool:
    return wall_minutes(hours.opens) <= minute < wall_minutes(hours.closes)


def _room(calendar: Calendar, service: ServiceTerms, start: datetime) -> bool:
    """Tell whether nobody is in the way, or there is a place left in the session that is."""
    begin = start - timedelta(minutes=service.buffer_before_minutes)
    end = start + timedelta(minutes=service.duration_minutes + service.buffer_after_minutes)
    in_the_way = [part for part in taken(calendar) if part.start < end and begin < part.end]
    members = [calendar.bookings.get(BookingId(part.ref)) for part in in_the_way]
    together = all(b is not None and b.service_id == service.id and b.start == start for b in members)
    return not in_the_way or (together and len(in_the_way) < service.capacity)


def test_the_provider_may_be_anyone_but_the_offer_is_the_customer_s() -> None:
    """Staff without `override` are bound by the offer as everybody is."""
    calendar = opened()
    closed = instant(wall_instant(zone(BUENOS_AIRES), date(2026, 12, 1), 13 * 60))
    assert code(calendar, booking(closed), ANA) == "in_break"
    assert code(calendar, booking(closed), BARBER_SELF) == "in_break"
    assert code(calendar, booking(closed, override=True), BARBER_SELF) is None
