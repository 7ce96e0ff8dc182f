"""Analytics on the wire: as JSON, and as a table for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from turnero.engine.domain.analytics import Analytics, BusyHour, Ratings, ServiceFigures, Totals
from turnero.engine.domain.booking import Money
from turnero.engine.runtime.answers import AnalyticsAnswer
from turnero.http.wire import spreadsheet
from turnero.http.wire.shapes import Answer, Number


class ProviderAnalytics(Answer):
    """Bookings by the local date of their start, from `from` to `to`, inclusive.

    `revenue` is the price of completed bookings, by currency. `services` and `busyHours` count all that were not
    cancelled, `busyHours` by weekday and hour of the provider's clock. `sequence` is an event that the figures have
    seen; they may have seen later ones.
    """

    provider_id: str
    time_zone: str
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    sequence: Number
    totals: Totals
    revenue: tuple[Money, ...]
    services: tuple[ServiceFigures, ...]
    busy_hours: tuple[BusyHour, ...]
    rating: Ratings
    utilisation: Annotated[float | None, Meta(description="Booked over open time; null when nothing was open.")]
    no_show_rate: Annotated[float | None, Meta(description="No-shows over no-shows and completed; null if none.")]


def body(answer: AnalyticsAnswer) -> ProviderAnalytics:
    figures = answer.analytics
    return ProviderAnalytics(
        provider_id=answer.provider_id,
        time_zone=answer.time_zone,
        first=answer.first,
        last=answer.last,
        sequence=answer.sequence,
        totals=figures.totals,
        revenue=figures.revenue,
        services=figures.services,
        busy_hours=figures.busy_hours,
        rating=figures.rating,
        utilisation=figures.utilisation,
        no_show_rate=figures.no_show_rate,
    )


class _Figure(NamedTuple):
    """One line of the table: a number, by the name that it has in JSON, and what it is about."""

    figure: str
    value: float | None
    currency: str = ""
    service_id: str = ""
    service: str = ""
    day: str = ""
    hour: int | None = None


_HEADER = ("figure", "value", "currency", "serviceId", "service", "day", "hour")


def table(answer: AnalyticsAnswer) -> bytes:
    """Return the figures as CSV, a number a line, so that any spreadsheet can filter and pivot them."""
    return spreadsheet.csv_of(_HEADER, _figures(answer.analytics))


def _figures(figures: Analytics) -> Iterator[_Figure]:
    for name, count in msgspec.to_builtins(figures.totals).items():
        yield _Figure(f"totals.{name}", count)
    for money in figures.revenue:
        yield _Figure("revenue", money.amount, money.currency)
    for service in figures.services:
        yield _Figure("services.count", service.count, "", service.service_id, service.name)
        for money in service.revenue:
            yield _Figure("services.revenue", money.amount, money.currency, service.service_id, service.name)
    for busy in figures.busy_hours:
        yield _Figure("busyHours.count", busy.count, day=busy.day, hour=busy.hour)
    yield _Figure("rating.average", figures.rating.average)
    yield _Figure("rating.count", figures.rating.count)
    yield _Figure("utilisation", figures.utilisation)
    yield _Figure("noShowRate", figures.no_show_rate)
