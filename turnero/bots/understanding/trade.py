"""What is booked, with whom, and for how many: services, people who work there, and people who come along."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from turnero.bots.understanding.lexicon import CONCEPTS
from turnero.bots.understanding.model import Vocabulary
from turnero.bots.understanding.reading import Line, read

# --- Services --------------------------------------------------------------------------------------------------------

# What barbers, hairdressers, beauticians, doctors and psychologists are asked for.
_SERVICES = (
    "corte|cortes|cortecito|cortesito|barba|barbita|pelo y barba|degrade|degradado|fade|afeitado|afeitada|rasurado|perfilado|"
    "perfilada|tintura|tinturas|color|coloracion|mechas|mechitas|mecha|reflejos|iluminacion|claritos|balayage|decoloracion|"
    "alisado|laciado|keratina|queratina|botox|brushing|planchita|peinado|peinados|lavado|recogido|trenzas|rastas|permanente|"
    "rulos|baño de crema|baño de luz|nutricion|hidratacion|tratamiento|tratamiento capilar|shock de keratina|manicura|manicuria|"
    "manicure|pedicura|pedicuria|pedicure|uñas|uñitas|esmaltado|semipermanente|esculpidas|kapping|capping|gelificadas|belleza de pies|"
    "depilacion|depi|cavado|cejas|pestañas|lifting|microblading|maquillaje|makeup|masaje|masajes|masajito|limpieza|higiene|peeling|facial|"
    "drenaje|reiki|bronceado|extensiones|raiz|raices|flequillo|puntas|patillas|bigote|contorno|"
    "control|chequeo|consulta|consultas|sesion|sesiones|terapia|entrevista|primera vez|ortodoncia|brackets|extraccion|blanqueamiento|endodoncia|"
    "tratamiento de conducto|conducto|caries|arreglo|implante|protesis|corona|vacuna|vacunacion|electro|electrocardiograma|ecografia|eco|"
    "radiografia|placa|analisis|extraccion de sangre|papanicolau|pap|mamografia|revision|apto fisico|certificado|curacion|inyeccion|"
    "ozonoterapia|kinesiologia|kinesio|fisioterapia|rehabilitacion|yoga|pilates|clase|evaluacion|diagnostico|tatuaje|piercing|"
    "haircut|hair cut|trim|beard trim|beard|shave|cut|coloring|highlights|blow dry|blowout|wash|massage|nails|waxing|checkup|check-up|check up|"
    "cleaning|dental cleaning|consultation|session|therapy session|therapy|dye|hair dye|hair color|root touch up|fill|filling|"
    "corte de cabelo|cabelo|unhas|unha|limpeza|limpeza de pele|depilacao|coloracao|escova|progressiva|luzes|sobrancelha|sobrancelhas|massagem|sessao|"
    "retorno|avaliacao|tintura de cabelo|pe e mao|mao e pe|hidratacao|barba e cabelo|clareamento|extracao"
)
# What may stand between a service and what it is more exactly ("corte de pelo", "limpieza dental").
_DETAILS = (
    "de pelo|de cabello|de cabelo|de barba|de cejas|de hombre|de mujer|de dama|de caballero|de niño|de nene|de nena|de niños|de puntas|"
    "de flequillo|de cutis|de piel|de pele|de rostro|de cara|de muela|de muelas|de diente|de dientes|de caries|de conducto|de ortodoncia|de brackets|"
    "de rutina|de control|de terapia|de pareja|de psicologia|de psicoterapia|de terapeuta|de masajes|de masaje|de kinesiologia|de kinesio|de fonoaudiologia|de keratina|"
    "de crema|de cuerpo|de piernas|de pierna|de axilas|de axila|de bozo|de pies|de manos|de uñas|de sangre|de peso|de presion|de niño sano|de raiz|de raices|de embarazo|"
    "de vista|de lunares|de espalda|de pestañas|de novia|de fiesta|de 15|de contorno|de patillas|de bigote|de color|de cera|de yoga|de pilates|de gel|de capilar|de navaja|"
    "infantil|clasico|clasica|moderno|degrade|degradado|fade|americano|masculino|masculina|femenino|femenina|unisex|completo|completa|"
    "dental|dentales|facial|faciales|profunda|profundo|capilar|medica|medico|clinica|clinico|general|anual|ginecologico|ginecologica|"
    "pediatrico|pediatrica|cardiologico|cardiologica|dermatologico|dermatologica|odontologico|odontologica|nutricional|psicologica|psiquiatrica|individual|"
    "online|virtual|presencial|semipermanente|semi|esculpidas|definitivo|definitiva|laser|abdominal|global|entera|descontracturante|"
    "relajante|relajantes|deportivo|rapido|express|a tijera|con tijera|a maquina|con maquina|a navaja|con navaja|con diseño|con lavado|con barba|con brushing|con corte|"
    "con peinado|con perfilado|con color|con cejas|para niño|brasileño|japones|sin amoniaco|total|parcial|global|plastico|"
    "trim|session|treatment"
)
# Said before a service, and part of its name.
_BEFORE = "primera|primer|first|primeira|medio|media"
# Verbs that name a service by what is done.
_DOING = (
    r"(?:cort|tiñ|teñ|pein|afeit|peg|ras|rap|alis|depil|perfil|retoc|reserv)?(?:(?:cortar|teñir|peinar|afeitar|rapar|rasurar|alisar|depilar|pintar|emparejar|perfilar|retocar|arreglar|hacer|cortas|corten|corte|cortes|corta|cortan|cortate)"
)
_VERBS = (
    r"cortar(?:me|nos|le|te|se)?(?: (?:el pelo|las puntas|la barba|el flequillo|un poco el pelo|el cabello|o cabelo|cabelo|pelo))|teñirme(?: el pelo)?|teñir(?:me)?|afeitarme|pelarme|"
    r"raparme|peinarme|depilarme(?: \w+)?|(?:hacer(?:me)?|arreglar(?:me)?|pintar(?:me)?) (?:las uñas|las manos|los pies|la barba|las cejas)|"
    r"emparejar(?:me)? (?:las puntas|el pelo|la barba)|retocar(?:me)? (?:la barba|las puntas|el color)|recortar(?:me)? (?:la barba|las puntas|el pelo)|perfilar(?:me)? (?:la barba|las cejas)|"
    r"(?<=me )cort(?:as|a|en|an|es|aras|arias) (?:el pelo|las puntas|la barba|el flequillo)|cortarme|cut my hair|get my hair cut|hair done|alisarme(?: el pelo)?|arreglarme (?:el pelo|un diente|una muela)|sacarme (?:una muela)|cortar cabelo"
)
_AND = r"(?: (?:y|e|\+|mas|con|and|&|/|,)(?: (?:un|una|el|la|tambien))? )"


def _alternatives(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(words.split("|"), key=len, reverse=True))


@lru_cache(maxsize=256)
def _service_pattern(services: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a service in a plain line, for a business that has these besides the common ones."""
    own = "|".join(read(name).plain.text.strip() for name in services)
    names = _alternatives(f"{own}|{_SERVICES}" if own else _SERVICES)
    one = rf"(?:(?:{_BEFORE}) )?(?:{names})(?: (?:{_alternatives(_DETAILS)}))*(?!\S)"
    joined = rf"{one}(?:(?: (?:y|e|\+|mas|con|and|,)(?: (?:un|una|de|el|la|tambien|as well))*) {one})*"
    return re.compile(rf"(?<=\s)(?:{_VERBS}|{joined})(?=\s)")


