"""With whom: the people who work there that a message asks for, in the words in which it names them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from turnero.bots.understanding import lexicon
from turnero.bots.understanding.model import Vocabulary
from turnero.bots.understanding.reading import Line, read
from turnero.bots.understanding.services import Said

_TITLES = (
    r"(?:doctora?|dra?|doc|licenciad[oa]|lic|licen|psicolog[oa]|profesora?|profe|prof|sra?|señora?|señorita|senhora?"
    r"|seu|dona|don|doña|odontolog[oa]|medic[oa]|dentista|kinesiolog[oa]|doutora?|terapeuta|estilista|peluquer[oa]"
    r"|barbero|colorista|manicura|nutricionista|dermatolog[oa]|cardiolog[oa]|ginecolog[oa]|pediatra|oculista"
    r"|traumatolog[oa]|psiquiatra|podolog[oa]|fisioterapeuta|fonoaudiolog[oa])"
)
# First names and nicknames that are common in Argentina, and some of its neighbours'.
_FIRST_NAMES = (
    "abril adrian adriana agustin agustina alan alberto alejandra alejandro alex ale alfredo ana analia andrea andres "
    "angel angela antonella antonio ariel augusto ayelen barbara bautista beatriz belen benja benjamin beto bianca "
    "brenda brian bruno camila cami candela carla carlitos carlos carmen carolina caro catalina cata cecilia ceci "
    "celeste cesar charly chiqui christian claudia claudio colo coco cristian cristina dani daniel daniela dante "
    "dario david debora delfina diana diego dylan eduardo edu elena eli elias elisa emanuel emilia emiliano emi enzo "
    "erica ernesto esteban estefania euge eugenia eva evelyn ezequiel eze fabian fabiana facundo facu federico fede "
    "felipe fer fernanda fernando flavia flor florencia flopy fran francisca francisco franco gabriel gabriela gabi "
    "gaby gaston german giselle gisela giuliana gladys gonza gonzalo graciela gringo guada guadalupe guido guille "
    "guillermo gus gustavo hector helena hernan horacio hugo ignacio nacho ines irina isabel isabella ivan ivana "
    "javier javi jesica jessica jimena jime joaquin joaco joao jonathan jony jorge jorgito jose josefina juan juana "
    "juancho juani juanma juampi julia julian juliana julieta juli julio kari karen karina kevin kiara lalo lara "
    "laura lautaro lauti leandro lean leila leo leonardo leonel lidia liliana lili lisandro lola lorena lore lorenzo "
    "lourdes luana lu luca lucas lucho luci lucia luciana luciano lucila lucy luis luisa luna magali maga maia malena "
    "manu manuel manuela marce marcela marcelo marcos margarita mari maria mariana mariano mariela marina mario "
    "marisa maricel marisol marta martin martina mateo matias mati mauricio mauro mica micaela miguel milagros mili "
    "mirta moni monica nadia nahuel nancy natalia nati nelson nestor nico nicolas nicole noe noelia nora norma "
    "octavio olga oscar pablo pablito pame pamela paola pato patricia patricio paula paulo pedro pepe pili pilar "
    "quique rafael rafa ramiro ramon raul renata rene ricardo rita roberto robert rober rocio ro rodo rodolfo rodrigo "
    "rolo roman romi romina ronnie rosa rosana roxana ruben sabrina salvador samuel sandra santi santiago sara "
    "sebastian seba sergio silvana silvia silvina simon sofia sofi soledad sonia susana tamara tania tatiana teo "
    "teresa thiago tiago tincho tito tobias tomas tommy tomi toni tony tute uriel valen valentin valentina valeria "
    "vanesa vanina vero veronica vicky victor victoria virginia viviana walter wanda willy ximena yamila yani yesica "
    "zoe james john mary peter mike anna marcio fabio thais leticia martu agus mechi naza nazareno pancho chino negro "
    "rulo turca polaco dieguito tano ruso turco flaco pelado gordo"
)
_NAMES = frozenset(_FIRST_NAMES.split())
# After "con", these begin something that is nobody who works there.
_NOT_STAFF = (
    "barba color lavado corte tiempo urgencia alguien un una mi mis tu su quien cualquiera cualquier el la los las lo "
    "ellos ella vos ustedes usted que tarjeta debito credito efectivo descuento turno turnos gusto todo todos esto "
    "eso ese esa este esta anticipacion antelacion otro otra otros mas menos cuanta cuanto poco mucho mucha muchas "
    "brushing tijera maquina navaja diseño perfilado peinado cejas reflejos mechas keratina obra seguro mercado "
    "mercadopago transferencia cuotas permiso respecto relacion persona personas humano humana gente dueño encargado "
    "encargada gerente operador operadora atendente alguem algo nadie someone somebody anyone you me your my the a an "
    "human person real manager owner it him her them us nosotros agente asesor asesora representante recepcion "
    "recepcionista soporte bebe hijo hija nena nene marido mujer esposo esposa novio novia amigo amiga mama papa "
    "hermano hermana ropa pelo cabello problemas dolor fiebre confianza amor cariño suerte calma tranquilidad "
    "prioridad preferencia base tinta cera laser esmalte kapping siempre mismo misma chico chica pibe voce voces ele "
    "ela uma um os as qualquer tanto tantas wifi aire ganas apuro prisa reserva cita hora dos tres both anybody hurry "
    "care pleasure uno unas unos si no y o de del al por para en ya puede ser señas seña osde pami ioma swiss medife "
    "galeno prepaga receta orden derivacion turnito ambos anestesia bot robot usted niños chicos nenes bebes mujeres "
    "hombres adultos hijos nosotras mayores familias perros mayor retraso demora demoras llegar pagar visa pix qr "
    "cartao cash card mercadolibre dinero plata respeto favor lluvia sol ellas aviso perro perros gato mascota"
    " mascotas bici videollamada zoom"
)
_NOBODY = frozenset(_NOT_STAFF.split())
_NO_NAME = (
    _NOBODY
    | {word for phrase in lexicon.CONCEPTS for word in phrase}
    | set(lexicon.WEEKDAYS)
    | set(lexicon.MONTHS)
    | set(lexicon.NUMBERS)
) - _NAMES

_WORD = r"[^\W\d_]+"
_NEXT_WORD = re.compile(rf" (?P<word>{_WORD})(?= )")
_FIRST_WORD = re.compile(rf"(?P<word>{_WORD})(?= )")
_TITLE = re.compile(rf"{_TITLES}(?: \.)? (?=\S|$)")
_ARTICLE = r"(?:(?:el|la|o|a|lo de|the|nuestro|nuestra) )?"
# Behind these stands whoever is asked for ...
# (but not in "ando con bastón").
_WITH = re.compile(rf"(?<= )(?<!ando )(?<!estoy )(?<!vengo )(?<!tengo )(?<!sigo )(?:con|com|with) {_ARTICLE}")
_BY = re.compile(
    rf"(?<= )(?:lo de|(?:cambi|pas)\w*(?: el turno| mi turno)? (?:a|por)|atienda|atender|atenderme|atiende|atenda"
    rf"|atende|me corte|lo haga|me haga|sea|by|por) "
    rf"{_ARTICLE}(?P<word>{_WORD})(?= )"
)
# ... and before these, or between commas.
_HAS = "(?:lugar|turno|turnos|algo|libre|hueco|horario|horarios|para|el|disponible|hoy|mañana|a)"
_SUBJECT = re.compile(
    rf"(?<= )(?P<word>{_WORD})(?= (?:(?:tiene|tendra|tendria|tenia) {_HAS}|esta|atiende|trabaja|has|is|tem|puede"
    r"|podra|podria|viene|va a estar|labura|corta) )"
)
_TAGGED = re.compile(rf"(?<=[,.] )(?:el |la )?(?P<word>{_WORD})(?= (?:[,.?]|$))")
_IS = re.compile(rf"(?<= )(?:esta|está|atiende|tiene lugar|trabaja|labura|is) (?:el |la |o |a )?(?P<word>{_WORD})(?= )")
# Whoever speaks, or is spoken to, is nobody's choice.
_NOT_ASKED_FOR = re.compile(
    r" (?:soy|llamo|che|hola|gracias|nombre|habla|buenas|para|sou|i'm|de parte de|es|dia|tardes|noches|hi|hello|oi"
    r"|dale)(?: (?:el|la|,|de))? $"
)


# As for services: one vocabulary a business.
@lru_cache(maxsize=1024)
def _own_names(staff: tuple[str, ...]) -> frozenset[str]:
    """Return the single words by which the people of a business may be called."""
    words = {word for name in staff for word in read(name).plain.text.split() if len(word) > 1}
    return frozenset(words - {"de", "del", "la", "el", "los", "las"})


class _Names:
    """Tells names from other words, in one message to one business."""

    def __init__(self, line: Line, vocabulary: Vocabulary) -> None:
        self._line = line
        self._own = _own_names(vocabulary.staff)

    def known(self, word: str) -> bool:
        return word in self._own or word in _NAMES

    def possible(self, word: str) -> bool:
        return self.known(word) or (
            len(word) > 1 and word not in _NO_NAME and not word.endswith(("ando", "iendo", "mente"))
        )

    def capital(self, match: re.Match[str]) -> bool:
        said = self._line.quote(*match.span("word"))
        return said[:1].isupper() and not said.isupper()

    def person(self, start: int, *, sure: bool) -> Said | None:
        """Return who is named from `start` on; `sure` when a person is expected there, whatever the name."""
        text = self._line.text
        title = _TITLE.match(text, start)
        first = _FIRST_WORD.match(text, title.end() if title else start)
        if first is None or not self.possible(first["word"]):
            # "Con la doctora", whatever her name.
            end = title.end() - 1 if title and sure else 0
            return Said(start, end, self._line.quote(start, end)) if end else None
        if not (sure or title or self.known(first["word"]) or self.capital(first)):
            return None
        end = first.end()
        second = _NEXT_WORD.match(text, end)
        # A family name follows a title, or is written with a capital; there may be two.
        while second and self.possible(second["word"]) and (self.capital(second) or (title and self._family(second))):
            end = second.end()
            second = _NEXT_WORD.match(text, end)
        return Said(start, end, self._line.quote(start, end))

    def _family(self, match: re.Match[str]) -> bool:
        word = match["word"]
        return self.known(word) or word.endswith(("ez", "ini", "etti", "elli", "oni", "osa", "ski", "berg", "man"))


def staff(line: Line, vocabulary: Vocabulary) -> list[Said]:
    """Return the people whom a plain line asks for, in order."""
    names = _Names(line, vocabulary)
    found: dict[int, Said] = {}
    for start, sure in sorted(_candidates(line.text, names), key=lambda candidate: not candidate[1]):
        if sure or not _NOT_ASKED_FOR.search(line.text[:start]):
            said = names.person(start, sure=sure)
            if said is not None and not any(other.start <= start < other.end for other in found.values()):
                found[start] = said
    return sorted(found.values())


def _candidates(text: str, names: _Names) -> Iterator[tuple[int, bool]]:
    """Yield where a person may be named, and whether one surely is."""
    for match in _WITH.finditer(text):
        yield match.end(), True
    for match in _TITLE.finditer(text):
        if text[match.start() - 1] == " ":
            yield match.start(), False
    for pattern in (_SUBJECT, _TAGGED, _IS, _BY):
        for match in pattern.finditer(text):
            if names.known(match["word"]):
                yield match.start("word"), False
