"""Rules for what is beside the point: each says whether it has answered. What is being made is never lost by them."""

from __future__ import annotations

import re

from turnero.bots.conversation import business, doing
from turnero.bots.conversation.asking import advance, resume
from turnero.bots.conversation.effects import HandOver, SetMuted
from turnero.bots.conversation.filling import take_name
from turnero.bots.conversation.greeting import greet
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.intents import tell
from turnero.bots.conversation.matching import folded
from turnero.bots.conversation.meanings import Errand, Run
from turnero.bots.conversation.purposes import Aim, For, ForMuting
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts.formats import LANGUAGES
from turnero.bots.understanding import Topic


def muting(turn: Turn, message: Heard) -> bool:
    """Stop, or take up again, messages of our own accord."""
    if not (message.cues.stop or message.cues.resume):
        return False
    turn.want(SetMuted(muted=message.cues.stop), ForMuting(muted=message.cues.stop))
    return True


def language(turn: Turn, message: Heard) -> bool:
    """Speak the language that they ask for, and put the open question anew."""
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


def menu(turn: Turn, message: Heard) -> bool:
    """Show the menu to whoever asks for it, also in place of a person who was called."""
    if message.menu:
        turn.change(with_person_until=None)
        doing.show_menu(turn)
    return message.menu


def secrets(turn: Turn, message: Heard) -> bool:
    """Tell nothing of others, and nothing of ourselves."""
    if message.cues.injection:
        turn.aside(turn.texts.no_secrets)
    return message.cues.injection


def insult(turn: Turn, message: Heard) -> bool:
    """Answer an insult kindly; one with a wish in it is a wish."""
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


def late(turn: Turn, message: Heard) -> bool:
    """Pass on that somebody is on their way: that is for a person to hear, and no reason to keep quiet."""
    if _LATE.search(folded(message.text)) is None:
        return False
    turn.lead(turn.texts.late)
    turn.want(HandOver(said=message.text[: doing.SAID_CHARS_MAX]), For(aim=Aim.PERSON))
    return True


_LATE = re.compile(
    r"\b((llego|llegar|llegando|estoy|voy) (un (poco|toque) |(unos |como )?(\d+|cinco|diez|quince|veinte|media hora)"
    r"( min\w*)? )?(mas )?(tarde|demorad[oa]|atrasad[oa])|(me demoro|se me hizo tarde)|running (\w+ ){0,2}late"
    r"|be (\w+ ){0,2}late|(vou|estou) (me )?atrasa(r|d[oa]))\b"
)


def on_the_way(turn: Turn, message: Heard) -> bool:
    """Look forward to somebody who is nearly there."""
    if turn.state.draft is not None or message.says_when or _ON_THE_WAY.search(folded(message.text)) is None:
        return False
    turn.say(turn.texts.on_the_way)
    return True


_ON_THE_WAY = re.compile(
    r"\b(en camino|estoy (llegando|yendo|saliendo|afuera|en la puerta)|ya (llego|estoy|voy)|on my way|almost there"
    r"|(a|no) caminho|(estou|to) chegando)\b"
)


def hours(turn: Turn, message: Heard) -> bool:
    """Take "horarios?" for the hours of the shop, or for those that are free."""
    if not message.hours:
        return False
    if turn.state.draft is not None and turn.draft.service_id is not None:
        turn.change(menu=None)
        doing.do(turn, Run(errand=Errand.OTHER_TIME))
    else:
        turn.aside(business.answer(turn, Topic.HOURS))
    return True


def topics(turn: Turn, message: Heard) -> bool:
    """Answer a question about the business."""
    return tell(turn, message) if message.cues.topics else False


def courtesy(turn: Turn, message: Heard) -> bool:
    """Answer thanks and goodbyes."""
    if not (message.cues.thanks or message.cues.bye):
        return False
    # Not with the question again: whoever says thanks wants no more of it. It stays open.
    turn.say(turn.texts.thanks if message.cues.thanks else turn.texts.bye)
    return True


def emoji(turn: Turn, message: Heard) -> bool:
    """Answer what has no word in it."""
    if message.wordless:
        turn.aside(turn.texts.emoji)
    return message.wordless


def only_a_name(turn: Turn, message: Heard) -> bool:
    """Greet somebody who says who they are and no more."""
    name = message.cues.name
    if name is None:
        return False
    if turn.state.draft is not None:
        take_name(turn, name)
        resume(turn)
        return True
    turn.introduce(name)
    greet(turn)
    return True
