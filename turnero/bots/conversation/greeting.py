"""Hello: who this is, and how one can go on."""

from __future__ import annotations

from turnero.bots.conversation import wording
from turnero.bots.conversation.asking import ask_usual, resume
from turnero.bots.conversation.meanings import Errand, Run, TakeUsual
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn


def greet(turn: Turn) -> None:
    """Say hello, and how one can go on: with what is being made, with the usual, or with anything."""
    texts, me = turn.texts, turn.state.me
    if turn.state.draft is not None:
        resume(turn)
        return
    first = wording.first_name(me.name)
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


def was_offered_the_usual(turn: Turn) -> bool:
    """Tell whether the open question is whether they would like the usual."""
    menu = turn.state.menu
    return menu is not None and any(isinstance(option.meaning, TakeUsual) for option in menu.options)


def say_draft_over(turn: Turn) -> None:
    """Say that what was being made ran out, and how to begin again."""
    options = [
        Option(meaning=Run(errand=Errand.BOOK), title=turn.texts.do_book),
        Option(meaning=Run(errand=Errand.MENU), title=turn.texts.do_menu),
    ]
    turn.ask(Asked.MAIN, turn.texts.draft_over, options, yes=0)
