"""What becomes of bookings that exist: listed, cancelled, taken back, moved; from words and from old buttons."""

from __future__ import annotations

import pytest

from tests.bots.conversation.world import BARBA, CORTE_Y_BARBA, DIEGO, LUCIA, MARTIN, World, juan
from turnero.bots.conversation import effects as fx
from turnero.bots.conversation.reply import About
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind

FRIDAY = "2026-05-08 16:00"
SATURDAY = "2026-05-09 11:00"


@pytest.fixture
def world() -> World:
    """Juan, who comes on Friday at four."""
    world = juan()
    world.booked(FRIDAY, mine=True)
    return world


@pytest.fixture
def twice(world: World) -> World:
    """The same, and on Saturday at eleven as well."""
    world.booked(SATURDAY, DIEGO, BARBA, mine=True)
    return world


# --- Listing ----------------------------------------------------------------------------------------------------------


def test_what_they_have_is_said_with_day_time_and_barber(world: World) -> None:
    told = world.says("cuándo es mi turno?")
    assert "corte de pelo con Martín, el viernes 8 de mayo a las 16:00" in told
    assert world.titles == ["Cambiarlo", "Cancelarlo"]


def test_nothing_is_said_kindly_and_a_booking_offered() -> None:
    world = juan()
    assert "No tenés turnos" in world.says("mis turnos")
    assert world.titles == ["Reservar un turno"]


def test_one_of_several_is_picked_by_its_number(twice: World) -> None:
    assert "1. Corte de pelo con Martín" in twice.says("mis turnos")
    assert "arreglo de barba con Diego" in twice.says("2")


def test_one_that_the_shop_has_still_to_confirm_is_told_apart() -> None:
    world = juan()
    world.booked(FRIDAY, mine=True, status=Status.PENDING)
    assert "(a confirmar)" in world.says("mis turnos")


# --- Cancelling -------------------------------------------------------------------------------------------------------


def test_nothing_is_cancelled_before_they_say_yes(world: World) -> None:
    assert "¿Cancelo tu turno de corte de pelo con Martín, el viernes 8" in world.says("cancelá mi turno")
    assert len(world.live) == 1
    assert "cancelé" in world.says("sí")
    assert not world.live
    booking_id = next(iter(world.mine))
    assert world.last[-1].about == About(booking_id=booking_id, kind=MessageKind.CANCELLED)


def test_a_no_keeps_the_booking(world: World) -> None:
    assert "queda como está" in world.says("cancelá mi turno", "no, dejalo")
    assert len(world.live) == 1


def test_of_several_bookings_it_is_asked_which(twice: World) -> None:
    asked = twice.says("quiero cancelar")
    assert "viernes 8" in asked
    assert "sábado 9" in asked
    assert "sábado 9" in twice.says("el del sábado")
    twice.says("sí")
    assert twice.times == ["2026-05-08 16:00 martin svc0"]


def test_a_word_that_points_at_one_is_enough(twice: World) -> None:
    assert "¿Cancelo tu turno de arreglo de barba" in twice.says("cancelá el turno del sábado")


def test_a_booking_that_they_do_not_have_is_not_found_and_those_they_have_are_shown(world: World) -> None:
    told = world.says("cancelá el turno del martes")
    assert "No encuentro ese turno" in told
    assert "viernes 8" in told


def test_without_a_booking_there_is_nothing_to_cancel() -> None:
    assert "No tenés turnos para cancelar" in juan().says("cancelame el turno")


def test_the_late_cancellation_rule_is_explained_with_its_deadline_and_a_way_on() -> None:
    world = juan()
    world.booked("2026-05-07 10:00", mine=True)
    told = world.says("cancelá mi turno")
    assert "24 horas" in told
    assert "hoy miércoles 6 de mayo a las 10:00" in told
    assert world.titles == ["Hablar con alguien", "Voy"]
    assert len(world.live) == 1


