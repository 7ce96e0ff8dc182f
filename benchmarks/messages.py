"""How slots and bookings fare while reminders go out, on SQLite. Prints one line of JSON.

A server with a courier, whose only channel takes everything at once, is asked for slots and bookings at a steady pace:
first while nothing is due, then while so many reminders are due within a minute.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
import uvloop
from aiohttp import web
from sqlalchemy import Connection, insert, update

from benchmarks.driver import Measured, request
from benchmarks.furnish import ALWAYS, SHORT, WEEK, ZONE, Shop, engine, hire, midnight, open_shop
from tests.process.client import bearer
from tests.process.node import SECRET
from turnero import app
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.bots.ports import Outgoing
from turnero.config import Settings
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.policy import Policy, PolicyOverride, QuietHours
from turnero.engine.domain.value import ProviderId
from turnero.persistence.database import open_database
from turnero.persistence.migrate import migrate
from turnero.persistence.schema import bookings, businesses, customers, outbox

WITHIN = timedelta(minutes=1)

# One insert of this many rows stays below what a statement may carry.
ROWS_AT_ONCE = 500

# A big chain's busiest hour: a hundred barbers, and their customers on the web.
SLOTS_A_SECOND, BOOKINGS_A_SECOND = 200, 20
CONNECTIONS = 32


# --- The server ---------------------------------------------------------------------------------------------------


class Recorder:
    """A channel that takes everything at once, and remembers how late it was."""

    name = "recorder"

    def __init__(self) -> None:
        self.late_ms: dict[str, list[float]] = {}
        self.twice = 0
        self._seen: set[str] = set()

    async def send(self, outgoing: Outgoing) -> None:
        notice = outgoing.notice
        assert notice is not None
        self.twice += outgoing.id in self._seen
        self._seen.add(outgoing.id)
        # A reminder is due two hours before; whatever else there is was due when it was written.
        due = notice.start - timedelta(hours=2) if notice.kind is MessageKind.REMINDER else notice.now
        late = 1_000 * (datetime.now(UTC) - due).total_seconds()
        self.late_ms.setdefault(notice.kind.value, []).append(late)

    async def told(self, _: web.Request) -> web.Response:
        late = {kind: sorted(times) for kind, times in self.late_ms.items()}
        return web.json_response(
            {
                "handed": sum(map(len, late.values())),
                "reminders": len(late.get("reminder", ())),
                "twice": self.twice,
                "lateMs": {
                    kind: [round(times[int(len(times) * p)], 1) for p in (0.5, 0.99)] for kind, times in late.items()
                },
            }
        )


async def serve(url: str) -> None:
    """Serve, and say where."""
    settings = Settings(secret=SECRET, database_url=url, port=0)
    clock, recorder = app.SystemClock(), Recorder()
    outlet = Outlet(channel=recorder, traits=Traits(frozenset({FoundBy.PHONE})), at_once=200)
    with app.stop_signals() as stop:
        async with (
            app.node(settings, clock=clock) as running,
            app.talking(settings, running, [outlet], clock=clock),
            app.listening(settings, running.service, hooks=[web.get("/handed", recorder.told)]) as base,
        ):
            print(base, flush=True)
            await stop.wait()


# --- What is due --------------------------------------------------------------------------------------------------


def remind(connection: Connection, shop: Shop, provider_id: ProviderId, reminders: int, *, first: datetime) -> None:
    """Write appointments of as many customers, whose reminders are due from `first` on, within a minute."""
    quiet = PolicyOverride(quiet_hours=QuietHours(starts="00:00", ends="00:00"))
    connection.execute(update(businesses).values(policy=quiet))
    for begin in range(0, reminders, ROWS_AT_ONCE):
        numbers = range(begin, min(begin + ROWS_AT_ONCE, reminders))
        due = {number: first + WITHIN * number / reminders for number in numbers}
        connection.execute(insert(customers), [_customer(shop, number) for number in numbers])
        connection.execute(insert(bookings), [_booking(shop, provider_id, number, due[number]) for number in numbers])
        connection.execute(insert(outbox), [_reminder(shop, provider_id, number, due[number]) for number in numbers])


def _customer(shop: Shop, number: int) -> dict[str, Any]:
    return {
        "business_id": shop.business_id,
        "id": f"cus_{number}",
        "name": f"Cliente {number}",
        "phone": f"+54911{number:08}",
        "phone_key": f"+5411{number:08}",
        "created_at": datetime.now(UTC),
    }


def _booking(shop: Shop, provider_id: ProviderId, number: int, due: datetime) -> dict[str, Any]:
    start = due + timedelta(hours=2)
    return {
        "id": f"bkg_{number}",
        "business_id": shop.business_id,
        "provider_id": provider_id,
        "service_id": shop.slot,
        "customer_id": f"cus_{number}",
        "start": start,
        "end": start + timedelta(minutes=30),
        "status": Status.CONFIRMED.value,
        "revision": 1,
        "sequence": 1,
        "created_at": due - timedelta(days=1),
        "policy": Policy(),
        "time_zone": ZONE.key,
    }


def _reminder(shop: Shop, provider_id: ProviderId, number: int, due: datetime) -> dict[str, Any]:
    return {
        "booking_id": f"bkg_{number}",
        "provider_id": provider_id,
        "business_id": shop.business_id,
        "sequence": 1,
        "kind": MessageKind.REMINDER.value,
        "before": "PT2H",
        "recipient": Recipient.CUSTOMER.value,
        "status": MessageStatus.PLANNED.value,
        "due_at": due,
        "next_at": due,
    }


# --- Measuring ----------------------------------------------------------------------------------------------------


class Load:
    """A shop's traffic: so many questions for slots, and so many bookings, each second, whatever the answers take.

    Clients that ask again as soon as they are answered would take all of the one processor that there is, and what is
    measured would be how it is divided.
    """

    def __init__(self, base: str, shop: Shop, viewed: ProviderId, booked: ProviderId) -> None:
        self._base = base
        host = urlsplit(base).netloc
        day = f"{midnight(datetime.now(UTC)) + timedelta(days=3):%F}"
        path = f"/api/v1/slots?providerId={viewed}&serviceId={shop.slot}&from={day}&to={day}"
        self._slots = repeat(request("GET", path, host=host))
        self._bookings = self._each(shop, booked, host)

    @staticmethod
    def _each(shop: Shop, provider_id: ProviderId, host: str) -> Iterator[bytes]:
        first, token = midnight(datetime.now(UTC)) + timedelta(days=1), bearer("admin")
        for number in count():
            body = {
                "providerId": provider_id,
                "serviceId": shop.short,
                "start": (first + SHORT * number).isoformat(),
                "customer": {"id": shop.customer_id},
            }
            encoded = msgspec.json.encode(body)
            yield request("POST", "/api/v1/bookings", host=host, token=token, key=f"m-{number}", body=encoded)

    async def run(self, seconds: float) -> tuple[Measured, Measured]:
        """Ask and book for so long."""
        slots = paced(self._base, self._slots, rate=SLOTS_A_SECOND, seconds=seconds)
        made = paced(self._base, self._bookings, rate=BOOKINGS_A_SECOND, seconds=seconds)
        measured = await asyncio.gather(slots, made)
        return measured[0], measured[1]


async def paced(base: str, requests: Iterator[bytes], *, rate: int, seconds: float) -> Measured:
    """Send `rate` requests a second; a time counts from when its request was meant to be sent."""
    loop = asyncio.get_running_loop()
    address = urlsplit(base)
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await asyncio.open_connection(address.hostname, address.port))
    measured = Measured(seconds=seconds)

    async def ask(data: bytes, meant_at: float) -> None:
        reader, writer = connection = await free.get()
        writer.write(data)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0]))
        measured.times.append(loop.time() - meant_at)
        measured.statuses[int(head[9:12])] += 1
        free.put_nowait(connection)

    began = loop.time()
    async with asyncio.TaskGroup() as asking:
        for number in range(int(rate * seconds)):
            meant_at = began + number / rate
            await asyncio.sleep(meant_at - loop.time())
            asking.create_task(ask(next(requests), meant_at))
    while not free.empty():
        free.get_nowait()[1].close()
    return measured


def _shown(measured: tuple[Measured, Measured]) -> dict[str, Any]:
    return {
        name: {"rate": round(one.rate, 1), "p99Ms": round(one.percentile_ms(99), 2), "answers": dict(one.statuses)}
        for name, one in zip(("slots", "bookings"), measured, strict=True)
    }


async def measure(
    url: str, base: str, shop: Shop, providers: tuple[ProviderId, ProviderId], reminders: int
) -> dict[str, Any]:
    """Measure without reminders, then with them until the last one is handed over."""
    load = Load(base, shop, *providers)
    await load.run(2)
    without = await load.run(15)
    database = open_database(url)
    first = datetime.now(UTC) + timedelta(seconds=reminders / 5_000 + 2)
    await database.write(lambda connection: remind(connection, shop, providers[0], reminders, first=first))
    await database.close()
    await asyncio.sleep(max(0.0, (first - datetime.now(UTC)).total_seconds()))
    began = time.perf_counter()
    during = await load.run(WITHIN.total_seconds())
    async with aiohttp.ClientSession() as session:
        told = await _told(session, base)
        in_the_minute = told["reminders"]
        while told["reminders"] < reminders and time.perf_counter() - began < 5 * WITHIN.total_seconds():
            await asyncio.sleep(0.2)
            told = await _told(session, base)
    return {
        "reminders": reminders,
        "inTheMinute": in_the_minute,
        "seconds": round(time.perf_counter() - began, 1),
        "handedTwice": told["twice"],
        "lateMs": told["lateMs"],
        "without": _shown(without),
        "during": _shown(during),
    }


async def _told(session: aiohttp.ClientSession, base: str) -> dict[str, Any]:
    async with session.get(f"{base}/handed") as response:
        told: dict[str, Any] = await response.json()
        return told


async def furnish(url: str) -> tuple[Shop, tuple[ProviderId, ProviderId]]:
    async with engine(url, start=datetime.now(UTC)) as (service, clock):
        shop = await open_shop(service, clock)
        return shop, (await hire(service, shop, "Seen", WEEK), await hire(service, shop, "Booked", ALWAYS))


def described(results: dict[str, Any]) -> list[str]:
    """Return the results as people read them."""
    reminders, in_time = results["reminders"], results["inTheMinute"]
    told = f"{in_time:,} handed over in it, the last after {results['seconds']:.0f} s, {results['handedTwice']} twice"
    lines = [f"{reminders:,} reminders due within a minute: {told}"]
    for name in ("slots", "bookings"):
        before, during = results["without"][name], results["during"][name]
        lines.append(
            f"  {name} meanwhile, p99 {during['p99Ms']:.1f} ms ({before['p99Ms']:.1f} without), "
            f"{during['rate']:,.0f}/s ({before['rate']:,.0f})"
        )
    lines += [f"  {kind}: late by {p50:,.0f} ms, p99 {p99:,.0f} ms" for kind, (p50, p99) in results["lateMs"].items()]
    return lines


def main() -> None:
    """Run the server, or the measurement."""
    if sys.argv[1] == "serve":
        uvloop.run(serve(sys.argv[2]))
        return
    with TemporaryDirectory(prefix="turnero-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'turnero.db'}"
        migrate(url)
        shop, providers = uvloop.run(furnish(url))
        command = [sys.executable, "-m", "benchmarks.messages", "serve", url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            base = server.stdout.readline().strip()
            try:
                results = uvloop.run(measure(url, base, shop, providers, int(sys.argv[1])))
            finally:
                server.terminate()
    print(msgspec.json.encode(results).decode())


if __name__ == "__main__":
    main()
