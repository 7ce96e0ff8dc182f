"""How fast: runs everything, prints a table, writes benchmarks/results.json. `--quick` for a look."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uvloop

from benchmarks import messages, servers, stream
from benchmarks.driver import Measured, drive, request, until
from benchmarks.furnish import ALWAYS, SHORT, WEEK, Shop, engine, fill, hire, midnight, open_shop, starts_until
from tests.process.client import bearer
from turnero.engine.domain.value import ProviderId
from turnero.persistence.migrate import migrate

RESULTS = Path(__file__).with_name("results.json")
CLIENTS = (1, 32, 128)
PROVIDERS = 50


@dataclass(frozen=True, slots=True)
class Scale:
    """How much to measure."""

    seconds: float
    histories: tuple[int, ...]
    idle: tuple[int, ...]
    reminders: int


FULL = Scale(seconds=4, histories=(0, 1_000, 100_000), idle=(1_000, 10_000, 100_000), reminders=100_000)
QUICK = Scale(seconds=1, histories=(0, 1_000), idle=(1_000,), reminders=5_000)


@dataclass(frozen=True, slots=True)
class Furnished:
    """A database to serve: one calendar for each length of history, and empty ones to book in."""

    url: str
    shop: Shop
    histories: dict[int, ProviderId]
    booked: tuple[ProviderId, ...]


class Row(msgspec.Struct, frozen=True, rename="camel"):
    """What one scenario came to with so many clients."""

    scenario: str
    clients: int
    rate: float
    of_yardstick: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    answers: dict[str, int]


def say(text: str) -> None:
    """Show progress, beside what is printed as the result."""
    print(text, file=sys.stderr, flush=True)


async def furnish(folder: Path, scale: Scale) -> Furnished:
    """Make and fill the database."""
    url = f"sqlite:///{folder / 'turnero.db'}"
    migrate(url)
    now = datetime.now(UTC)
    last_day = now + timedelta(days=10)
    earliest = starts_until(last_day, max(scale.histories))[0]
    async with engine(url, start=min(now, earliest) - timedelta(days=2)) as (service, clock):
        shop = await open_shop(service, clock)
        histories = {}
        for bookings in sorted(scale.histories, reverse=True):
            say(f"filling a calendar with {bookings:,} bookings ...")
            histories[bookings] = await hire(service, shop, f"{bookings} bookings", WEEK)
            await fill(service, clock, shop, histories[bookings], starts=starts_until(last_day, bookings))
        hired = [await hire(service, shop, f"Barber {n}", ALWAYS) for n in range(PROVIDERS + 1)]
    return Furnished(url, shop, histories, tuple(hired))


async def drive_all(furnished: Furnished, yardstick: str, base: str, scale: Scale) -> list[Row]:
    """Drive both servers: for each number of clients the yardstick first, then everything that is compared with it."""
    rows: list[Row] = []
    one, fifty = _Bookings(furnished, 1, base), _Bookings(furnished, PROVIDERS, base)
    for clients in CLIENTS:
        scenarios: list[tuple[str, str, Iterator[bytes]]] = [("yardstick", yardstick, _get(yardstick, "/"))]
        scenarios += [
            (f"slots of a day, {bookings:,} bookings", base, _get(base, _slots_of_a_day(furnished, provider_id)))
            for bookings, provider_id in sorted(furnished.histories.items())
        ]
        scenarios += [
            ("bookings, 1 provider", base, iter(one)),
            (f"bookings, {PROVIDERS} providers", base, iter(fifty)),
        ]
        best = 0.0
        for name, where, requests in scenarios:
            await drive(where, until(requests, seconds=0.3), clients=clients)
            measured = await drive(where, until(requests, seconds=scale.seconds), clients=clients)
            best = best or measured.rate
            rows.append(_row(name, clients, measured, best))
            say(f"{clients:4} clients  {name:32} {measured.rate:9,.0f}/s")
    return rows


def _row(name: str, clients: int, measured: Measured, yardstick: float) -> Row:
    return Row(
        scenario=name,
        clients=clients,
        rate=round(measured.rate, 1),
        of_yardstick=round(measured.rate / yardstick, 3),
        p50_ms=round(measured.percentile_ms(50), 3),
        p95_ms=round(measured.percentile_ms(95), 3),
        p99_ms=round(measured.percentile_ms(99), 3),
        answers={str(status): number for status, number in sorted(measured.statuses.items())},
    )


def _get(base: str, path: str) -> Iterator[bytes]:
    return repeat(request("GET", path, host=urlsplit(base).netloc))


def _slots_of_a_day(furnished: Furnished, provider_id: ProviderId) -> str:
    day = f"{midnight(datetime.now(UTC)) + timedelta(days=3):%F}"
    return f"/api/v1/slots?providerId={provider_id}&serviceId={furnished.shop.slot}&from={day}&to={day}"


class _Bookings:
    """Requests that book one free slot after the other, never one twice, spread over some providers."""

    def __init__(self, furnished: Furnished, providers: int, base: str) -> None:
        self._host = urlsplit(base).netloc
        self._token = bearer("admin")
        self._shop = furnished.shop
        # The first provider is for the measurement of one; the other fifty are for that of fifty.
        self._providers = furnished.booked[:1] if providers == 1 else furnished.booked[1:]
        self._number = count()

    def __iter__(self) -> Iterator[bytes]:
        first = midnight(datetime.now(UTC)) + timedelta(days=1)
        providers = cycle(self._providers)
        for number in self._number:
            start = first + SHORT * (number // len(self._providers))
            body = {
                "providerId": next(providers),
                "serviceId": self._shop.short,
                "start": start.isoformat(),
                "customer": {"id": self._shop.customer_id},
            }
            key = f"{len(self._providers)}-{number}"
            encoded = msgspec.json.encode(body)
            yield request("POST", "/api/v1/bookings", host=self._host, token=self._token, key=key, body=encoded)


def one_line(module: str, *arguments: object) -> dict[str, Any]:
    """Run a measurement that wants a process of its own, and return what it prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    printed: dict[str, Any] = msgspec.json.decode(done.stdout)
    return printed


