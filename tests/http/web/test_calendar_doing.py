"""Everything that can be done from the calendar: shown at once, decided by the server, with a way back."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.http.api import API
from tests.http.web.world import World, appointment, at, drag, lift, live, settled, shows

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def choose(page: Page, text: str) -> None:
    await page.get_by_role("button", name=text, exact=True).click()


async def test_dragging_moves_an_appointment_and_undo_moves_it_back(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    page = await world.visit()

    await drag(page, "Ana Suárez", minutes=60)
    await expect(page.locator(".toast")).to_contain_text("Ana Suárez pasó al Vie, 27 nov a las 11:00")
    assert (await world.read(booking))["start"] == at("11:00")

    await choose(page, "Deshacer")
    await shows(page, "Ana Suárez", "10:00")
    await settled(page)
    assert (await world.read(booking))["start"] == at("10:00")


async def test_a_conflict_while_dragging_goes_back_and_one_tap_takes_a_slot_that_is_free(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    page = await world.visit()

    await lift(page, "Ana Suárez", minutes=60)
    await world.book("11:00", "Bruno Paz")
    await page.mouse.up()

    await expect(page.locator(".toast.bad")).to_contain_text("Ese horario ya está ocupado.")
    await shows(page, "Ana Suárez", "10:00")
    await shows(page, "Bruno Paz", "11:00")
    suggestion = page.locator(".toast.bad .choices button").first
    time = await suggestion.inner_text()
    await suggestion.click()
    await shows(page, "Ana Suárez", time)
    await settled(page)
    assert (await world.read(booking))["start"] == at(time)


async def test_the_shops_own_hours_can_be_set_aside(world: World) -> None:
    booking = await world.book("12:30", "Ana Suárez")
    page = await world.visit()

    await drag(page, "Ana Suárez", minutes=45)
    await expect(page.locator(".toast.bad")).to_contain_text("Es la hora del descanso.")
    await choose(page, "Igual")

    await shows(page, "Ana Suárez", "13:15")
    await expect(page.locator(".toast:not(.bad)")).to_be_visible()
    assert (await world.read(booking))["start"] == at("13:15")


async def test_the_notice_that_customers_have_to_keep_is_no_question_to_whoever_works_there(world: World) -> None:
    booking = await world.book("12:00", "Ana Suárez")
    page = await world.visit()

    await drag(page, "Ana Suárez", minutes=-150)

    await expect(page.locator(".toast:not(.bad)")).to_be_visible()
    assert (await world.read(booking))["start"] == at("09:30")


async def test_an_appointment_is_dragged_to_another_barber(world: World) -> None:
    lucia = await world.second_provider()
    booking = await world.book("10:00", "Ana Suárez")
    page = await world.visit(owner=True)

    await drag(page, "Ana Suárez", columns=1)

    await expect(page.locator(".toast")).to_contain_text("Ana Suárez pasó")
    moved = await world.read(booking)
    assert (moved["providerId"], moved["start"]) == (lucia, at("10:00"))
    await shows(page, "Ana Suárez", "10:00")


async def test_the_lower_edge_makes_an_appointment_longer_and_undo_makes_it_as_long_as_it_was(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    page = await world.visit()

    box = await appointment(page, "Ana Suárez").bounding_box()
    assert box
    edge = box["y"] + box["height"] - 2
    await page.mouse.move(box["x"] + 60, edge - 10)
    await page.mouse.move(box["x"] + 60, edge)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 60, edge + 10, steps=3)
    await page.mouse.move(box["x"] + 60, edge + box["height"], steps=8)
    await page.mouse.up()
    await expect(page.locator(".toast")).to_contain_text("ahora dura 60 minutos")
    assert (await world.read(booking))["end"] == at("11:00")

    await choose(page, "Deshacer")
    await expect(page.locator(".toast")).to_contain_text("ahora dura 30 minutos")
    assert (await world.read(booking))["end"] == at("10:30")


async def test_an_appointment_grows_into_nobody_elses_time(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    await world.book("10:30", "Bruno Paz")
    page = await world.visit()

    await appointment(page, "Ana Suárez").click()
    await page.locator("summary", has_text="Cambiar la duración").click()
    await page.get_by_label("Minutos").fill("45")
    await choose(page, "Guardar")

    await expect(page.locator(".toast.bad")).to_contain_text("Ese horario ya está ocupado.")
    assert (await world.read(booking))["end"] == at("10:30")


async def test_a_new_appointment_for_somebody_known(world: World) -> None:
    await world.book("09:30", "Bruno Ibáñez")
    page = await world.visit()

    await page.locator("#new").click()
    await page.get_by_label("Buscar por nombre o teléfono").fill("ibanez")
    await page.locator(".found button", has_text="Bruno Ibáñez").click()
    await page.get_by_label("Hora", exact=True).select_option("15:00")
    await page.get_by_label("Nota").fill("Con tijera")
    await choose(page, "Agendar")

    await expect(appointment(page, "Bruno Ibáñez")).to_have_count(2)
    bookings = (await world.shop.client.get(f"{API}/bookings", by=world.shop.owner)).body["items"]
    assert [(b["start"], b["note"]) for b in bookings] == [(at("09:30"), ""), (at("15:00"), "Con tijera")]
    assert len({b["customerId"] for b in bookings}) == 1


async def test_a_new_appointment_for_a_new_customer_at_the_time_that_was_clicked(world: World) -> None:
    page = await world.visit()

    row = await page.locator(".ec-sidebar .ec-slot").nth(2).bounding_box()
    column = await page.locator(".ec-body .ec-day").first.bounding_box()
    assert row
    assert column
    # Two rows below nine, a quarter of an hour in.
    await page.mouse.click(column["x"] + 200, column["y"] + 2 * row["height"] + row["height"] / 4 + 3)
    await page.get_by_label("Buscar por nombre o teléfono").fill("Carla Ruiz")
    await choose(page, "+ Cliente nuevo")
    await expect(page.get_by_label("Nombre", exact=True)).to_have_value("Carla Ruiz")
    await page.get_by_label("Teléfono", exact=True).fill("11 4444-5555")
    await choose(page, "Agendar")

    await shows(page, "Carla Ruiz", "11:15")
    await choose(page, "Deshacer")
    await expect(appointment(page, "Carla Ruiz")).to_have_count(0)


async def test_a_taken_time_is_refused_in_the_form_with_times_that_are_free(world: World) -> None:
    await world.book("15:00", "Bruno Paz")
    page = await world.visit()

    await page.locator("#new").click()
    await page.locator(".found button", has_text="Bruno Paz").click()
    await page.get_by_label("Hora", exact=True).select_option("15:00")
    await choose(page, "Agendar")

    await expect(page.locator(".sheet .error[role=alert]:visible")).to_have_text("Ese horario ya está ocupado.")
    await page.locator(".sheet .choices button").first.click()
    await expect(appointment(page, "Bruno Paz")).to_have_count(2)


async def test_a_pending_appointment_is_confirmed(world: World) -> None:
    await world.shop.set_policy(autoConfirm=False, minNoticeMinutes=0)
    booking = await world.shop.booked(at("10:00"), customer={"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"})
    page = await world.visit()

    await expect(appointment(page, "Ana Suárez")).to_contain_text("Sin confirmar")
    await appointment(page, "Ana Suárez").click()
    await choose(page, "Confirmar")

    await expect(page.locator(".toast")).to_contain_text("confirmado")
    assert (await world.read(booking))["status"] == "CONFIRMED"


@pytest.mark.parametrize(("button", "status"), [("Cumplido", "COMPLETED"), ("No vino", "NO_SHOW")])
async def test_what_became_of_an_appointment_is_said_a_moment_later(world: World, button: str, status: str) -> None:
    booking = await world.book("09:00", "Ana Suárez")
    page = await world.visit()

    await appointment(page, "Ana Suárez").click()
    await choose(page, button)
    assert (await world.read(booking))["status"] == "CONFIRMED"
    await (
        page.locator("#toasts").get_by_role("button", name="Cerrar").click()
    )  # whoever puts the message away has had their second thoughts

    await settled(page)
    assert (await world.read(booking))["status"] == status


async def test_today_tells_what_was_taken(world: World) -> None:
    page = await world.visit()
    await expect(page.locator("#takings")).to_contain_text("todavía nada cobrado")

    booking = await world.book("09:00", "Ana Suárez")
    await world.post(f"/bookings/{booking['id']}/complete")

    await expect(page.locator("#takings")).to_contain_text("Hoy: 1 turno")
    await expect(page.locator("#takings")).to_contain_text("12.000 cobrados")


async def test_a_cancellation_can_be_taken_back_before_anybody_has_heard_of_it(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    page = await world.visit()

    await appointment(page, "Ana Suárez").click()
    await choose(page, "Cancelar turno")
    await page.get_by_label("Motivo (opcional)").fill("Se cortó la luz")
    await page.locator(".sure button").click()
    await expect(appointment(page, "Ana Suárez")).to_have_count(0)
    await choose(page, "Deshacer")

    await shows(page, "Ana Suárez", "10:00")
    assert (await world.read(booking))["status"] == "CONFIRMED"


async def test_a_cancellation_is_sent_with_its_reason_also_by_whoever_leaves_the_page(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    page, other = await world.visit(), await world.visit()

    await appointment(page, "Ana Suárez").click()
    await choose(page, "Cancelar turno")
    await page.get_by_label("Motivo (opcional)").fill("Se cortó la luz")
    await page.locator(".sure button").click()
    await expect(page.locator(".toast")).to_contain_text("turno cancelado")
    await page.goto("about:blank")

    await expect(appointment(other, "Ana Suárez")).to_have_count(0)
    cancelled = await world.read(booking)
    assert (cancelled["status"], cancelled["cancelReason"]) == ("CANCELLED", "Se cortó la luz")


async def test_time_is_blocked_and_opened_again(world: World) -> None:
    page = await world.visit()

    await page.locator("#menu").click()
    await choose(page, "Bloquear horario")
    await page.get_by_label("Desde las").select_option("16:00")
    await page.get_by_label("Hasta las").select_option("17:30")
    await page.get_by_label("Motivo (solo para vos)").fill("Dentista")
    await choose(page, "Bloquear")
    await shows(page, "Dentista", "16:00")

    await appointment(page, "Dentista").click()
    await choose(page, "Liberar este horario")
    await expect(appointment(page, "Dentista")).to_have_count(0)


async def test_blocking_time_with_appointments_in_it_asks_first(world: World) -> None:
    await world.book("16:00", "Ana Suárez")
    page = await world.visit()

    await page.locator("#menu").click()
    await choose(page, "Bloquear horario")
    await page.get_by_label("Desde las").select_option("15:30")
    await page.get_by_label("Hasta las").select_option("17:00")
    await choose(page, "Bloquear")
    await expect(page.locator(".sheet .error:visible")).to_have_text("Hay 1 turno en ese horario.")
    await choose(page, "Bloquear igual; los turnos quedan")

    await shows(page, "No disponible", "15:30")
    await shows(page, "Ana Suárez", "16:00")


async def test_a_group_shows_who_is_in_it_and_takes_one_more(world: World) -> None:
    people = [{"name": name, "phone": f"+54 9 11 4444-000{n}"} for n, name in enumerate(("Bruno Paz", "Carla Ruiz"))]
    group = {
        "providerId": world.shop.provider_id,
        "serviceId": world.shop.service_id,
        "startTime": at("15:00"),
        "maxParticipants": 3,
        "participants": people,
    }
    await world.post("/bookings/advanced/group", group)
    await world.book("10:00", "Ana Suárez")
    page = await world.visit()

    await shows(page, "2 personas", "15:00")
    await appointment(page, "2 personas").click()
    await expect(page.locator(".sheet")).to_contain_text("2 de 3 lugares")
    await expect(page.locator(".people li")).to_have_count(2)
    await page.locator("summary", has_text="Agregar a alguien").click()
    await page.locator(".found button", has_text="Ana Suárez").click()
    await choose(page, "Agregar a alguien")

    await expect(page.locator(".people li")).to_have_count(3)
    await expect(page.locator(".sheet")).to_contain_text("3 de 3 lugares")
    await page.keyboard.press("Escape")
    await shows(page, "3 personas", "15:00")


async def test_whoever_wants_a_day_that_is_full_is_put_on_the_waitlist(world: World) -> None:
    await world.book("10:00", "Ana Suárez")
    page = await world.visit()

    await page.locator("#new").click()
    await page.locator(".found button", has_text="Ana Suárez").click()
    await page.locator("input[type=date]").fill("2026-11-28")  # a Saturday, on which nobody works
    await choose(page, "Anotar en la lista de espera")

    await expect(page.locator(".toast")).to_contain_text("En lista de espera para el Sáb, 28 nov")
    await expect(page.locator("#waiting")).to_have_text("1")


async def test_the_waitlist_shows_offers_and_takes_them_for_the_customer(world: World) -> None:
    booking = await world.book("10:00", "Ana Suárez")
    off = {"start": at("10:30"), "end": at("18:00")}
    await world.post(f"/providers/{world.shop.provider_id}/time-off", off)
    wish = {
        "providerId": world.shop.provider_id,
        "serviceId": world.shop.service_id,
        "from": "2026-11-27",
        "to": "2026-11-27",
        "customer": {"name": "Bruno Paz", "phone": "+54 9 11 5555-1234"},
    }
    await world.post("/waitlist", wish)
    page = await world.visit()
    await expect(page.locator("#waiting")).to_have_text("1")

    await page.locator("#waitlist").click()
    await expect(page.locator(".cards li")).to_contain_text("Bruno Paz")
    await world.post(f"/bookings/{booking['id']}/cancel")
    await expect(page.locator(".cards li")).to_contain_text("Ofrecido: Vie, 27 nov 10:00")
    await choose(page, "Aceptó")

    await expect(page.locator(".sheet")).to_contain_text("Nadie espera turno")
    await page.keyboard.press("Escape")
    await shows(page, "Bruno Paz", "10:00")


async def test_an_appointment_shows_its_note_its_messages_and_how_to_reach_the_customer(world: World) -> None:
    await world.book("15:00", "Ana Suárez", note="Le gusta el café cortado")
    page = await world.visit()

    await appointment(page, "Ana Suárez").click()
    sheet = page.locator(".sheet")
    await expect(sheet).to_contain_text("Le gusta el café cortado")
    await expect(sheet).to_contain_text("12.000")
    await expect(sheet.locator('a[href^="tel:+54911"]')).to_be_visible()
    await expect(sheet.locator('a[href^="https://wa.me/54911"]')).to_be_visible()
    await sheet.locator("summary", has_text="Mensajes").click()
    await expect(sheet.locator("details li").first).to_contain_text("programado")
    await sheet.locator("summary", has_text="Qué pasó").click()
    await expect(sheet).to_contain_text("Dueño")


async def test_a_note_is_written_changed_and_taken_away(world: World) -> None:
    booking = await world.book("15:00", "Ana Suárez")
    page = await world.visit()
    await appointment(page, "Ana Suárez").click()
    sheet = page.locator(".sheet")

    await choose(page, "Agregar una nota")
    await expect(sheet.get_by_label("Nota")).to_be_focused()
    await page.keyboard.type("Alérgica al <b>amoníaco</b>")
    await choose(page, "Guardar")
    await expect(sheet.get_by_role("status")).to_have_text("Guardado")
    await expect(sheet.locator(".note")).to_have_text("Alérgica al <b>amoníaco</b>")
    assert (await world.read(booking))["note"] == "Alérgica al <b>amoníaco</b>"

    await choose(page, "Cambiar la nota")
    await sheet.get_by_label("Nota").fill("Otra cosa")
    await choose(page, "Cancelar")
    await expect(sheet.locator(".note")).to_have_text("Alérgica al <b>amoníaco</b>")
    await expect(sheet.get_by_role("button", name="Cambiar la nota")).to_be_focused()

    await choose(page, "Cambiar la nota")
    await sheet.get_by_label("Nota").fill("")
    await choose(page, "Guardar")
    await expect(sheet.get_by_role("status")).to_have_text("Guardado")
    await expect(sheet.locator(".note")).to_have_count(0)
    assert (await world.read(booking))["note"] == ""
    await sheet.locator("summary", has_text="Qué pasó").click()
    await expect(sheet.locator("details li", has_text="Cambió la nota")).to_have_count(2)


async def test_a_note_that_reached_nobody_is_still_there_to_be_sent_again(world: World) -> None:
    booking = await world.book("15:00", "Ana Suárez", note="Con barba")
    page = await world.visit()
    await appointment(page, "Ana Suárez").click()
    sheet = page.locator(".sheet")
    await choose(page, "Cambiar la nota")
    await sheet.get_by_label("Nota").fill("Sin barba")

    await world.stop()
    await choose(page, "Guardar")
    await expect(sheet.get_by_role("alert")).to_be_visible()
    await expect(sheet.get_by_label("Nota")).to_have_value("Sin barba")

    await world.start()
    await choose(page, "Guardar")
    await expect(sheet.get_by_role("status")).to_have_text("Guardado")
    assert (await world.read(booking))["note"] == "Sin barba"


async def test_whoever_has_lost_an_appointment_to_a_colleague_is_told_that_its_note_is_not_theirs(world: World) -> None:
    lucia = await world.second_provider()
    booking = await world.book("15:00", "Ana Suárez", note="Con barba")
    page = await world.visit()
    await appointment(page, "Ana Suárez").click()
    sheet = page.locator(".sheet")
    await choose(page, "Cambiar la nota")
    await sheet.get_by_label("Nota").fill("Sin barba")

    await world.post(f"/bookings/{booking['id']}/reschedule", {"start": at("16:00"), "providerId": lucia})
    await choose(page, "Guardar")

    await expect(sheet.get_by_role("alert")).to_have_text("No tenés permiso para eso.")
    await expect(sheet.get_by_label("Nota")).to_have_value("Sin barba")
    assert (await world.read(booking))["note"] == "Con barba"


async def test_an_address_is_kept_when_only_a_password_is_set(world: World) -> None:
    path = f"{API}/providers/{world.shop.provider_id}/account"
    await world.shop.client.call("PUT", path, {"email": "marcos@example.com"}, by=world.shop.owner)
    page = await world.visit()

    await page.locator("#menu").click()
    await page.locator("summary", has_text="Mi cuenta").click()
    await expect(page.get_by_label("E-mail")).to_have_value("marcos@example.com")
    await page.get_by_label("Contraseña nueva").fill("tijera y peine 1957")
    await choose(page, "Guardar")

    # It has signed all browsers out; this one comes in by what was just set.
    await page.wait_for_url("**/calendar/sign-in")
    await choose(page, "Entrar con contraseña")
    await page.get_by_label("E-mail o teléfono").fill("marcos@example.com")
    await page.get_by_label("Contraseña").fill("tijera y peine 1957")
    await choose(page, "Entrar")
    await live(page)


async def test_other_browsers_are_listed_and_signed_out(world: World) -> None:
    page, other = await world.visit(), await world.visit()

    await page.locator("#menu").click()
    await expect(page.locator(".lines li")).to_have_count(2)
    await page.locator(".lines li", has_not_text="este").get_by_role("button").click()
    await expect(page.locator(".lines li")).to_have_count(1)
    await other.locator("#next").click()
    await other.wait_for_url("**/calendar/sign-in")

    await choose(page, "Cerrar sesión")
    await page.wait_for_url("**/calendar/sign-in")
