"""Words and phrases, and the concept that each stands for. To teach the grammar a new way to say something, start here.

A concept is written in capitals, so that it never meets a word that somebody wrote. Function words of English and
Portuguese are turned into the Spanish ones: one grammar reads all three languages.
"""

from __future__ import annotations

from collections.abc import Mapping

# --- Spelling: what is meant by what is written ----------------------------------------------------------------------

SHORTHAND: Mapping[str, str] = {
    "somo": "somos", "vamo": "vamos", "ma": "mas", "meno": "menos", "querés": "queres",
    "q": "que", "k": "que", "ke": "que", "qe": "que", "xq": "porque", "pq": "porque", "porq": "porque", "x": "por",
    "xa": "para", "pa": "para", "pra": "para", "p": "para", "pal": "para el", "pro": "para el", "d": "de",
    "c": "con", "c/": "con", "p/": "para", "m": "me", "t": "te", "wenas": "buenas", "guenas": "buenas",
    "kuanto": "cuanto", "dnd": "donde", "dnde": "donde", "asta": "hasta", "alguen": "alguien",
    "algien": "alguien", "alguein": "alguien", "aki": "aca",
    "tmb": "tambien", "tb": "tambien", "tbn": "tambien", "tambn": "tambien", "dsp": "despues", "dps": "despues",
    "desp": "despues", "dsps": "despues", "despue": "despues", "despuez": "despues", "depues": "despues",
    "mñn": "mañana", "mñna": "mañana", "mnn": "mañana", "mna": "mañana", "mñana": "mañana", "manana": "mañana",
    "maniana": "mañana", "maana": "mañana", "mañna": "mañana", "mñan": "mañana", "mñ": "mañana", "mnana": "mañana",
    "mañan": "mañana", "amñana": "mañana", "mañanita": "mañana", "mananita": "mañana", "morgen": "mañana",
    "porfa": "porfavor", "porfis": "porfavor", "xfa": "porfavor", "plis": "porfavor", "pls": "please",
    "plz": "please", "finde": "finde", "findes": "finde", "fds": "finde", "hoi": "hoy", "oy": "hoy",
    "nesesito": "necesito", "nececito": "necesito", "kiero": "quiero", "qiero": "quiero", "quero": "quero",
    "ola": "hola", "olaa": "hola", "hla": "hola", "bno": "bueno", "bn": "bien", "ok": "ok", "oki": "ok", "okis": "ok",
    "okey": "ok", "okay": "ok", "oka": "ok", "okk": "ok", "okei": "ok", "kk": "ok", "grax": "gracias",
    "gracia": "gracias",
    "grcs": "gracias", "grs": "gracias", "grac": "gracias", "ns": "no se", "tenes": "tenes", "tene": "tenes",
    "tenés": "tenes", "teneis": "tenes", "tnes": "tenes", "tens": "tenes", "ahi": "ahi", "vde": "de",
    "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow", "2moro": "tomorrow", "tomorow": "tomorrow",
    "tommorow": "tomorrow", "tommorrow": "tomorrow", "appt": "appointment", "apt": "appointment",
    "vc": "voce", "vcs": "voces", "hj": "hoje", "amnha": "amanha", "amanhan": "amanha", "tbm": "tambem",
    "obg": "obrigado", "blz": "beleza", "hr": "hora", "hrs": "horas", "hras": "horas", "hs": "hs", "hora": "hora",
    "ora": "hora", "oras": "horas", "aora": "ahora", "haora": "ahora", "trno": "turno", "turnp": "turno",
    "tuno": "turno", "turnos": "turnos", "reserba": "reserva", "canselar": "cancelar", "canselame": "cancelame",
    "cansela": "cancela", "canceleme": "cancelame", "barva": "barba", "corthe": "corte", "kon": "con", "aser": "hacer",
    "acer": "hacer", "aces": "haces", "asen": "hacen", "boy": "voy", "voi": "voy", "bolver": "volver",
    "talvez": "quizas", "toy": "estoy", "tas": "estas", "ta": "esta", "tan": "estan", "pd": "puede", "pde": "puede",
    "pods": "podes", "bueno": "bueno", "masomenos": "masomenos", "maso": "masomenos", "aprox": "aproximadamente",
    "ala": "a la", "alas": "a las", "dela": "de la", "delas": "de las", "sinco": "cinco", "onse": "once",
    "dose": "doce",
    "quinse": "quince", "nuebe": "nueve", "beinte": "veinte", "osho": "ocho", "siet": "siete", "imedia": "y media",
    "im": "i'm", "ill": "i'll", "cant": "can't", "dont": "don't", "wanna": "want to",
    "gonna": "going to", "dra": "dra", "dr": "dr", "lic": "lic", "prof": "prof", "resev": "reserva", "ud": "usted",
    "uds": "ustedes", "cdo": "cuando", "cuandp": "cuando", "cto": "cuanto", "qto": "cuanto", "ak": "aca",
    "mm": "mm", "mmm": "mm", "hm": "mm", "hmm": "mm", "confimar": "confirmar", "cofirmo": "confirmo",
}  # fmt: skip

