"""What follows from what somebody wants: a table from intents; what stands open decides what each of them means."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from turnero.bots.conversation import business, changes, doing, waiting
from turnero.bots.conversation.asking import advance
from turnero.bots.conversation.effects import Appointment, FindMine, MineFound
from turnero.bots.conversation.filling import fill
from turnero.bots.conversation.greeting import greet, say_draft_over, was_offered_the_usual
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import services_called, words
from turnero.bots.conversation.meanings import Deed, Errand, Run, TakeBooking
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.state import Asked, Draft, Goal, Option
from turnero.bots.conversation.turn import Turn
from turnero.bots.understanding import Intent
from turnero.engine.domain.value import BookingId


def book(turn: Turn, message: Heard) -> bool:
    """Fill what is being made with what was said, and go on with it; answer what was asked beside it first."""
    for topic in business.topics(message.cues):
        turn.lead(business.answer(turn, topic, message))
    begun = turn.state.draft is not None and not _of_another(turn, message)
    offered = was_offered_the_usual(turn)
    if not begun:
        turn.start(Draft(touched_at=turn.now, usual_asked=offered))
        if turn.expired and message.said.service is None:
            turn.lead(turn.texts.draft_lost)
    _take_the_usual(turn, message, offered=offered)
    before = turn.draft
    if fill(turn, message):
        return True
    nothing_new = begun and turn.draft == before
    if nothing_new and before.service_id is not None and message.said.intent is Intent.AVAILABILITY:
        # "¿qué más tenés?"
        turn.change(menu=None)
        doing.do(turn, Run(errand=Errand.OTHER_TIME))
        return True
    if nothing_new and turn.state.menu is not None:
        turn.ask_again()
        return True
    turn.change(menu=None)
    advance(turn)
    return True


def _take_the_usual(turn: Turn, message: Heard, *, offered: bool) -> None:
    """Take "el viernes a las 11" for a yes to the usual, if that is what was asked; the card shows all of it."""
    usual, said = turn.state.me.usual, message.said
    if not offered or usual is None or said.service is not None or said.intent is Intent.DENY or not message.says_when:
        return
    turn.redraft(service_id=usual[0], provider_id=None if said.staff else usual[1])


def _cancel(turn: Turn, message: Heard) -> bool:
    menu, said, draft = turn.state.menu, message.said, turn.state.draft
    names_one = said.ref is not None or message.says_when
    # "cancelá mi turno" before there is a slot is about one that exists already.
    of_the_draft = draft is not None and not names_one and (draft.slot is not None or not message.appointment)
    if menu is not None and menu.asked is Asked.CANCEL and not names_one:
        # "sí, cancelalo"
        turn.change(menu=None)
        doing.do(turn, menu.options[0].meaning)
    elif of_the_draft:
        doing.drop(turn)
    else:
        changes.find(turn, Deed.CANCEL, said=said, booking_id=None if names_one else _at_hand(turn))
    return True


def _reschedule(turn: Turn, message: Heard) -> bool:
    said, draft = message.said, turn.state.draft
    if draft is not None and said.ref is None and message.says_when and not _of_another(turn, message):
        # "cambialo para el jueves" while something is being made is about that.
        return book(turn, message)
    if draft is not None and draft.slot is not None and said.ref is None and not _of_another(turn, message):
        turn.change(menu=None)
        doing.do(turn, Run(errand=Errand.OTHER_TIME))
        return True
    changes.find(turn, Deed.MOVE, said=said, booking_id=_at_hand(turn) if said.ref is None else None)
    return True


def _of_another(turn: Turn, message: Heard) -> bool:
    """Tell whether "y el color al miércoles" speaks of something else than the booking that is being moved."""
    moving, service = None if turn.state.draft is None else turn.draft.moving, message.said.service
    if moving is None or service is None:
        return False
    return moving.service_id not in {one.id for one in services_called(service, turn.shop)}


def _at_hand(turn: Turn) -> BookingId | None:
    """Return the booking that the open question is about, if it is about just one."""
    menu = turn.state.menu
    options = () if menu is None else menu.options
    about = {option.meaning.booking_id for option in options if isinstance(option.meaning, TakeBooking)}
    return about.pop() if len(about) == 1 else None


def _list(turn: Turn, message: Heard) -> bool:
    if message.said.ref is not None or message.says_when:
        changes.find(turn, Deed.SHOW, said=message.said)
    else:
        changes.show_all(turn)
    return True


def _confirm(turn: Turn, message: Heard) -> bool:
    if message.says_something:
        return book(turn, message)
    menu, draft = turn.state.menu, turn.state.draft
    if turn.expired:
        say_draft_over(turn)
    elif menu is not None and menu.options and draft is not None:
        turn.aside(turn.texts.pick_one)
    elif draft is not None:
        turn.change(menu=None)
        advance(turn)
    elif message.cues.thanks:
        turn.say(turn.texts.thanks)
    else:
        turn.want(FindMine(), For(aim=Aim.YES))
    return True


# "no, dejalo": not another time, but none.
_LEAVING = frozenset(
    {"dejalo", "deja", "dejemos", "dejemoslo", "olvidalo", "nada", "leave", "forget", "deixa", "esquece"}
)


def _deny(turn: Turn, message: Heard) -> bool:
    if message.says_something:
        return book(turn, message)
    menu = turn.state.menu
    if turn.state.draft is None:
        turn.change(menu=None)
        if menu is not None and menu.asked is not Asked.MAIN:
            turn.say(turn.texts.nothing_to_deny)
        else:
            turn.want(FindMine(), For(aim=Aim.NO))
        return True
    if _LEAVING & set(words(message.text)):
        doing.drop(turn)
        return True
    texts, draft = turn.texts, turn.draft
    options = [
        *([Option(meaning=Run(errand=Errand.OTHER_TIME), title=texts.do_other_time)] if draft.service_id else []),
        *([Option(meaning=Run(errand=Errand.OTHER_DAY), title=texts.do_other_day)] if draft.service_id else []),
        Option(meaning=Run(errand=Errand.DROP), title=texts.do_leave_it),
    ]
    turn.ask(Asked.CARD, texts.no_to_card, options, no=len(options) - 1)
    return True


def tell(turn: Turn, message: Heard) -> bool:
    """Answer what is asked about the business; the menu, if that is nothing in particular."""
    topics = business.topics(message.cues)
    if not topics:
        doing.show_menu(turn)
        return True
    turn.aside("\n\n".join(business.answer(turn, topic, message) for topic in topics))
    return True


def _greeting(turn: Turn, message: Heard) -> bool:
    if message.says_something:
        return book(turn, message)
    if message.cues.topics:
        return tell(turn, message)
    if message.cues.name and turn.state.draft is None:
        turn.introduce(message.cues.name)
    greet(turn)
    return True


def _human(turn: Turn, message: Heard) -> bool:
    doing.call_person(turn, message.text, turn.texts.person)
    return True


def _waitlist(turn: Turn, message: Heard) -> bool:
    if turn.state.draft is None or turn.draft.goal is Goal.MOVE:
        turn.start(Draft(touched_at=turn.now, goal=Goal.WAIT))
    else:
        turn.let_go()
        turn.redraft(goal=Goal.WAIT)
    if not fill(turn, message):
        turn.change(menu=None)
        advance(turn)
    return True


INTENTS: Mapping[Intent, Callable[[Turn, Heard], bool]] = {
    Intent.BOOK: book,
    Intent.AVAILABILITY: book,
    Intent.CANCEL: _cancel,
    Intent.RESCHEDULE: _reschedule,
    Intent.LIST: _list,
    Intent.CONFIRM: _confirm,
    Intent.DENY: _deny,
    Intent.HELP: tell,
    Intent.GREETING: _greeting,
    Intent.HUMAN: _human,
    Intent.WAITLIST: _waitlist,
}


# --- "Sí" and "no" without a question of ours ------------------------------------------------------------------------


def yes(turn: Turn, mine: MineFound) -> None:
    """Take a yes as the answer to what was last said of our own accord: an offer, or a reminder."""
    offered = next((entry for entry in mine.waiting if entry.offer is not None), None)
    near = _near(turn, mine)
    if offered is not None:
        waiting.accept(turn, offered.id)
    elif near is not None:
        changes.acknowledge(turn, near.id)
    elif mine.ahead:
        # "ok", to what was said last: nothing to do about it.
        turn.say(turn.texts.alright)
    else:
        doing.show_menu(turn, turn.texts.nothing_to_confirm)


def no(turn: Turn, mine: MineFound) -> None:
    """Take a no likewise; it cancels nothing by itself."""
    offered = next((entry for entry in mine.waiting if entry.offer is not None), None)
    near = _near(turn, mine)
    if offered is not None:
        waiting.pass_on(turn, offered.id)
    elif near is not None:
        changes.ask_what_of(turn, near)
    else:
        turn.say(turn.texts.nothing_to_deny)


def _near(turn: Turn, mine: MineFound) -> Appointment | None:
    return next((it for it in mine.ahead if it.start - turn.now <= changes.NEAR), None)
