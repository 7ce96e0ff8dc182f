"""Runs the demo: an embedded database in a temporary folder, the sample shop, and a server, until it is stopped."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from msgspec import Meta

from turnero import app
from turnero.config import Settings
from turnero.demo.clock import DemoClock
from turnero.demo.furnish import SampleShop
from turnero.demo.page import Links, Page, Tokens
from turnero.demo.passing import Sending, let_pass
from turnero.demo.seed import PAST, first_free_slot, seed
from turnero.engine.domain.booking import Role
from turnero.engine.domain.value import Value
from turnero.engine.runtime.service import BookingService
from turnero.engine.runtime.sign_in_desk import Whose
from turnero.http import access
from turnero.http.routes.sign_in import ENTER
from turnero.http.routing import AnyRoute, Call, Empty, Route

# A demo that is left running over a weekend should still answer on Monday.
TOKENS_LAST = timedelta(days=30)

# Whoever shows the demo opens its links many times, in many browsers.
ENTRANCES_MAX = 10_000

# A year: further ahead than anything can be booked.
ADVANCE_MAX = timedelta(days=366)

Say = Callable[[str], None]


class ClockChange(Value):
    """How far to move the clock, as an ISO 8601 duration."""

    advance: Annotated[timedelta, Meta(description="ISO 8601 duration, not negative.", examples=["PT24H"])]

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.advance <= ADVANCE_MAX:
            raise ValueError(f"`advance` must be between PT0S and P{ADVANCE_MAX.days}D: the clock goes forward only")


class ClockShows(Value):
    """What the demo's clock shows."""

    now: datetime


async def serve_demo(*, port: int, now: datetime | None, say: Say, as_json: bool) -> None:
    """Serve the sample shop until SIGTERM or SIGINT, having said where it is.

    Raises:
        CannotStart: the port is not free.
    """
    with app.stop_signals() as stop, TemporaryDirectory(prefix="turnero-demo-") as folder:
        settings = Settings(
            secret=secrets.token_urlsafe(48), database_url=f"sqlite:///{Path(folder) / 'turnero.db'}", port=port
        )
        await app.migrate(settings)
        real = app.SystemClock()
        start = now or real.now()
        clock = DemoClock(real, start=start - PAST)
        async with app.node(settings, clock=clock) as running:
            service = running.service
            sample = await seed(service, clock, now=start)
            free = await first_free_slot(service, sample, now=start)
            calendar = await _entrance(service, Whose(provider_id=sample.provider_ids[0]), now=real.now())
            everybodys = await _entrance(service, Whose(business_id=sample.business_id), now=real.now())
            async with (
                app.reachable(settings, running, clock=clock, demo=True) as doors,
                app.listening(
                    settings,
                    service,
                    more_routes=(clock_route(clock, doors.courier),),
                    hooks=doors.hooks,
                    registry=doors.registry,
                    sender=doors.sender,
                ) as base,
            ):
                links = _links(settings, base, sample, calendar=base + calendar)
                page = Page(links=links, owner_calendar=base + everybodys, free=free, now=clock.now())
                say(page.json() if as_json else page.text())
                await stop.wait()


def clock_route(clock: DemoClock, sending: Sending) -> AnyRoute:
    """Return the route that moves `clock`: open to everybody, and there in the demo only."""
    # Two at once would pass the same time together, and each expects its own.
    one_at_a_time = asyncio.Lock()

    async def advance(call: Call[Empty, ClockChange]) -> ClockShows:
        async with one_at_a_time:
            return ClockShows(now=await let_pass(call.body.advance, clock, sending))

    return Route(
        method="POST",
        path="/demo/clock",
        name="moveClock",
        tag="Demo",
        summary="Move the demo's clock forward",
        access=access.PUBLIC,
        handler=advance,
        body=ClockChange,
        answer=ClockShows,
        example={"advance": "PT24H"},
    )


async def _entrance(service: BookingService, whose: Whose, *, now: datetime) -> str:
    """Return where on the server to sign in. Unlike a real one, a demo's link may be opened again and again."""
    issued = await service.issue_sign_in_link(app.OPERATOR, whose, now=now, lasts=TOKENS_LAST, uses=ENTRANCES_MAX)
    return ENTER.format(secret=issued.secret)


def _links(settings: Settings, base: str, sample: SampleShop, *, calendar: str) -> Links:
    def token(role: Role, sub: str, *, business: str | None = sample.business_id) -> str:
        return app.token(settings, role=role, sub=sub, business=business, ttl=TOKENS_LAST)

    tokens = Tokens(
        admin=token(Role.ADMIN, "admin", business=None),
        owner=token(Role.OWNER, "owner"),
        provider=token(Role.PROVIDER, sample.provider_ids[0]),
        customer=token(Role.CUSTOMER, sample.customer_ids[0]),
    )
    return Links(
        base=base,
        chat=f"{base}/chat",
        calendar=calendar,
        docs=f"{base}/api/docs",
        business_id=sample.business_id,
        provider_ids=sample.provider_ids,
        service_ids=sample.service_ids,
        tokens=tokens,
    )
