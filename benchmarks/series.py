"""How long a calendar takes to decide a series of a year's weeks. Prints one line of JSON."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median
from time import perf_counter

import msgspec

from benchmarks.furnish import ADMIN, WEEK, ZONE
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import ServiceTerms, Terms
from turnero.engine.domain.calendar import Calendar, empty
from turnero.engine.domain.decide import Decision, decide
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import OnConflict, Pattern, Recurrence
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    ProviderId,
    SeriesId,
    ServiceId,
    SessionId,
)

OCCURRENCES = 52
ROUNDS = 200

_NOW = datetime(2026, 5, 4, 9, 0, tzinfo=ZONE)  # a Monday
_CUT = ServiceId("svc_cut")
_YEAR = cmd.BookSeries(
    series_id=SeriesId("ser_1"),
    service_id=_CUT,
    customer_id=CustomerId("cus_1"),
    start=_NOW + timedelta(days=1, hours=1),
    recurrence=Recurrence(pattern=Pattern.WEEKLY, occurrences=OCCURRENCES),
    on_conflict=OnConflict.SKIP,
    fresh=tuple(cmd.Fresh(BookingId(f"bkg_{n}"), SessionId(f"ses_{n}")) for n in range(OCCURRENCES)),
)


def asked(calendar: Calendar, command: cmd.Command) -> Decision:
    """Have `command` decided as a calendar's actor would."""
    decision = decide(calendar, cmd.Request(command=command, actor=ADMIN.actor), now=_NOW)
    assert isinstance(decision, Decision)
    return decision


def measure() -> dict[str, float]:
    """Return the median of `ROUNDS` decisions, in milliseconds."""
    terms = Terms(
        time_zone=ZONE.key, holidays=None, policy=Policy(), services=(ServiceTerms(id=_CUT, duration_minutes=30),)
    )
    calendar = asked(empty(ProviderId("prv_1")), cmd.OpenCalendar(business_id=BusinessId("biz_1"), terms=terms)).after
    calendar = asked(calendar, cmd.ChangeSchedule(schedule=WEEK)).after
    took = []
    for _ in range(ROUNDS):
        began = perf_counter()
        asked(calendar, _YEAR)
        took.append(perf_counter() - began)
    return {"occurrences": OCCURRENCES, "ms": median(took) * 1000}


if __name__ == "__main__":
    print(msgspec.json.encode(measure()).decode())
