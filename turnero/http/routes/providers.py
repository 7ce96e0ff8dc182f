"""Providers: their cards, schedules, time off, and the event streams of their calendars."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated

import msgspec
from msgspec import Meta

from turnero.engine.domain.schedule import Schedule
from turnero.engine.domain.value import ProviderId, TimeOffId, Value
from turnero.engine.runtime.requests import NewProvider, NewTimeOff, ProviderChange
from turnero.http import access
from turnero.http.paging import LIMIT_DEFAULT, BusinessPageQuery, Limit, page
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "Providers"

# Sequence numbers are 64-bit in the journal.
EventNumber = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class EventsQuery(Value):
    """`cursor` is another name for `after`, so that a client that follows `nextCursor` needs no special case."""

    after: EventNumber | None = None
    cursor: EventNumber | None = None
    limit: Limit = LIMIT_DEFAULT

    def __post_init__(self) -> None:
        if self.after is not None and self.cursor is not None:
            raise ValueError("give either `after` or `cursor`")


class HoursQuery(Value):
    """`from` and `to` are dates in the provider's zone, inclusive."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


async def create(call: Call[Empty, NewProvider]) -> shapes.Provider:
    return render.own_provider(await call.service.create_provider(call.caller, call.body))


async def of_business(call: Call[BusinessPageQuery, Empty]) -> shapes.Items[shapes.Provider]:
    providers = await call.service.providers(call.query.business_id)
    return page(providers, call.query, key=lambda card: card.provider.id, show=render.provider)


async def read(call: Call[Empty, Empty]) -> shapes.Provider:
    return render.provider(await call.service.provider(ProviderId(call.path["providerId"])))


async def change(call: Call[Empty, ProviderChange]) -> shapes.Provider:
    provider_id = ProviderId(call.path["providerId"])
    return render.own_provider(await call.service.change_provider(call.caller, provider_id, call.body))


async def schedule(call: Call[Empty, Empty]) -> shapes.ProviderSchedule:
    return render.schedule(await call.service.schedule(call.caller, ProviderId(call.path["providerId"])))


async def hours(call: Call[HoursQuery, Empty]) -> shapes.OpenDays:
    query = call.query
    provider_id = ProviderId(call.path["providerId"])
    return render.hours(await call.service.hours(call.caller, provider_id, first=query.first, last=query.last))


async def change_schedule(call: Call[Empty, Schedule]) -> shapes.ProviderSchedule:
    provider_id = ProviderId(call.path["providerId"])
    return render.schedule(await call.service.change_schedule(call.caller, provider_id, call.body))


async def add_time_off(call: Call[Empty, NewTimeOff]) -> shapes.CalendarTimeOff:
    provider_id = ProviderId(call.path["providerId"])
    return render.time_off(await call.service.add_time_off(call.caller, provider_id, call.body))


async def remove_time_off(call: Call[Empty, Empty]) -> None:
    provider_id, time_off_id = ProviderId(call.path["providerId"]), TimeOffId(call.path["timeOffId"])
    await call.service.remove_time_off(call.caller, provider_id, time_off_id)


async def events(call: Call[EventsQuery, Empty]) -> shapes.Events:
    query = call.query
    after = query.after or query.cursor or 0
    provider_id = ProviderId(call.path["providerId"])
    answer = await call.service.events(call.caller, provider_id, after=after, limit=query.limit)
    return render.events(answer)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{API}/providers",
        name="createProvider",
        tag=TAG,
        summary="Add a provider, with an empty calendar",
        access=access.MANAGERS,
        handler=create,
        body=NewProvider,
        answer=shapes.Provider,
        status=HTTPStatus.CREATED,
        example={"businessId": "biz_1", "name": "Marcos", "serviceIds": ["svc_1"]},
    ),
    Route(
        method="GET",
        path=f"{API}/providers",
        name="listProviders",
        tag=TAG,
        summary="List a business's providers",
        access=access.PUBLIC,
        handler=of_business,
        query=BusinessPageQuery,
        answer=shapes.Items[shapes.Provider],
    ),
    Route(
        method="GET",
        path=f"{API}/providers/{{providerId}}",
        name="getProvider",
        tag=TAG,
        summary="Read a provider's card",
        access=access.PUBLIC,
        handler=read,
        answer=shapes.Provider,
    ),
    Route(
        method="PATCH",
        path=f"{API}/providers/{{providerId}}",
        name="changeProvider",
        tag=TAG,
        summary="Change a provider",
        description="What is left out stays as it is; null falls back to the business.",
        access=access.STAFF,
        handler=change,
        body=ProviderChange,
        answer=shapes.Provider,
        example={"policy": {"slotStepMinutes": 30}},
    ),
    Route(
        method="GET",
        path=f"{API}/providers/{{providerId}}/schedule",
        name="getSchedule",
        tag=TAG,
        summary="Read working hours and time off",
        access=access.STAFF_AND_INTEGRATORS,
        handler=schedule,
        answer=shapes.ProviderSchedule,
    ),
    Route(
        method="GET",
        path=f"{API}/providers/{{providerId}}/hours",
        name="getHours",
        tag=TAG,
        summary="Read when a provider is open, date by date",
        description="By schedule, exceptions and public holidays, at most 31 days. Time off is not taken out.",
        access=access.STAFF_AND_INTEGRATORS,
        handler=hours,
        query=HoursQuery,
        answer=shapes.OpenDays,
    ),
    Route(
        method="PUT",
        path=f"{API}/providers/{{providerId}}/schedule",
        name="putSchedule",
        tag=TAG,
        summary="Replace working hours, breaks and exceptions",
        description=(
            "Wall-clock times in the provider's zone. An exception states its whole day and wins over public"
            " holidays, which win over weekly hours; one without hours closes the day. Bookings stay as they are."
        ),
        access=access.STAFF,
        handler=change_schedule,
        body=Schedule,
        answer=shapes.ProviderSchedule,
        example={
            "weekly": [{"day": "MO", "from": "09:00", "to": "20:00"}],
            "breaks": [{"day": "MO", "from": "13:00", "to": "14:00"}],
            "exceptions": [{"date": "2026-12-24", "hours": [{"from": "09:00", "to": "13:00"}], "reason": "Nochebuena"}],
        },
    ),
    Route(
        method="POST",
        path=f"{API}/providers/{{providerId}}/time-off",
        name="addTimeOff",
        tag=TAG,
        summary="Take time off",
        description="Live bookings in that time are left where they are; `force` says that you know of them.",
        access=access.STAFF,
        handler=add_time_off,
        body=NewTimeOff,
        answer=shapes.CalendarTimeOff,
        status=HTTPStatus.CREATED,
        conflicts=("bookings_in_the_way", "too_many_time_offs"),
        example={"start": "2026-12-28T00:00:00-03:00", "end": "2027-01-04T00:00:00-03:00", "reason": "Vacaciones"},
    ),
    Route(
        method="DELETE",
        path=f"{API}/providers/{{providerId}}/time-off/{{timeOffId}}",
        name="removeTimeOff",
        tag=TAG,
        summary="Work after all",
        access=access.STAFF,
        handler=remove_time_off,
        status=HTTPStatus.NO_CONTENT,
    ),
    Route(
        method="GET",
        path=f"{API}/providers/{{providerId}}/events",
        name="listEvents",
        tag=TAG,
        summary="Read a calendar's event stream",
        description="In order and without gaps. Go on with the last number that you saw as `after`.",
        access=access.STAFF_AND_INTEGRATORS,
        handler=events,
        query=EventsQuery,
        answer=shapes.Events,
    ),
)
