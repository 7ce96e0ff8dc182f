"""A provider's bookings in their own chat: the agenda, and what became of one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from turnero.bots.conversation import wording
from turnero.bots.conversation.effects import (
    AgendaFound,
    Appointment,
    Cancel,
    Complete,
    Done,
    FindAgenda,
    MarkNoShow,
    Refused,
)
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import words
from turnero.bots.conversation.meanings import Deed, TakeBooking
from turnero.bots.conversation.purposes import ForAgenda, ForBlock, ForBooking, ForDone
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn
from turnero.bots.conversation.whose import calls_somebody, meant
from turnero.bots.texts import formats
from turnero.engine.domain.booking import Status
from turnero.engine.domain.value import BookingId

# A week's agenda is read on a screen, not in a chat.
AGENDA_DAYS_MAX = 7
AGENDA_LINES_MAX = 25
AROUND = timedelta(days=14)
# As many as a list of choices holds.
WHICH_MAX = 10
# Names stand near the beginning; nobody tells a story here.
WORDS_KEPT_MAX = 20


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
    mark = _mark(turn, it)
    return turn.texts.agenda_line.format(
        time=_clock(turn, it),
        customer=_customer(it),
        service=wording.service(turn, it.service_id),
        mark=f" ({mark})" if mark else "",
    )


def _mark(turn: Turn, it: Appointment) -> str:
    texts = turn.texts
    marks = {
        Status.COMPLETED: texts.status_completed,
        Status.NO_SHOW: texts.status_no_show,
        Status.PENDING: texts.status_pending,
        Status.CANCELLED: texts.status_cancelled,
    }
    return marks.get(it.status, "")


def _customer(it: Appointment) -> str:
    return it.customer_name or "?"


def _clock(turn: Turn, it: Appointment) -> str:
    return formats.clock(it.start.astimezone(turn.shop.zone))


def _day(turn: Turn, it: Appointment) -> date:
    return it.start.astimezone(turn.shop.zone).date()


# --- One of them -----------------------------------------------------------------------------------------------------


def take(turn: Turn, meaning: TakeBooking) -> None:
    """Do what a choice means."""
    if meaning.deed is Deed.CANCEL_SURELY:
        effect = Cancel(booking_id=meaning.booking_id)
        turn.want(effect, ForDone(deed=meaning.deed, booking_id=meaning.booking_id))
    elif meaning.deed in _OF_STAFF:
        find(turn, meaning.deed, booking_id=meaning.booking_id)
    else:
        turn.say(turn.texts.staff_help)


# The others are a customer's.
_OF_STAFF = frozenset({Deed.CANCEL, Deed.KEEP, Deed.COMPLETE, Deed.NO_SHOW})


def hear(turn: Turn, deed: Deed, message: Heard) -> None:
    """Look for the booking that a message speaks of, in order to do something to it."""
    said = message.said
    purpose = ForBooking(deed=deed, said=said, words=tuple(words(message.text)[:WORDS_KEPT_MAX]))
    day = (said.ref.date_from if said.ref else None) or said.date_from
    first = last = day or turn.today
    if day is None and deed is Deed.CANCEL and calls_somebody(purpose):
        # "cancelá a Carla": whenever she comes.
        last = turn.today + AROUND
    turn.want(FindAgenda(first=first, last=last), purpose)


def find(turn: Turn, deed: Deed, *, booking_id: BookingId) -> None:
    """Look for the booking of a choice, which may be of any day that was spoken of lately."""
    around = FindAgenda(first=turn.today - AROUND, last=turn.today + AROUND)
    turn.want(around, ForBooking(deed=deed, booking_id=booking_id))


def found(turn: Turn, outcome: AgendaFound, purpose: ForBooking) -> None:
    """Do what was wanted to the one that is meant, or ask which."""
    them, settled = meant(outcome.appointments, purpose, tz=turn.shop.zone, now=turn.now)
    if settled is not None:
        words_ = {**wording.when(turn, settled.start), "customer": _customer(settled)}
        turn.say(turn.texts.already_noted.format(**words_, mark=_mark(turn, settled)))
    elif not them:
        turn.say(turn.texts.staff_none)
    elif len(them) == 1:
        _do(turn, them[0], purpose.deed)
    else:
        _ask_which(turn, them[:WHICH_MAX], purpose.deed)


def _ask_which(turn: Turn, them: Sequence[Appointment], deed: Deed) -> None:
    several_days = len({_day(turn, it) for it in them}) > 1
    days = [f"{wording.day_title(turn, _day(turn, it))} " if several_days else "" for it in them]
    options = [
        Option(meaning=TakeBooking(deed=deed, booking_id=it.id), title=f"{day}{_clock(turn, it)} {_customer(it)}")
        for day, it in zip(days, them, strict=True)
    ]
    lines = wording.numbered(f"{day}{_line(turn, it)}" for day, it in zip(days, them, strict=True))
    turn.ask(Asked.WHICH, turn.texts.staff_which.format(lines=lines), options)


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
        effect = Complete(booking_id=it.id) if deed is Deed.COMPLETE else MarkNoShow(booking_id=it.id)
        turn.want(effect, ForDone(deed=deed, booking_id=it.id))


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
    texts = turn.texts
    begins, ends = (at.astimezone(turn.shop.zone) for at in (purpose.start, purpose.end))
    # The end of a day is that day's, and not the next one's.
    last = (ends - timedelta(microseconds=1)).date()
    whole = (formats.clock(begins), formats.clock(ends)) == ("00:00", "00:00")
    words_ = wording.when(turn, begins)
    closing = {"begins": words_["time"], "ends": formats.clock(ends), "last": wording.day(turn, last)}
    if begins.date() == last:
        text = texts.blocked_day if whole else texts.blocked
    else:
        text = texts.blocked_days if whole else texts.blocked_until
    turn.say(text.format(**words_, **closing))


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
