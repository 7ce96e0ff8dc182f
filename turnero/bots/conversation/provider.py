"""The conversation of somebody who works here: their agenda, closing time, and what became of a customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from turnero.bots.conversation import wording
from turnero.bots.conversation.effects import (
    AgendaFound,
    Appointment,
    Block,
    Cancel,
    Complete,
    Done,
    Effect,
    FindAgenda,
    MarkNoShow,
    Refused,
    SetMuted,
)
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import folded, words
from turnero.bots.conversation.meanings import Deed, TakeBooking
from turnero.bots.conversation.picking import pick
from turnero.bots.conversation.purposes import ForAgenda, ForBlock, ForBooking, ForDone, ForMuting
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts import formats
from turnero.bots.texts.formats import LANGUAGES
from turnero.bots.understanding import Intent, Ref, Understood
from turnero.engine.domain.booking import LIVE, Status
from turnero.engine.domain.schedule import wall_minutes
from turnero.engine.domain.value import BookingId

# "Llegó" may be said a little before the hour, and "no vino" an hour after it.
JUST_NOW = timedelta(minutes=90)
# A week's agenda is read on a screen, not in a chat.
AGENDA_DAYS_MAX = 7
AGENDA_LINES_MAX = 25
# "y mañana?", "el lunes que viene": more words say something else.
ONLY_A_DAY_WORDS = 4

# What only those who work here say; understanding speaks the language of customers. Folded.
_BLOCKING = re.compile(r"\b(bloque\w*|cerra(me|la)?|no atiendo|no trabajo|block|close|bloqueia\w*|fecha)\b")
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
    first = turn.state.me.name.split()[0] if turn.state.me.name else ""
    member = turn.shop.member(turn.state.me.provider_id) if turn.state.me.provider_id else None
    name = wording.called(turn, member) if member is not None else first
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
    begins = _wall(turn, day or turn.today, said.time_from or "00:00")
    ends = _wall(turn, said.date_to or day or turn.today, said.time_to or "24:00")
    return (begins, ends) if begins < ends else None


def _wall(turn: Turn, day: date, clock: str) -> datetime:
    minutes = wall_minutes(clock)
    days, minutes = divmod(minutes, 1440)
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=turn.shop.zone)


def _cancel(turn: Turn, message: Heard) -> bool:
    if message.said.intent is not Intent.CANCEL:
        return False
    _find(turn, Deed.CANCEL, message.said)
    return True


def _no_show(turn: Turn, message: Heard) -> bool:
    if _CAME_NOT.search(folded(message.text)) is None:
        return False
    _find(turn, Deed.NO_SHOW, message.said)
    return True


def _came(turn: Turn, message: Heard) -> bool:
    if _CAME.search(folded(message.text)) is None:
        return False
    _find(turn, Deed.COMPLETE, message.said)
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
    first = said.date_from or turn.today
    last = min(said.date_to or first, first + timedelta(days=AGENDA_DAYS_MAX - 1))
    turn.want(FindAgenda(first=first, last=max(first, last)), ForAgenda(first=first, last=max(first, last)))
    return True


def _as_a_customer(turn: Turn, message: Heard) -> bool:
    if message.said.intent not in {Intent.BOOK, Intent.RESCHEDULE, Intent.WAITLIST}:
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
    _show_agenda,
    _as_a_customer,
    _attend,
    _thanks,
)


# --- The agenda ------------------------------------------------------------------------------------------------------


def agenda(turn: Turn, found: AgendaFound, purpose: ForAgenda) -> None:
    """Say what the days bring."""
    shown = [it for it in found.appointments if it.status is not Status.CANCELLED][:AGENDA_LINES_MAX]
    day = purpose.first
    while day <= purpose.last:
        of_day = [it for it in shown if _day(turn, it) == day]
        words_ = wording.on(turn, day)
        if of_day:
            lines = "\n".join(_line(turn, it) for it in of_day)
            turn.lead(turn.texts.agenda.format(**words_, lines=lines))
        elif purpose.first == purpose.last:
            turn.lead(turn.texts.agenda_empty.format(**words_))
        day += timedelta(days=1)
    if not turn.state.leads:
        turn.lead(turn.texts.agenda_empty.format(**wording.on(turn, purpose.first)))
    turn.flush()


def _line(turn: Turn, it: Appointment) -> str:
    texts = turn.texts
    marks = {
        Status.COMPLETED: texts.status_completed,
        Status.NO_SHOW: texts.status_no_show,
        Status.PENDING: texts.status_pending,
    }
    mark = marks.get(it.status)
    return texts.agenda_line.format(
        time=_clock(turn, it),
        customer=_customer(it),
        service=wording.service(turn, it.service_id),
        mark=f" ({mark})" if mark else "",
    )


def _customer(it: Appointment) -> str:
    return it.customer_name or "?"


def _clock(turn: Turn, it: Appointment) -> str:
    return formats.clock(it.start.astimezone(turn.shop.zone))


def _day(turn: Turn, it: Appointment) -> date:
    return it.start.astimezone(turn.shop.zone).date()


# --- One of them -----------------------------------------------------------------------------------------------------


def take(turn: Turn, meaning: TakeBooking) -> None:
    """Do what a choice means."""
    effects: dict[Deed, Effect] = {
        Deed.CANCEL_SURELY: Cancel(booking_id=meaning.booking_id),
        Deed.COMPLETE: Complete(booking_id=meaning.booking_id),
        Deed.NO_SHOW: MarkNoShow(booking_id=meaning.booking_id),
    }
    effect = effects.get(meaning.deed)
    if effect is not None:
        turn.want(effect, ForDone(deed=meaning.deed, booking_id=meaning.booking_id))
    else:
        _find(turn, meaning.deed, Understood(), meaning.booking_id)


def _find(turn: Turn, deed: Deed, said: Understood, booking_id: BookingId | None = None) -> None:
    day = (said.ref.date_from if said.ref else None) or said.date_from or turn.today
    last = turn.today + timedelta(days=AGENDA_DAYS_MAX) if booking_id is not None else day
    turn.want(FindAgenda(first=min(day, last), last=last), ForBooking(deed=deed, booking_id=booking_id, said=said))


def found(turn: Turn, outcome: AgendaFound, purpose: ForBooking) -> None:
    """Do what was wanted to the one that is meant, or ask which."""
    live = [it for it in outcome.appointments if it.status in LIVE]
    if purpose.booking_id is not None:
        meant = [it for it in live if it.id == purpose.booking_id]
    else:
        meant = _meant(turn, live, purpose)
    if not meant:
        turn.say(turn.texts.staff_none)
    elif len(meant) == 1:
        _do(turn, meant[0], purpose.deed)
    else:
        options = [
            Option(
                meaning=TakeBooking(deed=purpose.deed, booking_id=it.id), title=f"{_clock(turn, it)} {_customer(it)}"
            )
            for it in meant[:10]
        ]
        lines = wording.numbered(_line(turn, it) for it in meant[:10])
        turn.ask(Asked.WHICH, turn.texts.staff_which.format(lines=lines), options)


def _meant(turn: Turn, live: Sequence[Appointment], purpose: ForBooking) -> list[Appointment]:
    said = purpose.said
    ref = said.ref or Ref()
    clock = ref.time or (said.time_from if said.time_from == said.time_to else None)
    if clock is not None:
        return [it for it in live if _clock(turn, it) == clock]
    if purpose.deed is Deed.CANCEL:
        return [it for it in live if it.start > turn.now]
    begun = [it for it in live if it.start <= turn.now]
    lately = [it for it in begun if turn.now - it.start <= JUST_NOW]
    # The one whose time it is; else whoever is nearest before now.
    running = [it for it in lately if turn.now < it.end]
    if len(running) == 1:
        return running
    return lately or begun[-1:] or [it for it in live if it.start - turn.now <= JUST_NOW][:1]


def _do(turn: Turn, it: Appointment, deed: Deed) -> None:
    words_ = {**wording.when(turn, it.start), "customer": _customer(it)}
    if deed is Deed.CANCEL:
        options = [
            Option(meaning=TakeBooking(deed=Deed.CANCEL_SURELY, booking_id=it.id), title=turn.texts.do_cancel_surely),
            Option(meaning=TakeBooking(deed=Deed.KEEP, booking_id=it.id), title=turn.texts.do_keep),
        ]
        text = turn.texts.staff_sure.format(**words_, service=wording.service(turn, it.service_id))
        turn.ask(Asked.CANCEL, text, options, yes=0, no=1)
    elif deed is Deed.KEEP:
        turn.say(turn.texts.kept.format(line=f"{_customer(it)}, {words_['day']} {words_['time']}"))
    elif it.start > turn.now:
        turn.say(turn.texts.not_yet.format(**words_))
    else:
        turn.change(about=it)
        take(turn, TakeBooking(deed=deed, booking_id=it.id))


# --- What came of it -------------------------------------------------------------------------------------------------


def cancelled(turn: Turn, it: Appointment) -> None:
    turn.say(turn.texts.staff_cancelled.format(**wording.when(turn, it.start), customer=_customer(it)))


def done(turn: Turn, outcome: Done, purpose: ForDone) -> None:
    """Say that it is noted who came, or did not."""
    del outcome
    it = turn.state.about
    turn.change(about=None)
    template = turn.texts.came if purpose.deed is Deed.COMPLETE else turn.texts.came_not
    if it is None or it.id != purpose.booking_id:
        turn.say(turn.texts.noted)
    else:
        turn.say(template.format(**wording.when(turn, it.start), customer=_customer(it)))


def blocked(turn: Turn, outcome: Done, purpose: ForBlock) -> None:
    """Say from when to when the calendar is closed."""
    del outcome
    begins, ends = (at.astimezone(turn.shop.zone) for at in (purpose.start, purpose.end))
    words_ = wording.when(turn, begins)
    # The end of a day is called by its own name.
    clock = formats.clock(ends) if ends.date() == begins.date() else "24:00"
    turn.say(turn.texts.blocked.format(**words_, begins=words_["time"], ends=clock))


def refused(turn: Turn, refusal: Refused, purpose: ForDone | ForBlock) -> None:
    """Say why it was not done, and what stands in the way."""
    turn.change(about=None)
    if refusal.in_the_way:
        lines = "\n".join(_line(turn, it) for it in refusal.in_the_way[:AGENDA_LINES_MAX])
        turn.say(turn.texts.block_in_the_way.format(lines=lines))
    elif isinstance(purpose, ForDone):
        turn.say(turn.texts.staff_none if refusal.code == "not_found" else turn.texts.not_any_more)
    else:
        turn.say(turn.texts.failed)
