"""What somebody has, in a list: bookings ahead, places in line, and what is offered to them."""

from __future__ import annotations

from collections.abc import Sequence

from turnero.bots.conversation import wording
from turnero.bots.conversation.effects import Appointment, FreeSlot, MineFound, Waiting
from turnero.bots.conversation.meanings import AcceptOffer, Deed, Errand, LeaveLine, PassOffer, Run, TakeBooking
from turnero.bots.conversation.state import Asked, Option
from turnero.bots.conversation.turn import Turn
from turnero.bots.understanding import Understood


def show(turn: Turn, mine: MineFound) -> None:
    """Say what they have, and what they wait for."""
    texts = turn.texts
    offered = next((it for it in mine.waiting if it.offer is not None), None)
    if offered is not None:
        _show_offer(turn, offered)
        return
    leave = [
        Option(meaning=LeaveLine(entry_id=it.id), title=texts.do_leave_line, detail=wording.waiting(turn, it))
        for it in mine.waiting[:2]
    ]
    if mine.waiting:
        lines = "\n".join(wording.capital(wording.waiting(turn, it)) for it in mine.waiting[:4])
        turn.lead(texts.waiting_lines.format(lines=lines))
    if len(mine.ahead) == 1:
        show_one(turn, mine.ahead[0], leave)
    elif mine.ahead:
        ask_which(turn, mine.ahead, texts.your_bookings, Deed.SHOW, more=leave)
    elif mine.waiting:
        book = Option(meaning=Run(errand=Errand.BOOK), title=texts.do_book)
        leads, state = turn.state.leads, turn.state
        turn.change(leads=state.leads[:-1])
        turn.ask(Asked.WHICH, leads[-1], [*leave, book])
    else:
        turn.ask(
            Asked.MAIN, texts.nothing_booked, [Option(meaning=Run(errand=Errand.BOOK), title=texts.do_book)], yes=0
        )


def show_one(turn: Turn, it: Appointment, more: Sequence[Option] = ()) -> None:
    """Show one booking, and what can be done to it."""
    texts = turn.texts
    options = [
        Option(meaning=TakeBooking(deed=Deed.MOVE, booking_id=it.id), title=texts.do_move),
        Option(meaning=TakeBooking(deed=Deed.CANCEL, booking_id=it.id), title=texts.do_cancel),
        *more,
    ]
    turn.ask(Asked.AFTER, texts.your_booking.format(line=wording.marked(turn, it)), options)


def _show_offer(turn: Turn, entry: Waiting) -> None:
    """Show what the line offers before anything else: it is theirs for minutes only."""
    assert entry.offer is not None, "an offer is shown where there is one"
    options = [
        Option(meaning=AcceptOffer(entry_id=entry.id), title=turn.texts.do_take),
        Option(meaning=PassOffer(entry_id=entry.id), title=turn.texts.do_let_go),
    ]
    service = wording.within(wording.service(turn, entry.service_id))
    staff = wording.staff(turn, entry.offer.provider_id)
    words = wording.when(turn, entry.offer.start)
    turn.ask(Asked.AFTER, turn.texts.offered.format(service=service, staff=staff, **words), options, yes=0, no=1)


def ask_which(
    turn: Turn,
    them: Sequence[Appointment],
    text: str,
    deed: Deed,
    *,
    more: Sequence[Option] = (),
    said: Understood | None = None,
) -> None:
    """Ask for one of several bookings. `said` is how it is to be changed, as far as that is known."""
    options = [
        Option(
            meaning=TakeBooking(deed=deed, booking_id=it.id, said=said or Understood()),
            title=_title(turn, it),
            detail=f"{wording.service(turn, it.service_id)} · {wording.staff(turn, it.provider_id)}",
        )
        for it in them[:8]
    ]
    lines = wording.numbered(wording.capital(wording.marked(turn, it)) for it in them[:8])
    turn.ask(Asked.WHICH, text.format(lines=lines), [*options, *more])


def _title(turn: Turn, it: Appointment) -> str:
    slot = FreeSlot(start=it.start, end=it.end, provider_id=it.provider_id)
    return wording.slot_title(turn, slot, with_day=True)
