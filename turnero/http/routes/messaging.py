"""How a customer wants to be written to, and which devices want to be pushed to."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.value import CustomerId
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.runtime.requests import NewPushSubscription
from turnero.http import access
from turnero.http.routes.customers import TAG, CustomerQuery
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import people

PUSH = f"{API}/push/subscriptions"
MESSAGING = f"{API}/customers/{{customerId}}/messaging"


async def read(call: Call[CustomerQuery, Empty]) -> people.Messaging:
    customer_id = CustomerId(call.path["customerId"])
    return people.messaging(await call.service.messaging(call.caller, call.query.business_id, customer_id))


async def replace(call: Call[CustomerQuery, MessagingPreferences]) -> people.Messaging:
    customer_id = CustomerId(call.path["customerId"])
    changed = await call.service.put_messaging(call.caller, call.query.business_id, customer_id, call.body)
    return people.messaging(changed)


class DeviceQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    endpoint: Annotated[str, Meta(max_length=2_000)]


async def subscribe(call: Call[Empty, NewPushSubscription]) -> people.PushDevice:
    return people.push_device(await call.service.add_push_subscription(call.caller, call.body))


async def unsubscribe(call: Call[DeviceQuery, Empty]) -> None:
    await call.service.remove_push_subscription(call.caller, call.query.endpoint)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=MESSAGING,
        name="getMessaging",
        tag=TAG,
        summary="Read how a customer wants to be written to",
        access=access.PARTIES,
        handler=read,
        query=CustomerQuery,
        answer=people.Messaging,
    ),
    Route(
        method="PUT",
        path=MESSAGING,
        name="putMessaging",
        tag=TAG,
        summary="Say how a customer wants to be written to",
        description=(
            "`channels` come first, in this order; by those in `optedOut` nothing is sent. What is planned already"
            " goes by it. Without a wish, what concerns one's own appointments is sent by whichever way one is known."
        ),
        access=access.PARTIES,
        handler=replace,
        query=CustomerQuery,
        body=MessagingPreferences,
        answer=people.Messaging,
        example={"channels": ["whatsapp", "email"], "optedOut": ["sms"]},
    ),
    Route(
        method="POST",
        path=PUSH,
        name="createPushSubscription",
        tag=TAG,
        summary="Have news pushed to this browser",
        description=(
            "What `PushManager.subscribe()` gave; its `applicationServerKey` is at `/push/key`. For customers and"
            " providers, of what concerns them. Only their own devices, and only while they want it."
        ),
        access=access.RECIPIENTS,
        handler=subscribe,
        body=NewPushSubscription,
        answer=people.PushDevice,
        status=HTTPStatus.CREATED,
        example={
            "endpoint": "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "keys": {
                "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                "auth": "BTBZMqHH6r4Tts7J_aSIgg",
            },
        },
    ),
    Route(
        method="DELETE",
        path=PUSH,
        name="deletePushSubscription",
        tag=TAG,
        summary="Push to this browser no more",
        access=access.RECIPIENTS,
        handler=unsubscribe,
        query=DeviceQuery,
        status=HTTPStatus.NO_CONTENT,
    ),
)
