"""Groups: `BookingService`'s part about sessions, and the people in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import Actor
from turnero.engine.domain.errors import NotFound
from turnero.engine.domain.value import BookingId, BusinessId, CustomerId, SessionId
from turnero.engine.ports import Attachment, BookingFilter, BookingRecord, Customer, Page
from turnero.engine.runtime.answers import BookingsAnswer, SessionAnswer
from turnero.engine.runtime.booking_desk import BookingDesk
from turnero.engine.runtime.desk import ALL_STAFF, fingerprint, request, require_instant, require_role
from turnero.engine.runtime.requests import Caller, CustomerRef, NewGroup
from turnero.engine.runtime.series_desk import together


class GroupDesk(BookingDesk):
    """Sets groups up, takes people into sessions, and tells staff who is in one."""

    async def book_group(self, caller: Caller, new: NewGroup) -> BookingsAnswer:
        """Begin a session with its first participants, for staff.

        Raises:
            Conflict(`already_participating`): two of the participants are one customer.
        """
        require_role(caller.actor, ALL_STAFF)
        require_instant(new.start, "$.startTime")
        calendar = await self._within_reach(caller, new.provider_id)
        async with self._first_contacts(caller.actor, calendar.business_id, new.participants):
            customers, attachments = await self._everybody(caller.actor, calendar.business_id, new.participants)
            command = cmd.BookGroup(
                session_id=self._fresh_session(),
                service_id=new.service_id,
                start=new.start.astimezone(UTC),
                capacity=new.max_participants,
                participants=tuple(cmd.Participant(BookingId(self._ids.new("bkg")), c) for c in customers),
            )
            answer = await self._runtime.ask(
                new.provider_id, request(caller, command, fingerprint("book_group", new)), attachments=attachments
            )
        return together(answer)

    async def join_session(self, caller: Caller, session_id: SessionId, ref: CustomerRef | None) -> BookingRecord:
        """Take one more person into a session. Who knows its id may join it, as long as there is a place.

        Raises:
            Conflict(`session_full` | `session_over` | `already_participating` | `too_soon`): they may not.
        """
        somebody = await self._anybody_in(session_id)
        calendar = await self._within_reach(caller, somebody.provider_id)
        async with self._first_contact(caller.actor, calendar.business_id, ref):
            customer_id, attachments = await self._customer(
                caller.actor, calendar.business_id, ref, vouched=caller.vouched
            )
            command = cmd.JoinSession(
                session_id=session_id, booking_id=BookingId(self._ids.new("bkg")), customer_id=customer_id
            )
            mark = fingerprint("join_session", session_id, ref)
            answer = await self._runtime.ask(
                somebody.provider_id, request(caller, command, mark), attachments=attachments
            )
        return await self._record(answer)

    async def session(self, caller: Caller, session_id: SessionId, *, limit: int, cursor: str | None) -> SessionAnswer:
        """Return a session and a page of the bookings in it, whatever has become of them, to staff."""
        require_role(caller.actor, ALL_STAFF)
        somebody = await self._anybody_in(session_id)
        calendar = await self._within_reach(caller, somebody.provider_id)
        session = calendar.sessions.get(session_id)
        return SessionAnswer(
            id=session_id,
            business_id=calendar.business_id,
            provider_id=calendar.provider_id,
            service_id=somebody.service_id,
            time_zone=calendar.terms.time_zone,
            start=somebody.start,
            end=somebody.end,
            capacity=None if session is None else session.capacity,
            free_places=None if session is None else session.capacity - len(session.members),
            participants=await self._in_session(session_id, limit=limit, cursor=cursor),
            sequence=calendar.sequence,
        )

    async def _anybody_in(self, session_id: SessionId) -> BookingRecord:
        found = (await self._in_session(session_id, limit=1)).items
        if not found:
            raise NotFound("session")
        return found[0]

    async def _in_session(self, session_id: SessionId, *, limit: int, cursor: str | None = None) -> Page:
        return await self._catalogue.bookings(BookingFilter(session_id=session_id), limit=limit, cursor=cursor)

    # --- Several people at once -----------------------------------------------------------------------------------

    @asynccontextmanager
    async def _first_contacts(
        self, actor: Actor, business_id: BusinessId, refs: Sequence[CustomerRef]
    ) -> AsyncIterator[None]:
        """As `_first_contact`, for everybody; always in the same order, so that two groups do not wait in a circle."""
        async with AsyncExitStack() as stack:
            for ref in sorted({ref.phone: ref for ref in refs if ref.id is None}.values(), key=lambda r: r.phone or ""):
                await stack.enter_async_context(self._first_contact(actor, business_id, ref))
            yield

    async def _everybody(
        self, actor: Actor, business_id: BusinessId, refs: Sequence[CustomerRef]
    ) -> tuple[list[CustomerId], tuple[Attachment, ...]]:
        """Return whom a group is for; one person who is met for the first time twice is one customer."""
        customers: list[CustomerId] = []
        attachments: list[Attachment] = []
        met: dict[str | None, CustomerId] = {}
        for index, ref in enumerate(refs):
            customer_id, rows = await self._customer(actor, business_id, ref, path=f"$.participants[{index}]")
            for row in rows:
                assert isinstance(row, Customer)
                customer_id = met.setdefault(row.phone_key, customer_id)
                if customer_id == row.id:
                    attachments.append(row)
            customers.append(customer_id)
        return customers, tuple(attachments)
