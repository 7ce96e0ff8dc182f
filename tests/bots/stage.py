"""Where dialogues are played: the sample barbershop, the real engine, a clock that is moved by hand, and one person.

Whoever talks does so through a `Mouth`: one for each channel. Everybody else, and the clock, act on the engine itself.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from tests.engine.runtime.shop import CountedIds, Engine, running
from tests.engine.runtime.simulation import ManualClock
from turnero.bots.conversation.inbound import Inbound, Said
from turnero.bots.conversation.reply import Choice
from turnero.bots.courier.courier import Courier
from turnero.bots.courier.outlet import Outlet
from turnero.bots.driver.driver import Driver
from turnero.bots.driver.links import Links
from turnero.bots.ports import Receive, ReportBack
from turnero.demo import shop as sample
from turnero.demo.furnish import SampleShop, furnish
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import LIVE, SYSTEM, Status
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.value import CustomerId, ProviderId
from turnero.engine.ports import BookingFilter, BookingRecord, EntryFilter, EntryStatus
from turnero.engine.ports.chats import ChatPerson
from turnero.engine.runtime.requests import CustomerRef, NewBooking, SlotQuery
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.chats import SqlChats
from turnero.persistence.outbox import SqlOutbox
from turnero.persistence.timing import LocalTiming

ZONE = ZoneInfo(sample.BUSINESS.time_zone)
DAWN = datetime(2026, 5, 4, 6, 0, tzinfo=ZONE)  # a Monday, before anything is said
SECRET = "what-signs-the-links-of-these-dialogues"

# The barbershop's own telephone: where calls for a person arrive.
DESK = ChatPerson("desk", "lucia")
# They are told that they are linked, and greeted.
AT_THE_DESK_AT_FIRST = 2

_BOOKS = re.compile(r"(.+?) (no puede reservar|reserva|cancela) (\S+ \S+) con (\S+)")
_FILLS = re.compile(r"se llena (\S+) con (\S+)")
_ATTENDS = re.compile(r"(\S+) atiende (\S+ \S+)")
_LINKED = re.compile(r"este chat es de (\S+)")


class Heard(NamedTuple):
    """One message, as the person sees it."""

    text: str
    choices: tuple[Choice, ...] = ()


class Mouth(Protocol):
    """A person on a channel: says and does things, and sees what is sent to them.

    It outlives the program, whose side of the channel is `opened` each time the program begins.
    """

    @property
    def who(self) -> ChatPerson:
        """The person, as the channel calls them."""
        ...

    def opened(self) -> AbstractAsyncContextManager[Outlet]:
        """Open the program's side of the channel."""
        ...

    def running(self, receive: Receive, report: ReportBack) -> AbstractAsyncContextManager[None]:
        """Let that side hand over what comes in."""
        ...

    async def do(self, inbound: Inbound) -> None:
        """Do it, and return once the program has taken it over."""
        ...

    async def repeat(self) -> None:
        """Deliver what was done last once more, as a channel does that saw no answer."""
        ...

    def seen(self) -> Sequence[Heard]:
        """Return every message so far."""
        ...


class World(NamedTuple):
    """A running program: the engine, and those who talk for it."""

    engine: Engine
    chats: SqlChats
    driver: Driver
    courier: Courier
    links: Links


@asynccontextmanager
async def a_world(url: str, clock: ManualClock, mouths: Sequence[Mouth], *, run: int) -> AsyncIterator[World]:
    """Run the program, with everybody's channel; several at a time on one database are several processes."""
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(running(url, clock, ids=CountedIds(f"r{run}x")))
        chats = SqlChats(engine.database)
        outlets = [await stack.enter_async_context(mouth.opened()) for mouth in mouths]
        courier = Courier(
            SqlOutbox(engine.database),
            LocalTiming(),
            outlets,
            agendas=SqlCatalogue(engine.database),
            marks=chats,
            clock=clock,
            seed=1,
        )
        links = Links(SECRET)
        driver = Driver(engine.service, chats, clock, wake=courier.wake, links=links)
        courier.start()
        stack.push_async_callback(courier.stop)
        await stack.enter_async_context(driver.running())
        for mouth in mouths:
            await stack.enter_async_context(mouth.running(driver.receive, courier.report))
        yield World(engine, chats, driver, courier, links)


