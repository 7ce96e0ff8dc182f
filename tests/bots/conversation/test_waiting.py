"""The waitlist, and ratings after a visit."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.bots.conversation.world import World, juan
from turnero.bots.conversation import effects as fx
from turnero.engine.domain.booking import Status


def visited(world: World) -> fx.Appointment:
    """Have been there two days ago."""
    it = world.booked("2026-05-04 10:00", mine=True)
    world.bookings[it.id] = replace(it, status=Status.COMPLETED)
    return world.bookings[it.id]


def test_of_a_full_day_they_get_in_line_with_one_press() -> None:
    world = juan()
    world.full("2026-05-07")
    world.says("corte con Martín mañana")
    told = world.presses("Lista de espera")
    assert "te anoté en la lista de espera: corte de pelo con Martín, mañana jueves 7 de mayo" in told
    assert "puesto 1" in told


def test_all_of_it_in_one_message() -> None:
    world = juan()
    world.says("anotame en la lista de espera para un corte con Martín el viernes a la tarde")
    joined = next(effect for effect in world.seen if isinstance(effect, fx.Join))
    assert (str(joined.first), str(joined.last), joined.part_of_day) == ("2026-05-08", "2026-05-08", "afternoon")


def test_without_a_day_they_choose_among_weeks() -> None:
    world = juan()
    world.says("anotame en la lista de espera para un corte")
    assert world.titles == ["Esta semana", "La que viene", "Cualquier día"]
    world.presses("La que viene")
    joined = next(effect for effect in world.seen if isinstance(effect, fx.Join))
    assert (str(joined.first), str(joined.last)) == ("2026-05-11", "2026-05-17")


def test_what_for_is_asked_as_what_it_is_for() -> None:
    assert "lista de espera. ¿Para qué?" in juan().says("ponme en lista de espera")


def test_twice_in_line_is_said_kindly() -> None:
    world = juan()
    world.says("anotame en la lista de espera para un corte con Martín el viernes")
    assert "Ya estás en la lista" in world.says("anotame en la lista de espera para un corte con Martín el viernes")


def test_an_offer_is_taken_with_its_button_or_with_a_word() -> None:
    world = juan()
    entry = world.waits("2026-05-07", offer="2026-05-07 10:00")
    assert "mañana jueves 7 de mayo a las 10:00" in world.taps(f"take:{entry.id}")
    world = juan()
    world.waits("2026-05-07", offer="2026-05-07 10:00")
    assert "mañana jueves 7 de mayo a las 10:00" in world.says("sí, lo quiero")
    assert world.times == ["2026-05-07 10:00 martin svc0"]
    assert not world.line


def test_an_offer_is_let_go_with_its_button_or_with_a_word() -> None:
    world = juan()
    entry = world.waits("2026-05-07", offer="2026-05-07 10:00")
    assert "Seguís en la lista" in world.taps(f"pass:{entry.id}")
    world = juan()
    entry = world.waits("2026-05-07", offer="2026-05-07 10:00")
    world.says("no gracias")
    assert world.line[entry.id].offer is None
    assert not world.live


def test_an_offer_that_ran_out_is_told_so() -> None:
    world = juan()
    entry = world.waits("2026-05-07")
    assert "ya no está" in world.taps(f"take:{entry.id}")


def test_an_offer_that_they_took_or_left_is_not_said_to_be_somebody_elses() -> None:
    world = juan()
    entry = world.waits("2026-05-07", offer="2026-05-07 10:00")
    world.taps(f"take:{entry.id}")
    told = world.taps(f"take:{entry.id}")
    assert "mañana jueves 7 de mayo a las 10:00" in told
    assert "lista" not in told
    assert "ya venció" in juan().taps("take:wle99")


def test_who_waits_sees_it_among_their_bookings_and_may_leave() -> None:
    world = juan()
    world.waits("2026-05-08")
    assert "En lista de espera" in world.says("mis turnos")
    assert "te saqué" in world.presses("Salir de la espera")
    assert not world.line


def test_a_visit_is_rated_with_its_button_or_with_a_number() -> None:
    world = juan()
    it = visited(world)
    assert "5 ⭐" in world.taps(f"rate:{it.id}:5")
    world = juan()
    it = visited(world)
    world.says("4")
    assert world.stars == {it.id: 4}


def test_few_stars_are_thanked_for_and_somebody_listens() -> None:
    world = juan()
    visited(world)
    assert "perdón" in world.says("⭐⭐")
    assert world.titles == ["Hablar con alguien"]


def test_what_is_said_after_the_stars_is_passed_on() -> None:
    world = juan()
    visited(world)
    assert "Se lo paso" in world.says("⭐⭐", "me cortó muy corto y llegué tarde al trabajo")
    assert world.handed_over == ["me cortó muy corto y llegué tarde al trabajo"]


def test_what_is_said_after_the_stars_is_not_said_to_be_passed_on_if_there_is_nobody() -> None:
    world = juan()
    visited(world)
    world.somebody_there = False
    assert world.says("⭐⭐", "me cortó muy corto") == "¡Gracias por contarlo!"


@pytest.mark.parametrize("said", ["gracias", "quiero un turno para el viernes", "cuánto sale la barba?", "chau", "🙌"])
def test_what_is_not_about_the_visit_is_answered_as_ever(said: str) -> None:
    world = juan()
    visited(world)
    world.says("⭐⭐⭐⭐⭐", said)
    assert not world.handed_over


def test_a_visit_is_rated_once() -> None:
    world = juan()
    it = visited(world)
    world.taps(f"rate:{it.id}:5")
    assert "ya la habías calificado" in world.taps(f"rate:{it.id}:1")
    assert world.stars == {it.id: 5}


def test_stars_without_a_visit_are_no_rating() -> None:
    assert "No encuentro una visita" in juan().says("⭐⭐⭐⭐⭐")


def test_who_is_offered_something_sees_that_first() -> None:
    world = juan()
    world.waits("2026-05-08", offer="2026-05-08 16:00")
    assert "lugar guardado" in world.says("mis turnos")
    world.says("sí")
    assert world.times == ["2026-05-08 16:00 martin svc0"]


def test_the_line_is_left_by_asking() -> None:
    world = juan()
    assert "ninguna lista" in world.says("sacame de la lista de espera")
    world.waits("2026-05-08")
    world.says("quiero salir de la lista de espera")
    assert not world.line
