"""Schedules, time off, free slots and holds: `BookingService`'s part about when."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from turnero.engine.domain import authority, slots
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import Hold, ServiceTerms, Slot
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.decide import settled
from turnero.engine.domain.errors import Forbidden, Invalid, NotFound
from turnero.engine.domain.hours import is_holiday, openings, wall_instant, zone
from turnero.engine.domain.limits import SLOT_RANGE_DAYS_MAX, TIME_OFF_DAYS_MAX
from turnero.engine.domain.schedule import MINUTES_PER_DAY, Schedule, TimeOff
from turnero.engine.domain.value import HoldId, ProviderId, ServiceId, SessionId, TimeOffId, instant
from turnero.engine.ports import Catalogue, Clock, Ids
from turnero.engine.runtime.answers import (
    AvailabilityAnswer,
    DaySlots,
    EventsAnswer,
    HoldAnswer,
    HoursAnswer,
    Interval,
    OpenDay,
    ScheduleAnswer,
    SlotsAnswer,
    TimeOffAnswer,
)
from turnero.engine.runtime.desk import (
    ALL_STAFF,
    READERS,
    Desk,
    fingerprint,
    request,
    require_dates,
    require_instant,
    require_role,
)
from turnero.engine.runtime.feed import Following, Listener
from turnero.engine.runtime.requests import Caller, NewHold, NewTimeOff, SlotQuery
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.slots_memo import SlotsMemo


class CalendarDesk(Desk):
    """Says when a provider works and what is free, and keeps slots for a while."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, *, clock: Clock, ids: Ids) -> None:
        super().__init__(runtime, catalogue, clock=clock, ids=ids)
        self._memo = SlotsMemo()

    # --- Schedule -------------------------------------------------------------------------------------------------

    async def schedule(self, caller: Caller, provider_id: ProviderId) -> ScheduleAnswer:
        """Return a provider's schedule and time off."""
        calendar = await self._readable(caller, provider_id)
        return _schedule_answer(calendar)

    async def hours(self, caller: Caller, provider_id: ProviderId, *, first: date, last: date) -> HoursAnswer:
        """Return when a provider is open on dates `first` to `last`, inclusive: by schedule and public holidays.

        Time off is not taken out: it is the provider's own, and is shown beside their hours.
        """
        require_dates(first, last, days_max=SLOT_RANGE_DAYS_MAX)
        calendar = await self._readable(caller, provider_id)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return HoursAnswer(
            provider_id=provider_id,
            time_zone=calendar.terms.time_zone,
            days=tuple(_open_day(calendar, day) for day in days),
            sequence=calendar.sequence,
        )

    async def change_schedule(self, caller: Caller, provider_id: ProviderId, schedule: Schedule) -> ScheduleAnswer:
        """Replace a provider's schedule. Bookings made so far stay as they are."""
        require_role(caller.actor, ALL_STAFF)
        mark = fingerprint("change_schedule", provider_id, schedule)
        command = cmd.ChangeSchedule(schedule=schedule)
        answer = await self._runtime.ask(provider_id, request(caller, command, mark))
        return _schedule_answer(answer.after)

    async def add_time_off(self, caller: Caller, provider_id: ProviderId, new: NewTimeOff) -> TimeOffAnswer:
        """Close a stretch of a provider's calendar.

        Raises:
            Conflict(`bookings_in_the_way`): live bookings are in it, and `force` was not given.
        """
        require_role(caller.actor, ALL_STAFF)
        require_instant(new.start, "$.start")
        require_instant(new.end, "$.end")
        if new.start >= new.end:
            raise Invalid("`start` must be before `end`", path="$.end")
        if new.end - new.start > timedelta(days=TIME_OFF_DAYS_MAX):
            raise Invalid(f"may last at most {TIME_OFF_DAYS_MAX} days", path="$.end")
        time_off = TimeOff(
            id=TimeOffId(self._ids.new("off")),
            start=new.start.astimezone(UTC),
            end=new.end.astimezone(UTC),
            reason=new.reason,
        )
        command = cmd.AddTimeOff(time_off=time_off, force=new.force)
        mark = fingerprint("add_time_off", provider_id, new)
        answer = await self._runtime.ask(provider_id, request(caller, command, mark))
        added = answer.decision.outcome
        assert isinstance(added, TimeOff)
        return TimeOffAnswer(
            provider_id=provider_id,
            time_zone=answer.after.terms.time_zone,
            time_off=added,
            sequence=answer.after.sequence,
        )

    async def remove_time_off(self, caller: Caller, provider_id: ProviderId, time_off_id: TimeOffId) -> None:
        """Open a stretch of a provider's calendar again."""
        require_role(caller.actor, ALL_STAFF)
        command = cmd.RemoveTimeOff(time_off_id=time_off_id)
        mark = fingerprint("remove_time_off", provider_id, time_off_id)
        await self._runtime.ask(provider_id, request(caller, command, mark))

    async def events(self, caller: Caller, provider_id: ProviderId, *, after: int, limit: int) -> EventsAnswer:
        """Return at most `limit` of a calendar's events, from the one numbered `after` + 1 on, without gaps."""
        calendar = await self._readable(caller, provider_id)
        events = await self._runtime.journal.read(provider_id, after=after, limit=limit)
        newest = max(calendar.sequence, events[-1].sequence if events else 0)
        return EventsAnswer(
            provider_id=provider_id, time_zone=calendar.terms.time_zone, sequence=newest, events=tuple(events)
        )

    # --- Following: who may is the gateway's to say, for it knows what it shows to whom ----------------------------

    async def calendar(self, provider_id: ProviderId) -> Calendar:
        """Return a calendar as it is now: as committed, without what is past its deadline."""
        return settled(await self._runtime.read(provider_id), now=self._clock.now())

    async def follow(self, provider_id: ProviderId, listener: Listener) -> Following:
        """Call `listener` for every event of a calendar after `Following.sequence`, on the loop, once each, in order.

        Raises:
            NotFound: there is no such provider.
        """
        return await self._runtime.feed.follow(provider_id, listener)

    async def _within_reach(self, caller: Caller, provider_id: ProviderId) -> Calendar:
        """Return a calendar that the caller may have to do with. Raises: Forbidden: they may not."""
        calendar = await self._runtime.read(provider_id)
        if not authority.belongs(caller.actor, business_id=calendar.business_id, provider_id=provider_id):
            raise Forbidden("This calendar is not yours.")
        return calendar

    async def _readable(self, caller: Caller, provider_id: ProviderId) -> Calendar:
        require_role(caller.actor, READERS)
        return await self._within_reach(caller, provider_id)

    # --- Free slots -----------------------------------------------------------------------------------------------

    async def slots(self, query: SlotQuery) -> SlotsAnswer:
        """Return what can be booked. Of a business: each start once, with the provider who would get it."""
        now = self._clock.now()
        if query.provider_id is not None and query.business_id is None:
            return await self._slots_of(query.provider_id, query, now)
        _require_range(query)
        assert query.business_id is not None
        business = await self.business(query.business_id)
        calendars = await self._offering(business.id, query.service_id)
        zone_name = business.time_zone
        best: dict[date, dict[datetime, tuple[int, Slot]]] = {}
        for calendar in calendars:
            zone_name = calendar.terms.time_zone
            for day, found in (await self._free(calendar, query, now)).items():
                minutes = booked_minutes(calendar, day)
                for slot in found:
                    other = best.setdefault(day, {}).get(slot.start)
                    if other is None or (minutes, slot.provider_id) < (other[0], other[1].provider_id):
                        best[day][slot.start] = (minutes, slot)
        free = {day: [slot for _, slot in sorted(found.values(), key=_by_start)] for day, found in best.items()}
        return _slots_answer(zone_name, None, _all_days(query, free), query.limit)

    async def check_availability(
        self, provider_id: ProviderId, service_id: ServiceId, start: datetime
    ) -> AvailabilityAnswer:
        """Return whether a service can start at `start`, as a booking at this moment would be told.

        Raises:
            NotFound: there is no such provider, or the service is not theirs.
        """
        require_instant(start, "$.startTime")
        now, at = self._clock.now(), start.astimezone(UTC)
        calendar = settled(await self._runtime.read(provider_id), now=now)
        service = calendar.terms.service(service_id)
        if service is None:
            raise NotFound("service with this provider")
        code = slots.verdict(calendar, service, at, now=now)
        return AvailabilityAnswer(
            provider_id=provider_id,
            time_zone=calendar.terms.time_zone,
            code=code,
            suggested=() if code is None else slots.suggest(calendar, service, at, now=now),
            sequence=calendar.sequence,
        )

    async def _slots_of(self, provider_id: ProviderId, query: SlotQuery, now: datetime) -> SlotsAnswer:
        # What is remembered was in order when it was asked first; anything else is looked at before the calendar is.
        published = self._runtime.views.fresh(provider_id)
        remembered = self._memo.find(query, published, now=now) if published is not None else None
        if remembered is not None:
            return remembered
        _require_range(query)
        published = await self._runtime.read(provider_id)
        calendar = settled(published, now=now)
        free = await self._free(calendar, query, now)
        answer = _slots_answer(calendar.terms.time_zone, calendar.sequence, free, query.limit)
        if query.booking_id is None:
            first = next((found[0].start for found in free.values() if found), None)
            until = slots.constant_until(calendar, first, query.last, now=now)
            self._memo.keep(query, published, answer, since=now, until=until)
        return answer

    async def _free(self, calendar: Calendar, query: SlotQuery, now: datetime) -> dict[date, list[Slot]]:
        service, ignoring = await self._service_asked(calendar, query)
        moving = None if query.booking_id is None else calendar.bookings.get(query.booking_id)
        if moving is not None:
            calendar = slots.reaching_for(calendar, moving)
        free: dict[date, list[Slot]] = {}
        for day in _dates(query):
            begins = slots.free_starts(calendar, service, day, now=now, ignoring=ignoring)
            free[day] = [slots.slot(calendar, service, begin) for begin in begins]
        # A month of a large shop is many calendars: let others have a turn between two of them.
        await asyncio.sleep(0)
        return free

    async def _service_asked(self, calendar: Calendar, query: SlotQuery) -> tuple[ServiceTerms, frozenset[str]]:
        """Return the service, and what a booking that is to be moved keeps busy itself."""
        service = calendar.terms.service(query.service_id)
        if query.booking_id is not None:
            booking = calendar.bookings.get(query.booking_id)
            if booking is not None:
                return slots.terms_of(calendar, booking), slots.own_refs(calendar, booking)
            if await self._catalogue.provider_of(query.booking_id) is None:
                raise NotFound("booking")
        if service is None:
            raise NotFound("service with this provider")
        return service, frozenset()

    async def _offering(self, business_id: str, service_id: ServiceId) -> Sequence[Calendar]:
        """Return the calendars of a business that offer a service. Raises: NotFound: none does."""
        providers = await self._catalogue.providers((await self.business(business_id)).id)
        now = self._clock.now()
        offering = [card.id for card in providers if service_id in card.service_ids]
        found = [settled(await self._runtime.read(provider_id), now=now) for provider_id in offering]
        if not found:
            raise NotFound("service with any provider of this business")
        return found

    # --- Holds ----------------------------------------------------------------------------------------------------

    async def hold(self, caller: Caller, new: NewHold) -> HoldAnswer:
        """Keep a free slot for the caller, for the policy's `hold_minutes`."""
        require_instant(new.start, "$.start")
        hold_id = HoldId(f"{self._ids.new('hld')}.{new.provider_id}")
        command = cmd.HoldSlot(hold_id=hold_id, service_id=new.service_id, start=new.start.astimezone(UTC))
        mark = fingerprint("hold", new)
        answer = await self._runtime.ask(new.provider_id, request(caller, command, mark))
        held = answer.decision.outcome
        assert isinstance(held, Hold)
        return HoldAnswer(provider_id=new.provider_id, time_zone=answer.after.terms.time_zone, hold=held)

    async def release_hold(self, caller: Caller, hold_id: HoldId) -> None:
        """Give a held slot back. One that is over already is no error."""
        provider_id = provider_in(hold_id, "hold")
        await self._runtime.read(provider_id)
        mark = fingerprint("release_hold", hold_id)
        await self._runtime.ask(provider_id, request(caller, cmd.ReleaseHold(hold_id=hold_id), mark))

    def _fresh_session(self) -> SessionId:
        return SessionId(self._ids.new("ses"))


