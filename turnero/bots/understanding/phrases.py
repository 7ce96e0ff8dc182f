"""A small notation for phrases, and the patterns that it stands for.

A phrase is words as the plain line has them: no accents (but ñ), lower case, spelled right. In it

- `cancel*` is any word that begins so, `si|se` either word, `[me]` a word that may be missing,
- `...` is up to three words, whatever they are, and `....` up to ten,
- `{who}` is one of the alternatives that GROUPS gives under that name.

Phrases match whole words only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from turnero.bots.understanding import verbs

GROUPS: Mapping[str, str] = {
    # People and things.
    "turno": "turnos?|turnit[oa]s?|citas?|reservas?|reservacion|sesion|sesiones|visita|agendamentos?|appointments?"
    "|bookings?|reservations?|hora|horario",
    "one_turno": "turno|turnito|cita|reserva|sesion|visita|agendamento|appointment|booking|reservation|hora|corte"
    "|consulta",
    "lugar": "algo|lugar|lugarcit[oa]s?|lugares|turnos?|turnit[oa]s?|libres?|huecos?|huequit[oa]s?|hora|horas"
    "|horarios?|horarit[oa]s?|disponib\\w*|disponiv\\w*|espacios?|espacito|vagas?|algun|alguna|cupos?|agenda|un ratito"
    "|un rato|opciones|livres?|vaga|sitio|chance|posibilidad|openings?|slots?|availability|space|room|anything"
    "|something|alguma coisa|algum|citas?|desocupad\\w+",
    "somebody": "alguien|algun\\w*|una? (?:persona|human[oa]|operador\\w*|asesor\\w*|representante|emplead[oa]"
    "|encargad[oa]|agente|pessoa|ser humano)|um[a]? \\w+|alguem|atendente|persona|gente|human[oa]|operador\\w*"
    "|asesor\\w*|representante|(?:el|la|los|las|su|tu|o|a) (?:dueñ|encargad|gerente|jefe|jefa|responsable|recepci"
    "|secretari|administra|local|negocio)\\w*|recepcion\\w*|soporte|ustedes|voces|vos|someone|somebody|an? (?:human"
    "|person|real|agent|operator|representative)|the (?:owner|manager|staff|shop|front)|people|personal",
    "talk": "hablar|hablo|hablamos|charlar|comunicarme|comunicarnos|comunicar|contactarme|contactar|conversar|falar"
    "|speak|talk|chat",
    "weekday": "lunes|martes|miercoles|jueves|viernes|sabado|domingo|monday|tuesday|wednesday|thursday|friday|saturday"
    "|sunday|segunda|terca|quarta|quinta|sexta|\\w+-feira|lun|mar|mie|jue|vie|sab|dom",
    "my": "mi|el|la|este|esta|ese|esa|nuestr[oa]|tu|su|meu|minha|o|a|my|the|our",
    "my_own": "mi|mis|meu|meus|minha|minhas|my|nuestr[oa]s?|our",
    # Verbs, in the forms that people use to ask somebody for something.
    "move": f"{verbs.MOVE}|change|changing|move|moving|shift|push|switch|swap|bring",
    "pass": verbs.PASS,
    "move_it": verbs.MOVE_IT,
    "give": verbs.GIVE,
    "give_me": verbs.GIVE_ME,
    "put_it": "(?:dej|pon|hac)(?:a|e|ar|er|emos|amos)?(?:me|nos)?l[oa]s?",
    # Anything but a slot.
    "thing": r"(?!turno|lugar|algo\b|un\b|una\b|hueco|espacio)\w+",
    "have": "tenes|tienen|tendrias|tendras|tendran|tendria|tendrian|tenias|tenian|tiene|tendra|tem|teria|tens|tienes"
    "|hay|habra|habria|habia|queda|quedan|quedaria|quedaron|sobra|has|have",
    "avisa": "me avis\\w+|me chifl\\w+|avis\\w+|peg\\w+ un|tir\\w+ un|da\\w+ un toque|chifl\\w+|mandame un|grit\\w+"
    "|decime|me dec\\w+"
    "|escribi\\w+|llama\\w+|notific\\w+|mandame|manda"
    "|let me know|tell me|text me|notify me|message me|ping me|call me|me avis\\w+",
    "free": "tenes|tienen|tendrias|tendras|tendran|tendria|tenias|hay|habra|habria|queda|quedan|tem|have",
    "frees": "libera|liberan|libere|liberen|liberara|libero|liberar|desocupar|caer|borra|borran|desocupa|desocupan"
    "|desocupe|desocupara|cae|caen|cayo|cayera|caiga|abre|abren|abra|abriera|abrir|baja|bajan|baje|bajara|cancela"
    "|cancelan|cancele|cancelen|cancelara|surge|surja|surgir|aparece|aparezca|aparecer|opens|frees|cancels|comes"
    "|becomes|desiste|desistir|desmarcar|desmarca|suspende|sale|salga|vaga|vagar|tiver",
    # "Can't come", without the "no".
    "come": "ir|venir|asistir|llegar|estar|presentarme|concurrir|comparecer|chegar|pasar|al turno|a tiempo|al final|al",
    "cancel": "cancel(?!ac)\\w*|anul(?:ar?|ame|o|alo|en|as|arlo|arla|ala|amelo|arme|arias|amos)|desmarc\\w+|elimin\\w+"
    "|borr(?:a|ar|ame|alo|arlo|as|en|arme|amelo|ala|arla)|suspend\\w+",
    "drop": "(?:baj|sac|quit|tach|levant|solt|liber|larg)(?:a|ar|ame|arme|as|en|o|emos|aria|arias|anos)?",
    "asks_have": "tengo|tenia|tenemos|teniamos|tenho|tinha|reserve|quede|quedamos|quedo|marquei|reservei|toca|tocaba"
    "|tocaria",
    "cost": "sale|salen|saldria|cuesta|cuestan|costaria|esta|estan|estaria|vale|valen|cobra|cobran|cobras|cobrarian"
    "|cobrarias|es|son|seria|por|custa|custam|fica|sai|cobram|costo|salia|salian",
}

_MARK = re.compile(r"\{(\w+)\}")


def _word(written: str) -> str:
    choices = "|".join(map(_choice, written.split("|")))
    return f"(?:{choices})" if "|" in choices else choices


def _choice(written: str) -> str:
    if not any(char.isalnum() for char in written):
        return re.escape(written)
    return _MARK.sub(lambda match: f"(?:{GROUPS[match[1]]})", written.replace("*", r"\w*"))


def _pattern(phrase: str) -> str:
    parts = []
    for word in phrase.split():
        if word == "...":
            parts.append(r"(?:\S+ ){0,3}?")
        elif word == "....":
            parts.append(r"(?:\S+ ){0,10}?")
        elif word.startswith("["):
            parts.append(f"(?:{_word(word[1:-1])} )?")
        else:
            parts.append(_word(word) + " ")
    return "".join(parts)


def any_of(*phrases: str) -> re.Pattern[str]:
    """Return what finds the first of these phrases in a plain line. `//` separates several in one text."""
    each = [phrase for text in phrases for phrase in text.split(" // ")]
    return re.compile("(?<= )(?:" + "|".join(map(_pattern, each)) + ")")


def nothing_but(words: str, fillers: str) -> re.Pattern[str]:
    """Return what matches a plain line that is made of `words` and `fillers` only, with at least one of `words`."""
    said, filler = ("|".join(map(_pattern, text.split(" // "))) for text in (words, fillers))
    return re.compile(f" (?:{filler})*(?:{said})(?:{said}|{filler})*")
