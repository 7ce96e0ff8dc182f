"""Bookings: `BookingService`'s part about who comes when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from turnero.engine.domain import authority
from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import Actor, Booking, Role, Slot, Status
from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.decide import decide
from turnero.engine.domain.errors import Conflict, Forbidden, NotFound, TurneroError, Unavailable
from turnero.engine.domain.hours import local_date, zone
from turnero.engine.domain.limits import SUGGESTIONS
from turnero.engine.domain.messages import Recipient
from turnero.engine.domain.value import BookingId, ProviderId, epoch_seconds
from turnero.engine.ports import (
    Attachment,
    BookingFilter,
    BookingRecord,
    BookingText,
    MessageRecord,
    Page,
    TextKind,
    record_of,
)
from turnero.engine.runtime.answers import HistoryEntry
from turnero.engine.runtime.calendar_desk import CalendarDesk, booked_minutes, provider_in
from turnero.engine.runtime.desk import fingerprint, request, require_instant
from turnero.engine.runtime.limits import ASK_ATTEMPTS
from turnero.engine.runtime.people import PeopleDesk
from turnero.engine.runtime.requests import Caller, NewBooking
from turnero.engine.runtime.staging import Answer, DecideAgain

# Refusals after which another provider may still say yes. Of these, the last is what a caller is told first.
_TRY_ANOTHER = (
    "outside_working_hours",
    "in_break",
    "off_grid",
    "too_soon",
    "too_far_ahead",
    "session_full",
    "slot_taken",
)


class BookingDesk(CalendarDesk, PeopleDesk):
    """Books, moves, cancels, completes; and tells about it those who may know."""

    # --- Booking --------------------------------------------------------------------------------------------------

    async def book(self, caller: Caller, new: NewBooking) -> BookingRecord:
        """Book a slot, with one provider or with whoever of a business is free and has the least to do that day."""
        require_instant(new.start, "$.start")
        mark = fingerprint("book", new)
        if new.provider_id is not None:
            return await self._book_with(caller, new, new.provider_id, mark)
        assert new.business_id is not None
        if new.hold_id is not None:
            return await self._book_with(caller, new, provider_in(new.hold_id, "hold"), mark)
        return await self._book_with_anyone(caller, new, new.business_id, mark)

    async def _book_with(
        self,
        caller: Caller,
        new: NewBooking,
        provider_id: ProviderId,
        mark: str,
        extra: tuple[Attachment, ...] = (),
    ) -> BookingRecord:
        calendar = await self._within_reach(caller, provider_id)
        async with self._first_contact(caller.actor, calendar.business_id, new.customer):
            customer_id, attachments = await self._customer(
                caller.actor, calendar.business_id, new.customer, vouched=caller.vouched
            )
            booking_id = BookingId(self._ids.new("bkg"))
            if new.note:
                note = BookingText(booking_id=booking_id, kind=TextKind.NOTE, body=new.note)
                attachments = (*attachments, note)
            command = cmd.BookAppointment(
                booking_id=booking_id,
                session_id=self._fresh_session(),
                service_id=new.service_id,
                customer_id=customer_id,
                start=new.start.astimezone(UTC),
                hold_id=new.hold_id,
                override=new.override,
                noted=bool(new.note),
            )
            answer = await self._runtime.ask(
                provider_id, request(caller, command, mark), attachments=(*attachments, *extra)
            )
        return await self._record(answer, note=new.note if answer.first else None)

    async def _book_with_anyone(self, caller: Caller, new: NewBooking, business: str, mark: str) -> BookingRecord:
        operation = f"book_anyone:{business}"
        async with self._alone(f"{operation}:{caller.actor.role}:{caller.actor.subject}:{caller.key or id(new)}"):
            refusals: list[TurneroError] = []
            for calendar in _fairest_first(await self._offering(business, new.service_id), new):
                first = await self._answered(caller, operation, mark)
                provider_id = calendar.provider_id if first is None else ProviderId(first.answer)
                row = self._remember(caller, operation, mark, provider_id) if first is None else None
                try:
                    return await self._book_with(caller, new, provider_id, mark, () if row is None else (row,))
                except Conflict as refusal:
                    if first is not None or refusal.code not in _TRY_ANOTHER:
                        raise
                    refusals.append(refusal)
                except Unavailable:
                    # Another process may have answered this very request, whose key then refuses a second answer.
                    if first is None and await self._answered(caller, operation, mark) is not None:
                        return await self._book_with_anyone_again(caller, new, operation, mark)
                    raise
            raise _nobody_free(refusals, new.start)

    async def _book_with_anyone_again(
        self, caller: Caller, new: NewBooking, operation: str, mark: str
    ) -> BookingRecord:
        first = await self._answered(caller, operation, mark)
        assert first is not None
        return await self._book_with(caller, new, ProviderId(first.answer), mark)

    # --- Changing -------------------------------------------------------------------------------------------------

    async def change_status(
        self, caller: Caller, booking_id: BookingId, to: Status, *, reason: str = ""
    ) -> BookingRecord:
        """Confirm, cancel, complete a booking, or record that nobody came."""
        command = cmd.ChangeStatus(booking_id=booking_id, to=to, reasoned=bool(reason))
        mark = fingerprint("change_status", booking_id, to, reason)
        text = BookingText(booking_id=booking_id, kind=TextKind.CANCEL_REASON, body=reason)
        answer = await self._ask_about(caller, booking_id, command, mark, (text,) if reason else ())
        return await self._record(answer)

    async def acknowledge(self, caller: Caller, booking_id: BookingId) -> BookingRecord:
        """Record that its customer will come."""
        command = cmd.AcknowledgeAppointment(booking_id=booking_id)
        mark = fingerprint("acknowledge", booking_id)
        return await self._record(await self._ask_about(caller, booking_id, command, mark))

    async def note(self, caller: Caller, booking_id: BookingId, text: str) -> BookingRecord:
        """Put another note beside a booking; an empty text takes it away. Staff only."""
        command = cmd.NoteAppointment(booking_id=booking_id, noted=bool(text))
        mark = fingerprint("note", booking_id, text)
        note = BookingText(booking_id=booking_id, kind=TextKind.NOTE, body=text)
        answer = await self._ask_about(caller, booking_id, command, mark, (note,))
        return await self._record(answer, note=text if answer.first else None)

    async def rate(self, caller: Caller, booking_id: BookingId, *, stars: int, comment: str = "") -> BookingRecord:
        """Rate a completed booking, once, by its own customer."""
        command = cmd.RateAppointment(booking_id=booking_id, stars=stars, commented=bool(comment))
        mark = fingerprint("rate", booking_id, stars, comment)
        text = BookingText(booking_id=booking_id, kind=TextKind.RATING_COMMENT, body=comment)
        answer = await self._ask_about(caller, booking_id, command, mark, (text,) if comment else ())
        return await self._record(answer)

    async def reschedule(
        self,
        caller: Caller,
        booking_id: BookingId,
        *,
        start: datetime,
        provider_id: ProviderId | None = None,
        override: bool = False,
    ) -> BookingRecord:
        """Move a booking to another start, and perhaps another provider of the business: same id, next revision."""
        require_instant(start, "$.start")
        at = start.astimezone(UTC)
        mark = fingerprint("reschedule", booking_id, at, provider_id, override)
        for _ in range(ASK_ATTEMPTS):
            here = await self._calendar_of(booking_id)
            try:
                if provider_id is None or provider_id == here:
                    command = cmd.RescheduleAppointment(
                        booking_id=booking_id, session_id=self._fresh_session(), start=at, override=override
                    )
                    answer = await self._ask_about(caller, booking_id, command, mark)
                else:
                    answer = await self._move(
                        caller, booking_id, origin=here, target=provider_id, start=at, mark=mark, override=override
                    )
                return await self._record(answer)
            except DecideAgain:
                continue
            except Conflict as refusal:
                if refusal.code != "booking_changed":
                    raise
        raise Unavailable("calendar_busy", "This booking is being changed elsewhere. Try again shortly.")

    async def resize(self, caller: Caller, booking_id: BookingId, *, minutes: int) -> BookingRecord:
        """Let a booking take longer, or less time. Staff only."""
        command = cmd.ResizeAppointment(booking_id=booking_id, minutes=minutes)
        mark = fingerprint("resize", booking_id, minutes)
        return await self._record(await self._ask_about(caller, booking_id, command, mark))

    async def _move(
        self,
        caller: Caller,
        booking_id: BookingId,
        *,
        origin: ProviderId,
        target: ProviderId,
        start: datetime,
        mark: str,
        override: bool,
    ) -> Answer:
        """Move a booking between two calendars, in one transaction (see `Joint`)."""
        calendar = await self._runtime.views.refresh(origin)
        booking = calendar.bookings.get(booking_id)
        if booking is None:
            raise DecideAgain("the booking has left")
        destination = await self._runtime.read(target)
        if destination.business_id != calendar.business_id:
            raise NotFound("provider in this business", "provider_not_found")
        out = request(caller, cmd.MoveOut(booking_id=booking_id, sequence=booking.sequence, to=target), mark)
        # Ask the present view first: a refusal here costs nothing, while one half of a joint that fails costs the other
        # calendar its activation.
        refusal = decide(calendar, out, now=self._clock.now())
        if isinstance(refusal, TurneroError):
            raise refusal
        command = cmd.MoveIn(
            booking=booking, session_id=self._fresh_session(), origin=origin, start=start, override=override
        )
        into = request(caller, command, mark)
        refusal = decide(destination, into, now=self._clock.now())
        if isinstance(refusal, TurneroError):
            raise refusal
        joint_id = self._ids.new("jnt")
        _, arrived = await self._runtime.ask_both((origin, out), (target, into), joint_id=joint_id)
        return arrived

    async def _ask_about(
        self,
        caller: Caller,
        booking_id: BookingId,
        command: cmd.Command,
        mark: str,
        attachments: tuple[Attachment, ...] = (),
    ) -> Answer:
        """Ask the calendar that a booking is in; follow the booking if it moves in between."""
        provider_id = await self._calendar_of(booking_id)
        while True:
            try:
                return await self._runtime.ask(provider_id, request(caller, command, mark), attachments=attachments)
            except (NotFound, Forbidden):
                moved = await self._calendar_of(booking_id)
                if moved == provider_id:
                    raise
                provider_id = moved

    async def _calendar_of(self, booking_id: BookingId) -> ProviderId:
        provider_id = await self._catalogue.provider_of(booking_id)
        if provider_id is None:
            raise NotFound("booking")
        return provider_id

    # --- Reading --------------------------------------------------------------------------------------------------

    async def booking(self, caller: Caller, booking_id: BookingId) -> BookingRecord:
        """Return a booking to whoever may see it."""
        record = await self._catalogue.booking(booking_id)
        if record is None:
            raise NotFound("booking")
        if not may_see(caller.actor, record):
            raise Forbidden("This booking is not yours.")
        return record

    async def bookings(self, caller: Caller, where: BookingFilter, *, limit: int, cursor: str | None) -> Page:
        """Return a page of the bookings that the caller may see, by start."""
        return await self._catalogue.bookings(_within_reach(caller.actor, where), limit=limit, cursor=cursor)

    async def history(self, caller: Caller, booking_id: BookingId) -> Sequence[HistoryEntry]:
        """Return every event of a booking, oldest first."""
        await self.booking(caller, booking_id)
        found = await self._runtime.journal.history(booking_id)
        return [HistoryEntry(provider_id=provider_id, recorded=recorded) for provider_id, recorded in found]

    async def messages(self, caller: Caller, booking_id: BookingId) -> Sequence[MessageRecord]:
        """Return what was, or will be, sent about a booking; to its customer only what is sent to them."""
        await self.booking(caller, booking_id)
        found = await self._catalogue.messages(booking_id)
        if caller.actor.role is Role.CUSTOMER:
            return [message for message in found if message.recipient is Recipient.CUSTOMER]
        return found

    async def _record(self, answer: Answer, *, note: str | None = None) -> BookingRecord:
        """Return the booking that was decided on, with the texts beside it; `note`, if it is known."""
        booking = answer.decision.outcome
        assert isinstance(booking, Booking)
        if booking.reasoned or (booking.noted and note is None):
            texts = {t.kind: t.body for t in await self._catalogue.texts(booking.id)}
            note = texts.get(TextKind.NOTE, "") if booking.noted else ""
            reason = texts.get(TextKind.CANCEL_REASON) if booking.reasoned else None
            return record_of(booking, answer.after, note=note, cancel_reason=reason)
        return record_of(booking, answer.after, note=note or "")


def may_see(actor: Actor, record: BookingRecord) -> bool:
    """Tell whether `actor` may know of a booking."""
    if actor.role is Role.CUSTOMER:
        return actor.subject == record.customer_id
    return authority.belongs(actor, business_id=record.business_id, provider_id=record.provider_id)


def _within_reach(actor: Actor, where: BookingFilter) -> BookingFilter:
    """Return `where`, narrowed to what `actor` may see. Raises: Forbidden: they ask for somebody else's."""
    bound: dict[str, str | None] = {}
    match actor.role:
        case Role.CUSTOMER:
            bound["customer_id"] = actor.subject
        case Role.PROVIDER:
            bound["provider_id"] = actor.subject
        case Role.OWNER | Role.INTEGRATOR:
            bound["business_id"] = actor.business_id or ""
        case _:
            pass
    for field, value in bound.items():
        asked = getattr(where, field)
        if asked is not None and asked != value:
            raise Forbidden("Only your own bookings can be listed.")
    return replace(where, **bound)


def _fairest_first(calendars: Sequence[Calendar], new: NewBooking) -> list[Calendar]:
    begin = epoch_seconds(new.start)

    def load(calendar: Calendar) -> tuple[int, str]:
        day = local_date(zone(calendar.terms.time_zone), begin)
        return booked_minutes(calendar, day), calendar.provider_id

    return sorted(calendars, key=load)


def _nobody_free(refusals: Sequence[TurneroError], start: datetime) -> Conflict:
    """Join the refusals of all providers: the most telling code, and the nearest slots of anybody."""
    chosen = max(refusals, key=lambda refusal: _TRY_ANOTHER.index(refusal.code))
    nearest: dict[datetime, Slot] = {}
    for refusal in refusals:
        for slot in refusal.data["suggestedSlots"]:
            nearest.setdefault(slot.start, slot)
    suggested = sorted(nearest.values(), key=lambda slot: (abs(slot.start - start), slot.start))[:SUGGESTIONS]
    return Conflict(chosen.code, {"timeZone": chosen.data["timeZone"], "suggestedSlots": tuple(suggested)})
