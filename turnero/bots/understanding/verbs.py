"""The forms that verbs take when somebody is asked for something: generated from stems, for use in phrases.

"Pasame", "páseme", "pasalo", "lo pasás", "podrías pasármelo", "me lo pasarías": a table names the stems, and every
one of them takes every ending and every pronoun that can hang on it. Without accents, as a plain line has them.
"""

from __future__ import annotations

# Of verbs in "-ar" and of those in "-er": present, imperative, future and conditional, of vos, usted and ustedes.
_ENDINGS = r"(?:ar(?:as|an|a|emos|ias|iais|ian|ia|iamos)?|[aeo]|[ae]s|[ae]n|amos|emos|ando)"
_ENDINGS_ER = r"(?:er(?:as|an|a|emos|ias|ian|ia|iamos)?|[aeo]|[ae]s|[ae]n|emos|amos|iendo|endo)"
_TO_WHOM = r"(?:me|te|nos|se|le|les)"
_IT = r"l[oa]s?"

# What one does with a booking to move it: "patear" is of the street, "trocar" and "adiantar" are Portuguese.
_MOVES = "cambi|mud|traslad|troc|reprogram|reagend|adelant|atras|retras|posterg|aplaz|pate|adiant|remarc|antecip"
_MOVES_ER = "mov|muev|corr"
# These say so only with the booking as "it": "pasámelo", "tirámelo para el viernes".
_PUTS = "pas|tir|llev|mand|reubic"
# What somebody does who gives a slot: "me tirás un lugar", "¿nos guardan el viernes?".
_GIVES = "d|tir|anot|guard|agend|reserv|acomod|encaj|sum|apart|separ|banc|apunt|agreg|consig|coloc"
_GIVES_ER = "hac|hag|pon|pong|met|consegu|marqu"


def _forms(stems: str, stems_er: str) -> str:
    return f"(?:(?:{stems}){_ENDINGS}|(?:{stems_er}){_ENDINGS_ER})"


# "Mover", "corré", "cambiarías", "muévame"; "pasarlo", "tirámelo"; "páseme".
MOVE = f"{_forms(_MOVES, _MOVES_ER)}{_TO_WHOM}?(?:{_IT})?"
MOVE_IT = f"{_forms(f'{_MOVES}|{_PUTS}', _MOVES_ER)}{_TO_WHOM}?{_IT}"
PASS = f"pas{_ENDINGS}{_TO_WHOM}?"
# "Tirás" behind "me"; "tirame" by itself.
GIVE = _forms(_GIVES, _GIVES_ER)
GIVE_ME = f"{_forms(_GIVES, _GIVES_ER)}(?:me|nos)"