# "Te hago una consulta" asks a question; nobody wants a consultation.
_NO_SERVICE = re.compile(
    r" (?:(?:hago|hacer|hacerte|haces|hacia|tengo|tenia|una?|duda|otra|alguna|sola|era|pregunta) )*consultas?(?= [,.?:]| cuanto| si | que | a que | hay| como| donde| tenes| por los| sobre| para saber| atienden| trabajan| quiero| queria| $)"
    r"| (?:hago|hacer|hacerte|hacerles|haces|hacerle) (?:una |la )?consulta\w*| te consulto| por consulta| a control remoto| de color (?:de )?(?:piel)| consulta (?:tenes|quien)"
    r"| (?:la |el |que |en )?(?:otra |primera )?clase de| por primera vez| (?:es |seria )(?:mi |la )?primera vez| mi primera vez| mi primera vez| un control de"
)


class Said(NamedTuple):
    """Words that were found, where in their line, and as they were said."""

    start: int
    end: int
    words: str


def services(line: Line, vocabulary: Vocabulary) -> list[Said]:
    """Return the services that a plain line names, in order."""
    excluded = [(match.start(), match.end()) for match in _NO_SERVICE.finditer(line.text)]
    found = []
    for match in _service_pattern(vocabulary.services).finditer(line.text):
        if any(start <= match.start() and match.end() <= end + 1 for start, end in excluded):
            continue
        found.append(Said(match.start(), match.end(), line.quote(match.start(), match.end()).lower()))
    return found


