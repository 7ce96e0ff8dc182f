"""A calendar in one piece, so that it need not be replayed from its first event.

A snapshot is a cache: msgpack in a compact, positional form, with a format number. One of another format is not read,
and the calendar is replayed instead; so it may change freely, and never needs an upcaster.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from immutables import Map

from turnero.engine.domain import occupancy
from turnero.engine.domain.booking import LIVE, Booking, Hold, Money, Role, Status, Terms
from turnero.engine.domain.calendar import (
    BookingSet,
    Busy,
    Calendar,
    Deadline,
    Outcome,
    Remembered,
    Session,
    from_us,
    to_us,
)
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.recurrence import Moved, Skipped
from turnero.engine.domain.schedule import Schedule, TimeOff
from turnero.engine.domain.sharing import shared
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, ProviderId, SeriesId, ServiceId, SessionId

FORMAT = 4


class _Packed(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A booking as a row of scalars. `policy` and `price` index tables: most bookings share them."""

    id: str
    service_id: str
    customer_id: str
    start_us: int
    end_us: int
    status: Status
    policy: int
    price: int
    created_us: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    revision: int
    sequence: int
    session_id: str | None
    series_id: str | None
    pending_until_us: int | None
    cancelled_by: Role | None
    noted: bool
    reasoned: bool
    stars: int | None
    acknowledged_us: int | None


class _PackedSet(msgspec.Struct, array_like=True, frozen=True):
    ref: str
    bookings: tuple[_Packed, ...]
    skipped: tuple[Skipped, ...]
    moved: tuple[Moved, ...]


class _Key(msgspec.Struct, array_like=True, frozen=True):
    """A remembered key. A booking's first answer is kept in full: the booking may have changed since."""

    hour: int
    key: str
    fingerprint: str
    sequence: int
    booking: _Packed | None
    hold: Hold | None
    time_off: TimeOff | None
    together: _PackedSet | None


class _Snapshot(msgspec.Struct, array_like=True, frozen=True):
    provider_id: ProviderId
    business_id: BusinessId
    sequence: int
    terms: Terms
    schedule: Schedule
    time_off: tuple[TimeOff, ...]
    policies: tuple[Policy, ...]
    prices: tuple[Money, ...]
    bookings: tuple[_Packed, ...]
    holds: tuple[Hold, ...]
    sessions: tuple[Session, ...]
    series: tuple[tuple[SeriesId, tuple[BookingId, ...]], ...]
    session_stretches: tuple[tuple[int, int, str], ...]
    keys: tuple[_Key, ...]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Snapshot)


class _Tables:
    """Numbers values that occur many times. Written once for a snapshot, in order of first use."""

    def __init__(self) -> None:
        self.policies: dict[Policy, int] = {}
        self.prices: dict[Money, int] = {}

    def pack(self, b: Booking) -> _Packed:
        policy = self.policies.setdefault(b.policy, len(self.policies))
        price = -1 if b.price is None else self.prices.setdefault(b.price, len(self.prices))
        return _Packed(
            b.id,
            b.service_id,
            b.customer_id,
            to_us(b.start),
            to_us(b.end),
            b.status,
            policy,
            price,
            to_us(b.created_at),
            b.buffer_before_minutes,
            b.buffer_after_minutes,
            b.revision,
            b.sequence,
            b.session_id,
            b.series_id,
            None if b.pending_until is None else to_us(b.pending_until),
            b.cancelled_by,
            b.noted,
            b.reasoned,
            b.stars,
            None if b.acknowledged_at is None else to_us(b.acknowledged_at),
        )

    def pack_set(self, together: BookingSet) -> _PackedSet:
        bookings = tuple(self.pack(b) for b in together.bookings)
        return _PackedSet(together.ref, bookings, together.skipped, together.moved)


def encode_snapshot(calendar: Calendar) -> bytes:
    """Write `calendar` down. Cost: some microseconds per booking; call it off the event loop."""
    tables = _Tables()
    bookings = tuple(tables.pack(b) for b in calendar.bookings.values())
    keys = tuple(
        _Key(
            hour,
            key,
            answer.fingerprint,
            answer.sequence,
            tables.pack(answer.outcome) if isinstance(answer.outcome, Booking) else None,
            answer.outcome if isinstance(answer.outcome, Hold) else None,
            answer.outcome if isinstance(answer.outcome, TimeOff) else None,
            tables.pack_set(answer.outcome) if isinstance(answer.outcome, BookingSet) else None,
        )
        for hour, bucket in calendar.remembered.items()
        for key, answer in bucket.items()
    )
    stretches = {b.ref: b for row in calendar.busy.values() for b in row if SessionId(b.ref) in calendar.sessions}
    return _encoder.encode(
        _Snapshot(
            calendar.provider_id,
            calendar.business_id,
            calendar.sequence,
            calendar.terms,
            calendar.schedule,
            calendar.time_off,
            tuple(tables.policies),
            tuple(tables.prices),
            bookings,
            tuple(calendar.holds.values()),
            tuple(calendar.sessions.values()),
            tuple(calendar.series.items()),
            tuple((b.start, b.end, b.ref) for b in stretches.values()),
            keys,
        )
    )


