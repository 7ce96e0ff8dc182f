"""Series: this booking and all that follow, cancelled or moved. They are booked by `/bookings/advanced/recurring`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.booking import Status
from turnero.engine.domain.value import BookingId, SeriesId, Value
from turnero.engine.runtime.requests import Id, Instant
from turnero.http import access
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import together

TAG = "Series"
SERIES = f"{API}/series/{{seriesId}}"


class SinceQuery(Value):
    since: Annotated[
        date | None, Meta(description="The first local date that is cancelled; today, where none is given.")
    ] = msgspec.field(name="from", default=None)


class SeriesMove(Value):
    booking_id: Id
    start: Instant


async def cancel(call: Call[SinceQuery, Empty]) -> together.CancelledSeries:
    series_id = SeriesId(call.path["seriesId"])
    return together.cancelled_series(await call.service.cancel_series(call.caller, series_id, since=call.query.since))


async def move(call: Call[Empty, SeriesMove]) -> together.MovedSeries:
    series_id, booking_id = SeriesId(call.path["seriesId"]), BookingId(call.body.booking_id)
    moved = await call.service.move_series(call.caller, series_id, booking_id, start=call.body.start)
    return together.moved_series(moved)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="DELETE",
        path=SERIES,
        name="cancelSeries",
        tag=TAG,
        summary="Cancel a series from a date on",
        description=(
            "What is over stays as it is, and so does what is too near for its customer to cancel: that is in `kept`."
            " A booking that was moved to another provider is no longer reached."
        ),
        access=access.who_may_bring_about(Status.CANCELLED),
        handler=cancel,
        query=SinceQuery,
        answer=together.CancelledSeries,
    ),
    Route(
        method="POST",
        path=f"{SERIES}/reschedule",
        name="rescheduleSeries",
        tag=TAG,
        summary="Move a booking of a series, and all that follow",
        description="All that follow move by as much on the provider's clock. All of them, or none.",
        access=access.who_may_bring_about(Status.CANCELLED),
        handler=move,
        body=SeriesMove,
        answer=together.MovedSeries,
        conflicts=(
            "series_conflict",
            "transition_not_allowed",
            "too_many_reschedules",
            "cancellation_notice_passed",
        ),
        example={"bookingId": "bkg_1", "start": "2026-12-01T11:00:00-03:00"},
    ),
)