_WEEKDAYS = (
    "lunes lun lunez lune luenes lnes lunnes monday mondays mon segunda-feira",
    "martes mart martez marte mrtes maretes tuesday tuesdays tue tues terca-feira",
    "miercoles mie mier miercole mierc miercolez miecoles miercles mircoles wednesday wednesdays wed quarta-feira",
    "jueves jue juev jueve juebes jeves juves uebes jueve juevs jeuves thursday thursdays thu thur thurs quinta-feira",
    "viernes vie vier vierne bierne biernes vienres virnes viernez vernes friday fridays fri sexta-feira",
    "sabado sab sabados savado savados sabdo sbado sabao sabadito saturday saturdays sat",
    "domingo dom domingos domigo domimgo dmingo domingito sunday sundays",
)
WEEKDAYS: Mapping[str, int] = {word: day for day, words in enumerate(_WEEKDAYS) for word in words.split()}

# Days that English and Portuguese abbreviate to words of everyday Spanish: only where that language is spoken.
PORTUGUESE_WEEKDAYS: Mapping[str, int] = {
    "segunda": 0, "terca": 1, "quarta": 2, "quinta": 3, "sexta": 4, "seg": 0, "ter": 1, "qua": 2, "qui": 3, "sex": 4,
}  # fmt: skip
ENGLISH_WEEKDAYS: Mapping[str, int] = {"sun": 6}

_MONTHS = (
    "enero ene january jan janeiro",
    "febrero febrer feb february fevereiro fev",
    "marzo marso march março marco",
    "abril abr april apr",
    "mayo may maio",
    "junio jun june junho",
    "julio jul july julho",
    "agosto ago august aug",
    "septiembre setiembre sept sep set september setembro",
    "octubre oct october outubro",
    "noviembre nov november novembro",
    "diciembre dic december dezembro dez",
)
MONTHS: Mapping[str, int] = {word: month for month, words in enumerate(_MONTHS, 1) for word in words.split()}

