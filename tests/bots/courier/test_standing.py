"""What is still true when its turn comes, and what may be said at this hour."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest

from tests.bots.courier.post import BUSINESS, NOW, PROVIDER, START, booking, entry, letter, reply
from turnero.bots.courier.standing import GONE, STALE, Standing, Wait, standing
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.policy import PolicyOverride, QuietHours
from turnero.engine.ports import BookingRecord, Entry, EntryStatus
from turnero.engine.ports.outbox import Letter

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEWS = (MessageKind.BOOKED, MessageKind.CONFIRMED, MessageKind.RESCHEDULED)
VISITED = booking(NOW - 2 * HOUR, Status.COMPLETED)


def stands(kind: MessageKind, about: BookingRecord | Entry, after: timedelta = 0 * HOUR) -> Standing:
    """Return how a message stands that was due at noon, so long after it."""
    return standing(letter(kind, about=about), now=NOW + after)


@pytest.mark.parametrize("kind", NEWS)
def test_news_is_told_until_the_appointment_begins(kind: MessageKind) -> None:
    assert stands(kind, booking(), START - NOW - MINUTE) is None
    assert stands(kind, booking(), START - NOW) == STALE
    assert stands(kind, booking(status=Status.CANCELLED)) == STALE


def test_a_reminder_is_of_use_until_half_of_its_time_has_passed() -> None:
    about = booking(NOW + 2 * HOUR)
    assert stands(MessageKind.REMINDER, about, HOUR) is None
    assert stands(MessageKind.REMINDER, about, HOUR + MINUTE) == STALE
    assert stands(MessageKind.REMINDER, about, 2 * HOUR) == STALE
    assert stands(MessageKind.REMINDER, booking(status=Status.CANCELLED)) == STALE
    assert stands(MessageKind.REMINDER, booking(status=Status.PENDING)) is None


def test_a_cancellation_is_told_as_long_as_somebody_might_come() -> None:
    about = booking(NOW + HOUR, Status.CANCELLED)
    assert stands(MessageKind.CANCELLED, about, HOUR) is None
    assert stands(MessageKind.CANCELLED, about, about.end - NOW) == STALE
    assert stands(MessageKind.CANCELLED, booking(NOW - DAY, Status.CANCELLED)) is None  # it was cancelled only now


def test_an_offer_is_told_as_long_as_it_is_one() -> None:
    assert stands(MessageKind.OFFER, entry(until=NOW + MINUTE)) is None
    assert stands(MessageKind.OFFER, entry(until=NOW)) == STALE
    assert stands(MessageKind.OFFER, entry(until=NOW + MINUTE, status=EntryStatus.WAITING)) == STALE


def test_a_rating_is_asked_for_within_days_and_once() -> None:
    assert stands(MessageKind.RATING, VISITED) is None
    assert stands(MessageKind.RATING, VISITED, 3 * DAY) == STALE
    assert stands(MessageKind.RATING, booking(NOW - 2 * HOUR, Status.COMPLETED, stars=5)) == STALE
    assert stands(MessageKind.RATING, booking(NOW - 2 * HOUR, Status.NO_SHOW)) == STALE


def test_an_agenda_is_for_its_day_on_the_providers_wall_clock() -> None:
    agenda = letter(MessageKind.AGENDA, recipient=Recipient.PROVIDER, day=date(2026, 5, 4), booking_id=None)
    assert standing(agenda, now=NOW + 12 * HOUR - MINUTE) is None
    assert standing(agenda, now=NOW + 12 * HOUR) == STALE


def test_quiet_hours_that_something_was_held_up_into_are_waited_out() -> None:
    eight = NOW + 20 * HOUR
    about = booking(NOW + 30 * HOUR)
    held_up = letter(due_at=NOW + 8 * HOUR, about=about)
    assert standing(held_up, now=NOW + 10 * HOUR) == Wait(eight)
    assert standing(held_up, now=eight) == STALE  # more than half of the way
    soon = letter(due_at=NOW + 9 * HOUR, about=booking(eight + 29 * MINUTE))
    assert standing(soon, now=NOW + 10 * HOUR) == STALE
    asked = letter(MessageKind.RATING, about=VISITED)
    assert standing(asked, now=NOW + 10 * HOUR) == Wait(eight)
    assert stands(MessageKind.BOOKED, about, 10 * HOUR) is None


def test_the_providers_own_quiet_hours_go_before_those_of_the_business() -> None:
    never = PolicyOverride(quiet_hours=QuietHours(starts="00:00", ends="00:00"))
    about = letter(due_at=NOW + 9 * HOUR, about=booking(NOW + 30 * HOUR))
    own = msgspec.structs.replace(about, provider=msgspec.structs.replace(PROVIDER, policy=never))
    assert standing(own, now=NOW + 10 * HOUR) is None
    of_the_shop = msgspec.structs.replace(about, business=msgspec.structs.replace(BUSINESS, policy=never))
    assert standing(of_the_shop, now=NOW + 10 * HOUR) is None


@pytest.mark.parametrize("kind", list(MessageKind))
def test_what_a_message_is_about_may_be_gone(kind: MessageKind) -> None:
    row = letter(kind).row
    assert standing(Letter(row=row), now=NOW) == GONE


def test_a_reply_is_true_whenever_it_comes() -> None:
    assert standing(reply("hola"), now=NOW + 9 * DAY) is None
