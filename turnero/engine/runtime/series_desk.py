"""Series: `BookingService`'s part about bookings that are made together, and cancelled or moved together."""

from __future__ import annotations

from datetime import UTC, date, datetime

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.calendar import BookingSet
from turnero.engine.domain.recurrence import OCCURRENCES_MAX
from turnero.engine.domain.value import BookingId, ProviderId, SeriesId
from turnero.engine.ports import record_of
from turnero.engine.runtime.answers import BookingsAnswer
from turnero.engine.runtime.booking_desk import BookingDesk
from turnero.engine.runtime.calendar_desk import provider_in
from turnero.engine.runtime.desk import fingerprint, request, require_instant
from turnero.engine.runtime.requests import Caller, NewSeries
from turnero.engine.runtime.staging import Answer


class SeriesDesk(BookingDesk):
    """Books series, and cancels or moves what follows in them. Each is decided in one command by one calendar."""

    async def book_series(self, caller: Caller, new: NewSeries) -> BookingsAnswer:
        """Book every occurrence of a recurrence, or as many as `on_conflict` says.

        Raises:
            Conflict(`series_conflict`): it cannot be booked as it was wished; every conflict is listed.
        """
        require_instant(new.start, "$.startTime")
        calendar = await self._within_reach(caller, new.provider_id)
        async with self._first_contact(caller.actor, calendar.business_id, new.customer):
            customer_id, attachments = await self._customer(
                caller.actor, calendar.business_id, new.customer, vouched=caller.vouched
            )
            command = cmd.BookSeries(
                series_id=SeriesId(f"{self._ids.new('ser')}.{new.provider_id}"),
                service_id=new.service_id,
                customer_id=customer_id,
                start=new.start.astimezone(UTC),
                recurrence=new.recurrence,
                on_conflict=new.on_conflict,
                fresh=tuple(
                    cmd.Fresh(BookingId(self._ids.new("bkg")), self._fresh_session())
                    for _ in range(new.recurrence.occurrences_max)
                ),
            )
            answer = await self._runtime.ask(
                new.provider_id, request(caller, command, fingerprint("book_series", new)), attachments=attachments
            )
        return together(answer)

    async def cancel_series(self, caller: Caller, series_id: SeriesId, *, since: date | None) -> BookingsAnswer:
        """Cancel what is live of a series from a local date on, or from today on. What has to stay is `skipped`."""
        mark = fingerprint("cancel_series", series_id, since)
        return await self._ask_series(caller, series_id, cmd.CancelSeries(series_id=series_id, since=since), mark)

    async def move_series(
        self, caller: Caller, series_id: SeriesId, booking_id: BookingId, *, start: datetime
    ) -> BookingsAnswer:
        """Move a booking of a series, and all that follow by as much on the wall clock; all of them, or none."""
        require_instant(start, "$.start")
        at = start.astimezone(UTC)
        command = cmd.MoveSeries(
            series_id=series_id,
            booking_id=booking_id,
            start=at,
            session_ids=tuple(self._fresh_session() for _ in range(OCCURRENCES_MAX)),
        )
        return await self._ask_series(caller, series_id, command, fingerprint("move_series", series_id, booking_id, at))

    async def _ask_series(self, caller: Caller, series_id: SeriesId, command: cmd.Command, mark: str) -> BookingsAnswer:
        provider_id = provider_in(series_id, "series")
        await self._runtime.read(provider_id)
        return together(await self._runtime.ask(provider_id, request(caller, command, mark)))


def together(answer: Answer) -> BookingsAnswer:
    """Return the bookings that one decision was about, as they were then."""
    found = answer.decision.outcome
    assert isinstance(found, BookingSet)
    return BookingsAnswer(
        ref=found.ref,
        provider_id=ProviderId(answer.after.provider_id),
        time_zone=answer.after.terms.time_zone,
        bookings=tuple(record_of(booking, answer.after) for booking in found.bookings),
        skipped=found.skipped,
        moved=found.moved,
        sequence=max((booking.sequence for booking in found.bookings), default=answer.after.sequence),
    )
