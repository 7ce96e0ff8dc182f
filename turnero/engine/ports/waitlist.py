"""The line of those who wait for a slot, and what is being offered to whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    CustomerId,
    EntryId,
    HoldId,
    ProviderId,
    ServiceId,
    Value,
)
from turnero.engine.domain.waitlist import Wish
from turnero.engine.ports.reading import MessageRecord
from turnero.engine.ports.records import Customer, RequestKey


class EntryStatus(StrEnum):
    """Where an entry is in its life. A `waiting` one is in line; an `offered` one has a slot held for it."""

    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    LEFT = "left"
    OVER = "over"


class Offer(Value):
    """A slot that is held for an entry until `until`, or was, if the entry is booked or left by now."""

    provider_id: ProviderId
    hold_id: HoldId
    start: datetime
    end: datetime
    until: datetime


class Entry(Value):
    """Somebody in line for a service, with one provider or, if that is null, with any of the business.

    `over_at` is when the wish lies in the past. `position` is 1 for the first of those who compete for the same
    service and provider, and null once an entry is not waiting.
    """

    id: EntryId
    business_id: BusinessId
    provider_id: ProviderId | None
    service_id: ServiceId
    customer_id: CustomerId
    wish: Wish
    created_at: datetime
    over_at: datetime
    time_zone: str
    status: EntryStatus = EntryStatus.WAITING
    position: int | None = None
    offer: Offer | None = None
    booking_id: BookingId | None = None


class EntryFilter(Value):
    """Which entries are asked for. With a `provider_id`: those that wait for them, and those that wait for anybody."""

    business_id: BusinessId | None = None
    provider_id: ProviderId | None = None
    customer_id: CustomerId | None = None
    status: EntryStatus | None = None


class EntryPage(msgspec.Struct, frozen=True):
    """One page of entries, in line, and where the next one begins."""

    items: tuple[Entry, ...]
    next_cursor: str | None


class InLine(msgspec.Struct, frozen=True):
    """A waiting entry, its place in line, and the starts that it has refused or let run out with this provider."""

    place: int
    entry: Entry
    passed: frozenset[datetime]


class Awaited(msgspec.Struct, frozen=True):
    """Somebody waits for this provider, or, if that is null, for anybody of this business."""

    business_id: BusinessId
    provider_id: ProviderId | None


class Waitlist(Protocol):
    """The waitlist, in line by order of arrival.

    What becomes of an offer is not written here: it follows from the calendar's events, in their transaction. A batch
    of the journal that offers a slot to an entry which is not waiting any more, or to somebody who has another offer
    in that business already, is not written.
    """

    async def join(self, entry: Entry, *, customer: Customer | None, request: RequestKey | None) -> Entry:
        """Put `entry` at the end of the line, with its customer's row if given; return it with its position.

        The answer that `request` remembers is the JSON of what is returned.

        Raises:
            Conflict(`already_waiting`): the customer is in line for this service and provider already.
            AlreadyAnswered: the request's key was used before.
        """
        ...

    async def leave(self, entry_id: EntryId) -> Entry | None:
        """Take an entry out of the line; return it as it is then, or None if it was in line no more.

        The hold of its offer, if it has one, is still to be released.
        """
        ...

    async def entry(self, entry_id: EntryId) -> Entry | None: ...

    async def entries(self, where: EntryFilter, *, limit: int, cursor: str | None) -> EntryPage:
        """Return entries by their place in line.

        Raises:
            Invalid: the cursor is not one of ours.
        """
        ...

    async def messages(self, entry_id: EntryId) -> Sequence[MessageRecord]:
        """Return the messages about an entry's offers by due time."""
        ...

    async def line(
        self, business_id: BusinessId, provider_id: ProviderId, *, after: int, limit: int
    ) -> Sequence[InLine]:
        """Return who waits, behind the place `after`, for this provider or for anybody of the business.

        Left out is whoever has an offer of this business: nobody is offered two things at once.
        """
        ...

    async def waited_in(self, business_ids: Collection[BusinessId]) -> AbstractSet[BusinessId]:
        """Return those of some businesses in which anybody waits."""
        ...

    async def awaited(self) -> Sequence[Awaited]:
        """Return for whom anybody waits, each once."""
        ...

    async def retire(self, *, now: datetime) -> int:
        """Take those out of the line whose wish lies in the past; return how many."""
        ...
