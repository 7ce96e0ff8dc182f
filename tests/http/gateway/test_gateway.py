"""The stream end to end: real sockets, the real engine."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.http.api import API, START, HandClock, Shop, token
from tests.http.gateway.stream import Closed, Dialler
from turnero.http.gateway.commands import SYNC_EVENTS_MAX

LATER = "2026-12-01T11:00:00-03:00"
END = "2026-12-01T10:30:00-03:00"


def of(shop: Shop, **more: object) -> dict[str, object]:
    """Return the data of a frame about the shop's calendar."""
    return {"providerId": shop.provider_id, **more}


def wish(shop: Shop, start: str = START, **more: object) -> dict[str, object]:
    """Return the data of a frame about a slot."""
    return of(shop, serviceId=shop.service_id, startTime=start, **more)


async def cancel(shop: Shop, booking: Any, **body: object) -> None:
    reply = await shop.client.post(f"{API}/bookings/{booking['id']}/cancel", body, by=shop.owner)
    assert reply.status == 200, reply


# --- Pushes -------------------------------------------------------------------------------------------------------


async def test_what_is_booked_is_pushed_to_whoever_watches_without_saying_who_it_is_for(
    shop: Shop, dial: Dialler
) -> None:
    async with dial.stream(shop.customer) as public, dial.stream(shop.provider) as staff:
        begun = await public.ok("availability:subscribe", of(shop))
        assert await staff.ok("calendar:subscribe", of(shop)) == begun

        booking = await shop.booked()
        anybody, provider = await public.pushed(), await staff.pushed()

    assert anybody == {
        "event": "availability:updated",
        "data": {
            "providerId": shop.provider_id,
            "sequence": begun["sequence"] + 1,
            "changes": [{"kind": "taken", "start": START, "end": END}],
        },
    }
    assert provider["event"] == "calendar:updated"
    assert provider["data"]["sequence"] == begun["sequence"] + 1
    assert provider["data"]["type"] == "AppointmentBooked"
    assert provider["data"]["booking"] == booking


async def test_pushes_come_in_order_and_without_gaps(shop: Shop, dial: Dialler) -> None:
    starts = [f"2026-12-01T{hour:02}:{minute:02}:00-03:00" for hour in (9, 10, 11, 14, 15) for minute in (0, 30)]
    async with dial.stream(shop.customer) as public, dial.stream(shop.owner) as staff:
        begun = await public.ok("availability:subscribe", of(shop))
        await staff.ok("calendar:subscribe", of(shop))
        bookings = await asyncio.gather(*(shop.booked(start) for start in starts))
        await asyncio.gather(*(cancel(shop, booking) for booking in bookings))

        expected = [begun["sequence"] + n for n in range(1, 2 * len(starts) + 1)]
        for stream in (public, staff):
            assert [(await stream.pushed())["data"]["sequence"] for _ in expected] == expected


async def test_whoever_has_unsubscribed_hears_no_more(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner) as stream:
        for topic in ("availability", "calendar", "presence"):
            await stream.ok(f"{topic}:subscribe", of(shop))
            assert await stream.ok(f"{topic}:unsubscribe", of(shop)) == of(shop)
        assert (await stream.pushed())["event"] == "presence:updated"
        await shop.booked()

        await stream.ok("ping")
        assert stream._unread == []


async def test_to_subscribe_twice_is_to_hear_once(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.customer) as stream:
        await stream.ok("availability:subscribe", of(shop))
        await stream.ok("availability:subscribe", of(shop))
        await shop.booked()
        await stream.pushed()

        await stream.ok("ping")
        assert stream._unread == []


async def test_texts_beside_a_booking_are_not_pushed(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner) as stream:
        await stream.ok("calendar:subscribe", of(shop))
        booking = await shop.booked(note="Alérgica al amoníaco")
        await cancel(shop, booking, reason="Se enfermó")
        frames = [await stream.pushed() for _ in range(2)]

    assert "note" not in frames[0]["data"]["booking"]
    assert "cancelReason" not in frames[1]["data"]["booking"]
    assert "amoníaco" not in str(frames)
    assert "enfermó" not in str(frames)


