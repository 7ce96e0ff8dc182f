"""What came of effects: a table from the outcome, and why it was wanted, to what follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from turnero.bots.conversation import agenda, changes, doing, intents, listing, waiting
from turnero.bots.conversation.asking import advance, look
from turnero.bots.conversation.effects import (
    Acknowledged,
    AgendaFound,
    Booked,
    Cancelled,
    Done,
    FindMine,
    HandedOver,
    Held,
    Joined,
    Met,
    MineFound,
    Moved,
    Outcome,
    Refused,
    SlotsFound,
)
from turnero.bots.conversation.offering import slots_found
from turnero.bots.conversation.purposes import (
    Aim,
    For,
    ForAgenda,
    ForBlock,
    ForBooking,
    ForDone,
    ForEntry,
    ForMuting,
    ForStars,
    Nothing,
    Purpose,
)
from turnero.bots.conversation.settling import booked, held, moved, refused
from turnero.bots.conversation.state import Asked
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts.formats import LANGUAGES

NAME_CHARS_MAX = 60
NAME_LETTERS_MIN = 2


def arrived(turn: Turn, outcome: Outcome) -> None:
    """Go on with what an effect was wanted for. One that nobody waits for changes nothing."""
    if isinstance(outcome, Met):
        _met(turn, outcome)
        return
    if not turn.state.awaiting:
        return
    purpose, rest = turn.state.awaiting[0], turn.state.awaiting[1:]
    turn.change(awaiting=rest)
    if isinstance(purpose, Nothing):
        return
    if isinstance(outcome, Refused):
        _refused(turn, outcome, purpose)
        return
    follow = _FOLLOWS.get((type(outcome), type(purpose)))
    if follow is not None:
        follow(turn, outcome, purpose)


# --- Who somebody is -------------------------------------------------------------------------------------------------


def _met(turn: Turn, met: Met) -> None:
    me = turn.state.me
    name = met.name if met.sure_of_name or _usable(met.name) else ""
    known = met.sure_of_name or not me.sure_of_name
    me = replace(
        me,
        customer_id=met.customer_id,
        name=(name or me.name) if known else me.name,
        sure_of_name=met.sure_of_name or me.sure_of_name,
        phone=met.phone or me.phone,
        provider_id=met.provider_id,
        usual=met.usual or me.usual,
    )
    turn.change(me=me)
    language = next((one for one in LANGUAGES if one == (met.language or "")[:2].casefold()), None)
    if language is not None and not turn.state.greeted and not turn.state.language_chosen:
        turn.change(language=language)
    if turn.state.awaiting[:1] == (For(aim=Aim.INTRODUCE),):
        turn.change(awaiting=turn.state.awaiting[1:])
        _introduced(turn)


def _usable(name: str) -> bool:
    """Tell whether what a channel says somebody is called can be called out in a waiting room."""
    letters = sum(char.isalpha() for char in name)
    return letters >= NAME_LETTERS_MIN and letters * 2 > len(name) and len(name) <= NAME_CHARS_MAX and "\n" not in name


def _introduced(turn: Turn) -> None:
    menu, draft = turn.state.menu, turn.state.draft
    if menu is not None and menu.asked is Asked.NAME and draft is not None and (draft.name or turn.state.me.name):
        turn.change(menu=None)
        advance(turn)
    else:
        turn.aside(turn.texts.contact_thanks)


# --- What follows ----------------------------------------------------------------------------------------------------


def _slots(turn: Turn, outcome: SlotsFound, purpose: For) -> None:
    if turn.state.draft is not None:
        slots_found(turn, outcome, purpose.aim)


def _mine(turn: Turn, outcome: MineFound, purpose: For) -> None:
    _MINE[purpose.aim](turn, outcome)


def _stale(turn: Turn, mine: MineFound) -> None:
    if mine.ahead or mine.waiting:
        listing.show(turn, mine)
    else:
        doing.show_menu(turn)


def _gone(turn: Turn, mine: MineFound) -> None:
    if mine.waiting:
        waiting.offer_gone(turn)
    else:
        turn.lead(turn.texts.staleness)
        _stale(turn, mine)


_MINE: Mapping[Aim, Callable[[Turn, MineFound], None]] = {
    Aim.LIST: listing.show,
    Aim.STALE: _stale,
    Aim.GONE: _gone,
    Aim.LEAVE: waiting.leave_some,
    Aim.YES: intents.yes,
    Aim.NO: intents.no,
}


def _held(turn: Turn, outcome: Held, purpose: For) -> None:
    if held(turn, outcome, purpose.aim):
        advance(turn)


def _booked(turn: Turn, outcome: Booked, purpose: For) -> None:
    if purpose.aim is Aim.UNDO:
        turn.lead(turn.texts.undone)
    booked(turn, outcome.appointment)


def _moved(turn: Turn, outcome: Moved, purpose: For) -> None:
    del purpose
    moved(turn, outcome.appointment)


def _cancelled(turn: Turn, outcome: Cancelled, purpose: ForDone) -> None:
    del purpose
    if turn.state.me.provider_id is None:
        changes.cancelled(turn, outcome.appointment)
    else:
        agenda.cancelled(turn, outcome.appointment)


def _acknowledged(turn: Turn, outcome: Acknowledged, purpose: ForDone) -> None:
    del purpose
    changes.acknowledged(turn, outcome.appointment)


def _joined(turn: Turn, outcome: Joined, purpose: For) -> None:
    del purpose
    waiting.joined(turn, outcome)


def _entry_done(turn: Turn, outcome: Done, purpose: ForEntry) -> None:
    del outcome
    waiting.left(turn, purpose)


def _rated(turn: Turn, outcome: Done, purpose: ForStars) -> None:
    del outcome
    waiting.rated(turn, purpose)


def _handed_over(turn: Turn, outcome: HandedOver, purpose: For) -> None:
    texts = turn.texts
    if purpose.aim is Aim.COMMENT:
        turn.say(texts.commented if outcome.told else texts.comment_thanks)
        return
    if not outcome.told:
        # Nobody was told: nothing of the sort is said, and there is nobody to keep quiet for.
        turn.change(leads=(texts.nobody_there,), with_person_until=None)
        if turn.shop.phone is not None:
            turn.lead(texts.person_phone.format(phone=turn.shop.phone))
    turn.flush()


def _muted(turn: Turn, outcome: Done, purpose: ForMuting) -> None:
    del outcome
    turn.change(muted=purpose.muted)
    turn.say(turn.texts.muted if purpose.muted else turn.texts.unmuted)


# Each function takes the types that it stands beside: mypy cannot follow a table from types to functions.
_FOLLOWS: Mapping[tuple[type, type], Callable[[Turn, Any, Any], None]] = {
    (SlotsFound, For): _slots,
    (MineFound, For): _mine,
    (MineFound, ForBooking): changes.found,
    (MineFound, ForStars): waiting.found_to_rate,
    (Held, For): _held,
    (Booked, For): _booked,
    (Moved, For): _moved,
    (Cancelled, ForDone): _cancelled,
    (Acknowledged, ForDone): _acknowledged,
    (Joined, For): _joined,
    (HandedOver, For): _handed_over,
    (Done, ForEntry): _entry_done,
    (Done, ForStars): _rated,
    (Done, ForMuting): _muted,
    (Done, ForDone): agenda.done,
    (Done, ForBlock): agenda.blocked,
    (AgendaFound, ForAgenda): agenda.agenda,
    (AgendaFound, ForBooking): agenda.found,
}


# --- Refusals --------------------------------------------------------------------------------------------------------


def _refused(turn: Turn, refusal: Refused, purpose: Purpose) -> None:
    match purpose:
        case For(aim=Aim.JOIN):
            waiting.not_joined(turn, refusal)
        case For(aim=Aim.ACCEPT) | ForEntry():
            # Somebody else's by now, or theirs already: that is seen from what they have.
            turn.want(FindMine(), For(aim=Aim.GONE))
        case For(aim=Aim.CARD | Aim.SURE | Aim.BOOK | Aim.MOVE | Aim.UNDO):
            _lost(turn, refusal)
        case ForStars():
            waiting.not_rated(turn, refusal)
        case ForDone() if turn.state.me.provider_id is None:
            changes.refused(turn, refusal, purpose)
        case ForDone() | ForBlock():
            agenda.refused(turn, refusal, purpose)
        case _:
            turn.say(turn.texts.failed)


def _lost(turn: Turn, refusal: Refused) -> None:
    draft = turn.state.draft
    if draft is None:
        turn.say(turn.texts.failed)
        return
    day = (draft.slot.start if draft.slot else turn.now).astimezone(turn.shop.zone).date()
    if not refused(turn, refusal):
        look(turn, day, day, Aim.SLOTS)
