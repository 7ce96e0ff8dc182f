"""Analytics: what a provider's bookings came to, for people's dashboards and for their spreadsheets."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.value import ProviderId, Value
from turnero.http import access
from turnero.http.routing import API, AnyRoute, Call, Empty, Rendered, Route
from turnero.http.wire import analytics
from turnero.http.wire.spreadsheet import CSV, CSV_CONTENT_TYPE


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"


class AnalyticsQuery(Value):
    """`from` and `to` are dates in the provider's zone, inclusive."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    format: Annotated[Format | None, Meta(description="For links, which cannot send `Accept`: wins over it.")] = None


async def read(call: Call[AnalyticsQuery, Empty]) -> analytics.ProviderAnalytics | Rendered:
    provider_id, query = ProviderId(call.path["providerId"]), call.query
    answer = await call.service.analytics(call.caller, provider_id, first=query.first, last=query.last)
    wants_csv = call.media == CSV if query.format is None else query.format is Format.CSV
    if not wants_csv:
        return analytics.body(answer)
    # The provider exists, so its id is one of ours and needs no quoting.
    name = f"analytics_{answer.provider_id}_{answer.first}_{answer.last}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Rendered(analytics.table(answer), CSV_CONTENT_TYPE, headers)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=f"{API}/bookings/advanced/analytics/{{providerId}}",
        name="readAnalytics",
        tag="Analytics",
        summary="Read what a provider's bookings came to",
        description=(
            "At most 366 days at a time, by the start of bookings in the provider's zone. `revenue` is the price of"
            " completed bookings. `utilisation` is booked over open time, by today's schedule: a session counts once,"
            " cancelled bookings do not, and overtime makes it larger than 1. `text/csv` downloads the same figures,"
            " one a line; money is in minor units there as well."
        ),
        access=access.STAFF_AND_INTEGRATORS,
        handler=read,
        query=AnalyticsQuery,
        answer=analytics.ProviderAnalytics,
        also=(CSV,),
    ),
)
