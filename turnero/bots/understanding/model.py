"""What a message can mean: the values that understanding returns, and what it may know of a business beforehand."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from turnero.engine.domain.value import Value


class Intent(StrEnum):
    """What somebody wants."""

    BOOK = "book"
    AVAILABILITY = "availability"
    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    LIST = "list"
    CONFIRM = "confirm"
    DENY = "deny"
    HELP = "help"
    GREETING = "greeting"
    HUMAN = "human"
    WAITLIST = "waitlist"


class Part(StrEnum):
    """A part of the day, said in place of an exact time."""

    MORNING = "morning"
    MIDDAY = "midday"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Topic(StrEnum):
    """Something about the business that people ask for."""

    PRICES = "prices"
    ADDRESS = "address"
    HOURS = "hours"
    SERVICES = "services"
    STAFF = "staff"
    POLICY = "policy"


class Ref(Value):
    """The existing booking that is spoken of: its day or days, and its time as HH:MM. Null where nothing was said."""

    date_from: date | None = None
    date_to: date | None = None
    time: str | None = None


class Understood(Value):
    """What one message says, and no more: null where nothing was said, false where a flag was not raised.

    Dates and times (HH:MM) are wall-clock ones of the business. One day fills `date_from` and `date_to` alike, in `ref`
    as well, and an exact time `time_from` and `time_to` alike ("a las 6", also "tipo 6"): so it differs from an open
    end ("después de las 6"), which has no `time_to`. `ask` says that a part of this is doubtful and wants a question.
    """

    intent: Intent | None = None
    date_from: date | None = None
    date_to: date | None = None
    time_from: str | None = None
    time_to: str | None = None
    part: Part | None = None
    ref: Ref | None = None
    approx: bool = False
    same_time: bool = False
    asap: bool = False
    service: str | None = None
    staff: str | None = None
    people: int | None = None
    ask: bool = False


class Vocabulary(Value):
    """What a business calls its services and its people, and when it is open (HH:MM).

    Its own names are recognised besides the common ones; its hours decide what a bare "a las 7" can mean.
    """

    services: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    opens: str = "09:00"
    closes: str = "20:00"


GENERIC = Vocabulary()


class Cues(Value):
    """Everything else that a conversation wants to know from the words of a message."""

    language: str | None = None
    topics: frozenset[Topic] = frozenset()
    any_staff: bool = False
    usual: bool = False
    undo: bool = False
    thanks: bool = False
    bye: bool = False
    insult: bool = False
    stop: bool = False
    resume: bool = False
    injection: bool = False
    language_wanted: str | None = None
    name: str | None = None
    stars: int | None = None