# --- Who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["customer", "integrator", "colleague", "stranger"])
async def test_a_calendar_is_for_its_provider_its_owner_and_admins(shop: Shop, dial: Dialler, role: str) -> None:
    tokens = {
        "customer": shop.customer,
        "integrator": token("integrator", "key_1", shop.business_id),
        "colleague": token("provider", "prv_other", shop.business_id),
        "stranger": token("owner", "x", "biz_x"),
    }
    async with dial.stream(tokens[role]) as stream, dial.stream(shop.admin) as admin:
        assert await stream.refused("calendar:subscribe", of(shop)) == "forbidden"
        await admin.ok("calendar:subscribe", of(shop))
        await shop.booked()
        await admin.pushed()

        await stream.ok("ping")
        assert stream._unread == []


async def test_there_is_nothing_to_watch_where_there_is_no_provider(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.admin) as stream:
        for event in ("availability:subscribe", "calendar:subscribe", "presence:subscribe"):
            assert await stream.refused(event, {"providerId": "prv_none"}) == "provider_not_found"
        sync = {"providerId": "prv_none", "sinceSequence": 0}
        assert await stream.refused("reconnect:request-sync", sync) == "provider_not_found"


# --- Bookings -----------------------------------------------------------------------------------------------------


async def test_a_slot_is_checked_booked_moved_and_given_back(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.customer) as stream:
        free = await stream.ok("booking:check-availability", wish(shop))
        assert (free["available"], free["code"], free["suggestedSlots"]) == (True, None, [])

        booked = (await stream.ok("booking:create-live", wish(shop, idempotencyKey="k1")))["booking"]
        assert (booked["status"], booked["start"]) == ("CONFIRMED", START)
        assert (await stream.ok("booking:create-live", wish(shop, idempotencyKey="k1")))["booking"] == booked

        taken = await stream.ok("booking:check-availability", wish(shop))
        assert (taken["available"], taken["code"]) == (False, "slot_taken")
        assert len(taken["suggestedSlots"]) >= 3

        move = {"bookingId": booked["id"], "start": LATER}
        moved = (await stream.ok("booking:reschedule", move))["booking"]
        assert (moved["id"], moved["start"], moved["revision"]) == (booked["id"], LATER, 2)

        gone = {"bookingId": booked["id"], "newStatus": "CANCELLED", "reason": "Me surgió un viaje"}
        cancelled = (await stream.ok("booking:transition", gone))["booking"]
        assert (cancelled["status"], cancelled["cancelledBy"]) == ("CANCELLED", "customer")
        assert cancelled["cancelReason"] == "Me surgió un viaje"


async def test_a_key_means_the_same_here_as_over_http(shop: Shop, dial: Dialler) -> None:
    first = await shop.client.post(f"{API}/bookings", shop.wish(), by=shop.customer, key="k")
    async with dial.stream(shop.customer) as stream:
        again = await stream.ok("booking:create-live", wish(shop, idempotencyKey="k"))
        other = await stream.ask("booking:create-live", wish(shop, LATER, idempotencyKey="k"))

    assert again["booking"] == first.body
    assert (other["event"], other["data"]["code"]) == ("booking:conflict", "idempotency_key_reused")


