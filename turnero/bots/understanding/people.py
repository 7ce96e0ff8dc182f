"""For how many: the number of people that a message speaks of, which is no hour and no day."""

from __future__ import annotations

import re

_PERSONS = (
    r"(?:personas?|pessoas?|people|adultos?|chicos|chicas|nenes|nenas|niños|hijos|hijas|amigos|amigas|hermanos"
    r"|hermanas|pax|persons|kids|adults|pibes|nenitos|varones|mujeres|hombres|crianças|criancas)"
)
_WE_ARE = (
    r"(?:a gente y en|a gente somos|somos en|somos|seriamos|seremos|vamos a ser|vamos|vendriamos|iriamos|van a ser|we"
    r" are|we're|serian|seran|estamos"
    r"|vamos a ir) (?:como |los |las )?"
)
# What may follow "para dos": the next thing that is said, but nothing that makes it an hour or a length.
_NEXT_THING = (
    r"(?:,|\.|\?|!|el|a|WD\d|MANANA|TOMORROW|TODAY|OVERMORROW|este|esta|por|porfavor|en|APPROX|corte|con|y|puede|si"
    r"|cuando|hay|tenes|de|la|barba|gracias)"
)
_NO_HOUR = r"(?! (?:hs|h|pm|am|y media|y cuarto|y \d|menos|a \d|de la|de MO\d|PICO|ENPUNTO))"
_PEOPLE = re.compile(
    rf" (?:{_WE_ARE}(?P<are>\d{{1,2}}){_NO_HOUR}(?: {_PERSONS})?"
    rf"|(?:para (?:mis |los |las )?|de )?(?P<persons>\d{{1,2}}) (?:{_PERSONS}|de us)"
    rf"|para (?:los |nosotros |nosotras |nos )?(?P<for>\d{{1,2}}){_NO_HOUR}(?= (?:{_NEXT_THING} |$)))"
    # "Somos dos, no, perdón, tres": the number that corrects it.
    rf"(?: (?:, )?(?:(?:no|perdon|digo|bah|mejor|uy|ay|ah|sorry) (?:, )?){{1,3}}(?:para |somos |en realidad )?"
    rf"(?P<rather>\d{{1,2}}){_NO_HOUR}(?: {_PERSONS})?(?= (?:[,.?!]|el|la|para|con|WD\d|MANANA|TODAY|TOMORROW)(?!\S)|"
    rf" $))?"
    r"(?= )"
)
# More come to no appointment; a larger number is something else.
PEOPLE_MAX = 50


def people(canon: str) -> tuple[int | None, str]:
    """Return for how many, if that was said, and the line with those words blanked out."""
    found = None
    for match in _PEOPLE.finditer(canon):
        number = int(match["rather"] or match["are"] or match["persons"] or match["for"])
        if 0 < number <= PEOPLE_MAX:
            found = number
            blank = "_" * (match.end() - match.start() - 1)
            canon = f"{canon[: match.start()]} {blank}{canon[match.end() :]}"
    return found, canon
