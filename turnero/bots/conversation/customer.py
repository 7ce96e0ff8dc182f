"""What a customer writes: a table of rules in order, the first that knows what to do with a message does it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from turnero.bots.conversation import business, changes, doing, waiting
from turnero.bots.conversation.asking import advance, ask_usual
from turnero.bots.conversation.effects import Appointment, FindMine, HandOver, MineFound, SetMuted
from turnero.bots.conversation.filling import fill
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import folded
from turnero.bots.conversation.meanings import Deed, Errand, Run, TakeBooking, TakeUsual
from turnero.bots.conversation.picking import pick
from turnero.bots.conversation.purposes import Aim, For, ForMuting
from turnero.bots.conversation.settling import named
from turnero.bots.conversation.state import Asked, Draft, Goal, Option
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts.formats import LANGUAGES
from turnero.bots.understanding import Intent, Ref

# The second time in a row that we do not understand brings the menu, the third a person.
MENU_AFTER = 2
PERSON_AFTER = 3


def heard(turn: Turn, message: Heard) -> None:
    """Answer a message."""
    for rule in _RULES:
        if rule(turn, message):
            turn.change(misunderstood=0)
            return
    misunderstood(turn, message)


def misunderstood(turn: Turn, message: Heard) -> None:
    """Say that we did not understand; the third time, get somebody who does."""
    times = turn.state.misunderstood + 1
    turn.change(misunderstood=times)
    if times >= PERSON_AFTER:
        doing.call_person(turn, message.text, turn.texts.person_after_all)
    elif times == MENU_AFTER:
        doing.show_menu(turn, turn.texts.not_understood_menu)
    elif turn.expired:
        _draft_over(turn)
    else:
        turn.aside(turn.texts.not_understood)


def _draft_over(turn: Turn) -> None:
    options = [
        Option(meaning=Run(errand=Errand.BOOK), title=turn.texts.do_book),
        Option(meaning=Run(errand=Errand.MENU), title=turn.texts.do_menu),
    ]
    turn.ask(Asked.MAIN, turn.texts.draft_over, options, yes=0)


# --- Rules: each says whether it has answered ------------------------------------------------------------------------


def _muting(turn: Turn, message: Heard) -> bool:
    if not (message.cues.stop or message.cues.resume):
        return False
    mute(turn, muted=message.cues.stop)
    return True


def mute(turn: Turn, *, muted: bool) -> None:
    """Stop, or take up again, messages of our own accord."""
    turn.want(SetMuted(muted=muted), ForMuting(muted=muted))


def _language(turn: Turn, message: Heard) -> bool:
    wanted = next((one for one in LANGUAGES if one == message.cues.language_wanted), None)
    if wanted is None:
        return False
    turn.change(language=wanted, language_chosen=True)
    turn.lead(turn.texts.language_changed)
    if turn.state.draft is not None:
        # Asked anew, in the new language.
        turn.change(menu=None)
        advance(turn)
    else:
        doing.show_menu(turn)
    return True


def _menu(turn: Turn, message: Heard) -> bool:
    if message.menu:
        doing.show_menu(turn)
    return message.menu


def _silent(turn: Turn, message: Heard) -> bool:
    """Keep quiet while a person of the business is writing, until they want something of ours."""
    until = turn.state.with_person_until
    if until is None:
        return False
    ours = message.said.intent in _OURS or (turn.state.menu is not None and _picked(turn, message) is not None)
    if turn.now >= until or ours:
        turn.change(with_person_until=None)
        return False
    return True


_OURS = frozenset({Intent.BOOK, Intent.AVAILABILITY, Intent.CANCEL, Intent.RESCHEDULE, Intent.LIST, Intent.WAITLIST})


def _secrets(turn: Turn, message: Heard) -> bool:
    if message.cues.injection:
        turn.aside(turn.texts.no_secrets)
    return message.cues.injection


def _name(turn: Turn, message: Heard) -> bool:
    """Take what answers the question for a name as one, unless it is clearly something else."""
    menu, said = turn.state.menu, message.said
    if menu is None or menu.asked is not Asked.NAME or message.cues.insult:
        return False
    if message.cues.name is not None:
        turn.redraft(name=message.cues.name)
    elif (
        message.wordless
        or said.intent in _NO_NAME
        or message.says_when
        or message.cues.topics
        or not named(turn, message.text)
    ):
        return False
    turn.change(menu=None)
    advance(turn)
    return True


_NO_NAME = frozenset(
    {
        Intent.CANCEL,
        Intent.RESCHEDULE,
        Intent.LIST,
        Intent.HUMAN,
        Intent.HELP,
        Intent.WAITLIST,
        Intent.DENY,
        Intent.CONFIRM,
        Intent.GREETING,
    }
)


def _picked(turn: Turn, message: Heard) -> Option | None:
    menu = turn.state.menu
    return None if menu is None else pick(message, menu, turn.shop.zone)


def _pick(turn: Turn, message: Heard) -> bool:
    option = _picked(turn, message)
    if option is None:
        return False
    turn.change(menu=None)
    doing.do(turn, option.meaning)
    return True


def _which(turn: Turn, message: Heard) -> bool:
    """Take "el del sábado" as the answer to which booking is meant."""
    menu, said = turn.state.menu, message.said
    if menu is None or menu.asked is not Asked.WHICH or not isinstance(menu.options[0].meaning, TakeBooking):
        return False
    if not (said.ref or message.says_when or said.service or said.staff):
        return False
    exact = said.time_from if said.time_from == said.time_to else None
    ref = said.ref or Ref(date_from=said.date_from, date_to=said.date_to, time=exact)
    spoken = replace(said, ref=ref, date_from=None, date_to=None, time_from=None, time_to=None)
    deed = {Intent.CANCEL: Deed.CANCEL, Intent.RESCHEDULE: Deed.MOVE}.get(
        said.intent or Intent.BOOK, menu.options[0].meaning.deed
    )
    turn.change(menu=None)
    changes.find(turn, deed, said=spoken)
    return True


def _undo(turn: Turn, message: Heard) -> bool:
    if message.cues.undo:
        changes.undo(turn)
    return message.cues.undo


def _stars(turn: Turn, message: Heard) -> bool:
    if turn.state.draft is not None:
        return False
    digit = message.text.strip()
    stars = message.cues.stars or (int(digit) if digit in {"1", "2", "3", "4", "5"} else None)
    if stars is None:
        return False
    waiting.rate(turn, stars)
    return True


def _insult(turn: Turn, message: Heard) -> bool:
    if not message.cues.insult or message.says_something:
        return False
    if turn.state.draft is not None:
        turn.say(turn.texts.insult)
        return True
    options = [
        Option(meaning=Run(errand=Errand.BOOK), title=turn.texts.do_book),
        Option(meaning=Run(errand=Errand.PERSON), title=turn.texts.do_person),
    ]
    turn.ask(Asked.MAIN, turn.texts.insult, options)
    return True


def _late(turn: Turn, message: Heard) -> bool:
    """Pass on that somebody is on their way: that is for a person to hear, and no reason to keep quiet."""
    if _LATE.search(folded(message.text)) is None:
        return False
    turn.lead(turn.texts.late)
    turn.want(HandOver(said=message.text[: doing.SAID_CHARS_MAX]), For(aim=Aim.PERSON))
    return True


_LATE = re.compile(
    r"\b((llego|llegar|llegando|estoy) (un (poco|toque) )?(tarde|demorad[oa]|atrasad[oa])|running late|be late"
    r"|(vou|estou) (me )?atrasa(r|d[oa]))\b"
)


def _intent(turn: Turn, message: Heard) -> bool:
    intent = message.said.intent
    if intent is None:
        return False
    return _INTENTS[intent](turn, message)


def _something(turn: Turn, message: Heard) -> bool:
    return message.says_something and _book(turn, message)


def _topics(turn: Turn, message: Heard) -> bool:
    return _help(turn, message) if message.cues.topics else False


def _courtesy(turn: Turn, message: Heard) -> bool:
    if not (message.cues.thanks or message.cues.bye):
        return False
    # Not with the question again: whoever says thanks wants no more of it. It stays open.
    turn.say(turn.texts.thanks if message.cues.thanks else turn.texts.bye)
    return True


def _emoji(turn: Turn, message: Heard) -> bool:
    if message.wordless:
        turn.aside(turn.texts.emoji)
    return message.wordless


def _only_a_name(turn: Turn, message: Heard) -> bool:
    """Greet somebody who says who they are and no more."""
    name = message.cues.name
    if name is None:
        return False
    if turn.state.draft is not None:
        turn.redraft(name=name)
        turn.ask_again()
        return True
    turn.introduce(name)
    greet(turn)
    return True


_RULES: tuple[Callable[[Turn, Heard], bool], ...] = (
    _muting,
    _language,
    _menu,
    _silent,
    _secrets,
    _name,
    _pick,
    _which,
    _undo,
    _stars,
    _insult,
    _late,
    _intent,
    _topics,
    _something,
    _courtesy,
    _only_a_name,
    _emoji,
)


# --- Intents ---------------------------------------------------------------------------------------------------------


def _book(turn: Turn, message: Heard) -> bool:
    """Fill what is being made with what was said, and go on with it; answer what was asked beside it first."""
    for topic in business.topics(message.cues):
        turn.lead(business.answer(turn, topic, message))
    begun = turn.state.draft is not None
    if not begun:
        turn.start(Draft(touched_at=turn.now, usual_asked=_was_offered_the_usual(turn)))
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


def _was_offered_the_usual(turn: Turn) -> bool:
    menu = turn.state.menu
    return menu is not None and any(isinstance(option.meaning, TakeUsual) for option in menu.options)


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
        changes.find(turn, Deed.CANCEL, said=said)
    return True


def _reschedule(turn: Turn, message: Heard) -> bool:
    said, draft = message.said, turn.state.draft
    if draft is not None and said.ref is None and message.says_when:
        # "cambialo para el jueves" while something is being made is about that.
        return _book(turn, message)
    if draft is not None and draft.slot is not None and said.ref is None:
        turn.change(menu=None)
        doing.do(turn, Run(errand=Errand.OTHER_TIME))
        return True
    changes.find(turn, Deed.MOVE, said=said)
    return True


def _list(turn: Turn, message: Heard) -> bool:
    del message
    changes.show_all(turn)
    return True


def _confirm(turn: Turn, message: Heard) -> bool:
    if message.says_something:
        return _book(turn, message)
    menu, draft = turn.state.menu, turn.state.draft
    if turn.expired:
        _draft_over(turn)
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


def _deny(turn: Turn, message: Heard) -> bool:
    if message.says_something:
        return _book(turn, message)
    menu = turn.state.menu
    if turn.state.draft is None:
        turn.change(menu=None)
        if menu is not None and menu.asked is not Asked.MAIN:
            turn.say(turn.texts.nothing_to_deny)
        else:
            turn.want(FindMine(), For(aim=Aim.NO))
        return True
    texts, draft = turn.texts, turn.draft
    options = [
        *([Option(meaning=Run(errand=Errand.OTHER_TIME), title=texts.do_other_time)] if draft.service_id else []),
        *([Option(meaning=Run(errand=Errand.OTHER_DAY), title=texts.do_other_day)] if draft.service_id else []),
        Option(meaning=Run(errand=Errand.DROP), title=texts.do_leave_it),
    ]
    turn.ask(Asked.CARD, texts.no_to_card, options, no=len(options) - 1)
    return True


def _help(turn: Turn, message: Heard) -> bool:
    topics = business.topics(message.cues)
    if not topics:
        doing.show_menu(turn)
        return True
    turn.aside("\n\n".join(business.answer(turn, topic, message) for topic in topics))
    return True


def _greeting(turn: Turn, message: Heard) -> bool:
    if message.says_something:
        return _book(turn, message)
    if message.cues.topics:
        return _help(turn, message)
    if message.cues.name and turn.state.draft is None:
        turn.introduce(message.cues.name)
    greet(turn)
    return True


def greet(turn: Turn) -> None:
    """Say hello, and how one can go on: with what is being made, with the usual, or with anything."""
    texts, me = turn.texts, turn.state.me
    if turn.state.draft is not None:
        turn.ask_again()
        return
    first = me.name.split()[0] if me.name else ""
    if me.usual is not None and first:
        turn.lead(texts.hello_again.format(name=first))
        turn.change(greeted=True)
        ask_usual(turn)
        return
    if turn.state.greeted:
        hello = texts.hello_back_name if first else texts.hello_back
    else:
        hello = texts.hello_name if first else texts.hello
    turn.change(greeted=True)
    options = [
        Option(meaning=Run(errand=Errand.BOOK), title=texts.do_book),
        Option(meaning=Run(errand=Errand.LIST), title=texts.do_my_bookings),
        Option(meaning=Run(errand=Errand.MENU), title=texts.do_menu),
    ]
    turn.lead(hello.format(shop=turn.shop.name, name=first))
    turn.ask(Asked.MAIN, texts.how_can_i_help, options, yes=0)


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


_INTENTS: Mapping[Intent, Callable[[Turn, Heard], bool]] = {
    Intent.BOOK: _book,
    Intent.AVAILABILITY: _book,
    Intent.CANCEL: _cancel,
    Intent.RESCHEDULE: _reschedule,
    Intent.LIST: _list,
    Intent.CONFIRM: _confirm,
    Intent.DENY: _deny,
    Intent.HELP: _help,
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
