"""How appointments, people and times are put into words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from turnero.bots.conversation.effects import Appointment, FreeSlot, Waiting
from turnero.bots.conversation.names import familiar
from turnero.bots.conversation.shop import Staff
from turnero.bots.conversation.turn import Turn
from turnero.bots.texts import formats
from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.value import ProviderId, ServiceId

# "jueves 7" is clear as long as the next month's 7th is not near.
_CLEAR_WITHOUT_MONTH = timedelta(days=25)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def capital(text: str) -> str:
    """Return `text` as a sentence begins."""
    return text[:1].upper() + text[1:]


def within(name: str) -> str:
    """Return a name of the price list within a sentence: "corte de pelo"; one in capitals stays as it is."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def day(turn: Turn, on: date) -> str:
    """Return a date within a sentence: "hoy miércoles 6 de mayo", "el viernes 8 de mayo"."""
    words = formats.day_words(on, turn.language, today=turn.today)
    near = formats.near_word(on, turn.language, today=turn.today)
    return f"el {words}" if near is None and turn.language == "es" else words


def when(turn: Turn, at: datetime) -> dict[str, str]:
    """Return what the texts say of an instant: `day`, `Day` where a sentence begins with it, and `time`."""
    wall = at.astimezone(turn.shop.zone)
    words = day(turn, wall.date())
    return {"day": words, "Day": capital(words), "time": formats.clock(wall)}


def on(turn: Turn, date_: date, minutes: int = 0) -> dict[str, str]:
    """Return what the texts say of a date, and of a time of day on it."""
    words = day(turn, date_)
    return {"day": words, "Day": capital(words), "time": f"{minutes // 60:02}:{minutes % 60:02}"}


def day_title(turn: Turn, on: date) -> str:
    """Return a date for the title of a choice: "mañana", "viernes 8"; with its month where that could be doubtful."""
    near = formats.near_word(on, turn.language, today=turn.today)
    if near is not None:
        return capital(near)
    if on - turn.today < _CLEAR_WITHOUT_MONTH:
        return capital(f"{formats.weekday(on, turn.language)} {on.day}")
    return capital(formats.short_date(on, turn.language))


def slot_title(turn: Turn, slot: FreeSlot, *, with_day: bool) -> str:
    """Return a slot for the title of a choice: "10:00", "vie 8/5 10:00"."""
    wall = slot.start.astimezone(turn.shop.zone)
    clock = formats.clock(wall)
    if not with_day:
        return clock
    return f"{capital(formats.short_day(wall.date(), turn.language, today=turn.today))} {clock}"


def service(turn: Turn, service_id: ServiceId | None) -> str:
    found = None if service_id is None else turn.shop.service(service_id)
    return "?" if found is None else found.name


def staff(turn: Turn, provider_id: ProviderId) -> str:
    """Return what somebody is called among themselves: the first name, unless it is a title or there are two of it."""
    member = turn.shop.member(provider_id)
    return "?" if member is None else called(turn, member)


def first_name(name: str) -> str:
    """Return what to call somebody by; nothing, if what they gave as their name begins with no word."""
    first = name.split(maxsplit=1)[0] if name.split() else ""
    return first if all(char.isalpha() or char in "'\u2019-" for char in first) else ""


def called(turn: Turn, member: Staff) -> str:
    twins = sum(other.name.split()[:1] == member.name.split()[:1] for other in turn.shop.staff)
    return member.name if twins > 1 else familiar(member.name)


def price(turn: Turn, amount: Money | None) -> str:
    return turn.texts.price_unknown if amount is None else formats.money(amount, turn.language)


def facts(turn: Turn, amount: Money | None) -> str:
    """Return price and address in one line; empty if neither is known."""
    known = (None if amount is None else formats.money(amount, turn.language), turn.shop.address)
    return " · ".join(fact for fact in known if fact)


def line(turn: Turn, it: Appointment) -> str:
    """Return an appointment within a sentence: "corte de pelo con Martín, el viernes 8 de mayo a las 16:00"."""
    words = when(turn, it.start)
    return turn.texts.line.format(
        service=within(service(turn, it.service_id)), staff=staff(turn, it.provider_id), **words
    )


def marked(turn: Turn, it: Appointment) -> str:
    """Return `line`, with a word if it is not certain yet."""
    words = line(turn, it)
    return f"{words} ({turn.texts.pending})" if it.status is Status.PENDING else words


def numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}. {text}" for number, text in enumerate(lines, start=1))


def waiting(turn: Turn, it: Waiting) -> str:
    """Return a place in line in words."""
    days = day(turn, it.first) if it.first == it.last else f"{_short(turn, it.first)} - {_short(turn, it.last)}"
    with_whom = [] if it.provider_id is None else [turn.texts.with_staff.format(staff=staff(turn, it.provider_id))]
    return " ".join((within(service(turn, it.service_id)), *with_whom)) + f", {days}"


def _short(turn: Turn, on: date) -> str:
    return formats.short_day(on, turn.language, today=turn.today)


def span(turn: Turn, length: timedelta) -> str:
    """Return a length of time in words: "24 horas", "30 minutos", "2 días"."""
    minutes = int(length.total_seconds()) // 60
    texts = turn.texts
    if length == _HOUR:
        return texts.hour
    if length % _DAY == timedelta() and length > _DAY:
        return texts.days.format(count=length // _DAY)
    return texts.hours.format(count=minutes // 60) if minutes % 60 == 0 else texts.minutes.format(count=minutes)
