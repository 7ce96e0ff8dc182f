"""The document says what the table says, and every example in it works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import msgspec
import pytest

from turnero.http import openapi
from turnero.http.decoding import BodyReader
from turnero.http.routes import API_ROUTES, system
from turnero.http.routing import AnyRoute

ALL = (*API_ROUTES, *system.routes(metrics_page=bytes, document=bytes))
DOCUMENT = openapi.document(ALL)
ROUTES = pytest.mark.parametrize("route", ALL, ids=lambda route: route.name)


def operation(route: AnyRoute) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][route.path][route.method.lower()]
    return found


def objects(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


def resolve(ref: str) -> dict[str, Any]:
    node: dict[str, Any] = DOCUMENT
    for part in ref.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")


def test_every_reference_leads_somewhere() -> None:
    for node in objects(DOCUMENT):
        if "$ref" in node:
            assert resolve(node["$ref"])


def test_every_schema_is_a_json_schema() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_names_of_components_are_what_openapi_allows() -> None:
    for name in DOCUMENT["components"]["schemas"]:
        assert re.fullmatch(r"[A-Za-z0-9]+", name), name


def test_operation_ids_are_unique() -> None:
    assert len({route.name for route in ALL}) == len(ALL)


def test_instants_say_that_they_are_instants() -> None:
    booking = resolve("#/components/schemas/Booking")

    assert booking["properties"]["start"]["format"] == "date-time"
    assert resolve("#/components/schemas/NewBooking")["properties"]["start"]["format"] == "date-time"


def test_the_contracts_fields_of_a_booking_are_documented() -> None:
    fields = (
        "id businessId providerId serviceId customerId start end status revision sequence price note seriesId"
        " sessionId cancelledBy cancelReason createdAt policy"
    )
    assert set(fields.split()) <= set(resolve("#/components/schemas/Booking")["required"])


@ROUTES
def test_every_operation_has_a_summary_and_documented_problems(route: AnyRoute) -> None:
    documented = operation(route)

    assert documented["summary"]
    problems = [code for code in documented["responses"] if code >= "400"]
    assert {"400", "422", "503"} <= set(problems)
    assert ("401" in problems) == (not route.access.public)


@ROUTES
def test_every_parameter_in_the_path_is_documented(route: AnyRoute) -> None:
    documented = [p["name"] for p in operation(route)["parameters"] if p["in"] == "path"]

    assert documented == re.findall(r"{(\w+)}", route.path)


@ROUTES
def test_a_body_that_must_be_sent_has_an_example_that_can_be_read(route: AnyRoute) -> None:
    if route.example is not None:
        BodyReader(route.body).read(msgspec.json.encode(route.example))
    else:
        assert not (route.takes_body and operation(route)["requestBody"]["required"])
