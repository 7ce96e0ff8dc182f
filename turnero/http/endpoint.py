"""Turns a route's row into what aiohttp calls: who asks, may they, what do they say, then the handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import web
from multidict import CIMultiDict

from turnero.engine.domain.errors import Malformed
from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.service import BookingService
from turnero.http import access
from turnero.http.access import Bearer
from turnero.http.auth import Authenticator
from turnero.http.decoding import IDEMPOTENCY_KEY_HEADER, BodyReader, QueryReader, check_text, idempotency_key
from turnero.http.negotiation import preferred
from turnero.http.routing import JSON, BodyT, Call, QueryT, Rendered, Route
from turnero.http.wire import render

Endpoint = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Says who is signed in with the browser that sends a request, if anybody is.
FindSession = Callable[[web.Request], Awaitable[Bearer | None]]

_StructT = TypeVar("_StructT", bound=msgspec.Struct)

# RFC 7396 bodies are JSON too, and some clients say so when they PATCH.
_JSON_TYPES = frozenset({JSON, "application/merge-patch+json"})

# What an answer that is written already starts from.
_JSON_HEADERS = CIMultiDict({"Content-Type": JSON})


def endpoint(
    route: Route[QueryT, BodyT], *, service: BookingService, authenticator: Authenticator, find_session: FindSession
) -> Endpoint:
    """Return the request handler of `route`. It raises `TurneroError`s and aiohttp's own; the middleware answers."""
    query_reader = QueryReader(route.query)
    body_reader = BodyReader(route.body)
    if_absent = _empty(route.body)
    offers = (route.media, *route.also)
    assert route.takes_body or if_absent is not None, f"{route.method} {route.path} cannot be sent what it asks for"

    async def handle(request: web.Request) -> web.StreamResponse:
        identified = bearer = None
        if not route.access.public:
            bearer = await authenticator.bearer(request.headers.get("Authorization")) or await find_session(request)
            access.check(route.access, None if bearer is None else bearer.actor)
            assert bearer is not None, "only public routes let strangers pass"
            key = idempotency_key(request.headers.getall(IDEMPOTENCY_KEY_HEADER, []))
            identified = Caller(actor=bearer.actor, key=key)
        for name, value in request.match_info.items():
            check_text(value, path=f"$.{name}")
        query = query_reader.read(request.raw_path.partition("?")[2])
        raw = await _raw_body(request) if route.takes_body else b""
        if raw:
            body = body_reader.read(raw)
        elif if_absent is not None:
            body = if_absent
        else:
            raise Malformed("This needs a body: a JSON object.")
        media = preferred(request.headers.getall("Accept", []), offers) if route.also else route.media
        call = Call(service, identified, request.match_info, query, body, media, bearer)
        return respond(route, await route.handler(call))

    return handle


def respond(route: Route[QueryT, BodyT], answer: object) -> web.Response:
    """Return what a handler answered as a response."""
    # Without it a cache would give one client what another one has asked for.
    vary = {"Vary": "Accept"} if route.also else {}
    match answer:
        case None:
            return web.Response(status=route.status)
        case Rendered(body, content_type, headers) if content_type == JSON and not vary and not headers:
            return web.Response(status=route.status, body=body, headers=_JSON_HEADERS.copy())
        case Rendered():
            headers = {"Content-Type": answer.content_type, **vary, **answer.headers}
            return web.Response(status=route.status, body=answer.body, headers=headers)
        case _:
            return web.Response(status=route.status, body=render.encode(answer), headers={"Content-Type": JSON, **vary})


async def _raw_body(request: web.Request) -> bytes:
    raw = await request.read()
    # No type at all is taken for JSON, which is what it is nearly always. A form is not: HTML pages of other sites
    # can send forms in a visitor's name, but nothing else without asking first.
    if raw and "Content-Type" in request.headers and request.content_type not in _JSON_TYPES:
        raise web.HTTPUnsupportedMediaType
    return raw


def _empty(expected: type[_StructT]) -> _StructT | None:
    """Return the value of a body in which nothing is said, or None where something has to be."""
    try:
        return msgspec.convert({}, expected)
    except msgspec.ValidationError:
        return None
