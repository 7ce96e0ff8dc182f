"""The waitlist: getting in line, and what to do with an offer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from msgspec import Meta

from turnero.engine.domain.errors import ABOUT_TIME, CONFLICTS
from turnero.engine.domain.value import BusinessId, CustomerId, EntryId, ProviderId
from turnero.engine.domain.waitlist import PARTS
from turnero.engine.ports import EntryFilter, EntryStatus
from turnero.engine.runtime.requests import Id, NewEntry
from turnero.http import access
from turnero.http.paging import PageQuery, page
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Waitlist"
ENTRY = f"{API}/waitlist/{{entryId}}"


class EntriesQuery(PageQuery):
    business_id: Id | None = None
    provider_id: Annotated[
        Id | None, Meta(description="Who waits for this provider, and who waits for anybody of their business.")
    ] = None
    customer_id: Id | None = None
    status: EntryStatus | None = None


async def join(call: Call[Empty, NewEntry]) -> shapes.WaitlistEntry:
    return render.waitlist_entry(await call.service.join_waitlist(call.caller, call.body))


async def find(call: Call[EntriesQuery, Empty]) -> shapes.Items[shapes.WaitlistEntry]:
    query = call.query
    where = EntryFilter(
        business_id=None if query.business_id is None else BusinessId(query.business_id),
        provider_id=None if query.provider_id is None else ProviderId(query.provider_id),
        customer_id=None if query.customer_id is None else CustomerId(query.customer_id),
        status=query.status,
    )
    found = await call.service.waitlist(call.caller, where, limit=query.limit, cursor=query.cursor)
    return shapes.Items(items=tuple(map(render.waitlist_entry, found.items)), next_cursor=found.next_cursor)


async def read(call: Call[Empty, Empty]) -> shapes.WaitlistEntry:
    return render.waitlist_entry(await call.service.waitlist_entry(call.caller, _entry_id(call)))


async def messages(call: Call[PageQuery, Empty]) -> shapes.Items[shapes.Message]:
    entry_id = EntryId(call.path["entryId"])
    entry = await call.service.waitlist_entry(call.caller, entry_id)
    records = await call.service.offer_messages(call.caller, entry_id)
    tz = render.zone(entry.time_zone)
    return page(records, call.query, key=lambda record: record.id, show=lambda record: render.message(record, tz))


async def leave(call: Call[Empty, Empty]) -> None:
    await call.service.leave_waitlist(call.caller, _entry_id(call))


async def accept(call: Call[Empty, Empty]) -> shapes.Booking:
    return render.booking(await call.service.accept_offer(call.caller, _entry_id(call)))


async def decline(call: Call[Empty, Empty]) -> shapes.WaitlistEntry:
    return render.waitlist_entry(await call.service.decline_offer(call.caller, _entry_id(call)))


def _entry_id(call: Call[Empty, Empty]) -> EntryId:
    return EntryId(call.path["entryId"])


_PARTS = ", ".join(f"`{part}` from {hours.begins} to {hours.ends}" for part, hours in PARTS.items())


def _joining(path: str, name: str) -> Route[Empty, NewEntry]:
    return Route(
        method="POST",
        path=path,
        name=name,
        tag=TAG,
        summary="Wait for a slot",
        description=(
            "With `providerId`, or with `businessId` for any of its providers, on dates `from` to `to`, inclusive, in"
            f" the provider's zone. `partOfDay` narrows the wall-clock start: {_PARTS}. Time that comes free is offered"
            " to the first in line whom it fits: held for them alone, for the policy's `offerMinutes`."
        ),
        access=access.ANY_ROLE,
        handler=join,
        body=NewEntry,
        answer=shapes.WaitlistEntry,
        status=HTTPStatus.CREATED,
        conflicts=("already_waiting",),
        example={
            "providerId": "prv_1",
            "serviceId": "svc_1",
            "from": "2026-12-01",
            "to": "2026-12-04",
            "partOfDay": "afternoon",
            "customer": {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"},
        },
    )


ROUTES: tuple[AnyRoute, ...] = (
    _joining(f"{API}/waitlist", "joinWaitlist"),
    _joining(f"{API}/bookings/advanced/waitlist", "joinWaitlistAdvanced"),
    Route(
        method="GET",
        path=f"{API}/waitlist",
        name="listWaitlist",
        tag=TAG,
        summary="See who waits, in line",
        description="You find what you may see: customers their own entries, providers those that they may serve.",
        access=access.ANY_ROLE,
        handler=find,
        query=EntriesQuery,
        answer=shapes.Items[shapes.WaitlistEntry],
    ),
    Route(
        method="GET",
        path=ENTRY,
        name="getWaitlistEntry",
        tag=TAG,
        summary="See where somebody is in line, and what is offered to them",
        access=access.ANY_ROLE,
        handler=read,
        answer=shapes.WaitlistEntry,
    ),
    Route(
        method="GET",
        path=f"{ENTRY}/messages",
        name="listOfferMessages",
        tag=TAG,
        summary="Read which messages an entry's offers have called for",
        access=access.ANY_ROLE,
        handler=messages,
        query=PageQuery,
        answer=shapes.Items[shapes.Message],
    ),
    Route(
        method="DELETE",
        path=ENTRY,
        name="leaveWaitlist",
        tag=TAG,
        summary="Leave the line; an offer goes to the next",
        access=access.PARTIES,
        handler=leave,
        status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="POST",
        path=f"{ENTRY}/accept",
        name="acceptOffer",
        tag=TAG,
        summary="Take the slot that is offered",
        access=access.PARTIES,
        handler=accept,
        answer=shapes.Booking,
        conflicts=("no_offer", *(code for code in CONFLICTS if code in ABOUT_TIME)),
    ),
    Route(
        method="POST",
        path=f"{ENTRY}/decline",
        name="declineOffer",
        tag=TAG,
        summary="Refuse the slot that is offered, and stay in line",
        description="It goes to the next in line, and is never offered to this entry again.",
        access=access.PARTIES,
        handler=decline,
        answer=shapes.WaitlistEntry,
    ),
)