def table(results: dict[str, Any]) -> str:
    """Return the results as people read them."""
    lines = [f"{'':34}{'clients':>8}{'answers/s':>11}{'of yardstick':>14}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"]
    lines += [
        f"{row.scenario:34}{row.clients:>8}{row.rate:>11,.0f}{row.of_yardstick:>14.2f}"
        f"{row.p50_ms:>9.2f}{row.p95_ms:>9.2f}{row.p99_ms:>9.2f}"
        for row in results["http"]
    ]
    lines += [
        f"idle calendar, {m['calendars']:,} active: {m['bytesEach'] / 1024:.1f} KiB each" for m in results["idle"]
    ]
    activation = results["activation"]
    lines.append(
        f"activation after {activation['events']:,} events, with a snapshot: {activation['firstMs']:.0f} ms "
        f"until the first command is durable, {activation['nextMs']:.0f} ms for the next"
    )
    analytics = results["analytics"]
    lines.append(
        f"analytics over {analytics['bookings']:,} bookings of a year: {analytics['sqliteMs']:.0f} ms on SQLite, "
        f"{analytics['postgresqlMs']:.0f} ms on PostgreSQL"
    )
    series = results["series"]
    lines.append(f"a series of {series['occurrences']} occurrences: decided in {series['ms']:.1f} ms")
    understood = results["understanding"]
    lines.append(
        f"understanding one of {understood['sentences']} sentences: {understood['ms']:.2f} ms, "
        f"at worst {understood['worstMs']:.2f} ms"
    )
    lines += stream.described(results["stream"])
    lines += messages.described(results["messages"])
    return "\n".join(lines)


async def http(scale: Scale, folder: Path, furnished: Furnished) -> list[Row]:
    """Measure the servers."""
    with servers.yardstick() as yardstick, servers.turnero(furnished.url, folder / "server.log") as base:
        return await drive_all(furnished, yardstick, base, scale)


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short run, without the largest calendars")
    scale = QUICK if parser.parse_args().quick else FULL
    with TemporaryDirectory(prefix="turnero-bench-") as name:
        folder = Path(name)
        furnished = uvloop.run(furnish(folder, scale))
        rows = uvloop.run(http(scale, folder, furnished))
        say("activating the longest calendar ...")
        activation = one_line("activation", furnished.url, furnished.histories[max(scale.histories)])
    say("streaming ...")
    streamed = one_line("stream", *(["--quick"] if scale is QUICK else []))
    say("reminding ...")
    reminded = one_line("messages", scale.reminders)
    say("adding up bookings ...")
    analytics = one_line("analytics", max(scale.histories))
    say("deciding series ...")
    series = one_line("series")
    say("understanding sentences ...")
    understanding = one_line("understanding")
    idle = []
    for calendars in scale.idle:
        say(f"activating {calendars:,} idle calendars ...")
        idle.append(one_line("idle", calendars))
    machine = {"python": platform.python_version(), "cpus": os.cpu_count(), "system": platform.platform()}
    results = {
        "quick": scale is QUICK,
        "machine": machine,
        "http": rows,
        "idle": idle,
        "activation": activation,
        "analytics": analytics,
        "stream": streamed,
        "messages": reminded,
        "series": series,
        "understanding": understanding,
    }
    RESULTS.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")
    print(table(results))


if __name__ == "__main__":
    main()
