from __future__ import annotations

from itertools import product
from typing import get_args

import pytest
from msgspec.structs import replace

from tests.engine.domain.calendars import (
    ADMIN,
    ANA,
    BARBER_SELF,
    BRUNO,
    INTEGRATOR,
    OWNER,
    at,
    booked,
    booking,
    group,
    hold,
    join,
    minutes,
    move,
    move_series,
    off,
    opened,
    series,
    terms,
)
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.authority import MAY_COMMAND, require_command, require_override, require_party
from turnero.engine.domain.booking import STAFF, SYSTEM, Role, Status
from turnero.engine.domain.decide import _RULES
from turnero.engine.domain.errors import Forbidden
from turnero.engine.domain.value import CustomerId, EntryId, ProviderId, SeriesId, TimeOffId

TEN = at("2026-12-01 10:00")
CALENDAR, MADE = booked(opened(), TEN)
ACTORS = {actor.role: actor for actor in (ADMIN, OWNER, BARBER_SELF, ANA, INTEGRATOR, SYSTEM)}

EXAMPLES: list[cmd.Command] = [
    cmd.OpenCalendar(business_id=CALENDAR.business_id, terms=terms()),
    cmd.ChangeTerms(terms=terms()),
    cmd.ChangeSchedule(schedule=CALENDAR.schedule),
    cmd.AddTimeOff(time_off=off(TEN, TEN + minutes(30))),
    cmd.RemoveTimeOff(time_off_id=TimeOffId("off_1")),
    hold(TEN),
    cmd.OfferSlot(
        hold_id=hold(TEN).hold_id,
        entry_id=EntryId("wle_1"),
        service_id=hold(TEN).service_id,
        customer_id=CustomerId(ANA.subject),
        start=TEN,
    ),
    cmd.ReleaseHold(hold_id=hold(TEN).hold_id),
    booking(TEN),
    cmd.ChangeStatus(booking_id=MADE.id, to=Status.CANCELLED),
    move(MADE, TEN),
    cmd.ResizeAppointment(booking_id=MADE.id, minutes=20),
    cmd.MoveOut(booking_id=MADE.id, sequence=MADE.sequence, to=ProviderId("prv_other")),
    cmd.MoveIn(booking=MADE, session_id=booking(TEN).session_id, origin=ProviderId("prv_other"), start=TEN),
    cmd.AcknowledgeAppointment(booking_id=MADE.id),
    cmd.NoteAppointment(booking_id=MADE.id, noted=True),
    cmd.RateAppointment(booking_id=MADE.id, stars=5),
    series(TEN, 2),
    cmd.CancelSeries(series_id=SeriesId("ser_1")),
    move_series(replace(MADE, series_id=SeriesId("ser_1")), TEN),
    group(TEN, "cus_ana"),
    join("ses_group", "cus_ana"),
    cmd.MeetDeadlines(),
]

ALLOWED = {
    "OpenCalendar": "owner admin",
    "ChangeTerms": "provider owner admin system",
    "ChangeSchedule": "provider owner admin",
    "AddTimeOff": "provider owner admin",
    "RemoveTimeOff": "provider owner admin",
    "HoldSlot": "provider owner admin customer integrator",
    "OfferSlot": "system",
    "ReleaseHold": "provider owner admin customer integrator system",
    "BookAppointment": "provider owner admin customer integrator",
    "ChangeStatus": "provider owner admin customer system",
    "RescheduleAppointment": "provider owner admin customer",
    "ResizeAppointment": "provider owner admin",
    "MoveOut": "provider owner admin customer",
    "MoveIn": "provider owner admin customer",
    "AcknowledgeAppointment": "customer",
    "NoteAppointment": "provider owner admin",
    "RateAppointment": "customer",
    "BookSeries": "provider owner admin customer integrator",
    "CancelSeries": "provider owner admin customer",
    "MoveSeries": "provider owner admin customer",
    "BookGroup": "provider owner admin",
    "JoinSession": "provider owner admin customer integrator",
    "MeetDeadlines": "system",
}


def test_every_command_has_a_rule_and_a_row_in_the_table_of_roles() -> None:
    commands = set(get_args(cmd.Command))
    assert set(_RULES) == set(MAY_COMMAND) == commands == {type(command) for command in EXAMPLES}


@pytest.mark.parametrize(
    ("command", "role"), list(product(EXAMPLES, Role)), ids=lambda value: getattr(value, "name", type(value).__name__)
)
def test_a_role_gives_the_commands_that_the_table_says_and_no_others(command: cmd.Command, role: Role) -> None:
    if role in ALLOWED[type(command).__name__].split():
        require_command(CALENDAR, ACTORS[role], command)
    else:
        with pytest.raises(Forbidden):
            require_command(CALENDAR, ACTORS[role], command)


def test_only_a_customer_is_bound_to_their_own_bookings() -> None:
    for actor in (ANA, BARBER_SELF, OWNER, ADMIN, SYSTEM, INTEGRATOR):
        require_party(actor, MADE)
    with pytest.raises(Forbidden):
        require_party(BRUNO, MADE)


@pytest.mark.parametrize("role", list(Role))
def test_override_is_for_staff(role: Role) -> None:
    if role in STAFF:
        require_override(ACTORS[role])
    else:
        with pytest.raises(Forbidden):
            require_override(ACTORS[role])
