"""Random histories: what people might ask of one calendar, in any order, and the obvious ways to check the result.

A `Wish` is said without ids, so that hypothesis can invent and shrink it without a calendar at hand: `which` picks
among the bookings (or holds) that there are when its turn comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER,
    BARBER_SELF,
    BRUNO,
    OWNER,
    SHOP,
    at,
    daily,
    off,
    opened,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain import events as ev
from turnero.engine.domain.booking import STAFF, SYSTEM, Actor, Booking, ServiceTerms, Status
from turnero.engine.domain.calendar import Busy, Calendar, Deadline, to_us
from turnero.engine.domain.decide import Decision, decide
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import OnConflict, Pattern, Recurrence
from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.value import (
    BookingId,
    CustomerId,
    EntryId,
    HoldId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
    TimeOffId,
    epoch_seconds,
)

BEGIN = at("2026-12-01 08:00")

SHORT = ServiceTerms(id=ServiceId("short"), duration_minutes=20)
BUFFERED = ServiceTerms(
    id=ServiceId("buffered"), duration_minutes=30, buffer_before_minutes=10, buffer_after_minutes=15
)
GROUP = ServiceTerms(id=ServiceId("group"), duration_minutes=40, buffer_after_minutes=5, capacity=3)
# As long, and as widely buffered, as a service may be: it reaches over three UTC days.
STAY = ServiceTerms(
    id=ServiceId("stay"), duration_minutes=1440, buffer_before_minutes=720, buffer_after_minutes=720, capacity=2
)
MENU = (SHORT, BUFFERED, GROUP, STAY)

# What a menu may turn into overnight: lengths, buffers and capacities all differ from what bookings were made under.
MENUS = (
    MENU,
    (SHORT, BUFFERED, replace(GROUP, duration_minutes=75), replace(STAY, capacity=1)),
    (replace(SHORT, capacity=2), replace(BUFFERED, buffer_after_minutes=45), replace(GROUP, buffer_before_minutes=30)),
    (replace(SHORT, buffer_before_minutes=25), replace(GROUP, duration_minutes=20, capacity=2), STAY),
    (replace(GROUP, capacity=1), replace(BUFFERED, duration_minutes=5, buffer_before_minutes=0)),
)

ALWAYS = Schedule(weekly=daily("00:00", "24:00"))
POLICY = Policy(
    slot_step_minutes=5,
    min_notice_minutes=0,
    cancellation_notice_minutes=30,
    pending_minutes=45,
    hold_minutes=10,
    max_reschedules=50,
)
POLICIES = (POLICY, replace(POLICY, auto_confirm=False), replace(POLICY, auto_confirm=False, pending_minutes=1440))


class Wish(NamedTuple):
    """One thing that somebody asks, and how long after the one before."""

    what: str
    who: Actor
    start: datetime
    service: int
    which: int
    override: bool
    pause: timedelta


class History(NamedTuple):
    """A calendar as it was opened, everything that was accepted since, and the calendar after each event."""

    begin: Calendar
    decisions: tuple[tuple[cmd.Request, datetime, Decision], ...]

    @property
    def end(self) -> Calendar:
        return self.decisions[-1][2].after if self.decisions else self.begin

    @property
    def events(self) -> tuple[ev.Recorded, ...]:
        return tuple(recorded for _, _, decision in self.decisions for recorded in decision.recorded)


# --- From wishes to commands --------------------------------------------------------------------------------------


def _pick(ids: Sequence[str], which: int, otherwise: str) -> str:
    return ids[which % len(ids)] if ids else otherwise


def _a_booking(calendar: Calendar, wish: Wish) -> BookingId:
    live = sorted(b.id for b in calendar.bookings.values() if b.live)
    return BookingId(_pick(live or sorted(calendar.bookings), wish.which, "bkg_none"))


def _a_hold(calendar: Calendar, wish: Wish) -> HoldId:
    return HoldId(_pick(sorted(calendar.holds), wish.which, "hld_none"))


def _service(calendar: Calendar, wish: Wish) -> ServiceTerms:
    return calendar.terms.services[wish.service % len(calendar.terms.services)]


def _book(calendar: Calendar, wish: Wish, number: int) -> cmd.BookAppointment:
    customer = wish.who.subject if wish.who in {ANA, BRUNO} else ANA.subject
    return cmd.BookAppointment(
        booking_id=BookingId(f"bkg_{number}"),
        session_id=SessionId(f"ses_{number}"),
        service_id=_service(calendar, wish).id,
        customer_id=CustomerId(customer),
        start=wish.start,
        override=wish.override,
    )


def _book_held(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    held = calendar.holds.get(_a_hold(calendar, wish))
    if held is None:
        return _book(calendar, wish, number)
    return cmd.BookAppointment(
        booking_id=BookingId(f"bkg_{number}"),
        session_id=SessionId(f"ses_{number}"),
        service_id=held.service_id,
        customer_id=CustomerId(held.holder.partition(":")[2]),
        start=held.start,
        hold_id=held.id,
        override=wish.override,
    )


def _join(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    """Take a place where there may be one: in a session, on today's terms of its service."""
    sessions = sorted(calendar.sessions.values(), key=lambda session: session.id)
    if not sessions:
        return _book(calendar, wish, number)
    session = sessions[wish.which % len(sessions)]
    joining = _book(calendar, wish, number)
    return replace(joining, service_id=session.service_id, start=session.start)


