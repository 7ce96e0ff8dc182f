"""Schedules, time off, slots and holds, through the real engine."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.http.api import API, NOW, START, HandClock, Shop, token


async def slots(shop: Shop, **query: Any) -> Any:
    asked: dict[str, Any] = {
        "providerId": shop.provider_id,
        "serviceId": shop.service_id,
        "from_": "2026-12-01",
        "to": "2026-12-01",
    }
    reply = await shop.client.get(f"{API}/slots", **{**asked, **query})
    assert reply.status == 200, reply
    return reply.body


async def starts(shop: Shop, **query: Any) -> list[str]:
    return [slot["start"] for day in (await slots(shop, **query))["days"] for slot in day["slots"]]


async def test_a_schedule_is_what_was_put(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}/schedule"
    schedule = {
        "weekly": [{"day": "SA", "from": "09:00", "to": "24:00"}],
        "breaks": [],
        "exceptions": [{"date": "2026-12-25", "hours": [], "reason": "Navidad"}],
    }

    put = await shop.client.call("PUT", path, schedule, by=shop.provider)
    got = await shop.client.get(path, by=shop.owner)

    assert {name: got.body[name] for name in schedule} == schedule
    assert put.body == got.body


async def test_hours_that_end_before_they_begin_are_refused(shop: Shop) -> None:
    body = {"weekly": [{"day": "SA", "from": "20:00", "to": "04:00"}]}

    reply = await shop.client.call("PUT", f"{API}/providers/{shop.provider_id}/schedule", body, by=shop.owner)

    assert (reply.status, reply.wrong) == (422, ["$.weekly[0]"])


async def test_slots_keep_clear_of_breaks_and_bookings(shop: Shop) -> None:
    await shop.booked("2026-12-01T10:00:00-03:00")

    free = await starts(shop)

    assert free[0] == "2026-12-01T09:00:00-03:00"
    assert "2026-12-01T09:45:00-03:00" not in free
    assert "2026-12-01T10:15:00-03:00" not in free
    assert "2026-12-01T10:30:00-03:00" in free
    assert "2026-12-01T13:00:00-03:00" not in free
    assert free[-1] == "2026-12-01T17:30:00-03:00"


async def test_a_booking_that_is_to_be_moved_does_not_stand_in_its_own_way(shop: Shop) -> None:
    booking = await shop.booked(START)

    assert START not in await starts(shop)
    assert START in await starts(shop, bookingId=booking["id"])


async def test_any_provider_of_a_business_can_be_asked_for(shop: Shop) -> None:
    reply = await shop.client.get(
        f"{API}/slots", businessId=shop.business_id, serviceId=shop.service_id, from_="2026-12-01", to="2026-12-02"
    )

    assert reply.body["sequence"] is None
    assert [day["date"] for day in reply.body["days"]] == ["2026-12-01", "2026-12-02"]
    assert reply.body["days"][0]["slots"][0]["providerId"] == shop.provider_id


async def test_slots_can_be_limited(shop: Shop) -> None:
    assert len(await starts(shop, limit=3, to="2026-12-03")) == 3


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"to": "2027-12-01"}, "$.to"),
        ({"to": "2026-11-30"}, "$.to"),
        ({"from_": "9999-12-31", "to": "9999-12-31"}, "$.from"),
        ({"from_": "0001-01-01", "to": "0001-01-01"}, "$.from"),
        ({"from_": "2026-12-01T10:00:00Z"}, "$.from"),
    ],
)
async def test_a_range_that_nobody_can_choose_from_is_refused(shop: Shop, query: dict[str, Any], wrong: str) -> None:
    asked: dict[str, Any] = {
        "providerId": shop.provider_id,
        "serviceId": shop.service_id,
        "from_": "2026-12-01",
        "to": "2026-12-01",
    }

    reply = await shop.client.get(f"{API}/slots", **{**asked, **query})

    assert (reply.status, reply.wrong) == (422, [wrong])


async def test_time_off_is_not_offered_until_it_is_given_up(shop: Shop) -> None:
    path = f"{API}/providers/{shop.provider_id}/time-off"
    body = {"start": "2026-12-01T12:00:00Z", "end": "2026-12-01T21:00:00Z"}

    added = await shop.client.made(path, body, by=shop.provider)
    closed = await starts(shop)
    removed = await shop.client.call("DELETE", f"{path}/{added['id']}", by=shop.provider)

    assert added["start"] == "2026-12-01T09:00:00-03:00"
    assert closed == []
    assert removed.status == 204
    assert await starts(shop)


async def test_time_off_over_bookings_needs_force(shop: Shop) -> None:
    booking = await shop.booked(START)
    path = f"{API}/providers/{shop.provider_id}/time-off"
    body = {"start": "2026-12-01T00:00:00-03:00", "end": "2026-12-02T00:00:00-03:00"}

    refused = await shop.client.post(path, body, by=shop.provider)
    forced = await shop.client.post(path, {**body, "force": True}, by=shop.provider)

    assert (refused.status, refused.code) == (409, "bookings_in_the_way")
    assert booking["id"] in str(refused.body["data"])
    assert forced.status == 201


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        ("2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z", "$.end"),
        ("2026-12-01T00:00:00Z", "2029-12-01T00:00:00Z", "$.end"),
        ("9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59-23:59", "$.start"),
        ("0001-01-01T00:00:00+23:59", "2026-12-01T00:00:00Z", "$.start"),
    ],
)
async def test_time_off_that_makes_no_sense_is_refused(shop: Shop, start: str, end: str, wrong: str) -> None:
    path = f"{API}/providers/{shop.provider_id}/time-off"

    reply = await shop.client.post(path, {"start": start, "end": end}, by=shop.owner)

    assert (reply.status, reply.wrong) == (422, [wrong])


async def test_a_hold_keeps_a_slot_from_others_until_it_is_released(shop: Shop) -> None:
    hold = await shop.client.made(f"{API}/holds", shop.wish(), by=shop.customer)
    other = token("customer", "cus_other")

    refused = await shop.client.post(f"{API}/bookings", shop.wish(), by=other)
    released = await shop.client.call("DELETE", f"{API}/holds/{hold['id']}", by=shop.customer)
    booked = await shop.client.post(f"{API}/bookings", shop.wish(), by=other)

    assert hold["expiresAt"] == "2026-11-27T09:05:00-03:00"
    assert (refused.status, refused.code) == (409, "slot_taken")
    assert released.status == 204
    assert booked.status == 201


async def test_a_hold_is_over_when_its_time_is(shop: Shop, clock: HandClock) -> None:
    hold = await shop.client.made(f"{API}/holds", shop.wish(), by=shop.customer)
    clock.set(NOW + timedelta(minutes=6))

    reply = await shop.client.post(f"{API}/bookings", shop.wish(holdId=hold["id"]), by=shop.customer)

    assert (reply.status, reply.code) == (409, "hold_expired")
    assert len(reply.body["data"]["suggestedSlots"]) == 3


async def test_the_event_stream_is_read_without_gaps(shop: Shop) -> None:
    await shop.booked(START)
    path = f"{API}/providers/{shop.provider_id}/events"

    read: list[int] = []
    query: dict[str, Any] = {"after": 0}
    while True:
        reply = await shop.client.get(path, by=shop.owner, limit=2, **query)
        read += [event["sequence"] for event in reply.body["items"]]
        if reply.body["nextCursor"] is None:
            break
        query = {"cursor": reply.body["nextCursor"]}

    assert read == list(range(1, reply.body["sequence"] + 1))


async def test_the_event_stream_holds_no_names_or_phones(shop: Shop) -> None:
    await shop.client.made(f"{API}/bookings", shop.walk_in(note="Suárez, alérgica"), by=shop.owner)

    reply = await shop.client.get(f"{API}/providers/{shop.provider_id}/events", by=shop.owner)

    assert "Suárez" not in str(reply.body)
    assert "2345" not in str(reply.body["items"])


async def test_hours_are_told_date_by_date_with_holidays_and_exceptions_and_without_time_off(shop: Shop) -> None:
    await shop.client.call("PATCH", f"{API}/businesses/{shop.business_id}", {"holidays": "AR"}, by=shop.owner)
    off = {"start": "2026-12-09T09:00:00-03:00", "end": "2026-12-09T18:00:00-03:00"}
    await shop.client.made(f"{API}/providers/{shop.provider_id}/time-off", off, by=shop.provider)
    path = f"{API}/providers/{shop.provider_id}/hours"

    reply = await shop.client.get(path, by=shop.provider, from_="2026-12-08", to="2026-12-12")

    holiday, wednesday, *_, saturday = reply.body["days"]
    assert (holiday["open"], holiday["holiday"]) == ([], True)
    assert wednesday["open"] == [
        {"start": "2026-12-09T09:00:00-03:00", "end": "2026-12-09T13:00:00-03:00"},
        {"start": "2026-12-09T14:00:00-03:00", "end": "2026-12-09T18:00:00-03:00"},
    ]
    assert (saturday["open"], saturday["holiday"]) == ([], False)
    too_long = await shop.client.get(path, by=shop.provider, from_="2026-12-01", to="2027-01-01")
    assert (too_long.status, too_long.wrong) == (422, ["$.to"])
