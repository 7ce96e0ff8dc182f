"""Whether a message is still true, and may be said at this hour, when its turn comes. Pure.

What a booking's changes void is cancelled in the outbox, in the transaction of the change. This is about what time
alone makes untrue: an outage that lasted, a clock that jumped, an offer that ran out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from turnero.engine.domain.booking import LIVE, Status
from turnero.engine.domain.hours import local_date, zone
from turnero.engine.domain.messages import MessageKind
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.reminding import LATEST_BEFORE_START, quiet_around
from turnero.engine.domain.value import epoch_seconds
from turnero.engine.ports import BookingRecord, EntryStatus
from turnero.engine.ports.outbox import REPLY, Letter

# How long after the visit anybody still wants to be asked about it.
RATING_GOOD_FOR = timedelta(days=3)


class Drop(NamedTuple):
    """Not to be sent, now or ever. `why` is for the record."""

    why: str


class Wait(NamedTuple):
    """Not to be sent before `until`."""

    until: datetime


Standing = Drop | Wait | None

STALE = Drop("stale")
GONE = Drop("gone")


def standing(letter: Letter, *, now: datetime) -> Standing:
    """Return why a message is not to be sent now; None if it is."""
    if letter.row.reply or letter.row.kind == REPLY:
        return None
    return _RULES[letter.row.kind](letter, now)


def _news(letter: Letter, now: datetime) -> Standing:
    """Until the appointment begins: then everybody knows."""
    booking = letter.booking
    if booking is None:
        return GONE
    return None if booking.status in LIVE and now < booking.start else STALE


def _cancelled(letter: Letter, now: datetime) -> Standing:
    """As long as somebody might come for nothing; what was cancelled only afterwards is said nevertheless."""
    booking = letter.booking
    if booking is None:
        return GONE
    return STALE if letter.row.due_at < booking.end <= now else None


def _reminder(letter: Letter, now: datetime) -> Standing:
    """While the appointment is ahead, and until half of the time to it has passed: the next one says it better."""
    booking = letter.booking
    if booking is None:
        return GONE
    latest = letter.row.due_at + (booking.start - letter.row.due_at) / 2
    if booking.status not in LIVE or now >= booking.start or now > latest:
        return STALE
    quiet = _quiet(letter, booking, now)
    if quiet is None:
        return None
    # It was planned for another hour, and something has held it up.
    return Wait(quiet) if quiet <= booking.start - LATEST_BEFORE_START else STALE


def _offer(letter: Letter, now: datetime) -> Standing:
    entry = letter.entry
    if entry is None:
        return GONE
    if entry.status is not EntryStatus.OFFERED or entry.offer is None or now >= entry.offer.until:
        return STALE
    return None


def _rating(letter: Letter, now: datetime) -> Standing:
    booking = letter.booking
    if booking is None:
        return GONE
    if booking.status is not Status.COMPLETED or booking.stars is not None or now > booking.end + RATING_GOOD_FOR:
        return STALE
    quiet = _quiet(letter, booking, now)
    return None if quiet is None else Wait(quiet)


def _agenda(letter: Letter, now: datetime) -> Standing:
    """On its day."""
    if letter.provider is None or letter.business is None or letter.row.day is None:
        return GONE
    tz = zone(letter.provider.time_zone or letter.business.time_zone)
    return None if local_date(tz, epoch_seconds(now)) == letter.row.day else STALE


_RULES: Mapping[MessageKind, Callable[[Letter, datetime], Standing]] = {
    MessageKind.BOOKED: _news,
    MessageKind.CONFIRMED: _news,
    MessageKind.RESCHEDULED: _news,
    MessageKind.CANCELLED: _cancelled,
    MessageKind.REMINDER: _reminder,
    MessageKind.OFFER: _offer,
    MessageKind.RATING: _rating,
    MessageKind.AGENDA: _agenda,
}


def _quiet(letter: Letter, booking: BookingRecord, now: datetime) -> datetime | None:
    """Return the end of the quiet hours that `now` lies in, by the rules that are in force."""
    policy = Policy()
    if letter.business is not None:
        policy = letter.business.policy.over(policy)
    if letter.provider is not None:
        policy = letter.provider.policy.over(policy)
    stretch = quiet_around(now, policy.quiet_hours, zone(booking.time_zone))
    return None if stretch is None else stretch[1]
