"""Does what a conversation wants done, through `BookingService`, and tells what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, TypeVar

from turnero.bots.conversation import effects as fx
from turnero.bots.conversation.shop import Shop
from turnero.bots.driver.identity import Speaker, on_behalf_of
from turnero.bots.driver.seen import appointment, free, waiting
from turnero.engine.domain.booking import LIVE, Actor, Role, Status
from turnero.engine.domain.errors import Forbidden, Invalid, NotFound, TurneroError, Unavailable
from turnero.engine.domain.hours import wall_instant
from turnero.engine.domain.value import BookingId, CustomerId, ProviderId, instant
from turnero.engine.ports import (
    BookingFilter,
    BookingRecord,
    Clock,
    Customer,
    Entry,
    EntryFilter,
    EntryStatus,
)
from turnero.engine.runtime.requests import Caller, CustomerRef, NewBooking, NewEntry, NewHold, NewTimeOff, SlotQuery
from turnero.engine.runtime.service import BookingService

T = TypeVar("T")

# What somebody has ahead fits on a screen; of what they had, a conversation asks about the last visit or two.
AHEAD_MAX = 50
PAST_WITHIN = timedelta(days=90)
PAST_MAX = 5
# The longest list that the service answers at once. Who waits in more lines than that, or has a longer day, sees these.
PAGE = 200

# What changes something, and so carries a key: asked again, it gets the first answer.
COMMANDS = (
    fx.Hold,
    fx.Release,
    fx.Book,
    fx.Cancel,
    fx.Move,
    fx.Acknowledge,
    fx.Join,
    fx.Leave,
    fx.Accept,
    fx.Pass,
    fx.Rate,
    fx.Block,
    fx.Complete,
    fx.MarkNoShow,
)


class Performer:
    """Does the errands of one message: for whom, and with which business.

    `language` is what the conversation is held in: messages of our own accord are to be written in it, too.
    """

    def __init__(
        self, service: BookingService, clock: Clock, *, speaker: Speaker, shop: Shop, language: str | None
    ) -> None:
        self._service = service
        self._clock = clock
        self._speaker = speaker
        self._shop = shop
        self._language = language

    async def perform(self, effect: fx.Effect, *, key: str | None) -> fx.Outcome:
        """Do it, and return what came of it. `key` is the idempotency key of a command.

        Raises:
            Unavailable: try again later, with the same key.
        """
        try:
            return await self._HOW[type(effect)](self, effect, key)
        except Unavailable:
            raise
        except TurneroError as refusal:
            return await self._refused(refusal)

    # --- Looking ------------------------------------------------------------------------------------------------------

    async def _find_slots(self, effect: fx.FindSlots, _: str | None) -> fx.Outcome:
        if effect.provider_id is not None:
            found = await self._free_with(effect, effect.provider_id)
        else:
            # Each start is there once for everybody who is free then, first whoever has the least to do that day.
            fairest = {slot.start: slot.provider_id for slot in await self._free_with(effect, None)}
            everybody = [one.id for one in self._shop.staff if effect.service_id in one.service_ids]
            found = [slot for provider_id in everybody for slot in await self._free_with(effect, provider_id)]
            found.sort(key=lambda slot: (slot.start, slot.provider_id != fairest.get(slot.start)))
        return fx.SlotsFound(first=effect.first, last=effect.last, slots=tuple(found))

    async def _free_with(self, effect: fx.FindSlots, provider_id: ProviderId | None) -> list[fx.FreeSlot]:
        query = SlotQuery(
            service_id=effect.service_id,
            provider_id=provider_id,
            business_id=self._shop.business_id if provider_id is None else None,
            first=effect.first,
            last=effect.last,
            booking_id=effect.booking_id,
        )
        try:
            answer = await self._service.slots(query)
        except (NotFound, Invalid):
            # Nobody does that, or not in this century: nothing of it is free.
            return []
        return [free(slot) for day in answer.days for slot in day.slots]

    async def _find_mine(self, _: fx.FindMine, __: str | None) -> fx.Outcome:
        now = self._clock.now()
        records: list[BookingRecord] = []
        entries: list[Entry] = []
        for actor in self._speaker.customers():
            caller = Caller(actor=actor)
            mine = BookingFilter(business_id=self._shop.business_id, start_from=now - PAST_WITHIN)
            records += (await self._service.bookings(caller, mine, limit=PAGE, cursor=None)).items
            lines = EntryFilter(business_id=self._shop.business_id)
            entries += (await self._service.waitlist(caller, lines, limit=PAGE, cursor=None)).items
        records.sort(key=lambda one: one.start)
        ahead = [one for one in records if one.start > now and one.status in LIVE]
        past = [one for one in reversed(records) if one.start <= now and one.status is not Status.CANCELLED]
        in_line = [one for one in entries if one.status in {EntryStatus.WAITING, EntryStatus.OFFERED}]
        return fx.MineFound(
            ahead=tuple(map(appointment, ahead[:AHEAD_MAX])),
            past=tuple(map(appointment, past[:PAST_MAX])),
            waiting=tuple(map(waiting, in_line)),
        )

    async def _find_agenda(self, effect: fx.FindAgenda, _: str | None) -> fx.Outcome:
        where = BookingFilter(
            provider_id=self._speaker.provider_id,
            start_from=self._midnight(effect.first),
            start_until=self._midnight(effect.last + timedelta(days=1)),
        )
        page = await self._service.bookings(Caller(actor=self._staff()), where, limit=PAGE, cursor=None)
        kept = [one for one in page.items if one.status is not Status.CANCELLED]
        return fx.AgendaFound(first=effect.first, last=effect.last, appointments=await self._with_names(kept))

    # --- Booking ------------------------------------------------------------------------------------------------------

    async def _hold(self, effect: fx.Hold, key: str | None) -> fx.Outcome:
        slot = effect.slot
        new = NewHold(provider_id=slot.provider_id, service_id=effect.service_id, start=slot.start)
        held = (await self._service.hold(self._caller(key), new)).hold
        return fx.Held(hold_id=held.id, slot=slot, until=held.expires_at)

    async def _release(self, effect: fx.Release, key: str | None) -> fx.Outcome:
        # If it is not held any more, that is what was wanted.
        with suppress(NotFound, Forbidden):
            await self._as_customer(key, lambda caller: self._service.release_hold(caller, effect.hold_id))
        return fx.Done()

    async def _book(self, effect: fx.Book, key: str | None) -> fx.Outcome:
        new = NewBooking(
            service_id=effect.service_id,
            start=effect.slot.start,
            provider_id=effect.slot.provider_id,
            customer=self._described(effect.name, effect.phone),
            note=effect.note,
            hold_id=effect.hold_id,
        )
        return fx.Booked(appointment=appointment(await self._service.book(self._caller(key), new)))

    async def _cancel(self, effect: fx.Cancel, key: str | None) -> fx.Outcome:
        record = await self._as_party(
            key,
            lambda caller: self._service.change_status(
                caller, effect.booking_id, Status.CANCELLED, reason=effect.reason
            ),
        )
        return fx.Cancelled(appointment=await self._shown(record))

    async def _move(self, effect: fx.Move, key: str | None) -> fx.Outcome:
        slot = effect.slot
        record = await self._as_party(
            key,
            lambda caller: self._service.reschedule(
                caller, effect.booking_id, start=slot.start, provider_id=slot.provider_id
            ),
        )
        return fx.Moved(appointment=await self._shown(record))

    async def _acknowledge(self, effect: fx.Acknowledge, key: str | None) -> fx.Outcome:
        record = await self._as_customer(key, lambda caller: self._service.acknowledge(caller, effect.booking_id))
        return fx.Acknowledged(appointment=appointment(record))

    async def _rate(self, effect: fx.Rate, key: str | None) -> fx.Outcome:
        await self._as_customer(
            key,
            lambda caller: self._service.rate(caller, effect.booking_id, stars=effect.stars, comment=effect.comment),
        )
        return fx.Done()

    # --- Waiting ------------------------------------------------------------------------------------------------------

    async def _join(self, effect: fx.Join, key: str | None) -> fx.Outcome:
        new = NewEntry(
            service_id=effect.service_id,
            first=effect.first,
            last=effect.last,
            provider_id=effect.provider_id,
            business_id=self._shop.business_id if effect.provider_id is None else None,
            customer=self._described(effect.name, effect.phone),
            part_of_day=effect.part_of_day,
        )
        return fx.Joined(waiting=waiting(await self._service.join_waitlist(self._caller(key), new)))

    async def _leave(self, effect: fx.Leave, key: str | None) -> fx.Outcome:
        await self._as_customer(key, lambda caller: self._service.leave_waitlist(caller, effect.entry_id))
        return fx.Done()

    async def _accept(self, effect: fx.Accept, key: str | None) -> fx.Outcome:
        record = await self._as_customer(key, lambda caller: self._service.accept_offer(caller, effect.entry_id))
        return fx.Booked(appointment=appointment(record))

    async def _pass(self, effect: fx.Pass, key: str | None) -> fx.Outcome:
        await self._as_customer(key, lambda caller: self._service.decline_offer(caller, effect.entry_id))
        return fx.Done()

    # --- What a provider does -----------------------------------------------------------------------------------------

    async def _block(self, effect: fx.Block, key: str | None) -> fx.Outcome:
        staff = self._staff()
        new = NewTimeOff(start=effect.start, end=effect.end, reason=effect.reason or None)
        assert self._speaker.provider_id is not None
        caller = Caller(actor=staff, key=key, told_in_reply=True)
        await self._service.add_time_off(caller, self._speaker.provider_id, new)
        return fx.Done()

    async def _complete(self, effect: fx.Complete, key: str | None) -> fx.Outcome:
        return await self._attended(effect.booking_id, Status.COMPLETED, key)

    async def _no_show(self, effect: fx.MarkNoShow, key: str | None) -> fx.Outcome:
        return await self._attended(effect.booking_id, Status.NO_SHOW, key)

    async def _attended(self, booking_id: BookingId, status: Status, key: str | None) -> fx.Outcome:
        caller = Caller(actor=self._staff(), key=key, told_in_reply=True)
        await self._service.change_status(caller, booking_id, status)
        return fx.Done()

    # --- As whom ------------------------------------------------------------------------------------------------------

    def _caller(self, key: str | None, actor: Actor | None = None) -> Caller:
        return Caller(
            actor=actor or self._speaker.customers()[0],
            key=key,
            told_in_reply=True,
            vouched=self._speaker.phone is not None,
        )

    def _staff(self) -> Actor:
        """Return the speaker as the provider that they are. Raises: Forbidden: they are none."""
        if self._speaker.provider_id is None:
            raise Forbidden("Only those who work here may do this.")
        return Actor(role=Role.PROVIDER, subject=self._speaker.provider_id, business_id=self._shop.business_id)

    async def _as_customer(self, key: str | None, ask: Callable[[Caller], Awaitable[T]]) -> T:
        """Ask as whichever customer of theirs may."""
        *others, last = self._speaker.customers()
        for actor in others:
            try:
                return await ask(self._caller(key, actor))
            except Forbidden:
                continue
        return await ask(self._caller(key, last))

    async def _as_party(self, key: str | None, ask: Callable[[Caller], Awaitable[T]]) -> T:
        """Ask as the provider that they are, else as the customer."""
        if self._speaker.provider_id is None:
            return await self._as_customer(key, ask)
        return await ask(self._caller(key, self._staff()))

    def _described(self, name: str | None, phone: str | None) -> CustomerRef:
        return CustomerRef(
            id=self._speaker.customer_id,
            name=name or None,
            phone=self._speaker.phone or phone or None,
            locale=self._language,
        )

    # --- As it is shown -----------------------------------------------------------------------------------------------

    def _midnight(self, day: date) -> datetime:
        return instant(wall_instant(self._shop.zone, day, 0))

    async def _shown(self, record: BookingRecord) -> fx.Appointment:
        """Return a booking, with its customer's name for whoever works there."""
        if self._speaker.provider_id is None:
            return appointment(record)
        return (await self._with_names([record]))[0]

    async def _with_names(self, records: Sequence[BookingRecord]) -> tuple[fx.Appointment, ...]:
        ids = list({one.customer_id for one in records})
        business_id = self._shop.business_id
        found = await self._service.customers(on_behalf_of(business_id), business_id, ids) if ids else ()
        people: Mapping[CustomerId, Customer] = {one.id: one for one in found}
        return tuple(appointment(one, people.get(one.customer_id)) for one in records)

    async def _refused(self, refusal: TurneroError) -> fx.Refused:
        data = refusal.data
        in_the_way: tuple[fx.Appointment, ...] = ()
        if self._speaker.provider_id is not None and data.get("bookings"):
            caller = Caller(actor=self._staff())
            found = [await self._service.booking(caller, BookingId(one["id"])) for one in data["bookings"]]
            in_the_way = await self._with_names(found)
        return fx.Refused(
            code=_code(refusal),
            suggested=tuple(free(slot) for slot in data.get("suggestedSlots", ())),
            deadline=data.get("deadline"),
            in_the_way=in_the_way,
        )

    _HOW: ClassVar[Mapping[type[fx.Effect], Callable[[Performer, Any, str | None], Awaitable[fx.Outcome]]]] = {
        fx.FindSlots: _find_slots,
        fx.FindMine: _find_mine,
        fx.Hold: _hold,
        fx.Release: _release,
        fx.Book: _book,
        fx.Cancel: _cancel,
        fx.Move: _move,
        fx.Acknowledge: _acknowledge,
        fx.Join: _join,
        fx.Leave: _leave,
        fx.Accept: _accept,
        fx.Pass: _pass,
        fx.Rate: _rate,
        fx.FindAgenda: _find_agenda,
        fx.Block: _block,
        fx.Complete: _complete,
        fx.MarkNoShow: _no_show,
    }


def _code(refusal: TurneroError) -> str:
    match refusal:
        case NotFound():
            return "not_found"
        case Forbidden():
            return "forbidden"
        case Invalid():
            return "invalid"
        case _:
            return refusal.code
