"""What the demo says about itself: links, tokens, and commands that work when pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from turnero.demo import shop
from turnero.demo.seed import ZONE
from turnero.engine.domain.booking import Slot
from turnero.engine.domain.value import BusinessId, ProviderId, ServiceId

# The customer of the sample shop chats in Spanish, whatever the machine speaks.
_WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


class Tokens(msgspec.Struct, frozen=True):
    """A bearer token for each role that a visitor may try."""

    admin: str
    owner: str
    provider: str
    customer: str


class Links(msgspec.Struct, frozen=True, rename="camel"):
    """The demo in one line of JSON, for programs. Its names are the contract's."""

    base: str
    chat: str
    calendar: str
    docs: str
    business_id: BusinessId
    provider_ids: Sequence[ProviderId]
    service_ids: Sequence[ServiceId]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Page:
    """The same for people, with a slot that was free a moment ago."""

    links: Links
    owner_calendar: str
    free: Slot
    now: datetime

    def text(self) -> str:
        """Return it as it is printed."""
        links, start = self.links, self.free.start.astimezone(ZONE)
        barber, service = shop.BARBERS[0].name, shop.SERVICES[0].name
        first_name, day = barber.split()[0], f"{_WEEKDAYS[start.weekday()]} {start.day}"
        slots = f"businessId={links.business_id}&serviceId={links.service_ids[0]}&from={start:%F}&to={start:%F}"
        return f"""
{shop.BUSINESS.name} is open, and its clock shows {self.now.astimezone(ZONE):%A %F %H:%M}.

  Chat, as a customer {links.chat}
                      for example: Soy Juan, corte con {first_name} el {day} a las {start:%H:%M}

  Calendar of {barber}
                      {links.calendar}
  Calendar of the whole shop, for its owner
                      {self.owner_calendar}

  API documentation   {links.docs}
  OpenAPI document    {links.base}/api/openapi.json
  Free slots          {links.base}/api/v1/slots?{slots}

Tokens:

  owner       {links.tokens.owner}
  provider    {links.tokens.provider}
  customer    {links.tokens.customer}
  admin       {links.tokens.admin}

To book {service} with {barber} on {start:%A %F at %H:%M}, as the customer ({shop.CUSTOMERS[0].name}):

  {self.curl_that_books()}

To see what the owner sees, and to move the clock forward by a day:

  {curl("GET", f"{links.base}/api/v1/bookings?businessId={links.business_id}", links.tokens.owner)}

  {curl("POST", f"{links.base}/demo/clock", body={"advance": "PT24H"})}

Press Ctrl-C to stop. Everything is thrown away then.
"""

    def json(self) -> str:
        """Return it as one line for programs."""
        return msgspec.json.encode(self.links).decode()

    def curl_that_books(self) -> str:
        """Return a command line that books the free slot; pasted twice, it shows the same booking twice."""
        body = {
            "providerId": self.free.provider_id,
            "serviceId": self.links.service_ids[0],
            "start": self.free.start.astimezone(ZONE).isoformat(),
        }
        url = f"{self.links.base}/api/v1/bookings"
        return curl("POST", url, self.links.tokens.customer, body=body, key="my-first-booking")


def curl(method: str, url: str, token: str = "", *, body: Mapping[str, str] | None = None, key: str = "") -> str:
    """Return one line for any POSIX shell. Nothing in it may hold a single quote, and nothing of ours does."""
    headers = [f"Authorization: Bearer {token}"] if token else []
    headers += [f"Idempotency-Key: {key}"] if key else []
    headers += ["Content-Type: application/json"] if body is not None else []
    parts = [*([f"-X {method}"] if method != "GET" else []), *(f"-H '{header}'" for header in headers)]
    parts += [f"-d '{msgspec.json.encode(body).decode()}'"] if body is not None else []
    line = " ".join(["curl -sS", *parts, f"'{url}'"])
    assert line.count("'") % 2 == 0, line
    return line
