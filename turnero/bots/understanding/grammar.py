"""From a message to what it means: reads it, finds what it says, decides what is wanted, and puts the frame together."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple

from turnero.bots.understanding import trade
from turnero.bots.understanding.dates import DAY, Days, monday
from turnero.bots.understanding.intents import AVAILABILITY, BOOK, HELP, QUESTION, SIGNS, WHOLE, first_of
from turnero.bots.understanding.model import GENERIC, Intent, Part, Ref, Understood, Vocabulary
from turnero.bots.understanding.reading import Reading, read
from turnero.bots.understanding.spans import Soon, Span, spans
from turnero.bots.understanding.times import Clock, Times

# Before this hour "mañana" may mean the day that has just begun.
SMALL_HOURS_END = 5

_CONFIRMS = re.compile(
    r" (?:confirmo|confirmado|confirmada|confirmamos|confirmar(?! si)|i confirm|ahi estare|confirmo que voy) "
)
_STRONG_BOOK = re.compile(
    r" (?:quiero|quisiera|queria|querria|necesito|anotame|agendame|reservame|haceme|poneme|dame|sacar|quero|me das|me anotas|me haces|i need|i want|i'd like|book|can i) "
)


_ASKS_FOR_IT = re.compile(
    r" (?:puede ser|podria ser|podra ser|se puede|quiero|quisiera|queria|querria|necesito|anot\w+|agend\w+|reserv\w+|hace\w*|haces|harias|pone\w*|dame|das|darias|dan"
    r"|consegui\w*|guard\w+|quero|i need|i want|i'd like|book|can i|pode ser|podes|podrias|dar|sacar) "
)


class Wanted(NamedTuple):
    """What the spans of a message come to, either of the slot that is wanted or of the booking that is spoken of."""

    days: Days | None = None
    times: Times | None = None
    part: Part | None = None
    soon: Soon | None = None
    parts: int = 0


def understand(text: str, *, now: datetime, vocabulary: Vocabulary = GENERIC) -> Understood:
    """Return what `text` means when it is said at `now`, an aware instant in the business's zone."""
    reading = read(text)
    plain = reading.plain.text
    today = now.date()
    people, canon = trade.people(reading.canon.text)
    found = list(spans(canon, today))
    found = combined(found, canon, today)
    services = trade.services(reading.plain, vocabulary)
    staff = trade.staff(reading.plain, vocabulary)
    asap = " ASAP " in canon or re.search(r" NOW (?=\?|$|tenes|hay|puede|podria|se puede|tienen)", canon) is not None
    same_time = " SAMETIME " in canon
    said_more = bool(found or services or staff or people or asap or same_time)
    intent = _intent(plain, canon, found, said_more=said_more)
    ref: Ref | None = None
    if intent in {Intent.CANCEL, Intent.LIST, Intent.CONFIRM}:
        old = _gathered(_merged(found, canon, today, open_ends=False))
        wanted = Wanted()
        ref = _ref(old, now, vocabulary)
    elif intent is Intent.RESCHEDULE:
        old_spans, new_spans = _divided(found, canon)
        ref = _ref(_gathered(_merged(old_spans, canon, today, open_ends=False)), now, vocabulary)
        wanted = _gathered(_merged(new_spans, canon, today))
    else:
        kept = _kept(found, canon)
        if intent is Intent.HELP:
            kept = [span for span in kept if not (isinstance(span.meaning, Days) and span.meaning.habit)]
        wanted = _gathered(_merged(kept, canon, today))
    return _frame(
        wanted,
        intent=intent,
        ref=ref,
        now=now,
        vocabulary=vocabulary,
        asap=asap,
        same_time=same_time,
        service=_last_valid(services, plain),
        staff=_last_valid(staff, plain),
        people=people,
    )


# --- What is wanted --------------------------------------------------------------------------------------------------


