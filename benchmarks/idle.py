"""What an idle calendar costs: activated, with a week's working hours and no bookings. Prints one line of JSON."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.furnish import WEEK, engine, hire, open_shop
from turnero import app
from turnero.persistence.migrate import migrate

AT_ONCE = 200


def resident_bytes() -> int:
    """Return how much of this process is in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def measure(calendars: int) -> dict[str, float]:
    """Activate `calendars` calendars, and return what each costs, in bytes."""
    with TemporaryDirectory(prefix="turnero-bench-") as folder:
        url = f"sqlite:///{folder}/turnero.db"
        migrate(url)
        async with engine(url, start=datetime.now(UTC)) as (service, clock):
            shop = await open_shop(service, clock)
            await asyncio.gather(*(hire(service, shop, f"Warm {n}", WEEK) for n in range(AT_ONCE)))
            gc.collect()
            before = resident_bytes()
            for first in range(0, calendars, AT_ONCE):
                names = (f"Barber {n}" for n in range(first, min(first + AT_ONCE, calendars)))
                await asyncio.gather(*(hire(service, shop, name, WEEK) for name in names))
            gc.collect()
            after = resident_bytes()
            active = (await service.ready()).active_calendars
            assert active >= calendars, f"only {active} are active: some were dropped meanwhile"
    return {"calendars": calendars, "bytesEach": round((after - before) / calendars)}


if __name__ == "__main__":
    print(msgspec.json.encode(app.run(measure(int(sys.argv[1])))).decode())
