"""Which time of day a stretch of words means, as far as the words alone can tell.

"a las 5" leaves open which of two hours is meant: that is decided by the part of the day that was said beside it, and
by when the business is open (`Clock.at`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from turnero.bots.understanding.model import Part, Vocabulary

NOON = 12
MIDNIGHT = 24
# In minutes.
HOUR = 60
HALF_A_DAY = 12 * HOUR
A_DAY = 24 * HOUR
# "A las 8" is in the evening, "a las 9" in the morning, where opening hours do not say otherwise.
LAST_AFTERNOON_HOUR = 8


class Clock(NamedTuple):
    """An hour, and minutes after it (before it: "menos cuarto"); `settled` when it is clear which half of the day."""

    hour: int
    minute: int
    settled: bool

    @property
    def said(self) -> int:
        """The minute of the day, as said."""
        return self.hour * HOUR + self.minute


class Times(NamedTuple):
    """From `first` to `last`, an open end being None; `at` when it is one exact time, which is then `first`."""

    first: Clock | None
    last: Clock | None
    at: bool = False
    approx: bool = False
    # Two times joined as "de las 10 a las 11" are, where something is moved, an old and a new one.
    moves: bool = False


class Hours:
    """Turns clocks into minutes of the day, by the part of the day that was said and by when the business is open."""

    def __init__(self, part: Part | None, vocabulary: Vocabulary) -> None:
        self._part = part
        self._opens, self._closes = _minute_of(vocabulary.opens), _minute_of(vocabulary.closes)

    def at(self, clock: Clock) -> int:
        """Return the minute of the day that is meant."""
        if clock.settled or not 1 <= clock.hour <= NOON:
            return clock.said
        if self._part is not None:
            return _in_part(clock.hour, _PERIODS[self._part]) * HOUR + clock.minute
        if clock.hour == NOON:
            return clock.said
        later = clock.said + HALF_A_DAY
        inside, inside_later = (self._opens <= minute <= self._closes for minute in (clock.said, later))
        if inside != inside_later:
            return clock.said if inside else later
        return later if clock.hour <= LAST_AFTERNOON_HOUR else clock.said

    def span(self, times: Times) -> tuple[int | None, int | None]:
        """Return both ends; those of an exact time are the same."""
        if times.first is not None and times.last is not None:
            return self._between(times.first, times.last)
        first = None if times.first is None else self.at(times.first)
        last = None if times.last is None else self.at(times.last)
        return first, first if times.at else last

    def _between(self, first: Clock, last: Clock) -> tuple[int, int]:
        """Return both ends in order: "de 8 a 10" is in the morning, "de 7 a 9" in the evening, by opening hours."""
        begin, end = self.at(first), self.at(last)
        if last.settled and not first.settled and self._part is None:
            # "Entre 9 y 1 de la tarde", "de 3 a 5 de la tarde": as late as the end allows.
            later = first.said + HALF_A_DAY
            return (later if first.hour < NOON and later < end else first.said), end
        if begin < end or first.settled:
            return begin, end
        stretches = [(b, e) for b in (first.said, begin) for e in (last.said, end, end + HALF_A_DAY) if b < e <= A_DAY]
        return max(stretches, key=self._likelihood, default=(begin, end))

    def _likelihood(self, stretch: tuple[int, int]) -> tuple[int, int]:
        begin, end = stretch
        return min(end, self._closes) - max(begin, self._opens) if end - begin <= HALF_A_DAY else 0, begin - end


# --- One time --------------------------------------------------------------------------------------------------------

_HOUR = r"(?:una|2[0-4]|1\d|0?\d)(?![\d:/])"
_PERIOD = (
    r"(?:(?: ,)? (?:(?:de|a|por|en) la (?P<la>MORNING|MANANA|AFTERNOON|EVENING)"
    r"|(?:de|a) (?P<de>MORNING|AFTERNOON|EVENING)|(?:de|a) (?:el )?(?P<el>MIDDAY)"
    r"|en el (?P<en>MORNING|AFTERNOON|EVENING)|(?P<bare>EVENING|AFTERNOON|MORNING|MIDDAY)))"
)
# What may follow the figures: "hs", "en punto", "y pico", "pm", "más o menos", "de la tarde".
_TAIL = (
    r"(?: (?:hs|hr|h))?(?: horas?(?! (?:antes|despues|mas|LATER)))?(?: ENPUNTO)?(?P<pico> PICO)?"
    rf"(?: (?P<meridiem>am|pm))?(?: APPROX)?{_PERIOD}?"
)
_MINUTES = (
    r"(?: y (?P<more>media|cuarto|1/4|1/2|[1-5]?\d(?! personas?| pesos))| menos (?:un )?(?P<less>cuarto|[1-5]?\d)"
    r"| (?:con )?(?P<minute>[0-5]\d)(?! (?:personas?|minutos|pesos|de MO|/)))"
)
# "Cuarto para las 6", and in Portuguese "quinze para as 6"; but "el de las 10 para las 11" moves a booking.
_SHORT_OF = r"(?:(?:un )?(?P<to>cuarto (?:a|para)|(?<!las )(?:10|15|20|25) para(?: a)?(?= las )))"
_CLOCK = (
    rf"(?:(?P<clock>\d{{1,2}}):(?P<clock_minute>\d\d)|(?P<hour>{_HOUR}){_MINUTES}?|(?P<compact>[012]?\d[0-5]\d)"
    rf"|(?P<past>media|cuarto|\d{{1,2}}) PAST (?P<past_hour>{_HOUR})|{_SHORT_OF} (?:las? )?(?P<to_hour>{_HOUR})"
    rf"|(?P<noon>MIDDAY)(?P<noon_half> y media)?){_TAIL}"
)
_ONE = re.compile(_CLOCK)


def unnamed(pattern: str) -> str:
    """Return `pattern` without the names of its groups, so that it can stand in a rule more than once."""
    return re.sub(r"\(\?P<\w+>", "(?:", pattern)


# A time however it is written; and one that needs no "a las" to be one.
ANY = unnamed(_CLOCK)
_TAIL_SAID = (
    r"(?= (?:(?:hs|hr|h|am|pm|ENPUNTO|PICO)(?!\S)|(?:de|por|en) la (?:MORNING|MANANA|AFTERNOON|EVENING)"
    r"|de (?:MORNING|AFTERNOON|EVENING)|de el MIDDAY))"
)
STRONG = unnamed(
    rf"(?:\d{{1,2}}:\d\d|{_HOUR} y (?:media|cuarto|1/4|1/2|[1-5][05])(?!\S)"
    rf"|{_HOUR} menos (?:un )?(?:cuarto|[1-5]?[05])(?!\S)|{_HOUR}(?: [0-5]\d)?{_TAIL_SAID}"
    r"|(?:1[3-9]|2[0-3])(?= horas(?! (?:de|antes|despues|LATER)))"
    rf"|[012]?\d[0-5]\d(?= (?:hs|h|hr|am|pm)(?!\S))|(?:media|cuarto|\d{{1,2}}) PAST {_HOUR}"
    rf"|{_SHORT_OF} (?:las? )?{_HOUR}|MIDDAY y media){_TAIL}"
)
LAS = r"(?:las |a la (?=\d)|la (?=una|0?1(?!\d)))"

_PERIODS = {Part.MORNING: "am", Part.MIDDAY: "noon", Part.AFTERNOON: "pm", Part.EVENING: "night"}
_SAID_PERIODS = {
    "MORNING": "am",
    "MANANA": "am",
    "AFTERNOON": "pm",
    "EVENING": "night",
    "MIDDAY": "noon",
    "am": "AM",
    "pm": "pm",
}
# Before six nobody says "de la noche" of an evening: "las 2 de la noche" is after midnight.
FIRST_EVENING_HOUR = 6
LAST_MIDDAY_HOUR = 4


def _in_part(hour: int, period: str) -> int:
    """Return the hour of the day of `hour` o'clock, 1 to 12, in that half or part of it."""
    if hour == NOON:
        return {"AM": 0, "night": MIDNIGHT % 24}.get(period, NOON)
    later = {
        "AM": False,
        "am": False,
        "pm": True,
        "night": hour >= FIRST_EVENING_HOUR,
        "noon": hour <= LAST_MIDDAY_HOUR,
    }
    return hour + NOON if later[period] else hour


