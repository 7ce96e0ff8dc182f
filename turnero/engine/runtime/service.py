"""`BookingService`: the only face of the engine that `http` and `bots` know.

It is put together from desks, each with one reason to change: what can be booked (`CatalogueDesk`), when
(`CalendarDesk`), by whom (`BookingDesk`), time and again (`SeriesDesk`), together (`GroupDesk`), who waits until it can
be (`WaitlistDesk`), what has come of it (`AnalyticsDesk`), who may come in by the web (`SignInDesk`), how people
want to be written to (`MessagingDesk`), and what could not be delivered (`MessageDesk`).
"""

from __future__ import annotations

from turnero.engine.domain.errors import Unavailable
from turnero.engine.runtime.analytics_desk import AnalyticsDesk
from turnero.engine.runtime.answers import Readiness
from turnero.engine.runtime.catalogue_desk import CatalogueDesk
from turnero.engine.runtime.group_desk import GroupDesk
from turnero.engine.runtime.message_desk import MessageDesk
from turnero.engine.runtime.messaging_desk import MessagingDesk
from turnero.engine.runtime.series_desk import SeriesDesk
from turnero.engine.runtime.sign_in_desk import SignInDesk
from turnero.engine.runtime.waitlist_desk import WaitlistDesk


class BookingService(
    CatalogueDesk, SeriesDesk, GroupDesk, WaitlistDesk, AnalyticsDesk, SignInDesk, MessagingDesk, MessageDesk
):
    """Every method raises `TurneroError`s only; anything else is a bug. `caller` is who asks, already authenticated.

    Nothing here assumes that a calendar's actor lives in this process.
    """

    async def ready(self) -> Readiness:
        """Return how the engine is, having asked the database.

        Raises:
            Unavailable(`not_ready`): it is stopping, or the database does not answer.
        """
        if self._runtime.stopping:
            raise Unavailable("not_ready", "This server is shutting down.")
        try:
            await self._catalogue.ready()
        except Exception as error:
            raise Unavailable("not_ready", f"The database does not answer ({type(error).__name__}).") from error
        return Readiness(at=self._clock.now(), active_calendars=len(self._runtime.directory))
