"""What is missing in a draft is asked for, one thing after the other, in the order of a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from turnero.bots.conversation import wording
from turnero.bots.conversation.effects import FindSlots, Hold, Join
from turnero.bots.conversation.filling import ask_which_service, ask_which_staff, who_does
from turnero.bots.conversation.meanings import Errand, Run, TakeDays, TakeUsual
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.reasons import of_the_day
from turnero.bots.conversation.settling import ask_name, show_card
from turnero.bots.conversation.shop import Staff
from turnero.bots.conversation.state import Asked, Draft, Goal, Option
from turnero.bots.conversation.turn import Turn
from turnero.engine.domain.waitlist import PartOfDay

# Two weeks of days are looked through for what is free: whoever looks further names a date.
LOOKED_THROUGH = timedelta(days=13)
# "Lo antes posible", or a time without a day: within the week.
SOON = timedelta(days=6)
# The longest stretch for which free slots are asked at once (`FindSlots`).
RANGE_DAYS_MAX = 31
# "Cualquier día" of the waitlist.
ANY_DAY = timedelta(days=30)


def advance(turn: Turn) -> None:
    """Ask for the first thing that is missing; if nothing is, do what the draft is for."""
    for settled in _QUESTIONS[turn.draft.goal]:
        if not settled(turn):
            return


def resume(turn: Turn) -> None:
    """Return to the open question, or to what is missing if there is none."""
    if turn.state.menu is not None:
        turn.ask_again()
    else:
        advance(turn)


# --- The questions: each says whether its answer is known, and sees to it if it is not -------------------------------


def _service(turn: Turn) -> bool:
    draft = turn.draft
    if draft.service_id is not None:
        return True
    staff = None if draft.provider_id is None else turn.shop.member(draft.provider_id)
    offered = [one for one in turn.shop.services if staff is None or one.id in staff.service_ids]
    if len(offered) == 1:
        turn.redraft(service_id=offered[0].id)
        return True
    usual = turn.state.me.usual
    if usual is not None and not draft.usual_asked and draft.provider_id in {None, usual[1]}:
        turn.redraft(usual_asked=True)
        ask_usual(turn)
    else:
        texts = turn.texts
        ask_which_service(turn, offered, texts.wait_which_service if draft.goal is Goal.WAIT else texts.which_service)
    return False


def ask_usual(turn: Turn) -> None:
    """Offer what they had the last time."""
    usual = turn.state.me.usual
    assert usual is not None, "only those who came before have a usual"
    service_id, provider_id = usual
    names = {"service": wording.service(turn, service_id), "staff": wording.staff(turn, provider_id)}
    options = [
        Option(meaning=TakeUsual(service_id=service_id, provider_id=provider_id), title=turn.texts.do_usual),
        Option(meaning=Run(errand=Errand.BOOK), title=turn.texts.do_something_else),
    ]
    if turn.state.draft is None:
        options.append(Option(meaning=Run(errand=Errand.LIST), title=turn.texts.do_my_bookings))
    turn.ask(Asked.SERVICE, turn.texts.usual_offer.format(**names), options, yes=0, no=1)


def _staff(turn: Turn) -> bool:
    draft = turn.draft
    if draft.provider_id is not None or draft.anybody:
        return True
    assert draft.service_id is not None, "the service is asked for first"
    able = who_does(turn, draft.service_id)
    if len(able) <= 1:
        turn.redraft(provider_id=able[0].id if able else None, anybody=not able)
        return True
    when = draft.when
    if when.first is not None and when.first == when.last:
        if when.exact is not None:
            return True  # who has that very time free is asked about then, and maybe needs no question
        if _is_out(turn, able, when.first):
            return True  # that is said first: with whom matters on another day
    name = wording.service(turn, draft.service_id)
    ask_which_staff(turn, able, turn.texts.which_staff.format(service=name))
    return False


def _is_out(turn: Turn, staff: Sequence[Staff], day: date) -> bool:
    service = None if turn.draft.service_id is None else turn.shop.service(turn.draft.service_id)
    lasts = timedelta(minutes=0 if service is None else service.duration_minutes)
    return of_the_day(turn.shop, staff, day, lasts=lasts, now=turn.now) is not None


def _slot(turn: Turn) -> bool:
    draft = turn.draft
    if draft.slot is not None:
        return True
    first, last = _range(turn, draft)
    if first is None:
        _look(turn, turn.today, turn.today + LOOKED_THROUGH, Aim.DAYS)
    else:
        _look(turn, first, last, Aim.SLOTS)
    return False


def _range(turn: Turn, draft: Draft) -> tuple[date | None, date]:
    when = draft.when
    if when.first is None and when.last is None:
        somehow = when.asap or when.time_from is not None or when.time_to is not None or when.part is not None
        return (turn.today if somehow else None), turn.today + SOON
    first = max(when.first or turn.today, turn.today)
    last = max(min(when.last or first, first + timedelta(days=RANGE_DAYS_MAX - 1)), first)
    return first, last


def look(turn: Turn, first: date, last: date, aim: Aim) -> None:
    """Look for free slots for what is being made, on local dates, inclusive."""
    _look(turn, first, last, aim)


def _look(turn: Turn, first: date, last: date, aim: Aim) -> None:
    draft = turn.draft
    assert draft.service_id is not None, "the service is asked for first"
    effect = FindSlots(
        service_id=draft.service_id,
        provider_id=draft.provider_id,
        first=first,
        last=last,
        booking_id=None if draft.moving is None else draft.moving.id,
    )
    turn.want(effect, For(aim=aim))


def _kept(turn: Turn) -> bool:
    draft = turn.draft
    if draft.hold_id is not None:
        return True
    assert draft.service_id is not None, "the service is asked for first"
    assert draft.slot is not None, "the slot is asked for first"
    turn.want(Hold(service_id=draft.service_id, slot=draft.slot), For(aim=Aim.CARD))
    return False


def _name(turn: Turn) -> bool:
    if turn.draft.name or turn.state.me.name:
        return True
    ask_name(turn)
    return False


def _card(turn: Turn) -> bool:
    show_card(turn)
    return False


# --- The waitlist's own ----------------------------------------------------------------------------------------------


def _days_to_wait(turn: Turn) -> bool:
    if turn.draft.when.first is not None:
        return True
    today = turn.today
    sunday = today + timedelta(days=6 - today.weekday())
    spans = (
        (turn.texts.do_this_week, today, sunday),
        (turn.texts.do_next_week, sunday + timedelta(days=1), sunday + timedelta(days=7)),
        (turn.texts.do_any_day, today, today + ANY_DAY),
    )
    options = [Option(meaning=TakeDays(first=first, last=last), title=title) for title, first, last in spans]
    turn.ask(Asked.DAY, turn.texts.wait_which_day, options, yes=2)
    return False


def _join(turn: Turn) -> bool:
    draft = turn.draft
    assert draft.service_id is not None, "the service is asked for first"
    assert draft.when.first is not None, "the days are asked for first"
    me = turn.state.me
    first = max(draft.when.first, turn.today)
    effect = Join(
        service_id=draft.service_id,
        provider_id=draft.provider_id,
        first=first,
        last=max(draft.when.last or first, first),
        part_of_day=None if draft.when.part is None else PartOfDay(draft.when.part),
        name=None if me.sure_of_name else (draft.name or me.name or None),
        phone=draft.phone,
    )
    turn.want(effect, For(aim=Aim.JOIN))
    return False


def _anybody_waits(turn: Turn) -> bool:
    # Nobody who waits is asked with whom: the more will do, the sooner one is free.
    turn.redraft(anybody=turn.draft.provider_id is None)
    return True


Settled = Callable[[Turn], bool]

_QUESTIONS: Mapping[Goal, tuple[Settled, ...]] = {
    Goal.BOOK: (_service, _staff, _slot, _kept, _name, _card),
    # The slot is not held: it will be taken by the booking that moves.
    Goal.MOVE: (_slot, _card),
    Goal.WAIT: (_service, _anybody_waits, _days_to_wait, _name, _join),
}


def wait_instead(turn: Turn) -> None:
    """Turn what is being made into a place in line."""
    turn.let_go()
    turn.redraft(goal=Goal.WAIT, when=replace(turn.draft.when, approx=False, asap=False))
