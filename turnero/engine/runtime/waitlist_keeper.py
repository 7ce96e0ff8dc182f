"""The waitlist's keeper: whenever time comes free, offers it to the first in line whom it fits.

Nothing that it does has to be remembered: what has come free and who waits can be looked up, an offer is a hold that
is decided by the calendar and ends by its own deadline, and the journal refuses one that must not be. So a keeper that
dies is missed for the length of a sweep at most, and two of them can only get in each other's way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Slot
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import TurneroError, Unavailable
from turnero.engine.domain.events import HoldExpired, HoldReleased
from turnero.engine.domain.value import BusinessId, HoldId, ProviderId
from turnero.engine.domain.waitlist import FREES_TIME, FreeSlots
from turnero.engine.ports import Awaited, Batch, Catalogue, Clock, Entry, Ids, InLine, Waitlist
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.staging import Answer

log = structlog.get_logger(__name__)

# How often everybody who waits is looked at, whether or not anything is known to have happened. This bounds how long
# an offer is late that was interrupted by a crash, was made possible by another process, or by time alone (a window
# that opens another day). A calendar without anybody in line costs nothing.
SWEEP_EVERY_S = 30.0

# How long it is remembered that nobody waits in a business: so long, at most, a slot that is freed here is offered
# late to somebody who has just joined through another process. And so often, at most, the database is asked about a
# business in which people cancel and nobody waits.
NOBODY_WAITS_FOR_S = 1.0

# As many entries are read at a time: a line that is longer than that is rare, and none is too long.
LINE_PAGE = 200

# Another process that is at work on the calendar, or on the same person's other entry, wins; the sweep comes again.
OFFER_ATTEMPTS = 2

# A view that lags behind another process may promise slots that are taken; after so many, the next sweep tries again.
REFUSALS_MAX = 3

# Whoever frees a slot is answered once it is on offer, so that nobody can snatch it in between. Offering takes some
# milliseconds; past this, something is wrong, and it is not the caller who should suffer.
SETTLE_S = 2.0


_Looks = dict[Awaited, asyncio.Future[None]]


class WaitlistKeeper:
    """Looks at calendars in which time has come free, one after the other, between `start` and `stop`."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, waitlist: Waitlist, *, clock: Clock, ids: Ids) -> None:
        self._runtime = runtime
        self._catalogue = catalogue
        self._waitlist = waitlist
        self._clock = clock
        self._ids = ids
        # What is to be looked at, and what is being looked at; whoever waits for it, waits for the future.
        self._nudged: _Looks = {}
        self._looking: _Looks = {}
        # Until when it is believed that nobody waits in a business, and what has come free there meanwhile.
        self._deserted: dict[BusinessId, float] = {}
        self._postponed: set[Awaited] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        runtime.watch(self)

    def start(self) -> None:
        """Begin to offer."""
        self._task = asyncio.create_task(self._run(), name="waitlist-keeper")

    async def stop(self) -> None:
        """Offer nothing more. What is not offered by now, the next keeper offers."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        for look in (*self._nudged.values(), *self._looking.values()):
            _done(look)

    def joined(self, entry: Entry) -> None:
        """Look at what is free for an entry that has just joined."""
        self._deserted.pop(entry.business_id, None)
        self._nudge(Awaited(entry.business_id, entry.provider_id))

    async def settled(self, answer: Answer) -> None:
        """Return once the time that `answer` frees is on offer, if anybody waits for it."""
        if any(type(recorded.event) in FREES_TIME for recorded in answer.decision.recorded):
            await self.looked_at(answer.after.business_id)

    async def looked_at(self, business_id: BusinessId) -> None:
        """Return once all that has come free in a business so far is on offer, for a moment at most."""
        looks = [
            look
            for looks in (self._nudged, self._looking)
            for one, look in looks.items()
            if one.business_id == business_id
        ]
        if looks and self._task is not None:
            await asyncio.wait(looks, timeout=SETTLE_S)

    async def sweep(self) -> None:
        """Look at everybody who waits, whether or not anything is known to have happened."""
        self._deserted.clear()
        awaited = await self._waitlist.awaited()
        if awaited:
            await self._waitlist.retire(now=self._clock.now())
        for one in awaited:
            self._nudge(one)

    def committed(self, batches: Sequence[Batch]) -> None:
        """Note where time has come free."""
        for batch in batches:
            events = [recorded.event for recorded in batch.events if type(recorded.event) in FREES_TIME]
            if not events:
                continue
            business_id = batch.after.business_id
            if any(isinstance(e, HoldReleased | HoldExpired) and e.entry_id is not None for e in events):
                self._deserted.pop(business_id, None)  # somebody who had an offer is in line again
            awaited = Awaited(business_id, batch.provider_id)
            if asyncio.get_running_loop().time() < self._deserted.get(business_id, 0.0):
                self._postponed.add(awaited)
                self._wake.set()
            else:
                self._nudge(awaited)

    def _nudge(self, awaited: Awaited) -> None:
        if awaited not in self._nudged:
            self._nudged[awaited] = asyncio.get_running_loop().create_future()
            self._wake.set()

    # --- The keeper's round ---------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Look at what is nudged, and every now and then at all. An outage is waited out."""
        loop = asyncio.get_running_loop()
        sweep_at = again_at = loop.time()
        while True:
            if loop.time() >= sweep_at:
                sweep_at = loop.time() + SWEEP_EVERY_S
                await self._try("sweep", self.sweep())
            if self._postponed and loop.time() >= again_at:
                again_at = loop.time() + NOBODY_WAITS_FOR_S
                for awaited in self._postponed:
                    self._nudge(awaited)
                self._postponed.clear()
            self._wake.clear()
            while self._nudged:
                await self._round()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(sweep_at, again_at) if self._postponed else sweep_at):
                    await self._wake.wait()

    async def _round(self) -> None:
        """Look at everything that has been nudged; the many in whose business nobody waits cost one question."""
        self._looking, self._nudged = self._nudged, {}
        try:
            await self._try("round", self._look())
        finally:
            for look in self._looking.values():
                _done(look)
            self._looking = {}

    async def _look(self) -> None:
        waited_in = await self._waitlist.waited_in({awaited.business_id for awaited in self._looking})
        until = asyncio.get_running_loop().time() + NOBODY_WAITS_FOR_S
        for awaited, look in self._looking.items():
            if awaited.business_id not in waited_in:
                self._deserted[awaited.business_id] = until
                _done(look)
        for awaited, look in self._looking.items():
            if awaited.business_id in waited_in:
                for provider_id in await self._providers(awaited):
                    await self._try("look", self._offer_what_is_free(provider_id))
                _done(look)

    async def _try(self, what: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:
            # The database is away, or the runtime is stopping: whatever is left undone, the next sweep does.
            log.warning("waitlist_failed", what=what, exc_info=True)

    async def _providers(self, awaited: Awaited) -> Sequence[ProviderId]:
        if awaited.provider_id is not None:
            return (awaited.provider_id,)
        return [provider.id for provider in await self._catalogue.providers(awaited.business_id)]

    # --- Offering -------------------------------------------------------------------------------------------------

    async def _offer_what_is_free(self, provider_id: ProviderId) -> None:
        """Go down the line once. An offer only takes time away, so whom nothing fitted before, nothing fits now."""
        calendar = await self._up_to_date(provider_id)
        free = FreeSlots(calendar, now=self._clock.now())
        offered_to: set[str] = set()
        place = 0
        while line := await self._waitlist.line(calendar.business_id, provider_id, after=place, limit=LINE_PAGE):
            for one in line:
                if one.entry.customer_id in offered_to:
                    continue
                after = await self._offer_first(calendar, free, one)
                if after is not None:
                    calendar, free = after, FreeSlots(after, now=self._clock.now())
                    offered_to.add(one.entry.customer_id)
            place = line[-1].place

    async def _up_to_date(self, provider_id: ProviderId) -> Calendar:
        """Return a calendar in which nothing is overdue: whose offer has run out must be in line again by now."""
        calendar = await self._runtime.read(provider_id)
        deadline = calendar.next_deadline()
        if deadline is not None and deadline <= self._clock.now():
            await self._runtime.ask(provider_id, cmd.Request(command=cmd.MeetDeadlines(), actor=SYSTEM))
            calendar = await self._runtime.read(provider_id)
        return calendar

    async def _offer_first(self, calendar: Calendar, free: FreeSlots, one: InLine) -> Calendar | None:
        """Offer `one` the first slot that fits; return the calendar with the offer, or None if there is none."""
        passed = set(one.passed)
        service = calendar.terms.service(one.entry.service_id)
        if service is None or service.capacity > 1:
            return None
        for _ in range(REFUSALS_MAX):
            slot = free.first_for(service, one.entry.wish, passed=passed)
            if slot is None:
                return None
            try:
                return await self._offer(one.entry, slot)
            except Unavailable as unavailable:
                log.info("offer_not_made", entry_id=one.entry.id, code=unavailable.code)
                return None
            except TurneroError as refusal:
                # The view was behind: somebody has just taken the slot. There may be another.
                log.debug("offer_refused", entry_id=one.entry.id, code=refusal.code)
                passed.add(slot.start)
        return None

    async def _offer(self, entry: Entry, slot: Slot) -> Calendar:
        command = cmd.OfferSlot(
            hold_id=HoldId(f"{self._ids.new('hld')}.{slot.provider_id}"),
            entry_id=entry.id,
            service_id=entry.service_id,
            customer_id=entry.customer_id,
            start=slot.start,
        )
        request = cmd.Request(command=command, actor=SYSTEM)
        answer = await self._runtime.ask(slot.provider_id, request, attempts=OFFER_ATTEMPTS)
        log.info("slot_offered", entry_id=entry.id, provider_id=slot.provider_id)
        return answer.after


def _done(look: asyncio.Future[None]) -> None:
    if not look.done():
        look.set_result(None)
