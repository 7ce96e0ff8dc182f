"""Whatever is written, understanding answers, in good form and in time that grows with the length of the message."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnero.bots.understanding import Cues, Intent, Understood, cues, understand

HERE = ZoneInfo("America/Argentina/Buenos_Aires")
LONGEST = 10_000

WORDS = (
    "el la los de a en para por con y o no que mañana hoy pasado lunes martes viernes sábado semana viene próximo 1 5 "
    "12 20 31 1730 5:30 17hs 20/3 31/2 am pm tarde noche mediodía media cuarto menos tipo después antes desde hasta "
    "entre somos personas turno cancelá cambiame pasalo tenés hay quiero corte barba Martín doctora Pérez otro este "
    "fin mes junio , . ? ! 👍 next friday to from at amanhã às segunda-feira próxima duas horas"
).split()

instants = st.datetimes(datetime(2020, 1, 1), datetime(2090, 12, 31)).map(lambda at: at.replace(tzinfo=HERE))  # noqa: DTZ001 (local times are made, then placed)
babble = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)


def well_formed(found: Understood) -> None:
    clock = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
    times = [found.time_from, found.time_to, found.ref.time if found.ref is not None else None]
    assert all(clock.fullmatch(time) for time in times if time is not None)
    for days in (found, found.ref):
        if days is not None and days.date_from is not None and days.date_to is not None:
            assert days.date_from <= days.date_to
    if found.time_from is not None or found.time_to is not None:
        assert found.part is None
    if found.ref is not None:
        assert found.intent in {Intent.CANCEL, Intent.RESCHEDULE, Intent.LIST, Intent.CONFIRM}


@given(text=st.text(max_size=300), now=instants)
@settings(max_examples=300)
def test_any_text_is_answered(text: str, now: datetime) -> None:
    well_formed(understand(text, now=now))
    assert isinstance(cues(text), Cues)


@given(text=babble, now=instants)
@settings(max_examples=500)
def test_any_heap_of_telling_words_is_answered(text: str, now: datetime) -> None:
    well_formed(understand(text, now=now))


@given(text=babble, now=instants)
def test_the_same_words_always_mean_the_same(text: str, now: datetime) -> None:
    assert understand(text, now=now) == understand(text, now=now)


@given(text=babble, now=instants)
def test_capitals_change_nothing_but_what_is_quoted(text: str, now: datetime) -> None:
    plain, loud = understand(text.lower(), now=now), understand(text.upper(), now=now)

    assert (plain.intent, plain.date_from, plain.time_from) == (loud.intent, loud.date_from, loud.time_from)


@pytest.mark.parametrize(
    "piece",
    ["a ", "el ", "5 ", "1", "de el ", "5 y ", "lunes ", ". ", "👍", "con juan ", "ñ", "entre 3 y ", "que ", "\x00"],
)
def test_ten_thousand_characters_are_no_danger(piece: str) -> None:
    """The timeout of the suite is the limit: a rule that backtracks would take hours."""
    text = (piece * LONGEST)[:LONGEST]

    well_formed(understand(text, now=datetime(2026, 5, 6, 11, tzinfo=HERE)))
    cues(text)


def test_the_end_of_a_long_message_is_read_as_well() -> None:
    text = "bueno te cuento " * 500 + "quiero un turno el viernes a las 5"

    found = understand(text, now=datetime(2026, 5, 6, 11, tzinfo=HERE))

    assert (found.intent, found.time_from) == (Intent.BOOK, "17:00")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    now = datetime(2026, 5, 6, 11, tzinfo=UTC)

    assert understand("man\u0303ana", now=now).date_from == now.date() + timedelta(days=1)
