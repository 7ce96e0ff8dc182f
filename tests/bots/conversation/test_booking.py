"""Booking by chat, from the first word to the confirmation: as dialogues with a barbershop in memory."""

from __future__ import annotations

from time import perf_counter

import pytest
from msgspec.structs import replace

from tests.bots.conversation.world import CORTE, DIEGO, JUAN, MARTIN, SHOP, World, at, juan
from turnero.bots.conversation import effects as fx
from turnero.bots.conversation import step
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.reply import About
from turnero.engine.domain.messages import MessageKind


def test_everything_in_one_message_brings_the_card_and_a_yes_the_booking() -> None:
    world = juan()
    card = world.says("hola, corte con Martín mañana a las 10")
    for part in ("Mañana jueves 7 de mayo a las 10:00", "Corte de pelo con Martín", "$ 18.000", "Av. Corrientes 3247"):
        assert part in card
    assert world.titles == ["Confirmar", "Otro horario", "Cancelar"]
    assert world.times == []
    told = world.presses("Confirmar")
    for part in ("jueves 7 de mayo a las 10:00", "Martín", "Av. Corrientes 3247", "$ 18.000"):
        assert part in told
    assert world.times == ["2026-05-07 10:00 martin svc0"]


def test_the_confirmation_is_the_news_of_the_booking() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10", "sí")
    assert world.last[-1].about == About(booking_id=world.live[0].id, kind=MessageKind.BOOKED)


def test_only_what_is_missing_is_asked_for_one_thing_after_the_other() -> None:
    world = World()
    assert "¿Qué necesitás?" in world.says("quiero un turno")
    assert "¿Con quién?" in world.presses("Corte de pelo")
    assert world.titles == ["Cualquiera", "Martín", "Lucía", "Diego"]
    assert "¿Para qué día?" in world.says("Martín")
    assert "jueves 7 de mayo" in world.says("mañana")
    assert "¿A nombre de quién" in world.says("a las 10")
    assert "[Confirmar]" in world.says("Ana Gómez")
    assert "¡Listo, Ana!" in world.says("dale")
    assert world.times == ["2026-05-07 10:00 martin svc0"]
    assert world.live[0].customer_name == "Ana Gómez"


def test_a_shop_with_one_service_and_one_barber_asks_for_neither() -> None:
    alone = replace(SHOP.staff[0], service_ids=(CORTE,))
    world = juan(replace(SHOP, services=SHOP.services[:1], staff=(alone,)))
    assert "¿Para qué día?" in world.says("quiero un turno")


def test_the_slot_is_held_while_the_name_is_asked_for_and_the_card_is_shown() -> None:
    world = World()
    world.says("corte con Martín mañana a las 10")
    assert [held.slot.start for held in world.holds.values()] == [at("2026-05-07 10:00")]


def test_a_usable_name_of_the_channel_is_taken_and_one_that_is_none_is_asked_for() -> None:
    world = World(met=fx.Met(customer_id=JUAN, name="Juan"))
    assert "[Confirmar]" in world.says("corte con Martín mañana a las 10")
    world = World(met=fx.Met(customer_id=JUAN, name="🔥🔥x"))
    assert "¿A nombre de quién" in world.says("corte con Martín mañana a las 10")


def test_a_telephone_number_that_comes_with_the_name_is_written_down_as_theirs() -> None:
    world = World()
    world.says("corte con Martín mañana a las 10", "Ana Gómez 11 5555-4444", "sí")
    booked = next(effect for effect in world.seen if isinstance(effect, fx.Book))
    assert (booked.name, booked.phone) == ("Ana Gómez", "11 5555-4444")


def test_who_is_not_free_at_the_time_that_was_named_is_not_offered() -> None:
    world = juan()
    world.booked("2026-05-07 10:00", MARTIN)
    world.says("quiero un corte mañana a las 10")
    assert world.titles == ["Cualquiera", "Lucía", "Diego"]


def test_if_only_one_is_free_at_the_time_that_was_named_nobody_is_asked_with_whom() -> None:
    world = juan()
    world.booked("2026-05-07 10:00", MARTIN)
    world.booked("2026-05-07 10:00", DIEGO)
    assert "Corte de pelo con Lucía" in world.says("quiero un corte mañana a las 10")


def test_anybody_will_do_is_what_a_yes_means_where_it_is_asked_with_whom() -> None:
    world = juan()
    world.says("quiero un corte mañana a las 10", "dale", "sí")
    assert world.times == ["2026-05-07 10:00 martin svc0"]


# --- Choosing a time --------------------------------------------------------------------------------------------------


def test_a_day_is_answered_with_six_times_from_one_end_to_the_other() -> None:
    world = juan()
    world.says("corte con Martín mañana")
    assert world.titles == ["09:00", "11:00", "14:00", "15:00", "17:00", "19:00", "Más horarios", "Otro día"]


