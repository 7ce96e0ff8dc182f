"""The conventions of `turnero understand`: the table everybody agreed on, and what was chosen where it is silent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from turnero.bots.understanding import Intent, Part, Ref, Understood, Vocabulary, understand

HERE = ZoneInfo("America/Argentina/Buenos_Aires")
NOW = datetime(2026, 5, 6, 11, tzinfo=HERE)  # a Wednesday


def day(number: int, month: int = 5, year: int = 2026) -> dict[str, Any]:
    """Return the fields of one day."""
    return {"date_from": date(year, month, number), "date_to": date(year, month, number)}


def days(first: date | None, last: date | None) -> dict[str, Any]:
    return {"date_from": first, "date_to": last}


def at(time: str) -> dict[str, Any]:
    """Return the fields of an exact time."""
    return {"time_from": time, "time_to": time}


def said(text: str, now: datetime = NOW, **vocabulary: Any) -> Understood:
    return understand(text, now=now, vocabulary=Vocabulary(**vocabulary))


TABLE = [
    ("haceme un lugarcito el viernes 4 y media", Understood(intent=Intent.BOOK, **day(8), **at("16:30"))),
    (
        "el sabado q viene a la tardecita, corte y barba",
        Understood(intent=Intent.BOOK, **day(9), part=Part.AFTERNOON, service="corte y barba"),
    ),
    (
        "pasame lo del viernes al sábado misma hora",
        Understood(intent=Intent.RESCHEDULE, **day(9), ref=Ref(**day(8)), same_time=True),
    ),
    ("bajame el turno", Understood(intent=Intent.CANCEL)),
    (
        "¿qué tenés libre entre el 12 y el 15?",
        Understood(intent=Intent.AVAILABILITY, date_from=date(2026, 5, 12), date_to=date(2026, 5, 15)),
    ),
    (
        "para dos personas, el lunes, a partir de las 5",
        Understood(intent=Intent.BOOK, **day(11), time_from="17:00", people=2),
    ),
    ("tipo 6 puede ser?", Understood(intent=Intent.BOOK, **at("18:00"), approx=True)),
    ("quiero hablar con alguien", Understood(intent=Intent.HUMAN)),
]


@pytest.mark.parametrize(("text", "means"), TABLE)
def test_the_table_of_the_conventions(text: str, means: Understood) -> None:
    assert said(text) == means


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("el miércoles", days(date(2026, 5, 13), date(2026, 5, 13))),
        ("este miércoles", days(date(2026, 5, 6), date(2026, 5, 6))),
        ("el otro viernes", days(date(2026, 5, 15), date(2026, 5, 15))),
        ("el viernes en 8", days(date(2026, 5, 15), date(2026, 5, 15))),
        ("no este viernes, el otro", days(date(2026, 5, 15), date(2026, 5, 15))),
        ("el viernes de la semana que viene", days(date(2026, 5, 15), date(2026, 5, 15))),
        ("la semana que viene, el jueves", days(date(2026, 5, 14), date(2026, 5, 14))),
        ("para pasado", days(date(2026, 5, 8), date(2026, 5, 8))),
        ("esta semana", days(date(2026, 5, 6), date(2026, 5, 10))),
        ("esta semana o la que viene", days(date(2026, 5, 6), date(2026, 5, 17))),
        ("el finde", days(date(2026, 5, 9), date(2026, 5, 10))),
        ("el 5", days(date(2026, 6, 5), date(2026, 6, 5))),
        ("el 31 de enero", days(date(2027, 1, 31), date(2027, 1, 31))),
        ("20/3", days(date(2027, 3, 20), date(2027, 3, 20))),
        ("veinte de junio", days(date(2026, 6, 20), date(2026, 6, 20))),
        ("en 15 días", days(date(2026, 5, 21), date(2026, 5, 21))),
        ("a fin de mes", days(date(2026, 5, 21), date(2026, 5, 31))),
        ("la primera semana de junio", days(date(2026, 6, 1), date(2026, 6, 7))),
        ("el mes que viene, el 10", days(date(2026, 6, 10), date(2026, 6, 10))),
        ("a partir del 18", days(date(2026, 5, 18), None)),
        ("después del 15", days(date(2026, 5, 16), None)),
        ("hasta el viernes 15", days(date(2026, 5, 6), date(2026, 5, 15))),
        ("antes del viernes", days(date(2026, 5, 6), date(2026, 5, 7))),
        ("de viernes a lunes", days(date(2026, 5, 8), date(2026, 5, 11))),
        ("lunes, miércoles o viernes", days(date(2026, 5, 8), date(2026, 5, 13))),
        ("viernes 5", days(date(2026, 6, 5), date(2026, 6, 5))),
        ("el lunes pasado me cortaste mal", days(None, None)),
        ("abren los domingos?", days(None, None)),
    ],
)
def test_days(text: str, means: dict[str, Any]) -> None:
    found = said(text)

    assert {"date_from": found.date_from, "date_to": found.date_to} == means
    assert not found.ask


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("a las 8", "20:00", "20:00"),
        ("a las 9", "09:00", "09:00"),
        ("8:30", "20:30", "20:30"),
        ("08:30", "08:30", "08:30"),
        ("las 8 de la mañana", "08:00", "08:00"),
        ("9 menos cuarto", "08:45", "08:45"),
        ("a la una menos cuarto", "12:45", "12:45"),
        ("12 de la noche", "00:00", "00:00"),
        ("cuatro cuarenta y cinco de la tarde", "16:45", "16:45"),
        ("a las 5 y 1/4", "17:15", "17:15"),
        ("1730hs", "17:30", "17:30"),
        ("17h", "17:00", "17:00"),
        ("half past four", "16:30", "16:30"),
        ("às três e meia", "15:30", "15:30"),
        ("después de las 6", "18:00", None),
        ("de las 5 en adelante", "17:00", None),
        ("salgo a las 6", "18:00", None),
        ("antes de las 12", None, "12:00"),
        ("no más tarde de las 7", None, "19:00"),
        ("de 8 a 10", "08:00", "10:00"),
        ("de 7 a 9", "19:00", "21:00"),
        ("entre 9 y 1", "09:00", "13:00"),
        ("de 3 a 5 de la tarde", "15:00", "17:00"),
        ("después de las 3 y antes de las 5", "15:00", "17:00"),
        ("trabajo de 9 a 18", None, None),
        ("llego 10 minutos tarde", None, None),
    ],
)
def test_times(text: str, begins: str | None, ends: str | None) -> None:
    found = said(text)

    assert (found.time_from, found.time_to) == (begins, ends)


def test_an_hour_from_now_is_of_today() -> None:
    assert said("en una hora puedo pasar?") == Understood(intent=Intent.BOOK, **day(6), **at("12:00"))


@pytest.mark.parametrize(
    ("text", "now", "asks"),
    [
        ("el viernes 9", NOW, True),
        ("el 31 de febrero", NOW, True),
        ("hoy a las 10", NOW, True),
        ("hoy a las 12", NOW, False),
        ("a las 10", NOW, False),
        ("hoy a la mañana", NOW.replace(hour=15), True),
        ("mañana", NOW.replace(hour=0, minute=40), True),
        ("mañana jueves", NOW.replace(hour=0, minute=40), False),
        ("mañana viernes", NOW, True),
        ("mañana", NOW.replace(hour=6), False),
    ],
)
def test_doubts_are_asked_about(text: str, now: datetime, asks: bool) -> None:
    assert said(text, now).ask is asks


def test_a_business_that_opens_early_means_the_morning_by_a_bare_eight() -> None:
    assert said("a las 8", opens="08:00", closes="17:00").time_from == "08:00"
    assert said("a las 9", opens="18:00", closes="23:30").time_from == "21:00"


def test_a_business_is_understood_in_its_own_words() -> None:
    spa: dict[str, Any] = {"services": ("Ritual del té", "Chocolaterapia"), "staff": ("Paz Iriarte", "El Zurdo")}

    found = said("chocolaterapia el viernes, está paz?", **spa)

    assert (found.service, found.staff) == ("chocolaterapia", "paz")
    assert said("ritual del te con el zurdo", **spa).service == "ritual del te"


@pytest.mark.parametrize(
    "text", ["te debo 500", "mi tel es 11 5555 4444", "gracias!", "chau", "", "   ", "\x00", "500"]
)
def test_what_says_nothing_of_a_booking_fills_nothing(text: str) -> None:
    assert said(text) == Understood()


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("somos 2, el sábado a las 11", 2),
        ("para dos", 2),
        ("para 3 personas mañana a las 18", 3),
        ("mañana a las 2", None),
        ("dos personas, no, tres", 3),
        ("corte para dos, perdón, para tres", 3),
        ("para las 2", None),
        ("para 2 y media", None),
        ("necesito hablar con una persona", None),
    ],
)
def test_a_number_of_people_is_no_hour(text: str, people: int | None) -> None:
    assert said(text).people == people


@pytest.mark.parametrize("text", ["a que hora viene Martín", "cuando viene?", "marzo", "en partes"])
def test_no_weekday_is_found_in_a_word_that_looks_like_one(text: str) -> None:
    assert said(text).date_from in {None, date(2027, 3, 1)}


@pytest.mark.parametrize("text", ["el vienres", "el vierns", "biernes", "VIERNES!!", "vieeernes"])
def test_a_weekday_is_found_however_it_is_written(text: str) -> None:
    assert said(text).date_from == date(2026, 5, 8)


def test_a_year_is_not_its_homonym() -> None:
    assert said("en 2 años").date_from is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("el último viernes de julio", date(2026, 7, 31)),
        ("el primer lunes del mes que viene", date(2026, 6, 1)),
        ("el primer viernes de mayo", date(2027, 5, 7)),
    ],
)
def test_a_weekday_is_counted_within_its_month(text: str, found: date) -> None:
    assert said(text).date_from == found


@pytest.mark.parametrize("text", ["era a las 5 no a las 6", "a las 6 no, a las 5", "a las 6, perdón, a las 5"])
def test_of_two_times_the_one_that_was_meant_counts(text: str) -> None:
    assert said(text).time_from == "17:00"


def test_a_shift_of_a_booking_is_no_time_of_it() -> None:
    assert said("podés moverme el turno del jueves una hora más tarde?").ref == Ref(**day(7))


def test_what_broke_is_no_service() -> None:
    assert said("se me salió una corona, tienen algo hoy?").service is None


def test_a_family_name_behind_a_title_is_no_slip_of_the_finger() -> None:
    assert said("Sáb 9, 10:15, Dr. Funes.") == Understood(
        intent=Intent.BOOK, **day(9), **at("10:15"), staff="Dr. Funes"
    )
