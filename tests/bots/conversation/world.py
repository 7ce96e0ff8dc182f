"""A barbershop in memory: it answers what conversations want from plain lists, so that a dialogue is a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from msgspec.structs import replace

from turnero.bots.conversation import Conversation, encode, new_conversation, restore, step
from turnero.bots.conversation import effects as fx
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.conversation.reply import Choice, Reply
from turnero.bots.conversation.shop import Shop, ShopService, Staff
from turnero.demo import shop as demo
from turnero.engine.domain.booking import LIVE, Money, Status, Terms
from turnero.engine.domain.hours import is_holiday
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.schedule import WEEKDAYS, wall_minutes
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, EntryId, HoldId, ProviderId, ServiceId

SERVICE_IDS = tuple(ServiceId(f"svc{number}") for number in range(len(demo.SERVICES)))
CORTE, BARBA, CORTE_Y_BARBA, INFANTIL, AFEITADO, COLOR = SERVICE_IDS
MARTIN, LUCIA, DIEGO = (ProviderId(name) for name in ("martin", "lucia", "diego"))
JUAN = CustomerId("juan")

SHOP = Shop(
    business_id=BusinessId("biz"),
    name="Barbería El Turno",
    slug="el-turno",
    vertical="barber",
    locale="es-AR",
    time_zone="America/Argentina/Buenos_Aires",
    address="Av. Corrientes 3247, Balvanera, Buenos Aires",
    phone="+54 11 4555-0147",
    policy=Policy(),
    services=tuple(
        ShopService(
            id=service_id,
            name=row.name,
            duration_minutes=row.minutes,
            price=Money(amount=row.price_pesos * 100, currency="ARS"),
        )
        for service_id, row in zip(SERVICE_IDS, demo.SERVICES, strict=True)
    ),
    staff=tuple(
        Staff(
            id=provider_id,
            name=row.name,
            service_ids=tuple(SERVICE_IDS[number] for number in row.services),
            schedule=row.schedule(),
        )
        for provider_id, row in zip((MARTIN, LUCIA, DIEGO), demo.BARBERS, strict=True)
    ),
    holidays="AR",
)

# More effects of one message than this, and the conversation is going in circles.
EFFECTS_MAX = 12


def at(text: str, shop: Shop = SHOP) -> datetime:
    """Return the instant of "2026-05-07 10:00" on the shop's wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=shop.zone).astimezone(UTC)