_NUMBERS = (
    "cero zero", "", "dos dois duas two", "tres three", "cuatro quatro four", "cinco five", "seis six",
    "siete sete seven", "ocho oito eight", "nueve nove nine", "diez dies", "once onze eleven", "doce doze twelve",
    "trece treze thirteen", "catorce quatorze catorze fourteen", "quince quinze fifteen", "dieciseis dezesseis sixteen",
    "diecisiete dezessete seventeen", "dieciocho dezoito eighteen", "diecinueve dezenove nineteen",
    "veinte vinte twenty",
    "veintiuno veintiun veintiuna", "veintidos", "veintitres", "veinticuatro", "veinticinco", "veintiseis",
    "veintisiete", "veintiocho", "veintinueve",
)  # fmt: skip
NUMBERS: Mapping[str, int] = {word: number for number, words in enumerate(_NUMBERS) for word in words.split()} | {
    "treinta": 30, "trinta": 30, "thirty": 30, "cuarenta": 40, "quarenta": 40, "forty": 40, "cincuenta": 50,
    "cinquenta": 50, "fifty": 50, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
ENGLISH_NUMBERS: Mapping[str, int] = {
    "one": 1, "ten": 10, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fifteenth": 15,
}  # fmt: skip
PORTUGUESE_NUMBERS: Mapping[str, int] = {"dez": 10, "um": 1}
# "thirty", "veinte y dos", "forty five": these take a unit after them.
TENS = frozenset({20, 30, 40, 50})

# --- Languages: function words into Spanish --------------------------------------------------------------------------

FROM_PORTUGUESE: Mapping[str, str] = {
    "e": "y", "ou": "o", "com": "con", "da": "de la", "do": "de el", "das": "de las", "na": "en la",
    "no": "en el", "nas": "en las", "nos": "en los", "o": "el", "os": "los", "ao": "a el", "aos": "a los",
    "as": "a las",
    "pela": "por la", "pelas": "por las", "pelo": "por el", "depois": "despues", "ate": "hasta", "meia": "media",
    "meio": "medio", "nao": "no", "em": "en", "um": "un", "uma": "una", "numa": "en una", "num": "en un", "dia": "dia",
    "para": "para", "pra": "para", "quando": "cuando", "semana": "semana", "melhor": "mejor",
    "menos": "menos", "quarto": "cuarto", "horas": "horas", "esta": "esta", "este": "este", "nesta": "esta",
    "neste": "este", "desta": "de esta", "deste": "de este", "eu": "yo", "ja": "ya", "sem": "sin", "proxima": "proxima",
    "proximo": "proximo", "outra": "otra", "outro": "otro", "daqui": "dentro de", "pras": "para las",
    "pros": "para los", "pelos": "por los", "umas": "APPROX", "primeiro": "primero",
}  # fmt: skip
FROM_ENGLISH: Mapping[str, str] = {
    "at": "a las", "on": "el", "the": "el", "from": "desde", "to": "a", "till": "hasta", "til": "hasta",
    "until": "hasta",
    "by": "hasta", "between": "entre", "and": "y", "or": "o", "after": "despues de", "past": "PAST",
    "before": "antes de",
    "around": "APPROX", "about": "APPROX", "for": "para", "with": "con", "of": "de", "in": "en", "this": "este",
    "next": "NEXT", "coming": "NEXT", "other": "otro", "day": "dia", "days": "dias", "week": "semana",
    "weeks": "semanas",
    "month": "mes", "months": "meses", "hours": "horas", "hour": "hora", "half": "media", "quarter": "cuarto",
    "an": "una", "onwards": "en adelante", "late": "late", "early": "EARLY", "not": "no", "people": "personas",
    "person": "persona", "instead": "mejor", "sorry": "perdon", "rather": "mejor",
}  # fmt: skip

# --- Concepts --------------------------------------------------------------------------------------------------------

_CONCEPTS: Mapping[str, str] = {
    "TODAY": "hoy; hoje; today; hoy dia; hoy mismo; el dia de hoy; hoje mesmo",
    "TOMORROW": "tomorrow; amanha; mañana mismo; el dia de mañana",
    "MANANA": "mañana",
    "OVERMORROW": "pasado mañana; pasao mañana; pasadomañana; despues de amanha; depois de amanha;"
    " dia despues de mañana; dia despues de tomorrow; despues de tomorrow; day after tomorrow; dps de amanha;"
    " overmorrow",
    "MORNING": "matina; antes de el trabajo; antes de trabajar; antes de entrar a trabajar; antes de almorzar;"
    " antes de el almuerzo; antes de ir a trabajar; antes de work; manha; manhas; morning; mornings; mañanas;"
    " media mañana; mediamañana; primera hora de la mañana; EARLY MORNING; in the am",
    "MIDDAY": "hora de el almuerzo; hora de almorzar; a la hora de el almuerzo; mediodia; medio dia; noon; midday;"
    " meio-dia; meiodia; meio dia; lunchtime; mediodias; medio dias; midia",
    "AFTERNOON": "despues de el cole; despues de el colegio; despues de la escuela; tarde; tardecita; tardesita;"
    " tardes; afternoon; afternoons; siesta; la media tarde; despues de almorzar; despues de comer;"
    " despues de el almuerzo; despues de el almoco; despues de lunch; despues de la siesta; media tarde;"
    " tardecita temprano; EARLY AFTERNOON; late AFTERNOON; primera hora de la tarde; tardezinha; after lunch;"
    " tardecitas; trade",
    "EVENING": "despues de el trabajo; despues de el laburo; despues de trabajar; despues de laburar;"
    " a la salida de el trabajo; a la salida de el laburo; saliendo de el trabajo; despues de work;"
    " despues de el trabalho; despues de la oficina; noche; nochecita; noite; evening; night; noches; noitinha;"
    " tarde noche; tardecita noche; tardenoche; ultima hora; a ultima hora; ultima hora de la tarde; ultimo momento;"
    " ultimo horario; ultimo turno de el dia; fim de tarde; final de tarde; finalzinho de tarde; final de la tarde;"
    " atardecer; anochecer; late evening; end of day; ultima hora de el dia; fim de la tarde; fin de la tarde;"
    " ultimo turno; ultimo horario de el dia",
    "EARLY": "primera hora; temprano; tempranito; temprana; cedo; cedinho; bien temprano; primer horario;"
    " primer hora; primera hora de el dia; first thing; 1 thing; 1 thing in el MORNING; earlyish; primeiro horario;"
    " primer turno de el dia; primer horario de el dia; primer turno de la mañana; a primera",
    "LATER": "mas tarde; mais tarde; later; un poco mas tarde; tarde o temprano; llego tarde; llegar tarde;"
    " muy tarde; demasiado tarde; tan tarde; es tarde; se hace tarde; se hizo tarde; se me hizo tarde;"
    " se me hace tarde; too late; minutos tarde; min tarde; minutitos tarde; llegando tarde; running late; un toque"
    " tarde; un poco tarde;"
    " medio tarde; llegue tarde; ya es tarde; llegamos tarde; mas temprano; earlier; horas tarde; hs tarde",
    "HELLO": "buenas tardes; buenas noches; buen dia; buenos dias; good morning; good afternoon; good evening;"
    " bom dia; boa tarde; boa noite; good night; hasta mañana; ate amanha; buena tarde; buena noche; gd morning;"
    " boas tardes; muy buenas; see you tomorrow; nos vemos mañana; feliz dia; lindo dia; que tengas buen dia;"
    " que tengas un buen dia; que tengas linda tarde; linda tarde; buen finde; buen fin de semana; buena semana;"
    " tarde de perros; dia de perros",
    "NEXT": "que viene; que vienen; que vem; proximo; proxima; proximos; proximas; next; siguiente; que sigue;"
    " que entra; entrante; venidero; que biene; q viene; upcoming; seguinte; que vienr; que viebe; que vine; que veine",
    "OTHER": "otro; otra; otros; subsiguiente",
    "FINDE": "finde; fin de semana; finde semana; weekend; fim de semana; el fin de; fines de semana; finesemana;"
    " final de semana",
    "APPROX": "tipo; onda; a eso de; tipo a; como a; como para; tipo tipo; cerca de; cerquita de; alrededor de;"
    " mas o menos; masomenos; mas o menos a; mas o menos tipo; aproximadamente; por ahi; por ahi a; lo mas cerca de;"
    " around; about; por volta de; por vuelta de; la por; la para; roughly; circa; a eso; tipoo; calculo que;"
    " mais ou menos; mais o menos; aproximado; mas menos; + -; approx; approximately; ish; aproximada; calculo;"
    " aproximadamente a; a lo ultimo; tip; ponele; ponele que; tipo como a; hacia; por las; rondando; cerca; tipin",
    "PICO": "y pico; y algo; y monedas; y chirolas; y piquito; y tantos; y poco; y pocos",
    "SAMETIME": "misma hora; mismo horario; mesmo horario; mesma hora; same time; mismo horarios; mismo hora;"
    " igual horario; igual hora; misma horario; mesma horario; ese mismo horario; esa misma hora; same hour",
    "ENPUNTO": "en punto; clavadas; clavado; o'clock; sharp; oclock; o clock; em ponto; en ponto; puntual; exactas;"
    " justas",
    "ASAP": "apenas se pueda; en cuanto se pueda; apenas haya; ni bien haya; en cuanto haya; me urge;"
    " lo mas temprano que puedas; lo mas temprano que tengas; el mas temprano que tengas; sin demora;"
    " tan pronto como sea posible; el turno mas cercano; el turno mas proximo; la fecha mas cercana;"
    " el dia mas cercano; lo mas cercano que tengas; lo mas cercano posible; first thing available;"
    " o primeiro horario; o primeiro que tiver; para ya; turno ya; algo ya; lugar ya; apenas puedas;"
    " en cuanto puedas; en cuanto tengas; apenas tengas; ni bien tengas; ni bien puedas; el mas cercano;"
    " el mas proximo; la primera que tengas; lo primero que tenes; el primero que tenes; a la brevedad;"
    " a la brevedad posible; a la mayor brevedad; con la mayor urgencia; lo mas cerca; primer lugar que te quede;"
    " primer turno que te quede; el primero que te quede; primer horario que tenes; primer turno que tenes;"
    " primer lugar que tenes; primera disponible; primer dia que tengas; primer dia disponible; primer dia libre;"
    " lo antes posible; lo antes que puedas; lo antes que se pueda; lo antes que tengas; cuanto antes; lo mas pronto;"
    " lo mas pronto posible; lo mas rapido posible; lo mas temprano posible; mas rapido posible;"
    " lo mas antes posible; tan pronto como; urgente; urgentemente; con urgencia; de urgencia; urgencia;"
    " lo mas rapido que puedas; ya mismo; asap; as soon as possible; as EARLY as possible; as soon as you can;"
    " soonest; earliest; first available; el primero que tengas; el primer turno que tengas; primer turno que tengas;"
    " primer turno disponible; primer turno libre; primer lugar libre; primer lugar que tengas;"
    " primer horario disponible; primer horario libre; primer hueco libre; primer hueco que tengas; primer hueco;"
    " el primero que haya; primer turno que haya; primer lugar; primero que tengas; primero libre;"
    " primero disponible; primer horario que tengas; el primero que salga; lo primero que tengas;"
    " lo primero que haya; lo primero que salga; proximo turno disponible; proximo turno libre; proximo turno;"
    " proximo horario disponible; proximo horario libre; proximo lugar disponible; proximo disponible; proximo libre;"
    " turno mas proximo; turno mas cercano; lo mas cercano; lo mas proximo; cuando antes; mas pronto; antes posible;"
    " o quanto antes; quanto antes; mais rapido possivel; mais cedo possivel; primeiro horario disponivel;"
    " primeiro horario livre; primeira vaga; proximo horario livre; next available; next opening; next free;"
    " next slot; as early as possible; lo mas antes que puedas; lo antes q puedas; para ayer;"
    " cuanto mas rapido mejor; lo mas rapido; cuanto antes mejor; mas urgente; first slot; first opening;"
    " first appointment; para cuando tenes; para cuando habria; para cuando hay; para cuando tendrias;"
    " para cuando tendras; para cuando me das; para cuando estas dando; para cuando estan dando; para cuando tienen;"
    " para cuando tendrian; para cuando podria ser; para cuando podes; para cuando estas; para cuando me podes;"
    " a partir de cuando; desde cuando tenes; para quando tem; para quando; quando tem; para cuando;"
    " cuanto antes posible; lo ante posible; lo antes posibles; lo antesposible",
    "TODAY MORNING": "esta mañana; este morning; esta manha; esta mañanita",
    "TODAY AFTERNOON": "esta tarde; esta tardecita; este afternoon; esta siesta; esta misma tarde",
    "TODAY EVENING": "esta noche; este evening; esta noite; tonight; esta nochecita; esta misma noche",
    "MINE": "mi proximo turno; mi proxima cita; mi proximo; mi proxima; mis proximos; mis proximas;"
    " meu proximo horario; meu proximo; minha proxima; my next; mi siguiente turno; my NEXT; el turno proximo",
    "NOW": "ahora; ahora mismo; ahorita; agora; right now; now; en este momento; agora mesmo; ahora ya",
    "ENADELANTE": "en adelante; para adelante; en mas; em diante; adelante; onward; para arriba",
    "puede ser": "how APPROX; what APPROX",
    "y media": "i media; y medio; e media; ymedia",
    "y cuarto": "i cuarto; y quarto",
    "dentro de": "dentro de a",
}  # fmt: skip
CONCEPTS: Mapping[tuple[str, ...], str] = {
    tuple(phrase.split()): concept for concept, phrases in _CONCEPTS.items() for phrase in phrases.split("; ")
}

# --- Slips of the finger ---------------------------------------------------------------------------------------------

# Words that are long and peculiar enough to be recognised with one letter wrong ...
_FUZZY = (
    "lunes martes miercoles jueves viernes sabado domingo febrero septiembre setiembre octubre noviembre diciembre"
    " mañana mediodia tardecita turno turnos turnito cancelar cancelame reservar reservame agendar agendame"
    " reprogramar reprogramame disponible disponibilidad horario horarios tomorrow wednesday thursday saturday"
    " appointment haircut amanha peluqueria tintura depilacion semana proximo proxima anotame"
)
FUZZY = _FUZZY.split()
# ... and what is one letter away from them, but a word of its own.
_NOT_MISSPELT = (
    "vienes viene vienen ciernes marte partes artes mares lunas lines luces jueces salado sobado pasados parado"
    " pesado pasada pasando casado tornos torno turco turbo semanas pasada pesada montana manzana marzo mayo reservas"
    " reserva cancelas cancelan horarias cancela reservo cancelo agenda agendas agendo sanado lavado pisado posado"
    " lentes puntos cancelara cancelaran cancelaron cancelado cancelada cancelarlo reservara reservado agendado"
    " nueves dejes jueguen proxima proximos proximas martas lunares hermana hermano anotamos"
)
NOT_MISSPELT = frozenset(_NOT_MISSPELT.split())
