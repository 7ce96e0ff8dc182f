"""Why an effect was wanted: what to do with its outcome, kept in the state until it comes."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from turnero.bots.conversation.meanings import Deed
from turnero.bots.understanding import Understood
from turnero.engine.domain.value import BookingId, EntryId, Value


class Nothing(Value, tag="nothing"):
    """The outcome changes nothing, whatever it is."""


class Aim(StrEnum):
    """What needs no more than a word."""

    INTRODUCE = "introduce"
    DAYS = "days"
    SLOTS = "slots"
    SLOTS_LATER = "slots_later"
    STAFF = "staff"
    CARD = "card"
    SURE = "sure"
    BOOK = "book"
    MOVE = "move"
    LIST = "list"
    STALE = "stale"
    UNDO = "undo"
    YES = "yes"
    NO = "no"
    JOIN = "join"
    LEAVE = "leave"
    PERSON = "person"
    ACCEPT = "accept"
    GONE = "gone"
    COMMENT = "comment"


class For(Value, tag="for"):
    aim: Aim


class ForBooking(Value, tag="for_booking"):
    """Find the booking that is meant, and do something to it: the one of this id, or the one that was spoken of.

    `words` are those of whoever works here, folded: there may be a customer's name among them.
    """

    deed: Deed
    booking_id: BookingId | None = None
    said: Understood = Understood()
    words: tuple[str, ...] = ()


class ForDone(Value, tag="for_done"):
    """A booking was to be changed in this way."""

    deed: Deed
    booking_id: BookingId


class ForEntry(Value, tag="for_entry"):
    """A place in line was to be given up, or what is offered to it to be refused."""

    entry_id: EntryId
    passing: bool


class ForStars(Value, tag="for_stars"):
    """A visit was, or is to be, rated: the last one if `booking_id` is None.

    `bare` says that all they wrote was a number, which may have been meant for something else.
    """

    stars: int
    booking_id: BookingId | None = None
    bare: bool = False


class ForAgenda(Value, tag="for_agenda"):
    """A provider's day was looked up, in order to be shown."""

    first: date
    last: date


class ForBlock(Value, tag="for_block"):
    """A stretch of a provider's calendar was to be closed."""

    start: datetime
    end: datetime


class ForMuting(Value, tag="for_muting"):
    muted: bool


Purpose = Nothing | For | ForBooking | ForDone | ForEntry | ForStars | ForAgenda | ForBlock | ForMuting
