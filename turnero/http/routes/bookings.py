"""Bookings: making, finding and reading them."""

from __future__ import annotations

from datetime import UTC, tzinfo
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.booking import Status
from turnero.engine.domain.errors import ABOUT_TIME, CONFLICTS
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId
from turnero.engine.ports import BookingFilter
from turnero.engine.runtime.requests import Id, NewBooking
from turnero.engine.runtime.service import BookingService
from turnero.http import access
from turnero.http.paging import PageQuery, page
from turnero.http.routes.dates import beginning, ending
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Bookings"

_When = Annotated[
    str,
    Meta(
        max_length=40,
        examples=["2026-12-01"],
    ),
]


class BookingsQuery(PageQuery):
    """`from` and `to` bound the start: dates inclusive, instants half-open."""

    business_id: Id | None = None
    provider_id: Id | None = None
    customer_id: Id | None = None
    status: Status | None = None
    begins: Annotated[
        _When | None,
        Meta(description="No start before this: an instant, or a date in the provider's or business's zone."),
    ] = msgspec.field(name="from", default=None)
    ends: Annotated[_When | None, Meta(description="Likewise; a date is inclusive.")] = msgspec.field(
        name="to", default=None
    )


async def create(call: Call[Empty, NewBooking]) -> shapes.Booking:
    return render.booking(await call.service.book(call.caller, call.body))


async def read(call: Call[Empty, Empty]) -> shapes.Booking:
    return render.booking(await call.service.booking(call.caller, BookingId(call.path["bookingId"])))


async def find(call: Call[BookingsQuery, Empty]) -> shapes.Items[shapes.Booking]:
    query = call.query
    tz = await _zone_of(call.service, query) if query.begins or query.ends else UTC
    where = BookingFilter(
        business_id=None if query.business_id is None else BusinessId(query.business_id),
        provider_id=None if query.provider_id is None else ProviderId(query.provider_id),
        customer_id=None if query.customer_id is None else CustomerId(query.customer_id),
        status=query.status,
        start_from=None if query.begins is None else beginning(query.begins, tz, path="$.from"),
        start_until=None if query.ends is None else ending(query.ends, tz, path="$.to"),
    )
    return render.bookings(await call.service.bookings(call.caller, where, limit=query.limit, cursor=query.cursor))


async def history(call: Call[PageQuery, Empty]) -> shapes.Items[shapes.Event]:
    booking_id = BookingId(call.path["bookingId"])
    booking = await call.service.booking(call.caller, booking_id)
    entries = await call.service.history(call.caller, booking_id)
    tz = render.zone(booking.time_zone)
    # A booking that was moved has events in two calendars, whose numbers may be equal.
    return page(
        entries,
        call.query,
        key=lambda entry: f"{entry.provider_id}/{entry.recorded.sequence}",
        show=lambda entry: render.event(entry.recorded, entry.provider_id, tz),
    )


async def messages(call: Call[PageQuery, Empty]) -> shapes.Items[shapes.Message]:
    booking_id = BookingId(call.path["bookingId"])
    booking = await call.service.booking(call.caller, booking_id)
    records = await call.service.messages(call.caller, booking_id)
    tz = render.zone(booking.time_zone)
    return page(records, call.query, key=lambda record: record.id, show=lambda record: render.message(record, tz))


async def _zone_of(service: BookingService, query: BookingsQuery) -> tzinfo:
    if query.provider_id is not None:
        return render.zone((await service.provider(ProviderId(query.provider_id))).time_zone)
    if query.business_id is not None:
        return render.zone((await service.business(query.business_id)).time_zone)
    return UTC


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{API}/bookings",
        name="createBooking",
        tag=TAG,
        summary="Book a slot",
        description=(
            "With `providerId`, or with `businessId` for any of its providers. `customer` is an `id`, or a `name` and"
            " a `phone`; a customer's own token needs none. `override` is for staff, and never books over a booking."
        ),
        access=access.ANY_ROLE,
        handler=create,
        body=NewBooking,
        answer=shapes.Booking,
        status=HTTPStatus.CREATED,
        conflicts=tuple(code for code in CONFLICTS if code in ABOUT_TIME),
        example={
            "providerId": "prv_1",
            "serviceId": "svc_1",
            "start": "2026-12-01T10:00:00-03:00",
            "customer": {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"},
        },
    ),
    Route(
        method="GET",
        path=f"{API}/bookings",
        name="listBookings",
        tag=TAG,
        summary="Find bookings, by start",
        description="You find what you may see: customers their own, providers their calendar's.",
        access=access.ANY_ROLE,
        handler=find,
        query=BookingsQuery,
        answer=shapes.Items[shapes.Booking],
    ),
    Route(
        method="GET",
        path=f"{API}/bookings/{{bookingId}}",
        name="getBooking",
        tag=TAG,
        summary="Read a booking",
        access=access.ANY_ROLE,
        handler=read,
        answer=shapes.Booking,
    ),
    Route(
        method="GET",
        path=f"{API}/bookings/{{bookingId}}/history",
        name="listHistory",
        tag=TAG,
        summary="Read what happened to a booking",
        access=access.ANY_ROLE,
        handler=history,
        query=PageQuery,
        answer=shapes.Items[shapes.Event],
    ),
    Route(
        method="GET",
        path=f"{API}/bookings/{{bookingId}}/messages",
        name="listMessages",
        tag=TAG,
        summary="Read which messages a booking has called for",
        access=access.ANY_ROLE,
        handler=messages,
        query=PageQuery,
        answer=shapes.Items[shapes.Message],
    ),
)