def _minutes(said: str | None) -> int:
    return {None: 0, "media": 30, "1/2": 30, "cuarto": 15, "1/4": 15}.get(said) or int(said or 0)


def clock(text: str) -> tuple[Clock, bool] | None:
    """Return the time that `text` says, and whether only roughly ("5 y pico")."""
    match = _ONE.fullmatch(text)
    if match is None:
        return None
    said = match.groupdict()
    hour, minute, settled = _hour_and_minute(said)
    period = said["meridiem"] or said["la"] or said["de"] or said["el"] or said["en"] or said["bare"]
    if period and 1 <= hour <= NOON and not said["noon"]:
        hour, settled = _in_part(hour, _SAID_PERIODS[period]), True
    if not 0 <= hour * HOUR + minute <= MIDNIGHT * HOUR:
        return None
    rough = said["pico"] is not None or text.endswith(" APPROX")
    return Clock(hour % MIDNIGHT, minute, settled), rough


def _hour_and_minute(said: dict[str, str | None]) -> tuple[int, int, bool]:
    """Return the hour, the minutes to add to it, and whether 24-hour writing settles it."""
    if said["noon"]:
        return NOON, 30 if said["noon_half"] else 0, True
    if said["clock"]:
        written = said["clock"]
        return int(written), int(said["clock_minute"] or 0), written.startswith("0")
    if said["compact"]:
        written = said["compact"]
        return int(written[:-2]), int(written[-2:]), written.startswith("0")
    if said["past_hour"]:
        return _number(said["past_hour"]), _minutes(said["past"]), False
    if said["to_hour"]:
        return _number(said["to_hour"]), -_minutes((said["to"] or "").split()[0]), False
    written = said["hour"] or "0"
    more = _minutes(said["more"]) + int(said["minute"] or 0) - _minutes(said["less"])
    return _number(written), more, written.startswith("0")


