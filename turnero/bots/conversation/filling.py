"""What a message says goes into the draft: everything that it names, and nothing else is touched."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from turnero.bots.conversation import wording
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import WEEKDAY_NAMES, services_called, staff_called, words
from turnero.bots.conversation.meanings import TakeDays, TakeService, TakeStaff
from turnero.bots.conversation.reply import LIST_TITLE_CHARS_MAX
from turnero.bots.conversation.shop import ShopService, Staff
from turnero.bots.conversation.state import Asked, Draft, Option, When
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts import formats
from turnero.bots.understanding import Understood
from turnero.engine.domain.value import ServiceId

# Until five in the morning "mañana" is what comes after sleeping, and may be today's date.
SMALL_HOURS_END = 5

LONGEST_MONTH_DAYS = 31


def fill(turn: Turn, heard: Heard) -> bool:
    """Put what was said into the draft. True if something in it is doubtful, and was asked about."""
    before = turn.draft
    if heard.cues.name and not turn.state.me.sure_of_name:
        take_name(turn, heard.cues.name)
    if heard.cues.usual and turn.state.me.usual is not None:
        service_id, provider_id = turn.state.me.usual
        turn.redraft(service_id=service_id, provider_id=provider_id, anybody=False)
    if heard.said.people is not None and heard.said.people > 1:
        turn.lead(turn.texts.one_at_a_time)
    doubtful = _fill_service(turn, heard.said) or _fill_staff(turn, heard)
    turn.redraft(when=merged(turn.draft.when, heard.said))
    if heard.said.same_time and before.moving is not None:
        clock = formats.clock(before.moving.start.astimezone(turn.shop.zone))
        turn.redraft(when=replace(turn.draft.when, time_from=clock, time_to=clock, part=None, approx=False))
    if _wishes(turn.draft) != _wishes(before):
        turn.let_go()
        turn.redraft(shown=())
    return doubtful or _doubtful_day(turn, heard)


def take_name(turn: Turn, name: str) -> None:
    """Put it under `name`; that is said if the card, on which there are no names, has been shown already."""
    if turn.draft.hold_id is not None and (turn.draft.name or turn.state.me.name) not in {"", name}:
        turn.lead(turn.texts.name_changed.format(name=name))
    turn.redraft(name=name)


def merged(when: When, said: Understood) -> When:
    """Return `when` with what was said put over it: the last thing said is what they mean."""
    if said.date_from is not None or said.date_to is not None:
        when = replace(when, first=said.date_from, last=said.date_to or _last(said.date_from), asap=False)
    if said.time_from is not None or said.time_to is not None:
        when = replace(when, time_from=said.time_from, time_to=said.time_to, approx=said.approx, part=None)
    elif said.part is not None:
        when = replace(when, part=said.part, time_from=None, time_to=None, approx=False)
    if said.asap:
        # "lo antes posible", after a time that cannot be had, is not about that time any more.
        named = said.time_from is not None or said.time_to is not None
        when = replace(when, asap=True) if named else replace(when, asap=True, time_from=None, time_to=None)
    return when


def _last(first: date | None) -> date | None:
    # "a partir del 18": a fortnight is as far as anybody who says so looks.
    return None if first is None else first + timedelta(days=13)


def _wishes(draft: Draft) -> tuple[object, ...]:
    return (draft.service_id, draft.provider_id, draft.anybody, draft.when)


# --- Service and staff -----------------------------------------------------------------------------------------------


def _fill_service(turn: Turn, said: Understood) -> bool:
    if said.service is None or turn.draft.moving is not None:
        return False
    found = services_called(said.service, turn.shop)
    if len(found) == 1:
        turn.redraft(service_id=found[0].id)
        part_if_unable(turn)
        return False
    if found:
        turn.redraft(service_id=None)
        ask_which_service(turn, found, turn.texts.which_of_these)
        return True
    if turn.draft.service_id is None:
        ask_which_service(turn, turn.shop.services, turn.texts.no_such_service)
        return True
    return False


def ask_which_service(turn: Turn, services: list[ShopService] | tuple[ShopService, ...], text: str) -> None:
    """Ask for one of `services`."""
    options = [
        Option(
            meaning=TakeService(service_id=service.id),
            title=service.name,
            detail=_about(turn, service),
        )
        for service in services
    ]
    turn.ask(Asked.SERVICE, text, options)


def _about(turn: Turn, service: ShopService) -> str:
    """Return what stands below a service's name: the name as well, where a title is too short for it."""
    facts = f"{wording.price(turn, service.price)} · {service.duration_minutes} min"
    return facts if len(service.name) <= LIST_TITLE_CHARS_MAX else f"{service.name} · {facts}"