def _book_next_to(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    """Begin where what is there ends, to the minute: where an error of one in either direction shows."""
    there = sorted(taken(calendar))
    if not there:
        return _book(calendar, wish, number)
    service = _service(calendar, wish)
    start = there[wish.which % len(there)].end + timedelta(minutes=service.buffer_before_minutes)
    return _book(calendar, wish._replace(start=start), number)


def _hold(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    return cmd.HoldSlot(hold_id=HoldId(f"hld_{number}"), service_id=_service(calendar, wish).id, start=wish.start)


def _offer(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    customer = wish.who.subject if wish.who in {ANA, BRUNO} else ANA.subject
    return cmd.OfferSlot(
        hold_id=HoldId(f"hld_{number}"),
        entry_id=EntryId(f"wle_{number}"),
        service_id=_service(calendar, wish).id,
        customer_id=CustomerId(customer),
        start=wish.start,
    )


def _move(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    return cmd.RescheduleAppointment(
        booking_id=_a_booking(calendar, wish),
        session_id=SessionId(f"ses_{number}"),
        start=wish.start,
        override=wish.override,
    )


def _move_out(calendar: Calendar, wish: Wish, _: int) -> cmd.Command:
    booking_id = _a_booking(calendar, wish)
    booked = calendar.bookings.get(booking_id)
    sequence = booked.sequence if booked is not None else 0
    return cmd.MoveOut(booking_id=booking_id, sequence=sequence, to=ProviderId("prv_other"))


def _move_in(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    pending = wish.which % 2 == 0
    elsewhere = wish.start + timedelta(hours=1)
    arriving = Booking(
        id=BookingId(f"bkg_{number}"),
        service_id=_service(calendar, wish).id,
        customer_id=CustomerId(BRUNO.subject),
        start=elsewhere,
        end=elsewhere + timedelta(minutes=30),
        status=Status.PENDING if pending else Status.CONFIRMED,
        policy=POLICY,
        created_at=BEGIN,
        session_id=SessionId("ses_elsewhere"),
        pending_until=elsewhere if pending else None,
    )
    return cmd.MoveIn(
        booking=arriving,
        session_id=SessionId(f"ses_{number}"),
        origin=ProviderId("prv_other"),
        start=wish.start,
        override=wish.override,
    )


def _book_series(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    customer = wish.who.subject if wish.who in {ANA, BRUNO} else ANA.subject
    return cmd.BookSeries(
        series_id=SeriesId(f"ser_{number}"),
        service_id=_service(calendar, wish).id,
        customer_id=CustomerId(customer),
        start=wish.start,
        recurrence=Recurrence(pattern=Pattern.DAILY, occurrences=1 + wish.which),
        on_conflict=list(OnConflict)[wish.which % 3],
        fresh=tuple(
            cmd.Fresh(BookingId(f"bkg_{number}_{n}"), SessionId(f"ses_{number}_{n}")) for n in range(1 + wish.which)
        ),
    )


def _cancel_series(calendar: Calendar, wish: Wish, _: int) -> cmd.Command:
    series_id = SeriesId(_pick(sorted(calendar.series), wish.which, "ser_none"))
    return cmd.CancelSeries(series_id=series_id, since=wish.start.date())


def _move_series(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    found = sorted(b.id for b in calendar.bookings.values() if b.live and b.series_id is not None)
    booked = calendar.bookings.get(BookingId(_pick(found, wish.which, "bkg_none")))
    return cmd.MoveSeries(
        series_id=SeriesId("ser_none") if booked is None or booked.series_id is None else booked.series_id,
        booking_id=BookingId("bkg_none") if booked is None else booked.id,
        start=wish.start,
        session_ids=tuple(SessionId(f"ses_{number}_{n}") for n in range(6)),
    )


def _book_group(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    people = [ANA.subject, BRUNO.subject, "cus_carla"][: 1 + wish.which % 3]
    return cmd.BookGroup(
        session_id=SessionId(f"ses_{number}"),
        service_id=_service(calendar, wish).id,
        start=wish.start,
        capacity=1 + wish.which,
        participants=tuple(
            cmd.Participant(BookingId(f"bkg_{number}_{who}"), CustomerId(who)) for who in people[: 1 + wish.which]
        ),
    )


def _join_session(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    customer = wish.who.subject if wish.who in {ANA, BRUNO} else f"cus_{number}"
    return cmd.JoinSession(
        session_id=SessionId(_pick(sorted(calendar.sessions), wish.which, "ses_none")),
        booking_id=BookingId(f"bkg_{number}"),
        customer_id=CustomerId(customer),
    )


def _status(to: Status) -> Callable[[Calendar, Wish, int], cmd.Command]:
    def command(calendar: Calendar, wish: Wish, _: int) -> cmd.Command:
        return cmd.ChangeStatus(booking_id=_a_booking(calendar, wish), to=to, reasoned=wish.override)

    return command


def _change_terms(_: Calendar, wish: Wish, __: int) -> cmd.Command:
    services = MENUS[wish.service % len(MENUS)]
    return cmd.ChangeTerms(terms=terms(services=services, policy=POLICIES[wish.which % len(POLICIES)]))


def _add_time_off(_: Calendar, wish: Wish, number: int) -> cmd.Command:
    away = off(wish.start, wish.start + timedelta(minutes=20), f"off_{number}")
    return cmd.AddTimeOff(time_off=away, force=wish.override)


def _remove_time_off(calendar: Calendar, wish: Wish, _: int) -> cmd.Command:
    return cmd.RemoveTimeOff(time_off_id=TimeOffId(_pick([t.id for t in calendar.time_off], wish.which, "off_none")))


def _resize(calendar: Calendar, wish: Wish, number: int) -> cmd.Command:
    return cmd.ResizeAppointment(booking_id=_a_booking(calendar, wish), minutes=5 + 10 * (number % 9))


COMMANDS: Mapping[str, Callable[[Calendar, Wish, int], cmd.Command]] = {
    "book": _book,
    "book what is held": _book_held,
    "book next to": _book_next_to,
    "join": _join,
    "hold": _hold,
    "offer": _offer,
    "release": lambda calendar, wish, _: cmd.ReleaseHold(hold_id=_a_hold(calendar, wish)),
    "move": _move,
    "resize": _resize,
    "move out": _move_out,
    "move in": _move_in,
    "book series": _book_series,
    "cancel series": _cancel_series,
    "move series": _move_series,
    "book group": _book_group,
    "join session": _join_session,
    "confirm": _status(Status.CONFIRMED),
    "cancel": _status(Status.CANCELLED),
    "complete": _status(Status.COMPLETED),
    "miss": _status(Status.NO_SHOW),
    "acknowledge": lambda calendar, wish, _: cmd.AcknowledgeAppointment(booking_id=_a_booking(calendar, wish)),
    "note": lambda calendar, wish, _: cmd.NoteAppointment(booking_id=_a_booking(calendar, wish), noted=wish.override),
    "rate": lambda calendar, wish, _: cmd.RateAppointment(booking_id=_a_booking(calendar, wish), stars=5),
    "change terms": _change_terms,
    "add time off": _add_time_off,
    "remove time off": _remove_time_off,
    "meet deadlines": lambda _, __, ___: cmd.MeetDeadlines(),
}

# Bookings come first and often: the other commands are about them.
_OFTEN = ["book", "book", "book next to", "join", "join", "join", "hold", "hold", "move", "offer", "book what is held"]

# Crowded, so that people get in one another's way: a few starts of two days, some around UTC midnight (21:00 in
# Buenos Aires), one off the grid; now and then one that is no whole minute.
STARTS = st.builds(
    lambda day, minute, second: at("2026-12-01 00:00") + timedelta(days=day, minutes=minute, seconds=second),
    st.sampled_from([0, 0, 0, 1]),
    st.sampled_from([540, 560, 570, 585, 600, 601, 640, 1235, 1255, 1260, 1270]),
    st.sampled_from([0] * 11 + [30]),
)

WISHES = st.builds(
    Wish,
    what=st.sampled_from([*_OFTEN, *COMMANDS]),
    who=st.sampled_from([ANA, BARBER_SELF, BRUNO, OWNER, ADMIN, SYSTEM]),
    start=STARTS,
    service=st.sampled_from([0, 1, 2, 2, 2, 3]),
    which=st.integers(0, 5),
    override=st.booleans(),
    pause=st.sampled_from([0, 0, 0, 0, 1, 5, 10, 45]).map(lambda number: timedelta(minutes=number)),
)


def fresh(policy: Policy = POLICY) -> Calendar:
    """The calendar that every history begins with: always open, with the whole menu."""
    return opened(terms(services=MENU, policy=policy), ALWAYS, provider_id=BARBER, business_id=SHOP, now=BEGIN)


def request(calendar: Calendar, wish: Wish, number: int) -> cmd.Request:
    """The request that a wish comes down to; everyone gives a key."""
    # The system confirms and expires, and has no other business: let it do what it is there for.
    who = BARBER_SELF if wish.who is SYSTEM and wish.what not in {"confirm", "cancel", "meet deadlines"} else wish.who
    who = SYSTEM if wish.what in {"offer", "meet deadlines"} else who
    # Customers know that they may not override; that it is refused is `test_appointments`'s business.
    wish = wish._replace(override=wish.override and who.role in STAFF)
    command = COMMANDS[wish.what](calendar, wish, number)
    return cmd.Request(command=command, actor=who, key=f"key_{number}", fingerprint=f"print_{number}")


def told(wishes: Sequence[Wish], begin: Calendar | None = None) -> History:
    """Ask everything in turn, and keep what was accepted."""
    begin = calendar = begin or fresh()
    now = BEGIN
    accepted: list[tuple[cmd.Request, datetime, Decision]] = []
    for number, wish in enumerate(wishes):
        now += wish.pause
        asked = request(calendar, wish, number)
        decision = decide(calendar, asked, now=now)
        if isinstance(decision, Decision):
            accepted.append((asked, now, decision))
            calendar = decision.after
    return History(begin, tuple(accepted))


HISTORIES = st.builds(told, st.lists(WISHES, min_size=20, max_size=60), st.sampled_from(POLICIES).map(fresh))


# --- The obvious checks -------------------------------------------------------------------------------------------


class Taken(NamedTuple):
    """What one booking or hold occupies, by its own account. People in one session share their time."""

    start: datetime
    end: datetime
    party: str
    ref: str


def taken(calendar: Calendar) -> Iterator[Taken]:
    """Everything that occupies time, read off bookings and holds themselves, never off the busy index."""
    for booked in calendar.bookings.values():
        if booked.live:
            yield Taken(booked.occupied_from, booked.occupied_until, booked.session_id or booked.id, booked.id)
    for held in calendar.holds.values():
        yield Taken(held.occupied_from, held.occupied_until, held.id, held.id)


def require_no_overlap(calendar: Calendar) -> None:
    """The promise of the whole project, checked the obvious way: every pair."""
    for a, b in combinations(taken(calendar), 2):
        assert a.party == b.party or a.end <= b.start or b.end <= a.start, f"double booking: {a} and {b}"


def require_sessions_in_order(calendar: Calendar) -> None:
    """Sessions have exactly the members whose bookings say so, no more than fit, all starting together."""
    members: dict[SessionId, list[Booking]] = defaultdict(list)
    for booked in calendar.bookings.values():
        if booked.live and booked.session_id is not None:
            members[booked.session_id].append(booked)
    assert members.keys() == set(calendar.sessions)
    for session_id, session in calendar.sessions.items():
        assert sorted(session.members) == sorted(b.id for b in members[session_id])
        assert len(session.members) <= session.capacity
        assert {b.start for b in members[session_id]} == {session.start}


def require_derived_parts_true(calendar: Calendar) -> None:
    """The busy index and the deadlines are what bookings, holds and sessions call for, and nothing else."""
    wanted: dict[int, set[Busy]] = defaultdict(set)
    for part in taken(calendar):
        session_id = SessionId(part.party)
        stretch = Busy(epoch_seconds(part.start), epoch_seconds(part.end), part.party)
        if session_id in calendar.sessions:
            # A session keeps the time that its first member took, who may have left since.
            kept = {b for row in calendar.busy.values() for b in row if b.ref == session_id}
            assert len(kept) == 1, f"session {session_id} occupies {kept}"
            (whole,) = kept
            assert whole.start <= stretch.start, f"{part.ref} reaches out of its session"
            assert stretch.end <= whole.end, f"{part.ref} reaches out of its session"
            stretch = whole
        for day in range(stretch.start // 86_400, (stretch.end - 1) // 86_400 + 1):
            wanted[day].add(stretch)
    assert dict(calendar.busy) == {day: tuple(sorted(row)) for day, row in wanted.items()}

    deadlines = [Deadline(to_us(h.expires_at), h.id) for h in calendar.holds.values()]
    for booked in calendar.bookings.values():
        if booked.status is Status.PENDING:
            assert booked.pending_until is not None
            deadlines.append(Deadline(to_us(booked.pending_until), booked.id))
        else:
            assert booked.pending_until is None
    assert calendar.deadlines == tuple(sorted(deadlines))
