"""Sessions: who is in one, and one more. They begin with `/bookings/advanced/group`, or a group's first booking."""

from __future__ import annotations

from http import HTTPStatus

from turnero.engine.domain.value import SessionId, Value
from turnero.engine.runtime.requests import CustomerRef
from turnero.http import access
from turnero.http.paging import PageQuery
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes, together

TAG = "Sessions"
SESSION = f"{API}/sessions/{{sessionId}}"


class NewParticipant(Value):
    customer: CustomerRef | None = None


async def read(call: Call[PageQuery, Empty]) -> together.Session:
    session_id, query = SessionId(call.path["sessionId"]), call.query
    found = await call.service.session(call.caller, session_id, limit=query.limit, cursor=query.cursor)
    return together.session(found)


async def join(call: Call[Empty, NewParticipant]) -> shapes.Booking:
    session_id = SessionId(call.path["sessionId"])
    return render.booking(await call.service.join_session(call.caller, session_id, call.body.customer))


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=SESSION,
        name="getSession",
        tag=TAG,
        summary="Read who is in a session",
        description="Whatever has become of their bookings, a page at a time.",
        access=access.STAFF,
        handler=read,
        query=PageQuery,
        answer=together.Session,
    ),
    Route(
        method="POST",
        path=f"{SESSION}/participants",
        name="joinSession",
        tag=TAG,
        summary="Join a session",
        description=(
            "Who knows its id may join it while there is a place: customers for themselves, until the provider's"
            " minimum notice; staff for others, until it is over. It is left by cancelling one's booking."
        ),
        access=access.ANY_ROLE,
        handler=join,
        body=NewParticipant,
        answer=shapes.Booking,
        status=HTTPStatus.CREATED,
        conflicts=("session_full", "session_over", "already_participating", "too_soon"),
        example={"customer": {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"}},
    ),
)
