"""Messages of a business: what was sent, what could not be, and once more."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from turnero.engine.domain.messages import MessageStatus
from turnero.http import access
from turnero.http.paging import BusinessPageQuery
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Messages"


class MessagesQuery(BusinessPageQuery, kw_only=True):
    """By default, those that need somebody's attention."""

    status: Annotated[MessageStatus, Meta(description="`failed`: could not be delivered.")] = MessageStatus.FAILED


async def find(call: Call[MessagesQuery, Empty]) -> shapes.Items[shapes.Message]:
    query = call.query
    business, page = await call.service.messages_of(
        call.caller, query.business_id, query.status, limit=query.limit, cursor=query.cursor
    )
    tz = render.zone(business.time_zone)
    return shapes.Items(items=tuple(render.message(one, tz) for one in page.items), next_cursor=page.next_cursor)


async def resend(call: Call[Empty, Empty]) -> shapes.Message:
    business, message = await call.service.resend_message(call.caller, call.path["messageId"])
    return render.message(message, render.zone(business.time_zone))


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=f"{API}/messages",
        name="listBusinessMessages",
        tag=TAG,
        summary="Find messages that could not be delivered, the newest first",
        description="Or those in another `status`. `error` says why, in the channel's own code where it has one.",
        access=access.MANAGERS,
        handler=find,
        query=MessagesQuery,
        answer=shapes.Items[shapes.Message],
    ),
    Route(
        method="POST",
        path=f"{API}/messages/{{messageId}}/resend",
        name="resendMessage",
        tag=TAG,
        summary="Send a message that could not be delivered",
        description="It is tried on every channel anew, unless what it says is not true any more by then.",
        access=access.MANAGERS,
        handler=resend,
        answer=shapes.Message,
        conflicts=("transition_not_allowed",),
    ),
)
