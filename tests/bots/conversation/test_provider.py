"""Somebody who works there, on a telephone of their own."""

from __future__ import annotations

import pytest

from tests.bots.conversation.world import CORTE_Y_BARBA, DIEGO, World, at, juan, martin
from turnero.engine.domain.booking import Status


@pytest.fixture
def world() -> World:
    """Martín's day: Ana at ten, Bruno at half past ten, Carla at four; Diego has somebody as well."""
    world = martin()
    world.now = at("2026-05-06 08:30")
    world.booked("2026-05-06 10:00", name="Ana Pérez")
    world.booked("2026-05-06 10:30", service_id=CORTE_Y_BARBA, name="Bruno Díaz")
    world.booked("2026-05-06 16:00", name="Carla Suárez")
    world.booked("2026-05-06 12:00", DIEGO, name="Gustavo Medina")
    return world


def statuses(world: World) -> dict[str, Status]:
    return {it.customer_name.split()[0]: it.status for it in world.bookings.values()}


@pytest.mark.parametrize("question", ["¿qué tengo hoy?", "agenda de hoy", "mis turnos", "hoy"])
def test_their_day_is_said_line_by_line_and_nobody_elses(world: World, question: str) -> None:
    told = world.says(question)
    assert "10:00 Ana Pérez, Corte de pelo\n10:30 Bruno Díaz, Corte y barba\n16:00 Carla Suárez" in told
    assert "Gustavo" not in told


def test_a_day_without_anybody_is_said_to_be_free(world: World) -> None:
    assert "mañana jueves 7 de mayo no tenés turnos" in world.says("y mañana?").casefold()


def test_what_is_over_is_marked(world: World) -> None:
    world.now = at("2026-05-06 10:05")
    world.says("llegó")
    assert "Ana Pérez, Corte de pelo (vino)" in world.says("qué tengo hoy?")


def test_time_is_blocked(world: World) -> None:
    assert "bloqueé mañana jueves 7 de mayo de 13:00 a 15:00" in world.says("bloqueá mañana de 13 a 15")
    assert world.blocked == [(at("2026-05-07 13:00"), at("2026-05-07 15:00"))]


def test_a_whole_day_is_blocked(world: World) -> None:
    world.says("bloqueá el viernes")
    assert world.blocked == [(at("2026-05-08 00:00"), at("2026-05-09 00:00"))]


def test_bookings_in_the_way_are_listed_and_nothing_is_forced(world: World) -> None:
    told = world.says("bloqueá hoy de 15 a 17")
    assert "16:00 Carla Suárez" in told
    assert not world.blocked
    assert statuses(world)["Carla"] is Status.CONFIRMED


def test_to_block_without_saying_when_is_asked_back(world: World) -> None:
    assert "¿Qué día" in world.says("bloqueame un rato")
    assert not world.blocked


def test_a_booking_is_cancelled_after_a_yes_to_the_customers_name(world: World) -> None:
    asked = world.says("cancelá el de las 10")
    assert "Ana Pérez" in asked
    assert "10:00" in asked
    assert statuses(world)["Ana"] is Status.CONFIRMED
    world.says("sí")
    assert statuses(world)["Ana"] is Status.CANCELLED


def test_a_no_cancels_nothing(world: World) -> None:
    world.says("cancelá el de las 10", "no")
    assert statuses(world)["Ana"] is Status.CONFIRMED


def test_which_one_is_asked_where_it_is_not_clear(world: World) -> None:
    asked = world.says("cancelá un turno")
    assert "1. 10:00 Ana Pérez" in asked
    world.says("la 3", "sí")
    assert statuses(world)["Carla"] is Status.CANCELLED


def test_somebody_came_whose_time_it_is(world: World) -> None:
    world.now = at("2026-05-06 10:35")
    assert "Bruno Díaz vino" in world.says("llegó")
    assert statuses(world)["Bruno"] is Status.COMPLETED


def test_somebody_did_not_come(world: World) -> None:
    world.now = at("2026-05-06 10:20")
    assert "Ana Pérez no vino" in world.says("no vino")
    assert statuses(world)["Ana"] is Status.NO_SHOW


def test_the_time_says_who_did_not_come(world: World) -> None:
    world.now = at("2026-05-06 10:50")
    assert "Ana Pérez no vino" in world.says("no vino el de las 10")


def test_between_two_appointments_it_is_asked_who(world: World) -> None:
    world.now = at("2026-05-06 11:20")
    assert "1. 10:00 Ana Pérez" in world.says("no vino")
    world.says("2")
    assert statuses(world)["Bruno"] is Status.NO_SHOW


