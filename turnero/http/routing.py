"""What a route is: one row from which addressing, access control, decoding and the OpenAPI document all follow."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Generic, NamedTuple, TypeVar, cast

import msgspec

from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.service import BookingService
from turnero.http.access import NOBODY, Bearer, Rule

API = "/api/v1"
JSON = "application/json"

_PARAMETER = re.compile(r"\{(\w+)\}")

# Methods whose requests carry a body, in this API.
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


class Empty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """No parameters, or a body in which nothing can be said: absent, or `{}`."""


class Rendered(NamedTuple):
    """A body that is written already, of whatever type."""

    body: bytes
    content_type: str
    headers: Mapping[str, str] = {}


QueryT = TypeVar("QueryT", bound=msgspec.Struct)
BodyT = TypeVar("BodyT", bound=msgspec.Struct)


class Call(NamedTuple, Generic[QueryT, BodyT]):
    """A request that has been authenticated, let in and decoded. `identified` is None on public routes.

    `media` is which of the route's media types the client would rather have; `bearer` says until when `identified` is
    to be believed.
    """

    service: BookingService
    identified: Caller | None
    path: Mapping[str, str]
    query: QueryT
    body: BodyT
    media: str = JSON
    bearer: Bearer | None = None

    @property
    def caller(self) -> Caller:
        assert self.identified is not None, "a public route does not know who is asking"
        return self.identified


Handler = Callable[[Call[QueryT, BodyT]], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Route(Generic[QueryT, BodyT]):
    """One row of the API.

    `name` is the operation's id and `answer` the shape of its body; None answers nothing (204). `conflicts` are the
    409 codes to expect, `example` is a body that works. `media` is for the few routes that do not answer JSON, `also`
    for those that can answer something else as well, `Rendered`, to clients whose `Accept` says so.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    handler: Handler[QueryT, BodyT]
    access: Rule = NOBODY
    query: type[QueryT] = field(default=cast("type[QueryT]", Empty))
    body: type[BodyT] = field(default=cast("type[BodyT]", Empty))
    answer: object = None
    status: HTTPStatus = HTTPStatus.OK
    media: str = JSON
    also: tuple[str, ...] = ()
    example: Mapping[str, object] | None = None
    conflicts: tuple[str, ...] = ()
    description: str = ""

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path, in order."""
        return tuple(_PARAMETER.findall(self.path))

    @property
    def takes_body(self) -> bool:
        return self.method in WITH_BODY


# A table mixes routes of all types; what ties a row's handler to its query and body was checked where it was built.
AnyRoute = Route[Any, Any]
