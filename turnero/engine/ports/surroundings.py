"""What a process finds around it: the time, and randomness for ids."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time. The only source of `now`."""

    def now(self) -> datetime:
        """Return the present as an aware UTC instant."""
        ...


class Ids(Protocol):
    """Makes identifiers that nobody can guess."""

    def new(self, prefix: str) -> str:
        """Return a fresh id such as `bkg_7f…`, at least 100 bits of it random."""
        ...
