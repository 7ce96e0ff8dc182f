from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.domain.calendars import BUENOS_AIRES, at, minutes
from turnero.engine.domain.hours import zone
from turnero.engine.domain.policy import Policy, QuietHours, reminder_offset
from turnero.engine.domain.reminding import (
    JUST_BEFORE_QUIET,
    LATEST_BEFORE_START,
    agenda_due,
    quiet_around,
    rating_due,
    reminders,
)

HOME = zone(BUENOS_AIRES)
LONG_AGO = at("2026-11-01 10:00")


def told(start: str, *, now: str | None = None, rules: Policy | None = None, tz: ZoneInfo = HOME) -> list[str]:
    """Who is reminded of what begins at `start`: "PT2H Tue 20:59" for each reminder, on the wall clock."""
    begin = datetime.fromisoformat(start).replace(tzinfo=tz)
    asked = LONG_AGO if now is None else datetime.fromisoformat(now).replace(tzinfo=tz).astimezone(UTC)
    planned = reminders(begin.astimezone(UTC), rules or Policy(), tz, now=asked)
    return [f"{before} {due_at.astimezone(tz):%a %H:%M}" for before, due_at in planned]


# --- Reminders ----------------------------------------------------------------------------------------------------


def test_reminders_come_as_long_before_as_the_rules_say() -> None:
    assert told("2026-12-03 11:00") == ["PT24H Wed 11:00", "PT2H Thu 09:00", "PT30M Thu 10:30"]


def test_who_books_three_hours_ahead_is_not_reminded_of_the_day_before() -> None:
    assert told("2026-12-03 15:00", now="2026-12-03 12:00") == ["PT2H Thu 13:00", "PT30M Thu 14:30"]
    assert told("2026-12-03 15:00", now="2026-12-03 13:00") == ["PT30M Thu 14:30"]
    assert told("2026-12-03 15:00", now="2026-12-03 16:00") == []


def test_a_reminder_that_would_come_at_night_comes_in_the_evening_before() -> None:
    assert told("2026-12-03 09:00") == ["PT24H Wed 09:00", "PT2H Wed 20:59", "PT30M Thu 08:30"]


def test_of_two_that_would_come_at_one_moment_the_one_that_says_more_comes() -> None:
    assert told("2026-12-03 08:15") == ["PT24H Wed 08:15", "PT2H Wed 20:59"]


def test_when_the_evening_before_is_gone_it_comes_in_the_morning_if_it_is_of_use_there() -> None:
    assert told("2026-12-03 09:30", now="2026-12-02 22:00") == ["PT2H Thu 08:00", "PT30M Thu 09:00"]
    assert told("2026-12-03 08:30", now="2026-12-02 22:00") == ["PT2H Thu 08:00"]
    assert told("2026-12-03 08:29", now="2026-12-02 22:00") == []


def test_quiet_hours_in_the_middle_of_a_day_are_kept_as_well() -> None:
    siesta = Policy(quiet_hours=QuietHours(starts="13:00", ends="16:30"))
    assert told("2026-12-03 17:00", rules=siesta) == ["PT24H Wed 17:00", "PT2H Thu 12:59", "PT30M Thu 16:30"]


def test_without_quiet_hours_people_are_reminded_at_night() -> None:
    always = Policy(quiet_hours=QuietHours(starts="00:00", ends="00:00"))
    assert told("2026-12-03 03:00", rules=always) == ["PT24H Wed 03:00", "PT2H Thu 01:00", "PT30M Thu 02:30"]


def test_quiet_hours_are_those_of_the_wall_clock_also_when_the_clocks_change() -> None:
    madrid = zone("Europe/Madrid")  # on 2027-03-28 the clocks go from 02:00 to 03:00
    assert told("2027-03-28 09:00", tz=madrid) == ["PT24H Sat 08:00", "PT2H Sat 20:59", "PT30M Sun 08:30"]
    santiago = zone("America/Santiago")  # on 2027-04-04 they go from 00:00 back to 23:00
    assert told("2027-04-04 09:00", tz=santiago) == ["PT24H Sat 10:00", "PT2H Sat 20:59", "PT30M Sun 08:30"]


