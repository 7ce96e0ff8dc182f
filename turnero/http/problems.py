"""Every way in which the API says no, as RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.errors import (
    Conflict,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TurneroError,
    Unauthenticated,
    Unavailable,
)
from turnero.http.wire import render
from turnero.http.wire.shapes import Json

CONTENT_TYPE = "application/problem+json"

# What each family of refusals is in HTTP. A family that is missing here is a bug, and answered as one.
STATUS: Mapping[type[TurneroError], HTTPStatus] = {
    Malformed: HTTPStatus.BAD_REQUEST,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    Forbidden: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

# What the server itself refuses before a handler is reached: (code, detail).
BY_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("malformed", "The request could not be read."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method; `Allow` names those that it takes."),
    413: ("too_large", "The body is larger than this server takes."),
    414: ("too_large", "The address is longer than this server takes."),
    415: ("unsupported_media_type", "Send the body as `application/json`, in UTF-8."),
    431: ("too_large", "The headers are larger than this server takes."),
    500: ("internal", "Something broke on our side. The request id says where to look."),
    503: ("unavailable", "Not now; please try again."),
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """RFC 9457 problem details; `code` is the stable name of what went wrong, `data` helps programs go on."""

    type: Annotated[str, Meta(examples=["urn:problem-type:turnero:slot_taken"])]
    title: str
    status: int
    detail: str
    code: Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
    data: Json
    request_id: str


def of(error: TurneroError, *, request_id: str) -> tuple[Problem, dict[str, str]]:
    """Return a refusal as a problem, and the headers that go with its status."""
    status = next(STATUS[family] for family in type(error).__mro__ if family in STATUS)
    headers: dict[str, str] = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"  # RFC 6750 §3: required beside a 401
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after_s)
    data = render.refusal_data(error.data)
    return _problem(status, error.code, error.detail, data, request_id), headers


def of_status(status: int, *, request_id: str, detail: str | None = None) -> Problem:
    """Return the problem for what the server refused by `status` alone."""
    code, usual = BY_STATUS.get(status) or (HTTPStatus(status).name.lower(), HTTPStatus(status).description)
    return _problem(status, code, detail or usual, {}, request_id)


def _problem(status: int, code: str, detail: str, data: dict[str, object], request_id: str) -> Problem:
    return Problem(
        type=f"urn:problem-type:turnero:{code}",
        title=code.replace("_", " ").capitalize(),
        status=int(status),
        detail=detail,
        code=code,
        data=data,
        request_id=request_id,
    )
