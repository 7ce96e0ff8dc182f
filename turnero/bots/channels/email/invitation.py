"""An appointment as an iCalendar object that mail programs put into a calendar, move there, and take out again.

RFC 5545 (the format), RFC 5546 (REQUEST and CANCEL), RFC 6047 (by mail). An invitation is known by its UID, which stays
the same for the life of a booking; what is sent later, under a `SEQUENCE` that is no lower, takes the place of what was
sent before. Instants are in UTC: every calendar shows them on its owner's clock, and no zone has to be described.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from icalendar import Calendar, Event, vCalAddress, vText

from turnero.bots.channels.email.words import one_line, quotable
from turnero.bots.conversation.notices import Notice
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind, Recipient

REQUEST, CANCEL = "REQUEST", "CANCEL"

# What changes the entry in somebody's calendar. A reminder comes from that calendar itself, if they like.
_METHODS: Mapping[MessageKind, str] = {
    MessageKind.BOOKED: REQUEST,
    MessageKind.CONFIRMED: REQUEST,
    MessageKind.RESCHEDULED: REQUEST,
    MessageKind.CANCELLED: CANCEL,
}


def method_of(notice: Notice) -> str | None:
    """Return what a notice asks a calendar to do, if it asks anything: customers' calendars only."""
    if notice.booking_id is None or notice.recipient is not Recipient.CUSTOMER:
        return None
    return _METHODS.get(notice.kind)


def invitation(notice: Notice, *, attendee: str, organiser: str, text: str) -> str:
    """Return the iCalendar object of a notice that has a method; `text` says the same in words.

    `attendee` and `organiser` are e-mail addresses; the organiser's domain makes the booking's id unique in the world.
    """
    method = method_of(notice)
    assert method is not None, "a notice that concerns no calendar"
    event = Event()
    event.add("uid", f"{notice.booking_id}@{organiser.rpartition('@')[2]}")
    event.add("sequence", notice.sequence)
    event.add("dtstamp", notice.now.astimezone(UTC))
    event.add("dtstart", notice.start.astimezone(UTC))
    event.add("dtend", notice.end.astimezone(UTC))
    event.add("summary", vText(f"{one_line(notice.service)} · {one_line(notice.business)}"))
    event.add("description", vText(text))
    if notice.address is not None:
        event.add("location", vText(one_line(notice.address)))
    event.add("status", _status(notice, method))
    event.add("organizer", _address(organiser, notice.business))
    guest = _address(attendee, notice.customer)
    guest.params["RSVP"] = "FALSE"
    event.add("attendee", guest)
    calendar = Calendar()
    calendar.add("prodid", "-//Turnero//Turnero//ES")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _status(notice: Notice, method: str) -> str:
    if method == CANCEL:
        return "CANCELLED"
    return "TENTATIVE" if notice.status is Status.PENDING else "CONFIRMED"


def _address(mail: str, name: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{mail}")
    address.params["CN"] = quotable(name)
    return address
