"""How often somebody may try: counted in this process, forgotten after a while."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

# Some hundred bytes each. Past that the oldest are forgotten: whoever has so many addresses is not held up by counting.
KEYS_MAX = 10_000


class _Window(NamedTuple):
    began: float
    tries: int


class Attempts:
    """Counts attempts by some name, at most `limit` within `window_s` seconds of the first."""

    def __init__(self, *, limit: int, window_s: float, now_s: Callable[[], float]) -> None:
        self._limit = limit
        self._window_s = window_s
        self._now_s = now_s
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    def wait_s(self, name: str) -> int:
        """Return after how many seconds `name` may try again; 0: now."""
        window = self._windows.get(name)
        if window is None or window.tries < self._limit:
            return 0
        left = window.began + self._window_s - self._now_s()
        return max(0, int(left) + 1) if left > 0 else 0

    def count(self, name: str) -> None:
        """Count an attempt by `name`."""
        now = self._now_s()
        began, tries = self._windows.get(name, _Window(now, 0))
        if began + self._window_s <= now:
            began, tries = now, 0
        self._windows[name] = _Window(began, tries + 1)
        self._windows.move_to_end(name)
        if len(self._windows) > KEYS_MAX:
            self._windows.popitem(last=False)
