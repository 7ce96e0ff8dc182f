"""The OpenAPI 3.1 document, generated from the route table and the types that requests and answers really have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec

import turnero
from turnero.engine.domain.errors import CONFLICTS
from turnero.http.access import Rule
from turnero.http.decoding import IDEMPOTENCY_KEY_HEADER
from turnero.http.problems import CONTENT_TYPE, Problem
from turnero.http.routing import JSON, AnyRoute, Empty

# OpenAPI is a format of nested objects; this is the codec for it.
Object = dict[str, Any]

_REF = "#/components/schemas/{name}"
# msgspec names `Items[Booking]` "Items_Booking_"; here it is "BookingItems", as component and in references.
_GENERIC = re.compile(r"\b(Items)_(\w+)_\b")

_PARAMETER = {"type": "string", "minLength": 1, "maxLength": 200}

# What every answer carries.
_HEADERS: Object = {
    "X-Request-Id": {
        "description": "Yours if you sent one, else ours; it is in our logs.",
        "schema": {"type": "string"},
    }
}
_RETRY: Object = {
    "Retry-After": {
        "description": "Seconds to wait; then repeat with the same idempotency key.",
        "schema": {"type": "integer"},
    }
}
_CHALLENGE: Object = {"WWW-Authenticate": {"description": "RFC 6750.", "schema": {"type": "string"}}}

# status → (component's name, description, headers beside the usual).
_PROBLEMS: Mapping[HTTPStatus, tuple[str, str, Object]] = {
    HTTPStatus.BAD_REQUEST: ("Malformed", "The request could not be read.", {}),
    HTTPStatus.UNAUTHORIZED: ("Unauthenticated", "There is no token, or it is not good.", _CHALLENGE),
    HTTPStatus.FORBIDDEN: ("Forbidden", "You may not do this.", {}),
    HTTPStatus.NOT_FOUND: ("NotFound", "There is no such thing, or none that you may know of.", {}),
    HTTPStatus.CONFLICT: ("Conflict", "The state of the calendar says no; `code` says why.", {}),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("TooLarge", "The body is too large.", {}),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("UnsupportedMediaType", "The body is not JSON.", {}),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Invalid", "A value is wrong; `data.fields` names the path of each.", {}),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Unavailable", "Not now. Safe to repeat with the same key.", _RETRY),
}

_IDEMPOTENCY_KEY: Object = {
    "name": IDEMPOTENCY_KEY_HEADER,
    "in": "header",
    "description": "A repeat under the same key gets the first answer, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}

_DESCRIPTION = """Appointments in calendars that cannot double-book.

Instants are RFC 3339 with an offset, and answers carry the offset of the provider's own zone. Unknown fields are
refused. Errors are RFC 9457 problems with a stable `code`. Every answer about a calendar carries its `sequence`."""


def document(routes: Sequence[AnyRoute]) -> Object:
    """Return the OpenAPI document of `routes`."""
    schemas = _Schemas(routes)
    paths: dict[str, Object] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    tags = dict.fromkeys(route.tag for route in routes)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Turnero", "version": turnero.__version__, "description": _DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {
                name: _problem_response(description, headers) for name, description, headers in _PROBLEMS.values()
            },
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A JWT (HS256, `aud` is `turnero`), or an integrator's API key (`trn_...`).",
                }
            },
        },
    }


class _Schemas:
    """JSON Schemas of every type in the table, generics under readable names."""

    def __init__(self, routes: Sequence[AnyRoute]) -> None:
        types: dict[str, object] = {repr(Problem): Problem}
        for route in routes:
            types |= {repr(t): t for t in (route.query, route.body, route.answer) if t is not None}
        generated = msgspec.json.schema_components(types.values(), ref_template=_REF)
        text = _GENERIC.sub(r"\2\1", msgspec.json.encode(generated).decode())
        schemas, self.components = msgspec.json.decode(text, type=tuple[list[Object], dict[str, Object]])
        self._by_type = dict(zip(types, schemas, strict=True))
        # Parameters are spelled out where they are used; only what is a body, too, keeps a name.
        bodies = {repr(t) for route in routes for t in (route.body, route.answer)}
        self._queries: dict[str, Object] = {}
        for key in {repr(route.query) for route in routes}:
            name = str(self._by_type[key]["$ref"]).rpartition("/")[2]
            self._queries[key] = self.components[name]
            if key not in bodies:
                del self.components[name]

    def of(self, type_: object) -> Object:
        """Return the schema of a type in the table, by reference where it has a name."""
        return self._by_type[repr(type_)]

    def parameters(self, type_: type[msgspec.Struct]) -> Iterator[tuple[str, Object, bool]]:
        """Yield each query parameter's name, schema, and whether it must be given."""
        schema = self._queries[repr(type_)]
        for name, field in schema.get("properties", {}).items():
            yield name, field, name in schema.get("required", ())


