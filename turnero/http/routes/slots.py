"""Free slots: what a customer may book, and by that very computation what a booking is checked against."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.value import BookingId, BusinessId, ProviderId, ServiceId, Value
from turnero.engine.runtime.answers import SlotsAnswer
from turnero.engine.runtime.limits import SLOT_ANSWERS_REMEMBERED
from turnero.engine.runtime.requests import Id, SlotQuery
from turnero.http import access
from turnero.http.routing import API, JSON, AnyRoute, Call, Empty, Rendered, Route
from turnero.http.wire import render, shapes

# A month of a dozen providers; more slots than that are no longer a choice.
SLOTS_MAX = 10_000


class SlotsQuery(Value):
    """`from` and `to` are dates in the provider's zone, inclusive."""

    service_id: Id
    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")
    provider_id: Annotated[Id | None, Meta(description="One provider's slots.")] = None
    business_id: Annotated[Id | None, Meta(description="Or those of any provider of a business.")] = None
    limit: Annotated[int, Meta(ge=1, le=SLOTS_MAX, description="The first so many slots only.")] | None = None
    booking_id: Annotated[Id | None, Meta(description="A booking to be moved: its own time counts as free.")] = None

    def __post_init__(self) -> None:
        if (self.provider_id is None) == (self.business_id is None):
            raise ValueError("give either `providerId` or `businessId`")


class _Bodies:
    """What answers look like on the wire, by identity: the engine gives the same object for the same answer."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[SlotsAnswer, Rendered]] = {}

    def of(self, answer: SlotsAnswer) -> Rendered:
        found = self._written.get(id(answer))
        # Kept beside the answer itself, which so stays alive, and its identity its own.
        if found is not None:
            return found[1]
        body = Rendered(render.encode(render.slots(answer)), JSON)
        if len(self._written) >= SLOT_ANSWERS_REMEMBERED:
            self._written.clear()
        self._written[id(answer)] = (answer, body)
        return body


_bodies = _Bodies()


async def free(call: Call[SlotsQuery, Empty]) -> Rendered:
    query = call.query
    answer = await call.service.slots(
        SlotQuery(
            service_id=ServiceId(query.service_id),
            first=query.first,
            last=query.last,
            provider_id=None if query.provider_id is None else ProviderId(query.provider_id),
            business_id=None if query.business_id is None else BusinessId(query.business_id),
            limit=query.limit,
            booking_id=None if query.booking_id is None else BookingId(query.booking_id),
        )
    )
    return _bodies.of(answer)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=f"{API}/slots",
        name="listSlots",
        tag="Slots",
        summary="Find free slots",
        description="At most 31 days at a time. A slot that is offered can be booked, until somebody does.",
        access=access.PUBLIC,
        handler=free,
        query=SlotsQuery,
        answer=shapes.Slots,
    ),
)
