"""The chat's page in a real browser: one message and one tap, reminders before one's eyes, and nothing that runs."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.http.web.test_calendar_for_everybody import PHONE, STRANGE, violations
from tests.process.test_demo import demo

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.process]

MORNING = ("--now", "2026-12-01T10:40:00-03:00")
ALL_IN_ONE = "Soy Zulema Ortiz, corte de pelo con Martín el viernes a las 10"


async def test_one_message_and_one_tap_book_and_a_day_later_the_reminder_is_there(browser: Browser) -> None:
    async with demo(*MORNING) as links:
        context = await browser.new_context(locale="es-AR", **PHONE)
        page = await context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        lines = page.locator("#lines")

        await page.goto(links["chat"])
        await expect(page.locator("h1")).to_have_text("Barbería El Turno")
        await page.locator("#said").fill(ALL_IN_ONE)
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Confirmar").tap()
        await expect(lines).to_contain_text("¡Listo, Zulema!")
        for _ in range(2):
            await page.get_by_role("button", name="Adelantar 24 h").tap()
        await expect(lines).to_contain_text("Tenés turno mañana a las 10:00")

        said = await lines.locator("p").all_inner_texts()
        await page.reload()
        again = [text for text in said if not text.startswith("Ahora es")]
        await expect(lines.locator("p")).to_have_text(again, use_inner_text=True)
        assert complaints == []
        await context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong_and_markup_is_only_text(browser: Browser, scheme: str) -> None:
    async with demo(*MORNING) as links:
        context = await browser.new_context(locale="es-AR", color_scheme="dark" if scheme == "dark" else "light")
        page = await context.new_page()
        await page.goto(links["chat"])
        await page.locator("#said").fill(f"hola {STRANGE}")
        await page.keyboard.press("Enter")
        await expect(page.locator(".theirs").last).to_contain_text(STRANGE)
        await expect(page.locator(".ours").last.locator("button").first).to_be_visible()

        assert await violations(page) == []
        assert await page.locator("#lines img").count() == 0
        assert await page.title() == "Barbería El Turno"
        await context.close()
