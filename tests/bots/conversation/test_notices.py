"""What is said of our own accord, in each language, to each sort of reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from tests.bots.notices import NOW, TOMORROW_AT_TEN, a_notice
from turnero.bots.conversation.notices import AgendaLine, render, subject
from turnero.bots.conversation.reply import TEXT_CHARS_MAX, Layout, Reply
from turnero.engine.domain import limits
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind, Recipient

TO_CUSTOMERS = tuple(kind for kind in MessageKind if kind is not MessageKind.AGENDA)
TO_PROVIDERS = (MessageKind.BOOKED, MessageKind.RESCHEDULED, MessageKind.CANCELLED, MessageKind.AGENDA)
ALL = [*product(TO_CUSTOMERS, [Recipient.CUSTOMER]), *product(TO_PROVIDERS, [Recipient.PROVIDER])]
LOCALES = ("es-AR", "en", "pt-BR")


def said(kind: MessageKind, *, to: Recipient = Recipient.CUSTOMER, **changes: Any) -> str:
    return render(a_notice(kind, to=to, **changes)).text


def tokens(reply: Reply) -> list[str]:
    return [choice.token.split(":")[0] for choice in reply.choices]


# --- To customers -------------------------------------------------------------------------------------------------


def test_a_booking_is_confirmed_with_all_that_one_has_to_know() -> None:
    assert said(MessageKind.BOOKED).replace("\xa0", " ") == (
        "¡Listo! Te esperamos mañana a las 10:00.\n"
        "Corte con Martín, en El Turno.\n"
        "Precio: $ 18.000\n"
        "Dirección: Av. Corrientes 1234"
    )


def test_what_has_yet_to_be_confirmed_is_not_promised() -> None:
    for kind in (MessageKind.BOOKED, MessageKind.RESCHEDULED, MessageKind.REMINDER):
        text = said(kind, status=Status.PENDING)
        assert "confirmen" in text
        assert "Te esperamos" not in text


def test_a_reminder_of_the_day_before_asks_what_shall_become_of_it() -> None:
    reply = render(a_notice(MessageKind.REMINDER, before="PT24H"))
    assert reply.text == "Tenés turno mañana a las 10:00 con Martín.\nCorte, en El Turno."
    assert [choice.title for choice in reply.choices] == ["Confirmar", "Cambiar", "Cancelar"]
    booking_id = "bkg_0123456789abcdef0123456789abcdef"
    assert [choice.token for choice in reply.choices] == [f"{verb}:{booking_id}" for verb in ("ack", "move", "cancel")]


def test_a_reminder_two_hours_ahead_says_where_to_go() -> None:
    text = said(MessageKind.REMINDER, before="PT2H", now=TOMORROW_AT_TEN - timedelta(hours=2))
    assert text == "Tenés turno hoy a las 10:00 con Martín.\nCorte, en El Turno.\nDirección: Av. Corrientes 1234"


def test_half_an_hour_ahead_there_is_nothing_to_cancel_with() -> None:
    reply = render(a_notice(MessageKind.REMINDER, before="PT30M", now=TOMORROW_AT_TEN - timedelta(minutes=30)))
    assert tokens(reply) == ["ack", "move"]


def test_whoever_has_said_that_they_will_come_is_not_asked_again() -> None:
    assert tokens(render(a_notice(MessageKind.REMINDER, acknowledged=True))) == ["move", "cancel"]


def test_a_cancellation_says_who_cancelled_and_why() -> None:
    mine = said(MessageKind.CANCELLED, cancelled_by_customer=True)
    theirs = said(MessageKind.CANCELLED, reason="Se enfermó Martín")
    nobody = said(MessageKind.CANCELLED, expired=True)
    assert mine == "Cancelamos tu turno: mañana a las 10:00, Corte con Martín, en El Turno."
    assert theirs == (
        "El Turno tuvo que cancelar tu turno: mañana a las 10:00, Corte con Martín. Perdón por la molestia.\n"
        "Motivo: Se enfermó Martín"
    )
    assert nobody.startswith("El Turno no llegó a confirmar tu pedido")


def test_an_offer_says_until_when_and_is_taken_or_passed_on() -> None:
    reply = render(a_notice(MessageKind.OFFER))
    assert reply.text == (
        "¡Se liberó un lugar! Mañana a las 10:00, Corte con Martín, en El Turno. Te lo guardamos hasta las 12:10."
    )
    assert [choice.title for choice in reply.choices] == ["Tomar", "Pasar"]
    assert tokens(reply) == ["take", "pass"]


def test_after_a_visit_there_are_five_stars_to_choose_from() -> None:
    reply = render(a_notice(MessageKind.RATING))
    assert reply.text == "¿Qué tal estuvo Corte con Martín?"
    assert reply.layout is Layout.LIST
    assert [choice.token.rsplit(":", 1)[1] for choice in reply.choices] == ["1", "2", "3", "4", "5"]


def test_people_are_called_as_in_the_conversation() -> None:
    for name, called in (("Martín Ferreyra", "Martín"), ("Dra. Paz", "Dra. Paz"), ("Dra Paz", "Dra Paz"), ("", "")):
        assert f" con {called}.\n" in said(MessageKind.REMINDER, provider=name)


# --- To providers -------------------------------------------------------------------------------------------------


def test_a_provider_hears_who_comes_and_when() -> None:
    to = Recipient.PROVIDER
    assert said(MessageKind.BOOKED, to=to) == "Nuevo turno: Juan Pérez, mañana a las 10:00 (Corte)."
    assert said(MessageKind.BOOKED, to=to, status=Status.PENDING).endswith("Falta que lo confirmes.")
    assert said(MessageKind.RESCHEDULED, to=to) == "Cambió un turno: Juan Pérez pasa a mañana a las 10:00 (Corte)."
    assert said(MessageKind.CANCELLED, to=to, reason="viaje").endswith("mañana a las 10:00 (Corte).\nMotivo: viaje")
    assert said(MessageKind.CANCELLED, to=to, expired=True).startswith("Venció sin confirmar")


def test_nothing_that_a_provider_is_sent_can_be_pressed_by_mistake() -> None:
    for kind in TO_PROVIDERS:
        assert render(a_notice(kind, to=Recipient.PROVIDER)).choices == ()


def test_an_agenda_lists_the_day_in_order() -> None:
    lines = (
        AgendaLine(start=TOMORROW_AT_TEN + timedelta(hours=1), customer="Bruno", service="Barba", pending=True),
        AgendaLine(start=TOMORROW_AT_TEN, customer="Ana", service="Corte"),
    )
    text = said(MessageKind.AGENDA, to=Recipient.PROVIDER, agenda=lines)
    assert text == "Tu agenda de hoy, jueves 7 de mayo:\n10:00 Ana, Corte\n11:00 Bruno, Barba (a confirmar)"
    assert said(MessageKind.AGENDA, to=Recipient.PROVIDER) == "Hoy, jueves 7 de mayo, no tenés turnos."


@pytest.mark.parametrize("chars", [3, 60])
def test_a_long_agenda_is_cut_between_two_lines_and_says_how_many_are_left(chars: int) -> None:
    lines = tuple(
        AgendaLine(start=TOMORROW_AT_TEN + timedelta(minutes=n), customer="x" * chars, service="Corte")
        for n in range(50)
    )
    text = said(MessageKind.AGENDA, to=Recipient.PROVIDER, agenda=lines)
    _, *shown, last = text.split("\n")
    assert last == f"… y {50 - len(shown)} más"
    assert all(line.endswith(", Corte") for line in shown)


# --- Days ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("es-AR", ["hoy a las", "mañana a las", "el viernes 8 de mayo a las", "el sábado 9 de mayo a las"]),
        ("en", ["today at", "tomorrow at", "on Friday, May 8 at", "on Saturday, May 9 at"]),
        ("pt-BR", ["hoje às", "amanhã às", "na sexta-feira, 8 de maio às", "no sábado, 9 de maio às"]),
    ],
)
def test_a_day_is_called_as_on_the_day_of_sending(locale: str, words: list[str]) -> None:
    for days, expected in enumerate(words):
        start = NOW + timedelta(days=days, hours=1)
        assert f" {expected} 13:00" in said(MessageKind.REMINDER, locale=locale, start=start)


def test_today_is_the_provider_s_today() -> None:
    late = datetime(2026, 5, 7, 1, 0, tzinfo=UTC)  # still the 6th in Buenos Aires
    assert "mañana a las 10:00" in said(MessageKind.REMINDER, now=late)
    assert "hoy a las 15:00" in said(MessageKind.REMINDER, now=late, time_zone="Europe/Madrid")


def test_whoever_speaks_what_we_do_not_reads_spanish() -> None:
    assert said(MessageKind.REMINDER, locale="de") == said(MessageKind.REMINDER)


# --- Any of them --------------------------------------------------------------------------------------------------

HOSTILE = "<img src=x onerror=alert(1)> *Ana* {business}\r\nBcc: all@example.com %s " + "x" * limits.TEXT_CHARS_MAX


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "to"), ALL)
def test_every_notice_fits_every_channel_whatever_people_are_called(
    kind: MessageKind, to: Recipient, locale: str
) -> None:
    names: dict[str, Any] = dict.fromkeys(("business", "provider", "service", "customer", "address", "reason"), HOSTILE)
    line = AgendaLine(start=TOMORROW_AT_TEN, customer=HOSTILE, service=HOSTILE)
    for status in (Status.PENDING, Status.CONFIRMED):
        notice = a_notice(kind, to=to, locale=locale, status=status, agenda=(line,) * 40, **names)
        assert len(render(notice).text) <= TEXT_CHARS_MAX
        assert "\n" not in subject(notice)
        assert "\r" not in subject(notice)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "to"), ALL)
def test_every_notice_has_a_subject_of_one_line(kind: MessageKind, to: Recipient, locale: str) -> None:
    line = subject(a_notice(kind, to=to, locale=locale))
    assert 0 < len(line) < 80
    assert "{" not in line + said(kind, to=to, locale=locale)


def test_a_subject_says_what_and_when() -> None:
    assert subject(a_notice(MessageKind.REMINDER)) == "Tu turno en El Turno: jue 7/5 10:00"
    assert subject(a_notice(MessageKind.CANCELLED, to=Recipient.PROVIDER)) == (
        "Turno cancelado: Juan Pérez, jue 7/5 10:00"
    )
