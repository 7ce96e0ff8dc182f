"""What becomes of a booking: confirmed, cancelled, completed, missed, moved, acknowledged, noted, rated."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from turnero.engine.domain.booking import Status
from turnero.engine.domain.errors import ABOUT_TIME, CONFLICTS
from turnero.engine.domain.value import BookingId, ProviderId, Value
from turnero.engine.runtime.requests import Id, Instant, Minutes, Text
from turnero.http import access
from turnero.http.routing import API, AnyRoute, Call, Empty, Handler, Route
from turnero.http.wire import render, shapes

TAG = "Bookings"
BOOKING = f"{API}/bookings/{{bookingId}}"


class Cancellation(Value):
    reason: Text | None = None


class Move(Value):
    start: Instant
    provider_id: Id | None = None
    override: bool = False


class Resize(Value):
    duration_minutes: Minutes


class Note(Value):
    note: Text


class Rating(Value):
    stars: Annotated[int, Meta(ge=1, le=5)]
    comment: Text | None = None


def becomes(status: Status) -> Handler[Empty, Empty]:
    """Return a handler that brings a booking into `status`."""

    async def change(call: Call[Empty, Empty]) -> shapes.Booking:
        booking_id = BookingId(call.path["bookingId"])
        return render.booking(await call.service.change_status(call.caller, booking_id, status))

    return change


async def cancel(call: Call[Empty, Cancellation]) -> shapes.Booking:
    booking_id, reason = BookingId(call.path["bookingId"]), call.body.reason or ""
    return render.booking(await call.service.change_status(call.caller, booking_id, Status.CANCELLED, reason=reason))


async def reschedule(call: Call[Empty, Move]) -> shapes.Booking:
    move = call.body
    record = await call.service.reschedule(
        call.caller,
        BookingId(call.path["bookingId"]),
        start=move.start,
        provider_id=None if move.provider_id is None else ProviderId(move.provider_id),
        override=move.override,
    )
    return render.booking(record)


async def acknowledge(call: Call[Empty, Empty]) -> shapes.Booking:
    return render.booking(await call.service.acknowledge(call.caller, BookingId(call.path["bookingId"])))


async def resize(call: Call[Empty, Resize]) -> shapes.Booking:
    booking_id, minutes = BookingId(call.path["bookingId"]), call.body.duration_minutes
    return render.booking(await call.service.resize(call.caller, booking_id, minutes=minutes))


async def note(call: Call[Empty, Note]) -> shapes.Booking:
    return render.booking(await call.service.note(call.caller, BookingId(call.path["bookingId"]), call.body.note))


async def rate(call: Call[Empty, Rating]) -> shapes.Booking:
    booking_id, rating = BookingId(call.path["bookingId"]), call.body
    return render.booking(
        await call.service.rate(call.caller, booking_id, stars=rating.stars, comment=rating.comment or "")
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{BOOKING}/confirm",
        name="confirmBooking",
        tag=TAG,
        summary="Confirm a pending booking",
        access=access.who_may_bring_about(Status.CONFIRMED),
        handler=becomes(Status.CONFIRMED),
        answer=shapes.Booking,
        conflicts=("transition_not_allowed",),
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/cancel",
        name="cancelBooking",
        tag=TAG,
        summary="Cancel a booking",
        description="A customer may, until the booking's own policy says that it is too late.",
        access=access.who_may_bring_about(Status.CANCELLED),
        handler=cancel,
        body=Cancellation,
        answer=shapes.Booking,
        conflicts=("transition_not_allowed", "cancellation_notice_passed"),
        example={"reason": "Me surgió un viaje"},
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/complete",
        name="completeBooking",
        tag=TAG,
        summary="Record that the appointment took place",
        access=access.who_may_bring_about(Status.COMPLETED),
        handler=becomes(Status.COMPLETED),
        answer=shapes.Booking,
        conflicts=("transition_not_allowed",),
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/no-show",
        name="missBooking",
        tag=TAG,
        summary="Record that the customer did not come",
        access=access.who_may_bring_about(Status.NO_SHOW),
        handler=becomes(Status.NO_SHOW),
        answer=shapes.Booking,
        conflicts=("transition_not_allowed",),
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/reschedule",
        name="rescheduleBooking",
        tag=TAG,
        summary="Move a booking to another start, or to another provider",
        description="The booking keeps its id; its `revision` grows by one.",
        # Moving is cancelling and booking in one: whoever may do the former may do this.
        access=access.who_may_bring_about(Status.CANCELLED),
        handler=reschedule,
        body=Move,
        answer=shapes.Booking,
        conflicts=(
            "transition_not_allowed",
            "too_many_reschedules",
            "cancellation_notice_passed",
            *(code for code in CONFLICTS if code in ABOUT_TIME and not code.startswith("hold_")),
        ),
        example={"start": "2026-12-01T11:00:00-03:00"},
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/acknowledge",
        name="acknowledgeBooking",
        tag=TAG,
        summary="Say that one will come",
        description="By its customer, while the booking is live. A booking that is moved afterwards loses it.",
        access=access.CUSTOMERS,
        handler=acknowledge,
        answer=shapes.Booking,
        conflicts=("transition_not_allowed",),
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/resize",
        name="resizeBooking",
        tag=TAG,
        summary="Let a booking take longer, or less time",
        description="It begins when it did, and nobody is told. Never into somebody else's time; hours are not asked.",
        access=access.STAFF,
        handler=resize,
        body=Resize,
        answer=shapes.Booking,
        conflicts=("transition_not_allowed", "slot_taken"),
        example={"durationMinutes": 45},
    ),
    Route(
        method="PUT",
        path=f"{BOOKING}/note",
        name="noteBooking",
        tag=TAG,
        summary="Write, change or take away a booking's note",
        description="Whatever became of it, and nobody is told. Its customer can read it. An empty note is none.",
        access=access.STAFF,
        handler=note,
        body=Note,
        answer=shapes.Booking,
        example={"note": "Alérgica al amoníaco"},
    ),
    Route(
        method="POST",
        path=f"{BOOKING}/rating",
        name="rateBooking",
        tag=TAG,
        summary="Rate a completed booking, once",
        access=access.CUSTOMERS,
        handler=rate,
        body=Rating,
        answer=shapes.Booking,
        conflicts=("transition_not_allowed", "already_rated"),
        example={"stars": 5, "comment": "Impecable"},
    ),
)
