"""What tests of server processes say to them: the API as an integrator would use it, and a shop to book in."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

import aiohttp
import jwt

from tests.process.node import SECRET

ZONE = ZoneInfo("America/Argentina/Buenos_Aires")

# Open day and night, so that a test may take any slot of the coming days; the slots that are used lie days ahead.
ALWAYS = [{"day": day, "from": "00:00", "to": "24:00"} for day in ("MO", "TU", "WE", "TH", "FR", "SA", "SU")]

# What a client of ours waits for an answer; a server that is killed answers nobody.
REQUEST_TIMEOUT_S = 20


def bearer(role: str, sub: str = "tests", business: str | None = None) -> str:
    """Return a token as the contract describes it, made without Turnero's own code."""
    claims = {"sub": sub, "role": role, "aud": "turnero", "exp": int(time.time()) + 3600}
    return jwt.encode(claims | ({"business": business} if business else {}), SECRET, algorithm="HS256")


class Answer(NamedTuple):
    status: int
    body: Any
    headers: Mapping[str, str]


class Api:
    """A client of one server, as an admin unless a call says otherwise."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.token = bearer("admin")
        self._session = aiohttp.ClientSession(
            # No limit: two hundred requests at once have to be on their way at once.
            connector=aiohttp.TCPConnector(limit=0),
            timeout=aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Answer:
        return await self._ask("GET", path, params=query, headers={})

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Answer:
        return await self._ask("POST", path, json=body or {}, headers={"Idempotency-Key": key or str(uuid4())})

    async def put(self, path: str, body: object) -> Answer:
        return await self._ask("PUT", path, json=body, headers={})

    async def _ask(self, method: str, path: str, *, headers: dict[str, str], **how: Any) -> Answer:
        headers["Authorization"] = f"Bearer {self.token}"
        async with self._session.request(method, f"{self.base}{path}", headers=headers, **how) as response:
            return Answer(response.status, await response.json(content_type=None), response.headers)


@dataclass(frozen=True, slots=True)
class Shop:
    """A business with one service of half an hour, whose providers always work."""

    business_id: str
    service_id: str
    provider_ids: Sequence[str]

    def booking(self, provider: int, start: datetime, *, note: str = "") -> dict[str, object]:
        """Return the body of a `POST /bookings`."""
        return {
            "providerId": self.provider_ids[provider],
            "serviceId": self.service_id,
            "start": start.isoformat(),
            "customer": {"name": "Ana Pérez", "phone": "+54 9 11 4555-0101"},
            "note": note,
        }


async def open_shop(api: Api, *, providers: int) -> Shop:
    """Make a business to book in, through the API."""
    business = _made(await api.post("/api/v1/businesses", {"name": "El Turno", "timeZone": ZONE.key, "holidays": None}))
    service = _made(
        await api.post("/api/v1/services", {"businessId": business["id"], "name": "Corte", "durationMinutes": 30})
    )
    made = []
    for number in range(providers):
        card = {"businessId": business["id"], "name": f"Barbero {number}", "serviceIds": [service["id"]]}
        provider = _made(await api.post("/api/v1/providers", card))
        answer = await api.put(f"/api/v1/providers/{provider['id']}/schedule", {"weekly": ALWAYS})
        assert answer.status == 200, answer
        made.append(provider["id"])
    return Shop(business_id=business["id"], service_id=service["id"], provider_ids=made)


def _made(answer: Answer) -> Any:
    assert answer.status == 201, answer
    return answer.body


def starts(count: int, *, step_minutes: int = 30) -> list[datetime]:
    """Return `count` starts on the grid, from midnight the day after tomorrow on, in the shop's zone."""
    midnight = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    return [midnight + timedelta(days=2, minutes=step_minutes * n) for n in range(count)]


async def all_bookings(api: Api, shop: Shop) -> list[dict[str, Any]]:
    """Return every booking of the shop, page by page."""
    items: list[dict[str, Any]] = []
    query = {"businessId": shop.business_id, "limit": "200"}
    while True:
        answer = await api.get("/api/v1/bookings", **query)
        assert answer.status == 200, answer
        items.extend(answer.body["items"])
        if answer.body["nextCursor"] is None:
            return items
        query["cursor"] = answer.body["nextCursor"]


def overlaps(bookings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the pairs of live bookings of one provider that overlap: there must be none."""
    live = sorted(
        (b["providerId"], datetime.fromisoformat(b["start"]), datetime.fromisoformat(b["end"]), b["id"])
        for b in bookings
        if b["status"] in {"PENDING", "CONFIRMED"}
    )
    return [(a[3], b[3]) for a, b in pairwise(live) if a[0] == b[0] and b[1] < a[2]]
