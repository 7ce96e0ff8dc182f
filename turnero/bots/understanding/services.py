"""What is booked: the services that a message names, in the words in which it names them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from turnero.bots.understanding.model import Vocabulary
from turnero.bots.understanding.reading import Line, read

# What barbers, hairdressers, beauticians, doctors and psychologists are asked for.
_NAMES = (
    "corte|cortes|cortecito|taper|taper fade|low fade|mid fade|high fade|skin fade|drop fade|burst fade|buzz cut|crew"
    " cut|mullet|corte taper|diseño de barba|diseño de cejas|rulado|ondulacion|babylights|bayalage|toner|matizado"
    "|matizador|baño de color|trenza|trenzas cosidas|tratamiento capilar|"
    "cortesito|barba|barbita|pelo y barba|degrade|degradado|fade|afeitado|afeitada|rasurado"
    "|perfilado|perfilada|tintura|tinturas|color|coloracion|mechas|mechitas|mecha|reflejos|iluminacion|claritos"
    "|balayage|decoloracion|alisado|laciado|keratina|queratina|botox|brushing|planchita|peinado|peinados|lavado"
    "|recogido|trenzas|rastas|permanente|retoque|ajuste|emprolijado|undercut|mohicano|manos y pies|pies y manos|rulos"
    "|baño de crema|baño de luz|nutricion|hidratacion|tratamiento|shock de keratina|raiz|raices|flequillo|puntas"
    "|patillas|bigote|contorno|extensiones|rapado|desmechado"
    # Beauty.
    "|manicura|manicuria|manicure|pedicura|pedicuria|pedicure|uñas|uñitas|esmaltado|semipermanente|esculpidas|kapping"
    "|capping|gelificadas|belleza de pies|belleza de manos|depilacion|depi|cavado|cejas|pestañas|lifting|microblading"
    "|maquillaje|makeup|masaje|masajes|masajito|limpieza|higiene|peeling|facial|drenaje|reiki|bronceado|tatuaje"
    "|uñas de gel|softgel|soft gel|press on|retiro de esmalte|laminado de cejas|laminado|henna|henna de cejas"
    "|perfilado de cejas|lifting de pestañas|extension de pestañas|extensiones de pestañas|dermaplaning|microneedling"
    "|radiofrecuencia|exfoliacion|presoterapia|cavitacion|botox capilar|piercing|yoga|pilates|ozonoterapia"
    # Health.
    "|control|chequeo|consulta|consultas|sesion|sesiones|terapia|entrevista|ortodoncia|brackets|extraccion"
    "|blanqueamiento|endodoncia|tratamiento de conducto|conducto|caries|obturacion|obturacao|arreglo|implante|protesis"
    "|corona|vacuna|vacunacion|electro|electrocardiograma|ecografia|eco|radiografia|placa|analisis|extraccion de"
    " sangre|papanicolau|pap|mamografia|revision|apto fisico|certificado|curacion|inyeccion|kinesiologia|kinesio"
    "|fisioterapia|rehabilitacion|evaluacion|diagnostico|colposcopia|ergometria|densitometria|plantillas|audiometria"
    "|holter|placa de descanso|placa miorrelajante|carillas|carilla|selladores|topicacion de fluor|fluor|limpieza bucal"
    "|muela de juicio|psicoterapia|psicoanalisis|psicodiagnostico|terapia de pareja|terapia familiar|primera consulta"
    "|fonoaudiologia|osteopatia|quiropraxia|acupuntura|puncion|biopsia|espirometria|fondo de ojo"
    "|control de niño sano|laboratorio|hisopado"
    # English.
    "|haircut|hair cut|trim|beard trim|beard|shave|cut|coloring|highlights|blow dry|blowout|wash|massage|nails|waxing"
    "|checkup|check-up|check up|cleaning|dental cleaning|consultation|session|therapy session|therapy|dye|hair dye"
    "|hair color|root touch up|filling|manicures"
    # Portuguese.
    "|tranca|trancas|trancinha|trancinhas|box braids|braids|nago|selagem|botox no cabelo|alongamento"
    "|alongamento de unhas|design de sobrancelha|buco|drenagem|drenagem linfatica|barba e bigode|pezinho|corte de"
    " cabelo|cabelo|unhas|unha|lavagem|limpeza|limpeza de pele|depilacao|coloracao|escova|progressiva|luzes"
    "|sobrancelha|sobrancelhas|massagem|sessao|retorno|avaliacao|pe e mao|mao e pe|hidratacao|clareamento|extracao"
)
# What a service is more exactly ("corte de pelo", "limpieza dental").
_DETAILS = (
    "de juicio|de muela de juicio|de muelas de juicio|de siso|de descanso|de ceja|de gel|de acrilico|en gel|en seco|de"
    " rulos|de ondas|a domicilio|de verano|de bebe|de adulto|francesa|frances|americana|"
    "de pelo|de cabello|de cabelo|de barba|de cejas|de hombre|de mujer|de dama|de caballero|de niño|de nene|de nena"
    "|de niños|de puntas|de flequillo|de cutis|de piel|de pele|de rostro|de cara|de muela|de muelas|de diente|de"
    " dientes|de caries|de conducto|de ortodoncia|de brackets|de rutina|de control|de terapia|de pareja|de psicologia"
    "|de psicoterapia|de masajes|de masaje|de kinesiologia|de kinesio|de fonoaudiologia|de keratina|de crema|de cuerpo"
    "|de piernas|de pierna|de axilas|de axila|de bozo|de pies|de manos|de uñas|de sangre|de peso|de presion|de niño"
    " sano|de raiz|de raices|de embarazo|de vista|de lunares|de espalda|de pestañas|de novia|de fiesta|de contorno|de"
    " patillas|de bigote|de color|de cera|de gel|de navaja|de reiki|de fisioterapia|de torax|de abdomen|de columna|de"
    " rodilla|de psicoanalisis|de familia|de seguimiento|de reflejos|de la vista|infantil|clasico|clasica|moderno"
    "|degrade|degradado|fade|americano|masculino|masculina|femenino|femenina|unisex|completo|completa|dental|dentales"
    "|facial|faciales|profunda|profundo|capilar|medica|medico|clinica|clinico|general|anual|ginecologico|ginecologica"
    "|pediatrico|pediatrica|cardiologico|cardiologica|dermatologico|dermatologica|odontologico|odontologica"
    "|nutricional|psicologica|psiquiatrica|individual|online|virtual|presencial|semipermanente|semi|esculpidas"
    "|definitivo|definitiva|laser|abdominal|global|entera|descontracturante|relajante|relajantes|deportivo|express|a"
    " tijera|con tijera|a maquina|con maquina|a navaja|con navaja|con diseño|con lavado|con barba|con brushing|con"
    " corte|con peinado|con perfilado|con color|con cejas|para niño|brasileño|japones|brasilero|organico|social|taper"
    "|bajo|sin amoniaco|para mujer|para hombre|para nene|para nena|para dama|para caballero|piernas|axilas|brazos|bozo"
    "|rostro|para casamiento|para fiesta|piernas y cavado|de raices|de brackets|total|parcial|trim|session|treatment"
    "|ginecologia|oftalmologico|oftalmologica"
)
# Said before a service, and part of its name.
_BEFORE = "primera|primer|first|primeira|medio|media"
# What is wanted, said by a verb.
_HAIR = (
    "(?:el pelo|las puntas|la barba|el flequillo|un poco el pelo|el cabello|barba|puntas|pelo|el cabelo|o cabelo"
    "|cabelo)"
)
_NAILS = "(?:las uñas|las manos|los pies|la barba|las cejas|el pelo|el color|las puntas|las pestañas)"
_VERBS = (
    rf"(?:cortar|recortar|arreglar|emprolijar|emparejar|teñir|alisar|pintar|perfilar|afeitar|retocar)(?:me|nos|le|te"
    rf"|se)?(?: {_HAIR})"
    r"|(?<= quiero )(?:teñir|afeitar|pelar|rapar|peinar|depilar)|(?:teñir|afeitar|pelar|rapar|peinar|cortar|alisar"
    r"|depilar)(?:me|nos|se)"
    rf"|(?:hacer|arreglar|pintar|retocar|depilar|perfilar)(?:me|se|nos) {_NAILS}|(?<= me )cort(?:o|as|a|en|an|es|aras"
    rf"|arias) {_HAIR}|sacarme una muela|vacunarme|arreglarme (?:un diente|una muela)"
    r"|cut my hair|get my hair (?:cut|done)|hair done"
)
_AND = r"(?: (?:y|e|\+|mas|con|and|,)(?: (?:un|una|de|el|la|tambien|as well))*) "

# "Te hago una consulta" asks a question; nobody wants a consultation. Nor is a remote control one.
_NO_SERVICE = re.compile(
    r" (?:hago|hacer|hacerte|hacerles|hacerle|haces|hacia|otra|sola|por|te|les|pregunta|mi|breve|pequeña)(?: (?:una|la"
    r"|otra|breve))? consultas?(?= )| consultas? (?:, |: |\. )?(?=cuanto|si |que |a que|hay|como|donde|tenes|por los"
    r"|sobre|para saber|atienden|trabajan|quiero|queria|ustedes|puedo|cuando|aceptan|hacen|ahi)| una consulta "
    r"(?=[,.:] )|^ (?:una |tengo una |otra )?consulta(?= (?:[,.:?!] |$))| (?:hola|buenas|tardes|dias|dia|noches|che"
    r"|tal)(?: [,.!])* (?:una |otra )?consulta(?= )| me corte (?!el |la |y )| a control remoto| (?:se )?(?:me|le|nos)"
    r" (?:se )?(?:salio|cayo|rompio|partio|despego|solto|aflojo|infecto|inflamo|quebro|astillo|duele|duelen|cayeron"
    r"|rompieron|despegaron) (?:un |una |el |la |las |los |mi |mis )?\w+| a control remoto| que corte | corte de "
    r"luz "
)


class Said(NamedTuple):
    """Words that were found, where in their line, and as they were said."""

    start: int
    end: int
    words: str


def _alternatives(words: str) -> str:
    return "|".join(re.escape(word) for word in sorted(filter(None, words.split("|")), key=len, reverse=True))


# A business has one vocabulary; this many businesses are more than one process talks for in an hour.
@lru_cache(maxsize=1024)
def _pattern(services: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a service in a plain line, for a business that has these besides the common ones."""
    own = "|".join(read(name).plain.text.strip() for name in services)
    one = rf"(?:(?:{_BEFORE}) )?(?:{_alternatives(f'{own}|{_NAMES}')})(?: (?:{_alternatives(_DETAILS)}))*(?!\S)"
    return re.compile(rf"(?<= )(?:{_VERBS}|{one})(?:{_AND}(?:{_VERBS}|{one}))*(?= )")


def services(line: Line, vocabulary: Vocabulary) -> list[Said]:
    """Return the services that a plain line names, in order."""
    excluded = [match.span() for match in _NO_SERVICE.finditer(line.text)]
    return [
        Said(*match.span(), line.quote(*match.span()).lower())
        for match in _pattern(vocabulary.services).finditer(line.text)
        if not any(start < match.end() and match.start() < end for start, end in excluded)
    ]
