"""Which day or days a stretch of words means, seen from today.

Each rule is a pattern over the canonical line and a function from what it matched to days. A weekday is its next
occurrence strictly after today; what has passed rolls on; a weekday that contradicts its number raises a doubt.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
SATURDAY = 5
# A day/month that has no such date in the next years (30/2) never will.
YEARS_AHEAD = 8


class Days(NamedTuple):
    """The days from `first` to `last`; an end that was not said is None.

    `weekday` is set when nothing but a weekday was said, `whole` for a stretch that a weekday can lie inside ("la
    semana que viene"), `word` for "mañana" and "hoy", `ends` for the two sides of a range, and `ask` for a doubt.
    """

    first: date | None
    last: date | None
    weekday: int | None = None
    whole: bool = False
    word: str | None = None
    dated: bool = False
    habit: bool = False
    ends: tuple[Days, Days] | None = None
    ask: bool = False


class Rule(NamedTuple):
    """A pattern, and what it means on a given day. A pattern that turns out to mean nothing (31/2) gives None."""

    pattern: str
    meaning: Callable[[re.Match[str], date], Days | None]


def one(day: date | None, *, ask: bool = False) -> Days | None:
    """Return a single day, if it is one."""
    return None if day is None else Days(day, day, ask=ask)


# --- Counting days ---------------------------------------------------------------------------------------------------


def next_weekday(weekday: int, today: date) -> date:
    """Return the next such weekday strictly after `today`."""
    return today + DAY * ((weekday - today.weekday() - 1) % 7 + 1)


def monday(day: date) -> date:
    """Return the Monday of the week of `day`."""
    return day - DAY * day.weekday()


def month_days(year: int, month: int) -> Days:
    """Return a whole month; `month` may run past December."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]), whole=True)


def day_of_month(day: int, today: date) -> date | None:
    """Return the next date, today included, with that day of the month. A month without the day is passed over."""
    for ahead in range(3):
        first, last = month_days(today.year, today.month + ahead)[:2]
        assert first is not None
        assert last is not None
        if 1 <= day <= last.day and first.replace(day=day) >= today:
            return first.replace(day=day)
    return None


def day_and_month(day: int, month: int, today: date) -> date | None:
    """Return the next such date, today included."""
    for year in range(today.year, today.year + YEARS_AHEAD + 1):
        found = exact(day, month, year)
        if found is not None and found >= today:
            return found
    return None


def exact(day: int, month: int, year: int) -> date | None:
    """Return the date, if there is one."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


# --- Rules -----------------------------------------------------------------------------------------------------------

ARTICLE = "(?:el |los |la |las )?"
PERIOD = "(?:MORNING|MANANA|AFTERNOON|EVENING|MIDDAY)"
# What makes the number before it an hour, a quantity or a list number, and no day of the month.
NO_DAY = (
    r"(?! (?:y (?:media|cuarto|\d)|menos |hs|h |horas?|pm|am|ENPUNTO|PICO|a \d|de la " + PERIOD + "|de " + PERIOD + "|"
    r"de el MIDDAY|personas?|pesos|mil|lucas|minutos|min |años|dias|semanas|meses|cuadras|turnos?|cortes?|veces|x |/ "
    r"|\+))"
)
NUMBER = r"(?:3[01]|[12]\d|0?\d)(?![\d:/])"
WEEK_AFTER = "(?: (?:de|en)(?: la)? (?:semana NEXT|NEXT semana|que viene|OTHER semana|semana OTHER|NEXT))"
WEEK_THIS = "(?: (?:de|en) (?:esta|este)(?: misma)? semana)"


def _weekday(match: re.Match[str], today: date) -> Days | None:
    weekday = int(match["weekday"])
    found = next_weekday(weekday, today)
    if match["this"] and weekday == today.weekday():
        found = today
    if match["inside_next"]:
        found = monday(today) + WEEK + DAY * weekday
    elif match["inside_this"]:
        found = monday(today) + DAY * weekday
        return one(found, ask=found < today)
    elif match["other"] or match["in_eight"]:
        found += WEEK
    said_more = match["this"] or match["next"] or match["next_after"] or match["inside_next"] or match["other"]
    return Days(found, found, weekday=None if said_more else weekday, habit=match.group().startswith("los "))


def _dated(day: date | None, weekday: str | None) -> Days | None:
    found = one(day, ask=weekday is not None and day is not None and day.weekday() != int(weekday))
    return found and found._replace(dated=weekday is not None)


def _written(match: re.Match[str], today: date) -> Days | None:
    day, month = int(match["day"]), int(match["month"])
    day_found = exact(day, month, int(match["year"])) if match["year"] else day_and_month(day, month, today)
    return _dated(day_found, match["weekday"])


def _numbered(match: re.Match[str], today: date) -> Days | None:
    day = int(match["day"])
    if match["next_month"]:
        following = month_days(today.year, today.month + 1)
        assert following.first is not None
        return _dated(exact(day, following.first.month, following.first.year), match["weekday"])
    return _dated(day_of_month(day, today), match["weekday"])


def _numbers(match: re.Match[str], today: date) -> Days | None:
    """Both ends of a range of days of the month; the second is the first such day after the first."""
    month = match["month"]
    if month:
        last = day_and_month(int(match["last"]), int(month), today)
        first = None if last is None else exact(int(match["first"]), int(month), last.year)
    else:
        first = day_of_month(int(match["first"]), today)
        last = day_of_month(int(match["last"]), first) if first else None
    if first is None or last is None or last < first:
        return None
    return Days(first, last, ends=(Days(first, first), Days(last, last)))


def _days_ahead(match: re.Match[str], today: date) -> Days | None:
    count = {"un": 1, "una": 1, "par": 2, "un par de": 2}.get(match["count"], 0) or int(match["count"])
    unit = match["unit"]
    if unit.startswith("mes"):
        found = month_days(today.year, today.month + count)
        assert found.first is not None
        assert found.last is not None
        return one(found.first.replace(day=min(today.day, found.last.day)))
    return one(today + (WEEK if unit.startswith("sem") else DAY) * count)


def _week_of(match: re.Match[str], today: date) -> Days | None:
    if match["month"]:
        day = day_and_month(int(match["day"]), int(match["month"]), today)
    else:
        day = day_of_month(int(match["day"]), today)
    return None if day is None else Days(max(monday(day), today), monday(day) + DAY * 6, whole=True)


def _weekend(match: re.Match[str], today: date) -> Days | None:
    saturday = monday(today) + DAY * SATURDAY
    if (match["next"] or match["next_after"]) and today.weekday() >= SATURDAY:
        saturday += WEEK
    if match["other"] or match["after"]:
        saturday += WEEK
    return Days(max(saturday, today), saturday + DAY, whole=True)


def _month(match: re.Match[str], today: date) -> Days | None:
    month = int(match["month"])
    year = today.year + (month < today.month)
    return _part_of_month(month_days(year, month), match["third"], today)


def _this_month(match: re.Match[str], today: date) -> Days | None:
    ahead = 1 if match["next"] else 0
    third = match["third"]
    found = _part_of_month(month_days(today.year, today.month + ahead), third, today)
    if found is None:  # "a principio de mes", on the twentieth: that of the next one.
        found = _part_of_month(month_days(today.year, today.month + 1), third, today)
    return found


# Beginning, middle and end of a month are ten days each, more or less.
_THIRDS = {"p": (1, 10), "i": (1, 10), "c": (1, 10), "b": (1, 10), "m": (11, 20), "f": (21, 31), "e": (21, 31)}


def _part_of_month(month: Days, third: str | None, today: date) -> Days | None:
    assert month.first is not None
    assert month.last is not None
    first, last = month.first, month.last
    if third:
        begin, end = _THIRDS[third[0]]
        first, last = first.replace(day=begin), first.replace(day=min(end, last.day))
    return None if last < today else Days(max(first, today), last, whole=True)


def _tomorrow(match: re.Match[str], today: date) -> Days | None:
    del match
    return Days(today + DAY, today + DAY, word="tomorrow")


RULES = (
    Rule(
        rf"(?:{ARTICLE}(?:NEXT )?WD(?P<weekday>\d) (?:, )?)?(?:de )?{ARTICLE}(?:dia "
        rf")?(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})(?:/(?P<year>20\d\d))?(?!\S)",
        _written,
    ),
    Rule(
        rf"(?:{ARTICLE}WD(?P<weekday>\d) (?:, )?)?{ARTICLE}(?:dia )?(?P<day>{NUMBER}|primero|1ro|primer dia) (?:de "
        rf")?(?:el mes de )?MO(?P<month>\d+)(?: (?:de(?: el)? )?(?P<year>20\d\d))?",
        lambda match, today: _written(match, today) if match["day"].isdigit() else _first_of(match, today),
    ),
    Rule(
        rf"(?:{ARTICLE}WD(?P<weekday>\d) (?:, )?)?{ARTICLE}MO(?P<month>\d+) (?:el )?(?P<day>{NUMBER})(?: (?:, "
        rf")?(?P<year>20\d\d))?(?! (?:hs|am|pm))",
        _written,
    ),
    Rule(
        rf"(?:entre|de|desde) (?:el )?(?:dia )?(?P<first>{NUMBER}) (?:y|a|hasta|o) el (?:dia )?(?P<last>{NUMBER})(?: "
        rf"de MO(?P<month>\d+))?{NO_DAY}",
        _numbers,
    ),
    Rule(
        rf"(?:entre |de )?el (?:dia )?(?P<first>{NUMBER}) (?:y|a|hasta|o) (?:el )?(?:dia )?(?P<last>{NUMBER})(?: de "
        rf"MO(?P<month>\d+))?{NO_DAY}",
        _numbers,
    ),
    Rule(
        rf"(?:{ARTICLE}(?:NEXT )?WD(?P<weekday>\d) (?:NEXT )?(?:, (?=el|dia))?)(?:el )?(?:dia "
        rf")?(?P<day>{NUMBER})(?P<next_month> de(?: el)? (?:mes NEXT|NEXT mes))?{NO_DAY}",
        _numbered,
    ),
    Rule(
        rf"(?P<weekday>(?!))?(?:el (?:dia |NEXT )?|dia )(?P<day>{NUMBER})(?P<next_month> de(?: el)? (?:mes NEXT|NEXT "
        rf"mes))?(?: de este mes| de el corriente)?{NO_DAY}",
        _numbered,
    ),
    Rule(
        rf"(?P<this>(?:este|esta) )?{ARTICLE}(?P<next>NEXT )?(?P<other>OTHER "
        rf")?WD(?P<weekday>\d)(?!\d)(?P<inside_next>{WEEK_AFTER})?(?P<inside_this>{WEEK_THIS})?(?P<next_after> (?:NEXT"
        rf"|viene))?(?P<in_eight> (?:en|de) (?:8|15)(?: dias)?(?! \w+:))?",
        _weekday,
    ),
    Rule(r"(?:el |de )?TODAY", lambda _, today: Days(today, today, word="today")),
    Rule(r"(?:el )?OVERMORROW", lambda _, today: Days(today + DAY * 2, today + DAY * 2, word="overmorrow")),
    Rule(
        r"TOMORROW|(?<!a la )(?<!por la )(?<!en la )(?<!de la )(?<!esta )(?<! a )(?<! por )(?<!WD\d )(?<!MANANA "
        r")(?<!MANANA de )(?<! la )MANANA",
        _tomorrow,
    ),
    Rule(
        r"(?<!WD\d )(?<!mes )(?<!año )(?<!semana )(?:para |el |de )?pasado(?= (?:a |AFTERNOON|,|\.|\?|tipo|APPROX"
        r"|puede|hay|si|tenes|por|en|\d)| $)",
        lambda _, today: Days(today + DAY * 2, today + DAY * 2, word="overmorrow"),
    ),
    Rule(
        r"(?:en|dentro de|de aca a|de aqui a|de aca) (?P<count>\d{1,2}|una?|un par de|par) (?P<unit>dias?|semanas?|mes"
        r"|meses)",
        _days_ahead,
    ),
    Rule(
        r"(?:la )?semana (?:de el )(?:dia |lunes |WD\d )?(?P<day>\d{1,2})(?:(?: de )?MO(?P<month>\d+))?",
        _week_of,
    ),
    Rule(
        r"(?:(?:la |en |el ){0,3}(?:semana NEXT|NEXT semana|OTHER semana|semana OTHER))",
        lambda _, today: Days(monday(today) + WEEK, monday(today) + DAY * 13, whole=True),
    ),
    Rule(
        r"(?:en |de )?esta(?: misma)? semana|(?:el )?resto de la semana",
        lambda _, today: Days(today, monday(today) + DAY * 6, whole=True),
    ),
    Rule(
        rf"(?:este |el |los |en |esta ){0, 3}(?P<next>NEXT )?(?P<other>OTHER )?FINDE(?P<next_after> "
        rf"NEXT)?(?P<after>{WEEK_AFTER})?",
        _weekend,
    ),
    Rule(
        r"(?:a )?(?:el )?(?P<third>principios?|inicios?|comienzos?|mediados?|fin|fines|final|finales)(?: de(?: el)?| "
        r"de este)? (?:mes)(?P<next> NEXT)?(?! de MO)",
        _this_month,
    ),
    Rule(
        r"(?:a )?(?:el )?(?P<third>principios?|inicios?|comienzos?|mediados?|fin|fines|final|finales) de(?: el mes "
        r"de)? MO(?P<month>\d+)",
        _month,
    ),
    Rule(r"(?:el )?(?P<third>(?!))?(?P<next>mes NEXT|NEXT mes)", _this_month),
    Rule(r"(?P<third>(?!))?(?P<next>(?!))?(?:en )?este mes", _this_month),
    Rule(r"(?:en|para|durante) (?:el mes de )?(?P<third>(?!))?MO(?P<month>\d+)", _month),
)


def _first_of(match: re.Match[str], today: date) -> Days | None:
    return _dated(day_and_month(1, int(match["month"]), today), match["weekday"])
