"""How long a sentence takes to be understood, over all labelled ones. Prints one line of JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import msgspec

from turnero.bots.understanding import understand

SENTENCES = Path(__file__).parents[1] / "tests/bots/understanding/sentences.jsonl"
ROUNDS = 5
ZONE = ZoneInfo("America/Argentina/Buenos_Aires")


def measure() -> dict[str, float]:
    """Return the median and the worst, in milliseconds; of each sentence the fastest of `ROUNDS` counts."""
    labels = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    sentences = [(label["text"], datetime.fromisoformat(label["now"]).astimezone(ZONE)) for label in labels]
    took = [min(_once(text, now) for _ in range(ROUNDS)) for text, now in sentences]
    return {"sentences": len(took), "ms": round(1_000 * median(took), 3), "worstMs": round(1_000 * max(took), 3)}


def _once(text: str, now: datetime) -> float:
    began = perf_counter()
    understand(text, now=now)
    return perf_counter() - began


if __name__ == "__main__":
    print(msgspec.json.encode(measure()).decode())
