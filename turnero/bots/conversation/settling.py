"""From a slot that is held to a booking: the name, the one card, the yes, and saying it back."""

from __future__ import annotations

import re

from msgspec.structs import replace

from turnero.bots.conversation import wording
from turnero.bots.conversation.choosing import NEAREST
from turnero.bots.conversation.effects import Appointment, Book, FreeSlot, Held, Hold, Move, Refused
from turnero.bots.conversation.meanings import Errand, Run, TakeSlot
from turnero.bots.conversation.purposes import Aim, For
from turnero.bots.conversation.reply import About
from turnero.bots.conversation.state import Asked, Goal, Option
from turnero.bots.conversation.turn import Turn
from turnero.engine.domain.booking import Status
from turnero.engine.domain.errors import ABOUT_TIME
from turnero.engine.domain.messages import MessageKind

_PHONE = re.compile(r"\+?\d[\d \-().]{5,17}\d")
_INTRODUCED = re.compile(
    r"^(?:hola[,!. ]+)?(?:(?:es )?para(?: mi \w+)?|soy|me llamo|mi nombre es|a nombre de|i am|i'm|my name is|sou"
    r"|me chamo|meu nome é)\s+",
    re.IGNORECASE,
)

# Longer ones exist; but most texts of this length are no names.
NAME_CHARS_MAX = 60
NAME_WORDS_MAX = 6


def ask_name(turn: Turn) -> None:
    """Ask under which name; the slot, if there is one, is kept meanwhile."""
    slot = turn.draft.slot
    if slot is None:
        turn.ask(Asked.NAME, turn.texts.name_unclear)
    else:
        turn.ask(Asked.NAME, turn.texts.your_name.format(**wording.when(turn, slot.start)))


def named(turn: Turn, text: str) -> bool:
    """Take `text` as the answer to the question for a name. False if it is none."""
    phone = _PHONE.search(text)
    if phone is not None:
        turn.redraft(phone=phone.group().strip())
        text = text.replace(phone.group(), " ")
    name = _INTRODUCED.sub("", " ".join(text.split())).strip(" .,;:")
    plausible = any(char.isalpha() for char in name) and not any(char in name for char in "?¿")
    if not plausible or len(name) > NAME_CHARS_MAX or len(name.split()) > NAME_WORDS_MAX:
        return False
    plain = all(char.isalpha() or char.isspace() for char in name)
    turn.redraft(name=name.title() if plain and name.islower() else name)
    return True


def show_card(turn: Turn) -> None:
    """Show all of what is about to be booked, or moved, and ask for a yes."""
    draft = turn.draft
    assert draft.slot is not None, "a card is of a slot"
    moving = draft.goal is Goal.MOVE
    service = None if draft.service_id is None else turn.shop.service(draft.service_id)
    words = {
        **wording.when(turn, draft.slot.start),
        "service": wording.service(turn, draft.service_id),
        "staff": wording.staff(turn, draft.slot.provider_id),
        "facts": wording.facts(turn, None if service is None else service.price),
    }
    texts = turn.texts
    options = [
        Option(meaning=Run(errand=Errand.CONFIRM), title=texts.do_move_it if moving else texts.do_confirm),
        Option(meaning=Run(errand=Errand.OTHER_TIME), title=texts.do_other_time),
        Option(meaning=Run(errand=Errand.DROP), title=texts.do_leave_it if moving else texts.do_drop),
    ]
    if moving:
        words["service"] = wording.within(words["service"])
    text = filled(texts.card_move if moving else texts.card, words)
    turn.ask(Asked.CARD, text, options, yes=0)


def filled(template: str, words: dict[str, str]) -> str:
    """Return a text with lines in it; a line that has nothing to say is left out."""
    text = template.format(**words)
    return text if words.get("facts") else re.sub(r"\n\n+", "\n\n", text.replace("\n\n", "\n", 1)).strip()


def confirm(turn: Turn) -> None:
    """Do what the card says: they have said yes."""
    draft = turn.draft
    assert draft.slot is not None, "only a card can be confirmed"
    assert draft.service_id is not None, "only a card can be confirmed"
    if draft.moving is not None:
        turn.want(Move(booking_id=draft.moving.id, slot=draft.slot), For(aim=Aim.MOVE))
    elif draft.held_until is None or draft.held_until <= turn.now:
        # They took their time. It may well be free still: then it is booked, as they have said.
        turn.let_go()
        turn.redraft(slot=draft.slot)
        turn.want(Hold(service_id=draft.service_id, slot=draft.slot), For(aim=Aim.SURE))
    else:
        _book(turn)
    turn.change(menu=None)


