"""What every request goes through: an id, a clock, a net for every error, a log line, and careful headers."""

from __future__ import annotations

import random
import re
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware
from multidict import CIMultiDict

from turnero.engine.domain.errors import TurneroError
from turnero.http import problems
from turnero.http.metrics import Metrics
from turnero.http.request_log import RequestLog
from turnero.http.wire import render

REQUEST_ID_HEADER = "X-Request-Id"
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Anything else could forge lines in somebody's log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

# What is in no route table and so has no template: it must not become a label of its own.
NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# An API needs no page features at all; the documentation page states its own policy.
SECURITY_HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # aiohttp would name its version and Python's.
    "Server": "turnero",
}

# The same, ready to be added in one step to an answer that has none of them, as most have.
_SECURITY = CIMultiDict(SECURITY_HEADERS)

_log = structlog.get_logger("turnero.http")


def outermost(*, metrics: Metrics, declared: AbstractSet[Handler], request_log: RequestLog) -> Middleware:
    """Return the one middleware of the application. `declared` are the handlers that come from the route table."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        request_id = _request_id(request)
        request[REQUEST_ID] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        response = await _answer(request, handler, declared, request_id)
        if not response.prepared:
            headers = response.headers
            if len(headers) == 1:  # nothing but a content type, as most answers: none of ours can be there yet
                headers.extend(_SECURITY)
            else:
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            headers[REQUEST_ID_HEADER] = request_id
        duration_s = time.perf_counter() - began
        route = _template(request)
        method = request.method if request.method in _METHODS else "OTHER"
        if response.status != HTTPStatus.SWITCHING_PROTOCOLS:
            # How long a stream lasts says nothing about how fast we answer.
            metrics.observe(method, route, response.status, duration_s)
        request_log.add(
            request_id=request_id, method=method, route=route, status=response.status, duration_s=duration_s
        )
        return response

    return middleware


async def _answer(
    request: web.Request, handler: Handler, declared: AbstractSet[Handler], request_id: str
) -> web.StreamResponse:
    try:
        if request.match_info.http_exception is None and request.match_info.handler not in declared:
            # A route that was added beside the table has no rule, and what has no rule is denied.
            return _by_status(web.HTTPForbidden(), request_id)
        return await handler(request)
    except TurneroError as refusal:
        if isinstance(refusal.__cause__, Exception):  # not the caller's doing: something of ours is away
            _log.warning("unavailable", code=refusal.code, cause=_kind(refusal.__cause__))
        problem, headers = problems.of(refusal, request_id=request_id)
        return problem_response(problem, headers)
    except web.HTTPException as refusal:
        return _by_status(refusal, request_id)
    except (web.RequestPayloadError, ConnectionError):
        # The body broke off, or was not what its encoding said.
        return problem_response(problems.of_status(400, request_id=request_id))
    except Exception as bug:  # noqa: BLE001  the process boundary: the client gets an answer, and we get a trace
        log_bug(bug)
        return problem_response(problems.of_status(500, request_id=request_id))


def problem_response(problem: problems.Problem, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return a problem as a response."""
    return web.Response(
        status=problem.status,
        body=render.encode(problem),
        headers={"Content-Type": problems.CONTENT_TYPE, **(headers or {})},
    )


def _by_status(refusal: web.HTTPException, request_id: str) -> web.Response:
    headers = {"Allow": refusal.headers["Allow"]} if "Allow" in refusal.headers else {}
    return problem_response(problems.of_status(refusal.status, request_id=request_id), headers)


def _request_id(request: web.Request) -> str:
    given = request.headers.get(REQUEST_ID_HEADER)
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given
    # It tells log lines apart and keeps no secret, and asking the system for randomness gives up the interpreter lock.
    return f"{random.getrandbits(64):016x}"


def _template(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return NO_ROUTE if resource is None else resource.canonical


def log_bug(bug: Exception) -> None:
    """Say in the log where something broke that should not have."""
    # Where and what kind, but not the message: a database's errors quote the values that it was given.
    where = traceback.format_list(traceback.extract_tb(bug.__traceback__))
    _log.error("unexpected", error=_kind(bug), where="".join(where))


def _kind(error: Exception) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"
