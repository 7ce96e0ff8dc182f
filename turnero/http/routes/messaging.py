"""How a customer wants to be written to."""

from __future__ import annotations

from turnero.engine.domain.value import CustomerId
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.http import access
from turnero.http.routes.customers import TAG, CustomerQuery
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import people

MESSAGING = f"{API}/customers/{{customerId}}/messaging"


async def read(call: Call[CustomerQuery, Empty]) -> people.Messaging:
    customer_id = CustomerId(call.path["customerId"])
    return people.messaging(await call.service.messaging(call.caller, call.query.business_id, customer_id))


async def replace(call: Call[CustomerQuery, MessagingPreferences]) -> people.Messaging:
    customer_id = CustomerId(call.path["customerId"])
    changed = await call.service.put_messaging(call.caller, call.query.business_id, customer_id, call.body)
    return people.messaging(changed)


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
)
