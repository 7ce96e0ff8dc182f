"""What can be done to a booking that exists: find the one that is meant, cancel it, move it, take that back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from msgspec.structs import replace

from turnero.bots.conversation import wording
from turnero.bots.conversation.asking import advance
from turnero.bots.conversation.effects import (
    Acknowledge,
    Appointment,
    Book,
    Cancel,
    FindMine,
    FreeSlot,
    MineFound,
    Refused,
)
from turnero.bots.conversation.filling import merged
from turnero.bots.conversation.listing import ask_which, show, show_one
from turnero.bots.conversation.matching import services_called, staff_called
from turnero.bots.conversation.meanings import Deed, Errand, Run, TakeBooking
from turnero.bots.conversation.purposes import Aim, For, ForBooking, ForDone
from turnero.bots.conversation.reply import About
from turnero.bots.conversation.settling import remember
from turnero.bots.conversation.state import DRAFT_LASTS, Asked, Draft, Goal, Option, When
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts import formats
from turnero.bots.understanding import Ref, Understood
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind
from turnero.engine.domain.value import BookingId

# A booking that begins so soon is the one that is meant by "sí, voy" without a word about which.
NEAR = timedelta(hours=36)


def find(turn: Turn, deed: Deed, *, said: Understood | None = None, booking_id: BookingId | None = None) -> None:
    """Look for the booking that is spoken of, in order to do something to it."""
    turn.want(FindMine(), ForBooking(deed=deed, booking_id=booking_id, said=said or Understood()))


def show_all(turn: Turn) -> None:
    """Look for all that they have, in order to say it."""
    turn.want(FindMine(), For(aim=Aim.LIST))


def found(turn: Turn, mine: MineFound, purpose: ForBooking) -> None:
    """Do what was wanted to the one booking that is meant, or ask which."""
    if purpose.booking_id is not None:
        meant = [it for it in mine.ahead if it.id == purpose.booking_id]
    else:
        meant = spoken_of(turn, mine.ahead, purpose)
    if len(meant) == 1:
        if purpose.deed is Deed.MOVE and purpose.booking_id is None:
            turn.lead(turn.texts.moving.format(line=wording.line(turn, meant[0])))
        _DEEDS[purpose.deed](turn, meant[0], purpose.said)
    elif not mine.ahead:
        _nothing(turn, mine, purpose.deed)
    elif meant:
        _ask_for_one(turn, meant, purpose)
    else:
        turn.lead(turn.texts.no_such_booking)
        show(turn, mine)


# --- Which one -------------------------------------------------------------------------------------------------------


def spoken_of(turn: Turn, ahead: Sequence[Appointment], purpose: ForBooking) -> list[Appointment]:
    """Return those of `ahead` that what was said can mean; all of them, if it says nothing about which."""
    said = purpose.said
    ref = said.ref or Ref()
    if said.ref is None and purpose.deed is not Deed.MOVE:
        # "cancelá el del viernes": whatever day is named is that of the booking; for a move it is the new one.
        exact = said.time_from if said.time_from == said.time_to else None
        ref = Ref(date_from=said.date_from, date_to=said.date_to, time=exact)
    meant = [it for it in ahead if _is_meant(turn, it, ref)]
    services = {one.id for one in services_called(said.service, turn.shop)} if said.service else set()
    meant = [it for it in meant if not services or it.service_id in services]
    if purpose.deed is not Deed.MOVE:
        # Of a move, whoever is named is whom they want to go to.
        staff = {one.id for one in staff_called(said.staff, turn.shop)} if said.staff else set()
        meant = [it for it in meant if not staff or it.provider_id in staff]
    return meant


def _is_meant(turn: Turn, it: Appointment, ref: Ref) -> bool:
    wall = it.start.astimezone(turn.shop.zone)
    first, last = ref.date_from or date.min, ref.date_to or ref.date_from or date.max
    return first <= wall.date() <= last and ref.time in {None, formats.clock(wall)}


def _ask_for_one(turn: Turn, them: Sequence[Appointment], purpose: ForBooking) -> None:
    texts = turn.texts
    text = texts.which_to_move if purpose.deed is Deed.MOVE else texts.which_to_cancel
    ask_which(turn, them, text if purpose.deed in _CHANGING else texts.your_bookings, purpose.deed, said=purpose.said)


_CHANGING = frozenset({Deed.MOVE, Deed.CANCEL})


def wishing(option: Option, said: Understood) -> Option:
    """Return a choice of a booking with what was said about how it is to be changed."""
    return replace(option, meaning=replace(option.meaning, said=said)) if _of_a_booking(option) else option


def _of_a_booking(option: Option) -> bool:
    return isinstance(option.meaning, TakeBooking)


def _nothing(turn: Turn, mine: MineFound, deed: Deed) -> None:
    if deed is Deed.CANCEL and turn.state.draft is not None:
        turn.drop()
        turn.say(turn.texts.dropped)
        return
    if mine.waiting:
        show(turn, mine)
        return
    texts = turn.texts
    text = {Deed.CANCEL: texts.nothing_to_cancel, Deed.MOVE: texts.nothing_to_move}.get(deed, texts.nothing_booked)
    turn.ask(Asked.MAIN, text, [Option(meaning=Run(errand=Errand.BOOK), title=texts.do_book)], yes=0)


# --- What is done to it ----------------------------------------------------------------------------------------------


def _show_it(turn: Turn, it: Appointment, said: Understood) -> None:
    del said
    show_one(turn, it)


def too_late(turn: Turn, it: Appointment) -> bool:
    """Tell whether its customer may no longer change a booking; one that is not confirmed yet may be dropped always."""
    return it.status is not Status.PENDING and turn.now > it.late_after


def _explain_too_late(turn: Turn, it: Appointment) -> None:
    texts = turn.texts
    notice = wording.span(turn, it.start - it.late_after)
    text = texts.too_late.format(line=wording.line(turn, it), notice=notice, **wording.when(turn, it.late_after))
    options = [
        Option(meaning=Run(errand=Errand.PERSON), title=texts.do_person),
        Option(meaning=TakeBooking(deed=Deed.ACKNOWLEDGE, booking_id=it.id), title=texts.do_coming),
    ]
    # "Sí" is to be put through: that is what was offered last.
    turn.ask(Asked.AFTER, text, options, yes=0)


def _ask_to_cancel(turn: Turn, it: Appointment, said: Understood) -> None:
    del said
    if too_late(turn, it):
        _explain_too_late(turn, it)
        return
    texts = turn.texts
    options = [
        Option(meaning=TakeBooking(deed=Deed.CANCEL_SURELY, booking_id=it.id), title=texts.do_cancel_surely),
        Option(meaning=TakeBooking(deed=Deed.MOVE, booking_id=it.id), title=texts.do_rather_move),
        Option(meaning=TakeBooking(deed=Deed.KEEP, booking_id=it.id), title=texts.do_keep),
    ]
    turn.ask(Asked.CANCEL, texts.sure_to_cancel.format(line=wording.line(turn, it)), options, yes=0, no=2)


def _keep(turn: Turn, it: Appointment, said: Understood) -> None:
    del said
    turn.say(turn.texts.kept.format(line=wording.line(turn, it)))


def cancel(turn: Turn, booking_id: BookingId) -> None:
    """Cancel: they have said yes."""
    turn.want(Cancel(booking_id=booking_id), ForDone(deed=Deed.CANCEL, booking_id=booking_id))


def acknowledge(turn: Turn, booking_id: BookingId) -> None:
    """Note that they will come."""
    turn.want(Acknowledge(booking_id=booking_id), ForDone(deed=Deed.ACKNOWLEDGE, booking_id=booking_id))


def cancelled(turn: Turn, it: Appointment) -> None:
    """Say that a booking is cancelled, and how to take that back."""
    texts = turn.texts
    # A draft that was to move it has nothing to move any more.
    if turn.state.draft is not None and turn.state.draft.moving is not None:
        turn.drop()
    turn.change(undo=it, undo_until=turn.now + DRAFT_LASTS)
    options = [
        Option(meaning=Run(errand=Errand.UNDO), title=texts.do_undo),
        Option(meaning=Run(errand=Errand.BOOK), title=texts.do_book),
    ]
    text = texts.cancelled.format(line=wording.line(turn, it))
    turn.ask(Asked.AFTER, text, options, about=About(booking_id=it.id, kind=MessageKind.CANCELLED))


def undo(turn: Turn) -> None:
    """Book again what was cancelled a moment ago."""
    it = turn.state.undo
    if it is None or turn.state.undo_until is None or turn.now > turn.state.undo_until:
        turn.aside(turn.texts.nothing_to_undo)
        return
    slot = FreeSlot(start=it.start, end=it.end, provider_id=it.provider_id)
    when = When(first=_day(turn, it), last=_day(turn, it))
    turn.start(Draft(touched_at=turn.now, service_id=it.service_id, provider_id=it.provider_id, when=when, slot=slot))
    turn.change(undo=None, undo_until=None)
    turn.want(Book(service_id=it.service_id, slot=slot), For(aim=Aim.UNDO))


def acknowledged(turn: Turn, it: Appointment) -> None:
    """Say that they are expected."""
    remember(turn, it, turn.state.me.name)
    turn.say(turn.texts.acknowledged.format(**wording.when(turn, it.start)))


def refused(turn: Turn, refusal: Refused, purpose: ForDone) -> None:
    """Say why a booking could not be changed."""
    if refusal.code == "cancellation_notice_passed":
        # It became too late while they thought: look again, and explain.
        find(turn, Deed.CANCEL, booking_id=purpose.booking_id)
    elif refusal.code in {"not_found", "forbidden", "transition_not_allowed"}:
        turn.say(turn.texts.not_any_more)
    else:
        turn.say(turn.texts.failed)


# --- Moving ----------------------------------------------------------------------------------------------------------


def move(turn: Turn, it: Appointment, said: Understood) -> None:
    """Begin to move a booking to what was said. It keeps its service, its barber, and a day that was not named."""
    if too_late(turn, it):
        turn.change(leads=())
        _explain_too_late(turn, it)
        return
    when = merged(When(), said)
    clock = formats.clock(it.start.astimezone(turn.shop.zone))
    if said.same_time:
        when = replace(when, time_from=clock, time_to=clock, part=None, approx=False)
    if when.first is None and (when.time_from or when.time_to or when.part):
        when = replace(when, first=_day(turn, it), last=_day(turn, it))
    staff = staff_called(said.staff, turn.shop) if said.staff else []
    able = [one.id for one in staff if it.service_id in one.service_ids]
    turn.start(
        Draft(
            touched_at=turn.now,
            goal=Goal.MOVE,
            service_id=it.service_id,
            provider_id=able[0] if able else it.provider_id,
            when=when,
            moving=it,
        )
    )
    advance(turn)


def _day(turn: Turn, it: Appointment) -> date:
    return it.start.astimezone(turn.shop.zone).date()


def _acknowledge_it(turn: Turn, it: Appointment, said: Understood) -> None:
    del said
    acknowledge(turn, it.id)


def _cancel_it(turn: Turn, it: Appointment, said: Understood) -> None:
    del said
    cancel(turn, it.id)


_DEEDS: Mapping[Deed, Callable[[Turn, Appointment, Understood], None]] = {
    Deed.SHOW: _show_it,
    Deed.CANCEL: _ask_to_cancel,
    Deed.CANCEL_SURELY: _cancel_it,
    Deed.KEEP: _keep,
    Deed.MOVE: move,
    Deed.ACKNOWLEDGE: _acknowledge_it,
}


def ask_what_of(turn: Turn, it: Appointment) -> None:
    """Ask somebody who said no, maybe to a reminder, what is to become of their booking."""
    texts = turn.texts
    options = [
        Option(meaning=TakeBooking(deed=Deed.ACKNOWLEDGE, booking_id=it.id), title=texts.do_coming),
        Option(meaning=TakeBooking(deed=Deed.MOVE, booking_id=it.id), title=texts.do_move),
        Option(meaning=TakeBooking(deed=Deed.CANCEL, booking_id=it.id), title=texts.do_cancel),
    ]
    turn.ask(Asked.AFTER, texts.coming_or_not.format(line=wording.line(turn, it)), options, yes=0)
