"""Everything that a conversation wants to know from the words beside the frame of `understand`."""

from __future__ import annotations

import re
from typing import NamedTuple

from turnero.bots.understanding.model import Cues
from turnero.bots.understanding.phrases import any_of
from turnero.bots.understanding.reading import Reading, read
from turnero.bots.understanding.topics import topics

_ANY_STAFF = any_of(
    "cualquiera|indistinto|qualquer|whoever|anyone|anybody|any // el|la|quien|con que|quien sea|este|haya|pueda|venga"
    "|tenga|esta // me da igual|lo // da lo mismo|mesmo // tanto faz // me es indistinto|igual"
    " // no importa|tengo [con] quien|cual|preferencia",
    "no me importa quien // con quien sea|puedas|haya|este // cualquier barbero|peluquero|profesional"
    " // qualquer um // sin preferencia",
)
_USUAL = any_of(
    "de|como|o siempre|sempre // lo|el|la mismo|misma [de] siempre|la|que|otra [otra|vez|ultima] // the usual|same"
    " // same as|thing always|last|usual // lo mismo // o mesmo [de] // como la otra|ultima vez // usual",
)
_UNDO = any_of(
    "deshac*|undo|desfaz* // me equivoque|confundi // no [lo|la|me] canceles|cancelen|cancela"
    " // dejalo|dejala|deja como estaba|antes // volve|volver|volvamos atras // no para|espera ..."
    " // no , para|deja|dejalo|espera // para|espera no // me arrepenti // vuelve|revertir|reverti // go back"
    " // don't cancel",
    "no dejalo|deja // mejor no lo|la canceles // quiero recuperar // recuperar ... turno // restaurar"
    " // no ... queria cancelar|cancelarlo // fue un error // was a mistake",
)
_THANKS = any_of(
    "gracias|thanks|obrigado|obrigada|valeu|agradezco|agradecida|agradecido|thx|ty // thank you // te|le|les agradezco"
)
_BYE = any_of(
    "chau|chao|adios|bye|tchau|chaucito|goodbye // nos vemos // hasta luego|mañana|pronto|la|el|ahi|entonces"
    " // ate mais|logo|amanha // see you|ya // abrazo // buen|lindo finde"
    " // que andes|tengas|tengan [un|buen|buena|lindo|linda] ... // take care // cuidate",
)
_INSULT = any_of(
    "idiota|imbecil|estupido|estupida|pelotudo|pelotuda|pelotudos|hdp|inutil|inutiles|inservible|forro|forra|sorete"
    "|conchudo|mogolico|tarado|tarada|mierda|cagada|garca|hijueputa|puto|puta|putos|bosta|basura|chorro|chorros"
    "|estafadores|asshole|idiot|stupid|fuck*|shit|bitch|useless|dumb|burro|merda|porra|caralho|lixo|otario",
    "hijo|hijos|fdp de [una|mil] puta|putas // la concha|puta [de] // anda|andate|vayanse a la|cagar|freir"
    " // no servis|sirven|sirve [para] nada // son un|una [verdadero] asco|desastre|verguenza|estafa|basura"
    " // chupame|chupala // you suck // vai se|tomar",
)
_STOP_WORDS = frozenset(
    {
        "baja",
        "stop",
        "unsubscribe",
        "parar",
        "sair",
        "cancelar suscripcion",
        "desuscribir",
        "basta",
        "pare",
        "darme de baja",
        "dar de baja",
        "baja gracias",
        "baja porfavor",
        "stopall",
        "optout",
        "opt out",
    }
)
_STOP = any_of(
    "no [me] manden|mandes|manda|envien|envies|escriban|escribas|molesten|contacten|mande|mandar|escribir [mas] "
    "[mensajes] [mas|mensajes|recordatorios|nada|publicidad|por|?|.]"
    " // dejen|deja|dejar|dejá|para|paren de mandar|mandarme|escribir|escribirme|enviar|enviarme|molestar|molestarme"
    "|hincharme ... // no quiero [recibir] mas mensajes|recordatorios|avisos|notificaciones"
    " // no quiero recibir ... // desuscrib*|unsubscribe // baja|sacame|sacar|borrame de|a [la|los|las] lista [de] "
    "mensajes|notificaciones|difusion|recordatorios // stop messaging|texting|sending|messages"
    " // don't message|text|send // nao quero [mais] receber // pare|parem de mandar|enviar"
    " // nao me|mande|mandem mande|mandem|mensagens // basta de mensajes|recordatorios // no more messages",
)
_RESUME_WORDS = frozenset(
    {"alta", "start", "unstop", "subscribe", "reanudar", "activar", "volver", "resume", "voltar", "alta porfavor"}
)
_RESUME = any_of(
    "volver|quiero|puedo|reactivar|activar|reanudar [a] recibir|mensajes|notificaciones|avisos|recordatorios [los"
    "|mensajes|avisos|recordatorios] // manden|mandenme|manda|mandame|escribanme de nuevo // darme|dar|dame de alta"
    " // mandenme mensajes // send me messages // resume messages // quero receber // voltar a receber"
    " // turn on notifications",
)
_LANGUAGES = {
    "en": any_of(
        "in english|ingles // en|em ingles|english // english please|porfavor // switch|change to english"
        " // no spanish // speak|hablas|hablan|habla|fala|hablo|do you ... english|ingles // i don't speak spanish",
    ),
    "pt": any_of(
        "em|en portugues|portuguese|brasileño // in portuguese // portugues porfavor|please"
        " // fala|falam|hablan|hablas|speak ... portugues|portuguese",
    ),
    "es": any_of(
        "en|em español|espanol|castellano|espanhol|spanish // in spanish // español|castellano porfavor|please"
        " // habla|hablan|hablas|hablame|speak|fala ... español|espanol|castellano|spanish|espanhol",
    ),
}
_INJECTION = any_of(
    "ignor*|olvida|olvidate|forget|disregard|override|esquec*|desconsider* ... instruc*|previous|anteriores|reglas"
    "|rules|prompt|tus|your|ordenes|directivas|everything",
    "system|sistema prompt // prompt // tus|your|as instrucciones|instructions|instrucoes|reglas|rules"
    " // developer|admin|root|debug mode // modo|soy desarrollador|administrador|admin|dios|debug // act as"
    " // actua|actuar|comportate como // pretend you|to // jailbreak|dan",
    "turnos|turno|datos|reservas|telefono|telefonos|numero|direccion|nombre|nombres|historial|mail|agenda|informacion"
    "|info de otro|otra|otros|otras|todos|todas|los|las|la|un|demas|mi|cada|alguien [otros|demas|otra|otro] cliente"
    "|clienta|clientes|persona|personas|gente|pacientes|paciente|usuarios|usuario|vecino|ex|novia|novio",
    "turnos|turno|datos|reservas|telefonos|citas de otros|otro|otra|otras|todos|todas|los|las [demas]"
    " // quien|quienes|quem [mas] [tiene|tienen|viene|vienen|reservo|saco|esta|anotado|anotados|hay] [turno|turnos] "
    "[mañana|hoy|el|antes|despues|ahora] anotad*|reservad*|agendad*|mañana|hoy|{weekday}",
    "que|cual turno|turnos|hora|dia tiene|tienen|saco|reservo [el|la|mi] \\w+"
    " // a que hora|dia tiene|viene|va [el|la|mi] [vecino|novia|novio|ex] \\w+"
    " // lista|listado|list|base|all de|of|the [los|the|todos] datos|otros|todos|customers|clients|bookings|clientes"
    "|pacientes|turnos",
    "other people's|customers'|customer's|clients' ... // other people|customers|clients|users"
    " // someone|somebody else's // show|list|give|dump [me] all|everyone|everybody|every [the|of] ...."
    " // everyone's|everybody's ... // drop|select|union|delete table|from|select // outros clientes|pacientes"
    " // dados|horarios de outros|outras|todos|clientes // contraseña|contraseñas|password|token|api|clave|tarjetas de"
    "|key|keys|admin",
)