def _fill_staff(turn: Turn, heard: Heard) -> bool:
    if heard.cues.any_staff:
        turn.redraft(provider_id=None, anybody=True)
        return False
    if heard.said.staff is None:
        return False
    found = staff_called(heard.said.staff, turn.shop)
    if len(found) == 1:
        turn.redraft(provider_id=found[0].id, anybody=False)
        part_if_unable(turn)
    elif found:
        ask_which_staff(turn, found, turn.texts.which_of_these)
        return True
    else:
        turn.lead(turn.texts.no_such_staff)
    return False


def part_if_unable(turn: Turn) -> None:
    """Say so if the one who was asked for does not do the service that was asked for, and who does."""
    draft = turn.draft
    member = None if draft.provider_id is None else turn.shop.member(draft.provider_id)
    if member is None or draft.service_id is None or draft.service_id in member.service_ids:
        return
    others = ", ".join(wording.called(turn, one) for one in who_does(turn, draft.service_id))
    names = {"staff": wording.called(turn, member), "service": wording.service(turn, draft.service_id)}
    turn.lead(turn.texts.staff_does_not.format(**names, others=others))
    turn.redraft(provider_id=None)


def who_does(turn: Turn, service_id: ServiceId) -> list[Staff]:
    """Return those who do a service; whom the customer had last comes first."""
    usual = turn.state.me.usual
    able = [member for member in turn.shop.staff if service_id in member.service_ids]
    return sorted(able, key=lambda member: usual is None or member.id != usual[1])


def ask_which_staff(turn: Turn, staff: list[Staff], text: str) -> None:
    """Ask for one of `staff`, or anybody, which is what "dale" means."""
    usual = turn.state.me.usual
    options = [
        Option(
            meaning=TakeStaff(provider_id=member.id),
            title=wording.called(turn, member),
            detail=turn.texts.favourite_detail if usual is not None and usual[1] == member.id else "",
        )
        for member in staff[:9]
    ]
    anybody = Option(meaning=TakeStaff(provider_id=None), title=turn.texts.do_anybody)
    turn.ask(Asked.STAFF, text, [anybody, *options], yes=0)


# --- A day that is doubtful ------------------------------------------------------------------------------------------


def _doubtful_day(turn: Turn, heard: Heard) -> bool:
    """Ask which day is meant, if it was said in two ways that disagree, or just after midnight."""
    day = heard.said.date_from
    if not heard.said.ask or day is None:
        return False
    candidates = _other_readings(turn, heard, day)
    if not candidates:
        return False
    days = sorted({day, *candidates})
    options = [Option(meaning=TakeDays(first=one, last=one), title=wording.day_title(turn, one)) for one in days]
    named = turn.texts.doubtful_or.join(wording.day(turn, one) for one in days)
    turn.redraft(when=replace(turn.draft.when, first=None, last=None))
    turn.ask(Asked.DAY, turn.texts.which_day_doubtful.format(days=named), options)
    return True


def _other_readings(turn: Turn, heard: Heard, day: date) -> list[date]:
    named = [WEEKDAY_NAMES[word] for word in words(heard.text) if word in WEEKDAY_NAMES]
    if named and day.weekday() not in named:
        # The one of that weekday that is nearest to the number, and still ahead.
        near = (day + timedelta(days=offset) for offset in (-1, 1, -2, 2, -3, 3, 4, 5, 6))
        return [next(one for one in near if one.weekday() == named[-1] and one >= turn.today)]
    if named:
        # They agree; but a day of the month in digits may be another one.
        numbers = [int(word) for word in words(heard.text) if word.isdigit() and 1 <= int(word) <= LONGEST_MONTH_DAYS]
        near_days = (day + timedelta(days=offset) for offset in range(-6, 7))
        return [one for one in near_days if one.day in numbers and one != day and one >= turn.today][:1]
    if turn.now.hour < SMALL_HOURS_END and (day - turn.today).days in {0, 1}:
        return [turn.today, turn.today + timedelta(days=1)]
    return []
