"""From a message to what it means: reads it, finds what it says, decides what is wanted, puts the frame together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from turnero.bots.understanding import answers, intents
from turnero.bots.understanding.dates import Days
from turnero.bots.understanding.joining import combined, divided, kept, merged, ranged
from turnero.bots.understanding.model import GENERIC, Intent, Part, Ref, Understood, Vocabulary
from turnero.bots.understanding.people import people
from turnero.bots.understanding.reading import Reading, read
from turnero.bots.understanding.services import Said, services
from turnero.bots.understanding.spans import Soon, Span, spans
from turnero.bots.understanding.staff import staff
from turnero.bots.understanding.times import HOUR, Hours, Times
from turnero.bots.understanding.topics import asks_for_help

# Before this hour "mañana" may mean the day that has just begun.
SMALL_HOURS_END = 5
# When a part of today is over, in minutes of the day.
_OVER = {Part.MORNING: 13 * HOUR, Part.MIDDAY: 14 * HOUR + 30, Part.AFTERNOON: 20 * HOUR, Part.EVENING: 24 * HOUR}

# How far around a word one looks for a "no" that belongs to it.
_SIGHT_CHARS = 20

# "Ahora" is a wish to come at once where slots are asked for, not in "ahora no puedo".
_AT_ONCE = re.compile(
    r" (?:(?<! no )(?<! no es )ASAP|primer (?:turno|horario|lugar|hueco) (?:de|para) (?:el )?(?:WD\d|TODAY|TOMORROW"
    r"|MANANA)|(?<! por )NOW(?= (?:\?|tenes|hay|puede|podria|se puede|tienen|,)| $)) "
)

_WHENEVER = re.compile(
    r" (?:cuando|quando|when) (?:(?:me|te|les|do|can|you|voce) )*"
    r"(?:tenes|tienen|hay|tendrias|tendras|habria|tem|have|fit|podes|podrias|seria lo)(?! que) "
)
_OF_SLOTS = frozenset({Intent.BOOK, Intent.AVAILABILITY, Intent.RESCHEDULE, Intent.WAITLIST})
# What is to be left as it is, where something else is cancelled; and whose "no" is not the one that writes.
_STAYS = re.compile(r" (?:y|pero|,) (?:dej[ae](?:me)?|manten\w+|conserv\w+|guard\w+|keep) ")
_OF_OTHERS = re.compile(r"(?:(?<=alguien)|(?<=alguno)|(?<=alguna)|(?<=uno)) no ")
# What comes behind these is what is meant after all.
_AFTER_ALL = re.compile(
    r".* (?:mejor|perdon|digo|bah|(?:ah|ay|uy|no) ,? ?no|mejor no|pensandolo bien|actually|melhor)(?= )"
)
_CANNOT = re.compile(r" (?:no (?:\w+ )?(?:puedo|podre|podria|podemos|posso|podremos)|can't) ")


def understand(text: str, *, now: datetime, vocabulary: Vocabulary = GENERIC) -> Understood:
    """Return what `text` means when it is said at `now`, an aware instant in the business's zone."""
    reading = read(text)
    count, canon = people(reading.canon.text)
    today = now.date()
    found = combined(list(spans(canon, today)), canon)
    what = services(reading.plain, vocabulary)
    # "Alisado con nutrición": what is part of a service is nobody's name.
    who = [each for each in staff(reading.plain, vocabulary) if not any(a.start < each.end <= a.end for a in what)]
    asap, same_time = _at_once(canon, found), " SAMETIME " in canon
    said_more = bool(found or what or who or count or asap or same_time)
    intent = _intent(reading.plain.text, found, said_more=said_more, who=bool(who), asap=asap)
    if intent is Intent.BOOK and found and not (what or who or count) and not kept(found, canon):
        # Nothing is left of it but a "no": "mañana no puedo", "el martes no".
        spoken_of = _CANNOT.search(canon) and any(not isinstance(span.meaning, Part) for span in found)
        intent = Intent.CANCEL if spoken_of else Intent.DENY if " no " in canon else intent
    old, new = _old_and_new(intent, found, canon)
    return replace(
        _slot(_gathered(merged(new, canon, today)), now=now, vocabulary=vocabulary),
        intent=intent,
        ref=_ref(_gathered(ranged(old, canon)), vocabulary),
        # "Urgente, necesito hablar con alguien" wants no slot.
        asap=asap and intent in _OF_SLOTS,
        same_time=same_time,
        service=_wished(what, reading),
        staff=_wished(who, reading),
        people=count,
    )


# --- What is wanted --------------------------------------------------------------------------------------------------

