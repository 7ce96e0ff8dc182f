"""The waitlist: `BookingService`'s part about those for whom nothing is free yet."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from turnero.engine.domain import authority
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import STAFF, SYSTEM, Actor, Role
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Conflict, Forbidden, Invalid, NotFound
from turnero.engine.domain.limits import WAITLIST_RANGE_DAYS_MAX
from turnero.engine.domain.value import (
    BookingId,
    BusinessId,
    EntryId,
    ProviderId,
    instant,
)
from turnero.engine.domain.waitlist import Wish, over_at
from turnero.engine.ports import (
    AlreadyAnswered,
    BookingRecord,
    Catalogue,
    Clock,
    Customer,
    Entry,
    EntryFilter,
    EntryPage,
    EntryStatus,
    Ids,
    MessageRecord,
    RequestKey,
    Waitlist,
)
from turnero.engine.runtime.booking_desk import BookingDesk
from turnero.engine.runtime.desk import fingerprint, request, require_dates
from turnero.engine.runtime.requests import Caller, NewEntry
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.waitlist_keeper import WaitlistKeeper


class WaitlistDesk(BookingDesk):
    """Takes people into the line and out of it, and lets them take or refuse what they are offered."""

    def __init__(
        self,
        runtime: Runtime,
        catalogue: Catalogue,
        *,
        clock: Clock,
        ids: Ids,
        waitlist: Waitlist,
        keeper: WaitlistKeeper,
    ) -> None:
        super().__init__(runtime, catalogue, clock=clock, ids=ids)
        self._waitlist = waitlist
        self._keeper = keeper

    # --- Joining --------------------------------------------------------------------------------------------------

    async def join_waitlist(self, caller: Caller, new: NewEntry) -> Entry:
        """Put somebody in line for a service. What is free by then is offered to them at once.

        Raises:
            Conflict(`already_waiting`): they are in line for this service and provider already.
        """
        require_dates(new.first, new.last, days_max=WAITLIST_RANGE_DAYS_MAX)
        mark = fingerprint("join_waitlist", new)
        first = await self._answered(caller, _JOIN, mark)
        if first is not None:
            return _joined_before(first)
        calendars = await self._wished(caller.actor, new)
        business_id = calendars[0].business_id
        wish = Wish(first=new.first, last=new.last, part_of_day=new.part_of_day)
        over = instant(max(over_at(wish, calendar.terms.time_zone) for calendar in calendars))
        now = self._clock.now()
        if over <= now:
            raise Invalid("lies in the past", path="$.to")
        async with self._first_contact(caller.actor, business_id, new.customer):
            customer_id, attachments = await self._customer(
                caller.actor, business_id, new.customer, vouched=caller.vouched
            )
            entry = Entry(
                id=EntryId(self._ids.new("wle")),
                business_id=business_id,
                provider_id=new.provider_id,
                service_id=new.service_id,
                customer_id=customer_id,
                wish=wish,
                created_at=now,
                over_at=over,
                time_zone=calendars[0].terms.time_zone,
            )
            customer = next((row for row in attachments if isinstance(row, Customer)), None)
            row = self._remember(caller, _JOIN, mark, "")
            try:
                joined = await self._waitlist.join(entry, customer=customer, request=row)
            except AlreadyAnswered:
                first = await self._answered(caller, _JOIN, mark)
                assert first is not None, "the key is there, or it would not have been refused"
                return _joined_before(first)
        self._keeper.joined(joined)
        return joined

    async def _wished(self, actor: Actor, new: NewEntry) -> list[Calendar]:
        """Return the calendars that could serve a new entry, at least one.

        Raises:
            NotFound: there is no such provider, business or service.
            Forbidden: none of them is within the actor's reach.
            Invalid: the service is one for groups.
        """
        if new.provider_id is not None:
            calendars = [await self._runtime.read(new.provider_id)]
        else:
            assert new.business_id is not None
            calendars = list(await self._offering(new.business_id, new.service_id))
        reach = (authority.belongs(actor, business_id=c.business_id, provider_id=c.provider_id) for c in calendars)
        if not any(reach):
            raise Forbidden("This business is not yours.")
        for calendar in calendars:
            service = calendar.terms.service(new.service_id)
            if service is None:
                raise NotFound("service with this provider")
            if service.capacity > 1:
                # A place in a group cannot be held for anybody, and so not offered.
                raise Invalid("there is no waitlist for groups", path="$.serviceId")
        return calendars

    # --- Leaving, taking, refusing --------------------------------------------------------------------------------

    async def leave_waitlist(self, caller: Caller, entry_id: EntryId) -> None:
        """Take an entry out of the line, and give back what it was offered. Leaving twice is no error."""
        await self._own_entry(caller.actor, entry_id)
        left = await self._waitlist.leave(entry_id)
        if left is not None and left.offer is not None:
            release = cmd.Request(command=cmd.ReleaseHold(hold_id=left.offer.hold_id), actor=SYSTEM)
            await self._runtime.ask(left.offer.provider_id, release)
            await self._keeper.looked_at(left.business_id)

    async def accept_offer(self, caller: Caller, entry_id: EntryId) -> BookingRecord:
        """Turn what an entry is offered into a booking.

        Raises:
            Conflict(`no_offer`): nothing is offered to it.
            Conflict(`hold_expired`): the offer has run out this moment.
        """
        entry = await self._own_entry(caller.actor, entry_id)
        # One that is booked already may be a repeat, which the calendar recognises by its key.
        repeatable = entry.status is EntryStatus.BOOKED and caller.key is not None
        if entry.offer is None or not (entry.status is EntryStatus.OFFERED or repeatable):
            raise Conflict("no_offer", {"status": entry.status})
        command = cmd.BookAppointment(
            booking_id=BookingId(self._ids.new("bkg")),
            session_id=self._fresh_session(),
            service_id=entry.service_id,
            customer_id=entry.customer_id,
            start=entry.offer.start,
            hold_id=entry.offer.hold_id,
        )
        mark = fingerprint("accept_offer", entry_id)
        answer = await self._runtime.ask(entry.offer.provider_id, request(caller, command, mark))
        return await self._record(answer)

    async def decline_offer(self, caller: Caller, entry_id: EntryId) -> Entry:
        """Refuse what an entry is offered; it keeps its place, and is never offered that slot again.

        Refusing when nothing is offered is no error.
        """
        entry = await self._own_entry(caller.actor, entry_id)
        mark = fingerprint("decline_offer", entry_id)
        # A repeat must not refuse what was offered since.
        repeated = await self._answered(caller, _DECLINE, mark) is not None
        if entry.status is not EntryStatus.OFFERED or entry.offer is None or repeated:
            return entry
        row = self._remember(caller, _DECLINE, mark, "")
        release = cmd.Request(command=cmd.ReleaseHold(hold_id=entry.offer.hold_id), actor=caller.actor)
        await self._runtime.ask(entry.offer.provider_id, release, attachments=() if row is None else (row,))
        return await self._entry(entry_id)

    # --- Reading --------------------------------------------------------------------------------------------------

    async def waitlist_entry(self, caller: Caller, entry_id: EntryId) -> Entry:
        """Return an entry to its customer and to those of the business."""
        entry = await self._entry(entry_id)
        if not await self._may_see(caller.actor, entry):
            raise Forbidden("This entry is not yours.")
        return entry

    async def offer_messages(self, caller: Caller, entry_id: EntryId) -> Sequence[MessageRecord]:
        """Return what was, or will be, sent about an entry's offers."""
        await self.waitlist_entry(caller, entry_id)
        return await self._waitlist.messages(entry_id)

    async def waitlist(self, caller: Caller, where: EntryFilter, *, limit: int, cursor: str | None) -> EntryPage:
        """Return a page of the entries that the caller may see, in line."""
        actor = caller.actor
        bound: dict[str, str | None] = {}
        match actor.role:
            case Role.CUSTOMER:
                bound["customer_id"] = actor.subject
            case Role.PROVIDER:
                bound["provider_id"] = actor.subject
            case Role.OWNER | Role.INTEGRATOR:
                bound["business_id"] = actor.business_id or ""
            case Role.ADMIN | Role.SYSTEM:
                pass
        provider_id = where.provider_id or bound.get("provider_id")
        if provider_id is not None:
            # Who waits for anybody waits for this provider, too; but only in their business.
            business_id = await self._business_of(ProviderId(provider_id))
            if bound.setdefault("business_id", business_id) != business_id:
                raise Forbidden("Only your own waitlist can be listed.")
        for field, value in bound.items():
            asked = getattr(where, field)
            if asked is not None and asked != value:
                raise Forbidden("Only your own waitlist can be listed.")
        return await self._waitlist.entries(replace(where, **bound), limit=limit, cursor=cursor)

    async def _entry(self, entry_id: EntryId) -> Entry:
        entry = await self._waitlist.entry(entry_id)
        if entry is None:
            raise NotFound("entry of the waitlist")
        return entry

    async def _own_entry(self, actor: Actor, entry_id: EntryId) -> Entry:
        entry = await self._entry(entry_id)
        if actor.role not in STAFF | {Role.CUSTOMER} or not await self._may_see(actor, entry):
            raise Forbidden("This entry is not yours.")
        return entry

    async def _may_see(self, actor: Actor, entry: Entry) -> bool:
        match actor.role:
            case Role.CUSTOMER:
                return actor.subject == entry.customer_id and actor.business_id in {None, entry.business_id}
            case Role.PROVIDER if entry.provider_id is None:
                card = await self._catalogue.provider(ProviderId(actor.subject))
                return card is not None and card.business_id == entry.business_id
            case _:
                provider_id = entry.provider_id or ProviderId("")
                return authority.belongs(actor, business_id=entry.business_id, provider_id=provider_id)

    async def _business_of(self, provider_id: ProviderId) -> BusinessId:
        card = await self._catalogue.provider(provider_id)
        if card is None:
            raise NotFound("provider", "provider_not_found")
        return card.business_id


_JOIN = "join_waitlist"
_DECLINE = "decline_offer"


def _joined_before(first: RequestKey) -> Entry:
    return msgspec.json.decode(first.answer, type=Entry)
