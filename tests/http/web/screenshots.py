"""Takes the pictures of `docs/images/`: `python -m tests.http.web.screenshots`. They are looked at, not compared."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page, async_playwright

from tests.browser import ARGUMENTS, chromium
from tests.http.api import API
from tests.http.web.world import World, appointment, at, lift, shows
from tests.process.test_demo import demo
from turnero.persistence.migrate import migrate

IMAGES = Path(__file__).parents[3] / "docs" / "images"

# Twice the pixels, so that they are sharp on paper and on good screens.
SHARP: dict[str, Any] = {"device_scale_factor": 1.5, "viewport": {"width": 1280, "height": 820}}
PHONE: dict[str, Any] = {
    "device_scale_factor": 2,
    "viewport": {"width": 390, "height": 844},
    "has_touch": True,
    "is_mobile": True,
}


class Row(NamedTuple):
    """An appointment of the day that is photographed: with whom (by number), when, what for, for whom."""

    barber: int
    time: str
    service: int
    name: str
    note: str = ""
    then: str = ""


SERVICES = (("Corte", 30, 18_000), ("Barba", 30, 12_000), ("Corte y barba", 45, 27_000), ("Color", 90, 48_000))
COLLEAGUES = ("Lucía Benítez", "Diego Acosta")

DAY = (
    Row(0, "09:00", 1, "Gustavo Medina", then="complete"),
    Row(0, "09:30", 2, "Ana Pérez", then="complete"),
    Row(0, "10:30", 1, "Bruno Díaz", note="Con tijera, nada de máquina."),
    Row(0, "11:15", 3, "Carla Suárez", note="Le gusta el café cortado."),
    Row(0, "15:00", 1, "Julián Sosa"),
    Row(0, "16:00", 3, "Tomás Ríos"),
    Row(1, "09:15", 4, "Camila Herrera", then="complete"),
    Row(1, "11:00", 1, "Florencia Ibáñez"),
    Row(1, "12:00", 3, "Sofía Luna"),
    Row(1, "15:30", 1, "Mateo Giménez"),
    Row(2, "09:00", 1, "Esteban Quiroga", then="no-show"),
    Row(2, "10:00", 2, "Nicolás Vega"),
    Row(2, "10:45", 3, "Ramiro Paz"),
    Row(2, "12:00", 1, "Valentín Ojeda"),
    Row(2, "14:30", 1, "Joaquín Prado"),
)


async def main() -> None:
    """Furnish a shop, look at it from everywhere, and keep what is seen."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="turnero-screenshots-"))
    url = f"sqlite:///{folder / 'turnero.db'}"
    await asyncio.to_thread(migrate, url)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
            async with World(browser, url) as world:
                await furnish(world)
                await look(world)
            await look_at_the_chat(browser)
            await browser.close()
    finally:
        shutil.rmtree(folder)


