"""Businesses: their cards are public, the platform makes them, their owners change them."""

from __future__ import annotations

from http import HTTPStatus

from turnero.engine.runtime.requests import BusinessChange, NewBusiness
from turnero.http import access
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Businesses"


async def create(call: Call[Empty, NewBusiness]) -> shapes.Business:
    return render.business(await call.service.create_business(call.caller, call.body))


async def read(call: Call[Empty, Empty]) -> shapes.Business:
    return render.business(await call.service.business(call.path["businessId"]))


async def change(call: Call[Empty, BusinessChange]) -> shapes.Business:
    return render.business(await call.service.change_business(call.caller, call.path["businessId"], call.body))


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{API}/businesses",
        name="createBusiness",
        tag=TAG,
        summary="Open a business",
        access=access.PLATFORM,
        handler=create,
        body=NewBusiness,
        answer=shapes.Business,
        status=HTTPStatus.CREATED,
        conflicts=("already_exists",),
        example={"name": "Barbería El Turno", "timeZone": "America/Argentina/Buenos_Aires", "slug": "el-turno"},
    ),
    Route(
        method="GET",
        path=f"{API}/businesses/{{businessId}}",
        name="getBusiness",
        tag=TAG,
        summary="Read a business's card, by id or slug",
        access=access.PUBLIC,
        handler=read,
        answer=shapes.Business,
    ),
    Route(
        method="PATCH",
        path=f"{API}/businesses/{{businessId}}",
        name="changeBusiness",
        tag=TAG,
        summary="Change a business",
        description="What is left out stays as it is. In `policy`, null falls back to Turnero's default.",
        access=access.MANAGERS,
        handler=change,
        body=BusinessChange,
        answer=shapes.Business,
        conflicts=("already_exists",),
        example={"policy": {"minNoticeMinutes": 30}},
    ),
)
