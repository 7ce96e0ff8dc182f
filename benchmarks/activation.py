"""How long a calendar with a long history takes to decide again, in a process that has just started.

Prints one line of JSON.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime

import msgspec

from benchmarks.furnish import ADMIN, WEEK, engine
from turnero import app
from turnero.engine.domain.value import ProviderId


async def measure(database_url: str, provider_id: ProviderId) -> dict[str, float]:
    """Return the milliseconds until the first command of a calendar is durable, and until the second is."""
    async with engine(database_url, start=datetime.now(UTC)) as (service, _clock):
        began = time.perf_counter()
        answer = await service.change_schedule(ADMIN, provider_id, WEEK)
        first = time.perf_counter()
        await service.change_schedule(ADMIN, provider_id, WEEK)
        second = time.perf_counter()
    return {
        "events": answer.sequence,
        "firstMs": round(1_000 * (first - began), 1),
        "nextMs": round(1_000 * (second - first), 1),
    }


if __name__ == "__main__":
    print(msgspec.json.encode(app.run(measure(sys.argv[1], ProviderId(sys.argv[2])))).decode())
