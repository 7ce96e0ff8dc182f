"""A post office on virtual time: a courier between an outbox in memory and channels that are told what to answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import msgspec
from prometheus_client import CollectorRegistry

from tests.engine.runtime.simulation import ManualClock
from tests.fakes.memory_outbox import Kept, MemoryOutbox
from tests.standins.mouth import Mouth
from turnero.bots.conversation.reply import Reply
from turnero.bots.courier.courier import Courier
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy, Traits
from turnero.engine.domain.booking import Role, Status
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.policy import Policy, PolicyOverride, QuietHours
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, EntryId, HoldId, ProviderId, ServiceId
from turnero.engine.domain.waitlist import Wish
from turnero.engine.ports import (
    BookingFilter,
    BookingRecord,
    Business,
    Customer,
    Entry,
    EntryStatus,
    Offer,
    Page,
    Provider,
    Service,
)
from turnero.engine.ports.outbox import REPLY, Address, Letter, OutboxRow, Reach
from turnero.engine.ports.timing import TimingQueue
from turnero.persistence.timing import LocalTiming

NOW = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)  # a Monday, noon in Buenos Aires
START = NOW + timedelta(hours=23)
ZONE = "America/Argentina/Buenos_Aires"

BUSINESS = Business(
    id=BusinessId("biz"),
    name="El Turno",
    slug="el-turno",
    time_zone=ZONE,
    locale="es-AR",
    vertical="barber",
    holidays=None,
    policy=PolicyOverride(quiet_hours=QuietHours(starts="21:00", ends="08:00")),
    address="Av. Corrientes 3247",
    phone=None,
    created_at=NOW,
)
PROVIDER = Provider(
    id=ProviderId("prv"),
    business_id=BUSINESS.id,
    name="Martín",
    service_ids=(ServiceId("svc"),),
    time_zone=None,
    policy=PolicyOverride(),
    created_at=NOW,
    phone="+5491145550100",
)
SERVICE = Service(
    id=ServiceId("svc"),
    business_id=BUSINESS.id,
    name="Corte",
    duration_minutes=30,
    buffer_before_minutes=0,
    buffer_after_minutes=0,
    price=None,
    capacity=1,
    created_at=NOW,
)
CUSTOMER = Customer(
    id=CustomerId("cus"),
    business_id=BUSINESS.id,
    name="Ana",
    phone="+5491145550101",
    phone_key="+541145550101",
    email="ana@example.com",
    locale=None,
    created_at=NOW,
)


def booking(start: datetime = START, status: Status = Status.CONFIRMED, **fields: object) -> BookingRecord:
    made = BookingRecord(
        id=BookingId("bkg"),
        business_id=BUSINESS.id,
        provider_id=PROVIDER.id,
        service_id=SERVICE.id,
        customer_id=CUSTOMER.id,
        start=start,
        end=start + timedelta(minutes=30),
        status=status,
        revision=1,
        sequence=7,
        price=None,
        note="",
        series_id=None,
        session_id=None,
        cancelled_by=Role.OWNER if status is Status.CANCELLED else None,
        cancel_reason=None,
        created_at=NOW,
        policy=Policy(),
        stars=None,
        acknowledged_at=None,
        time_zone=ZONE,
    )
    return msgspec.structs.replace(made, **fields)


def entry(until: datetime, status: EntryStatus = EntryStatus.OFFERED) -> Entry:
    start = NOW + timedelta(hours=3)
    return Entry(
        id=EntryId("wle"),
        business_id=BUSINESS.id,
        provider_id=None,
        service_id=SERVICE.id,
        customer_id=CUSTOMER.id,
        wish=Wish(first=date(2026, 5, 4), last=date(2026, 5, 5)),
        created_at=NOW,
        over_at=NOW + timedelta(days=1),
        time_zone=ZONE,
        status=status,
        offer=Offer(
            provider_id=PROVIDER.id,
            hold_id=HoldId("hld"),
            start=start,
            end=start + timedelta(minutes=30),
            until=until,
        ),
    )


def chat(channel: str = "telegram", person: str = "7", *, heard: datetime = NOW, **marks: bool) -> Reach:
    return Reach(
        channel=channel,
        person=person,
        heard_at=heard,
        language=None,
        muted=marks.get("muted", False),
        blocked=marks.get("blocked", False),
    )


def reply(text: str, to: str = "7", channel: str = "telegram", *, at: datetime = NOW) -> Letter:
    row = OutboxRow(
        id=0,
        business_id=BUSINESS.id,
        kind=REPLY,
        recipient=Recipient.CUSTOMER,
        due_at=at,
        next_at=at,
        channel=channel,
        address=to,
        reply=True,
        payload=msgspec.json.encode(Reply(text=text)).decode(),
    )
    return Letter(row=row)


def letter(
    kind: MessageKind = MessageKind.REMINDER,
    due_at: datetime = NOW,
    *,
    about: BookingRecord | Entry | None = None,
    chats: Sequence[Reach] = (),
    closed: Sequence[Address] = (),
    customer: Customer | None = CUSTOMER,
    **fields: object,
) -> Letter:
    """Return a message to Ana about her appointment with Martín, or about what `about` is."""
    about = about or booking()
    is_booking = isinstance(about, BookingRecord)
    row = OutboxRow(
        id=0,
        business_id=BUSINESS.id,
        kind=kind,
        recipient=Recipient.CUSTOMER,
        due_at=due_at,
        next_at=due_at,
        booking_id=about.id if isinstance(about, BookingRecord) else None,
        entry_id=about.id if isinstance(about, Entry) else None,
        provider_id=PROVIDER.id,
        before="PT24H" if kind is MessageKind.REMINDER else None,
    )
    return Letter(
        row=msgspec.structs.replace(row, **fields),
        business=BUSINESS,
        provider=PROVIDER,
        service=SERVICE,
        booking=about if isinstance(about, BookingRecord) else None,
        entry=None if is_booking else about,  # type: ignore[arg-type]  # it is one or the other
        customer=customer,
        chats=tuple(chats),
        closed=frozenset(closed),
    )


@dataclass
class Days:
    """What the courier looks up of a provider's day."""

    bookings_of_day: Sequence[BookingRecord] = ()
    asked: list[BookingFilter] = field(default_factory=list)

    async def bookings(self, where: BookingFilter, *, limit: int, cursor: str | None) -> Page:
        assert limit > 0
        assert cursor is None
        self.asked.append(where)
        return Page(items=tuple(self.bookings_of_day), next_cursor=None)

    async def customers_by_id(self, business_id: BusinessId, ids: Sequence[CustomerId]) -> Sequence[Customer]:
        return [CUSTOMER] if business_id == BUSINESS.id and CUSTOMER.id in ids else []

    async def services(self, business_id: BusinessId) -> Sequence[Service]:
        return [SERVICE] if business_id == BUSINESS.id else []


