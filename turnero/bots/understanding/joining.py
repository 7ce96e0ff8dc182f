"""Which of the things that were said belong together, which were taken back, and which speak of an existing booking."""

from __future__ import annotations

import re
from datetime import date

from turnero.bots.understanding.dates import DAY, WEEK, Days, exact, monday, next_weekday, one
from turnero.bots.understanding.model import Part
from turnero.bots.understanding.spans import Span
from turnero.bots.understanding.times import Times

# Longer than anything that is looked for before or behind a span, and short enough for messages of any length.
_SIGHT_CHARS = 80


def _left(canon: str, end: int, *, since: int = 0) -> str:
    """Return the words of the line before `end`, as far as any rule looks back."""
    return canon[max(since, end - _SIGHT_CHARS) : end]


# --- One day, said twice ---------------------------------------------------------------------------------------------

_BESIDE = frozenset({"", ",", "que es", "o sea", "el", ", el"})
_INSIDE = re.compile(
    r" ?(?:, )?(?:(?:de|el|en|la|para el|a partir de|desde|que es|digamos|tipo|APPROX|los|o sea|a la|para) ?)*"
)


def combined(found: list[Span], canon: str) -> list[Span]:
    """Return the spans with those made one that speak of one day: "mañana lunes", "la semana que viene, el jueves"."""
    result: list[Span] = []
    for span in found:
        last = next((each for each in reversed(result) if isinstance(each.meaning, Days)), None)
        if isinstance(span.meaning, Days) and span.meaning.later:
            # "Este jueves no, el que viene".
            if last is not None and isinstance(last.meaning, Days) and last.meaning.first is not None:
                if last.meaning.whole and last.meaning.last is not None:  # "Esta semana ya no, la que viene".
                    after = last.meaning.last + DAY
                    result.append(span._replace(meaning=Days(after, after + DAY * 6, whole=True)))
                    continue
                result.append(
                    span._replace(meaning=one(next_weekday(last.meaning.first.weekday(), last.meaning.first)))
                )
            continue
        joined = None
        if (
            last is not None
            and last is result[-1]
            and isinstance(last.meaning, Days)
            and isinstance(span.meaning, Days)
        ):
            gap = canon[last.end : span.start]
            joined = _inside(last.meaning, span.meaning, gap) or _same(last.meaning, span.meaning, gap.strip())
        if last is not None and joined is not None:
            result[-1] = Span(last.start, span.end, joined)
        else:
            result.append(span)
    return result


def _inside(a: Days, b: Days, gap: str) -> Days | None:
    """Return the weekday of one inside the week of the other, if that is what they are."""
    whole, single = (a, b) if a.whole else (b, a)
    if not whole.whole or whole.first is None or not _INSIDE.fullmatch(gap):
        return None
    if single.number is not None and whole.month:
        return one(exact(single.number, whole.first.month, whole.first.year))
    if single.weekday is None or whole.month:
        return None
    day = monday(whole.first) + DAY * single.weekday
    return Days(day, day)


def _same(a: Days, b: Days, gap: str) -> Days | None:
    """Return the day that both say, if they stand side by side: a weekday and a date, or "mañana" and a date."""
    if gap not in _BESIDE or a.first is None or b.first is None or a.first != a.last or b.first != b.last:
        return None
    for weekday, dated, day, gaps in ((a, b, b.first, _BESIDE - {"el", ", el"}), (b, a, a.first, _BESIDE)):
        if weekday.weekday is not None and dated.weekday is None and not dated.dated and gap in gaps:
            return dated._replace(ask=dated.ask or day.weekday() != weekday.weekday, word=None)
    same = a.first == b.first and a.weekday is None and b.weekday is None
    return a._replace(word=None) if same and "el" not in gap else None


# --- Ranges and open ends --------------------------------------------------------------------------------------------

_OR = re.compile(
    r" (?:, )?(?:(?:o|y|u|sino|si no|o sino|o si no|y si no|y sino)(?: (?:no hay|hay|puede|podes|tenes|se puede|podria"
    r"|queda))?(?: ser| lugar| nada)?(?: tambien)?(?: ,)?|,)(?: (?:el|para el|a la|a las|para|la|por la))? "
)
_TO = re.compile(r" (?:a|hasta|al|-) (?:el )?")
_RANGE_BEFORE = re.compile(r" (?:entre|de|desde|a partir de)(?: el| la)? $")
_FROM_BEFORE = re.compile(r" (?:desde|a partir de|luego de)(?: el| la)? $")
_AFTER_BEFORE = re.compile(r" (?:despues de|pasado)(?: el| la)? $")
_UNTIL_BEFORE = re.compile(r" hasta(?: el| la)? $")
_BEFORE_BEFORE = re.compile(r" antes de(?: el| la)? $")


def merged(found: list[Span], canon: str, today: date) -> list[Span]:
    """Return the spans with ranges made one ("de lunes a miércoles", "lunes o martes"), and open ends open."""
    return [_opened(span, canon, today) for span in ranged(found, canon)]


