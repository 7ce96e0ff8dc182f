"""The calendar in real browsers: what happens anywhere is on the page, whatever happens to the connection."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.http.api import API
from tests.http.web.world import World, appointment, at, drag, live, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_booking_that_is_made_elsewhere_appears_moves_and_goes(world: World) -> None:
    page = await world.visit()

    booking = await world.book("10:00", "Ana Suárez")
    await shows(page, "Ana Suárez", "10:00")
    await world.post(f"/bookings/{booking['id']}/reschedule", {"start": at("11:30")})
    await shows(page, "Ana Suárez", "11:30")
    await world.post(f"/bookings/{booking['id']}/cancel")
    await expect(appointment(page, "Ana Suárez")).to_have_count(0)


async def test_two_browsers_on_one_calendar_see_the_same(world: World) -> None:
    await world.book("10:00", "Ana Suárez")
    tablet, phone = await world.visit(), await world.visit(viewport={"width": 390, "height": 844}, has_touch=True)
    await shows(phone, "Ana Suárez", "10:00")

    await drag(tablet, "Ana Suárez", minutes=90)

    await shows(tablet, "Ana Suárez", "11:30")
    await shows(phone, "Ana Suárez", "11:30")


async def test_times_are_the_shops_in_a_browser_on_the_other_side_of_the_world(world: World) -> None:
    await world.book("17:30", "Ana Suárez")
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Madrid"):
        page = await world.visit(timezone_id=zone)
        await shows(page, "Ana Suárez", "17:30")
        await expect(page.locator("#title")).to_have_text("Viernes, 27 de noviembre")


async def test_a_restarted_server_is_come_back_to_without_a_reload_and_without_a_gap(world: World) -> None:
    await world.book("10:00", "Ana Suárez")
    page = await world.visit()
    await page.evaluate("window.stillHere = true")

    await world.stop()
    await expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    await expect(page.locator("#offline")).to_contain_text("Sin conexión")
    await world.start()
    await world.book("12:00", "Bruno Paz")  # before the page is back: it has to be told of it afterwards

    await live(page)
    await shows(page, "Bruno Paz", "12:00")
    await shows(page, "Ana Suárez", "10:00")
    await expect(page.locator("#offline")).to_be_hidden()
    assert await page.evaluate("window.stillHere")


async def test_a_page_that_missed_more_than_is_streamed_reads_the_calendar_again(world: World) -> None:
    page = await world.visit()
    await world.stop()
    await expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    await world.start()
    path = f"/providers/{world.shop.provider_id}/time-off"
    for hour in range(101):
        off = {
            "start": f"2027-01-{1 + hour // 24:02}T{hour % 24:02}:00:00Z",
            "end": f"2027-01-{1 + hour // 24:02}T{hour % 24:02}:30:00Z",
        }
        made = await world.post(path, off)
        await world.shop.client.call("DELETE", f"{API}{path}/{made['id']}", by=world.shop.owner)
    await world.book("12:00", "Bruno Paz")

    await live(page)
    await shows(page, "Bruno Paz", "12:00")


async def test_who_is_signed_out_elsewhere_is_led_to_the_door(world: World) -> None:
    page = await world.visit()
    client, provider = world.shop.client, world.shop.provider
    (session,) = (await client.get(f"{API}/sign-in/sessions", by=provider)).body["items"]

    await client.call("DELETE", f"{API}/sign-in/sessions/{session['id']}", by=provider)
    await page.locator("#next").click()

    await page.wait_for_url("**/calendar/sign-in")
    await expect(page.get_by_label("E-mail o teléfono")).to_be_visible()


async def test_a_link_that_was_used_says_so_and_offers_another_way(world: World) -> None:
    link = await world.post("/sign-in/links", {"providerId": world.shop.provider_id})
    first = await world.visit(path=link["path"])
    await live(first)

    second = await world.visit(path=link["path"])

    await expect(second.locator("#error")).to_contain_text("ya se usó")
    await expect(second.get_by_role("button", name="Mandame un enlace")).to_be_visible()
    assert "#" not in second.url


async def test_blocked_time_and_new_hours_appear(world: World) -> None:
    page = await world.visit()

    await world.post(
        f"/providers/{world.shop.provider_id}/time-off",
        {"start": at("16:00"), "end": at("17:00"), "reason": "Dentista"},
    )

    await shows(page, "Dentista", "16:00")
