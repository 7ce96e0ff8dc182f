"""The waitlist in a conversation: being in line, what is offered, and, as it is as short, ratings after a visit."""

from __future__ import annotations

from turnero.bots.conversation import wording
from turnero.bots.conversation.effects import Accept, FindMine, HandOver, Joined, Leave, MineFound, Pass, Rate, Refused
from turnero.bots.conversation.meanings import Errand, LeaveLine, Run
from turnero.bots.conversation.purposes import Aim, For, ForEntry, ForStars
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn
from turnero.engine.domain.value import BookingId, EntryId

# Fewer stars than this are no praise: somebody should hear why.
CONTENT_STARS = 4


def joined(turn: Turn, outcome: Joined) -> None:
    """Say that they are in line, and where."""
    draft = turn.state.draft
    if draft is not None and draft.name and not turn.state.me.name:
        turn.introduce(draft.name)
    turn.change(draft=None, menu=None)
    text = turn.texts.joined.format(line=wording.waiting(turn, outcome.waiting))
    position = outcome.waiting.position
    turn.say(text if position is None else f"{text} {turn.texts.joined_position.format(position=position)}")


def not_joined(turn: Turn, refusal: Refused) -> None:
    """Say why they are not in line."""
    turn.drop()
    texts = turn.texts
    turn.say({"already_waiting": texts.already_waiting, "invalid": texts.no_waitlist}.get(refusal.code, texts.failed))


def leave(turn: Turn, entry_id: EntryId) -> None:
    turn.want(Leave(entry_id=entry_id), ForEntry(entry_id=entry_id, passing=False))


def leave_some(turn: Turn, mine: MineFound) -> None:
    """Get them out of the line that they wait in; show which there are, if there are several."""
    if len(mine.waiting) == 1:
        leave(turn, mine.waiting[0].id)
    elif mine.waiting:
        options = [
            Option(meaning=LeaveLine(entry_id=it.id), title=turn.texts.do_leave_line, detail=wording.waiting(turn, it))
            for it in mine.waiting[:4]
        ]
        turn.ask(Asked.WHICH, turn.texts.which_of_these, options)
    else:
        turn.aside(turn.texts.not_waiting)


def accept(turn: Turn, entry_id: EntryId) -> None:
    turn.want(Accept(entry_id=entry_id), For(aim=Aim.ACCEPT))


def pass_on(turn: Turn, entry_id: EntryId) -> None:
    turn.want(Pass(entry_id=entry_id), ForEntry(entry_id=entry_id, passing=True))


def left(turn: Turn, purpose: ForEntry) -> None:
    """Say that they are out of line, or that what they were offered goes on to the next one."""
    turn.say(turn.texts.passed if purpose.passing else turn.texts.left_line)


def offer_gone(turn: Turn) -> None:
    """Say that what was offered is not to be had any more."""
    turn.say(turn.texts.no_offer)


# --- Ratings ---------------------------------------------------------------------------------------------------------


def rate(turn: Turn, stars: int, booking_id: BookingId | None = None, *, bare: bool = False) -> None:
    """Rate a visit; the last one, if it is not said which."""
    if booking_id is None:
        turn.want(FindMine(), ForStars(stars=stars, bare=bare))
    else:
        turn.want(Rate(booking_id=booking_id, stars=stars), ForStars(stars=stars, booking_id=booking_id))


def found_to_rate(turn: Turn, mine: MineFound, purpose: ForStars) -> None:
    """Rate the last visit that has no stars yet."""
    unrated = next((it for it in mine.past if not it.rated), None)
    if unrated is not None:
        rate(turn, purpose.stars, unrated.id)
    else:
        nothing = turn.texts.not_understood if purpose.bare else turn.texts.nothing_to_rate
        turn.aside(turn.texts.already_rated if mine.past else nothing)


def rated(turn: Turn, purpose: ForStars) -> None:
    """Give thanks; and an ear, where it was not good."""
    if purpose.stars >= CONTENT_STARS:
        turn.ask(Asked.COMMENT, turn.texts.rated.format(stars=purpose.stars))
        return
    person = Option(meaning=Run(errand=Errand.PERSON), title=turn.texts.do_person)
    turn.ask(Asked.COMMENT, turn.texts.rated_low, [person], yes=0)


def commented(turn: Turn, text: str) -> None:
    """Pass on what they say about a visit beside its stars."""
    turn.change(menu=None)
    turn.want(HandOver(said=text), For(aim=Aim.COMMENT))


def not_rated(turn: Turn, refusal: Refused) -> None:
    turn.say(turn.texts.already_rated if refusal.code == "already_rated" else turn.texts.nothing_to_rate)