def held(turn: Turn, outcome: Held, aim: Aim) -> bool:
    """Note that a slot is kept. True if there is more to ask; not so if they have said yes already."""
    turn.redraft(slot=outcome.slot, hold_id=outcome.hold_id, held_until=outcome.until)
    if aim is Aim.SURE:
        _book(turn)
        return False
    return True


def _book(turn: Turn) -> None:
    draft, me = turn.draft, turn.state.me
    assert draft.slot is not None, "only a slot can be booked"
    assert draft.service_id is not None, "only a service can be booked"
    effect = Book(
        service_id=draft.service_id,
        slot=draft.slot,
        hold_id=draft.hold_id,
        name=None if me.sure_of_name else (draft.name or me.name or None),
        phone=draft.phone,
    )
    turn.want(effect, For(aim=Aim.BOOK))


def booked(turn: Turn, it: Appointment) -> None:
    """Say a booking back, and remember what they like."""
    draft, me = turn.state.draft, turn.state.me
    name = (draft.name if draft is not None else None) or me.name
    remember(turn, it, name)
    # The hold has become the booking.
    turn.change(draft=None, menu=None, undo=None)
    template = turn.texts.booked_pending if it.status is Status.PENDING else turn.texts.booked
    first = wording.first_name(name)
    text = filled(template, {**_words(turn, it), "name": f", {first}" if first else ""})
    turn.say(f"{text}\n\n{turn.texts.booked_after}", about=About(booking_id=it.id, kind=MessageKind.BOOKED))


def remember(turn: Turn, it: Appointment, name: str) -> None:
    """Remember what was booked as the usual, and under which name."""
    me = replace(turn.state.me, name=name, sure_of_name=bool(name), usual=(it.service_id, it.provider_id))
    turn.change(me=me)


def moved(turn: Turn, it: Appointment) -> None:
    """Say where a booking is now."""
    turn.change(draft=None, menu=None)
    text = filled(turn.texts.moved, _words(turn, it))
    turn.say(text, about=About(booking_id=it.id, kind=MessageKind.RESCHEDULED))


def _words(turn: Turn, it: Appointment) -> dict[str, str]:
    return {
        **wording.when(turn, it.start),
        "service": wording.service(turn, it.service_id),
        "staff": wording.staff(turn, it.provider_id),
        "facts": wording.facts(turn, it.price),
    }


def refused(turn: Turn, refusal: Refused) -> bool:
    """Say why a slot cannot be had after all, and offer the nearest. False if there are none to offer."""
    turn.let_go()
    if refusal.code not in ABOUT_TIME:
        turn.drop()
        turn.say(turn.texts.too_many_moves if refusal.code == "too_many_reschedules" else turn.texts.failed)
        return True
    turn.lead(turn.texts.lost)
    if not refusal.suggested:
        return False
    show_slots(turn, refusal.suggested[:NEAREST], nearest_text(turn, refusal.suggested[:NEAREST]))
    return True


def nearest_text(turn: Turn, slots: tuple[FreeSlot, ...]) -> str:
    """Return what is said above the nearest slots: which day they are on, if it is not the one that was asked for."""
    days = {slot.start.astimezone(turn.shop.zone).date() for slot in slots}
    when = turn.draft.when
    if len(days) > 1 or (days == {when.first} and when.first == when.last):
        return turn.texts.but_these
    return turn.texts.but_these_on.format(**wording.on(turn, days.pop()))


def show_slots(turn: Turn, slots: tuple[FreeSlot, ...], text: str, *, more: tuple[Option, ...] = ()) -> None:
    """Show slots to choose from."""
    shown = sorted(slots, key=lambda slot: slot.start)
    days = {slot.start.astimezone(turn.shop.zone).date() for slot in shown}
    whose = turn.draft.provider_id is None
    options = [
        Option(
            meaning=TakeSlot(slot=slot),
            title=wording.slot_title(turn, slot, with_day=len(days) > 1),
            detail=turn.texts.with_staff.format(staff=wording.staff(turn, slot.provider_id)) if whose else "",
        )
        for slot in shown
    ]
    turn.redraft(shown=(*turn.draft.shown, *(slot.start for slot in shown))[-60:])
    turn.ask(Asked.SLOT, text, [*options, *more], yes=0 if len(shown) == 1 or turn.draft.when.asap else None)