class _Name(NamedTuple):
    introduction: re.Pattern[str]
    sure: bool


# How people give a name; where the words may also say something else ("soy nuevo"), it has to look like one.
_INTRODUCTIONS = (
    _Name(
        any_of(
            "me llamo|chamo // a nombre de // mi nombre [completo] es // meu nome e // my name is|'s // nombre :"
            " // my name's // al|en nombre de // name is // me dicen"
        ),
        sure=True,
    ),
    _Name(
        any_of(
            "soy|sou|i'm|habla|fala [el|la|o|a] // i am // aqui|aca|ca te [habla|escribe] // te|le habla|escribe"
            " // this is // es para|pra"
        ),
        sure=False,
    ),
)
_NAME_WORD = re.compile(r"[^\W\d_]+")
NAME_WORDS_MAX = 4
_PARTICLES = frozenset({"de", "del", "la", "las", "los", "da", "do", "dos", "di", "van", "von", "san", "el"})
_NEVER_NAMES = (
    "y e o pero que para por con el la los las un una uno mi mis tu su quiero quisiera queria necesito quero tengo "
    "estoy soy vivo nuevo nueva cliente clienta paciente yo vos usted de del en a al si no hola gracias hoy mañana "
    "lunes martes miercoles jueves viernes sabado domingo cliente alguien medio muy re mama papa madre padre hijo "
    "hija esposo esposa señora señor amigo amiga hermano hermana novio novia de argentina argentino argentina "
    "brasileño alergico alergica diabetico el la quien puede podria turno dni tel telefono cel celular corte and the "
    "a an from looking here not sorry calling writing interested trying running late happy sure going i want need and "
    "would like um uma eu com para e quem novo nova mi me te lo le les se ya desde como cuando donde porque ojo bueno "
    "dale ok porfavor please pelado zurdo rubia morocha menor mayor primera vez tarde temprano un tratamiento barba "
    "color prefiero busco anotame agendame reservame haceme tenes hay puedo ayer dos tres cuatro cinco seis somos son "
    "es esta estas era fue mismo misma nadie"
)
_NO_NAMES = frozenset(_NEVER_NAMES.split())
_STARS_MAX = 5
_STARS = re.compile(
    r"(?:de |le doy |un |le pongo |give |doy )*(?P<count>[1-5]|una?)(?: (?:estrellas?|estrelas?|stars?|puntos?|de 5|/ "
    r"5|sobre 5|out of 5))*(?: [!.])*"
)
_FIVE = re.compile(r"(?P<count>[1-5])/5")


