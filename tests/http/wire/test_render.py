"""Records become answers in their calendar's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from turnero.engine.domain.booking import Actor, Hold, Role, Slot, Status
from turnero.engine.domain.events import HoldExpired, Recorded, SlotHeld
from turnero.engine.domain.policy import Policy, PolicyOverride
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, HoldId, ProviderId, ServiceId
from turnero.engine.ports import BookingRecord, Business
from turnero.engine.runtime.answers import DaySlots, EventsAnswer, SlotsAnswer
from turnero.http.wire import render

BUENOS_AIRES = "America/Argentina/Buenos_Aires"
START = datetime(2026, 12, 1, 13, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def as_json(answer: object) -> dict[str, object]:
    decoded: dict[str, object] = msgspec.json.decode(render.encode(answer))
    return decoded


def record(time_zone: str = BUENOS_AIRES, start: datetime = START) -> BookingRecord:
    return BookingRecord(
        id=BookingId("bkg_1"),
        business_id=BusinessId("biz_1"),
        provider_id=ProviderId("prv_1"),
        service_id=ServiceId("svc_1"),
        customer_id=CustomerId("cus_1"),
        start=start,
        end=start + HALF_HOUR,
        status=Status.CONFIRMED,
        revision=1,
        sequence=17,
        price=None,
        note="",
        series_id=None,
        session_id=None,
        cancelled_by=None,
        cancel_reason=None,
        created_at=START - timedelta(days=1),
        policy=Policy(),
        stars=None,
        acknowledged_at=None,
        time_zone=time_zone,
    )


@pytest.mark.parametrize(
    ("time_zone", "start", "shown"),
    [
        (BUENOS_AIRES, START, "2026-12-01T10:00:00-03:00"),
        ("Europe/Madrid", START, "2026-12-01T14:00:00+01:00"),
        ("Europe/Madrid", datetime(2026, 7, 1, 13, tzinfo=UTC), "2026-07-01T15:00:00+02:00"),
        ("America/Santiago", START, "2026-12-01T10:00:00-03:00"),
        ("Asia/Kathmandu", START, "2026-12-01T18:45:00+05:45"),
        ("UTC", START, "2026-12-01T13:00:00Z"),
    ],
)
def test_a_booking_is_shown_on_its_providers_clock(time_zone: str, start: datetime, shown: str) -> None:
    assert as_json(render.booking(record(time_zone, start)))["start"] == shown


def test_a_business_shows_the_policy_in_force_and_what_it_has_set() -> None:
    business = Business(
        id=BusinessId("biz_1"),
        name="El Turno",
        slug="el-turno",
        time_zone=BUENOS_AIRES,
        locale="es-AR",
        vertical="barber",
        holidays="AR",
        policy=PolicyOverride(hold_minutes=10),
        address=None,
        phone=None,
        created_at=START,
    )

    shown = as_json(render.business(business))

    assert shown["policy"] == {**as_json(Policy()), "holdMinutes": 10}
    assert shown["policyOverride"] == {"holdMinutes": 10}


def test_slots_are_shown_by_local_date() -> None:
    slot = Slot(start=START, end=START + HALF_HOUR, provider_id=ProviderId("prv_1"))
    answer = SlotsAnswer(time_zone=BUENOS_AIRES, sequence=3, days=(DaySlots(date=date(2026, 12, 1), slots=(slot,)),))

    assert as_json(render.slots(answer)) == {
        "timeZone": BUENOS_AIRES,
        "sequence": 3,
        "days": [
            {
                "date": "2026-12-01",
                "slots": [
                    {
                        "start": "2026-12-01T10:00:00-03:00",
                        "end": "2026-12-01T10:30:00-03:00",
                        "providerId": "prv_1",
                    }
                ],
            }
        ],
    }


def test_an_event_shows_who_when_and_what_but_not_under_which_key() -> None:
    hold = Hold(
        id=HoldId("hld_1"),
        service_id=ServiceId("svc_1"),
        holder="cus_1",
        start=START,
        end=START + HALF_HOUR,
        expires_at=START,
    )
    recorded = Recorded(
        sequence=4,
        at=START,
        actor=Actor(role=Role.CUSTOMER, subject="cus_1"),
        event=SlotHeld(hold=hold),
        key="their-own",
        fingerprint="f",
    )

    shown = as_json(render.event(recorded, "prv_1", render.zone(BUENOS_AIRES)))

    assert shown["type"] == "SlotHeld"
    assert shown["at"] == "2026-12-01T10:00:00-03:00"
    assert shown["by"] == {"role": "customer", "subject": "cus_1"}
    assert b"their-own" not in render.encode(shown)
    assert b"2026-12-01T13:00:00Z" not in render.encode(shown)


@pytest.mark.parametrize(("end", "cursor"), [(2, None), (5, "2")])
def test_a_stream_says_where_to_go_on_while_there_is_more(end: int, cursor: str | None) -> None:
    actor = Actor(role=Role.SYSTEM, subject="turnero")
    part = [Recorded(sequence=n, at=START, actor=actor, event=HoldExpired(hold_id=HoldId("h"))) for n in (1, 2)]
    answer = EventsAnswer(provider_id=ProviderId("prv_1"), time_zone="UTC", sequence=end, events=part)

    assert render.events(answer).next_cursor == cursor


def test_what_was_left_out_of_an_override_stays_out() -> None:
    assert render.members(PolicyOverride(hold_minutes=None), UTC) == {"holdMinutes": None}
