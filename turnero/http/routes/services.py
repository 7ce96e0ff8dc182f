"""Services: what can be booked, how long it takes and what it costs."""

from __future__ import annotations

from http import HTTPStatus

from turnero.engine.runtime.requests import NewService
from turnero.http import access
from turnero.http.paging import BusinessPageQuery, page
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Services"


async def create(call: Call[Empty, NewService]) -> shapes.Service:
    return render.service(await call.service.create_service(call.caller, call.body))


async def of_business(call: Call[BusinessPageQuery, Empty]) -> shapes.Items[shapes.Service]:
    services = await call.service.services(call.query.business_id)
    return page(services, call.query, key=lambda service: service.id, show=render.service)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{API}/services",
        name="createService",
        tag=TAG,
        summary="Offer a service",
        access=access.MANAGERS,
        handler=create,
        body=NewService,
        answer=shapes.Service,
        status=HTTPStatus.CREATED,
        example={
            "businessId": "biz_1",
            "name": "Corte",
            "durationMinutes": 30,
            "price": {"amount": 1200000, "currency": "ARS"},
        },
    ),
    Route(
        method="GET",
        path=f"{API}/services",
        name="listServices",
        tag=TAG,
        summary="List a business's services",
        access=access.PUBLIC,
        handler=of_business,
        query=BusinessPageQuery,
        answer=shapes.Items[shapes.Service],
    ),
)