def test_one_that_becomes_too_late_while_they_think_is_explained_as_well() -> None:
    world = juan()
    world.booked("2026-05-07 11:10", mine=True)
    world.says("cancelá mi turno")
    world.passes(minutes=11)
    assert "24 horas" in world.says("sí")
    assert len(world.live) == 1


def test_one_that_is_not_confirmed_yet_may_be_cancelled_at_any_time() -> None:
    world = juan()
    world.booked("2026-05-06 14:00", mine=True, status=Status.PENDING)
    world.says("cancelá mi turno", "sí")
    assert not world.live


def test_a_cancellation_is_taken_back_with_one_word_or_press(world: World) -> None:
    world.says("cancelá mi turno", "sí")
    assert "lo recuperé" in world.presses("Deshacer")
    assert world.times == ["2026-05-08 16:00 martin svc0"]


def test_a_slot_that_somebody_took_meanwhile_is_not_taken_back_but_its_neighbours_are_offered(world: World) -> None:
    world.says("cancelá mi turno", "sí")
    world.booked(FRIDAY, name="Otra")
    assert "justo se ocupó" in world.presses("Deshacer")
    assert "lo recuperé" not in world.heard
    assert world.titles == ["15:15", "15:30", "16:30"]
    assert not world.live


def test_after_half_an_hour_nothing_is_taken_back(world: World) -> None:
    world.says("cancelá mi turno", "sí")
    world.passes(minutes=31)
    assert "venció" in world.presses("Deshacer")
    assert not world.live


# --- Moving -----------------------------------------------------------------------------------------------------------


def test_same_hour_keeps_the_hour_the_barber_and_the_service(world: World) -> None:
    card = world.says("pasame lo del viernes al martes misma hora")
    assert "martes 12 de mayo a las 16:00, corte de pelo con Martín" in card
    assert world.times == ["2026-05-08 16:00 martin svc0"]
    told = world.says("sí")
    assert "martes 12 de mayo a las 16:00" in told
    assert world.times == ["2026-05-12 16:00 martin svc0"]
    assert world.last[-1].about == About(booking_id=world.live[0].id, kind=MessageKind.RESCHEDULED)


def test_a_move_asks_for_what_is_missing_like_a_booking(world: World) -> None:
    assert "viernes 8" in world.says("necesito cambiar mi turno")
    assert "lunes 11" in world.says("para el lunes")
    assert "lunes 11 de mayo a las 11:30" in world.says("a las 11 y media")
    world.says("dale")
    assert world.times == ["2026-05-11 11:30 martin svc0"]


def test_a_new_hour_alone_stays_on_the_day(world: World) -> None:
    assert "viernes 8 de mayo a las 18:00" in world.says("cambiame el turno a las 18")


def test_a_move_holds_nothing_and_its_own_time_is_free_to_it(world: World) -> None:
    world.says("cambiame el turno a las 16:15")
    assert world.titles == ["Sí, cambiarlo", "Otro horario", "Dejarlo"]
    assert not world.holds


def test_a_move_that_is_left_leaves_the_booking_as_it_was(world: World) -> None:
    world.says("pasame lo del viernes al martes misma hora")
    assert "viernes 8 de mayo a las 16:00" in world.presses("Dejarlo")
    assert world.times == ["2026-05-08 16:00 martin svc0"]


def test_a_time_that_is_lost_at_the_last_moment_of_a_move_leads_to_the_nearest(world: World) -> None:
    world.says("pasame lo del viernes al martes misma hora")
    world.booked("2026-05-12 16:00", name="Otra")
    assert "justo se ocupó" in world.says("sí")
    world.says("la primera", "sí")
    assert world.times == ["2026-05-12 15:15 martin svc0"]


def test_what_cannot_be_cancelled_any_more_cannot_be_moved_either() -> None:
    world = juan()
    world.booked("2026-05-07 10:00", mine=True)
    assert "24 horas" in world.says("pasame el turno al viernes")


def test_instead_of_cancelling_they_may_move(world: World) -> None:
    world.says("cancelá mi turno")
    assert "¿Para qué día?" in world.presses("Mejor cambiarlo")