def provider_in(ref: str, what: str) -> ProviderId:
    """Return whose calendar a hold or series is in: its id says so, which saves a table.

    Raises:
        NotFound: `what` has no such id.
    """
    _, dot, provider_id = ref.partition(".")
    if not dot or not provider_id:
        raise NotFound(what)
    return ProviderId(provider_id)


def booked_minutes(calendar: Calendar, day: date) -> int:
    """Return how much of a local date is taken already, buffers included: what a fair choice goes by."""
    tz = zone(calendar.terms.time_zone)
    first, last = wall_instant(tz, day, 0), wall_instant(tz, day, MINUTES_PER_DAY)
    return sum(min(b.end, last) - max(b.start, first) for b in calendar.occupied(first, last)) // 60


def _schedule_answer(calendar: Calendar) -> ScheduleAnswer:
    return ScheduleAnswer(
        provider_id=calendar.provider_id,
        time_zone=calendar.terms.time_zone,
        schedule=calendar.schedule,
        time_off=calendar.time_off,
        sequence=calendar.sequence,
    )


def _open_day(calendar: Calendar, day: date) -> OpenDay:
    stretches = openings(calendar.terms, calendar.schedule, (), day)
    opened = tuple(Interval(start=instant(start), end=instant(end)) for start, end in stretches)
    return OpenDay(date=day, holiday=is_holiday(calendar.terms, day), open=opened)


def _require_range(query: SlotQuery) -> None:
    if (query.provider_id is None) == (query.business_id is None):
        raise Invalid("give either `providerId` or `businessId`", path="$.providerId")
    require_dates(query.first, query.last, days_max=SLOT_RANGE_DAYS_MAX)


def _dates(query: SlotQuery) -> list[date]:
    return [query.first + timedelta(days=n) for n in range((query.last - query.first).days + 1)]


def _all_days(query: SlotQuery, free: dict[date, list[Slot]]) -> dict[date, list[Slot]]:
    return {day: free.get(day, []) for day in _dates(query)}


def _slots_answer(zone_name: str, sequence: int | None, free: dict[date, list[Slot]], limit: int | None) -> SlotsAnswer:
    left = limit if limit is not None else sum(len(found) for found in free.values())
    days: list[DaySlots] = []
    for day, found in free.items():
        days.append(DaySlots(date=day, slots=tuple(found[:left])))
        left -= min(left, len(found))
    return SlotsAnswer(time_zone=zone_name, sequence=sequence, days=tuple(days))


def _by_start(entry: tuple[int, Slot]) -> datetime:
    return entry[1].start