def _operation(route: AnyRoute, schemas: _Schemas) -> Object:
    operation: Object = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": route.summary,
        "security": [] if route.access.public else [{"bearer": []}],
        "parameters": list(_parameters(route, schemas)),
        "responses": _responses(route, schemas),
    }
    description = _description(route)
    if description:
        operation["description"] = description
    if route.takes_body:
        content: Object = {"schema": schemas.of(route.body)}
        if route.example is not None:
            content["example"] = dict(route.example)
        operation["requestBody"] = {"required": _required(route.body), "content": {JSON: content}}
    return operation


def _description(route: AnyRoute) -> str:
    conflicts = "\n".join(f"- `{code}`: {CONFLICTS[code]}" for code in _conflicts(route))
    parts = (route.description, _who(route.access), conflicts and f"Conflicts (409):\n\n{conflicts}")
    return "\n\n".join(part for part in parts if part)


def _who(rule: Rule) -> str:
    if rule.public:
        return "Public: needs no token."
    return "For: " + ", ".join(sorted(rule.roles)) + "."


def _conflicts(route: AnyRoute) -> tuple[str, ...]:
    # A key can be reused for another request wherever a key is taken.
    keyed = ("idempotency_key_reused",) if _takes_key(route) else ()
    return (*keyed, *route.conflicts)


def _takes_key(route: AnyRoute) -> bool:
    return route.method != "GET" and not route.access.public


def _parameters(route: AnyRoute, schemas: _Schemas) -> Iterator[Object]:
    for name in route.parameters:
        yield {"name": name, "in": "path", "required": True, "schema": _PARAMETER}
    for name, schema, required in schemas.parameters(route.query):
        yield _query_parameter(name, schema, required=required)
    if _takes_key(route):
        yield _IDEMPOTENCY_KEY


def _query_parameter(name: str, schema: Object, *, required: bool) -> Object:
    # A query cannot say null: an optional parameter is left out.
    schema = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    choices = [choice for choice in schema.pop("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        schema = {**choices[0], **schema}
    elif choices:
        schema["anyOf"] = choices
    parameter: Object = {"name": name, "in": "query", "required": required, "schema": schema}
    if "description" in schema:
        parameter["description"] = schema.pop("description")
    return parameter


def _responses(route: AnyRoute, schemas: _Schemas) -> Object:
    answer: Object = {"description": HTTPStatus(route.status).phrase, "headers": _HEADERS}
    if route.answer is not None:
        answer["content"] = {route.media: {"schema": schemas.of(route.answer)}}
        answer["content"] |= {media: {"schema": {"type": "string"}} for media in route.also}
    responses: Object = {str(int(route.status)): answer}
    for status in sorted(_refusals(route)):
        responses[str(int(status))] = {"$ref": f"#/components/responses/{_PROBLEMS[status][0]}"}
    return responses


def _refusals(route: AnyRoute) -> set[HTTPStatus]:
    # Any address may carry a query that cannot be read, or one that it has no parameters for.
    found = {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE}
    if not route.access.public:
        found |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if route.parameters or route.takes_body or route.query is not Empty:
        found.add(HTTPStatus.NOT_FOUND)
    if route.takes_body:
        found |= {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
    if _conflicts(route):
        found.add(HTTPStatus.CONFLICT)
    return found


def _problem_response(description: str, headers: Object) -> Object:
    return {
        "description": description,
        "headers": {**_HEADERS, **headers},
        "content": {CONTENT_TYPE: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }


def _required(body: type[msgspec.Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(body))
