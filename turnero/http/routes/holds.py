"""Holds: a slot kept for a few minutes while somebody makes up their mind."""

from __future__ import annotations

from http import HTTPStatus

from turnero.engine.domain.errors import ABOUT_TIME, CONFLICTS
from turnero.engine.domain.value import HoldId
from turnero.engine.runtime.requests import NewHold
from turnero.http import access
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Holds"


async def create(call: Call[Empty, NewHold]) -> shapes.Hold:
    return render.hold(await call.service.hold(call.caller, call.body))


async def release(call: Call[Empty, Empty]) -> None:
    await call.service.release_hold(call.caller, HoldId(call.path["holdId"]))


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{API}/holds",
        name="createHold",
        tag=TAG,
        summary="Hold a slot for a few minutes",
        access=access.ANY_ROLE,
        handler=create,
        body=NewHold,
        answer=shapes.Hold,
        status=HTTPStatus.CREATED,
        conflicts=tuple(
            code for code in CONFLICTS if code in ABOUT_TIME | {"too_many_holds"} and not code.startswith("hold_")
        ),
        example={"providerId": "prv_1", "serviceId": "svc_1", "start": "2026-12-01T10:00:00-03:00"},
    ),
    Route(
        method="DELETE",
        path=f"{API}/holds/{{holdId}}",
        name="releaseHold",
        tag=TAG,
        summary="Give a held slot back",
        access=access.ANY_ROLE,
        handler=release,
        status=HTTPStatus.NO_CONTENT,
    ),
)