async def test_a_slot_that_is_taken_is_a_conflict_with_the_nearest_that_are_free(shop: Shop, dial: Dialler) -> None:
    await shop.booked()
    async with dial.stream(shop.owner) as stream:
        customer = {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"}
        answer = await stream.ask("booking:create-live", wish(shop, customer=customer))

    assert (answer["event"], answer["data"]["code"]) == ("booking:conflict", "slot_taken")
    suggested = [slot["start"] for slot in answer["data"]["suggestedSlots"]]
    assert suggested[:2] == ["2026-12-01T09:30:00-03:00", "2026-12-01T10:30:00-03:00"]


async def test_of_a_hundred_who_want_one_slot_live_one_gets_it(shop: Shop, dial: Dialler) -> None:
    async def try_it(n: int) -> Any:
        async with dial.stream(token("customer", f"cus_{n}", shop.business_id)) as stream:
            return await stream.ask("booking:create-live", wish(shop))

    answers = await asyncio.gather(*(try_it(n) for n in range(100)))

    assert sorted(answer["event"] for answer in answers)[98:] == ["booking:conflict", "booking:create-live:ok"]


async def test_another_persons_booking_is_not_to_be_touched(shop: Shop, dial: Dialler) -> None:
    booking = await shop.booked()
    async with dial.stream(token("customer", "cus_eva", shop.business_id)) as stream:
        gone = {"bookingId": booking["id"], "newStatus": "CANCELLED"}
        assert await stream.refused("booking:transition", gone) == "forbidden"
        assert await stream.refused("booking:reschedule", {"bookingId": booking["id"], "start": LATER}) == "forbidden"
        assert await stream.refused("booking:transition", gone | {"newStatus": "CONFIRMED"}) == "forbidden"


# --- Coming back --------------------------------------------------------------------------------------------------


async def test_staff_get_exactly_what_they_missed_from_the_journal(shop: Shop, dial: Dialler) -> None:
    booking = await shop.booked()
    await cancel(shop, booking)
    sequence = booking["sequence"]
    async with dial.stream(shop.provider) as stream:
        missed = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=sequence - 1))
        nothing = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=sequence + 1))

    assert (missed["complete"], missed["sequence"], missed["view"]) == (True, sequence + 1, None)
    assert [(e["sequence"], e["type"]) for e in missed["events"]] == [
        (sequence, "AppointmentBooked"),
        (sequence + 1, "AppointmentCancelled"),
    ]
    assert all(event["booking"]["status"] == "CANCELLED" for event in missed["events"])
    assert (nothing["complete"], nothing["sequence"], nothing["events"]) == (True, sequence + 1, [])


async def test_anybody_gets_what_they_missed_for_a_while_and_nothing_about_anybody(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.customer) as stream:
        begun = await stream.ok("availability:subscribe", of(shop))
        await shop.booked()
        seen = await stream.pushed()
    await cancel(shop, await shop.booked(LATER))
    async with dial.stream(shop.customer) as stream:
        missed = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=seen["data"]["sequence"]))
        everything = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=begun["sequence"]))

    hour = {"start": LATER, "end": "2026-12-01T11:30:00-03:00"}
    assert missed["complete"]
    assert [event["changes"] for event in missed["events"]] == [
        [{"kind": "taken", **hour}],
        [{"kind": "freed", **hour}],
    ]
    assert everything["events"] == [seen["data"], *missed["events"]]


async def test_who_has_missed_more_than_is_kept_gets_a_fresh_view(shop: Shop, dial: Dialler) -> None:
    booking = await shop.booked()
    sync = of(shop, sinceSequence=0)
    async with dial.stream(shop.customer) as public:
        shown = await public.ok("reconnect:request-sync", sync)

    assert (shown["complete"], shown["events"], shown["sequence"]) == (False, [], booking["sequence"])
    assert shown["view"] == {
        "timeZone": "America/Argentina/Buenos_Aires",
        "from": "2026-11-27T09:00:00-03:00",
        "to": "2026-12-11T09:00:00-03:00",
        "busy": [{"kind": "taken", "start": START, "end": END}],
        "bookings": None,
    }


async def test_staff_who_were_away_too_long_get_a_view_with_their_bookings(shop: Shop, dial: Dialler) -> None:
    for _ in range(SYNC_EVENTS_MAX // 2 + 1):
        await cancel(shop, await shop.booked())
    booking = await shop.booked(LATER)
    async with dial.stream(shop.owner) as staff:
        shown = await staff.ok("reconnect:request-sync", of(shop, sinceSequence=1))

    assert (shown["complete"], shown["events"]) == (False, [])
    assert shown["view"]["bookings"] == [booking]


async def test_a_number_that_was_never_given_is_answered_with_a_fresh_view(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.owner) as staff, dial.stream(shop.customer) as public:
        for stream in (staff, public):
            shown = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=10_000))
            assert not shown["complete"]


