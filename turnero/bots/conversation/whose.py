"""Which booking somebody who works here speaks of: by its hour, by whose it is, or the one of now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from turnero.bots.conversation.effects import Appointment
from turnero.bots.conversation.matching import words
from turnero.bots.conversation.meanings import Deed
from turnero.bots.conversation.purposes import ForBooking
from turnero.bots.texts import formats
from turnero.bots.understanding import Ref
from turnero.engine.domain.booking import LIVE

# "Llegó" may be said a little before the hour, and "no vino" an hour after it.
JUST_NOW = timedelta(minutes=90)

# What stands before a name: "cancelá a Carla", "el turno de Carla".
_BEFORE_A_NAME = frozenset({"a", "al", "de", "of", "for", "para", "do", "da"})
# What stands there as well, and is none.
_NO_NAMES = frozenset(
    word
    for line in (
        "la las el lo los esta este ese esa aca hoy manana pasado ayer ahora recien todo todos todas turno turnos",
        "lunes martes miercoles jueves viernes sabado domingo tarde noche mediodia mi mis que una uno dia",
        "the my today tomorrow now all this that noon monday tuesday wednesday thursday friday saturday sunday",
        "hoje amanha agora tudo segunda terca quarta quinta sexta meu minha",
    )
    for word in line.split()
)
_NAME_CHARS_MIN = 3


class Meant(NamedTuple):
    """Those that can be meant; if there are none, the one that is over and done with, if it is that."""

    live: Sequence[Appointment]
    settled: Appointment | None = None


def meant(them: Sequence[Appointment], purpose: ForBooking, *, tz: ZoneInfo, now: datetime) -> Meant:
    """Return which of `them` can be meant. Whoever is called by a name is nobody else, however few there are."""
    if purpose.booking_id is not None:
        return Meant([it for it in them if it.id == purpose.booking_id and it.status in LIVE])
    theirs = [it for it in them if _is_called(it, purpose.words)]
    if not theirs and calls_somebody(purpose):
        return Meant(())
    pool = theirs or them
    live = [it for it in pool if it.status in LIVE]
    if theirs and not live:
        return Meant((), settled=theirs[-1])
    clock = _clock_of(purpose)
    if clock is not None:
        return Meant([it for it in live if formats.clock(it.start.astimezone(tz)) == clock])
    if purpose.deed is Deed.CANCEL:
        return Meant([it for it in live if it.start > now])
    return Meant(_of_now(live, now) or (live if theirs else ()))


def calls_somebody(purpose: ForBooking) -> bool:
    """Tell whether a name is said, be it of somebody who is known or not."""
    if purpose.said.service is not None:
        return False
    return any(
        before in _BEFORE_A_NAME and word.isalpha() and len(word) >= _NAME_CHARS_MIN and word not in _NO_NAMES
        for before, word in pairwise(purpose.words)
    )


def _is_called(it: Appointment, said: Sequence[str]) -> bool:
    return any(part in said for part in words(it.customer_name or "") if len(part) >= _NAME_CHARS_MIN)


def _clock_of(purpose: ForBooking) -> str | None:
    said = purpose.said
    return (said.ref or Ref()).time or (said.time_from if said.time_from == said.time_to else None)


def _of_now(live: Sequence[Appointment], now: datetime) -> Sequence[Appointment]:
    """Return the one whose time it is; else whoever is nearest before now, or comes soon."""
    begun = [it for it in live if it.start <= now]
    lately = [it for it in begun if now - it.start <= JUST_NOW]
    running = [it for it in lately if now < it.end]
    if len(running) == 1:
        return running
    return lately or begun[-1:] or [it for it in live if it.start - now <= JUST_NOW][:1]
