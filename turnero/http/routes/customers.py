"""Customers, as those who work at a business look for them."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.value import CustomerId
from turnero.engine.runtime.requests import Id
from turnero.http import access
from turnero.http.paging import BusinessPageQuery, page
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import people, shapes

TAG = "Customers"

# Those of a day's bookings of a large shop, and what an address can hold.
IDS_MAX = 100
# A search that matches more people than this is not finished yet: more letters are coming.
FOUND_MAX = 500


class CustomersQuery(BusinessPageQuery, kw_only=True):
    text: Annotated[
        str,
        Meta(max_length=100, description="Parts of a name or a phone. Capitals, accents and spacing do not matter."),
    ] = msgspec.field(name="q", default="")
    ids: (
        Annotated[str, Meta(max_length=IDS_MAX * 60, description=f"Or up to {IDS_MAX} ids, with commas between them.")]
        | None
    ) = None

    def __post_init__(self) -> None:
        if self.ids is not None and self.text:
            raise ValueError("give either `q` or `ids`")
        if self.ids is not None and self.ids.count(",") >= IDS_MAX:
            raise ValueError(f"give at most {IDS_MAX} `ids`")


class CustomerQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    business_id: Id


async def find(call: Call[CustomersQuery, Empty]) -> shapes.Items[people.Customer]:
    query = call.query
    if query.ids is None:
        found = await call.service.find_customers(call.caller, query.business_id, query.text, limit=FOUND_MAX)
    else:
        ids = [CustomerId(one) for one in query.ids.split(",") if one]
        found = await call.service.customers(call.caller, query.business_id, ids)
    return page(found, query, key=lambda customer: customer.id, show=people.customer)


async def read(call: Call[CustomerQuery, Empty]) -> people.Customer:
    found = await call.service.customers(call.caller, call.query.business_id, [CustomerId(call.path["customerId"])])
    if not found:
        raise NotFound("customer")
    return people.customer(found[0])


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=f"{API}/customers",
        name="listCustomers",
        tag=TAG,
        summary="Find a business's customers, by name or phone or id",
        description="By name. Every word of `q` must occur in the name or the phone.",
        access=access.STAFF,
        handler=find,
        query=CustomersQuery,
        answer=shapes.Items[people.Customer],
    ),
    Route(
        method="GET",
        path=f"{API}/customers/{{customerId}}",
        name="getCustomer",
        tag=TAG,
        summary="Read who a customer is",
        access=access.STAFF,
        handler=read,
        query=CustomerQuery,
        answer=people.Customer,
    ),
)
