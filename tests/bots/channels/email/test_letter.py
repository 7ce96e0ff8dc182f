"""What is in a letter: the words, the same in HTML, and the invitation; whatever people are called."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import Any

import pytest
from icalendar import Calendar

from tests.bots.channels.email.conftest import SENDER
from tests.bots.notices import TOMORROW_AT_TEN, a_notice, on_its_way
from turnero.bots.channels.email.letter import letter
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind, Recipient

ANA = "ana@example.org"

HOSTILE = '<img src=x onerror=alert(1)>"; Ana\r\nBcc: all@example.com\r\n\r\nBEGIN:VEVENT\u2028\u202e\x1b[2J,;\\'


def arrived(kind: MessageKind, **changes: Any) -> EmailMessage:
    """Return a letter as a mail program reads it."""
    written = letter(on_its_way(a_notice(kind, **changes), ANA), sender=SENDER).as_bytes()
    assert max(map(len, written.split(b"\r\n"))) <= 998, "RFC 5322 §2.1.1"
    parsed = message_from_bytes(written, policy=default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(message: EmailMessage, content_type: str) -> str | None:
    found = next((one for one in message.walk() if one.get_content_type() == content_type), None)
    if found is None:
        return None
    assert isinstance(found, EmailMessage)
    content: str = found.get_content()
    return content


def event(kind: MessageKind, **changes: Any) -> tuple[str, Any]:
    """Return the method and the event of a letter's invitation, as a calendar reads it."""
    written = part(arrived(kind, **changes), "text/calendar")
    assert written is not None
    calendar = Calendar.from_ical(written)
    assert isinstance(calendar, Calendar)
    (found,) = calendar.events
    return str(calendar["METHOD"]), found


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)


def tags(html: str) -> set[str]:
    parser = _Tags()
    parser.feed(html)
    return set(parser.found)


# --- Words --------------------------------------------------------------------------------------------------------


def test_text_and_html_say_the_same() -> None:
    message = arrived(MessageKind.BOOKED, price=None)
    text, html = part(message, "text/plain"), part(message, "text/html")
    assert text is not None
    assert html is not None
    for line in ("¡Listo! Te esperamos mañana a las 10:00.", "Dirección: Av. Corrientes 1234"):
        assert line in text
        assert f"<p>{line}</p>" in html
    assert "Recibís este correo porque" in text
    assert "Recibís este correo porque" in html


def test_a_link_is_there_to_look_at_the_booking_where_there_is_one() -> None:
    link = "https://turnos.example/b/1?a=1&b=2"
    message = arrived(MessageKind.REMINDER, link=link)
    html = part(message, "text/html")
    assert html is not None
    assert '<a href="https://turnos.example/b/1?a=1&amp;b=2">Ver mi turno</a>' in html
    assert link in (part(message, "text/plain") or "")
    assert "<a " not in (part(arrived(MessageKind.REMINDER), "text/html") or "")


@pytest.mark.parametrize("kind", [MessageKind.BOOKED, MessageKind.CANCELLED, MessageKind.OFFER])
def test_whatever_people_are_called_it_begins_no_header_no_tag_and_no_event(kind: MessageKind) -> None:
    names = dict.fromkeys(("business", "provider", "service", "customer", "address", "reason", "link"), HOSTILE)
    harmless, message = arrived(kind, link="https://x.example", reason="x"), arrived(kind, **names)
    assert message.keys() == harmless.keys()
    assert "Bcc" not in message
    html, plain_html = part(message, "text/html"), part(harmless, "text/html")
    assert html is not None
    assert plain_html is not None
    assert tags(html) == tags(plain_html)
    if kind is not MessageKind.OFFER:
        _, found = event(kind, **names)
        assert set(found) == set(event(kind)[1])
        assert str(found["SUMMARY"]).startswith('<img src=x onerror=alert(1)>"; Ana Bcc: all@example.com BEGIN:VEVENT')


# --- Invitations --------------------------------------------------------------------------------------------------


def test_a_booking_comes_with_an_invitation() -> None:
    method, found = event(MessageKind.BOOKED, sequence=3)
    assert method == "REQUEST"
    assert found["UID"] == "bkg_0123456789abcdef0123456789abcdef@elturno.example"
    assert (found["SEQUENCE"], found["STATUS"]) == (3, "CONFIRMED")
    assert (found.start, found.end) == (TOMORROW_AT_TEN, TOMORROW_AT_TEN + timedelta(minutes=30))
    assert found["SUMMARY"] == "Corte · El Turno"
    assert found["LOCATION"] == "Av. Corrientes 1234"
    assert (found["ORGANIZER"], found["ORGANIZER"].params["CN"]) == (f"mailto:{SENDER}", "El Turno")
    assert (found["ATTENDEE"], found["ATTENDEE"].params["CN"]) == (f"mailto:{ANA}", "Juan Pérez")


def test_the_part_says_its_method_as_mail_programs_want_it() -> None:
    (calendar,) = (p for p in arrived(MessageKind.BOOKED).walk() if p.get_content_type() == "text/calendar")
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"


def test_what_has_yet_to_be_confirmed_is_tentative() -> None:
    assert event(MessageKind.BOOKED, status=Status.PENDING)[1]["STATUS"] == "TENTATIVE"


def test_a_move_and_a_cancellation_are_about_the_same_event() -> None:
    booked = event(MessageKind.BOOKED)[1]
    moved_to = TOMORROW_AT_TEN + timedelta(hours=1)
    _, moved = event(MessageKind.RESCHEDULED, start=moved_to, end=moved_to + timedelta(minutes=30), sequence=2)
    method, cancelled = event(MessageKind.CANCELLED, sequence=3)
    assert booked["UID"] == moved["UID"] == cancelled["UID"]
    assert booked["SEQUENCE"] < moved["SEQUENCE"] < cancelled["SEQUENCE"]
    assert moved.start == moved_to
    assert (method, cancelled["STATUS"]) == ("CANCEL", "CANCELLED")


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.OFFER, MessageKind.RATING])
def test_what_changes_no_calendar_brings_none(kind: MessageKind) -> None:
    assert part(arrived(kind), "text/calendar") is None


def test_a_provider_has_a_calendar_of_their_own() -> None:
    assert part(arrived(MessageKind.BOOKED, to=Recipient.PROVIDER), "text/calendar") is None


def test_lines_of_an_invitation_are_folded_between_characters() -> None:
    message = arrived(MessageKind.BOOKED, address="Ñandú " * 20)
    (calendar,) = (p for p in message.walk() if p.get_content_type() == "text/calendar")
    body = calendar.get_payload(decode=True)
    assert isinstance(body, bytes)
    for line in body.split(b"\r\n"):
        assert len(line) <= 75, "RFC 5545 §3.1"
        line.decode()