def _intent(plain: str, canon: str, found: list[Span], *, said_more: bool) -> Intent | None:
    if not said_more:
        whole = next((sign.intent for sign in WHOLE if sign.words.fullmatch(plain)), None)
        if whole is not None:
            return whole
    decisive = first_of(SIGNS, plain)
    if decisive is not None and not (decisive is Intent.LIST and " ASAP " in canon):
        return decisive
    if _CONFIRMS.search(plain):
        return Intent.CONFIRM
    helps, offers = HELP.words.search(plain), AVAILABILITY.words.search(plain)
    if helps and not (found and (_STRONG_BOOK.search(plain) or offers)):
        return Intent.HELP
    if offers or (QUESTION.words.search(plain) and not _ASKS_FOR_IT.search(plain)):
        return Intent.AVAILABILITY
    if said_more or BOOK.words.search(plain):
        return Intent.BOOK
    if re.match(r" (?:si|dale|ok|listo|perfecto|genial|joya|barbaro|yes|sim) ", plain):
        return Intent.CONFIRM
    if re.match(r" (?:no|nop|nao) ", plain):
        return Intent.DENY
    if re.match(r" (?:hola|HELLO|buenas|hi|hello|oi|ola|hey) ", plain) or " HELLO " in canon:
        return Intent.GREETING
    return None


# --- Which spans belong together -------------------------------------------------------------------------------------


_SAME_DAY_GAP = re.compile(r"(?: , | el | , el | que es | o sea | de el | para el )? ?")
_WEEK_GAP = re.compile(r" ?(?:, )?(?:(?:de|el|en|la|para el|a partir de el|desde el|que es|digamos|tipo|APPROX|los|o sea|a la|para) ?)*")


def combined(found: list[Span], canon: str, today: date) -> list[Span]:
    """Return the spans with those that speak of one day together made one: "mañana lunes", "la semana que viene, el jueves"."""
    result: list[Span] = []
    for span in found:
        last = result[-1] if result else None
        if last is not None and isinstance(last.meaning, Days) and isinstance(span.meaning, Days):
            gap = canon[last.end : span.start]
            joined = _one_day(last.meaning, span.meaning, gap, today)
            if joined is not None:
                result[-1] = Span(last.start, span.end, joined)
                continue
        result.append(span)
    return result


def _one_day(a: Days, b: Days, gap: str, today: date) -> Days | None:
    whole, single = (a, b) if a.whole else (b, a)
    if whole.whole and single.weekday is not None and single.first is not None and _WEEK_GAP.fullmatch(gap):
        assert whole.first is not None
        inside = monday(whole.first) + DAY * single.weekday
        return Days(inside, inside)
    if not _SAME_DAY_GAP.fullmatch(gap) or a.first is None or b.first is None or a.first != a.last or b.first != b.last:
        return None
    if a.weekday is not None and b.weekday is None and not b.dated and gap.strip() in {"", ",", "que es", "o sea"}:
        return b._replace(ask=b.ask or b.first.weekday() != a.weekday, word=None)
    if b.weekday is not None and a.weekday is None and not a.dated and gap.strip() in {"", ",", "que es", "o sea", "el", ", el"}:
        return a._replace(ask=a.ask or a.first.weekday() != b.weekday, word=None)
    if a.weekday is None and b.weekday is None and gap.strip() in {"", ",", "que es", "o sea"} and a.first == b.first:
        return a._replace(word=None)
    return None


_OR = re.compile(r" (?:, )?(?:o|y|ou|o el|y el|o sino|o si no|, si no|si no|sino|o a la|o tambien) (?:el |para el |a la |a las )?")
_TO = re.compile(r" (?:a|hasta|y|o) (?:el )?")
_RANGE_BEFORE = re.compile(r" (?:entre|de|desde|a partir de)(?: el| la)? $")
_FROM_BEFORE = re.compile(r" (?:desde|a partir de|despues de|luego de|pasado|de)(?: el| la)? $")
_OPEN_BEFORE = re.compile(r" (?:desde|a partir de|luego de)(?: el| la)? $")
_AFTER_BEFORE = re.compile(r" (?:despues de|pasado)(?: el| la)? $")
_UNTIL_BEFORE = re.compile(r" (?:hasta|antes de)(?: el| la)? $")


