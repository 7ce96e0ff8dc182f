"""Bookings from first to last, through the real engine."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.http.api import API, START, HandClock, Shop, open_shop, token

AFTERWARDS = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)


async def change(shop: Shop, booking_id: str, verb: str, body: object = None, *, by: str) -> tuple[int, str]:
    reply = await shop.client.post(f"{API}/bookings/{booking_id}/{verb}", body, by=by)
    return reply.status, reply.body["status"] if reply.status == 200 else reply.code


async def test_a_booking_is_what_the_contract_says(shop: Shop) -> None:
    booking = await shop.client.made(f"{API}/bookings", shop.walk_in(note="Con barba"), by=shop.owner)

    assert booking["start"] == "2026-12-01T10:00:00-03:00"
    assert booking["end"] == "2026-12-01T10:30:00-03:00"
    assert booking["status"] == "CONFIRMED"
    assert booking["revision"] == 1
    assert booking["sequence"] > 0
    assert booking["price"] == {"amount": 1_200_000, "currency": "ARS"}
    assert booking["note"] == "Con barba"
    assert booking["seriesId"] is booking["sessionId"] is booking["cancelledBy"] is booking["cancelReason"] is None
    assert booking["createdAt"] == "2026-11-27T09:00:00-03:00"
    assert booking["policy"]["reminders"] == ["PT24H", "PT2H", "PT30M"]
    assert (await shop.client.get(f"{API}/bookings/{booking['id']}", by=shop.owner)).body == booking


async def test_of_many_bookings_for_one_slot_at_once_exactly_one_succeeds(shop: Shop) -> None:
    async def attempt(n: int) -> tuple[int, str]:
        reply = await shop.client.post(f"{API}/bookings", shop.wish(), by=token("customer", f"cus_{n}"))
        if reply.status == 409:
            assert len(reply.body["data"]["suggestedSlots"]) >= 3
        return reply.status, reply.body.get("code", "")

    outcomes = Counter(await asyncio.gather(*(attempt(n) for n in range(40))))

    assert outcomes == {(201, ""): 1, (409, "slot_taken"): 39}


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("2026-12-01T13:00:00-03:00", "in_break"),
        ("2026-12-01T20:00:00-03:00", "outside_working_hours"),
        ("2026-11-27T09:30:00-03:00", "too_soon"),
        ("2026-11-26T10:00:00-03:00", "too_soon"),
        ("2027-11-26T10:00:00-03:00", "too_far_ahead"),
        ("2026-12-01T10:07:00-03:00", "off_grid"),
    ],
)
async def test_a_time_that_is_not_offered_is_refused_with_suggestions(shop: Shop, start: str, code: str) -> None:
    reply = await shop.client.post(f"{API}/bookings", shop.wish(start), by=shop.customer)

    assert (reply.status, reply.code) == (409, code)
    suggested = reply.body["data"]["suggestedSlots"]
    assert len(suggested) >= 3
    assert all(slot["start"].endswith("-03:00") for slot in suggested)
    again = await shop.client.post(f"{API}/bookings", shop.wish(suggested[0]["start"]), by=shop.customer)
    assert again.status == 201


async def test_a_repeat_under_one_key_is_the_same_booking(shop: Shop) -> None:
    first = await shop.client.post(f"{API}/bookings", shop.wish(), by=shop.customer, key="k-1")
    again = await shop.client.post(f"{API}/bookings", shop.wish(), by=shop.customer, key="k-1")
    other = await shop.client.post(
        f"{API}/bookings", shop.wish("2026-12-01T11:00:00-03:00"), by=shop.customer, key="k-1"
    )

    assert first.status == again.status == 201
    assert first.body == again.body
    assert (other.status, other.code) == (409, "idempotency_key_reused")


async def test_two_people_may_use_the_same_key(shop: Shop) -> None:
    first = await shop.client.post(f"{API}/bookings", shop.wish(), by=shop.customer, key="1")
    other = await shop.client.post(
        f"{API}/bookings", shop.wish("2026-12-01T11:00:00-03:00"), by=token("customer", "cus_x"), key="1"
    )

    assert first.body["id"] != other.body["id"]


async def test_a_pending_booking_is_confirmed_by_staff_only(shop: Shop) -> None:
    await shop.set_policy(autoConfirm=False)
    booking = await shop.booked()

    assert booking["status"] == "PENDING"
    assert await change(shop, booking["id"], "confirm", by=shop.customer) == (403, "forbidden")
    assert await change(shop, booking["id"], "confirm", by=shop.provider) == (200, "CONFIRMED")
    assert await change(shop, booking["id"], "confirm", {}, by=shop.provider) == (409, "transition_not_allowed")


async def test_what_happened_is_recorded_after_it_happened(shop: Shop, clock: HandClock) -> None:
    came, missed = await shop.booked(), await shop.booked("2026-12-01T10:30:00-03:00")

    early = await change(shop, came["id"], "complete", by=shop.provider)
    clock.set(AFTERWARDS)

    assert early == (409, "transition_not_allowed")
    assert await change(shop, came["id"], "complete", by=shop.provider) == (200, "COMPLETED")
    assert await change(shop, missed["id"], "no-show", by=shop.provider) == (200, "NO_SHOW")


async def test_a_customer_cancels_in_time_or_not_at_all(shop: Shop, clock: HandClock) -> None:
    early, late = await shop.booked(), await shop.booked("2026-12-01T11:00:00-03:00")

    first = await shop.client.post(f"{API}/bookings/{early['id']}/cancel", {"reason": "Viajo"}, by=shop.customer)
    clock.set(datetime(2026, 12, 1, 12, tzinfo=UTC))
    second = await shop.client.post(f"{API}/bookings/{late['id']}/cancel", by=shop.customer)

    assert (first.body["status"], first.body["cancelledBy"]) == ("CANCELLED", "customer")
    assert first.body["cancelReason"] == "Viajo"
    assert (second.status, second.code) == (409, "cancellation_notice_passed")
    assert second.body["data"]["deadline"] == "2026-11-30T11:00:00-03:00"


async def test_a_booking_that_is_moved_keeps_its_id(shop: Shop) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}/reschedule"

    moved = await shop.client.post(path, {"start": "2026-12-01T15:00:00-03:00"}, by=shop.customer)
    taken = await shop.client.post(path, {"start": "2026-12-01T13:00:00-03:00"}, by=shop.customer)

    assert moved.body["id"] == booking["id"]
    assert (moved.body["revision"], moved.body["start"]) == (2, "2026-12-01T15:00:00-03:00")
    assert (taken.status, taken.code) == (409, "in_break")
    assert len(taken.body["data"]["suggestedSlots"]) >= 3


async def test_a_booking_can_move_to_another_provider(shop: Shop) -> None:
    body = {"businessId": shop.business_id, "name": "Leo", "serviceIds": [shop.service_id]}
    leo = await shop.client.made(f"{API}/providers", body, by=shop.owner)
    weekly = {"weekly": [{"day": "TU", "from": "09:00", "to": "18:00"}]}
    await shop.client.call("PUT", f"{API}/providers/{leo['id']}/schedule", weekly, by=shop.owner)
    booking = await shop.booked()

    moved = await shop.client.post(
        f"{API}/bookings/{booking['id']}/reschedule", {"start": START, "providerId": leo["id"]}, by=shop.owner
    )
    history = await shop.client.get(f"{API}/bookings/{booking['id']}/history", by=shop.owner)

    assert (moved.body["id"], moved.body["providerId"]) == (booking["id"], leo["id"])
    assert {event["providerId"] for event in history.body["items"]} == {shop.provider_id, leo["id"]}


async def test_a_customer_says_that_they_will_come_and_a_move_makes_it_unsaid(shop: Shop, clock: HandClock) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}/acknowledge"

    stranger = await shop.client.post(path, by=token("customer", "cus_other"))
    staff = await shop.client.post(path, by=shop.provider)
    said = await shop.client.post(path, by=shop.customer)
    again = await shop.client.post(path, by=shop.customer)
    read = await shop.client.get(f"{API}/bookings/{booking['id']}", by=shop.provider)
    later = {"start": "2026-12-01T12:00:00-03:00"}
    moved = await shop.client.post(f"{API}/bookings/{booking['id']}/reschedule", later, by=shop.provider)

    assert booking["acknowledgedAt"] is None
    assert (stranger.status, staff.status) == (403, 403)
    assert datetime.fromisoformat(said.body["acknowledgedAt"]) == clock.now()
    assert (again.status, again.body, read.body) == (200, said.body, said.body)
    assert moved.body["acknowledgedAt"] is None


async def test_a_customer_sees_what_is_sent_to_them_and_staff_see_all(shop: Shop) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}/messages"

    theirs = await shop.client.get(path, by=shop.customer)
    everything = await shop.client.get(path, by=shop.owner)

    assert {message["recipient"] for message in theirs.body["items"]} == {"customer"}
    to_provider = [message for message in everything.body["items"] if message["recipient"] == "provider"]
    assert [message["kind"] for message in to_provider] == ["booked"]
    assert len(everything.body["items"]) == len(theirs.body["items"]) + 1


async def test_rules_of_reminding_that_change_plan_anew_what_lies_ahead(shop: Shop) -> None:
    booking = await shop.booked()

    rules = {"policy": {"reminders": ["PT3H"]}}
    await shop.client.call("PATCH", f"{API}/providers/{shop.provider_id}", rules, by=shop.owner)
    messages = await shop.client.get(f"{API}/bookings/{booking['id']}/messages", by=shop.customer)

    reminders = [m for m in messages.body["items"] if m["kind"] == "reminder"]
    planned = [m["before"] for m in reminders if m["status"] == "planned"]
    assert planned == ["PT3H"]
    assert all(m["status"] == "cancelled" for m in reminders if m["before"] != "PT3H")


async def test_a_rating_is_given_once_by_the_one_who_was_there(shop: Shop, clock: HandClock) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}/rating"
    too_early = await shop.client.post(path, {"stars": 5}, by=shop.customer)
    clock.set(AFTERWARDS)
    await change(shop, booking["id"], "complete", by=shop.provider)

    stranger = await shop.client.post(path, {"stars": 1}, by=token("customer", "cus_other"))
    rated = await shop.client.post(path, {"stars": 5, "comment": "Impecable"}, by=shop.customer)
    again = await shop.client.post(path, {"stars": 4}, by=shop.customer)

    assert (too_early.status, too_early.code) == (409, "transition_not_allowed")
    assert stranger.status == 403
    assert (rated.status, rated.body["stars"]) == (200, 5)
    assert (again.status, again.code) == (409, "already_rated")


@pytest.mark.parametrize("stars", [0, 6, 4.5, "5", None])
async def test_stars_are_whole_and_from_one_to_five(shop: Shop, stars: object) -> None:
    booking = await shop.booked()

    reply = await shop.client.post(f"{API}/bookings/{booking['id']}/rating", {"stars": stars}, by=shop.customer)

    assert (reply.status, reply.wrong) == (422, ["$.stars"])


async def test_staff_may_set_hours_aside_but_never_a_booking(shop: Shop) -> None:
    evening = "2026-12-01T20:00:00-03:00"

    by_customer = await shop.client.post(f"{API}/bookings", shop.wish(evening, override=True), by=shop.customer)
    by_owner = await shop.client.post(f"{API}/bookings", shop.walk_in(evening, override=True), by=shop.owner)
    over_it = await shop.client.post(f"{API}/bookings", shop.walk_in(evening, override=True), by=shop.owner)

    assert by_customer.status == 403
    assert by_owner.status == 201
    assert (over_it.status, over_it.code) == (409, "slot_taken")


async def test_any_provider_will_do_if_one_says_so(shop: Shop) -> None:
    body = {"businessId": "el-turno", "serviceId": shop.service_id, "start": START}

    reply = await shop.client.post(f"{API}/bookings", body, by=shop.customer)

    assert reply.body["providerId"] == shop.provider_id


async def test_bookings_are_found_by_whom_when_and_status(shop: Shop) -> None:
    first, second, third = [
        await shop.booked(start)
        for start in ("2026-12-01T09:00:00-03:00", "2026-12-01T17:30:00-03:00", "2026-12-02T09:00:00-03:00")
    ]
    await shop.client.post(f"{API}/bookings/{second['id']}/cancel", by=shop.owner)

    async def found(by: str = shop.owner, **query: Any) -> list[str]:
        reply = await shop.client.get(f"{API}/bookings", by=by, **query)
        assert reply.status == 200, reply
        return [booking["id"] for booking in reply.body["items"]]

    everything = [first["id"], second["id"], third["id"]]
    assert await found() == everything
    assert await found(by=shop.customer) == everything
    assert await found(by=token("customer", "cus_other")) == []
    assert await found(providerId=shop.provider_id, from_="2026-12-01", to="2026-12-01") == everything[:2]
    assert await found(businessId=shop.business_id, from_="2026-12-02") == everything[2:]
    assert await found(from_="2026-12-01T17:30:00-03:00", to="2026-12-02T09:00:00-03:00") == everything[1:2]
    assert await found(status="CANCELLED") == everything[1:2]
    assert await found(customerId="cus_ana", limit=1) == everything[:1]


async def test_pages_of_bookings_follow_one_another(shop: Shop) -> None:
    made = [(await shop.booked(f"2026-12-01T{hour}:00:00-03:00"))["id"] for hour in ("09", "10", "11", "12", "14")]

    read: list[str] = []
    query: dict[str, Any] = {}
    while True:
        reply = await shop.client.get(f"{API}/bookings", by=shop.owner, limit=2, **query)
        read += [booking["id"] for booking in reply.body["items"]]
        if reply.body["nextCursor"] is None:
            break
        query = {"cursor": reply.body["nextCursor"]}

    assert read == made


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"cursor": "nonsense"}, "$.cursor"),
        ({"cursor": "////"}, "$.cursor"),
        ({"limit": 201}, "$.limit"),
        ({"limit": "ten"}, "$.limit"),
        ({"status": "LOST"}, "$.status"),
        ({"from_": "yesterday"}, "$.from"),
        ({"to": "2026-12-01T10:00:00"}, "$.to"),
        ({"to": "9999-12-31"}, "$.to"),
        ({"colour": "red"}, "$.colour"),
    ],
)
async def test_a_search_that_cannot_be_understood_is_refused(shop: Shop, query: dict[str, Any], wrong: str) -> None:
    reply = await shop.client.get(f"{API}/bookings", by=shop.owner, **query)

    assert (reply.status, reply.wrong) == (422, [wrong])


async def test_history_tells_who_did_what_and_when(shop: Shop) -> None:
    booking = await shop.booked()
    await shop.client.post(f"{API}/bookings/{booking['id']}/cancel", {"reason": "Secreto"}, by=shop.owner)

    reply = await shop.client.get(f"{API}/bookings/{booking['id']}/history", by=shop.customer)

    assert [event["type"] for event in reply.body["items"]] == ["AppointmentBooked", "AppointmentCancelled"]
    assert [event["by"]["role"] for event in reply.body["items"]] == ["customer", "owner"]
    assert all(event["at"] == "2026-11-27T09:00:00-03:00" for event in reply.body["items"])
    assert "Secreto" not in str(reply.body)


async def test_messages_are_planned_with_the_booking(shop: Shop) -> None:
    booking = await shop.booked()

    reply = await shop.client.get(f"{API}/bookings/{booking['id']}/messages", by=shop.provider)

    planned = {(message["kind"], message["before"]): message for message in reply.body["items"]}
    assert set(planned) == {("booked", None), ("reminder", "PT24H"), ("reminder", "PT2H"), ("reminder", "PT30M")}
    assert planned["reminder", "PT24H"]["dueAt"] == "2026-11-30T10:00:00-03:00"
    assert planned["reminder", "PT24H"]["status"] == "planned"


async def test_anothers_booking_is_not_for_looking_or_touching(shop: Shop) -> None:
    booking = await shop.booked()
    other = await open_shop(shop.client, name="Otra", slug="otra")
    path = f"{API}/bookings/{booking['id']}"
    strangers = [token("customer", "cus_other"), other.owner, other.provider, token("provider", "prv_nobody")]

    for stranger in strangers:
        assert (await shop.client.get(path, by=stranger)).status == 403
        assert (await shop.client.get(f"{path}/history", by=stranger)).status == 403
        assert (await shop.client.get(f"{path}/messages", by=stranger)).status == 403
        assert (await shop.client.post(f"{path}/cancel", by=stranger)).status == 403
        assert (await shop.client.post(f"{path}/reschedule", {"start": START}, by=stranger)).status == 403
    assert (await shop.client.get(path, by=shop.customer)).body["status"] == "CONFIRMED"


async def test_a_booking_that_is_not_there_is_not_found(shop: Shop) -> None:
    for method, path in (("GET", ""), ("GET", "/history"), ("GET", "/messages"), ("POST", "/cancel")):
        reply = await shop.client.call(method, f"{API}/bookings/bkg_none{path}", by=shop.owner)
        assert reply.status == 404, path


async def test_a_phone_that_is_none_is_refused_by_its_path(shop: Shop) -> None:
    body = shop.wish(customer={"name": "Ana", "phone": "15 2345"})

    reply = await shop.client.post(f"{API}/bookings", body, by=shop.owner)

    assert (reply.status, reply.wrong) == (422, ["$.customer.phone"])


async def test_one_phone_is_one_customer_however_it_is_written(shop: Shop) -> None:
    customers = [
        (
            await shop.client.made(
                f"{API}/bookings", shop.wish(start, customer={"name": "Ana", "phone": phone}), by=shop.owner
            )
        )["customerId"]
        for start, phone in (
            ("2026-12-01T09:00:00-03:00", "+54 9 11 2345-6789"),
            ("2026-12-01T10:00:00-03:00", "011 2345-6789"),
        )
    ]

    assert customers[0] == customers[1]


async def test_those_who_work_there_let_a_booking_take_longer_and_nobody_is_told(shop: Shop) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}"
    before = (await shop.client.get(f"{path}/messages", by=shop.owner)).body["items"]

    reply = await shop.client.post(f"{path}/resize", {"durationMinutes": 75}, by=shop.provider)

    assert (reply.status, reply.body["end"], reply.body["revision"]) == (200, "2026-12-01T11:15:00-03:00", 1)
    assert (await shop.client.get(path, by=shop.customer)).body == reply.body
    assert (await shop.client.get(f"{path}/messages", by=shop.owner)).body["items"] == before
    refused = await shop.client.post(f"{path}/resize", {"durationMinutes": 15}, by=shop.customer)
    assert (refused.status, refused.code) == (403, "forbidden")
    for minutes in (0, 1441):
        wrong = await shop.client.post(f"{path}/resize", {"durationMinutes": minutes}, by=shop.provider)
        assert (wrong.status, wrong.wrong) == (422, ["$.durationMinutes"])


async def test_those_who_work_there_write_a_note_change_it_and_take_it_away_and_nobody_is_told(shop: Shop) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}"
    before = (await shop.client.get(f"{path}/messages", by=shop.owner)).body["items"]

    for text in ("Alérgica al amoníaco", "Alérgica al amoníaco", "Trae su tintura <b>", ""):
        reply = await shop.client.call("PUT", f"{path}/note", {"note": text}, by=shop.provider)
        assert (reply.status, reply.body["note"], reply.body["revision"]) == (200, text, 1)
        assert (await shop.client.get(path, by=shop.customer)).body == reply.body

    assert (await shop.client.get(f"{path}/messages", by=shop.owner)).body["items"] == before
    history = (await shop.client.get(f"{path}/history", by=shop.owner)).body["items"]
    said = [event["data"]["noted"] for event in history if event["type"] == "AppointmentNoted"]
    assert said == [True, True, True, False]
    assert "tintura" not in str(history)
    for body, wrong in (({}, "$.note"), ({"note": "x" * 2001}, "$.note"), ({"note": None}, "$.note")):
        refused = await shop.client.call("PUT", f"{path}/note", body, by=shop.provider)
        assert (refused.status, refused.wrong) == (422, [wrong])


async def test_a_note_is_changed_of_what_is_over_too_and_stays_beside_the_reason(shop: Shop) -> None:
    booking = await shop.booked(note="Con barba")
    path = f"{API}/bookings/{booking['id']}"
    await shop.client.post(f"{path}/cancel", {"reason": "Me surgió un viaje"}, by=shop.customer)

    reply = await shop.client.call("PUT", f"{path}/note", {"note": "Avisó a tiempo"}, by=shop.owner)

    assert (reply.body["note"], reply.body["cancelReason"]) == ("Avisó a tiempo", "Me surgió un viaje")
    assert (await shop.client.get(path, by=shop.owner)).body == reply.body


async def test_neither_customers_nor_other_people_change_a_note(shop: Shop) -> None:
    booking = await shop.booked(note="Con barba")
    path = f"{API}/bookings/{booking['id']}"

    for who in (shop.customer, token("provider", "prv_other"), token("owner", "own_2", business="biz_other")):
        refused = await shop.client.call("PUT", f"{path}/note", {"note": "Sin barba"}, by=who)
        assert (refused.status, refused.code) == (403, "forbidden")

    assert (await shop.client.get(path, by=shop.owner)).body == booking
    missing = await shop.client.call("PUT", f"{API}/bookings/bkg_none/note", {"note": "x"}, by=shop.owner)
    assert (missing.status, missing.code) == (404, "not_found")


async def test_a_note_that_is_sent_again_under_its_key_does_not_undo_what_was_written_since(shop: Shop) -> None:
    booking = await shop.booked()
    path = f"{API}/bookings/{booking['id']}"
    once = {"Idempotency-Key": "note-1"}

    await shop.client.call("PUT", f"{path}/note", {"note": "primero"}, by=shop.owner, headers=once)
    await shop.client.call("PUT", f"{path}/note", {"note": "después"}, by=shop.owner)
    again = await shop.client.call("PUT", f"{path}/note", {"note": "primero"}, by=shop.owner, headers=once)
    other = await shop.client.call("PUT", f"{path}/note", {"note": "otro"}, by=shop.owner, headers=once)

    assert again.status == 200
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert (await shop.client.get(path, by=shop.owner)).body["note"] == "después"
