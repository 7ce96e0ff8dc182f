"""The whole of it, as `turnero demo` shows it: a customer books by chatting, and the barber sees it happen."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.http.web.world import live, shows
from tests.process.test_demo import demo

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.process]


async def test_a_booking_that_is_made_in_the_chat_appears_in_the_calendar(browser: Browser) -> None:
    async with demo("--now", "2026-12-01T10:40:00-03:00") as links:
        shop, customer = [await browser.new_context(locale="es-AR") for _ in range(2)]
        calendar, chat = await shop.new_page(), await customer.new_page()
        await calendar.goto(links["calendar"])
        await live(calendar)

        await chat.goto(links["chat"])
        await chat.locator("#said").fill("Quiero un corte de pelo con Martín hoy a las 16")
        await chat.keyboard.press("Enter")
        await expect(chat.locator("#lines")).to_contain_text("¿A nombre de quién")
        await chat.locator("#said").fill("Soy Zulema Ortiz, 11 4555 7777")
        await chat.keyboard.press("Enter")
        await chat.get_by_role("button", name="Confirmar").click()

        await shows(calendar, "Zulema Ortiz", "16:00 · Corte de pelo")
        await shop.close()
        await customer.close()