# --- Staff -----------------------------------------------------------------------------------------------------------

_TITLES = (
    r"(?:doctora?|dra?|doc|licenciad[oa]|lic|psicologa?|psicologo|profesora?|profe|prof|sra?|señora|señor|señorita|senhora?|seu|dona|don|doña|odontologa?|"
    r"odontologo|medic[oa]|dentista|kinesiolog[oa]|doutora?|kine|doctor|terapeuta|estilista|peluquer[oa]|barbero|colorista|manicura)"
)
_NICKNAMES = (
    "abril adrian adriana agustin agustina alan alberto alejandra alejandro alex ale alfredo ana analia andrea andres angel angela antonella"
    " antonio ariel augusto ayelen barbara bautista beatriz belen benja benjamin beto bianca brenda brian bruno camila cami candela carla carlitos carlos"
    " carmen carolina caro catalina cata cecilia ceci celeste cesar charly chiqui christian claudia claudio colo coco cristian cristina dani daniel daniela"
    " dante dario david debora delfina diana diego dylan eduardo edu elena eli elias elisa emanuel emilia emiliano emi enzo erica ernesto esteban estefania"
    " euge eugenia eva evelyn ezequiel eze fabian fabiana facundo facu federico fede felipe fer fernanda fernando flaco flavia flor florencia flopy fran francisca"
    " francisco franco gabriel gabriela gabi gaby gaston german giselle gisela giuliana gladys gonza gonzalo graciela gringo guada guadalupe guido guille guillermo"
    " gus gustavo hector helena hernan horacio hugo ignacio nacho ines irina isabel isabella ivan ivana javier javi jesica jessica jimena jime joaquin joaco joao jonathan jony"
    " jorge jorgito jose josefina juan juana juancho juani juanma juampi julia julian juliana julieta juli julio kari karen karina kevin kiara lalo lara laura lautaro lauti"
    " leandro lean leila leo leonardo leonel lidia liliana lili lisandro lola lorena lore lorenzo lourdes luana lu luca lucas lucho luci lucia luciana luciano lucila lucy"
    " luis luisa luna magali maga maia malena manu manuel manuela mar marce marcela marcelo marcos margarita mari maria mariana mariano mariela marina mario marisa maricel"
    " marisol marta martin martina mateo matias mati mauricio mauro mica micaela miguel milagros mili mirta moni monica nadia nahuel nancy natalia nati nelson nestor"
    " nico nicolas nicole noe noelia nora norma octavio olga oscar pablo pablito pame pamela paola pato patricia patricio paula paulo pedro pelado pepe pili pilar"
    " quique rafael rafa ramiro ramon raul renata rene ricardo rita roberto robert rober rocio ro rodo rodolfo rodrigo rolo roman romi romina ronnie rosa rosana roxana ruben"
    " ruso sabrina salvador samuel sandra santi santiago sara sebastian seba sergio silvana silvia silvina simon sofia sofi soledad sole sonia susana tamara tania"
    " tano tatiana teo teresa thiago tiago tincho tito tobias tomas tommy tomi toni tony tute turco uriel valen valentin valentina valeria vale vanesa vanina vero veronica"
    " vicky victor victoria virginia viviana walter wanda willy ximena yamila yani yesica zoe james john mary peter mike anna marcio fabio thais leticia fernandinho"
).split()
_NAMES = frozenset(_NICKNAMES)
# After "con", these begin something that is not a person who works there.
_NOBODY = frozenset(
    "barba color lavado corte tiempo urgencia alguien una un mi mis tu su quien cualquiera cualquier el la los las lo ellos ella vos ustedes usted"
    " que tarjeta debito credito efectivo descuento turno turnos gusto todo todos esto eso ese esa este anticipacion antelacion otro otra otros"
    " mas menos cuanta cuanto poco mucho mucha muchas brushing tijera maquina navaja diseño perfilado peinado cejas reflejos mechas keratina obra"
    " seguro mercado mercadopago transferencia cuotas permiso respecto relacion persona personas humano humana gente dueño encargado encargada gerente"
    " operador operadora atendente alguem algo nadie someone somebody anyone you me your my the a an human person real manager owner it him her them us"
    " nosotros agente asesor asesora representante recepcion recepcionista soporte bebe hijo hija nene nena marido mujer esposo esposa novio novia amigo amiga mama papa hermano hermana"
    " ropa pelo cabello problemas dolor fiebre confianza amor cariño suerte calma tranquilidad prioridad preferencia base tinta cera laser esmalte kapping"
    " siempre mismo misma barbero peluquero peluquera barbera chico chica flaco flaca señor señora pibe doctor doctora voce voces ele ela uma um o os as qualquer"
    " tanto tantas wifi aire ganas apuro prisa reserva cita hora dos tres both anybody hurry care pleasure vocês".split()
)
_NO_NAME = _NOBODY | {word for phrase in CONCEPTS for word in phrase} - {"lo"}
_NAME_WORD = r"[^\W\d_]+"
_TITLED = re.compile(rf"(?:{_TITLES})(?: \.)?(?: (?!y |o |e )(?P<first>{_NAME_WORD}))?(?: (?P<second>{_NAME_WORD}))?")


