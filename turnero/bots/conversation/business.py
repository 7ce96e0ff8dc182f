"""What people ask about the business: prices, hours, address, who works there, until when one may cancel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from turnero.bots.conversation import wording
from turnero.bots.conversation.hearing import Heard
from turnero.bots.conversation.matching import folded, services_called, staff_called
from turnero.bots.conversation.reasons import hours_on
from turnero.bots.conversation.shop import ShopService, Staff
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts import formats
from turnero.bots.understanding import GENERIC, Cues, Topic, Understood, Vocabulary
from turnero.engine.domain.schedule import WEEKDAYS, Hours, wall_minutes

# A price list of more lines is a wall: the rest is asked for by name.
PRICES_SHOWN_MAX = 12


# What we know of a business's terms is until when one may cancel. Folded.
_ABOUT_CANCELLING = re.compile(
    r"cancel|cambi|mover|reprogram|aviso|avisar|anticipa|politica|policy|polic|resched|move|remarc"
)


def answer(turn: Turn, topic: Topic, heard: Heard | None = None) -> str:
    """Return what is to be said about `topic`, as far as a message asks for something in particular."""
    said = Understood() if heard is None else heard.said
    if topic is Topic.POLICY and heard is not None and _ABOUT_CANCELLING.search(folded(heard.text)) is None:
        return turn.texts.unknown_fact
    return _ANSWERS[topic](turn, said)


def topics(cues: Cues) -> list[Topic]:
    """Return what is asked for, in the order in which it is answered."""
    return [topic for topic in _ANSWERS if topic in cues.topics]


def vocabulary(turn: Turn) -> Vocabulary:
    """Return what the business calls things, and its widest opening hours."""
    rows = [row for member in turn.shop.staff for row in member.schedule.weekly]
    return Vocabulary(
        services=tuple(service.name for service in turn.shop.services),
        staff=tuple(member.name for member in turn.shop.staff),
        opens=min((row.opens for row in rows), default=GENERIC.opens),
        closes=max((row.closes for row in rows), default=GENERIC.closes),
    )


def _prices(turn: Turn, said: Understood) -> str:
    texts = turn.texts
    asked = services_called(said.service, turn.shop) if said.service else []
    draft = turn.state.draft
    if not asked and draft is not None and draft.service_id is not None:
        asked = [service for service in turn.shop.services if service.id == draft.service_id]
    if len(asked) == 1 or len(turn.shop.services) == 1:
        one = asked[0] if asked else turn.shop.services[0]
        price = wording.price(turn, one.price)
        return texts.price_of.format(service=one.name, price=price, minutes=one.duration_minutes)
    lines = "\n".join(_price_line(turn, service) for service in (asked or turn.shop.services)[:PRICES_SHOWN_MAX])
    return texts.prices.format(lines=lines)


def _price_line(turn: Turn, service: ShopService) -> str:
    price = wording.price(turn, service.price)
    return turn.texts.price_line.format(service=service.name, price=price, minutes=service.duration_minutes)


def _address(turn: Turn, said: Understood) -> str:
    del said
    shop, texts = turn.shop, turn.texts
    where = texts.address_unknown if shop.address is None else texts.address.format(address=shop.address)
    return where if shop.phone is None else f"{where} {texts.phone.format(phone=shop.phone)}"


def _hours(turn: Turn, said: Understood) -> str:
    texts = turn.texts
    asked = staff_called(said.staff, turn.shop) if said.staff else []
    staff = asked if len(asked) == 1 else list(turn.shop.staff)
    if said.date_from is not None and said.date_from == said.date_to:
        return _hours_of_day(turn, staff, said.date_from)
    # A week from today, in which holidays do not matter: the hours of every week are asked for.
    monday = turn.today - timedelta(days=turn.today.weekday())
    by_day = [_weekly(staff, number) for number in range(7)]
    lines = []
    first = 0
    while first < len(by_day):
        last = first
        while last + 1 < len(by_day) and by_day[last + 1] == by_day[first]:
            last += 1
        names = [formats.weekday(monday + timedelta(days=at), turn.language) for at in (first, last)]
        days = names[0] if first == last else " - ".join(names)
        lines.append(texts.hours_day.format(day=wording.capital(days), hours=by_day[first] or texts.closed_on))
        first = last + 1
    text = "\n".join(lines)
    if len(asked) == 1:
        return texts.hours_of_staff.format(staff=wording.called(turn, asked[0]), lines=text)
    return texts.hours_of.format(lines=text)


def _hours_of_day(turn: Turn, staff: list[Staff], day: date) -> str:
    hours = _span([row for member in staff for row in hours_on(turn.shop, member, day)])
    words = wording.capital(wording.day(turn, day))
    return turn.texts.hours_day.format(day=words, hours=hours or turn.texts.closed_on)


def _weekly(staff: list[Staff], number: int) -> str:
    rows = [row for member in staff for row in member.schedule.weekly if row.day is WEEKDAYS[number]]
    return _span(rows)


def _span(rows: Sequence[Hours]) -> str:
    """Return the hours of a day in words: "9:00-13:00, 17:00-20:00"; what touches or overlaps is one."""
    spans: list[tuple[str, str]] = []
    for opens, closes in sorted((row.opens, row.closes) for row in rows):
        if spans and wall_minutes(opens) <= wall_minutes(spans[-1][1]):
            spans[-1] = (spans[-1][0], max(spans[-1][1], closes))
        else:
            spans.append((opens, closes))
    return ", ".join(f"{opens.removeprefix('0')} - {closes.removeprefix('0')}" for opens, closes in spans)


def _staff(turn: Turn, said: Understood) -> str:
    del said
    return turn.texts.staff.format(names=", ".join(member.name for member in turn.shop.staff))


def _policy(turn: Turn, said: Understood) -> str:
    del said
    notice = turn.shop.policy.cancellation_notice
    if not notice:
        return turn.texts.policy_free
    return turn.texts.policy.format(notice=wording.span(turn, notice))


_ANSWERS: Mapping[Topic, Callable[[Turn, Understood], str]] = {
    Topic.PRICES: _prices,
    Topic.SERVICES: _prices,
    Topic.HOURS: _hours,
    Topic.ADDRESS: _address,
    Topic.STAFF: _staff,
    Topic.POLICY: _policy,
}
