"""The advanced routes, series and sessions, through the real engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.http.api import API, START, Shop, token

ADVANCED = f"{API}/bookings/advanced"
ANA = {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"}
BETO = {"name": "Beto Paz", "phone": "+54 9 11 5555-1234"}


def wish(shop: Shop, **more: object) -> dict[str, object]:
    """The body of an advanced request."""
    return {"providerId": shop.provider_id, "serviceId": shop.service_id, "startTime": START, **more}


async def weekly(shop: Shop, occurrences: int = 3, **more: object) -> Any:
    body = wish(shop, pattern="weekly", occurrences=occurrences, **more)
    return await shop.client.made(f"{ADVANCED}/recurring", body, by=shop.customer)


async def a_group(shop: Shop, *participants: object, places: int = 5) -> Any:
    body = wish(shop, maxParticipants=places, participants=participants)
    return await shop.client.made(f"{ADVANCED}/group", body, by=shop.provider)


# --- Thin routes --------------------------------------------------------------------------------------------------


async def test_create_with_lock_is_a_booking_like_any_other(shop: Shop) -> None:
    booking = await shop.client.made(f"{ADVANCED}/create-with-lock", wish(shop), by=shop.customer)
    assert (await shop.client.get(f"{API}/bookings/{booking['id']}", by=shop.customer)).body == booking
    taken = await shop.client.post(f"{ADVANCED}/create-with-lock", wish(shop, customer=BETO), by=shop.owner)
    assert (taken.status, taken.code) == (409, "slot_taken")
    assert len(taken.body["data"]["suggestedSlots"]) == 3


async def test_a_state_transition_does_what_the_booking_s_own_routes_do(shop: Shop) -> None:
    booking = await shop.booked()
    body = {"bookingId": booking["id"], "newStatus": "CANCELLED", "reason": "Me surgió un viaje"}
    reply = await shop.client.post(f"{ADVANCED}/state-transition", body, by=shop.customer)
    assert (reply.status, reply.body["status"], reply.body["cancelledBy"]) == (200, "CANCELLED", "customer")
    assert reply.body["cancelReason"] == "Me surgió un viaje"
    again = await shop.client.post(f"{ADVANCED}/state-transition", {**body, "newStatus": "CONFIRMED"}, by=shop.owner)
    assert (again.status, again.code) == (409, "transition_not_allowed")


async def test_a_customer_may_cancel_but_not_confirm_complete_or_miss(shop: Shop) -> None:
    booking = await shop.booked()
    for status in ("CONFIRMED", "COMPLETED", "NO_SHOW", "PENDING"):
        body = {"bookingId": booking["id"], "newStatus": status}
        reply = await shop.client.post(f"{ADVANCED}/state-transition", body, by=shop.customer)
        assert (reply.status, reply.code) == (403, "forbidden"), status


async def test_whether_a_start_can_be_booked_is_told_to_anybody(shop: Shop) -> None:
    free = await shop.client.post(f"{ADVANCED}/availability/check", wish(shop))
    assert (free.status, free.body["available"], free.body["code"]) == (200, True, None)
    booking = await shop.booked()
    taken = await shop.client.post(f"{ADVANCED}/availability/check", wish(shop))
    assert (taken.body["available"], taken.body["code"]) == (False, "slot_taken")
    assert taken.body["sequence"] == booking["sequence"]
    assert [slot["start"] for slot in taken.body["suggestedSlots"]] == [
        "2026-12-01T09:30:00-03:00",
        "2026-12-01T10:30:00-03:00",
        "2026-12-01T09:15:00-03:00",
    ]


async def test_the_slots_of_a_day_are_those_of_the_slot_list(shop: Shop) -> None:
    path = f"{ADVANCED}/availability/{shop.provider_id}/2026-12-01"
    day = (await shop.client.get(path, serviceId=shop.service_id)).body
    listed = await shop.client.get(
        f"{API}/slots", providerId=shop.provider_id, serviceId=shop.service_id, from_="2026-12-01", to="2026-12-01"
    )
    assert day["slots"] == listed.body["days"][0]["slots"]
    assert (day["date"], day["providerId"]) == ("2026-12-01", shop.provider_id)


@pytest.mark.parametrize("date", ["tomorrow", "2026-13-01", "2026-02-30", "9999-12-31", "20261201"])
async def test_what_is_no_date_is_invalid(shop: Shop, date: str) -> None:
    reply = await shop.client.get(f"{ADVANCED}/availability/{shop.provider_id}/{date}", serviceId=shop.service_id)
    assert (reply.status, reply.body["data"]["fields"][0]["path"]) == (422, "$.date")


# --- Series -------------------------------------------------------------------------------------------------------


async def test_a_series_answers_with_its_bookings(shop: Shop) -> None:
    series = await weekly(shop)
    assert [b["start"][:16] for b in series["bookings"]] == [
        "2026-12-01T10:00",
        "2026-12-08T10:00",
        "2026-12-15T10:00",
    ]
    assert {b["seriesId"] for b in series["bookings"]} == {series["seriesId"]}
    assert series["skipped"] == series["moved"] == []


async def test_a_series_that_cannot_be_booked_whole_lists_every_conflict(shop: Shop) -> None:
    await shop.booked("2026-12-08T10:00:00-03:00")
    body = wish(shop, pattern="weekly", occurrences=3, customer=BETO)
    reply = await shop.client.post(f"{ADVANCED}/recurring", body, by=shop.owner)
    assert (reply.status, reply.code) == (409, "series_conflict")
    (conflict,) = reply.body["data"]["conflicts"]
    assert (conflict["start"], conflict["code"]) == ("2026-12-08T10:00:00-03:00", "slot_taken")
    assert len(conflict["suggestedSlots"]) == 3


async def test_what_is_not_free_is_skipped_or_moved_as_wished(shop: Shop) -> None:
    await shop.booked("2026-12-08T10:00:00-03:00")
    skipping = await weekly(shop, onConflict="skip")
    assert [(s["start"], s["code"]) for s in skipping["skipped"]] == [("2026-12-08T10:00:00-03:00", "slot_taken")]
    moving = await weekly(shop, onConflict="nearest")
    assert len(moving["bookings"]) == 3
    assert [m["code"] for m in moving["moved"]] == ["slot_taken"] * 3
    assert all(m["start"][:10] == m["movedTo"][:10] for m in moving["moved"])


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"pattern": "weekly"}, "$"),
        ({"pattern": "hourly", "occurrences": 2}, "$.pattern"),
        ({"pattern": "weekly", "occurrences": 0}, "$.occurrences"),
        ({"pattern": "weekly", "occurrences": 105}, "$.occurrences"),
        ({"pattern": "monthly", "occurrences": 104}, "$.occurrences"),
        ({"pattern": "weekly", "endDate": "2029-01-01"}, "$.endDate"),
        ({"pattern": "daily", "endDate": "2027-12-01"}, "$.endDate"),
        ({"pattern": "weekly", "occurrences": 2, "onConflict": "ignore"}, "$.onConflict"),
        ({"pattern": "weekly", "occurrences": 2, "status": "CONFIRMED"}, "$.status"),
    ],
)
async def test_a_recurrence_that_is_none_or_too_long_is_invalid(
    shop: Shop, terms: dict[str, object], path: str
) -> None:
    reply = await shop.client.post(f"{ADVANCED}/recurring", wish(shop, **terms), by=shop.customer)
    assert (reply.status, reply.body["data"]["fields"][0]["path"]) == (422, path)


async def test_a_repeat_of_a_series_gets_the_first_answer(shop: Shop) -> None:
    body = wish(shop, pattern="weekly", occurrences=3, onConflict="skip")
    first = await shop.client.post(f"{ADVANCED}/recurring", body, by=shop.customer, key="k")
    again = await shop.client.post(f"{ADVANCED}/recurring", body, by=shop.customer, key="k")
    other = await shop.client.post(f"{ADVANCED}/recurring", {**body, "occurrences": 4}, by=shop.customer, key="k")
    assert (again.status, again.body) == (first.status, first.body)
    assert (other.status, other.code) == (409, "idempotency_key_reused")


async def test_the_rest_of_a_series_is_cancelled(shop: Shop) -> None:
    series = await weekly(shop)
    reply = await shop.client.call(
        "DELETE", f"{API}/series/{series['seriesId']}", by=shop.customer, query={"from": "2026-12-08"}
    )
    assert reply.status == 200
    assert [b["status"] for b in reply.body["cancelled"]] == ["CANCELLED", "CANCELLED"]
    first = await shop.client.get(f"{API}/bookings/{series['bookings'][0]['id']}", by=shop.customer)
    assert first.body["status"] == "CONFIRMED"


async def test_what_is_too_near_for_its_customer_to_cancel_is_kept_and_told(shop: Shop) -> None:
    await shop.set_policy(cancellationNoticeMinutes=7 * 24 * 60)
    series = await weekly(shop)
    reply = await shop.client.call("DELETE", f"{API}/series/{series['seriesId']}", by=shop.customer)
    assert [(k["bookingId"], k["code"]) for k in reply.body["kept"]] == [
        (series["bookings"][0]["id"], "cancellation_notice_passed")
    ]
    assert len(reply.body["cancelled"]) == 2


async def test_this_booking_and_all_that_follow_move(shop: Shop) -> None:
    series = await weekly(shop)
    body = {"bookingId": series["bookings"][1]["id"], "start": "2026-12-09T11:00:00-03:00"}
    reply = await shop.client.post(f"{API}/series/{series['seriesId']}/reschedule", body, by=shop.customer)
    assert [b["start"] for b in reply.body["bookings"]] == ["2026-12-09T11:00:00-03:00", "2026-12-16T11:00:00-03:00"]


async def test_a_series_is_out_of_others_reach(shop: Shop) -> None:
    path = f"{API}/series/{(await weekly(shop))['seriesId']}"
    for stranger in (token("customer", "cus_x"), token("owner", "x", "biz_x"), token("provider", "prv_x")):
        assert (await shop.client.call("DELETE", path, by=stranger)).status == 403
    assert (await shop.client.call("DELETE", f"{API}/series/none", by=shop.owner)).status == 404


# --- Groups -------------------------------------------------------------------------------------------------------


async def test_a_group_takes_its_time_once_and_everybody_has_a_booking(shop: Shop) -> None:
    group = await a_group(shop, ANA, BETO)
    assert {b["sessionId"] for b in group["bookings"]} == {group["sessionId"]}
    session = (await shop.client.get(f"{API}/sessions/{group['sessionId']}", by=shop.provider)).body
    assert (session["capacity"], session["freePlaces"], session["start"]) == (5, 3, START)
    assert {p["id"] for p in session["participants"]} == {b["id"] for b in group["bookings"]}


async def test_customers_join_a_session_once(shop: Shop) -> None:
    path = f"{API}/sessions/{(await a_group(shop, ANA))['sessionId']}/participants"
    joined = await shop.client.post(path, by=shop.customer)
    assert (joined.status, joined.body["start"]) == (201, START)
    again = await shop.client.post(path, by=shop.customer)
    assert (again.status, again.code) == (409, "already_participating")
    staff = await shop.client.post(path, {"customer": BETO}, by=shop.provider)
    assert staff.status == 201


async def test_two_hundred_customers_want_the_last_place_and_one_gets_it(shop: Shop) -> None:
    path = f"{API}/sessions/{(await a_group(shop, ANA, places=2))['sessionId']}/participants"

    async def attempt(number: int) -> tuple[int, str]:
        reply = await shop.client.post(path, by=token("customer", f"cus_{number}"), key=f"k{number}")
        return reply.status, reply.body.get("code", "")

    assert Counter(await asyncio.gather(*(attempt(n) for n in range(200)))) == {
        (201, ""): 1,
        (409, "session_full"): 199,
    }


async def test_who_leaves_makes_room_and_the_last_one_frees_the_time(shop: Shop) -> None:
    group = await a_group(shop, ANA, BETO, places=2)
    path = f"{API}/sessions/{group['sessionId']}/participants"
    first, second = (f"{API}/bookings/{booking['id']}/cancel" for booking in group["bookings"])
    assert (await shop.client.post(path, by=shop.customer)).code == "session_full"
    await shop.client.post(first, by=shop.owner)
    joined = await shop.client.made(path, {}, by=shop.customer)
    await shop.client.post(f"{API}/bookings/{joined['id']}/cancel", by=shop.customer)
    taken = await shop.client.post(f"{ADVANCED}/availability/check", wish(shop))
    await shop.client.post(second, by=shop.owner)
    free = await shop.client.post(f"{ADVANCED}/availability/check", wish(shop))
    assert (taken.body["available"], free.body["available"]) == (False, True)


async def test_more_participants_than_places_are_invalid(shop: Shop) -> None:
    body = wish(shop, maxParticipants=1, participants=[ANA, BETO])
    reply = await shop.client.post(f"{ADVANCED}/group", body, by=shop.owner)
    assert (reply.status, reply.code) == (422, "invalid")
