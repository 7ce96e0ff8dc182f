"""Free slots."""

from __future__ import annotations

from datetime import datetime

from turnero.engine.domain.value import ProviderId, Value


class Slot(Value, gc=False):
    """A start that can be booked, and the end that the service's duration gives it; `[start, end)` in UTC."""

    start: datetime
    end: datetime
    provider_id: ProviderId