def _minute_of(written: str) -> int:
    hour, minute = written.split(":")
    return int(hour) * HOUR + int(minute)


def _number(written: str) -> int:
    return 1 if written == "una" else int(written)


# --- Times in a line -------------------------------------------------------------------------------------------------

# Numbers of these are no hours.
NOT_COUNTED = (
    r"(?! (?:personas?|pesos|mil|lucas|años|minutos|min|dias?|semanas?|mes|meses|cuadras|turnos?|cortes|veces|chicos"
    r"|nenes|hijos|amigos|amigas|km|kilos|%|horas? (?:antes|despues|mas|LATER)|por ciento|adultos|niños|sesiones"
    r"|hermanos)(?!\S))"
)
_EL_NOON = "(?:el (?=MIDDAY))?"
_LOOSE = rf"{_EL_NOON}(?:{LAS})?{ANY}{NOT_COUNTED}"
_AFTER = (
    r"(?:desde|a partir de|despues(?: de)?|pasad[ao]s?(?= las| el MIDDAY)|luego de|no (?:sea )?antes de"
    r"|recien (?:despues|a partir) de|LATER (?:de|que)|salgo(?: de(?: el| la)? \w+)?(?: a)?"
    r"|(?:trabajo|laburo|curso|estudio|atiendo|ocupad[oa]|clases?) hasta)"
)
_BEFORE = (
    "(?:hasta|antes(?: de)?|no (?:mas tarde|LATER) (?:de|que)|no (?:sea )?despues de|maximo(?: a| hasta)?"
    "|a mas tardar(?: a)?|como mucho(?: a)?)"
)

_OR = r"(?P<or>o|u|a|-|hasta|y(?= (?:a )?las))"
_OTHER = rf"(?P<last>{LAS}{ANY}|{STRONG}|{ANY}(?! (?:de MO|dias)|/)){NOT_COUNTED}"

# What is matched as `first` and `last` is read by `clock`; `from` and `until` mark open ends, `rough` an approximation.
RULES = (
    rf"(?:entre|de|desde|a partir de) (?P<first>{_LOOSE}) (?:y|e|and|a|hasta|-|,) (?:a |hasta )?(?P<last>{_LOOSE})",
    rf"(?:a )?(?P<rough>APPROX )?(?:a )?(?P<first>{LAS}{ANY}|{STRONG}|(?<=APPROX ){ANY}) {_OR} (?:a |tipo )?{_OTHER}",
    rf"(?P<first>{ANY}) (?P<or>a|-|o) (?:a )?(?P<last>{STRONG})",
    rf"(?P<from>{_AFTER}) (?P<rough>APPROX )?(?:a )?(?P<first>{_LOOSE})(?: ENADELANTE)?",
    rf"(?:a |de )?(?P<first>{LAS}{ANY}|{STRONG}) (?P<from>ENADELANTE)",
    rf"(?P<until>{_BEFORE}) (?P<rough>APPROX )?(?:a )?(?P<first>{_LOOSE})",
    rf"(?:a |para |por |de )?(?P<rough>APPROX )(?:a )?(?P<first>(?:{LAS})?(?!MIDDAY){ANY}){NOT_COUNTED}",
    rf"(?:a |para |por |de )?(?P<first>(?:{LAS})?{STRONG})",
    # Nothing but that: "18 o 19", "5 30".
    rf"(?<=^ )(?P<first>{_HOUR}) (?P<or>o|u|a|-) (?P<last>{_HOUR})(?= (?:[?.!] )*$)",
    r"(?<=^ )(?P<first>(?:2[0-3]|1\d|0?\d) [0-5]\d|(?:0\d|1\d|2[0-3])[0-5]\d)(?= (?:[?.!] )*$)",
    rf"(?:a |para |por |de )?(?P<first>{LAS}(?!MIDDAY){ANY}){NOT_COUNTED}",
)
