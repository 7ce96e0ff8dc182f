"""A shop behind a real server, and the browsers that look at it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect

from tests.http.api import API, SECRET, Client, Document, HandClock, Shop, open_shop
from tests.http.conftest import running
from turnero.engine.runtime.service import BookingService
from turnero.http.gateway.gateway import Stream
from turnero.http.server import ROUTES, Runner, make_app
from turnero.persistence.presence import LocalPresence
from turnero.persistence.tickets import LocalTickets

# Nothing here takes long; a machine with two busy cores takes longer.
PATIENCE_MS = 15_000

# Where the browser is: on the other side of the world, so that whatever forgets the shop's zone shows.
ELSEWHERE = "Asia/Tokyo"

# What a browser says of its own accord when a server goes away, as some tests have it.
_EXPECTED = ("ERR_CONNECTION_REFUSED", "WebSocket connection to", "Failed to load resource")


class World:
    """One shop, one server, any number of browsers. The clock stands at NOW, a Friday at nine."""

    def __init__(self, browser: Browser, database_url: str) -> None:
        self._browser = browser
        self._database_url = database_url
        self._stack = AsyncExitStack()
        self._server = AsyncExitStack()
        self._contexts: list[BrowserContext] = []
        self._port = 0
        self.clock = HandClock()
        self.complaints: list[str] = []
        self.shop: Shop

    async def __aenter__(self) -> Self:
        await self.start()
        session = await self._stack.enter_async_context(aiohttp.ClientSession(auto_decompress=False))
        document = Document.of(self._app[ROUTES])
        self.shop = await open_shop(Client(session, self.base, document))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        for context in self._contexts:
            await context.close()
        await self._stack.aclose()
        await self.stop()
        assert kind is not None or not self.complaints, self.complaints

    # --- The server -------------------------------------------------------------------------------------------------

    @property
    def base(self) -> str:
        # A name, because a browser tells addresses that are numbers apart from sites.
        return f"http://localhost:{self._port}"

    async def start(self) -> None:
        """Start the server: the first time on any free port, then again on that one."""
        service = await self._server.enter_async_context(running(self._database_url, self.clock))
        self._app = self._made(service)
        runner = Runner(self._app, shutdown_timeout_s=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port, reuse_address=True).start()
        self._port = runner.addresses[0][1]
        self._server.push_async_callback(runner.cleanup)

    async def stop(self) -> None:
        """Stop the server; what was committed stays."""
        await self._server.aclose()

    @staticmethod
    def _made(service: BookingService) -> web.Application:
        return make_app(service, secret=SECRET, stream=Stream(presence=LocalPresence(), tickets=LocalTickets()))

    # --- What happens elsewhere -----------------------------------------------------------------------------------

    async def book(self, start: str, name: str = "Ana Suárez", **more: object) -> Any:
        """Book through the API, as a chat would; `start` is a wall time of Friday, such as "10:00"."""
        phone = f"+54 9 11 4{sum(name.encode()) % 1000:03}-{len(name):04}"
        wish = self.shop.wish(at(start), customer={"name": name, "phone": phone}, override=True, **more)
        return await self.shop.client.made(f"{API}/bookings", wish, by=self.shop.owner)

    async def read(self, booking: Any) -> Any:
        """Return a booking as it is by now."""
        return (await self.shop.client.get(f"{API}/bookings/{booking['id']}", by=self.shop.owner)).body

    async def post(self, path: str, body: object = None) -> Any:
        """Do something through the API, as the owner."""
        reply = await self.shop.client.post(f"{API}{path}", body, by=self.shop.owner)
        assert reply.status < 300, reply
        return reply.body

    async def second_provider(self, name: str = "Lucía", service_ids: Sequence[str] = ()) -> str:
        """Add a colleague with the same service, or others, and the same hours; return their id."""
        client, owner = self.shop.client, self.shop.owner
        # Providers are listed by age.
        self.clock.set(self.clock.now() + timedelta(seconds=1))
        card = {"businessId": self.shop.business_id, "name": name}
        services = [*service_ids] or [self.shop.service_id]
        made = await client.made(f"{API}/providers", {**card, "serviceIds": services}, by=owner)
        hours = {"weekly": [{"day": "FR", "from": "09:00", "to": "18:00"}], "breaks": [], "exceptions": []}
        await client.call("PUT", f"{API}/providers/{made['id']}/schedule", hours, by=owner)
        provider_id: str = made["id"]
        return provider_id

    # --- Browsers ---------------------------------------------------------------------------------------------------

    async def visit(self, *, owner: bool = False, path: str | None = None, **context: Any) -> Page:
        """Open the calendar in a browser of its own, signed in as the provider or the owner; wait until it is live."""
        settings = {
            "locale": "es-AR",
            "timezone_id": ELSEWHERE,
            "viewport": {"width": 1280, "height": 860},
            "reduced_motion": "reduce",
        }
        window = await self._browser.new_context(**{**settings, **context})
        self._contexts.append(window)
        page = await window.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        if path is not None:
            await page.goto(self.base + path)
            return page
        whose = {"businessId": self.shop.business_id} if owner else {"providerId": self.shop.provider_id}
        secret = (await self.post("/sign-in/links", whose))["path"].partition("#")[2]
        # Past the door's own page, which has tests of its own: each of its loads costs a third of a second.
        entered = await window.request.post(f"{self.base}/calendar/enter", data={"secret": secret})
        assert entered.status == 204, entered
        await page.goto(f"{self.base}/calendar")
        await live(page)
        return page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not any(known in message.text for known in _EXPECTED):
            self.complaints.append(f"{message.type}: {message.text}")


def at(time: str) -> str:
    """Return the instant of a wall time of the Friday that the clock shows."""
    return f"2026-11-27T{time}:00-03:00"


async def live(page: Page) -> None:
    """Wait until the page is connected."""
    await page.locator('body[data-ready] #connection[data-state="live"]').wait_for()


def appointment(page: Page, name: str) -> Locator:
    """Return the appointments of somebody, as the page shows them."""
    return page.locator(".ec-event", has_text=name)


async def shows(page: Page, name: str, time: str | None = None) -> None:
    """Assert that somebody has an appointment on the page, once, perhaps at some time; and not only by our own wish."""
    await expect(appointment(page, name)).to_have_count(1)
    if time is not None:
        await expect(appointment(page, name)).to_contain_text(time)
    await expect(page.locator(".is-wish")).to_have_count(0)


async def settled(page: Page) -> None:
    """Wait until the server has decided on everything that the page shows: it shows at once what is only wished for."""
    await expect(page.locator(".is-wish")).to_have_count(0)


async def drag(page: Page, name: str, *, minutes: int = 0, columns: int = 0) -> None:
    """Drag an appointment by the mouse, as a hand does: with many small movements."""
    await lift(page, name, minutes=minutes, columns=columns)
    await page.mouse.up()


async def lift(page: Page, name: str, *, minutes: int = 0, columns: int = 0) -> None:
    """Drag an appointment somewhere, and hold it there."""
    box = await appointment(page, name).bounding_box()
    half_hour = await page.locator(".ec-sidebar .ec-slot").nth(1).bounding_box()
    column = await page.locator(".ec-body .ec-day").first.bounding_box()
    assert box
    assert half_hour
    assert column
    x, y = box["x"] + 30, box["y"] + 8
    # A row of the sidebar is an hour.
    down, right = minutes / 60 * half_hour["height"], columns * column["width"]
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 4, y + 8, steps=3)
    await page.mouse.move(x + right, y + down, steps=8)