@dataclass
class World:
    """One person's chat with a shop, and the shop."""

    now: datetime = field(default_factory=lambda: at("2026-05-06 11:00"))
    shop: Shop = SHOP
    met: fx.Met = field(default_factory=lambda: fx.Met(customer_id=JUAN))
    state: Conversation = field(init=False)
    bookings: dict[BookingId, fx.Appointment] = field(default_factory=dict)
    mine: set[BookingId] = field(default_factory=set)
    holds: dict[HoldId, fx.Held] = field(default_factory=dict)
    line: dict[EntryId, fx.Waiting] = field(default_factory=dict)
    blocked: list[tuple[datetime, datetime]] = field(default_factory=list)
    stars: dict[BookingId, int] = field(default_factory=dict)
    acknowledged: list[BookingId] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)
    somebody_there: bool = True
    muted: bool = False
    seen: list[fx.Effect] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.state = new_conversation(self.shop, now=self.now)
        self._step(self.met)

    # --- Playing ------------------------------------------------------------------------------------------------------

    def says(self, *texts: str) -> str:
        """Write some messages, and return all that the last of them is answered, with its choices in brackets."""
        for text in texts:
            self.hears(Said(text=text))
        return self.heard

    def presses(self, title: str) -> str:
        """Press the newest choice whose title begins so."""
        choice = self.choice(title)
        return self.hears(Pressed(token=choice.token, title=choice.title))

    def taps(self, token: str) -> str:
        """Press a choice by its token."""
        return self.hears(Pressed(token=token))

    def sends(self, kind: Attachment) -> str:
        return self.hears(Attached(kind=kind))

    def shares(self, phone: str, name: str = "") -> str:
        return self.hears(SharedContact(phone=phone, name=name))

    def starts(self) -> str:
        return self.hears(Started())

    def hears(self, inbound: Inbound) -> str:
        """Take something in as the driver does: effects are carried out in order until there are none."""
        self.replies_from = len(self.replies)
        waiting = list(self._step(inbound))
        done = 0
        while waiting:
            effect = waiting.pop(0)
            done += 1
            assert done <= EFFECTS_MAX, self.seen[-EFFECTS_MAX:]
            self.seen.append(effect)
            waiting.extend(self._step(self.outcome(effect)))
        assert not self.state.awaiting
        assert not self.state.leads
        return self.heard

    def passes(self, **length: float) -> None:
        """Let time pass."""
        self.now += timedelta(**length)

    def choice(self, title: str) -> Choice:
        shown = [choice for reply in self.replies for choice in reply.choices if choice.title.startswith(title)]
        assert shown, f"no choice {title!r} in:\n{self.heard}"
        return shown[-1]

    @property
    def last(self) -> list[Reply]:
        return self.replies[self.replies_from :]

    @property
    def heard(self) -> str:
        """All that the last message was answered."""
        return "\n".join(
            "\n".join((reply.text, *(f"[{choice.title}]" for choice in reply.choices))) for reply in self.last
        )

    @property
    def titles(self) -> list[str]:
        """The choices below the last reply."""
        return [choice.title for choice in self.replies[-1].choices]

    def _step(self, inbound: Inbound | fx.Outcome) -> tuple[fx.Effect, ...]:
        stepped = step(self.state, inbound, shop=self.shop, now=self.now)
        self.state = restore(encode(stepped.state), self.shop, now=self.now)
        assert self.state == stepped.state
        self.replies.extend(stepped.replies)
        return stepped.effects

    replies_from: int = 0

    # --- Furnishing ---------------------------------------------------------------------------------------------------

    def booked(
        self,
        start: str,
        provider_id: ProviderId = MARTIN,
        service_id: ServiceId = CORTE,
        *,
        mine: bool = False,
        name: str = "Ana Pérez",
        status: Status = Status.CONFIRMED,
    ) -> fx.Appointment:
        """Have somebody booked."""
        begins = at(start, self.shop)
        ends = begins + timedelta(minutes=self._minutes(service_id))
        slot = fx.FreeSlot(start=begins, end=ends, provider_id=provider_id)
        it = replace(self._appointment(service_id, slot), customer_name=name, status=status)
        self.bookings[it.id] = it
        if mine:
            self.mine.add(it.id)
        return it

    def full(self, day: str, provider_id: ProviderId = MARTIN) -> None:
        """Have everything that is free on a day booked by others."""
        on = date.fromisoformat(day)
        for slot in self.free(CORTE, provider_id, on, on):
            if self._is_free(slot):
                self.booked(f"{slot.start.astimezone(self.shop.zone):%Y-%m-%d %H:%M}", slot.provider_id)

    def waits(self, day: str, *, offer: str | None = None) -> fx.Waiting:
        """Have them wait for a day, and maybe be offered a time of it."""
        on = date.fromisoformat(day)
        entry = fx.Waiting(
            id=EntryId(f"wle{next(self.numbers)}"), service_id=CORTE, provider_id=MARTIN, first=on, last=on, position=1
        )
        if offer is not None:
            start = at(offer)
            slot = fx.FreeSlot(start=start, end=start + timedelta(minutes=30), provider_id=MARTIN)
            entry = replace(entry, offer=slot, offer_until=self.now + timedelta(minutes=10))
        self.line[entry.id] = entry
        return entry

    @property
    def live(self) -> list[fx.Appointment]:
        """Their bookings ahead, by start."""
        own = (self.bookings[booking_id] for booking_id in self.mine)
        return sorted((it for it in own if it.status in LIVE), key=lambda it: it.start)

    @property
    def times(self) -> list[str]:
        """When and with whom they are booked."""
        zone = self.shop.zone
        return [f"{it.start.astimezone(zone):%Y-%m-%d %H:%M} {it.provider_id} {it.service_id}" for it in self.live]

    # --- What is free -------------------------------------------------------------------------------------------------

    def free(
        self,
        service_id: ServiceId,
        provider_id: ProviderId | None,
        first: date,
        last: date,
        ignoring: BookingId | None = None,
    ) -> list[fx.FreeSlot]:
        found = []
        length = timedelta(minutes=self._minutes(service_id))
        for member in self.shop.staff:
            if provider_id not in {None, member.id} or service_id not in member.service_ids:
                continue
            for offset in range((last - first).days + 1):
                for start in self._starts(member, first + timedelta(days=offset), length):
                    slot = fx.FreeSlot(start=start, end=start + length, provider_id=member.id)
                    if self._is_free(slot, ignoring):
                        found.append(slot)
        return sorted(found, key=lambda slot: slot.start)

    def _starts(self, member: Staff, day: date, length: timedelta) -> Iterator[datetime]:
        midnight = datetime(day.year, day.month, day.day, tzinfo=self.shop.zone)
        weekday = WEEKDAYS[day.weekday()]
        policy = self.shop.policy
        if is_holiday(Terms(time_zone="UTC", holidays=self.shop.holidays, policy=policy, services=()), day):
            return
        breaks = [row for row in member.schedule.breaks if row.day is weekday]
        for row in member.schedule.weekly:
            if row.day is not weekday:
                continue
            for minutes in range(wall_minutes(row.opens), wall_minutes(row.closes), policy.slot_step_minutes):
                ends = minutes + int(length.total_seconds()) // 60
                start = (midnight + timedelta(minutes=minutes)).astimezone(UTC)
                rests = any(wall_minutes(b.opens) < ends and minutes < wall_minutes(b.closes) for b in breaks)
                bookable = self.now + policy.min_notice <= start <= self.now + policy.max_advance
                if ends <= wall_minutes(row.closes) and bookable and not rests:
                    yield start

    def _is_free(self, slot: fx.FreeSlot, ignoring: BookingId | None = None) -> bool:
        booked = [it for it in self.bookings.values() if it.status in LIVE and it.id != ignoring]
        busy = [fx.FreeSlot(start=it.start, end=it.end, provider_id=it.provider_id) for it in booked]
        held = [hold.slot for hold in self.holds.values() if hold.until > self.now]
        return not any(
            one.provider_id == slot.provider_id and one.start < slot.end and slot.start < one.end
            for one in (*busy, *held)
        )

    def _refusal(self, code: str, service_id: ServiceId, slot: fx.FreeSlot) -> fx.Refused:
        day = slot.start.astimezone(self.shop.zone).date()
        free = self.free(service_id, slot.provider_id, day, day + timedelta(days=3))
        nearest = sorted(free, key=lambda one: abs(one.start - slot.start))[:3]
        return fx.Refused(code=code, suggested=tuple(nearest))

    def _minutes(self, service_id: ServiceId) -> int:
        service = self.shop.service(service_id)
        assert service is not None, service_id
        return service.duration_minutes

    def _appointment(self, service_id: ServiceId, slot: fx.FreeSlot) -> fx.Appointment:
        service = self.shop.service(service_id)
        assert service is not None, service_id
        policy = self.shop.policy
        return fx.Appointment(
            id=BookingId(f"bkg{next(self.numbers)}"),
            service_id=service_id,
            provider_id=slot.provider_id,
            start=slot.start,
            end=slot.end,
            status=Status.CONFIRMED if policy.auto_confirm else Status.PENDING,
            price=service.price,
            late_after=slot.start - policy.cancellation_notice,
        )

    # --- Carrying out -------------------------------------------------------------------------------------------------

    def outcome(self, effect: fx.Effect) -> fx.Outcome:
        return _OUTCOMES[type(effect)](self, effect)

    def find_slots(self, it: fx.FindSlots) -> fx.Outcome:
        assert it.first <= it.last <= it.first + timedelta(days=30), it
        slots = self.free(it.service_id, it.provider_id, it.first, it.last, it.booking_id)
        return fx.SlotsFound(first=it.first, last=it.last, slots=tuple(slots))

    def find_mine(self, it: fx.FindMine) -> fx.Outcome:
        del it
        past = [self.bookings[one] for one in self.mine if self.bookings[one].status is Status.COMPLETED]
        newest = sorted(past, key=lambda one: one.start, reverse=True)
        ahead = [one for one in self.live if one.start > self.now]
        return fx.MineFound(ahead=tuple(ahead), past=tuple(newest), waiting=tuple(self.line.values()))

    def hold(self, it: fx.Hold) -> fx.Outcome:
        if not self._is_free(it.slot) or it.slot.start < self.now:
            return self._refusal("slot_taken", it.service_id, it.slot)
        hold_id = HoldId(f"hld{next(self.numbers)}")
        until = self.now + timedelta(minutes=self.shop.policy.hold_minutes)
        self.holds[hold_id] = fx.Held(hold_id=hold_id, slot=it.slot, until=until)
        return self.holds[hold_id]

    def release(self, it: fx.Release) -> fx.Outcome:
        self.holds.pop(it.hold_id, None)
        return fx.Done()

    def book(self, it: fx.Book) -> fx.Outcome:
        if it.hold_id is not None:
            held = self.holds.pop(it.hold_id, None)
            if held is None or held.until <= self.now:
                return self._refusal("hold_expired", it.service_id, it.slot)
        if not self._is_free(it.slot):
            return self._refusal("slot_taken", it.service_id, it.slot)
        made = replace(self._appointment(it.service_id, it.slot), customer_name=it.name or self.met.name)
        self.bookings[made.id] = made
        self.mine.add(made.id)
        return fx.Booked(appointment=made)

    def cancel(self, it: fx.Cancel) -> fx.Outcome:
        found = self.bookings.get(it.booking_id)
        if found is None or (self.met.provider_id is None and it.booking_id not in self.mine):
            return fx.Refused(code="not_found")
        if self.met.provider_id is None and found.status is Status.CONFIRMED and self.now > found.late_after:
            return fx.Refused(code="cancellation_notice_passed", deadline=found.late_after)
        return fx.Cancelled(appointment=self._becomes(it.booking_id, Status.CANCELLED))

    def move(self, it: fx.Move) -> fx.Outcome:
        found = self.bookings[it.booking_id]
        if not self._is_free(it.slot, it.booking_id):
            return self._refusal("slot_taken", found.service_id, it.slot)
        late_after = it.slot.start - self.shop.policy.cancellation_notice
        fields = {"start": it.slot.start, "end": it.slot.end, "provider_id": it.slot.provider_id}
        self.bookings[it.booking_id] = replace(found, **fields, late_after=late_after)
        return fx.Moved(appointment=self.bookings[it.booking_id])

    def acknowledge(self, it: fx.Acknowledge) -> fx.Outcome:
        if it.booking_id not in self.mine:
            return fx.Refused(code="not_found")
        self.acknowledged.append(it.booking_id)
        return fx.Acknowledged(appointment=self.bookings[it.booking_id])

    def join(self, it: fx.Join) -> fx.Outcome:
        if any(one.service_id == it.service_id and one.provider_id == it.provider_id for one in self.line.values()):
            return fx.Refused(code="already_waiting")
        entry = fx.Waiting(
            id=EntryId(f"wle{next(self.numbers)}"),
            service_id=it.service_id,
            provider_id=it.provider_id,
            first=it.first,
            last=it.last,
            position=len(self.line) + 1,
        )
        self.line[entry.id] = entry
        return fx.Joined(waiting=entry)

    def leave(self, it: fx.Leave) -> fx.Outcome:
        return fx.Done() if self.line.pop(it.entry_id, None) else fx.Refused(code="not_found")

    def accept(self, it: fx.Accept) -> fx.Outcome:
        entry = self.line.get(it.entry_id)
        if entry is None or entry.offer is None:
            return fx.Refused(code="no_offer")
        del self.line[it.entry_id]
        made = self._appointment(entry.service_id, entry.offer)
        self.bookings[made.id] = made
        self.mine.add(made.id)
        return fx.Booked(appointment=made)

    def pass_on(self, it: fx.Pass) -> fx.Outcome:
        entry = self.line.get(it.entry_id)
        if entry is None:
            return fx.Refused(code="not_found")
        self.line[it.entry_id] = replace(entry, offer=None, offer_until=None)
        return fx.Done()

    def rate(self, it: fx.Rate) -> fx.Outcome:
        found = self.bookings.get(it.booking_id)
        if found is None or it.booking_id not in self.mine:
            return fx.Refused(code="not_found")
        if found.rated:
            return fx.Refused(code="already_rated")
        self.bookings[it.booking_id] = replace(found, rated=True)
        self.stars[it.booking_id] = it.stars
        return fx.Done()

    def hand_over(self, it: fx.HandOver) -> fx.Outcome:
        self.handed_over.append(it.said)
        return fx.HandedOver(told=self.somebody_there)

    def set_muted(self, it: fx.SetMuted) -> fx.Outcome:
        self.muted = it.muted
        return fx.Done()

    def identify(self, it: fx.Identify) -> fx.Outcome:
        return replace(self.met, phone=it.phone)

    def find_agenda(self, it: fx.FindAgenda) -> fx.Outcome:
        zone = self.shop.zone
        own = (one for one in self.bookings.values() if one.provider_id == self.met.provider_id)
        of_days = [one for one in own if it.first <= one.start.astimezone(zone).date() <= it.last]
        return fx.AgendaFound(
            first=it.first, last=it.last, appointments=tuple(sorted(of_days, key=lambda one: one.start))
        )

    def block(self, it: fx.Block) -> fx.Outcome:
        own = (one for one in self.bookings.values() if one.provider_id == self.met.provider_id and one.status in LIVE)
        in_the_way = tuple(one for one in own if one.start < it.end and it.start < one.end)
        if in_the_way:
            return fx.Refused(code="bookings_in_the_way", in_the_way=in_the_way)
        self.blocked.append((it.start, it.end))
        return fx.Done()

    def complete(self, it: fx.Complete) -> fx.Outcome:
        self._becomes(it.booking_id, Status.COMPLETED)
        return fx.Done()

    def mark_no_show(self, it: fx.MarkNoShow) -> fx.Outcome:
        self._becomes(it.booking_id, Status.NO_SHOW)
        return fx.Done()

    def _becomes(self, booking_id: BookingId, status: Status) -> fx.Appointment:
        self.bookings[booking_id] = replace(self.bookings[booking_id], status=status)
        return self.bookings[booking_id]


