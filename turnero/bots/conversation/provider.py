"""The conversation of somebody who works here: their agenda, closing time, and what became of a customer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from turnero.bots.conversation import wording
from turnero.bots.conversation.agenda import AGENDA_DAYS_MAX, hear, take
from turnero.bots.conversation.effects import (
    Block,
    FindAgenda,
    SetMuted,
)
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import folded, words
from turnero.bots.conversation.meanings import Deed, TakeBooking
from turnero.bots.conversation.picking import pick
from turnero.bots.conversation.purposes import ForAgenda, ForBlock, ForMuting
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts.formats import LANGUAGES
from turnero.bots.understanding import Intent, Understood
from turnero.engine.domain.schedule import wall_minutes
from turnero.engine.domain.waitlist import PARTS, PartOfDay

# "y mañana?", "el lunes que viene": more words say something else.
ONLY_A_DAY_WORDS = 4

# What only those who work here say; understanding speaks the language of customers. Folded.
_BLOCKING = re.compile(r"\b(blo(qu|k)e\w*|cerra(me|la)?|no atiendo|no trabajo|me tomo|block|close|bloqueia\w*|fecha)\b")
# What is done in the calendar, which shows what is around it.
_CALENDARS = re.compile(
    r"\b(desbloque\w*|unblock|abri(me)?|pasa(lo|la)? (a|al|para)|cambi(a|ame|alo|ar)|move(lo|la|r)?|mud[ae]r?"
    r"|reschedule)\b"
)
_CAME_NOT = re.compile(
    r"\b(no (vino|llego|aparecio|se presento|asistio)|falto|plantado|no.?show|didn'?t (come|show)|nao (veio|apareceu)"
    r"|faltou)\b"
)
_CAME = re.compile(r"\b(vino|llego|ya esta aca|atendi\w*|arrived|came|here|chegou|veio)\b")
_AGENDA = re.compile(
    r"\b(agenda|que tengo|turnos?|quien(es)? viene|a quien tengo|what do i have|schedule|o que tenho)\b"
)


def heard(turn: Turn, message: Heard) -> None:
    """Answer a message."""
    for rule in _RULES:
        if rule(turn, message):
            return
    turn.say(turn.texts.staff_help)


def greet(turn: Turn) -> None:
    """Say hello, and what can be said here."""
    member = turn.shop.member(turn.state.me.provider_id) if turn.state.me.provider_id else None
    name = wording.first_name(turn.state.me.name) if member is None else wording.called(turn, member)
    turn.lead(turn.texts.staff_hello.format(name=name))
    turn.say(turn.texts.staff_help)


# --- Rules -----------------------------------------------------------------------------------------------------------


def _language(turn: Turn, message: Heard) -> bool:
    wanted = next((one for one in LANGUAGES if one == message.cues.language_wanted), None)
    if wanted is not None:
        turn.change(language=wanted, language_chosen=True)
        turn.say(turn.texts.language_changed)
    return wanted is not None


def _muting(turn: Turn, message: Heard) -> bool:
    if not (message.cues.stop or message.cues.resume):
        return False
    turn.want(SetMuted(muted=message.cues.stop), ForMuting(muted=message.cues.stop))
    return True


def _pick(turn: Turn, message: Heard) -> bool:
    menu = turn.state.menu
    option = None if menu is None else pick(message, menu, turn.shop.zone)
    if option is None or not isinstance(option.meaning, TakeBooking):
        return False
    turn.change(menu=None)
    take(turn, option.meaning)
    return True


def _block(turn: Turn, message: Heard) -> bool:
    said = message.said
    if _BLOCKING.search(folded(message.text)) is None:
        return False
    stretch = _stretch(turn, said)
    if stretch is None:
        turn.say(turn.texts.block_when)
    else:
        begins, ends = stretch
        turn.want(Block(start=begins, end=ends), ForBlock(start=begins, end=ends))
    return True


def _stretch(turn: Turn, said: Understood) -> tuple[datetime, datetime] | None:
    """Return from when to when; the whole day if no time is named, and none if no day is."""
    day = said.date_from
    if day is None and (said.time_from is None or said.time_to is None):
        return None
    if said.time_from is not None and said.time_from == said.time_to:
        return None
    part = None if said.part is None else PARTS[PartOfDay(said.part)]
    opens, closes = ("00:00", "24:00") if part is None else (part.begins, part.ends)
    begins = _wall(turn, day or turn.today, said.time_from or opens)
    ends = _wall(turn, said.date_to or day or turn.today, said.time_to or closes)
    return (begins, ends) if begins < ends else None


def _wall(turn: Turn, day: date, clock: str) -> datetime:
    minutes = wall_minutes(clock)
    days, minutes = divmod(minutes, 1440)
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=turn.shop.zone)


def _cancel(turn: Turn, message: Heard) -> bool:
    if message.said.intent is not Intent.CANCEL:
        return False
    hear(turn, Deed.CANCEL, message)
    return True


def _no_show(turn: Turn, message: Heard) -> bool:
    if _CAME_NOT.search(folded(message.text)) is None:
        return False
    hear(turn, Deed.NO_SHOW, message)
    return True


def _came(turn: Turn, message: Heard) -> bool:
    if _CAME.search(folded(message.text)) is None:
        return False
    hear(turn, Deed.COMPLETE, message)
    return True


def _show_agenda(turn: Turn, message: Heard) -> bool:
    said = message.said
    asked = said.intent in {Intent.LIST, Intent.AVAILABILITY} or _AGENDA.search(folded(message.text)) is not None
    only_a_day = (
        said.date_from is not None
        and said.time_from is None
        and said.service is None
        and len(words(message.text)) <= ONLY_A_DAY_WORDS
    )
    if "quiero" in words(message.text) or not (asked or only_a_day):
        return False
    # "what do I have tomorrow" may be understood as one that is there already.
    first = said.date_from or (said.ref.date_from if said.ref else None) or turn.today
    last = min(
        said.date_to or (said.ref.date_to if said.ref else None) or first, first + timedelta(days=AGENDA_DAYS_MAX - 1)
    )
    turn.want(FindAgenda(first=first, last=max(first, last)), ForAgenda(first=first, last=max(first, last)))
    return True


def _in_the_calendar(turn: Turn, message: Heard) -> bool:
    if message.said.intent is not Intent.RESCHEDULE and _CALENDARS.search(folded(message.text)) is None:
        return False
    turn.say(turn.texts.staff_calendar)
    return True


def _as_a_customer(turn: Turn, message: Heard) -> bool:
    if message.said.intent not in {Intent.BOOK, Intent.WAITLIST}:
        return False
    turn.say(turn.texts.staff_book)
    return True


def _attend(turn: Turn, message: Heard) -> bool:
    if message.said.intent is not Intent.GREETING:
        return False
    greet(turn)
    return True


def _thanks(turn: Turn, message: Heard) -> bool:
    if message.cues.thanks:
        turn.say(turn.texts.thanks)
    return message.cues.thanks


_RULES: tuple[Callable[[Turn, Heard], bool], ...] = (
    _muting,
    _language,
    _pick,
    _block,
    _no_show,
    _cancel,
    _came,
    _in_the_calendar,
    _show_agenda,
    _as_a_customer,
    _attend,
    _thanks,
)