_OPENINGS = (
    (
        Intent.CONFIRM,
        re.compile(
            " (?:si(?! (?:puede ser|podes|hay|tenes|tienen|se puede|no))|dale|ok|listo|perfecto|genial|joya|barbaro"
            "|yes|sim|sure) "
        ),
    ),
    (Intent.DENY, re.compile(" (?:(?:eso|ese|esa|esos|esas) )?(?:no(?! se )|nop|nao|nope) ")),
    (Intent.GREETING, re.compile(" (?:hola|buenas|buen|buenos|bom|boa|good|hi|hello|oi|ola|hey) ")),
)


def _at_once(canon: str, found: list[Span]) -> bool:
    """Tell whether a slot is wished for as soon as there is one. "¿Cuándo tenés?", of no day in particular, does."""
    if _AT_ONCE.search(canon) is not None:
        return True
    return _WHENEVER.search(canon) is not None and not any(isinstance(span.meaning, Days) for span in found)


def _intent(plain: str, found: list[Span], *, said_more: bool, who: bool, asap: bool) -> Intent | None:
    """Return what is wanted; `said_more` when the message names what a booking is made of, `who` when a person."""
    if not said_more:
        whole = next((sign.intent for sign in answers.WHOLE if sign.phrases.fullmatch(plain)), None)
        if whole is not None:
            return whole
    decisive = _decisive(plain, found, who=who, asap=asap)
    if decisive is not None:
        return decisive
    offers, asks_after = intents.AVAILABILITY.search(plain) is not None, who and intents.ASKS_AFTER.search(plain)
    habit = any(isinstance(span.meaning, Days) and span.meaning.habit for span in found)
    if asks_after and habit:  # "¿La doctora atiende los viernes?"
        return Intent.HELP
    offers = offers or bool(asks_after)
    if asks_for_help(plain) and not (
        found and (offers or intents.WISHES.search(plain) or _states_a_slot(plain, found))
    ):
        return Intent.HELP
    if offers or (intents.QUESTION.search(plain) and not intents.ASKS_FOR_IT.search(plain)):
        return Intent.AVAILABILITY
    opening = next((intent for intent, opening in _OPENINGS if opening.match(plain)), None)
    # "Dale, anotame" says yes to what was offered; "sí, quiero un turno" wants one.
    agrees = opening is Intent.CONFIRM and not intents.TURNO.search(plain)
    if said_more or (intents.BOOK.search(plain) and not agrees):
        return Intent.BOOK
    return Intent.HELP if opening in {None, Intent.GREETING} and intents.ASKS.search(plain) else opening


def _states_a_slot(plain: str, found: list[Span]) -> bool:
    """Tell whether a message names a day and a time without asking anything: "el lunes a las 7, en ayunas"."""
    kinds = {type(span.meaning) for span in found}
    return Days in kinds and Times in kinds and not intents.INTERROGATIVE.search(plain)


def _decisive(plain: str, found: list[Span], *, who: bool, asap: bool) -> Intent | None:
    """Return what a message that says this wants, whatever else it says."""
    sign = next((sign for sign in intents.SIGNS if sign.phrases.search(plain)), None)
    # "¿Cuál es el próximo turno?" asks for a free one.
    if sign is None or (sign.intent is Intent.LIST and asap):
        if intents.CONFIRM.search(plain) and not intents.NOT_YET.search(plain):
            return Intent.CONFIRM
        return Intent.RESCHEDULE if _moves(plain, found, who=who) else None
    if sign.phrases is intents.RESCHEDULE and _cancels_after_all(plain):
        return Intent.CANCEL
    if sign.intent is Intent.CANCEL and intents.NOT_CANCELLING.search(plain):
        return Intent.DENY
    if sign.phrases is intents.CANNOT_COME and _two_of_a_kind(found):
        return Intent.RESCHEDULE
    return sign.intent


def _moves(plain: str, found: list[Span], *, who: bool) -> bool:
    """Tell whether a booking is to be moved to another day or hour, or to somebody else, by how it is said."""
    if who and intents.MOVES_TO.search(plain):
        return True
    return _two_of_a_kind(found) and any(sign.search(plain) for sign in (intents.MOVES, intents.HAS_ONE))


def _cancels_after_all(plain: str) -> bool:
    """Tell whether the last word is a cancellation: "quiero cambiarlo, ah no, mejor cancelalo"."""
    after_all = _AFTER_ALL.match(plain)
    rest = "" if after_all is None else plain[after_all.end() :]
    return intents.CANCEL.search(rest) is not None and not intents.RESCHEDULE.search(rest)


def _two_of_a_kind(found: list[Span]) -> bool:
    """Tell whether two days or two times were said: the one that cannot be, and another."""
    kinds = [type(span.meaning) for span in found]
    return kinds.count(Days) > 1 or kinds.count(Times) > 1


