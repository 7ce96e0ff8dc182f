"""What a customer writes: a table of rules in order, the first that knows what to do with a message does it."""

from __future__ import annotations

import re
from collections.abc import Callable

from msgspec.structs import replace

from turnero.bots.conversation import asides, business, changes, doing, waiting, wording
from turnero.bots.conversation.asking import advance
from turnero.bots.conversation.effects import FindMine
from turnero.bots.conversation.filling import ask_which_staff, who_does
from turnero.bots.conversation.greeting import say_draft_over
from turnero.bots.conversation.hearing import Heard, hear
from turnero.bots.conversation.intents import INTENTS, book
from turnero.bots.conversation.matching import folded, words
from turnero.bots.conversation.meanings import Deed, Errand, Run, TakeBooking
from turnero.bots.conversation.picking import pick
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.settling import named
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn
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
        say_draft_over(turn)
    else:
        turn.aside(turn.texts.not_understood)


# --- Rules: each says whether it has answered ------------------------------------------------------------------------


def _silent(turn: Turn, message: Heard) -> bool:
    """Keep quiet while a person of the business is writing, until they want something of ours."""
    until = turn.state.with_person_until
    if until is None:
        return False
    # A yes, or a no, may well be said to the person.
    picks = message.said.intent not in _TO_ANYBODY and _picked(turn, message) is not None
    if turn.now >= until or picks or message.said.intent in _OURS:
        turn.change(with_person_until=None)
        return False
    return True


_TO_ANYBODY = frozenset({Intent.CONFIRM, Intent.DENY})
_OURS = frozenset({Intent.BOOK, Intent.AVAILABILITY, Intent.CANCEL, Intent.RESCHEDULE, Intent.LIST, Intent.WAITLIST})


def _name(turn: Turn, message: Heard) -> bool:
    """Take what answers the question for a name as one, unless it is clearly something else."""
    menu, said = turn.state.menu, message.said
    if menu is None or menu.asked is not Asked.NAME or message.cues.insult:
        return False
    if message.says_when or said.service is not None:
        # "soy Ana, y mejor a las 11": all of it is heard, the name as well.
        return False
    if message.cues.name is not None:
        turn.redraft(name=message.cues.name)
    elif message.wordless or said.intent in _NO_NAME or message.cues.topics or not named(turn, message.text):
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


_BEFORE_AN_HOUR = frozenset({"a", "las", "as", "at", "tipo"})


def _bare_number(turn: Turn, message: Heard) -> bool:
    """Take a number that is no choice of the list as an hour, or where days are asked for as a day."""
    menu = turn.state.menu
    form = None if menu is None else {Asked.SLOT: "a las {}", Asked.DAY: "el {}"}.get(menu.asked)
    *around, number = words(message.text) or [""]
    bare = number.isdecimal() and len(number) <= len("31") and _BEFORE_AN_HOUR.issuperset(around)
    if form is None or not bare or message.says_when or _picked(turn, message) is not None:
        return False
    meant = hear(form.format(number), now=turn.now, vocabulary=business.vocabulary(turn))
    return meant.says_when and (_pick(turn, meant) or book(turn, meant))


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
    if said.intent is Intent.RESCHEDULE or not (said.ref or message.says_when or said.service or said.staff):
        return False
    if said.same_time:
        # When to, not which: that is kept until they say which.
        turn.change(menu=replace(menu, options=tuple(changes.wishing(option, said) for option in menu.options)))
        turn.aside(turn.texts.pick_one)
        return True
    exact = said.time_from if said.time_from == said.time_to else None
    ref = said.ref or Ref(date_from=said.date_from, date_to=said.date_to, time=exact)
    spoken = replace(said, ref=ref, date_from=None, date_to=None, time_from=None, time_to=None)
    deed = Deed.CANCEL if said.intent is Intent.CANCEL else menu.options[0].meaning.deed
    turn.change(menu=None)
    changes.find(turn, deed, said=spoken)
    return True


def _leave_line(turn: Turn, message: Heard) -> bool:
    """Get them out of the waitlist; understanding hears no more in it than that it is about the waitlist."""
    if message.said.intent not in _LEAVING_INTENTS or _LEAVING.search(folded(message.text)) is None:
        return False
    turn.want(FindMine(), For(aim=Aim.LEAVE))
    return True


_LEAVING_INTENTS = frozenset({Intent.WAITLIST, Intent.CANCEL, Intent.DENY, None})
_LEAVING = re.compile(
    r"\b(salir|sacame|sacarme|borrame|bajame|cancel\w*|leave|off|remove|sair|tirar?|me tira)\b"
    r".*\b(espera|de la (lista|cola)|waitlist|waiting list|the list|da (lista|fila))\b"
    r"|\bno quiero esperar\b|\bsacame\b.*\b(espera|esperar)\b"
)


def _undo(turn: Turn, message: Heard) -> bool:
    # "no, dejalo" takes back a cancellation, if there was one.
    if not message.cues.undo or (message.said.intent is Intent.DENY and turn.state.undo is None):
        return False
    changes.undo(turn)
    return True


