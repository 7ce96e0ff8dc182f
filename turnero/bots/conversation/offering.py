"""What is free, against what was asked for: the one slot, a handful to choose from, or why not and what instead."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from turnero.bots.conversation import wording
from turnero.bots.conversation.asking import LOOKED_THROUGH, advance, look
from turnero.bots.conversation.choosing import Selection, choose, days_with_room, window
from turnero.bots.conversation.effects import SlotsFound
from turnero.bots.conversation.filling import ask_which_staff, who_does
from turnero.bots.conversation.meanings import Errand, Run, TakeDays
from turnero.bots.conversation.purposes import Aim
from turnero.bots.conversation.reasons import Reason, why_not
from turnero.bots.conversation.settling import nearest_text, show_slots
from turnero.bots.conversation.state import Asked, Goal, Option
from turnero.bots.conversation.turn import Turn

# As many days as fit on a phone's screen beside "lo antes posible".
DAYS_SHOWN_MAX = 6


def slots_found(turn: Turn, found: SlotsFound, aim: Aim) -> None:
    """Go on with what is free."""
    if aim is Aim.DAYS:
        _ask_day(turn, found)
        return
    when = turn.draft.when
    if aim is Aim.SLOTS_LATER:
        # Another day, but the time of day that they wished for if there is any of it.
        when = replace(when, first=None, last=None, asap=False)
    favourite = turn.draft.provider_id or (turn.state.me.usual[1] if turn.state.me.usual else None)
    chosen = choose(found.slots, when, tz=turn.shop.zone, favourite=favourite, shown=turn.draft.shown)
    if aim is Aim.SLOTS_LATER:
        _show_later(turn, found)
    elif chosen.exact and found.first == found.last:
        _take(turn, chosen)
    elif chosen.exact:
        # The very time, on more than one day: they choose the day.
        once = {slot.start: slot for slot in reversed(chosen.exact)}
        show_slots(turn, tuple(once[start] for start in sorted(once))[:6], turn.texts.which_time_days)
    elif chosen.missed:
        _show_instead(turn, found, chosen)
    else:
        _show(turn, found, chosen)


# --- Days ------------------------------------------------------------------------------------------------------------


def _ask_day(turn: Turn, found: SlotsFound) -> None:
    days = days_with_room(found.slots, turn.shop.zone, first=found.first, last=found.last)
    if not days:
        _nothing_for_weeks(turn)
        return
    texts = turn.texts
    options = [
        Option(
            meaning=TakeDays(first=day, last=day),
            title=wording.day_title(turn, day),
            detail=texts.day_detail_one if count == 1 else texts.day_detail.format(count=count),
        )
        for day, count in days[:DAYS_SHOWN_MAX]
    ]
    soonest = Option(meaning=Run(errand=Errand.SOONEST), title=texts.do_soonest)
    turn.ask(Asked.DAY, texts.which_day, [*options, soonest])


def _nothing_for_weeks(turn: Turn) -> None:
    options = [*_waiting(turn), Option(meaning=Run(errand=Errand.PERSON), title=turn.texts.do_person)]
    drop = Option(meaning=Run(errand=Errand.DROP), title=turn.texts.do_leave_it)
    turn.ask(Asked.SLOT, turn.texts.nothing_for_weeks, [*options, drop], yes=0, no=len(options))


# --- Slots -----------------------------------------------------------------------------------------------------------


def _take(turn: Turn, chosen: Selection) -> None:
    """Take the slot that was named; ask with whom, if more than one is free and nobody was named."""
    draft = turn.draft
    free = {slot.provider_id: slot for slot in chosen.exact}
    if len(free) > 1 and draft.provider_id is None and not draft.anybody:
        assert draft.service_id is not None, "slots are of a service"
        able = [member for member in who_does(turn, draft.service_id) if member.id in free]
        ask_which_staff(turn, able, turn.texts.which_staff_then.format(**wording.when(turn, chosen.exact[0].start)))
        return
    usual = turn.state.me.usual
    slot = free.get(usual[1]) if usual is not None else None
    turn.redraft(slot=slot or chosen.exact[0])
    advance(turn)


def _show(turn: Turn, found: SlotsFound, chosen: Selection) -> None:
    slots = chosen.shown
    days = {slot.start.astimezone(turn.shop.zone).date() for slot in slots}
    if len(days) == 1:
        text = turn.texts.which_time.format(**wording.on(turn, days.pop()))
    else:
        text = turn.texts.which_time_days
    more = [Option(meaning=Run(errand=Errand.OTHER_DAY), title=turn.texts.do_other_day)]
    if len(found.slots) > len(slots):
        more.insert(0, Option(meaning=Run(errand=Errand.OTHER_TIME), title=turn.texts.do_other_times))
    show_slots(turn, slots, text, more=tuple(more))


def _show_instead(turn: Turn, found: SlotsFound, chosen: Selection) -> None:
    """Say why what was asked for cannot be had, and show what comes nearest."""
    draft = turn.draft
    reason = None
    if draft.shown and chosen.shown and draft.when.exact is None:
        # They have seen all of the day.
        turn.lead(turn.texts.no_more_times)
    else:
        reason = _say_why(turn, found, nothing_at_all=not chosen.shown)
    if chosen.shown:
        other_day = Option(meaning=Run(errand=Errand.OTHER_DAY), title=turn.texts.do_other_day)
        more = (other_day, *(_waiting(turn) if reason is Reason.TAKEN else ()))
        show_slots(turn, chosen.shown, nearest_text(turn, chosen.shown), more=more)
        return
    turn.redraft(full=reason is Reason.TAKEN)
    reach = (turn.now + turn.shop.policy.max_advance).date()
    first = found.last + timedelta(days=1) if found.last < reach else turn.today
    look(turn, first, first + LOOKED_THROUGH, Aim.SLOTS_LATER)


def _show_later(turn: Turn, found: SlotsFound) -> None:
    """Show the first days that have something, after the one that has nothing."""
    draft = turn.draft
    days = days_with_room(found.slots, turn.shop.zone, first=found.first, last=found.last)
    if not days:
        _nothing_for_weeks(turn)
        return
    options = [
        Option(
            meaning=TakeDays(first=day, last=day),
            title=wording.day_title(turn, day),
            detail=turn.texts.day_detail_one if count == 1 else turn.texts.day_detail.format(count=count),
        )
        for day, count in days[:DAYS_SHOWN_MAX]
    ]
    turn.redraft(when=replace(draft.when, asap=False))
    turn.ask(Asked.DAY, turn.texts.following_days, [*options, *(_waiting(turn) if draft.full else ())])


def _waiting(turn: Turn) -> tuple[Option, ...]:
    if turn.draft.goal is not Goal.BOOK:
        return ()
    return (Option(meaning=Run(errand=Errand.WAIT), title=turn.texts.do_wait),)


# --- Why not ---------------------------------------------------------------------------------------------------------


def _say_why(turn: Turn, found: SlotsFound, *, nothing_at_all: bool) -> Reason | None:
    """Say why one day, or one time of it, cannot be had; of several days there is nothing to say."""
    draft, texts = turn.draft, turn.texts
    if found.first != found.last:
        return Reason.TAKEN
    assert draft.service_id is not None, "slots are of a service"
    service = turn.shop.service(draft.service_id)
    staff = [member for member in turn.shop.staff if draft.provider_id in {None, member.id}]
    lasts = timedelta(minutes=30 if service is None else service.duration_minutes)
    exact = None if draft.when.exact is None else window(draft.when).begins
    day = draft.when.first or found.first
    reason = why_not(turn.shop, staff, day, exact, lasts=lasts, now=turn.now)
    words = wording.on(turn, day, exact or 0)
    if reason is Reason.TAKEN and nothing_at_all:
        turn.lead(texts.full_day.format(**words))
    elif reason is Reason.TAKEN and exact is None:
        turn.lead(texts.nothing_then.format(**words))
    elif reason is Reason.TOO_FAR:
        reach = (turn.now + turn.shop.policy.max_advance).date()
        turn.lead(texts.too_far.format(**wording.on(turn, reach)))
    elif reason is Reason.TOO_SOON:
        turn.lead(texts.too_soon.format(**words, notice=wording.span(turn, turn.shop.policy.min_notice)))
    elif reason is Reason.PAST:
        turn.lead(texts.day_past if day < turn.today else texts.past.format(**words))
    else:
        turn.lead(getattr(texts, _WHY[reason]).format(**words))
    return reason


_WHY = {
    Reason.HOLIDAY: "holiday",
    Reason.CLOSED: "closed",
    Reason.OUTSIDE: "outside",
    Reason.BREAK: "in_break",
    Reason.OFF_GRID: "off_grid",
    Reason.OVER: "day_over",
    Reason.TAKEN: "taken",
}
