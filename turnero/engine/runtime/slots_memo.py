"""Answers about free slots, remembered as long as nothing that they depend on has changed.

A day is asked for far more often than it changes. An answer depends on the calendar (an immutable value: the same
object, the same answer) and on the time, and on the time only at known instants: see `slots.constant_until`.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from turnero.engine.domain.calendar import Calendar
from turnero.engine.runtime.answers import SlotsAnswer
from turnero.engine.runtime.limits import SLOT_ANSWERS_REMEMBERED
from turnero.engine.runtime.requests import SlotQuery


class _Entry(NamedTuple):
    calendar: Calendar
    since: datetime
    until: datetime
    answer: SlotsAnswer


class SlotsMemo:
    """Remembers answers by query. The same answer is the same object, so whoever renders it may remember that, too."""

    def __init__(self) -> None:
        self._entries: dict[SlotQuery, _Entry] = {}

    def find(self, query: SlotQuery, calendar: Calendar, *, now: datetime) -> SlotsAnswer | None:
        """Return the answer to `query`, if it was answered on this very calendar and still holds."""
        entry = self._entries.get(query)
        if entry is None or entry.calendar is not calendar or not entry.since <= now < entry.until:
            return None
        return entry.answer

    def keep(
        self, query: SlotQuery, calendar: Calendar, answer: SlotsAnswer, *, since: datetime, until: datetime
    ) -> None:
        """Remember `answer`, which holds from `since` until just before `until`."""
        if until <= since:
            return
        if len(self._entries) >= SLOT_ANSWERS_REMEMBERED:
            # Which to forget is not worth keeping account of: whatever is asked again is computed again.
            self._entries.clear()
        self._entries[query] = _Entry(calendar, since, until, answer)
