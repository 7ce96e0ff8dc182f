"""The waitlist's keeper: whenever time comes free, offers it to the first in line whom it fits.

Nothing that it does has to be remembered: what has come free and who waits can be looked up, an offer is a hold that
is decided by the calendar and ends by its own deadline, and the journal refuses one that must not be. So a keeper that
dies is missed for the length of a sweep at most, and two of them can only get in each other's way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

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

log = structlog.get_logger(__name__)

# How often everybody who waits is looked at, whether or not anything is known to have happened. This bounds how long
# an offer is late that was interrupted by a crash, was made possible by another process, or by time alone (a window
# that opens another day). A calendar without anybody in line costs nothing.
SWEEP_EVERY_S = 30.0

# As many entries are read at a time: a line that is longer than that is rare, and none is too long.
LINE_PAGE = 200

# Another process that is at work on the calendar, or on the same person's other entry, wins; the sweep comes again.
OFFER_ATTEMPTS = 2

# A view that lags behind another process may promise slots that are taken; after so many, the next sweep tries again.
REFUSALS_MAX = 3

# Whoever frees a slot is answered once it is on offer, so that nobody can snatch it in between. Offering takes some
# milliseconds; past this, something is wrong, and it is not the caller who should suffer.
SETTLE_S = 2.0


class WaitlistKeeper:
    """Looks at calendars in which time has come free, one after the other, between `start` and `stop`."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, waitlist: Waitlist, *, clock: Clock, ids: Ids) -> None:
        self._runtime = runtime
        self._catalogue = catalogue
        self._waitlist = waitlist
        self._clock = clock
        self._ids = ids
        # The businesses in which anybody waits; None until the first sweep, when anybody may. So that a commit in all
        # others costs a look into a set, and no question to the database.
        self._waited_in: set[BusinessId] | None = None
        self._joined_in: set[BusinessId] = set()
        self._nudged: dict[Awaited, None] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        runtime.watch(self._committed)

    def start(self) -> None:
        """Begin to offer."""
        self._task = asyncio.create_task(self._run(), name="waitlist-keeper")

    async def stop(self) -> None:
        """Offer nothing more. What is not offered by now, the next keeper offers."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        self._idle.set()

    def joined(self, entry: Entry) -> None:
        """Look at what is free for an entry that has just joined."""
        self._joined_in.add(entry.business_id)
        if self._waited_in is not None:
            self._waited_in.add(entry.business_id)
        self._nudge(Awaited(entry.business_id, entry.provider_id))

    async def settled(self) -> None:
        """Return once all that has come free so far is on offer, if anybody waits for it."""
        if not self._idle.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(SETTLE_S):
                    await self._idle.wait()

    async def sweep(self) -> None:
        """Look at everybody who waits, whether or not anything is known to have happened."""
        self._joined_in.clear()
        awaited = await self._waitlist.awaited()
        if awaited and await self._waitlist.retire(now=self._clock.now()):
            awaited = await self._waitlist.awaited()
        self._waited_in = {one.business_id for one in awaited} | self._joined_in
        for one in awaited:
            self._nudge(one)

    def _committed(self, batches: Sequence[Batch]) -> None:
        for batch in batches:
            business_id = batch.after.business_id
            events = [recorded.event for recorded in batch.events]
            if self._waited_in is not None and business_id not in self._waited_in:
                # Somebody who had an offer is in line again.
                if not any(isinstance(e, HoldReleased | HoldExpired) and e.entry_id is not None for e in events):
                    continue
                self._waited_in.add(business_id)
            if any(type(event) in FREES_TIME for event in events):
                self._nudge(Awaited(business_id, batch.provider_id))

    def _nudge(self, awaited: Awaited) -> None:
        self._nudged[awaited] = None
        if self._task is not None:
            self._idle.clear()
        self._wake.set()

    # --- The keeper's round ---------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Look at what is nudged, and every now and then at all. An outage is waited out."""
        loop = asyncio.get_running_loop()
        sweep_at = loop.time()
        while True:
            if loop.time() >= sweep_at:
                sweep_at = loop.time() + SWEEP_EVERY_S
                await self._try_sweep()
            self._wake.clear()
            while self._nudged:
                awaited = next(iter(self._nudged))
                del self._nudged[awaited]
                await self._try(awaited)
            self._idle.set()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(sweep_at):
                    await self._wake.wait()

    async def _try_sweep(self) -> None:
        try:
            await self.sweep()
        except Exception:
            log.warning("waitlist_sweep_failed", exc_info=True)

    async def _try(self, awaited: Awaited) -> None:
        try:
            for provider_id in await self._providers(awaited):
                await self._offer_what_is_free(provider_id)
        except Exception:
            # The database is away, or the runtime is stopping: whatever is left undone, the next sweep does.
            log.warning("waitlist_look_failed", provider_id=awaited.provider_id, exc_info=True)

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