class Stage:
    """See the module. Made by `a_stage`."""

    def __init__(self, url: str, mouth: Mouth, desk: Mouth, clock: ManualClock) -> None:
        self.clock = clock
        self.zone = ZONE
        self.world: World
        self.mouth = mouth
        self.desk = desk
        self.shop: SampleShop
        self.heard: list[Heard] = []
        self._url = url
        self._runs = 0
        self._stack = AsyncExitStack()

    async def begin(self) -> None:
        self._runs += 1
        self.world = await self._stack.enter_async_context(
            a_world(self._url, self.clock, [self.mouth, self.desk], run=self._runs)
        )

    async def end(self) -> None:
        await self._stack.aclose()

    # --- The person -----------------------------------------------------------------------------------------------

    async def hear(self, inbound: Inbound) -> None:
        await self.mouth.do(inbound)
        await self.settle()

    def listen(self) -> list[Heard]:
        """Return what was said to the person since the last time."""
        seen = list(self.mouth.seen())
        lately = seen[len(self.heard) :]
        self.heard = seen
        return lately

    async def settle(self) -> None:
        """Return once everything that was said is answered, and everything that was to be sent has arrived."""
        for mouth in (self.mouth, self.desk):
            await self.world.driver.answered(mouth.who)
        await self.world.courier.rest()

    async def set_clock(self, now: datetime) -> None:
        """Move the clock, and let all that falls due by then happen."""
        self.clock.at = now.astimezone(UTC)
        for provider_id in self.shop.provider_ids:
            meet = cmd.Request(command=cmd.MeetDeadlines(), actor=SYSTEM)
            await self.world.engine.runtime.ask(provider_id, meet)
        await self._waitlist_looked_at()
        await self.settle()

    # --- Everybody else -------------------------------------------------------------------------------------------

    async def meanwhile(self, text: str) -> None:
        if text == "se reinicia el programa":
            await self._stack.aclose()
            await self.begin()
        elif text == "el último mensaje llega otra vez":
            await self.mouth.repeat()
        elif (linked := _LINKED.fullmatch(text)) is not None:
            code = self.world.links.code(self._provider(linked[1]), now=self.clock.at)
            await self.mouth.do(Said(text=code))
        elif (books := _BOOKS.fullmatch(text)) is not None:
            await self._other_customer(*books.groups())
        elif (fills := _FILLS.fullmatch(text)) is not None:
            await self._fill(*fills.groups())
        elif (attends := _ATTENDS.fullmatch(text)) is not None:
            await self._attend(*attends.groups())
        else:
            raise ValueError(f"nobody knows how {text!r} happens")
        await self._waitlist_looked_at()
        await self.settle()

    async def _other_customer(self, name: str, does: str, when: str, provider: str) -> None:
        at, provider_id = self._at(when), self._provider(provider)
        service = self.world.engine.service
        match does:
            case "reserva":
                await service.book(self.shop.owner(), self._wish(at, provider_id, self._customer(name)))
            case "no puede reservar":
                try:
                    await service.book(self.shop.owner(), self._wish(at, provider_id, self._customer(name)))
                except TurneroError:
                    return
                raise AssertionError(f"{name} could book {when}")
            case _:
                booking = await self._booking_at(at, provider_id)
                await service.change_status(self.shop.owner(), booking.id, Status.CANCELLED)

    async def _fill(self, day: str, provider: str) -> None:
        provider_id = self._provider(provider)
        date = datetime.fromisoformat(day).date()
        query = SlotQuery(service_id=self.shop.service_ids[0], provider_id=provider_id, first=date, last=date)
        service = self.world.engine.service
        while free := (await service.slots(query)).days[0].slots:
            await service.book(
                self.shop.owner(), self._wish(free[0].start, provider_id, self._customer("otro cliente"))
            )

    async def _attend(self, provider: str, when: str) -> None:
        booking = await self._booking_at(self._at(when), self._provider(provider))
        await self.world.engine.service.change_status(self.shop.owner(), booking.id, Status.COMPLETED)

    async def _waitlist_looked_at(self) -> None:
        for _ in range(5):  # on a busy machine once may not be enough
            await self.world.engine.keeper.looked_at(self.shop.business_id)

    # --- Facts ----------------------------------------------------------------------------------------------------

    async def fact(self, what: str, wanted: str) -> tuple[bool, str]:
        """Tell whether something holds now, and what is true instead."""
        match what.split(" of "):
            case ["booking"]:
                found = [self._told(one) for one in await self._mine()]
                return wanted in found, f"{found}"
            case ["booking", name]:
                theirs = await self._bookings(await self._customer_called(name))
                found = [self._told(one) for one in theirs]
                return wanted in found, f"{found}"
            case _:
                value = await self._value(what)
                return value == wanted, value

    async def _value(self, what: str) -> str:
        match what:
            case "bookings":
                return str(sum(one.status in LIVE for one in await self._mine()))
            case "waiting":
                return str(await self._waiting())
            case "rating":
                return ", ".join(str(one.stars) for one in await self._mine() if one.stars is not None)
            case "muted":
                row = await self.world.chats.current(*self.mouth.who)
                return "yes" if row is not None and row.muted else "no"
            case "handed over":
                return str(sum("persona de" in heard.text for heard in self.desk.seen()))
            case "messages to the barber":
                return str(len(self.desk.seen()) - AT_THE_DESK_AT_FIRST)
            case "time off":
                return await self._time_off()
            case "no time off":
                return "" if await self._time_off() else "Martín"
            case _:
                raise ValueError(f"nobody knows how to tell {what!r}")

    async def _time_off(self) -> str:
        told = []
        for provider_id, row in zip(self.shop.provider_ids, sample.BARBERS, strict=True):
            answer = await self.world.engine.service.schedule(self.shop.owner(), provider_id)
            for one in answer.time_off:
                start, end = one.start.astimezone(ZONE), one.end.astimezone(ZONE)
                told.append(f"{start:%Y-%m-%d %H:%M}-{end:%H:%M} {row.name.split()[0]}")
        return ", ".join(told)

    async def _me(self) -> CustomerId | None:
        row = await self.world.chats.current(*self.mouth.who)
        return None if row is None else row.customer_id

    async def _mine(self) -> Sequence[BookingRecord]:
        me = await self._me()
        return [] if me is None else await self._bookings(me)

    async def _bookings(self, customer_id: CustomerId | None) -> Sequence[BookingRecord]:
        where = BookingFilter(business_id=self.shop.business_id, customer_id=customer_id)
        return (await self.world.engine.service.bookings(self.shop.owner(), where, limit=200, cursor=None)).items

    async def _waiting(self) -> int:
        where = EntryFilter(business_id=self.shop.business_id, customer_id=await self._me())
        page = await self.world.engine.service.waitlist(self.shop.owner(), where, limit=200, cursor=None)
        return sum(one.status in {EntryStatus.WAITING, EntryStatus.OFFERED} for one in page.items)

    async def _booking_at(self, at: datetime, provider_id: ProviderId) -> BookingRecord:
        (found,) = (
            one
            for one in await self._bookings(None)
            if one.start == at and one.provider_id == provider_id and one.status in LIVE
        )
        return found

    async def _customer_called(self, name: str) -> CustomerId:
        (found,) = await self.world.engine.service.find_customers(
            self.shop.owner(), self.shop.business_id, name, limit=2
        )
        return found.id

    # --- Words of scripts -----------------------------------------------------------------------------------------

    def _told(self, booking: BookingRecord) -> str:
        barber = sample.BARBERS[list(self.shop.provider_ids).index(booking.provider_id)].name.split()[0]
        service = sample.SERVICES[list(self.shop.service_ids).index(booking.service_id)].name
        return f"{booking.start.astimezone(ZONE):%Y-%m-%d %H:%M} {barber} {service} {booking.status}"

    @staticmethod
    def _at(when: str) -> datetime:
        return datetime.fromisoformat(when).replace(tzinfo=ZONE).astimezone(UTC)

    def _provider(self, name: str) -> ProviderId:
        names = [barber.name.split()[0] for barber in sample.BARBERS]
        return self.shop.provider_ids[names.index(name)]

    def _wish(self, at: datetime, provider_id: ProviderId, customer: CustomerRef) -> NewBooking:
        return NewBooking(provider_id=provider_id, service_id=self.shop.service_ids[0], start=at, customer=customer)

    @staticmethod
    def _customer(name: str) -> CustomerRef:
        known = next((one for one in sample.CUSTOMERS if one.name == name), None)
        return known or CustomerRef(name="Otro Cliente", phone="+54 9 11 4555-0199")


@asynccontextmanager
async def a_stage(url: str, mouth: Mouth, desk: Mouth, clock: ManualClock) -> AsyncIterator[Stage]:
    """Set up the barbershop on a migrated, empty database, with somebody at its desk, and let the program run."""
    stage = Stage(url, mouth, desk, clock)
    try:
        await stage.begin()
        stage.shop = await furnish(stage.world.engine.service)
        code = stage.world.links.code(stage.shop.provider_ids[1], now=stage.clock.at)
        await desk.do(Said(text=code))
        await stage.settle()
        yield stage
    finally:
        await stage.end()
