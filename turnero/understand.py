"""`turnero understand`: what sentences mean, a JSON line each. Needs no settings, no database, nothing of the app."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from turnero.bots.understanding import Understood, understand

# Where a line does not say: the clock on the wall in Buenos Aires.
HOME = "America/Argentina/Buenos_Aires"
# "El mes que viene" of the last day that a calendar can name is in none.
YEARS = range(1900, 2200)


class Question(msgspec.Struct):
    """A line: what was said, and when. `now` is ISO 8601; a naive one is local."""

    text: str
    now: str
    tz: str | None = None


def answers(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield the answer to each line, and whether the line could be read; if not, the answer is `{"error"}`."""
    for line in lines:
        try:
            question = msgspec.json.decode(line, type=Question)
            understood = understand(question.text, now=local(question.now, question.tz))
            yield msgspec.json.encode(_frame(understood)), True
        except (msgspec.MsgspecError, ValueError) as wrong:
            yield msgspec.json.encode({"error": str(wrong)}), False


def _frame(understood: Understood) -> dict[str, object]:
    """Return what is printed. A flag that was not raised is null there, as everything is that was not said."""
    fields: dict[str, object] = msgspec.to_builtins(understood)
    return {name: None if value is False else value for name, value in fields.items()}


def local(now: str, tz: str | None) -> datetime:
    """Return the instant `now` on the wall clock of `tz`.

    Without `tz`, an offset is taken for the local one, but for UTC, which is nobody's wall clock: that is read at home.

    Raises:
        ValueError: this is no instant of our time, or no time zone.
    """
    instant = datetime.fromisoformat(now)
    if instant.year not in YEARS:
        raise ValueError(f"{now!r} is too far from today")
    if tz is None and instant.utcoffset() not in {None, timedelta()}:
        return instant
    try:
        zone = ZoneInfo(tz or HOME)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"{tz!r} is no time zone such as {HOME}") from unknown
    return instant.replace(tzinfo=zone) if instant.tzinfo is None else instant.astimezone(zone)
