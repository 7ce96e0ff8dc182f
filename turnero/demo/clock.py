"""A clock that runs like any other, and can be moved forward."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from turnero.engine.ports import Clock


class DemoClock:
    """Tells the time of another clock, moved. It never goes back, for calendars cannot un-happen anything."""

    def __init__(self, real: Clock, *, start: datetime) -> None:
        self._real = real
        self._lock = threading.Lock()
        self._ahead = start - real.now()

    def now(self) -> datetime:
        """Return the present of the demo as an aware UTC instant."""
        with self._lock:
            return self._real.now() + self._ahead

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward, and return what it shows then.

        Raises:
            ValueError: `by` is negative.
        """
        if by < timedelta(0):
            raise ValueError("the demo's clock goes forward only")
        with self._lock:
            self._ahead += by
            return self._real.now() + self._ahead