def ranged(found: list[Span], canon: str) -> list[Span]:
    """Return the spans with ranges made one. Two parts of the day to choose from are as good as none."""
    result: list[Span] = []
    for span in found:
        last = result[-1] if result else None
        gap = canon[last.end : span.start] if last is not None else ""
        if last is not None and isinstance(last.meaning, Days) and isinstance(span.meaning, Days):
            within = _RANGE_BEFORE.search(_left(canon, last.start)) is not None
            days = _range(last.meaning, span.meaning, gap, within=within)
            if days is not None:
                result[-1] = Span(last.start, span.end, days)
                continue
        if isinstance(span.meaning, Part) and _other_part(result, span, gap):
            continue
        if isinstance(span.meaning, Days) and _other_day(result, span, gap):
            continue
        result.append(span)
    return result


def _other_part(result: list[Span], span: Span, gap: str) -> bool:
    """Take back the part of the day that was said before, if the one just said is another to choose from."""
    earlier = next((each for each in result if isinstance(each.meaning, Part)), None)
    either = len(result) > 1 and isinstance(result[-1].meaning, Days) and isinstance(result[-2].meaning, Part)
    if earlier is None or not (either or (earlier is result[-1] and _OR.fullmatch(gap))):
        return False
    if earlier.meaning is not span.meaning:
        result.remove(earlier)
    return True


def _other_day(result: list[Span], span: Span, gap: str) -> bool:
    """Join another day to the one before the part of the day just said: "el sábado a la mañana o el lunes"."""
    if len(result) < 2 or not isinstance(result[-1].meaning, Part) or not _OR.fullmatch(gap):  # noqa: PLR2004 (a pair)
        return False
    day, part = result[-2:]
    if not isinstance(day.meaning, Days) or not isinstance(span.meaning, Days):
        return False
    days = _range(day.meaning, span.meaning, gap, within=False)
    if days is not None:
        result[-2:] = [part, Span(day.start, span.end, days)]
    return days is not None


def _range(a: Days, b: Days, gap: str, *, within: bool) -> Days | None:
    """Return the days from `a` to `b`, if `gap` joins them; `within` when "de" or "entre" came before."""
    choice = _OR.fullmatch(gap) is not None
    if not (choice or _TO.fullmatch(gap)) or a.first is None or a.last is None or b.first is None or b.last is None:
        return None
    ask = a.ask or b.ask
    if a.first < b.last:
        return Days(a.first, max(a.last, b.last), ask=ask)
    if within and b.weekday is not None:  # "De viernes a lunes" ends on the Monday after.
        return Days(a.first, b.last + WEEK, ask=ask)
    # "Jueves o lunes": whichever comes first.
    return Days(b.first, a.last, ask=ask) if choice and b.first < a.first else None


def _opened(span: Span, canon: str, today: date) -> Span:
    days = span.meaning
    if not isinstance(days, Days) or days.first is None or days.last is None:
        return span
    before = _left(canon, span.start)
    if days.first != days.last and not days.whole:
        return span
    if _FROM_BEFORE.search(before) or canon.startswith(" ENADELANTE", span.end):
        return span._replace(meaning=days._replace(last=None))
    if _AFTER_BEFORE.search(before):
        return span._replace(meaning=days._replace(first=days.last + DAY, last=None))
    if _UNTIL_BEFORE.search(before):
        return span._replace(meaning=Days(min(today, days.last), days.last))
    if _BEFORE_BEFORE.search(before):
        return span._replace(meaning=Days(min(today, days.first - DAY), days.first - DAY))
    return span


# --- What was taken back ---------------------------------------------------------------------------------------------

_NO_BEFORE = re.compile(
    r" (?:no|ni|not|en vez de|en lugar de|instead of|salvo|menos|excepto)(?: (?:puedo|podria|pude|me sirve|me queda"
    r"|me queda bien|me viene|me viene bien|llego|llego a|quiero|es|era|para|va|dije|can't|posso|da))?(?: (?:el|la|a"
    r"|en|para|de|de el|los))* $"
)
_MEANT_BEFORE = re.compile(r" (?:era|es|seria|quise decir|queria decir|quise)(?: (?:a|el|la|para))* $")
_OTHERWISE = re.compile(r" (?:si|o) no(?: el| la)? $")
# A question ("el martes no tenés nada?") takes nothing back; nor does the comma of "el jueves, no el viernes".
_NO_AFTER = re.compile(
    r"(?!(?: ,) no (?:el|a|la|las|para) )(?: ,)? (?:ya |mejor |tampoco |yo )?no"
    r"(?! (?:antes|despues|mas tarde|LATER|tenes|tienen|hay|queda|te queda|trabajan|atienden|abren|tem|sabes|habra"
    r"|tendras|importa))(?: (?:puedo|podria|me|da|perdon|digo|,|\.|mejor|va|llego|el|a|es|posso|consigo|puede|para|que"
    r"|tengo|voy|estoy|trabajo)| |$)"
    r"|(?: ,)? (?:es |esta |me es )?(?:imposible|complicado|descartado|dificil|ni loco)"
)