def _merged(found: list[Span], canon: str, today: date, *, open_ends: bool = True) -> list[Span]:
    """Return the spans with ranges ("de lunes a miércoles", "lunes o martes") made one, and open ends opened."""
    result: list[Span] = []
    for span in found:
        last = result[-1] if result else None
        if last is not None and isinstance(last.meaning, Days) and isinstance(span.meaning, Days):
            gap = canon[last.end : span.start]
            before = canon[: last.start]
            joins = _OR.fullmatch(gap) or _TO.fullmatch(gap) or gap == " - "
            if joins and last.meaning.first and span.meaning.last and last.meaning.first < span.meaning.last:
                result[-1] = Span(last.start, span.end, Days(last.meaning.first, span.meaning.last, ask=last.meaning.ask or span.meaning.ask))
                continue
            if joins and last.meaning.weekday is not None and span.meaning.weekday is not None and last.meaning.first and span.meaning.last:
                # "de viernes a lunes": the Monday after that Friday. "lunes o jueves", on a Wednesday: whichever comes first.
                if _RANGE_BEFORE.search(before):
                    result[-1] = Span(last.start, span.end, Days(last.meaning.first, span.meaning.last + DAY * 7))
                else:
                    assert span.meaning.first is not None
                    result[-1] = Span(last.start, span.end, Days(span.meaning.first, last.meaning.first))
                continue
        if last is not None and isinstance(last.meaning, Part) and isinstance(span.meaning, Part):
            if _OR.fullmatch(canon[last.end : span.start]) and last.meaning is not span.meaning:
                result.pop()
                continue
        result.append(span)
    return [_opened(span, canon, today) for span in result] if open_ends else result


def _opened(span: Span, canon: str, today: date) -> Span:
    days = span.meaning
    if not isinstance(days, Days) or days.first is None:
        return span
    before = canon[: span.start]
    if days.first != days.last and not days.whole:
        return span
    if _OPEN_BEFORE.search(before) or canon.startswith(" ENADELANTE", span.end):
        return span._replace(meaning=days._replace(last=None))
    if _AFTER_BEFORE.search(before) and days.last:
        return span._replace(meaning=days._replace(first=days.last + DAY, last=None))
    if _UNTIL_BEFORE.search(before) and days.last:
        end = days.last if canon[: span.start].rstrip().endswith(("hasta", "hasta el", "hasta la")) else days.first - DAY
        return span._replace(meaning=Days(min(today, end), end))
    return span


_NO_BEFORE = re.compile(
    r" (?:no|not|en vez de|en lugar de|instead of|salvo|menos|excepto)(?: (?:puedo|podria|pude|me sirve|me queda|me queda bien|me viene|me viene bien|llego|llego a|quiero|es|era|para|va|dije|can't|posso|da))?(?: (?:el|la|a|en|para|de|de el|los))* $"
)
_NO_AFTER = re.compile(
    r"(?: ,)? (?:ya |mejor |tampoco )?no(?! (?:tenes|tienen|hay|queda|te queda|trabajan|atienden|abren|tem|sabes|habra|tendras|importa))(?: (?:puedo|podria|me|da|perdon|digo|,|\.|mejor|va|llego|el|a|es|posso|consigo|puede|para|,|que|tengo|voy|estoy|,)| |$)"
)


def _kept(found: list[Span], canon: str) -> list[Span]:
    """Return the spans without those that were said to be unwanted: "el lunes no", "en vez del martes"."""
    kept: list[Span] = []
    denied_to = -1
    for span in found:
        # "El viernes no puedo, el sábado ...": that "no" was the Friday's.
        before = canon[max(denied_to, 0) : span.start]
        after = _NO_AFTER.match(canon, span.end)
        if after is not None:
            denied_to = after.end() - 1
        elif not (_NO_BEFORE.search(before) and not _OTHERWISE.search(before)):
            kept.append(span)
    return kept


_OTHERWISE = re.compile(r"(?:si|o) no(?: el| la)? $")