@dataclass
class Marked:
    """What was noted of people."""

    marks: list[tuple[str, str, bool | None, bool | None]] = field(default_factory=list)

    async def mark(self, channel: str, person: str, *, muted: bool | None = None, blocked: bool | None = None) -> None:
        self.marks.append((channel, person, muted, blocked))


IN_CHATS = Traits(frozenset({FoundBy.CONVERSATION}))
BY_PHONE = Traits(frozenset({FoundBy.PHONE}))
BY_EMAIL = Traits(frozenset({FoundBy.EMAIL}))


@dataclass
class Office:
    """Everything around one or more couriers."""

    telegram: Mouth = field(default_factory=lambda: Mouth("telegram"))
    sms: Mouth = field(default_factory=lambda: Mouth("sms"))
    email: Mouth = field(default_factory=lambda: Mouth("email"))
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    queue: TimingQueue = field(default_factory=LocalTiming)
    days: Days = field(default_factory=Days)
    marked: Marked = field(default_factory=Marked)
    outlets: tuple[Outlet, ...] = ()
    registries: dict[int, CollectorRegistry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.outlets = self.outlets or (
            Outlet(channel=self.telegram, traits=IN_CHATS),
            Outlet(channel=self.sms, traits=BY_PHONE),
            Outlet(channel=self.email, traits=BY_EMAIL, deduplicates=True),
        )

    def courier(self) -> Courier:
        registry = CollectorRegistry()
        courier = Courier(
            self.outbox,
            self.queue,
            self.outlets,
            agendas=self.days,
            marks=self.marked,
            clock=self.clock,
            registry=registry,
            seed=1,
        )
        self.registries[id(courier)] = registry
        return courier

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Courier]:
        courier = self.courier()
        courier.start()
        try:
            yield courier
        finally:
            await courier.stop()

    def plan(self, planned: Letter) -> Kept:
        return self.outbox.messages[self.outbox.plan(planned)]

    def sent_by(self, courier: Courier) -> float:
        """Return how many messages a courier has counted as sent."""
        metrics = self.registries[id(courier)].collect()
        samples = [s for m in metrics for s in m.samples if s.name == "turnero_messages_sent_total"]
        return sum(sample.value for sample in samples)

    def filled_by(self, courier: Courier) -> float:
        """Return how often a courier has counted the queue as filled."""
        return self.registries[id(courier)].get_sample_value("turnero_queue_fillings_total") or 0.0

    def statuses(self) -> list[MessageStatus]:
        return [kept.status for kept in self.outbox.messages.values()]
