"""How days are said: each rule is a pattern over the canonical line, and a function from what it matched to days.

A weekday is its next occurrence strictly after today; what has passed rolls on; a weekday that contradicts its number
raises a doubt, and keeps the number's date. The first rule that matches at a word is the one that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from turnero.bots.understanding.dates import (
    DAY,
    SATURDAY,
    WEEK,
    Days,
    day_and_month,
    day_of_month,
    exact,
    monday,
    month_days,
    next_weekday,
    one,
)

# What the groups of a pattern matched, by their names.
Said = Mapping[str, str | None]


class Rule(NamedTuple):
    """A pattern, and what it means on a given day. Groups that a pattern has not are None in what it matched."""

    pattern: str
    means: Callable[[Said, date], Days]


# --- One day ---------------------------------------------------------------------------------------------------------


def _weekday(said: Said, today: date) -> Days:
    weekday = int(said["weekday"] or 0)
    day = today if said["this"] and weekday == today.weekday() else next_weekday(weekday, today)
    if said["next_week"]:
        return one(monday(today) + WEEK + DAY * weekday)
    if said["this_week"]:
        day = monday(today) + DAY * weekday
        return one(day, ask=day < today)
    if said["other"] or said["in_eight"] or said["not_that"]:
        return one(day + WEEK)
    qualified = said["this"] or said["next"] or said["next_after"]
    return Days(day, day, weekday=None if qualified else weekday, habit=said["habit"] is not None)


def _agreeing(day: date | None, weekday: str | None) -> Days:
    """Return the day, with a doubt if it is not the weekday that was said beside it."""
    disagree = weekday is not None and day is not None and day.weekday() != int(weekday)
    return one(day, ask=disagree)._replace(dated=weekday is not None)


def _written(said: Said, today: date) -> Days:
    """A day and a month."""
    day, month, year = said["day"] or "", int(said["month"] or 0), said.get("year")
    number = int(day) if day.isdigit() else 1
    found = exact(number, month, int(year)) if year else day_and_month(number, month, today)
    return _agreeing(found, said["weekday"])


def _numbered(said: Said, today: date) -> Days:
    """A day of the month."""
    number = int(said["day"] or 0)
    if said.get("next_month"):
        following = month_days(today.year, today.month + 1).first
        return _agreeing(following and exact(number, following.month, following.year), said.get("weekday"))
    found = _agreeing(day_of_month(number, today), said.get("weekday"))
    return found if found.dated else found._replace(number=number)


def _days_ahead(said: Said, today: date) -> Days:
    count = {"un": 1, "una": 1, "par": 2, "un par de": 2}.get(said["count"] or "") or int(said["count"] or 0)
    unit = said["unit"] or ""
    if unit.startswith("mes"):
        month = month_days(today.year, today.month + count)
        assert month.first is not None
        assert month.last is not None
        return one(month.first.replace(day=min(today.day, month.last.day)))
    return one(today + (WEEK if unit.startswith("sem") else DAY) * count)


# --- Several days ----------------------------------------------------------------------------------------------------


def _numbers(said: Said, today: date) -> Days:
    """Both ends of a range of days of the month; the second is the first such day after the first."""
    number, end = int(said["first"] or 0), int(said["last"] or 0)
    if said["month"]:
        last = day_and_month(end, int(said["month"]), today)
        first = last and exact(number, last.month, last.year)
    else:
        first = day_of_month(number, today)
        last = first and day_of_month(end, first)
    if first is None or last is None or last < first:
        return one(None)
    return Days(first, last, ends=(one(first), one(last)))


def _week_of(said: Said, today: date) -> Days:
    number, month = int(said["day"] or 0), said["month"]
    day = day_and_month(number, int(month), today) if month else day_of_month(number, today)
    return one(None) if day is None else Days(max(monday(day), today), monday(day) + DAY * 6, whole=True)


def _weekend(said: Said, today: date) -> Days:
    saturday = monday(today) + DAY * SATURDAY
    if (said["next"] or said["next_after"]) and today.weekday() >= SATURDAY:
        saturday += WEEK
    if said["other"] or said["next_week"]:
        saturday += WEEK
    return Days(max(saturday, today), saturday + DAY, whole=True)


def _month(said: Said, today: date) -> Days:
    month = int(said["month"] or 0)
    return _part_of_month(month_days(today.year + (month < today.month), month), said.get("part"), today)


def _near_month(said: Said, today: date) -> Days:
    part = said.get("part")
    found = _part_of_month(month_days(today.year, today.month + (said.get("next") is not None)), part, today)
    # "A principio de mes", on the twentieth: that of the next one.
    return found if found.first else _part_of_month(month_days(today.year, today.month + 1), part, today)


# Its beginning, middle and end are ten days each, more or less, and its weeks begin on its first day.
_PARTS_OF_MONTH = {
    "pr": (1, 10), "in": (1, 10), "co": (1, 10), "me": (11, 20), "fi": (21, 31),
    "1": (1, 7), "primera": (1, 7), "2": (8, 14), "segunda": (8, 14), "3": (15, 21), "tercera": (15, 21),
    "cuarta": (22, 28),
}  # fmt: skip
_LAST_WEEK = DAY * 6


def _part_of_month(month: Days, part: str | None, today: date) -> Days:
    first, last = month.first, month.last
    assert first is not None
    assert last is not None
    if part == "ultima":
        first = last - _LAST_WEEK
    elif part:
        begin, end = _PARTS_OF_MONTH.get(part) or _PARTS_OF_MONTH[part[:2]]
        first, last = first.replace(day=begin), first.replace(day=min(end, last.day))
    return one(None) if last < today else Days(max(first, today), last, whole=True, month=part is None)


_NTH = {"primer": 1, "1": 1, "segundo": 2, "2": 2, "tercer": 3, "3": 3, "cuarto": 4, "4": 4}


def _nth_weekday(said: Said, today: date) -> Days:
    """The first, second ... or last such weekday of a month; one that has passed, of the next such month."""
    month = int(said["month"]) if said["month"] else today.month + (said["next"] is not None)
    year = today.year + (said["month"] is not None and month < today.month)
    found = _weekday_in(month_days(year, month), said)
    if found < today:
        found = _weekday_in(month_days(year + 1, month) if said["month"] else month_days(year, month + 1), said)
    return one(found)


def _weekday_in(month: Days, said: Said) -> date:
    weekday, nth = int(said["weekday"] or 0), _NTH.get(said["nth"] or "")
    assert month.first is not None
    assert month.last is not None
    if nth is None:
        return month.last - DAY * ((month.last.weekday() - weekday) % 7)
    return next_weekday(weekday, month.first - DAY) + WEEK * (nth - 1)


def _two_weeks(said: Said, today: date) -> Days:
    """Return this week and the next ("esta semana o la que viene"), or the next and the one after."""
    first = today if said["this"] else monday(today) + WEEK
    return Days(first, monday(first) + DAY * 13)


# --- Rules -----------------------------------------------------------------------------------------------------------

_ARTICLE = "(?:el |los |la |las )?"
_PERIOD = "(?:MORNING|MANANA|AFTERNOON|EVENING|MIDDAY)"
# What makes the number before it an hour, a quantity or a list number, and no day of the month.
_NO_DAY = (
    rf"(?! (?:y (?:media|cuarto|\d)|menos |hs |h |hr |horas?|pm|am|ENPUNTO|PICO|a \d|de la {_PERIOD}|de {_PERIOD}"
    r"|de el MIDDAY|personas?|pesos|mil|lucas|minutos|min |años|dias|semanas|meses|cuadras|turnos?|cortes?|veces|x |/ "
    r"|\+|de la lista|opcion))"
)
_NUMBER = r"(?:3[01]|[12]\d|0?\d)(?![\d:/])"
_YEAR = r"(?P<year>20\d\d)"
_ITS_WEEKDAY = rf"(?:{_ARTICLE}(?:NEXT )?WD(?P<weekday>\d) (?:, )?)?"
_OF_NEXT_MONTH = r"(?P<next_month> de(?: el)? (?:mes NEXT|NEXT mes|NEXT))?"
_OF_NEXT_WEEK = (
    r"(?P<next_week> (?:de|en)(?: la)? (?:semana NEXT|NEXT semana|que viene|OTHER semana|semana OTHER|NEXT))?"
)
_OF_THIS_WEEK = r"(?P<this_week> (?:de|en) (?:esta|este)(?: misma)? semana)?"
# "El viernes que viene no, el otro".
_NOT_THAT = r"(?P<not_that>(?: , )? ?no (?:, )?(?:sino )?(?:el )?(?:OTHER|NEXT)(?: NEXT)?)?"
_PART_OF = "(?P<part>principios?|inicios?|comienzos?|mediados?|fin|fines|final|finales)"

_ONE_DAY = (
    Rule(
        rf"{_ITS_WEEKDAY}(?:de )?{_ARTICLE}(?:dia )?(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/{_YEAR})?(?!\S)",
        _written,
    ),
    Rule(rf"{_ITS_WEEKDAY}(?:el |dia )(?P<day>{_NUMBER}) de el (?P<month>1[0-2]|0?[1-9])(?! de MO)(?!\S)", _written),
    Rule(rf"{_ITS_WEEKDAY}el (?:dia )?(?P<day>{_NUMBER}) - (?P<month>1[0-2]|0?[1-9])(?!\S)", _written),
    Rule(rf"{_ITS_WEEKDAY}(?P<day>{_NUMBER}) - (?P<month>1[0-2]|0?[1-9])(?= (?:a las|APPROX|\d+:))", _written),
    Rule(
        rf"{_ITS_WEEKDAY}{_ARTICLE}(?:dia )?(?P<day>{_NUMBER}|primero|primer dia) (?:de )?(?:el mes de "
        rf")?MO(?P<month>\d+)(?: (?:de(?: el)? )?{_YEAR})?",
        _written,
    ),
    Rule(
        rf"{_ITS_WEEKDAY}{_ARTICLE}MO(?P<month>\d+) (?:el )?(?P<day>{_NUMBER})(?: (?:, )?{_YEAR})?(?! (?:hs|am|pm) )",
        _written,
    ),
)
_NUMBERED = (
    Rule(
        rf"(?:entre |de )?(?:el )?(?P<first>{_NUMBER}) (?:y|o|u|a|a el|hasta|-|,) (?:el )?(?P<last>{_NUMBER}) de "
        rf"MO(?P<month>\d+)",
        _numbers,
    ),
    Rule(
        rf"(?:entre|de|desde) (?:el )?(?:dia )?(?P<first>{_NUMBER}) (?:y|a|hasta|o) el (?:dia "
        rf")?(?P<last>{_NUMBER})(?: de MO(?P<month>\d+))?{_NO_DAY}",
        _numbers,
    ),
    Rule(
        rf"(?:entre |de )?el (?:dia )?(?P<first>{_NUMBER}) (?:y|a|hasta|o) (?:el )?(?:dia )?(?P<last>{_NUMBER})(?: de "
        rf"MO(?P<month>\d+))?{_NO_DAY}",
        _numbers,
    ),
    Rule(
        rf"{_ARTICLE}(?:NEXT )?WD(?P<weekday>\d) (?:NEXT )?(?:, (?=el|dia))?(?:el )?(?:dia "
        rf")?(?P<day>{_NUMBER}){_OF_NEXT_MONTH}{_NO_DAY}",
        _numbered,
    ),
    Rule(rf"dia (?P<day>{_NUMBER})(?= de (?:MORNING|AFTERNOON|EVENING))", _numbered),
    Rule(
        rf"(?:el (?:dia |NEXT )?|dia )(?P<day>{_NUMBER}){_OF_NEXT_MONTH}(?: de este mes| de el corriente)?{_NO_DAY}",
        _numbered,
    ),
)
_WEEKDAYS = (
    # "El último viernes de julio", "el primer lunes del mes que viene".
    Rule(
        r"(?:el )?(?P<nth>primer|1|segundo|2|tercer|3|cuarto|4|ultimo|last) WD(?P<weekday>\d) "
        r"(?:de (?:el mes de )?MO(?P<month>\d+)|de(?: el| este)? (?:mes(?P<next> NEXT)?|NEXT mes))(?!\S)",
        _nth_weekday,
    ),
    # "El que viene", "el otro": of the weekday said before, the next one.
    Rule(
        r"(?:el|la) (?:NEXT|OTHER)(?= (?:,|\.|\?|a las|a la|por la|para|APPROX|puede|si|mejor|\d)| $)",
        lambda *_: Days(None, None, later=True),
    ),
    Rule(
        r"(?P<this>(?:este|esta) )?(?:el |la |las |(?P<habit>los ))?(?P<next>NEXT )?(?P<other>OTHER )?WD(?P<weekday>\d)"
        rf"{_OF_NEXT_WEEK}{_OF_THIS_WEEK}(?P<next_after> (?:NEXT|viene))?(?P<in_eight> (?:en|de) (?:8|15)(?: "
        rf"dias)?(?! (?:a|hasta|y|-) ))?(?!\S){_NOT_THAT}",
        _weekday,
    ),
    Rule(
        r"no (?:este|el|para el|para este) (?:NEXT )?WD(?P<weekday>\d)(?: NEXT)? (?:, )?(?:sino )?(?:para )?el "
        r"(?:OTHER|NEXT)",
        lambda said, today: one(next_weekday(int(said["weekday"] or 0), today) + WEEK),
    ),
)
_FROM_TODAY = (
    Rule(r"(?:el |de )?TODAY", lambda _, today: Days(today, today, word="today")),
    Rule(r"(?:el )?OVERMORROW", lambda _, today: Days(today + DAY * 2, today + DAY * 2, word="overmorrow")),
    # "A la mañana", "esta mañana" and "el lunes mañana" are no day: the morning.
    Rule(
        r"TOMORROW|(?<! la )(?<!esta )(?<!WD\d a )(?<!MANANA a )(?<!\d a )(?<! por )(?<!WD\d )(?<!MANANA )"
        r"(?<!MANANA de )(?<!WD\d de )(?<!cualquier )MANANA",
        lambda _, today: Days(today + DAY, today + DAY, word="tomorrow"),
    ),
    # "Pasado" by itself is short for "pasado mañana", but not in "el lunes pasado".
    Rule(
        r"(?<!WD\d )(?<!mes )(?<!año )(?<!semana )(?:para |el |de )?pasado(?= (?:a |AFTERNOON|,|\.|\?|APPROX|puede|hay"
        r"|si|tenes|por|en|\d)| $)",
        lambda _, today: Days(today + DAY * 2, today + DAY * 2, word="overmorrow"),
    ),
    Rule(
        r"(?:en|dentro de|de aca a|de aqui a|de aca) (?P<count>\d{1,2}|una?|un par de|par) (?P<unit>dias?|semanas?|mes"
        r"|meses)",
        _days_ahead,
    ),
)
_STRETCHES = (
    Rule(r"(?:la )?semana de el (?:dia |WD\d )?(?P<day>\d{1,2})(?:(?: de )?MO(?P<month>\d+))?", _week_of),
    Rule(
        r"(?:(?:la |en |el ){0,3}(?:semana NEXT|NEXT semana)|(?P<this>(?:en )?esta semana)) (?:, )?(?:o|y|u|sino|si "
        r"no) (?:en )?la (?:semana )?(?:NEXT|OTHER)",
        _two_weeks,
    ),
    Rule(
        r"(?:la |en |el ){0,3}(?:semana NEXT|NEXT semana|OTHER semana|semana OTHER)",
        lambda _, today: Days(monday(today) + WEEK, monday(today) + DAY * 13, whole=True),
    ),
    Rule(
        r"(?:en |de )?esta(?: misma)? semana|(?:el )?resto de la semana",
        lambda _, today: Days(today, monday(today) + DAY * 6, whole=True),
    ),
    Rule(
        r"(?:este |el |los |en |esta ){0,3}(?P<next>NEXT )?(?P<other>OTHER )?FINDE(?P<next_after> NEXT)?"
        + _OF_NEXT_WEEK,
        _weekend,
    ),
    Rule(rf"(?:a )?(?:el )?{_PART_OF}(?: de(?: el)?| de este)? mes(?P<next> NEXT)?(?! de MO)", _near_month),
    Rule(rf"(?:a )?(?:el )?{_PART_OF} de(?: el mes de)? MO(?P<month>\d+)", _month),
    Rule(
        r"(?:en )?(?:la )?(?P<part>primera|segunda|tercera|cuarta|ultima|[1-3]) semana de (?:el mes de "
        r")?MO(?P<month>\d+)",
        _month,
    ),
    Rule(
        r"(?:en )?(?:la )?(?P<part>primera|segunda|tercera|cuarta|ultima|[1-3]) semana de(?: el)? mes(?P<next> NEXT)?",
        _near_month,
    ),
    Rule(r"(?:el )?(?P<next>mes NEXT|NEXT mes)", _near_month),
    Rule(r"(?:en )?este mes", _near_month),
    Rule(r"(?:en|para|durante) (?:el mes de )?MO(?P<month>\d+)", _month),
)

RULES = (*_ONE_DAY, *_NUMBERED, *_WEEKDAYS, *_FROM_TODAY, *_STRETCHES)