_REF_BEFORE = re.compile(
    r" (?:de|desde|en vez de|en lugar de|tengo|tenia|tiene|teniamos|tenho|tinha|have|saque|reserve|tenemos)(?: (?:turno|para|hora|cita|uno|reserva|un turno|marcado|agendado))*(?: (?:el|la|a|en|para))* $"
)
_WANT_BEFORE = re.compile(r" (?:a|para|por|mejor|que sea|puede ser|al|hasta|sea|hacia|tenes|hay|quiero|quisiera)(?: (?:el|la|los|este))* $")
_NOT_BEFORE = re.compile(r" no (?:\w+ ){0,4}(?:el |a |la |para |de )*$")


def _divided(found: list[Span], canon: str) -> tuple[list[Span], list[Span]]:
    """Return what is said of the booking that is to be moved, and what of the slot that is wanted instead."""
    old: list[Span] = []
    new: list[Span] = []
    pending: list[Span] = []
    role: list[Span] | None = None
    previous_end = -1
    for number, span in enumerate(found):
        meaning = span.meaning
        if isinstance(meaning, Times) and meaning.moves and meaning.first and meaning.last:
            old.append(span._replace(meaning=Times(meaning.first, None, at=True)))
            new.append(span._replace(meaning=Times(meaning.last, None, at=True)))
            role = new
            continue
        if isinstance(meaning, Days) and meaning.ends and re.search(r" a (?:el )?", canon[span.start : span.end]) and not canon[span.start :].startswith("entre"):
            old.append(span._replace(meaning=meaning.ends[0]))
            new.append(span._replace(meaning=meaning.ends[1]))
            role = new
            previous_end = span.end
            continue
        text = canon[: span.start] if not isinstance(meaning, (Times, Part)) else canon[: span.start]
        own = canon[span.start : span.end]
        adjacent = previous_end >= 0 and canon[previous_end : span.start].strip() in {"", ",", "el"}
        marked: list[Span] | None = None
        if isinstance(meaning, Days) or not adjacent:
            if _NOT_BEFORE.search(text) or _NO_AFTER.match(canon, span.end):
                marked = old
            elif own.startswith(("de ", "desde ")) or _REF_BEFORE.search(text):
                marked = old
            elif own.startswith(("a ", "para ", "por ")) or _WANT_BEFORE.search(text):
                marked = new
        elif own.startswith("para "):
            marked = new
        if marked is None and adjacent:
            marked = role
            later = found[number + 1 :]
            if marked is old and isinstance(meaning, Times) and own.startswith("a ") and not later:
                marked = new
        if marked is None:
            pending.append(span)
            role = pending
        else:
            marked.append(span)
            role = marked
        previous_end = span.end
    if pending:
        # What nothing marks is the old booking if something else is clearly the new slot, and the new slot if not.
        (old if new else new).extend(pending)
    return sorted(old), sorted(new)


# --- Putting it together ---------------------------------------------------------------------------------------------


def _gathered(found: list[Span]) -> Wanted:
    """Return what the spans come to: of two that contradict each other, the last one said."""
    days: Days | None = None
    times: Times | None = None
    part: Part | None = None
    soon: Soon | None = None
    for span in found:
        meaning = span.meaning
        if isinstance(meaning, Days):
            days = meaning
        elif isinstance(meaning, Times):
            times = _both(times, meaning)
        elif isinstance(meaning, Part):
            part = meaning
        else:
            soon = meaning
    return Wanted(days, times, part, soon)


def _both(a: Times | None, b: Times) -> Times:
    if a is not None and not a.at and not b.at and (a.last is None) != (b.last is None) and a.first != b.first:
        first, last = a.first or b.first, a.last or b.last
        if first and last and first.hour < last.hour:
            return Times(first, last)
    return b


