"""What is promised of each kind of message, as tables: how long it is tried, what is done when nobody knows.

`docs/DELIVERY.md` shows these tables to people; a test compares the two.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import NamedTuple

from turnero.engine.domain.messages import MessageKind
from turnero.engine.ports.outbox import REPLY, Kind


class WhenUnknown(Enum):
    """What to do with a message that may have been delivered, and may not.

    Where a channel takes a repeat for what it is, anything is repeated.
    """

    REPEAT = "repeat"
    LEAVE = "leave"


class Promise(NamedTuple):
    """`tries` on a channel, when there is another one to go to, and `last_tries` when there is none."""

    when_unknown: WhenUnknown
    tries: int
    last_tries: int


# Whoever asked something, holds a slot for some minutes, or has a booking that was moved, is worse off without the
# message than with two of it. A reminder that comes twice makes people doubt whether they have one appointment or two,
# or that anybody is there who thinks; and there is, as a rule, another reminder, so one too few is the better mistake.
# The same goes for a question and for an agenda, which nobody misses for long.
#
# An offer ends after minutes: rather go on to the next channel than wait for this one. The tries of the last channel
# are spread by `BACKOFF`: 12 of them bridge some half an hour, which most outages are over in.
PROMISES: Mapping[Kind, Promise] = {
    REPLY: Promise(WhenUnknown.REPEAT, tries=12, last_tries=12),
    MessageKind.OFFER: Promise(WhenUnknown.REPEAT, tries=2, last_tries=8),
    MessageKind.BOOKED: Promise(WhenUnknown.REPEAT, tries=4, last_tries=12),
    MessageKind.CONFIRMED: Promise(WhenUnknown.REPEAT, tries=4, last_tries=12),
    MessageKind.RESCHEDULED: Promise(WhenUnknown.REPEAT, tries=4, last_tries=12),
    MessageKind.CANCELLED: Promise(WhenUnknown.REPEAT, tries=4, last_tries=12),
    MessageKind.REMINDER: Promise(WhenUnknown.LEAVE, tries=4, last_tries=12),
    MessageKind.RATING: Promise(WhenUnknown.LEAVE, tries=2, last_tries=6),
    MessageKind.AGENDA: Promise(WhenUnknown.LEAVE, tries=4, last_tries=12),
}

# A channel that says how long to wait is believed, however often; but not for ever.
ATTEMPTS_MAX = 100


class Backoff(NamedTuple):
    """How long to wait after a failure: twice as long after each, up to `longest`, anywhere between nothing and that.

    All of it is jitter ("full jitter"): what failed together must not come back together.
    """

    first: timedelta
    longest: timedelta

    def after(self, tries: int, rng: random.Random) -> timedelta:
        """Return how long to wait after the failure numbered `tries`, from 1 on."""
        # 2**31 times anything is longer than the longest; a float holds it.
        return rng.random() * min(self.longest, self.first * 2.0 ** min(tries - 1, 31))


# Two seconds: what a restart of somebody's server takes. Eight minutes: what waits longer than that is late anyway.
BACKOFF = Backoff(first=timedelta(seconds=2), longest=timedelta(minutes=8))