def test_more_times_shows_others_of_the_same_day() -> None:
    world = juan()
    world.says("corte con Martín mañana")
    first = set(world.titles[:6])
    world.presses("Más horarios")
    assert len(world.titles) == 8
    assert first.isdisjoint(world.titles[:6])


def test_a_part_of_the_day_narrows_what_is_shown() -> None:
    world = juan()
    world.says("corte con Martín mañana a la tarde")
    assert all("14:00" <= title < "19:00" for title in world.titles[:-2])


def test_an_approximate_time_shows_what_is_around_it() -> None:
    world = juan()
    world.booked("2026-05-07 17:00")
    world.says("corte con Martín mañana tipo 5")
    assert all("16:00" <= title <= "18:00" for title in world.titles[:-2])
    assert "17:00" not in world.titles


@pytest.mark.parametrize("answer", ["2", "la segunda", "la 2", "el de las 11", "11hs", "a las 11", "11:00"])
def test_a_list_is_answered_with_a_number_a_place_or_the_time(answer: str) -> None:
    world = juan()
    world.says("corte con Martín mañana")
    assert "a las 11:00" in world.says(answer)


def test_a_time_that_was_not_on_the_list_is_as_good() -> None:
    world = juan()
    assert "a las 10:15" in world.says("corte con Martín mañana", "mejor 10:15")


def test_as_soon_as_possible_keeps_the_notice_that_the_shop_asks_for() -> None:
    world = juan()
    world.says("corte con Martín lo antes posible")
    assert world.titles[0] == "12:00"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("corte con Martín mañana a las 13", "es el descanso"),
        ("corte con Martín mañana a las 22", "no atendemos"),
        ("corte con Martín el domingo a las 10", "no abrimos"),
        ("corte con Martín el 25 de mayo a las 10", "es feriado"),
        ("corte con Martín hoy a las 11:30", "muy encima"),
        ("corte con Martín el 20 de agosto a las 10", "la agenda llega hasta el domingo 5 de julio"),
        ("corte con Martín mañana a las 10:07", "no empieza ningún turno"),
    ],
)
def test_why_a_time_cannot_be_had_is_said_in_words_and_something_else_is_offered(said: str, why: str) -> None:
    world = juan()
    assert why in world.says(said)
    assert len(world.titles) >= 3
    assert "Lista de espera" not in world.titles
    assert not world.holds


def test_of_a_time_that_is_taken_the_three_nearest_are_offered() -> None:
    world = juan()
    world.booked("2026-05-07 10:00")
    assert "ya está ocupado" in world.says("corte con Martín mañana a las 10")
    assert world.titles == ["09:15", "09:30", "10:30", "Otro día", "Lista de espera"]


def test_of_a_full_day_the_next_days_are_offered_and_the_waitlist() -> None:
    world = juan()
    world.full("2026-05-07")
    assert "está completo" in world.says("corte con Martín mañana")
    assert world.titles[0] == "Viernes 8"
    assert world.titles[-1] == "Lista de espera"


def test_a_day_that_is_picked_after_a_full_one_keeps_the_time_that_was_wished_for() -> None:
    world = juan()
    world.full("2026-05-07")
    assert "viernes 8 de mayo a las 16:00" in world.says("corte con Martín mañana a las 16", "el viernes")


def test_without_anything_free_there_is_still_the_waitlist_and_a_person() -> None:
    shut = tuple(replace(member, schedule=replace(member.schedule, weekly=())) for member in SHOP.staff)
    world = juan(replace(SHOP, staff=shut))
    world.says("corte con Martín")
    assert world.titles == ["Lista de espera", "Hablar con alguien", "Dejarlo"]


# --- Changing one's mind ----------------------------------------------------------------------------------------------


def test_a_correction_changes_what_it_names_and_keeps_the_rest() -> None:
    world = juan()
    assert "jueves 7 de mayo a las 10:00" in world.says("corte con Martín mañana a las 10")
    assert "viernes 8 de mayo a las 10:00" in world.says("no, mejor el viernes")
    assert "viernes 8 de mayo a las 11:00" in world.says("a las 11 mejor")
    assert "Corte de pelo con Lucía" in world.says("con Lucía puede ser?")
    assert "Corte y barba con Lucía" in world.says("y que sea corte y barba")
    world.says("sí")
    assert world.times == ["2026-05-08 11:00 lucia svc2"]


def test_a_correction_gives_back_what_was_held() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10", "no, mejor el viernes")
    assert [held.slot.start for held in world.holds.values()] == [at("2026-05-08 10:00")]


def test_a_no_to_the_card_asks_what_to_change() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10", "no")
    assert world.titles == ["Otro horario", "Otro día", "Dejarlo"]
    assert "jueves 7 de mayo" in world.presses("Otro horario")
    assert not world.holds