async def furnish(world: World) -> None:
    """Hire, price, and fill the day; then it is twenty to eleven."""
    shop, client = world.shop, world.shop.client
    await client.call("PATCH", f"{API}/businesses/{shop.business_id}", {"name": "Barbería El Turno"}, by=shop.owner)
    services = [shop.service_id]
    for name, minutes, pesos in SERVICES:
        service = {"businessId": shop.business_id, "name": name, "durationMinutes": minutes}
        price = {"amount": pesos * 100, "currency": "ARS"}
        services.append((await world.post("/services", {**service, "price": price}))["id"])
    providers = [shop.provider_id]
    card = {"name": "Martín Ferreyra", "serviceIds": services[1:]}
    await client.call("PATCH", f"{API}/providers/{shop.provider_id}", card, by=shop.owner)
    providers += [await world.second_provider(name, services[1:]) for name in COLLEAGUES]
    booked = {}
    for number, row in enumerate(DAY):
        wish = {
            "providerId": providers[row.barber],
            "serviceId": services[row.service],
            "start": at(row.time),
            "customer": {"name": row.name, "phone": f"+54 9 11 4555-01{number:02}"},
            "note": row.note,
            "override": True,
        }
        booked[row] = (await world.post("/bookings", wish))["id"]
    away = {"start": at("16:30"), "end": at("18:00"), "reason": "Trámite en el banco"}
    await world.post(f"/providers/{providers[1]}/time-off", away)
    waits = {
        "businessId": shop.business_id,
        "serviceId": services[1],
        "from": "2026-11-27",
        "to": "2026-11-27",
        "customer": {"name": "Lautaro Gómez", "phone": "+54 9 11 4555-0199"},
        "partOfDay": "evening",
    }
    await world.post("/waitlist", waits)
    world.clock.set(datetime.fromisoformat(at("10:40")))
    for row, booking_id in booked.items():
        if row.then:
            await world.post(f"/bookings/{booking_id}/{row.then}")
    pending = {"policy": {"autoConfirm": False, "minNoticeMinutes": 0}}
    await client.call("PATCH", f"{API}/providers/{shop.provider_id}", pending, by=shop.owner)
    wish = {"providerId": providers[0], "serviceId": services[1], "start": at("12:15")}
    await client.made(
        f"{API}/bookings",
        {**wish, "customer": {"name": "Agustín Roldán", "phone": "+54 9 11 4555-0190"}},
        by=shop.customer,
    )


async def look(world: World) -> None:
    """Take the pictures."""
    owner = await world.visit(owner=True, **SHARP)
    await shows(owner, "Agustín Roldán")
    await keep(owner, "calendar-owner")
    await keep(await world.visit(owner=True, color_scheme="dark", **SHARP), "calendar-dark")
    await appointment(owner, "Carla Suárez").click()
    await owner.locator(".sheet .note").wait_for()
    await keep(owner, "calendar-appointment")
    await owner.keyboard.press("Escape")
    await owner.locator("#new").click()
    await owner.get_by_label("Buscar por nombre o teléfono").fill("ana")
    await owner.locator(".found button", has_text="Ana Pérez").click()
    await owner.locator(".free button").first.wait_for()
    await keep(owner, "calendar-new")
    await owner.keyboard.press("Escape")
    await lift(owner, "Bruno Díaz", minutes=60)
    await owner.mouse.up()
    await owner.locator(".toast.bad").wait_for()
    await keep(owner, "calendar-conflict")
    await owner.locator(".toast").get_by_role("button", name="Cerrar").click()
    await owner.get_by_role("button", name="Semana").click()
    await keep(owner, "calendar-week")
    phone = await world.visit(**PHONE)
    await shows(phone, "Agustín Roldán")
    await keep(phone, "calendar-phone")
    await appointment(phone, "Agustín Roldán").tap()
    await phone.locator(".sheet details").first.wait_for()
    await keep(phone, "calendar-phone-appointment")
    door = await world.visit(path="/calendar/sign-in", **PHONE)
    await door.get_by_label("E-mail o teléfono").wait_for()
    await keep(door, "sign-in")


async def look_at_the_chat(browser: Browser) -> None:
    """Book in the demo's chat with one message and one tap, and let a day pass."""
    async with demo("--now", "2026-12-01T10:40:00-03:00") as links:
        context = await browser.new_context(locale="es-AR", timezone_id="America/Argentina/Buenos_Aires", **PHONE)
        page = await context.new_page()
        await page.goto(links["chat"])
        await page.locator("#said").fill("Soy Zulema, corte con Martín el jueves a las 10")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Confirmar").tap()
        await page.get_by_text("¡Listo, Zulema!").wait_for()
        await page.get_by_role("button", name="Adelantar 24 h").tap()
        await page.get_by_text("Tenés turno mañana").wait_for()
        await page.screenshot(path=IMAGES / "chat.png", animations="disabled")
        await context.close()


async def keep(page: Page, name: str) -> None:
    """Keep what is on the page, once it has come to rest."""
    await page.wait_for_load_state("networkidle")
    await page.wait_for_function("() => !document.querySelector('.ec-event .name')?.textContent.includes('…')")
    await page.mouse.move(2, 2)
    await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