@lru_cache(maxsize=256)
def _own_names(staff: tuple[str, ...]) -> frozenset[str]:
    """Return the single words by which the people of a business may be called."""
    return frozenset(word for name in staff for word in read(name).plain.text.split() if len(word) > 1)


_WITH = re.compile(
    r"(?<= )(?:con|com|with|lo de|atienda|atiende|atenda|(?<=me )corte|haga|hagas?) (?:(?:el|la|o|a|lo de|the|nuestro|nuestra|mi) )?"
)
_SUBJECT = re.compile(r"(?<= )(?:el |la |o |a )?(?P<name>[^\W\d_]+) (?=(?:tiene|tendra|tendria|esta|está|atiende|trabaja|has|is|tem|puede|podra|podria|viene|va a estar|tenia) )")
_TAGGED = re.compile(r"(?<=[,.] )(?:el |la )?(?P<name>[^\W\d_]+)(?= (?:[,.]|$))")


class _Names:
    """Tells names of people from other words, for one business and one message."""

    def __init__(self, line: Line, vocabulary: Vocabulary) -> None:
        self._line = line
        self._own = _own_names(vocabulary.staff)

    def known(self, word: str) -> bool:
        return word in self._own or word in _NAMES

    def plausible(self, word: str, start: int) -> bool:
        """Tell whether `word`, said after "con", can be what somebody is called."""
        if self.known(word):
            return True
        return word.isalpha() and len(word) > 1 and word not in _NO_NAME and not _is_calendar(word) and not _verb(word, self._line, start)

    def capital(self, word: str, start: int) -> bool:
        said = self._line.quote(start, start + len(word))
        return said[:1].isupper() and not said.isupper()


def _is_calendar(word: str) -> bool:
    from turnero.bots.understanding import lexicon

    return word in lexicon.WEEKDAYS or word in lexicon.MONTHS or word in lexicon.NUMBERS


def _verb(word: str, line: Line, start: int) -> bool:
    del line, start
    return word.endswith(("ando", "iendo", "ción", "mente"))


