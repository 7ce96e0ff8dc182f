"""What an idle calendar costs: activated, with a week's working hours and no bookings. Prints one line of JSON."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from benchmarks.furnish import ADMIN, WEEK, ZONE
from turnero import app
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import ServiceTerms, Terms
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.value import BusinessId, ProviderId, ServiceId
from turnero.engine.runtime.dispatcher import PooledDispatcher
from turnero.engine.runtime.runtime import Runtime
from turnero.persistence.broadcast import LocalBroadcast
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import open_database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.migrate import migrate

AT_ONCE = 400

# Six services, as the sample barbershop has.
_TERMS = msgspec.json.encode(
    Terms(
        time_zone=ZONE.key,
        holidays="AR",
        policy=Policy(),
        services=tuple(ServiceTerms(id=ServiceId(f"svc_{n:032}"), duration_minutes=30) for n in range(6)),
    )
)
_WEEK = msgspec.json.encode(WEEK)


def resident_bytes() -> int:
    """Return how much of this process is in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def measure(calendars: int) -> dict[str, float]:
    """Activate `calendars` calendars on the real journal, and return what each costs, in bytes."""
    with TemporaryDirectory(prefix="turnero-bench-") as folder:
        url = f"sqlite:///{folder}/turnero.db"
        migrate(url)
        database = open_database(url)
        runtime = Runtime(
            journal=SqlJournal(database),
            catalogue=SqlCatalogue(database),
            broadcast=LocalBroadcast(),
            clock=app.SystemClock(),
            dispatcher=PooledDispatcher(),
        )
        runtime.start()
        await _activate(runtime, "warm", AT_ONCE)
        before = resident_bytes()
        await _activate(runtime, "idle", calendars)
        after = resident_bytes()
        active = len(runtime.directory)
        assert active == calendars + AT_ONCE, f"only {active} are active: some were dropped meanwhile"
        await runtime.stop()
        await database.close()
    return {"calendars": calendars, "bytesEach": round((after - before) / calendars)}


async def _activate(runtime: Runtime, prefix: str, calendars: int) -> None:
    for first in range(0, calendars, AT_ONCE):
        ids = [ProviderId(f"prv_{prefix}{n:028}") for n in range(first, min(first + AT_ONCE, calendars))]
        await asyncio.gather(*(_open(runtime, provider_id) for provider_id in ids))
    gc.collect()


async def _open(runtime: Runtime, provider_id: ProviderId) -> None:
    # Values of its own, as requests and the journal bring them: sharing ours would flatter the result.
    opened = cmd.OpenCalendar(business_id=BusinessId("biz_1"), terms=msgspec.json.decode(_TERMS, type=Terms))
    at_work = cmd.ChangeSchedule(schedule=msgspec.json.decode(_WEEK, type=Schedule))
    await runtime.ask(provider_id, cmd.Request(command=opened, actor=ADMIN.actor), create=True)
    await runtime.ask(provider_id, cmd.Request(command=at_work, actor=ADMIN.actor))


if __name__ == "__main__":
    print(msgspec.json.encode(app.run(measure(int(sys.argv[1])))).decode())