def test_what_was_left_leaves_nothing_behind() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10")
    assert "No reservé nada" in world.presses("Cancelar")
    assert not world.holds
    assert world.state.draft is None


@pytest.mark.parametrize("answer", ["16", "a las 4", "4pm", "16hs"])
def test_a_bare_hour_is_a_time_where_it_is_no_line_of_the_list(answer: str) -> None:
    assert "a las 16:00" in juan().says("corte con Martín mañana a la tarde", answer)


def test_the_last_one_is_the_last_time_and_not_what_stands_below_the_times() -> None:
    assert "a las 18:30" in juan().says("corte con Martín mañana a la tarde", "bueno, el último")


def test_a_name_of_the_staff_is_a_name_where_a_name_is_asked_for() -> None:
    world = World()
    world.says("corte con Lucía mañana a las 10")
    assert "Corte de pelo con Lucía" in world.says("Martín Gómez")
    assert "¡Listo, Martín!" in world.says("sí")


def test_while_the_name_is_asked_for_other_things_can_be_said() -> None:
    world = World()
    world.says("corte con Martín mañana a las 10")
    told = world.says("cuánto sale?")
    assert "$ 18.000" in told
    assert "¿A nombre de quién" in told
    assert "a las 11:00" in world.says("mejor a las 11")
    assert "[Confirmar]" in world.says("me llamo Ana")


def test_two_people_are_booked_one_after_the_other() -> None:
    assert "un turno por vez" in juan().says("turno para 2 personas mañana a las 10, corte con Martín")


def test_a_barber_who_does_not_do_it_is_said_and_who_does_is_asked() -> None:
    world = juan()
    assert "Martín no hace Color" in world.says("color con Martín el viernes a las 15")
    assert "Color con Lucía" in world.heard


def test_somebody_whom_nobody_knows_is_said_and_asked_again() -> None:
    world = juan()
    assert "No conozco a nadie" in world.says("corte con Roberto mañana")
    assert "Cualquiera" in world.titles


def test_what_the_shop_does_not_do_is_answered_with_what_it_does() -> None:
    world = juan()
    told = world.says("quiero un masaje mañana")
    assert "[Corte de pelo]" in told
    assert "10:00" in world.says("corte con Martín", "a las 10")
    assert "jueves 7" in world.heard


def test_another_barber_is_asked_for_without_a_name() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10", "con otro barbero")
    assert world.titles[:2] == ["Cualquiera", "Martín"]
    assert not world.holds


def test_what_else_there_is_leaves_the_card_for_other_times() -> None:
    world = juan()
    world.says("corte con Martín mañana a las 10", "qué otros horarios tenés?")
    assert "10:00" not in world.titles
    assert not world.holds


def test_a_step_over_all_the_slots_of_a_fortnight_is_a_matter_of_milliseconds() -> None:
    # About one, measured; ten times that is a change of order, such as looking through all slots for each of them.
    world = juan()
    world.says("corte")
    world.presses("Cualquiera")
    found = next(effect for effect in reversed(world.seen) if isinstance(effect, fx.FindSlots))
    outcome = world.find_slots(found)
    asking = replace(world.state, awaiting=(For(aim=Aim.DAYS),))
    took = []
    for _ in range(5):
        began = perf_counter()
        step(asking, outcome, shop=SHOP, now=world.now)
        took.append(perf_counter() - began)
    assert min(took) < 0.010


@pytest.mark.parametrize(
    ("said", "first"),
    [("más tarde", "12:00"), ("no tenés más tarde?", "12:00"), ("otro horario", "09:00"), ("no, otro día", "Hoy")],
)
def test_something_else_is_asked_for_in_two_words(said: str, first: str) -> None:
    world = juan()
    world.says("corte con Martín mañana a las 11:30", said)
    assert world.titles[0] == first
    assert not world.holds


def test_later_and_earlier_go_by_what_is_shown() -> None:
    world = juan()
    world.says("corte con Martín mañana a la mañana", "más tarde")
    assert all(title >= "12:00" for title in world.titles[:-2])
    world.says("corte con Martín mañana a las 11", "más temprano")
    assert all(title < "11:00" for title in world.titles[:-2])


def test_a_name_with_a_wish_beside_it_is_both() -> None:
    world = World()
    world.says("corte con Martín mañana a las 10")
    assert "a las 11:00" in world.says("me llamo Juan Carlos y quiero que sea a las 11")
    assert "¡Listo, Juan!" in world.says("sí")


def test_who_books_for_somebody_else_says_so_in_the_name() -> None:
    world = World()
    world.says("corte con Martín mañana a las 10", "para mi hijo Tomás", "sí")
    assert world.live[0].customer_name == "Tomás"
