"""Every route against every role: who is let in is who the table names, and nobody else."""

from __future__ import annotations

import re

import pytest

from tests.http.api import Client, Shop, token
from turnero.engine.domain.booking import Role
from turnero.http.routes import API_ROUTES
from turnero.http.routing import AnyRoute

GUARDED = [route for route in API_ROUTES if not route.access.public]
ROUTES = pytest.mark.parametrize("route", GUARDED, ids=lambda route: route.name)


def somewhere(route: AnyRoute) -> str:
    """Return an address of `route`, of things that do not exist."""
    return re.sub(r"\{\w+\}", "none", route.path)


async def test_without_a_token_nothing_but_what_is_public_answers(client: Client) -> None:
    for route in GUARDED:
        reply = await client.call(route.method, somewhere(route))
        assert (reply.status, reply.code) == (401, "unauthenticated"), route.name


async def test_every_role_is_let_in_where_the_table_names_it_and_nowhere_else(client: Client) -> None:
    for route in GUARDED:
        for role in Role:
            if role is Role.SYSTEM:
                continue
            reply = await client.call(route.method, somewhere(route), {}, by=token(role, "x", "biz_x"))
            if role in route.access.roles:
                assert reply.status != 401, (route.name, role)
            else:
                assert (reply.status, reply.code) == (403, "forbidden"), (route.name, role)


async def test_an_owner_manages_their_own_business_only(shop: Shop) -> None:
    stranger = token("owner", "x", "biz_x")
    calls = [
        ("PATCH", f"/api/v1/businesses/{shop.business_id}", {"name": "Mine"}),
        ("PATCH", f"/api/v1/providers/{shop.provider_id}", {"name": "Mine"}),
        ("PUT", f"/api/v1/providers/{shop.provider_id}/schedule", {}),
        ("GET", f"/api/v1/providers/{shop.provider_id}/schedule", None),
        ("GET", f"/api/v1/providers/{shop.provider_id}/events", None),
        ("POST", "/api/v1/services", {"businessId": shop.business_id, "name": "Mine", "durationMinutes": 5}),
        ("POST", "/api/v1/providers", {"businessId": shop.business_id, "name": "Mine", "serviceIds": []}),
        ("POST", "/api/v1/api-keys", {"businessId": shop.business_id, "name": "Mine"}),
        ("GET", f"/api/v1/api-keys?businessId={shop.business_id}", None),
        ("GET", f"/api/v1/bookings?providerId={shop.provider_id}&businessId={shop.business_id}", None),
    ]
    for method, path, body in calls:
        reply = await shop.client.call(method, path, body, by=stranger)
        assert reply.status == 403, (method, path, reply.body)


async def test_a_provider_keeps_to_their_own_calendar(shop: Shop) -> None:
    colleague = token("provider", "prv_other", shop.business_id)
    path = f"/api/v1/providers/{shop.provider_id}"

    for method, address, body in (
        ("PATCH", path, {"name": "Mine"}),
        ("PUT", f"{path}/schedule", {}),
        ("POST", f"{path}/time-off", {"start": "2026-12-01T00:00:00Z", "end": "2026-12-02T00:00:00Z"}),
        ("GET", f"{path}/events", None),
    ):
        reply = await shop.client.call(method, address, body, by=colleague)
        assert reply.status == 403, (method, address, reply.body)