def _wished(said: Iterable[Said], reading: Reading) -> str | None:
    """Return the words of the first that is wished for; after a correction, of the last."""
    plain = reading.plain.text
    # In Portuguese "no" is "on the".
    no = "nao" if reading.language == "pt" else "no"
    chosen: str | None = None
    end = 0
    for each in said:
        # "Con Ana, no con Marcelo" wants Ana, "con Martín no, con Diego" does not want Martín.
        unwanted = re.match(rf"(?: ,(?! {no} con))? {no}(?: |$)", plain[each.end : each.end + _SIGHT_CHARS])
        before = plain[max(0, each.start - _SIGHT_CHARS) : each.start]
        if unwanted or re.search(rf" (?:{no}|sin|not)(?: con)?(?: el| la)? $", before):
            continue
        if chosen is None or re.search(rf" (?:{no}|mejor|perdon|digo|sino|bah|quise) ", plain[end : each.start] + " "):
            chosen = each.words
        end = each.end
    return chosen


# --- Of which booking, and which slot --------------------------------------------------------------------------------


def _old_and_new(intent: Intent | None, found: list[Span], canon: str) -> tuple[list[Span], list[Span]]:
    """Return what is said of a booking that exists, and what of the slot that is wanted."""
    if intent in {Intent.CANCEL, Intent.LIST, Intent.CONFIRM}:
        # "Cancelame el de mañana y dejame el del viernes": what is to stay is not spoken of.
        stays = _STAYS.search(canon) if intent is Intent.CANCEL else None
        return [span for span in found if stays is None or span.start < stays.start()] or found, []
    if intent is Intent.RESCHEDULE:
        return divided(found, canon)
    # "Si alguien no va el viernes": that "no" is somebody else's.
    wanted = kept(found, _OF_OTHERS.sub(" __ ", canon) if intent is Intent.WAITLIST else canon)
    if intent is Intent.HELP:  # "¿abren los domingos?" asks about no particular one.
        wanted = [span for span in wanted if not (isinstance(span.meaning, Days) and span.meaning.habit)]
    return [], wanted


class Gathered(NamedTuple):
    """What a number of spans come to."""

    days: Days | None = None
    times: Times | None = None
    part: Part | None = None
    soon: Soon | None = None


def _gathered(found: list[Span]) -> Gathered:
    """Return what the spans come to: of two that contradict each other, the last one said."""
    result = Gathered()
    for span in found:
        meaning = span.meaning
        if isinstance(meaning, Days):
            result = result._replace(days=meaning)
        elif isinstance(meaning, Times):
            result = result._replace(times=_both(result.times, meaning))
        elif isinstance(meaning, Part):
            result = result._replace(part=meaning)
        else:
            result = result._replace(soon=meaning)
    return result


def _both(a: Times | None, b: Times) -> Times:
    """Return `b`, said after `a`: "después de las 3 ... antes de las 5" is a stretch of time, all else a correction."""
    if a is None or a.at or b.at or (a.last is None) == (b.last is None) or (a.first is None) == (b.first is None):
        return b
    first, last = a.first or b.first, a.last or b.last
    return Times(first, last) if first and last and first.hour < last.hour else b


# --- Putting it together ---------------------------------------------------------------------------------------------


def _written(minute: int) -> str:
    return f"{minute // HOUR % 24:02}:{minute % HOUR:02}"


def _ref(old: Gathered, vocabulary: Vocabulary) -> Ref | None:
    clock = old.times and (old.times.first or old.times.last)
    if old.days is None and clock is None:
        return None
    return Ref(
        date_from=old.days and old.days.first,
        date_to=old.days and old.days.last,
        time=clock and _written(Hours(old.part, vocabulary).at(clock)),
    )


def _slot(wanted: Gathered, *, now: datetime, vocabulary: Vocabulary) -> Understood:
    """Return a frame that says when, and nothing else yet."""
    days, times = wanted.days, wanted.times
    if wanted.soon is not None and days is None and times is None:
        then = now + timedelta(minutes=wanted.soon.minutes)
        day, time = then.date(), f"{then:%H:%M}"
        return Understood(date_from=day, date_to=day, time_from=time, time_to=time)
    first, last = (None, None) if times is None else Hours(wanted.part, vocabulary).span(times)
    return Understood(
        date_from=days and days.first,
        date_to=days and days.last,
        time_from=None if first is None else _written(first),
        time_to=None if last is None else _written(last),
        part=wanted.part if first is last is None else None,
        approx=times is not None and times.approx,
        ask=days is not None and (_doubtful(days, now) or _passed(days, last, wanted, now)),
    )


def _doubtful(days: Days, now: datetime) -> bool:
    return days.ask or (days.word == "tomorrow" and now.hour < SMALL_HOURS_END)


def _passed(days: Days, last: int | None, wanted: Gathered, now: datetime) -> bool:
    """Tell whether what is wanted of today, said to be today, is over."""
    if days.word != "today" or days.last != now.date():
        return False
    minute = now.hour * HOUR + now.minute
    if last is not None:
        return last < minute
    return wanted.times is None and wanted.part is not None and _OVER[wanted.part] <= minute
