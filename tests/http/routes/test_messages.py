from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.http.api import API, NOW, Shop, token
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports.outbox import Attempt, Result
from turnero.persistence.database import open_database
from turnero.persistence.outbox import SqlOutbox


@pytest.fixture
async def outbox(sqlite_url: str) -> AsyncIterator[SqlOutbox]:
    """The outbox of the server, as its courier has it."""
    database = open_database(sqlite_url)
    yield SqlOutbox(database)
    await database.close()


async def fail_all(outbox: SqlOutbox, address: str = "+5491145550101") -> list[int]:
    """Try everything that is due, and fail."""
    failed = []
    for timer in await outbox.just_due(now=NOW + timedelta(minutes=1), limit=100):
        await outbox.begin([Attempt(id=timer.id, attempts=0, channel="sms", address=address)], now=NOW)
        result = Result(
            id=timer.id,
            attempts=1,
            status=MessageStatus.FAILED,
            spent=("whatsapp",),
            channel="sms",
            address=address,
            error="30005",
        )
        await outbox.record([result])
        failed.append(timer.id)
    return sorted(failed)


async def listed(shop: Shop, **query: str) -> Any:
    reply = await shop.client.get(f"{API}/messages", by=shop.owner, businessId=shop.business_id, **query)
    assert reply.status == 200, reply
    return reply.body


async def booked(shop: Shop) -> str:
    made: Any = await shop.client.made(f"{API}/bookings", shop.walk_in(), by=shop.owner)
    return str(made["id"])


async def test_an_owner_sees_what_could_not_be_delivered_and_why(shop: Shop, outbox: SqlOutbox) -> None:
    assert await listed(shop) == {"items": [], "nextCursor": None}
    booking = await booked(shop)
    failed = await fail_all(outbox)
    found = (await listed(shop))["items"]
    assert [one["id"] for one in found] == [str(number) for number in reversed(failed)]
    expected = {
        "bookingId": booking,
        "kind": "booked",
        "channel": "sms",
        "address": "…0101",
        "status": "failed",
        "error": "30005",
        "attempts": 1,
        "nextAt": None,
        "sentAt": None,
    }
    assert expected.items() <= found[0].items()
    # What is planned for later is not among it, but can be asked for.
    planned = (await listed(shop, status="planned"))["items"]
    assert {one["kind"] for one in planned} >= {"reminder"}
    assert all(one["nextAt"] == one["dueAt"] for one in planned)


async def test_the_list_has_pages(shop: Shop, outbox: SqlOutbox) -> None:
    await booked(shop)
    failed = await fail_all(outbox)
    assert len(failed) == 2  # the customer's, and the provider's
    first = await listed(shop, limit="1")
    second = await listed(shop, limit="1", cursor=first["nextCursor"])
    assert [page["items"][0]["id"] for page in (first, second)] == [str(failed[1]), str(failed[0])]
    assert second["nextCursor"] is None
    reply = await shop.client.get(f"{API}/messages", by=shop.owner, businessId=shop.business_id, cursor="x")
    assert (reply.status, reply.wrong) == (422, ["$.cursor"])


async def test_what_could_not_be_delivered_is_sent_once_more_and_on_every_channel(
    shop: Shop, outbox: SqlOutbox
) -> None:
    await booked(shop)
    first, *_ = await fail_all(outbox)
    reply = await shop.client.post(f"{API}/messages/{first}/resend", by=shop.owner)
    assert reply.status == 200
    assert (reply.body["status"], reply.body["error"], reply.body["channel"]) == ("planned", None, None)
    assert reply.body["nextAt"] == "2026-11-27T09:00:00-03:00"
    (letter,) = await outbox.letters([first])
    assert (letter.row.spent, letter.row.tries, letter.row.sending_since) == ((), 0, None)
    # Asking twice is asking once.
    again = await shop.client.post(f"{API}/messages/{first}/resend", by=shop.owner)
    assert (again.status, again.body) == (200, reply.body)


async def test_what_was_sent_is_not_sent_again(shop: Shop, outbox: SqlOutbox) -> None:
    await booked(shop)
    (first, *_) = [timer.id for timer in await outbox.just_due(now=NOW, limit=1)]
    await outbox.begin([Attempt(id=first, attempts=0, channel="email", address="ana@example.com")], now=NOW)
    sent = Result(
        id=first, attempts=1, status=MessageStatus.SENT, sent_at=NOW, channel="email", address="ana@example.com"
    )
    await outbox.record([sent])
    reply = await shop.client.post(f"{API}/messages/{first}/resend", by=shop.owner)
    assert (reply.status, reply.code) == (409, "transition_not_allowed")
    (shown,) = (await listed(shop, status="sent"))["items"]
    assert (shown["address"], shown["sentAt"]) == ("…@example.com", "2026-11-27T09:00:00-03:00")


async def test_messages_are_for_those_who_answer_for_the_business(shop: Shop, outbox: SqlOutbox) -> None:
    await booked(shop)
    (first, *_) = await fail_all(outbox)
    stranger = token("owner", business="biz_of_somebody_else")
    for by, status in ((shop.customer, 403), (shop.provider, 403), (stranger, 403), (None, 401)):
        assert (await shop.client.get(f"{API}/messages", by=by, businessId=shop.business_id)).status == status
        assert (await shop.client.post(f"{API}/messages/{first}/resend", by=by)).status == status


@pytest.mark.parametrize("name", ["999999", "nobody", "9" * 40, "-1"])
async def test_a_message_that_is_not_there_is_not_found(shop: Shop, name: str) -> None:
    assert (await shop.client.post(f"{API}/messages/{name}/resend", by=shop.owner)).status == 404