def test_nobody_comes_before_their_time(world: World) -> None:
    assert "todavía no empezó" in world.says("llegó el de las 10")
    assert statuses(world)["Ana"] is Status.CONFIRMED


def test_to_book_as_a_customer_is_not_for_this_chat(world: World) -> None:
    assert "agenda" in world.says("quiero un turno")


def test_anything_else_is_answered_with_what_can_be_said(world: World) -> None:
    assert "llegó" in world.says("asdf")
    assert "Martín" in world.says("hola")


def test_a_customer_who_writes_like_a_barber_is_still_a_customer() -> None:
    world = juan()
    world.booked("2026-05-06 10:30", name="Ana Pérez")
    told = world.says("bloqueá mañana de 13 a 15") + world.says("no vino") + world.says("¿qué tengo hoy?")
    assert "Ana" not in told
    assert not world.blocked
    assert statuses(world)["Ana"] is Status.CONFIRMED


def test_what_is_asked_is_answered_with_a_press_as_well(world: World) -> None:
    world.now = at("2026-05-06 11:20")
    world.says("no vino")
    assert "Ana Pérez no vino" in world.presses("10:00 Ana")
    assert statuses(world)["Ana"] is Status.NO_SHOW
    world.says("cancelá el de las 16")
    world.presses("Sí")
    assert statuses(world)["Carla"] is Status.CANCELLED
    assert "ya venció" in world.presses("Sí")


def test_which_of_several_to_cancel_is_pressed_and_then_confirmed(world: World) -> None:
    world.says("cancelá un turno")
    assert "Carla Suárez" in world.presses("16:00 Carla")
    assert statuses(world)["Carla"] is Status.CONFIRMED
    world.presses("Sí")
    assert statuses(world)["Carla"] is Status.CANCELLED


# --- Whose, and when -------------------------------------------------------------------------------------------------


def test_a_customer_may_be_called_by_name_whenever_they_come(world: World) -> None:
    world.booked("2026-05-12 11:00", name="Elsa Quiroga")
    assert "Elsa Quiroga, el martes 12 de mayo a las 11:00" in world.says("cancelá a Elsa")
    world.says("sí")
    assert statuses(world)["Elsa"] is Status.CANCELLED


def test_whoever_is_called_by_a_name_is_nobody_else(world: World) -> None:
    world.now = at("2026-05-06 15:00")
    assert "No encuentro ese turno" in world.says("cancelá el turno de Pedro")
    assert "Carla" in world.says("cancelá el de la tarde")


def test_of_two_with_one_name_on_two_days_it_is_asked_which(world: World) -> None:
    world.booked("2026-05-07 09:00", name="Carla Suárez")
    told = world.says("cancelá a Carla")
    assert "Hoy 16:00 Carla Suárez" in told
    assert "Mañana 09:00 Carla Suárez" in told
    world.says("la 2")
    world.says("sí")
    assert [it.status for it in world.bookings.values() if it.customer_name == "Carla Suárez"] == [
        Status.CONFIRMED,
        Status.CANCELLED,
    ]


def test_what_is_noted_already_is_said_and_nobody_else_is_marked(world: World) -> None:
    world.now = at("2026-05-06 10:05")
    world.says("llegó")
    assert "«vino»" in world.says("llegó Ana")
    assert statuses(world)["Bruno"] is Status.CONFIRMED


def test_a_no_to_a_cancellation_keeps_it(world: World) -> None:
    world.says("cancelá a Carla")
    assert "queda como está" in world.says("nah")
    assert statuses(world)["Carla"] is Status.CONFIRMED


def test_a_part_of_a_day_is_blocked_and_no_more(world: World) -> None:
    world.says("bloqueame el viernes a la tarde")
    assert world.blocked == [(at("2026-05-08 14:00"), at("2026-05-08 19:00"))]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("bloqueá el viernes", "bloqueé el viernes 8 de mayo, todo el día"),
        ("bloqueá del lunes 11 al miércoles 13", "desde el lunes 11 de mayo hasta el miércoles 13 de mayo, inclusive"),
    ],
)
def test_it_is_said_which_days_are_blocked(world: World, said: str, told: str) -> None:
    assert told in world.says(said)


@pytest.mark.parametrize("said", ["desbloqueá mañana", "pasá a Ana a las 17", "cambiame el de las 10 para mañana"])
def test_what_cannot_be_done_in_a_chat_is_left_to_the_calendar(world: World, said: str) -> None:
    assert "desde el calendario" in world.says(said)
    assert not world.blocked


def test_the_agenda_of_tomorrow_is_tomorrows_in_english_too(world: World) -> None:
    world.booked("2026-05-07 09:00", name="Elsa Quiroga")
    assert "09:00 Elsa Quiroga" in world.says("what do I have tomorrow?")
