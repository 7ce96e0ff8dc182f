"""A client that holds every answer against the OpenAPI document, and a shop to call it about."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

import aiohttp
import jsonschema
import msgspec
from multidict import CIMultiDictProxy
from yarl import URL

from turnero.engine.domain.booking import Role
from turnero.http import openapi
from turnero.http.routing import AnyRoute
from turnero.http.tokens import issue_token

SECRET = "what-signs-the-tokens-of-these-tests-and-nothing-else"
API = "/api/v1"

# A Friday at nine, in Buenos Aires. Nothing in these tests depends on the day on which they run.
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
# The Tuesday after, at ten: open, and within every policy.
START = "2026-12-01T10:00:00-03:00"

WORKDAYS = ("MO", "TU", "WE", "TH", "FR")


class HandClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now


def token(role: str, sub: str = "somebody", business: str | None = None) -> str:
    """Return a token that is good for an hour of real time."""
    return issue_token(
        secret=SECRET,
        role=Role(role),
        subject=sub,
        business=business,
        now=datetime.now(UTC),
        lifetime=timedelta(hours=1),
    )


class Reply(NamedTuple):
    """An answer, its body decoded if it is JSON."""

    status: int
    headers: CIMultiDictProxy[str]
    body: Any

    @property
    def code(self) -> str:
        """What went wrong, by its stable name."""
        code: str = self.body["code"]
        return code

    @property
    def wrong(self) -> list[str]:
        """The paths of the fields that are wrong."""
        return [field["path"] for field in self.body["data"]["fields"]]


class Document:
    """The OpenAPI document, as a judge of answers."""

    _known: ClassVar[dict[tuple[str, ...], Document]] = {}

    @classmethod
    def of(cls, routes: Sequence[AnyRoute]) -> Document:
        """Return the document of a table; it is the same for most tests, and takes longer to make than many take."""
        key = tuple(f"{route.method} {route.path}" for route in routes)
        if key not in cls._known:
            cls._known[key] = cls(openapi.document(routes))
        return cls._known[key]

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._paths = {re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): item for path, item in document["paths"].items()}

    def check(self, method: str, path: str, status: int, content_type: str, body: object) -> None:
        """Assert that an answer is one that the document tells of."""
        item = next((item for pattern, item in self._paths.items() if pattern.fullmatch(path)), None)
        operation = item and item.get("get" if method == "HEAD" else method.lower())
        if operation is None:
            assert status >= 400, f"{method} {path} is not documented"
            return
        assert str(status) in operation["responses"], f"{method} {path} answers {status}, which is not documented"
        response = self._resolved(operation["responses"][str(status)])
        content = response.get("content", {})
        if not content:
            assert body is None
            return
        assert content_type in content or "*/*" in content, f"{method} {path} answers {content_type}"
        if content_type.endswith("json") and method != "HEAD":
            schema = {**content[content_type]["schema"], "components": self._document["components"]}
            jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(body)

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" not in node:
            return node
        found = self._document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found


class Client:
    """Calls the API, as somebody or as nobody, and checks what every answer must have."""

    def __init__(self, session: aiohttp.ClientSession, base: str, document: Document) -> None:
        self._session = session
        self._document = document
        self.base = base

    async def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, object] | None = None,
    ) -> Reply:
        """Send a request; `by` is a bearer token. `raw` is sent as it is, `body` as JSON."""
        sent = {"Authorization": f"Bearer {by}"} if by is not None else {}
        if raw is not None or body is not None:
            sent["Content-Type"] = "application/json"
            raw = msgspec.json.encode(body) if raw is None else raw
        address = URL(self.base + path, encoded=True)
        if query:
            address = address.with_query({name: str(value) for name, value in query.items()})
        async with self._session.request(
            method,
            address,
            data=None if raw is None else io.BytesIO(raw),
            headers={**sent, **(headers or {})},
            allow_redirects=False,
        ) as response:
            text = await response.read()
        is_json = response.content_type.endswith("json")
        decoded = msgspec.json.decode(text) if is_json and text else (text or None)
        self._document.check(method, address.raw_path, response.status, response.content_type, decoded)
        check_manners(response, decoded)
        return Reply(response.status, response.headers, decoded)

    async def get(self, path: str, *, by: str | None = None, **query: object) -> Reply:
        """Send a GET; a parameter that is a word of Python, such as `from`, is given with an underscore after it."""
        return await self.call("GET", path, by=by, query={name.rstrip("_"): value for name, value in query.items()})

    async def post(self, path: str, body: object = None, *, by: str | None = None, key: str | None = None) -> Reply:
        return await self.call("POST", path, body, by=by, headers={} if key is None else {"Idempotency-Key": key})

    async def made(self, path: str, body: object, *, by: str) -> Any:
        """Create something, and return it."""
        reply = await self.post(path, body, by=by)
        assert reply.status == 201, reply
        return reply.body


def check_manners(response: aiohttp.ClientResponse, body: Any) -> None:
    """Assert what holds for every answer whatsoever."""
    assert response.status < 500 or response.headers.get("Retry-After"), body
    assert response.headers["X-Request-Id"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in response.headers
    if response.status >= 400 and response.method != "HEAD":
        assert response.content_type == "application/problem+json"
        assert body["status"] == response.status
        assert body["requestId"] == response.headers["X-Request-Id"]
    if response.status == 401:
        assert response.headers["WWW-Authenticate"].startswith("Bearer")


class Shop(NamedTuple):
    """A barbershop with one provider, who works from nine to six with an hour's break, and one service."""

    client: Client
    business_id: str
    service_id: str
    provider_id: str
    admin: str
    owner: str
    provider: str
    customer: str

    def wish(self, start: str = START, **more: object) -> dict[str, object]:
        """Return the body of a booking."""
        return {"providerId": self.provider_id, "serviceId": self.service_id, "start": start, **more}

    def walk_in(self, start: str = START, **more: object) -> dict[str, object]:
        """Return the body of a booking for somebody who gives name and phone."""
        return self.wish(start, customer={"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"}, **more)

    async def booked(self, start: str = START, **more: object) -> Any:
        """Book as the customer, and return the booking."""
        return await self.client.made(f"{API}/bookings", self.wish(start, **more), by=self.customer)

    async def set_policy(self, **policy: object) -> None:
        """Change the provider's policy."""
        path = f"{API}/providers/{self.provider_id}"
        reply = await self.client.call("PATCH", path, {"policy": policy}, by=self.owner)
        assert reply.status == 200, reply