# --- The buttons of notices, from a cold start ------------------------------------------------------------------------


def test_a_reminder_is_answered_with_its_buttons(world: World) -> None:
    booking = world.live[0]
    world.taps(f"ack:{booking.id}")
    assert world.acknowledged == [booking.id]
    assert "¿Para qué día?" in world.taps(f"move:{booking.id}")
    assert "¿Cancelo tu turno" in world.taps(f"cancel:{booking.id}")


def test_a_yes_after_a_reminder_says_that_they_come() -> None:
    world = juan()
    booking = world.booked("2026-05-07 10:00", mine=True)
    assert "Te esperamos mañana jueves 7" in world.says("confirmo")
    assert world.acknowledged == [booking.id]


def test_a_no_after_a_reminder_cancels_nothing_by_itself() -> None:
    world = juan()
    world.booked("2026-05-07 10:00", mine=True)
    world.says("no")
    assert world.titles == ["Voy", "Cambiarlo", "Cancelarlo"]
    assert len(world.live) == 1


def test_somebody_elses_booking_cannot_be_reached_by_its_id() -> None:
    world = juan()
    theirs = world.booked("2026-05-08 10:00", name="Ana Pérez")
    for token in (f"ack:{theirs.id}", f"move:{theirs.id}", f"cancel:{theirs.id}", f"rate:{theirs.id}:1"):
        assert "Ana" not in world.taps(token)
    assert world.bookings[theirs.id] == theirs


# --- Old buttons ------------------------------------------------------------------------------------------------------


def test_an_old_button_says_so_and_shows_where_things_stand(world: World) -> None:
    world.says("corte y barba con Martín el martes a las 10")
    old = world.choice("Confirmar")
    world.says("con Lucía mejor")
    told = world.taps(old.token)
    assert "Esa opción ya venció." in told
    assert "Corte y barba con Lucía" in told
    assert world.times == ["2026-05-08 16:00 martin svc0"]


def test_the_same_button_twice_books_once_and_says_what_there_is() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10")
    world.presses("Confirmar")
    told = world.presses("Confirmar")
    assert "ya venció" in told
    assert "mañana jueves 7 de mayo a las 10:00" in told
    assert len(world.live) == 1


def test_the_usual_is_what_they_booked_last() -> None:
    world = juan()
    world.says("corte y barba con Lucía mañana a las 10", "sí")
    assert world.state.me.usual == (CORTE_Y_BARBA, LUCIA)


def test_a_slot_that_is_lost_while_the_card_is_shown_too_long_leads_to_the_nearest() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10")
    world.passes(minutes=6)
    world.booked("2026-05-07 10:00", MARTIN, name="Otra")
    assert "justo se ocupó" in world.presses("Confirmar")
    assert world.titles == ["09:15", "09:30", "10:30"]
    assert not world.live


def test_a_hold_that_ran_out_while_nobody_else_came_is_no_obstacle() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10")
    world.passes(minutes=6)
    assert "¡Listo" in world.presses("Confirmar")
    assert sum(isinstance(effect, fx.Hold) for effect in world.seen) == 2


def test_which_one_to_move_is_asked_without_forgetting_when_to(twice: World) -> None:
    twice.says("pasame el turno al martes a la misma hora")
    assert "martes 12 de mayo a las 11:00, arreglo de barba con Diego" in twice.says("el segundo")


def test_the_booking_that_is_spoken_of_is_the_one_at_hand(twice: World) -> None:
    twice.says("no voy a poder ir el viernes")
    assert "¿Para qué día?" in twice.says("mejor cambialo")
    assert "lunes 11 de mayo a las 16:00, corte de pelo con Martín" in twice.says("para el lunes a la misma hora")


def test_a_booking_is_asked_for_by_its_day(twice: World) -> None:
    told = twice.says("a qué hora era lo del sábado?")
    assert "11:00" in told
    assert "viernes" not in told
