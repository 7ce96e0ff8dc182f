"""How long a year's figures take with so many bookings in it, on SQLite and PostgreSQL. Prints one line of JSON.

The bookings are written as rows, for no calendar takes so many in a year, and in no order: scattered over the file
they are as slow to walk through as they get.
"""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from sqlalchemy import Connection, insert

from benchmarks.furnish import ZONE
from tests.servers import PostgresServer
from turnero.engine.domain.analytics import analyse, period
from turnero.engine.domain.booking import Status
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import ProviderId
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import open_database
from turnero.persistence.migrate import migrate
from turnero.persistence.schema import bookings

PROVIDER = ProviderId(f"prv_{0:032}")
YEAR = (date(2026, 1, 1), date(2026, 12, 31))

# One insert of this many rows stays below what a statement may carry.
ROWS_AT_ONCE = 1_000
TIMES = 9


def _rows(count: int) -> list[dict[str, Any]]:
    chance = random.Random(1)
    begin = datetime(2026, 1, 1, 3, tzinfo=UTC)
    row = {
        "business_id": f"biz_{0:032}",
        "provider_id": PROVIDER,
        "customer_id": f"cus_{0:032}",
        "revision": 1,
        "sequence": 1,
        "price_amount": 1_200_000,
        "price_currency": "ARS",
        "created_at": begin,
        "policy": Policy(),
        "time_zone": ZONE.key,
    }
    rows = [
        {
            **row,
            "id": f"bkg_{number:032}",
            "service_id": f"svc_{number % 8:032}",
            "start": (start := begin + timedelta(days=365) * number / count),
            "end": start + timedelta(minutes=30),
            "status": chance.choice(list(Status)).value,
            "stars": chance.choice([None, 4, 5]),
        }
        for number in range(count)
    ]
    chance.shuffle(rows)
    return rows


async def measure(url: str, rows: list[dict[str, Any]]) -> float:
    """Return the milliseconds that the figures of a year of `rows` take."""
    database = open_database(url)

    def fill(connection: Connection) -> None:
        for first in range(0, len(rows), ROWS_AT_ONCE):
            connection.execute(insert(bookings), rows[first : first + ROWS_AT_ONCE])

    await database.write(fill)
    catalogue = SqlCatalogue(database)
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        figures = analyse(await catalogue.tallies(PROVIDER, period(ZONE.key, *YEAR)), opened=timedelta(), names={})
        took.append(time.perf_counter() - began)
        assert figures.totals.created == len(rows)
    await database.close()
    return round(1_000 * statistics.median(took), 1)


def main() -> None:
    """Measure on both databases."""
    rows = _rows(int(sys.argv[1]))
    with TemporaryDirectory(prefix="turnero-bench-") as folder, PostgresServer(durable=True) as server:
        server.create_database("analytics")
        sqlite, postgresql = f"sqlite:///{folder}/turnero.db", server.url("analytics")
        for url in (sqlite, postgresql):
            migrate(url)
        results = {
            "bookings": len(rows),
            "sqliteMs": asyncio.run(measure(sqlite, rows)),
            "postgresqlMs": asyncio.run(measure(postgresql, rows)),
        }
    print(msgspec.json.encode(results).decode())


if __name__ == "__main__":
    main()