def staff(line: Line, vocabulary: Vocabulary) -> list[Said]:
    """Return the people who are wished for, in order."""
    names = _Names(line, vocabulary)
    found: list[Said] = []
    for match in _WITH.finditer(line.text):
        said = _person(line, match.end(), names, after_con=match.group().split()[0] in {"con", "com", "with"})
        if said is not None:
            found.append(said)
    for match in _TITLED.finditer(line.text):
        if line.text[match.start() - 1] == " " and match["first"] and not any(s.start <= match.start() < s.end for s in found):
            said = _person(line, match.start(), names, after_con=False)
            if said is not None and not line.text[: match.start()].endswith((" soy ", " soy el ", " soy la ", " habla ", "hola ", " ser ")):
                found.append(said)
    for pattern in (_SUBJECT, _TAGGED):
        for match in pattern.finditer(line.text):
            start = match.start("name")
            word = match["name"]
            if names.known(word) and not _is_calendar(word) and not any(s.start <= start < s.end for s in found):
                if line.text[:start].endswith((" soy ", " llamo ", " che ", " hola ", " gracias ", " nombre ")):
                    continue
                found.append(Said(start, start + len(word), line.quote(start, start + len(word))))
    return sorted(found)


def _person(line: Line, start: int, names: _Names, *, after_con: bool) -> Said | None:
    text = line.text
    titled = _TITLED.match(text, start)
    if titled is not None and titled["first"] and text[titled.end() : titled.end() + 1] == " ":
        first = titled["first"]
        if names.known(first) or (names.plausible(first, titled.start("first"))):
            end = titled.end("first")
            second = titled["second"]
            if second and (names.known(second) or names.capital(second, titled.start("second")) or (names.known(first) and names.plausible(second, titled.start("second")) and _surname(second))):
                end = titled.end("second")
            return Said(start, end, line.quote(start, end))
    match = re.compile(_NAME_WORD).match(text, start)
    if match is None:
        return None
    word = match.group()
    if not (names.known(word) or (after_con and names.plausible(word, start)) or (names.capital(word, start) and names.plausible(word, start))):
        return None
    end = match.end()
    following = re.compile(rf" ({_NAME_WORD})").match(text, end)
    if following and not names.known(following.group(1)) and names.capital(following.group(1), following.start(1)) and following.group(1) not in _NO_NAME and not _is_calendar(following.group(1)):
        end = following.end()
    return Said(start, end, line.quote(start, end))


def _surname(word: str) -> bool:
    return word.endswith(("ez", "es", "ini", "etti", "elli", "ano", "ario", "ero", "oni", "ella", "osa", "ia", "man", "er"))


# --- How many --------------------------------------------------------------------------------------------------------

_PERSONS = r"(?:personas?|pessoas?|people|adultos?|chicos|chicas|nenes|nenas|niños|hijos|hijas|amigos|amigas|hermanos|hermanas|pax|persons|kids|adults)"
_PEOPLE = re.compile(
    rf" (?:(?:somos|seriamos|seremos|vamos a ser|vamos|vendriamos|iriamos|van a ser|we are|we're|serian|seran) (?:como )?(?P<are>\d{{1,2}})(?! (?:hs|h|pm|y media|de la))(?: {_PERSONS})?"
    rf"|(?:para (?:los |las )?|de )?(?P<persons>\d{{1,2}}) {_PERSONS}"
    r"|para (?:los |nosotros |nosotras )?(?P<for>\d{1,2})(?= (?:, |\. |\? |el |a |de MO|WD|MANANA|TOMORROW|TODAY|este|por|porfavor|en |APPROX|corte|con|y |puede|si|cuando)| $)(?! (?:a |o |y )?(?:\d|horas|hs|pm|am|y media|y cuarto|a \d|de la|de MO|dias|semanas)))(?=\s)"
)
PEOPLE_MAX = 50


def people(canon: str) -> tuple[int | None, str]:
    """Return for how many, if that was said, and the line with those words blanked out: they are no hours."""
    found = None
    for match in _PEOPLE.finditer(canon):
        number = int(match["are"] or match["persons"] or match["for"])
        if 0 < number <= PEOPLE_MAX:
            found = number
        blank = "_" * (match.end() - match.start() - 1)
        canon = f"{canon[: match.start()]} {blank}{canon[match.end() :]}"
    return found, canon
