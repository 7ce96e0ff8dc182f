"""The page about messages shows what is said, and when: as it is said, and by the rules that hold."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.bots.notices import TOMORROW_AT_TEN, a_notice
from turnero.bots.conversation.notices import AgendaLine, render
from turnero.engine.domain.hours import zone
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.reminding import reminders

PAGE = Path(__file__).parents[2] / "docs" / "MESSAGES.md"

_AGENDA = (
    AgendaLine(start=TOMORROW_AT_TEN, customer="Juan Pérez", service="Corte"),
    AgendaLine(start=TOMORROW_AT_TEN + timedelta(hours=1), customer="Ana Díaz", service="Barba", pending=True),
)
TO_PROVIDER = Recipient.PROVIDER


class Sample(NamedTuple):
    """A row of the page's tables."""

    shown_as: str
    kind: MessageKind
    fields: dict[str, Any]


SAMPLES = (
    Sample("`booked`", MessageKind.BOOKED, {}),
    Sample("`rescheduled`", MessageKind.RESCHEDULED, {}),
    Sample("`cancelled`, by the shop", MessageKind.CANCELLED, {"reason": "Se enfermó Martín"}),
    Sample("`cancelled`, by themselves", MessageKind.CANCELLED, {"cancelled_by_customer": True}),
    Sample("`cancelled`, nobody confirmed it", MessageKind.CANCELLED, {"expired": True}),
    Sample("`reminder`, the day before", MessageKind.REMINDER, {"before": "PT24H"}),
    Sample(
        "`reminder`, two hours ahead",
        MessageKind.REMINDER,
        {"before": "PT2H", "now": TOMORROW_AT_TEN - timedelta(hours=2)},
    ),
    Sample("`offer`", MessageKind.OFFER, {}),
    Sample("`rating`", MessageKind.RATING, {}),
    Sample("`booked`, to the provider", MessageKind.BOOKED, {"to": TO_PROVIDER}),
    Sample("`rescheduled`, to the provider", MessageKind.RESCHEDULED, {"to": TO_PROVIDER}),
    Sample("`cancelled`, to the provider", MessageKind.CANCELLED, {"to": TO_PROVIDER}),
    Sample("`agenda`, to the provider", MessageKind.AGENDA, {"to": TO_PROVIDER, "agenda": _AGENDA}),
)


def row(sample: Sample) -> str:
    """Return what the page says of one message."""
    reply = render(a_notice(sample.kind, **sample.fields))
    said = reply.text.replace("\xa0", " ").replace("\n", "<br>")
    pressed = " · ".join(choice.title for choice in reply.choices)
    return f"| {sample.shown_as} | {said} | {pressed} |"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.shown_as)
def test_the_page_shows_what_is_said(sample: Sample) -> None:
    assert row(sample) in PAGE.read_text().splitlines(), f"it should say: {row(sample)}"


@pytest.mark.parametrize(
    ("start", "booked"),
    [("Thu 11:00", "days ahead"), ("Thu 09:00", "days ahead"), ("Thu 09:30", "Wed 22:00"), ("Thu 15:00", "Thu 12:00")],
)
def test_the_page_shows_when_people_are_reminded(start: str, booked: str) -> None:
    tz = zone("America/Argentina/Buenos_Aires")

    def instant(text: str) -> datetime:
        day, _, time = text.partition(" ")
        date = {"Wed": "2026-12-02", "Thu": "2026-12-03"}.get(day, "2026-11-01")
        return datetime.fromisoformat(f"{date} {time if date != '2026-11-01' else '10:00'}").replace(tzinfo=tz)

    planned = reminders(instant(start), Policy(), tz, now=instant(booked))
    times = ", ".join(f"{due_at.astimezone(tz):%a %H:%M}" for _, due_at in planned)
    assert f"| {start} | {booked} | {times} |" in PAGE.read_text().splitlines(), times