def juan(shop: Shop = SHOP, *, usual: tuple[ServiceId, ProviderId] | None = None) -> World:
    """A chat with somebody whom the shop knows by name."""
    return World(shop=shop, met=fx.Met(customer_id=JUAN, name="Juan Pérez", sure_of_name=True, usual=usual))


def martin() -> World:
    """A chat with one of those who work there, of his own telephone."""
    return World(met=fx.Met(customer_id=CustomerId("m"), name="Martín Ferreyra", sure_of_name=True, provider_id=MARTIN))


_OUTCOMES: Mapping[type, Callable[[World, Any], fx.Outcome]] = {
    fx.Identify: World.identify,
    fx.FindSlots: World.find_slots,
    fx.FindMine: World.find_mine,
    fx.Hold: World.hold,
    fx.Release: World.release,
    fx.Book: World.book,
    fx.Cancel: World.cancel,
    fx.Move: World.move,
    fx.Acknowledge: World.acknowledge,
    fx.Join: World.join,
    fx.Leave: World.leave,
    fx.Accept: World.accept,
    fx.Pass: World.pass_on,
    fx.Rate: World.rate,
    fx.HandOver: World.hand_over,
    fx.SetMuted: World.set_muted,
    fx.FindAgenda: World.find_agenda,
    fx.Block: World.block,
    fx.Complete: World.complete,
    fx.MarkNoShow: World.mark_no_show,
}