def _minutes(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * 60 + int(minute)


def _written(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


class _Hours:
    """Turns clocks into minutes of the day, by the part of the day and the hours of the business."""

    def __init__(self, part: Part | None, vocabulary: Vocabulary) -> None:
        self._part = part
        self._opens, self._closes = _minutes(vocabulary.opens), _minutes(vocabulary.closes)

    def at(self, clock: Clock) -> int:
        return clock.at(self._part, opens=self._opens, closes=self._closes)

    def between(self, first: Clock, last: Clock) -> tuple[int, int]:
        """Return both ends, in order: "de 8 a 10" is in the morning, "de 7 a 9" in the evening, by opening hours."""
        begin, end = self.at(first), self.at(last)
        if first.settled and last.settled:
            return begin, end
        if last.settled and not first.settled and self._part is None:
            said = first.hour * 60 + first.minute
            later = said + 12 * 60
            begin = later if first.hour < 12 and later < end else said
            return begin, end
        if end <= begin:
            choices = [(b, e) for b in {begin, begin - 720, begin + 720} for e in {end, end - 720, end + 720} if 0 <= b < e < 1440]
            if first.settled:
                choices = [choice for choice in choices if choice[0] == begin]
            if choices:
                return min(choices, key=lambda choice: (choice[1] - choice[0] > 720, -self._open(choice), choice[1] - choice[0]))
        return begin, end

    def _open(self, stretch: tuple[int, int]) -> int:
        return max(0, min(stretch[1], self._closes) - max(stretch[0], self._opens))


def _ref(old: Wanted, now: datetime, vocabulary: Vocabulary) -> Ref | None:
    if old.days is None and old.times is None:
        return None
    time = None
    if old.times is not None:
        clock = old.times.first or old.times.last
        time = None if clock is None else _written(_Hours(old.part, vocabulary).at(clock))
    days = old.days
    return Ref(date_from=days and days.first, date_to=days and days.last, time=time)


def _last_valid(said: list[trade.Said], plain: str) -> str | None:
    chosen: str | None = None
    end = 0
    for each in said:
        negated = re.match(r"(?: ,)? (?:no|nao)(?: |$)", plain[each.end :]) or re.search(r" (?:no|sin|not)(?: con)?(?: el| la)? $", plain[: each.start])
        if negated:
            continue
        if chosen is None or re.search(r" (?:no|mejor|perdon|digo|sino) ", plain[end : each.start] + " "):
            chosen = each.words
        end = each.end
    return chosen


_ENDS = {Part.MORNING: 13 * 60, Part.MIDDAY: 14 * 60 + 30, Part.AFTERNOON: 20 * 60, Part.EVENING: 24 * 60}


def _frame(
    wanted: Wanted,
    *,
    intent: Intent | None,
    ref: Ref | None,
    now: datetime,
    vocabulary: Vocabulary,
    asap: bool,
    same_time: bool,
    service: str | None,
    staff: str | None,
    people: int | None,
) -> Understood:
    today = now.date()
    days, times, part = wanted.days, wanted.times, wanted.part
    hours = _Hours(part, vocabulary)
    time_from = time_to = None
    minute: int | None = None
    if wanted.soon is not None and times is None and days is None:
        then = now + timedelta(minutes=wanted.soon.minutes)
        days = Days(then.date(), then.date())
        time_from = time_to = f"{then:%H:%M}"
    if times is not None:
        if times.first is not None and times.last is not None:
            begin, end = hours.between(times.first, times.last)
            time_from, time_to, minute = _written(begin), _written(end), end
        elif times.first is not None:
            minute = hours.at(times.first)
            time_from = _written(minute)
            if times.at:
                time_to = time_from
            else:
                minute = None
        elif times.last is not None:
            minute = hours.at(times.last)
            time_to = _written(minute)
    ask = False
    if days is not None:
        ask = days.ask or (days.word in {"tomorrow"} and now.hour < SMALL_HOURS_END)
        if days.word == "today" and days.first == days.last == today:
            clock = now.hour * 60 + now.minute
            if minute is not None:
                ask = ask or minute < clock
            elif times is None and part is not None:
                ask = ask or _ENDS[part] <= clock
    return Understood(
        intent=intent,
        date_from=days and days.first,
        date_to=days and days.last,
        time_from=time_from,
        time_to=time_to,
        part=None if time_from or time_to else part,
        ref=ref,
        approx=bool(times and times.approx),
        same_time=same_time,
        asap=asap,
        service=service,
        staff=staff,
        people=people,
        ask=ask,
    )
