"""What is said about an event in public, against the obvious: everything that is busy, before and after."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings

from tests.engine.domain.calendars import ANA, BRUNO
from tests.engine.domain.histories import HISTORIES, History
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.evolve import evolve
from turnero.engine.domain.value import epoch_seconds
from turnero.http.gateway import pushes
from turnero.http.gateway.frames import AvailabilityUpdated, Change, ChangeKind
from turnero.http.gateway.wire import framed
from turnero.http.wire import render

Stretches = set[tuple[int, int]]


def stretches(updated: AvailabilityUpdated, kind: ChangeKind) -> Stretches:
    return {(epoch_seconds(c.start), epoch_seconds(c.end)) for c in updated.changes if c.kind is kind}


def busy(calendar: Calendar) -> Stretches:
    """Return all that is busy, from the truth and not from the index."""
    found = {
        (epoch_seconds(each.occupied_from), epoch_seconds(each.occupied_until))
        for each in (*calendar.holds.values(), *(b for b in calendar.bookings.values() if b.live and not b.session_id))
    }
    sessions = {session.id for session in calendar.sessions.values()}
    return found | {(b.start, b.end) for row in calendar.busy.values() for b in row if b.ref in sessions}


def steps(history: History) -> list[tuple[Calendar, AvailabilityUpdated, Calendar]]:
    found = []
    calendar = history.begin
    for recorded in history.events:
        after = evolve(calendar, recorded)
        found.append((calendar, pushes.availability_updated(calendar, recorded, after), after))
        calendar = after
    return found


@settings(max_examples=60, deadline=None)
@given(history=HISTORIES)
def test_whoever_adds_up_the_changes_knows_what_is_busy(history: History) -> None:
    known = busy(history.begin)
    for before, updated, after in steps(history):
        taken, freed = stretches(updated, ChangeKind.TAKEN), stretches(updated, ChangeKind.FREED)
        assert not taken & freed
        # What was busy and is taken has filled up; what stays busy and is freed has a place again.
        assert freed <= busy(before)
        known = (known - (freed - busy(after))) | taken
        assert known == busy(after)
        assert updated.sequence == after.sequence


@settings(max_examples=60, deadline=None)
@given(history=HISTORIES)
def test_no_change_of_hours_goes_unsaid(history: History) -> None:
    for before, updated, after in steps(history):
        said = bool(stretches(updated, ChangeKind.SCHEDULE))
        same = (before.schedule, before.terms, before.time_off) == (after.schedule, after.terms, after.time_off)
        assert said or same


@settings(max_examples=60, deadline=None)
@given(history=HISTORIES)
def test_nobody_is_named_in_public(history: History) -> None:
    people = {ANA.subject, BRUNO.subject}
    for _, updated, after in steps(history):
        text = render.encode(updated).decode()
        assert not [name for name in people | set(after.bookings) | set(after.holds) if f'"{name}"' in text]


@settings(max_examples=40, deadline=None)
@given(history=HISTORIES)
def test_a_fresh_view_shows_what_is_busy_and_who_is_behind_it_to_staff_only(history: History) -> None:
    calendar = history.end
    now = history.decisions[-1][1] if history.decisions else datetime.fromisoformat("2026-12-01T08:00:00-03:00")
    window = epoch_seconds(now), epoch_seconds(now + pushes.VIEW_REACHES)
    staff = pushes.fresh_view(calendar, now=now, with_bookings=True)
    public = pushes.fresh_view(calendar, now=now, with_bookings=False)

    expected = {(start, end) for start, end in busy(calendar) if start < window[1] and end > window[0]}
    assert {(epoch_seconds(c.start), epoch_seconds(c.end)) for c in staff.busy} == expected
    assert public.busy == staff.busy
    assert public.bookings is None
    assert staff.bookings is not None
    live = {
        booking.id
        for booking in calendar.bookings.values()
        if booking.live and (booking.session_id is not None or booking.occupied_until > now)
    }
    assert {booking.id for booking in staff.bookings} <= live


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_says_how_long_it_is(length: int) -> None:
    text = b"x" * length
    frame = framed(text)
    head, size = (2, frame[1]) if frame[1] < 126 else ((4, None) if frame[1] == 126 else (10, None))

    assert frame[0] == 0x81
    assert (size if size is not None else int.from_bytes(frame[2:head], "big")) == length
    assert frame[head:] == text


def test_changes_are_written_in_the_providers_own_time() -> None:
    moment = datetime.fromisoformat("2026-12-01T10:00:00-03:00")
    change = Change(kind=ChangeKind.TAKEN, start=moment, end=moment + timedelta(minutes=30))

    assert msgspec.to_builtins(change) == {
        "kind": "taken",
        "start": "2026-12-01T10:00:00-03:00",
        "end": "2026-12-01T10:30:00-03:00",
    }