async def open_shop(client: Client, *, name: str = "El Turno", slug: str = "el-turno") -> Shop:
    """Set up a shop through the API itself."""
    admin = token("admin")
    business = await client.made(
        f"{API}/businesses",
        {"name": name, "slug": slug, "timeZone": "America/Argentina/Buenos_Aires", "holidays": None},
        by=admin,
    )
    owner = token("owner", f"owner-of-{slug}", business["id"])
    service = await client.made(
        f"{API}/services",
        {
            "businessId": business["id"],
            "name": "Corte",
            "durationMinutes": 30,
            "price": {"amount": 1_200_000, "currency": "ARS"},
        },
        by=owner,
    )
    provider = await client.made(
        f"{API}/providers",
        {"businessId": business["id"], "name": "Marcos", "serviceIds": [service["id"]]},
        by=owner,
    )
    schedule = {
        "weekly": [{"day": day, "from": "09:00", "to": "18:00"} for day in WORKDAYS],
        "breaks": [{"day": day, "from": "13:00", "to": "14:00"} for day in WORKDAYS],
        "exceptions": [],
    }
    reply = await client.call("PUT", f"{API}/providers/{provider['id']}/schedule", schedule, by=owner)
    assert reply.status == 200, reply
    return Shop(
        client=client,
        business_id=business["id"],
        service_id=service["id"],
        provider_id=provider["id"],
        admin=admin,
        owner=owner,
        provider=token("provider", provider["id"], business["id"]),
        customer=token("customer", "cus_ana", business["id"]),
    )