async def test_between_a_sync_and_the_pushes_after_it_nothing_is_lost(shop: Shop, dial: Dialler) -> None:
    async def keep_changing() -> None:
        for _ in range(10):
            await cancel(shop, await shop.booked())

    changing = asyncio.create_task(keep_changing())
    seen: set[int] = set()
    last = 0
    while not changing.done() or not seen:
        async with dial.stream(shop.owner) as stream:
            await stream.ok("calendar:subscribe", of(shop))
            missed = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=last))
            seen |= {event["sequence"] for event in missed["events"]}
            last = max(last, missed["sequence"])
            # What was pushed while the sync was under way may be in it already.
            seen |= {frame["data"]["sequence"] for frame in stream._unread}
    await changing
    async with dial.stream(shop.owner) as stream:
        missed = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=last))
        seen |= {event["sequence"] for event in missed["events"]}

    assert seen == set(range(1, missed["sequence"] + 1))


# --- Presence -----------------------------------------------------------------------------------------------------


async def test_a_provider_is_online_while_they_have_a_session_of_their_own(shop: Shop, dial: Dialler) -> None:
    async with dial.stream(shop.customer) as watcher:
        assert await watcher.ok("presence:subscribe", of(shop)) == of(shop, online=False)
        assert (await watcher.pushed())["data"] == of(shop, online=False)

        async with dial.stream(shop.provider), dial.stream(shop.owner):
            assert await watcher.pushed() == {"event": "presence:updated", "data": of(shop, online=True)}
            async with dial.stream(shop.provider):
                pass
        assert (await watcher.pushed())["data"] == of(shop, online=False)
        await watcher.ok("ping")
        assert watcher._unread == []


# --- Tickets ------------------------------------------------------------------------------------------------------


async def ticket_of(shop: Shop, by: str) -> str:
    made = await shop.client.made(f"{API}/stream/tickets", {}, by=by)
    ticket: str = made["ticket"]
    return ticket


async def test_a_ticket_opens_one_stream(shop: Shop, dial: Dialler) -> None:
    ticket = await ticket_of(shop, shop.provider)
    async with dial.connected(f"?ticket={ticket}") as stream:
        await stream.ok("calendar:subscribe", of(shop))

    async with dial.connected(f"?ticket={ticket}") as stream:
        seen, closed = await stream.ended()
    assert seen[0]["data"]["code"] == "unauthenticated"
    assert closed.code == 4401


async def test_a_ticket_is_for_those_who_have_a_token(shop: Shop) -> None:
    assert (await shop.client.post(f"{API}/stream/tickets", {})).status == 401


@pytest.mark.parametrize("ticket", ["", "x", "%00", "x" * 3_000, "á"])
async def test_what_is_no_ticket_opens_nothing(dial: Dialler, ticket: str) -> None:
    async with dial.connected(f"?ticket={ticket}") as stream:
        _, closed = await stream.ended()
    assert closed.code == 4401


async def test_an_api_key_opens_a_stream(shop: Shop, dial: Dialler) -> None:
    issued = await shop.client.made(
        f"{API}/api-keys", {"businessId": shop.business_id, "name": "Agenda"}, by=shop.owner
    )
    async with dial.connected() as stream:
        who = await stream.ok("auth", {"token": issued["secret"]})
        sync = await stream.ok("reconnect:request-sync", of(shop, sinceSequence=0))

    assert (who["role"], who["businessId"]) == ("integrator", shop.business_id)
    assert sync["complete"]


async def test_the_clock_of_a_demo_ends_no_session(shop: Shop, dial: Dialler, clock: HandClock) -> None:
    async with dial.stream(shop.customer) as stream:
        clock.set(clock.now().replace(year=2027))
        await stream.ok("ping")


async def test_the_stream_says_when_it_is_over(dial: Dialler) -> None:
    async with dial.connected() as stream:
        await stream.say("auth", {"token": "forged"}, id_="1")
        seen, closed = await stream.ended()

    assert seen == [
        {
            "id": "1",
            "event": "error",
            "data": {"code": "unauthenticated", "detail": "The token is not valid.", "data": {}},
        }
    ]
    assert closed == Closed(4401, "unauthenticated")
