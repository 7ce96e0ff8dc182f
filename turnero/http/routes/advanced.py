"""The routes of the product that came before, with its paths and its `startTime`: onto what the others do as well."""

from __future__ import annotations

from http import HTTPStatus

import msgspec

from turnero.engine.domain.booking import Status
from turnero.engine.domain.errors import ABOUT_TIME, CONFLICTS
from turnero.engine.domain.value import BookingId, ProviderId, ServiceId, Value
from turnero.engine.runtime.requests import (
    CustomerRef,
    Id,
    Instant,
    NewBooking,
    NewGroup,
    NewSeries,
    SlotQuery,
    Text,
)
from turnero.http import access
from turnero.http.routes.dates import local_date
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes, together

TAG = "Bookings, advanced"
ADVANCED = f"{API}/bookings/advanced"

_TAKEN = tuple(code for code in CONFLICTS if code in ABOUT_TIME and not code.startswith("hold_"))


class Transition(Value):
    booking_id: Id
    new_status: Status
    reason: Text | None = None


class LockedBooking(Value):
    provider_id: ProviderId
    service_id: ServiceId
    start: Instant = msgspec.field(name="startTime")
    customer: CustomerRef | None = None


class AvailabilityCheck(Value):
    provider_id: ProviderId
    service_id: ServiceId
    start: Instant = msgspec.field(name="startTime")


class DayQuery(Value):
    service_id: Id


async def transition(call: Call[Empty, Transition]) -> shapes.Booking:
    booking_id, change = BookingId(call.body.booking_id), call.body
    record = await call.service.change_status(call.caller, booking_id, change.new_status, reason=change.reason or "")
    return render.booking(record)


async def create_with_lock(call: Call[Empty, LockedBooking]) -> shapes.Booking:
    wish = call.body
    new = NewBooking(provider_id=wish.provider_id, service_id=wish.service_id, start=wish.start, customer=wish.customer)
    return render.booking(await call.service.book(call.caller, new))


async def recurring(call: Call[Empty, NewSeries]) -> together.Series:
    return together.series(await call.service.book_series(call.caller, call.body))


async def group(call: Call[Empty, NewGroup]) -> together.Group:
    return together.group(await call.service.book_group(call.caller, call.body))


async def check(call: Call[Empty, AvailabilityCheck]) -> together.Availability:
    asked = call.body
    found = await call.service.check_availability(asked.provider_id, asked.service_id, asked.start)
    return together.availability(found)


async def day(call: Call[DayQuery, Empty]) -> together.DaySlots:
    provider_id, date = ProviderId(call.path["providerId"]), local_date(call.path["date"], path="$.date")
    query = SlotQuery(service_id=ServiceId(call.query.service_id), first=date, last=date, provider_id=provider_id)
    return together.day_slots(await call.service.slots(query), provider_id)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{ADVANCED}/state-transition",
        name="transitionBooking",
        tag=TAG,
        summary="Bring a booking into another state",
        description="As `/bookings/{bookingId}/confirm`, `/cancel`, `/complete` and `/no-show` do.",
        # The outer fence of all four; which state a role may bring about is decided with the booking at hand.
        access=access.who_may_bring_about(Status.CANCELLED),
        handler=transition,
        body=Transition,
        answer=shapes.Booking,
        conflicts=("transition_not_allowed", "cancellation_notice_passed"),
        example={"bookingId": "bkg_1", "newStatus": "CONFIRMED"},
    ),
    Route(
        method="POST",
        path=f"{ADVANCED}/create-with-lock",
        name="createBookingWithLock",
        tag=TAG,
        summary="Book a slot",
        description="The calendar is its own lock: this is `POST /bookings`, by another name.",
        access=access.ANY_ROLE,
        handler=create_with_lock,
        body=LockedBooking,
        answer=shapes.Booking,
        status=HTTPStatus.CREATED,
        conflicts=_TAKEN,
        example={
            "providerId": "prv_1",
            "serviceId": "svc_1",
            "startTime": "2026-12-01T10:00:00-03:00",
            "customer": {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"},
        },
    ),
    Route(
        method="POST",
        path=f"{ADVANCED}/recurring",
        name="createSeries",
        tag=TAG,
        summary="Book a series of appointments",
        description=(
            "At the same time on the provider's clock, until `occurrences` or `endDate` (inclusive), whichever comes"
            " first; at most 104 times in two years. `onConflict`: `fail` books all or nothing, and lists every"
            " conflict in `data.conflicts`; `skip` leaves out what is not free; `nearest` moves it to the nearest free"
            " slot of its day, and says so in `moved`. A month without the day (`no_such_day`) and a time that the"
            " clock skips (`no_such_time`) are left out in any case, and are in `skipped`; such a month does not count"
            " as an occurrence. `maxAdvanceDays` bounds the first occurrence only."
        ),
        access=access.ANY_ROLE,
        handler=recurring,
        body=NewSeries,
        answer=together.Series,
        status=HTTPStatus.CREATED,
        conflicts=("series_conflict",),
        example={
            "providerId": "prv_1",
            "serviceId": "svc_1",
            "startTime": "2026-12-01T10:00:00-03:00",
            "pattern": "weekly",
            "occurrences": 8,
            "onConflict": "skip",
            "customer": {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"},
        },
    ),
    Route(
        method="POST",
        path=f"{ADVANCED}/group",
        name="createGroup",
        tag=TAG,
        summary="Set a session up for several people",
        description=(
            "It takes the time once, for as long as anyone is in it, and has `maxParticipants` places, whatever the"
            " service's `capacity`. Each participant gets a booking of their own. Others join by its `sessionId`."
        ),
        access=access.STAFF,
        handler=group,
        body=NewGroup,
        answer=together.Group,
        status=HTTPStatus.CREATED,
        conflicts=("already_participating", *_TAKEN),
        example={
            "providerId": "prv_1",
            "serviceId": "svc_1",
            "startTime": "2026-12-01T10:00:00-03:00",
            "maxParticipants": 8,
            "participants": [{"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"}],
        },
    ),
    Route(
        method="POST",
        path=f"{ADVANCED}/availability/check",
        name="checkAvailability",
        tag=TAG,
        summary="Ask whether a start can be booked",
        description="Nothing is kept: hold the slot, or book it, before somebody else does.",
        access=access.PUBLIC,
        handler=check,
        body=AvailabilityCheck,
        answer=together.Availability,
        example={"providerId": "prv_1", "serviceId": "svc_1", "startTime": "2026-12-01T10:00:00-03:00"},
    ),
    Route(
        method="GET",
        path=f"{ADVANCED}/availability/{{providerId}}/{{date}}",
        name="listDaySlots",
        tag=TAG,
        summary="Find a provider's free slots of one day",
        access=access.PUBLIC,
        handler=day,
        query=DayQuery,
        answer=together.DaySlots,
    ),
)