ZONES = st.sampled_from(
    ["America/Argentina/Buenos_Aires", "America/Santiago", "Europe/Madrid", "Australia/Lord_Howe", "Asia/Kathmandu"]
).map(zone)
TIMES_OF_DAY = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
QUIET = st.tuples(TIMES_OF_DAY, TIMES_OF_DAY).flatmap(
    lambda hours: st.just(hours).filter(lambda h: _short_enough(*h)).map(lambda h: QuietHours(starts=h[0], ends=h[1]))
)
OFFSETS = st.lists(st.integers(1, 72 * 60).map("PT{}M".format), max_size=5).map(tuple)
# Around the changes of 2027, down to the minute.
INSTANTS = st.integers(0, 400 * 24 * 60).map(lambda n: datetime(2026, 12, 1, tzinfo=UTC) + timedelta(minutes=n))


def _short_enough(starts: str, ends: str) -> bool:
    try:
        QuietHours(starts=starts, ends=ends)
    except ValueError:
        return False
    return True


@given(start=INSTANTS, ahead=st.integers(-60, 5 * 24 * 60), tz=ZONES, quiet=QUIET, offsets=OFFSETS)
def test_no_reminder_is_late_or_early_or_disturbs_and_none_that_could_come_as_wished_comes_otherwise(
    start: datetime, ahead: int, tz: ZoneInfo, quiet: QuietHours, offsets: tuple[str, ...]
) -> None:
    now = start - minutes(ahead)
    planned = list(reminders(start, Policy(reminders=offsets, quiet_hours=quiet), tz, now=now))
    assert len({reminder.due_at for reminder in planned}) == len(planned), "no two at once"
    for before, due_at in planned:
        wish = start - reminder_offset(before)
        assert now < due_at < start
        assert quiet_around(due_at, quiet, tz) is None
        stretch = quiet_around(wish, quiet, tz)
        if stretch is None:
            assert due_at == wish
        elif due_at < wish:
            assert due_at == stretch[0] - JUST_BEFORE_QUIET
        else:
            assert due_at == stretch[1] <= start - LATEST_BEFORE_START
            assert stretch[0] - JUST_BEFORE_QUIET <= now, "only if it was too late for the evening before"
    missed = set(offsets) - {reminder.before for reminder in planned}
    for before in missed:
        wish = start - reminder_offset(before)
        as_wished = wish > now and quiet_around(wish, quiet, tz) is None
        assert not as_wished or wish in {reminder.due_at for reminder in planned}


# --- Quiet hours --------------------------------------------------------------------------------------------------


def test_quiet_hours_are_half_open_and_reach_over_midnight() -> None:
    night = QuietHours()
    for time, quiet in (("20:59", False), ("21:00", True), ("03:00", True), ("07:59", True), ("08:00", False)):
        assert (quiet_around(at(f"2026-12-03 {time}"), night, HOME) is not None) is quiet, time


def test_some_hours_of_a_day_are_left_to_speak() -> None:
    QuietHours(starts="12:00", ends="08:00")
    with pytest.raises(ValueError, match="at most 20"):
        QuietHours(starts="12:00", ends="08:01")


# --- Other times --------------------------------------------------------------------------------------------------


def test_how_it_was_is_asked_an_hour_after_the_end_but_not_at_night() -> None:
    end = at("2026-12-03 18:00")
    assert rating_due(end, Policy(), HOME, now=end - minutes(10)) == at("2026-12-03 19:00")
    assert rating_due(end, Policy(), HOME, now=end + timedelta(days=2)) == at("2026-12-05 18:00")
    assert rating_due(at("2026-12-03 20:30"), Policy(), HOME, now=end) == at("2026-12-04 08:00")


def test_an_agenda_comes_at_its_time_of_the_provider_s_day() -> None:
    rules = Policy(agenda_at="07:30")
    assert agenda_due(date(2026, 12, 3), rules, HOME) == at("2026-12-03 07:30")
    assert agenda_due(date(2026, 12, 3), rules, zone("Europe/Madrid")) == datetime(2026, 12, 3, 6, 30, tzinfo=UTC)
