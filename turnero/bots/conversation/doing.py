"""What is done when a choice is picked: a table from meanings, and one from errands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from turnero.bots.conversation import agenda, business, changes, waiting, wording
from turnero.bots.conversation import meanings as mean
from turnero.bots.conversation.asking import advance, wait_instead
from turnero.bots.conversation.choosing import SHOWN_MAX
from turnero.bots.conversation.effects import HandOver
from turnero.bots.conversation.filling import part_if_unable
from turnero.bots.conversation.meanings import Deed, Errand
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.settling import confirm
from turnero.bots.conversation.state import PERSON_ANSWERS_WITHIN, Asked, Draft, Goal, Option, When
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts import formats
from turnero.bots.understanding import Topic

# What a person of the business is told somebody said, when they are called.
SAID_CHARS_MAX = 500


def do(turn: Turn, meaning: mean.Meaning) -> None:
    """Do what a choice means."""
    if turn.state.draft is None and isinstance(meaning, _OF_A_DRAFT):
        turn.start(_blank(turn))
    _DO[type(meaning)](turn, meaning)


def _blank(turn: Turn) -> Draft:
    return Draft(touched_at=turn.now)


# --- Filling a draft -------------------------------------------------------------------------------------------------


def _take_service(turn: Turn, meaning: mean.TakeService) -> None:
    turn.let_go()
    turn.redraft(service_id=meaning.service_id)
    part_if_unable(turn)
    advance(turn)


def _take_staff(turn: Turn, meaning: mean.TakeStaff) -> None:
    turn.let_go()
    turn.redraft(provider_id=meaning.provider_id, anybody=meaning.provider_id is None)
    part_if_unable(turn)
    advance(turn)


def _take_days(turn: Turn, meaning: mean.TakeDays) -> None:
    turn.let_go()
    turn.redraft(when=replace(turn.draft.when, first=meaning.first, last=meaning.last, asap=False), shown=())
    advance(turn)


def _take_slot(turn: Turn, meaning: mean.TakeSlot) -> None:
    turn.let_go()
    wall = meaning.slot.start.astimezone(turn.shop.zone)
    clock = formats.clock(wall)
    when = When(first=wall.date(), last=wall.date(), time_from=clock, time_to=clock)
    turn.redraft(slot=meaning.slot, when=when)
    advance(turn)


def _take_usual(turn: Turn, meaning: mean.TakeUsual) -> None:
    turn.let_go()
    turn.redraft(service_id=meaning.service_id, provider_id=meaning.provider_id, anybody=False)
    advance(turn)


# --- Existing things -------------------------------------------------------------------------------------------------


def _take_booking(turn: Turn, meaning: mean.TakeBooking) -> None:
    if turn.state.me.provider_id is not None:
        agenda.take(turn, meaning)
    elif meaning.deed is Deed.CANCEL_SURELY:
        changes.cancel(turn, meaning.booking_id)
    elif meaning.deed is Deed.ACKNOWLEDGE:
        changes.acknowledge(turn, meaning.booking_id)
    else:
        changes.find(turn, meaning.deed, booking_id=meaning.booking_id, said=meaning.said)


def _leave_line(turn: Turn, meaning: mean.LeaveLine) -> None:
    waiting.leave(turn, meaning.entry_id)


def _accept_offer(turn: Turn, meaning: mean.AcceptOffer) -> None:
    waiting.accept(turn, meaning.entry_id)


def _pass_offer(turn: Turn, meaning: mean.PassOffer) -> None:
    waiting.pass_on(turn, meaning.entry_id)


def _rate_visit(turn: Turn, meaning: mean.RateVisit) -> None:
    waiting.rate(turn, meaning.stars, meaning.booking_id)


def _tell(turn: Turn, meaning: mean.Tell) -> None:
    turn.aside(business.answer(turn, meaning.topic))


def _run(turn: Turn, meaning: mean.Run) -> None:
    _ERRANDS[meaning.errand](turn)


# --- Errands ---------------------------------------------------------------------------------------------------------


def _book(turn: Turn) -> None:
    if turn.state.draft is None:
        turn.start(_blank(turn))
    turn.redraft(usual_asked=True)
    advance(turn)


def drop(turn: Turn) -> None:
    """Leave what was being made."""
    draft = turn.state.draft
    turn.drop()
    if draft is not None and draft.moving is not None:
        turn.say(turn.texts.not_moved.format(**wording.when(turn, draft.moving.start)))
    else:
        turn.say(turn.texts.dropped)


def _other_time(turn: Turn) -> None:
    draft = turn.draft
    seen = draft.shown if draft.slot is None else (*draft.shown, draft.slot.start)
    turn.let_go()
    keep_part = draft.when.part if draft.slot is None else None
    turn.redraft(when=When(first=draft.when.first, last=draft.when.last, part=keep_part), shown=seen)
    advance(turn)


def _other_day(turn: Turn) -> None:
    turn.let_go()
    turn.redraft(when=When(), shown=())
    advance(turn)


def _later(turn: Turn) -> None:
    seen = _seen(turn)
    if seen is None:
        _other_time(turn)
    else:
        _look_beside(turn, seen[1], When(time_from=formats.clock(seen[1] + timedelta(minutes=1))))


def _earlier(turn: Turn) -> None:
    seen = _seen(turn)
    if seen is None:
        _other_time(turn)
    else:
        _look_beside(turn, seen[0], When(time_to=formats.clock(seen[0])))


def _look_beside(turn: Turn, at: datetime, times: When) -> None:
    turn.let_go()
    turn.redraft(when=replace(times, first=at.date(), last=at.date()), shown=())
    advance(turn)


def _seen(turn: Turn) -> tuple[datetime, datetime] | None:
    """Return the first and the last of the times that they have before them, on the wall clock."""
    draft = turn.draft
    starts = [draft.slot.start] if draft.slot is not None else list(draft.shown[-SHOWN_MAX:])
    walls = sorted(start.astimezone(turn.shop.zone) for start in starts)
    return (walls[0], walls[-1]) if walls else None


def _soonest(turn: Turn) -> None:
    turn.let_go()
    turn.redraft(when=replace(turn.draft.when, first=None, last=None, asap=True))
    advance(turn)


def wait(turn: Turn) -> None:
    """Get in line for what is being made, or for something that is yet to be said."""
    if turn.state.draft is None or turn.draft.goal is Goal.MOVE:
        turn.start(replace(_blank(turn), goal=Goal.WAIT))
    else:
        wait_instead(turn)
    advance(turn)


def call_person(turn: Turn, said: str, text: str) -> None:
    """Have somebody of the business write, and keep quiet until then."""
    turn.change(with_person_until=turn.now + PERSON_ANSWERS_WITHIN, misunderstood=0)
    turn.lead(text)
    turn.want(HandOver(said=said[:SAID_CHARS_MAX]), For(aim=Aim.PERSON))


def _person(turn: Turn) -> None:
    call_person(turn, "", turn.texts.person)


def show_menu(turn: Turn, text: str | None = None) -> None:
    """Show all that can be done."""
    texts = turn.texts
    going_on = () if turn.state.draft is None else (_option(Errand.CARRY_ON, texts.do_carry_on),)
    options = (
        *going_on,
        _option(Errand.BOOK, texts.do_book),
        _option(Errand.LIST, texts.do_my_bookings),
        Option(meaning=mean.Tell(topic=Topic.PRICES), title=texts.do_prices),
        Option(meaning=mean.Tell(topic=Topic.HOURS), title=texts.do_hours),
        Option(meaning=mean.Tell(topic=Topic.ADDRESS), title=texts.do_address),
        _option(Errand.PERSON, texts.do_person),
    )
    turn.ask(Asked.MAIN, text or texts.menu, options)


def _option(errand: Errand, title: str) -> Option:
    return Option(meaning=mean.Run(errand=errand), title=title)


def carry_on(turn: Turn) -> None:
    """Return to what was being made."""
    if turn.state.draft is not None:
        turn.change(menu=None)
        advance(turn)
    else:
        show_menu(turn)


# Each function takes the type that it stands beside: mypy cannot follow a table from a type to its function.
_DO: Mapping[type, Callable[[Turn, Any], None]] = {
    mean.Run: _run,
    mean.TakeService: _take_service,
    mean.TakeStaff: _take_staff,
    mean.TakeDays: _take_days,
    mean.TakeSlot: _take_slot,
    mean.TakeUsual: _take_usual,
    mean.TakeBooking: _take_booking,
    mean.LeaveLine: _leave_line,
    mean.AcceptOffer: _accept_offer,
    mean.PassOffer: _pass_offer,
    mean.RateVisit: _rate_visit,
    mean.Tell: _tell,
}

_OF_A_DRAFT = (mean.TakeService, mean.TakeStaff, mean.TakeDays, mean.TakeUsual)

_ERRANDS: Mapping[Errand, Callable[[Turn], None]] = {
    Errand.BOOK: _book,
    Errand.CONFIRM: confirm,
    Errand.DROP: drop,
    Errand.OTHER_TIME: _other_time,
    Errand.OTHER_DAY: _other_day,
    Errand.LATER: _later,
    Errand.EARLIER: _earlier,
    Errand.SOONEST: _soonest,
    Errand.CARRY_ON: carry_on,
    Errand.WAIT: wait,
    Errand.LIST: changes.show_all,
    Errand.PERSON: _person,
    Errand.UNDO: changes.undo,
    Errand.MENU: show_menu,
}
