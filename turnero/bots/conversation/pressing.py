"""What is done when something is pressed: a choice of the open menu, one of a notice, or one that is no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from turnero.bots.conversation import doing
from turnero.bots.conversation.effects import FindMine
from turnero.bots.conversation.inbound import Pressed
from turnero.bots.conversation.meanings import (
    AcceptOffer,
    Deed,
    Meaning,
    PassOffer,
    RateVisit,
    TakeBooking,
)
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.state import Option
from turnero.bots.conversation.turn import Turn
from turnero.engine.domain.value import BookingId, EntryId

_OF_A_MENU = re.compile(r"^m(\d{1,9})\.(\d{1,2})$")
_STARS = frozenset({"1", "2", "3", "4", "5"})


def pressed(turn: Turn, press: Pressed) -> None:
    """Do what was pressed; say so if it has had its time."""
    turn.change(with_person_until=None, misunderstood=0)
    option = _of_the_menu(turn, press.token)
    if option is not None:
        # The card makes room for what becomes of it.
        turn.change(menu=None, replacing=True)
        doing.do(turn, option.meaning)
        return
    meaning = of_a_notice(press.token)
    if meaning is not None:
        doing.do(turn, meaning)
    else:
        _stale(turn)


def _of_the_menu(turn: Turn, token: str) -> Option | None:
    match, menu = _OF_A_MENU.match(token), turn.state.menu
    if match is None or menu is None or int(match.group(1)) != menu.number:
        return None
    index = int(match.group(2))
    return menu.options[index] if index < len(menu.options) else None


def of_a_notice(token: str) -> Meaning | None:
    """Return what a choice of a notice means: it says all that it needs by itself, however long ago it was sent."""
    deed, _, rest = token.partition(":")
    if deed == "rate":
        booking_id, _, stars = rest.rpartition(":")
        return RateVisit(booking_id=BookingId(booking_id), stars=int(stars)) if booking_id and stars in _STARS else None
    meant = _NOTICES.get(deed)
    return meant(rest) if meant is not None and rest else None


_NOTICES: Mapping[str, Callable[[str], Meaning]] = {
    "ack": lambda rest: TakeBooking(deed=Deed.ACKNOWLEDGE, booking_id=BookingId(rest)),
    "move": lambda rest: TakeBooking(deed=Deed.MOVE, booking_id=BookingId(rest)),
    "cancel": lambda rest: TakeBooking(deed=Deed.CANCEL, booking_id=BookingId(rest)),
    "take": lambda rest: AcceptOffer(entry_id=EntryId(rest)),
    "pass": lambda rest: PassOffer(entry_id=EntryId(rest)),
}


def _stale(turn: Turn) -> None:
    turn.lead(turn.texts.staleness)
    if turn.state.me.provider_id is not None:
        turn.flush()
        return
    if turn.state.menu is not None:
        turn.ask_again()
    elif turn.state.draft is not None:
        doing.carry_on(turn)
    else:
        turn.want(FindMine(), For(aim=Aim.STALE))