def decode_snapshot(body: bytes) -> Calendar:
    """Read what `encode_snapshot` wrote; what is derived (busy days, deadlines) is built anew.

    Raises:
        msgspec.DecodeError: these are not the bytes of a snapshot of this format.
    """
    raw = _decoder.decode(body)
    terms = shared(raw.terms)
    # The calendar's own policy object where it is the same: see `evolve`.
    policies = [terms.policy if policy == terms.policy else policy for policy in raw.policies]
    bookings = {BookingId(p.id): _unpacked(p, policies, raw.prices) for p in raw.bookings}
    busy = [Busy(*stretch) for stretch in raw.session_stretches]
    deadlines = [Deadline(to_us(hold.expires_at), hold.id) for hold in raw.holds]
    busy.extend(occupancy.busy(h.id, h.occupied_from, h.occupied_until) for h in raw.holds)
    for p in raw.bookings:
        if p.status in LIVE:
            if p.session_id is None:
                busy.append(_busy(p))
            if p.pending_until_us is not None:
                deadlines.append(Deadline(p.pending_until_us, p.id))
    remembered: dict[int, dict[str, Remembered]] = {}
    for k in raw.keys:
        answer = Remembered(fingerprint=k.fingerprint, sequence=k.sequence, outcome=_outcome(k, policies, raw.prices))
        remembered.setdefault(k.hour, {})[k.key] = answer
    return Calendar(
        provider_id=raw.provider_id,
        business_id=raw.business_id,
        sequence=raw.sequence,
        terms=terms,
        schedule=shared(raw.schedule),
        time_off=raw.time_off,
        bookings=Map(bookings),
        holds=Map({h.id: h for h in raw.holds}),
        sessions=Map({s.id: s for s in raw.sessions}),
        series=Map(dict(raw.series)),
        busy=occupancy.index(busy),
        deadlines=tuple(sorted(deadlines)),
        remembered=Map({hour: Map(bucket) for hour, bucket in remembered.items()}),
    )


def _busy(p: _Packed) -> Busy:
    """Return what a live booking occupies: `occupancy.busy`, in integers, for there may be 100,000 of them."""
    start = p.start_us // 1_000_000 - p.buffer_before_minutes * 60
    return Busy(start, p.end_us // 1_000_000 + p.buffer_after_minutes * 60, p.id)


def _outcome(k: _Key, policies: Sequence[Policy], prices: Sequence[Money]) -> Outcome:
    if k.together is not None:
        return BookingSet(
            ref=k.together.ref,
            bookings=tuple(_unpacked(p, policies, prices) for p in k.together.bookings),
            skipped=k.together.skipped,
            moved=k.together.moved,
        )
    return _unpacked(k.booking, policies, prices) if k.booking is not None else (k.hold or k.time_off)


def _unpacked(p: _Packed, policies: Sequence[Policy], prices: Sequence[Money]) -> Booking:
    return Booking(
        id=BookingId(p.id),
        service_id=ServiceId(p.service_id),
        customer_id=CustomerId(p.customer_id),
        start=from_us(p.start_us),
        end=from_us(p.end_us),
        status=p.status,
        policy=policies[p.policy],
        created_at=from_us(p.created_us),
        price=None if p.price < 0 else prices[p.price],
        buffer_before_minutes=p.buffer_before_minutes,
        buffer_after_minutes=p.buffer_after_minutes,
        revision=p.revision,
        sequence=p.sequence,
        session_id=None if p.session_id is None else SessionId(p.session_id),
        series_id=None if p.series_id is None else SeriesId(p.series_id),
        pending_until=None if p.pending_until_us is None else from_us(p.pending_until_us),
        cancelled_by=p.cancelled_by,
        noted=p.noted,
        reasoned=p.reasoned,
        stars=p.stars,
        acknowledged_at=None if p.acknowledged_us is None else from_us(p.acknowledged_us),
    )
