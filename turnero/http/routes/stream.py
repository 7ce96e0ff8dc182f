"""What goes before a stream: the ticket that opens it, and the document that describes it."""

from __future__ import annotations

from datetime import UTC
from http import HTTPStatus

from turnero.http import access, asyncapi
from turnero.http.gateway.gateway import Gateway
from turnero.http.routing import API, JSON, AnyRoute, Call, Empty, Rendered, Route
from turnero.http.wire import render, shapes

TAG = "Stream"


def routes(gateway: Gateway) -> tuple[AnyRoute, ...]:
    """Return the routes beside the stream of `gateway`."""
    document = render.encode(asyncapi.document())

    async def issue(call: Call[Empty, Empty]) -> shapes.Ticket:
        assert call.bearer is not None, "the route is not public"
        issued = await gateway.issue(call.bearer)
        return shapes.Ticket(ticket=issued.ticket, expires_at=issued.expires_at.astimezone(UTC))

    async def describe(_call: Call[Empty, Empty]) -> Rendered:
        return Rendered(document, JSON)

    return (
        Route(
            method="POST",
            path=f"{API}/stream/tickets",
            name="createStreamTicket",
            tag=TAG,
            summary="Get a ticket that opens a stream",
            description=(
                "For pages, whose WebSockets cannot send headers: open `/api/v1/stream?ticket=...` with it. It is good"
                " once, for half a minute; the stream ends when the token would have. Every request gets a new one."
            ),
            access=access.ANY_ROLE,
            handler=issue,
            answer=shapes.Ticket,
            status=HTTPStatus.CREATED,
        ),
        Route(
            method="GET",
            path="/api/asyncapi.json",
            name="asyncapi",
            tag=TAG,
            summary="Read the AsyncAPI document of the stream, `/api/v1/stream`",
            access=access.PUBLIC,
            handler=describe,
            answer=dict,
        ),
    )