def cues(text: str) -> Cues:
    """Return what the words of `text` let one notice: its language, topics, thanks, a name, stars, and the like."""
    reading = read(text)
    plain = reading.plain.text
    alone = re.sub(r"[^\w\s]", "", plain).strip()
    stop = alone in _STOP_WORDS or _STOP.search(plain) is not None
    return Cues(
        language=reading.language,
        topics=topics(plain),
        any_staff=_ANY_STAFF.search(plain) is not None,
        usual=_USUAL.search(plain) is not None,
        undo=_UNDO.search(plain) is not None,
        thanks=_THANKS.search(plain) is not None,
        bye=_BYE.search(plain) is not None,
        insult=_INSULT.search(plain) is not None,
        stop=stop,
        resume=not stop and (alone in _RESUME_WORDS or _RESUME.search(plain) is not None),
        injection=_INJECTION.search(plain) is not None,
        language_wanted=next((name for name, wanted in _LANGUAGES.items() if wanted.search(plain)), None),
        name=_name(reading),
        stars=_stars(reading),
    )


def _name(reading: Reading) -> str | None:
    """Return the name that somebody gives as theirs, as it was written, with capitals."""
    line = reading.plain
    for introduction in _INTRODUCTIONS:
        for match in introduction.introduction.finditer(line.text):
            found = _words_of_name(line.text, match.end())
            if not found:
                continue
            written = line.quote(found[0][0], found[-1][1])
            capital = written[:1].isupper()
            if introduction.sure or capital or len(found) > 1 or reading.plain.text[found[-1][1] :].strip(" .,!") == "":
                return " ".join(
                    word if word[:1].isupper() or word in _PARTICLES else word.capitalize() for word in written.split()
                )
    return None


def _words_of_name(line: str, start: int) -> list[tuple[int, int]]:
    """Return where the words of a name stand that begins at `start`: until something that is in no name."""
    found: list[tuple[int, int]] = []
    position = start
    while len(found) < NAME_WORDS_MAX:
        match = _NAME_WORD.match(line, position)
        if match is None or line[match.end()] != " ":
            break
        word = match.group()
        particle = bool(found) and word in _PARTICLES and _NAME_WORD.match(line, match.end() + 1) is not None
        if word in _NO_NAMES and not particle:
            break
        found.append((match.start(), match.end()))
        position = match.end() + 1
    while found and line[found[-1][0] : found[-1][1]] in _PARTICLES:
        found.pop()
    return found


def _stars(reading: Reading) -> int | None:
    """Return how many stars a message gives, if it says nothing else."""
    stars = reading.message.count("⭐") or reading.message.count("★") or reading.message.count("🌟")
    if stars:
        return min(stars, _STARS_MAX)
    canon = reading.canon.text.strip()
    match = _STARS.fullmatch(canon) or _FIVE.fullmatch(canon)
    if match is None:
        return None
    return int(match["count"]) if match["count"].isdigit() else 1
