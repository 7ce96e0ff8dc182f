"""Lets time pass in the demo: not at a stroke, but from one message to the next, so that each is sent in its time.

A clock that simply jumps a day ahead sends what is still true then, which is little: that is what a real one should
do. Whoever moves the demo's clock wants to watch the day go by.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from turnero.demo.clock import DemoClock

# A busy week of the sample shop has some hundred messages. What is left after so many stops is passed at a stroke.
STOPS_MAX = 300


class Sending(Protocol):
    """Who sends messages when their time comes: the part of a courier that matters here."""

    async def rest(self) -> None: ...

    async def next_due(self) -> datetime | None: ...


async def let_pass(by: timedelta, clock: DemoClock, sending: Sending) -> datetime:
    """Move `clock` by `by`, stopping wherever a message is due until it is sent; return what it shows then."""
    until = clock.now() + by
    for _ in range(STOPS_MAX):
        await sending.rest()
        due = await sending.next_due()
        # What is due and not sent by now waits for something else than the time.
        if due is None or not clock.now() < due <= until:
            break
        clock.advance(due - clock.now())
    if clock.now() < until:
        clock.advance(until - clock.now())
    await sending.rest()
    return clock.now()