def _stars(turn: Turn, message: Heard) -> bool:
    if turn.state.draft is not None:
        return False
    digit = message.text.strip()
    bare = digit in {"1", "2", "3", "4", "5"}
    stars = int(digit) if bare else message.cues.stars
    if stars is None:
        return False
    waiting.rate(turn, stars, bare=bare)
    return True


def _comment(turn: Turn, message: Heard) -> bool:
    """Take what is said after stars as being about the visit, unless something else is wanted."""
    menu, said, noticed = turn.state.menu, message.said, message.cues
    if menu is None or menu.asked is not Asked.COMMENT or message.wordless or message.menu:
        return False
    wanted = said.intent not in _COMMENTING or noticed.topics or noticed.injection
    polite = noticed.thanks and len(words(message.text)) <= POLITE_WORDS_MAX
    if wanted or polite or noticed.bye or (said.intent is None and said.service is not None and message.says_when):
        return False
    waiting.commented(turn, message.text[: doing.SAID_CHARS_MAX])
    return True


# What is said of a visit may well sound like a yes or a no.
_COMMENTING = frozenset({None, Intent.CONFIRM, Intent.DENY})
# "muchas gracias a vos": no more than thanks.
POLITE_WORDS_MAX = 4


def _another(turn: Turn, message: Heard) -> bool:
    """Show other days, other times, later or earlier ones, to whoever asks for no more than that."""
    draft = turn.state.draft
    if draft is None or draft.service_id is None or len(words(message.text)) > ANOTHER_WORDS_MAX:
        return False
    text = folded(message.text)
    errand = next((errand for asked, errand in _ANOTHER if asked.search(text)), None)
    if errand is None:
        return False
    turn.change(menu=None)
    doing.do(turn, Run(errand=errand))
    return True


# "no, mejor otro día", "¿no tenés más tarde?": more words say something of their own.
ANOTHER_WORDS_MAX = 6

_ANOTHER = (
    (re.compile(r"\b(otros? dias?|another day|outro dia)\b"), Errand.OTHER_DAY),
    (
        re.compile(r"\b(otr[oa]s? (horario|hora)s?|mas horarios|(another|other|more) times?|outros? horarios?)\b"),
        Errand.OTHER_TIME,
    ),
    (re.compile(r"\b(mas tarde|later|mais tarde)\b"), Errand.LATER),
    (re.compile(r"\b(mas temprano|antes|earlier|mais cedo)\b(?! de)"), Errand.EARLIER),
)


def _instead(turn: Turn, message: Heard) -> bool:
    """Take "mejor a las 6", said of nothing that is being made, as being about what is booked."""
    said = message.said
    if turn.state.draft is not None or turn.expired or said.service is not None or not message.says_when:
        return False
    if said.intent not in _INSTEAD_INTENTS or _INSTEAD.match(folded(message.text)) is None:
        return False
    changes.find(turn, Deed.MOVE, said=said)
    return True


_INSTEAD = re.compile(r"^\W*((no|ay|uy|che|perdon|disculpa|sorry|nao)\W+)*(mejor|better|actually|melhor|na verdade)\b")
_INSTEAD_INTENTS = frozenset({Intent.BOOK, Intent.AVAILABILITY, Intent.CONFIRM, Intent.DENY, None})


def _other_staff(turn: Turn, message: Heard) -> bool:
    """Ask again with whom, if "con otro" is all that they say about it."""
    if turn.state.draft is None or turn.draft.service_id is None or _OTHER_STAFF.search(folded(message.text)) is None:
        return False
    turn.let_go()
    turn.redraft(provider_id=None, anybody=False)
    able = who_does(turn, turn.draft.service_id)
    name = wording.service(turn, turn.draft.service_id)
    ask_which_staff(turn, able, turn.texts.which_staff.format(service=name))
    return True


_OTHER_STAFF = re.compile(
    r"\b(con otr[oa]|otr[oa] (barber[oa]|peluquer[oa]|profesional)|cambiar de (barber|peluquer|profes)|someone else)"
)


def _intent(turn: Turn, message: Heard) -> bool:
    intent = message.said.intent
    if intent is None:
        return False
    return INTENTS[intent](turn, message)


def _something(turn: Turn, message: Heard) -> bool:
    return message.says_something and book(turn, message)


_RULES: tuple[Callable[[Turn, Heard], bool], ...] = (
    asides.muting,
    asides.language,
    asides.menu,
    _silent,
    asides.secrets,
    _name,
    _bare_number,
    _pick,
    _which,
    _leave_line,
    _undo,
    _stars,
    _comment,
    asides.insult,
    asides.late,
    asides.on_the_way,
    asides.hours,
    _another,
    _other_staff,
    _instead,
    _intent,
    asides.topics,
    _something,
    asides.courtesy,
    asides.only_a_name,
    asides.emoji,
)
