"""Who may call what: no rule, no entry."""

from __future__ import annotations

import pytest

from turnero.engine.domain.booking import Actor, Role, Status
from turnero.engine.domain.errors import Forbidden, Unauthenticated
from turnero.http import access
from turnero.http.routes import API_ROUTES
from turnero.http.routing import AnyRoute

ROUTES = pytest.mark.parametrize("route", API_ROUTES, ids=lambda route: route.name)


@ROUTES
def test_every_route_says_who_may_call_it(route: AnyRoute) -> None:
    assert route.access.public or route.access.roles


@ROUTES
def test_nobody_calls_as_the_system(route: AnyRoute) -> None:
    assert Role.SYSTEM not in route.access.roles


# A question whose words are in its body, because the product that came before put them there.
ASKS_BY_POST = {"checkAvailability"}


@ROUTES
def test_what_changes_something_is_never_public(route: AnyRoute) -> None:
    assert route.method == "GET" or not route.access.public or route.name in ASKS_BY_POST


def test_what_is_public_is_what_the_contract_says() -> None:
    assert {route.name for route in API_ROUTES if route.access.public} == {
        "getBusiness",
        "listServices",
        "listProviders",
        "getProvider",
        "listSlots",
        "checkAvailability",
        "listDaySlots",
    }


@pytest.mark.parametrize("role", Role)
def test_a_route_without_a_rule_is_denied_to_all(role: Role) -> None:
    with pytest.raises(Forbidden):
        access.check(access.NOBODY, Actor(role=role, subject="x"))


def test_strangers_are_asked_who_they_are() -> None:
    with pytest.raises(Unauthenticated):
        access.check(access.ANY_ROLE, None)


def test_strangers_may_call_what_is_public() -> None:
    access.check(access.PUBLIC, None)


def test_the_domain_says_who_brings_a_booking_into_a_status() -> None:
    assert access.who_may_bring_about(Status.CONFIRMED).roles == {Role.ADMIN, Role.OWNER, Role.PROVIDER}
    assert Role.CUSTOMER in access.who_may_bring_about(Status.CANCELLED).roles