def kept(found: list[Span], canon: str) -> list[Span]:
    """Return the spans without those that were said to be unwanted: "el lunes no", "en vez del martes"."""
    result: list[Span] = []
    denied: list[object] = []
    denied_to = 0
    for span in found:
        # "El viernes no puedo, el sábado ...": that "no" was the Friday's.
        before = _left(canon, span.start, since=denied_to)
        after = _NO_AFTER.match(canon, span.end)
        if after is not None and _MEANT_BEFORE.search(before) and span is not found[-1]:
            after = None  # "Era a las 5 no a las 6": that "no" is the next one's.
        if after is not None:
            denied_to = after.end() - 1
        wished = after is None and (not _NO_BEFORE.search(before) or _OTHERWISE.search(before))
        if wished and (span.meaning not in denied or isinstance(span.meaning, Part)):
            result.append(span)
        elif not wished:
            denied.append(span.meaning)
    return result


# --- The booking that is to be moved, and where to -------------------------------------------------------------------

_OLD_BEFORE = re.compile(
    r" (?:(?:de|desde|en vez de|en lugar de)(?: (?:el|la|a|en))*"
    r"|(?:tengo|tenia|tiene|teniamos|tenho|tinha|have|saque|reserve|tenemos)"
    r"(?: (?!(?:quiero|puedo|podria|podes|necesito|pasar|cambiar|que|si|y|o)(?!\S))[^\W\dA-Z_]+){0,6}) $"
)
_NEW_BEFORE = re.compile(
    r" (?:a|para|por|mejor|que sea|puede ser|al|hasta|sea|hacia|tenes|hay|quiero|quisiera)(?: (?:el|la|las|los|este))*"
    r" $"
)
_NOT_BEFORE = re.compile(
    r" (?:no|can't|cannot|won't|imposible) (?:(?:puedo|podre|podria|podemos|voy|vamos|va|llego|llegamos|me|a|poder|ir"
    r"|llegar|make|come|it|be|able|to|estoy|asisto|es|era|quiero|vou|posso|consigo|el|la|las|para|de) )*$"
)
# "El de las 5 por el de las 6".
_INSTEAD_BEFORE = re.compile(r" (?:por|para) (?:el|lo|la)(?: de)? $")
_ADJACENT = frozenset({"", ",", "el"})


class _Division:
    """Deals what was said to the old booking and the new slot, by the words before it and by what it stands beside."""

    def __init__(self, canon: str) -> None:
        self._canon = canon
        self.old: list[Span] = []
        self.new: list[Span] = []
        self.unmarked: list[Span] = []
        self._beside: list[Span] | None = None
        self._end = -1

    def deal(self, span: Span, *, last: bool) -> None:
        """Take the next span; `last` when no other follows."""
        ends = _both_ends(span, self._canon)
        if ends is not None:
            self.old.append(span._replace(meaning=ends[0]))
            self.new.append(span._replace(meaning=ends[1]))
            self._beside = self.new
        else:
            self._beside = self._side(span, last=last)
            self._beside.append(span)
        self._end = span.end

    def _side(self, span: Span, *, last: bool) -> list[Span]:
        own = self._canon[span.start : span.end]
        adjacent = (
            self._beside is not None
            and not own.startswith("de ")
            and self._canon[self._end : span.start].strip() in _ADJACENT
        )
        if adjacent and not isinstance(span.meaning, Days) and self._beside is not None:
            # "El turno del jueves a las 5 ...": its time, unless nothing else says where it is to go.
            moves_there = own.startswith("para ") or (last and isinstance(span.meaning, Times) and own.startswith("a "))
            return self.new if self._beside is self.old and moves_there else self._beside
        before = _left(self._canon, span.start)
        if _NOT_BEFORE.search(before) or _NO_AFTER.match(self._canon, span.end):
            return self.old
        if _INSTEAD_BEFORE.search(before):
            return self.new
        if own.startswith(("de ", "desde ")) or _OLD_BEFORE.search(before):
            return self.old
        if own.startswith(("a ", "para ", "por ")) or _NEW_BEFORE.search(before):
            return self.new
        return self._beside if adjacent and self._beside is not None else self.unmarked


def _both_ends(span: Span, canon: str) -> tuple[Days, Days] | tuple[Times, Times] | None:
    """Return the old and the new end of what would be a range elsewhere: "de las 10 a las 11", "del 12 al 15"."""
    meaning = span.meaning
    if isinstance(meaning, Times) and meaning.moves and meaning.first and meaning.last:
        return Times(meaning.first, None, at=True), Times(meaning.last, None, at=True)
    if isinstance(meaning, Days) and meaning.ends and " a " in canon[span.start : span.end]:
        return meaning.ends
    return None


def divided(found: list[Span], canon: str) -> tuple[list[Span], list[Span]]:
    """Return what is said of the booking that is to be moved, and what of the slot that is wanted instead."""
    division = _Division(canon)
    for number, span in enumerate(found):
        division.deal(span, last=number == len(found) - 1)
    # What nothing marks is the old booking if something else is clearly the new slot, and the new slot if not.
    (division.old if division.new else division.new).extend(division.unmarked)
    return sorted(division.old), sorted(division.new)
