"""What has come of a calendar's bookings: `BookingService`'s part about figures."""

from __future__ import annotations

from datetime import date, timedelta

from turnero.engine.domain.analytics import analyse, open_time, period
from turnero.engine.domain.limits import ANALYTICS_RANGE_DAYS_MAX
from turnero.engine.domain.value import ProviderId
from turnero.engine.runtime.answers import AnalyticsAnswer
from turnero.engine.runtime.calendar_desk import CalendarDesk
from turnero.engine.runtime.desk import require_dates
from turnero.engine.runtime.requests import Caller


class AnalyticsDesk(CalendarDesk):
    """Adds up what is in the projections; commands of the same calendar do not wait for it."""

    async def analytics(self, caller: Caller, provider_id: ProviderId, *, first: date, last: date) -> AnalyticsAnswer:
        """Return what a provider's bookings that start on these local dates come to.

        Raises:
            Invalid: it is no range of dates, or one of more than a year.
            Forbidden: the caller may not read this calendar.
        """
        require_dates(first, last, days_max=ANALYTICS_RANGE_DAYS_MAX)
        calendar = await self._readable(caller, provider_id)
        tallies = await self._catalogue.tallies(provider_id, period(calendar.terms.time_zone, first, last))
        services = await self._catalogue.services(calendar.business_id)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        return AnalyticsAnswer(
            provider_id=provider_id,
            time_zone=calendar.terms.time_zone,
            first=first,
            last=last,
            sequence=calendar.sequence,
            analytics=analyse(
                tallies,
                opened=open_time(calendar, days),
                names={service.id: service.name for service in services},
            ),
        )
