"""What somebody wants, by what they say: tables of tell-tale phrases, in the notation of `phrases`."""

from __future__ import annotations

import re
from typing import NamedTuple

from turnero.bots.understanding.model import Intent
from turnero.bots.understanding.phrases import any_of


class Sign(NamedTuple):
    """Phrases that tell of an intent."""

    intent: Intent
    phrases: re.Pattern[str]


HUMAN = any_of(
    "pasame|pasa|pasas|comunicame|comunicas|dame|ponme con la|el|esa|ese chica|chico|que|señora|señor|mujer|pibe"
    "|encargada|secretaria",
    "{talk} [directamente|mejor|por] [telefono] con|com|to|with",
    "pasa|pasame|pasas|pasar|pasarme|comunica|comunicame|comunicas|deriva|derivame|conecta|conectame|transferime"
    "|transferi|passa|connect|put [me] [con] [me] con|com|to|a|through|para [to] {somebody} [?|.|,|porfavor|real"
    "|humana|del|de]",
    "persona|gente|pessoa|humano|human|person real|humana|de|being // real|actual person|human"
    " // un|una|ser|algun|otro humano|humana // human|humano",
    "alguien|algun me|nos|aca|ahi responde|contesta|atiende|lee|ayuda|contestan"
    " // me contestan|contestas|responden|respondes|leen|lees ?",
    "hay|tem alguien|alguem // hay|tem algun|alguna humano|persona",
    "anyone|anybody|somebody there|home // alguien del otro lado // alguien que me atienda|ayude|responda|conteste|lea"
    "|escuche",
    "atienda|atender|atiende|atienden|contesta|contesten|conteste|responda|responder|respondan|llame|llamen|ayude"
    " [me] una|alguien|un|gente [persona|humano]",
    "atencion al|humana|personalizada // operador|operadora|atendente|representante|customer"
    " // customer service|support // agente|agent",
    "llamame|llamenme|liguem|liga|ligue [por|porfavor|al|para|ustedes|a]"
    " // me llamas|llaman|llamen|llame|liga|ligam [por|vos|ustedes|alguien|porfavor|al|?]"
    " // podes|pueden|podrian|pueda|puede llamarme|llamar // call me // give me a call // quiero que me llamen|llame",
    "{talk} por telefono // necesito|quiero|prefiero|busco una|un persona|humano|humana"
    " // reclamo|queja|quejarme|reclamar|complaint // no|odio quiero|soporto [hablar] [con] [un|este|el] bot|robot"
    "|maquina|contestador // quiero una persona // encargado|encargada|dueño|dueña|gerente",
)

WAITLIST = any_of(
    "cancelacion|cancelaciones .... {avisa}",
    "lista|fila|list de|of espera|wait // lista espera // waiting|wait list|listed // waitlist // en|de|a espera"
    " // quedar|quedo a la espera // si [te|se|me|les] {frees} [uno|algo|alguno|alguien|un|alguna|turno|algun] ...."
    " {avisa}",
    "si se [me|te|les|nos] [llega|llegara|llegase] [a] {frees} .... // por si se|alguien|alguno|hay|sale ... {frees}"
    " // por si [se] {frees} // cuando se {frees}",
    "{avisa} .... si|if|se|cuando|when|quando|caso|apenas|por .... {frees}|falta|faltan|haya|hay|lugar|vaga|vagas|free"
    "|open|opens|available|hueco|disponible",
    "{avisa} .... si|if|se|cuando|when|quando|caso|apenas alguien|alguno|alguem|someone|anyone|somebody",
    "si|cuando|se falta|faltan|faltara|falla|{frees} alguien|alguno|alguna|uno|una|algun|alguem",
    "en que|cual puesto|posicion|lugar [de] [la|el] [lista|fila] estoy|voy|quede|sigo // mi puesto|posicion",
    "si|cuando|que|por|se alguien|alguno|algun|alguna|alguem|someone [turno|cliente|clienta|paciente|persona] [me|se"
    "|te|si] {frees}|falta|falla|no",
    "cualquier baja|hueco|novedad|lugar|vacante ... {avisa} // que se|si {frees} ... {avisa} // cualquier cosa"
    "|cancelacion|hueco|lugar .... {frees}|{avisa}",
    "something|anything|spot|slot|one|someone|anyone ... opens|frees|cancels|becomes|comes|open"
    " // if ... opens|frees|cancels [up]",
    "anotame|anota|anotar|anotarme|poneme|ponme|agregame|agrega|sumame|meteme|dejame [me] en|a|para [la|una] lista"
    "|espera // me anotas|pones|agregas|sumas en|a [la] lista|espera",
    "quedar|quedo|quede|estar|dejame en|a [la] espera // anot*|agend* .... por si .... {frees}",
    "tenes|tengan|tengas en cuenta ... {frees} // si {frees} algo|alguno|alguien|lugar|turno"
    " // si se hace|arma [un] hueco|lugar",
)

RESCHEDULE = any_of(
    "cambiar|cambio de barbero|peluquero|profesional|doctor|doctora|psicologo|psicologa|medico|medica|barbera"
    " // reprogram*|reagend*|remarc*|reschedul*|posterg*|pospon*|pospus*|aplaz*|adiar|adia|antecip*|adiantar",
    "adelantar*|atrasar*|retrasar*|adelantame|adelantamelo|adelantas|adelantarias|atrasarlo|atrasame|atrasas"
    "|retrasarlo",
    # "Pasá el color al miércoles", "quiero cambiar un turno", "sacame del jueves y poneme el viernes".
    "{pass} el|la|mi|mis|los|las ... al|para|a [el|la|las] {weekday}|mañana|otro|hoy|pasado"
    " // {move} un|una {one_turno} // {move}|passa|passar|passe para|pra|al|to [el|la|a|o] {weekday}|mañana|amanha|hoy"
    "|otro|outro"
    "|tomorrow|\\d+ // {drop}|{cancel} .... y [me] {give}|{give_me} .... {weekday}|mañana|\\d+",
    "{move} [me] {my} [proximo|next] {one_turno} // {move} turno|turnos|cita|reserva|appointment|horario"
    " // me podes|podrias|podras|puede|pueden|puedo {pass}|{move} al|para|a|el"
    " // {move} ... {one_turno} del|de|que|para|a|al|por // cambiar|correr|mover|mudar|cambio|trocar de|o|del dia"
    "|horario|hora|fecha|turno|date|time",
    "{move}|{pass} al|a|para .... {my} turno|cita|reserva // {move}|{pass} para|a mas|otro|otra|un"
    " // {cancel} .... y|e [si] [me] sacar|saco|sacame|reservar|reservame|agendar|agendame|pedir|pido|tomar|tomo"
    "|reservo|anotame|quiero|dame|agendo [uno|otro]",
    "{pass} [me] {my} turno|turnito|cita|reserva|sesion|consulta|corte|visita"
    " // {pass}|{move} lo|el|la|aquel|the de|del|que|mio|mia|one|do|da // {move} [los|mis] turnos|citas",
    "{move_it} // lo|la [me|te|nos] {move}|{pass} // lo|la paso|cambio|muevo|corro al|para|a|el"
    " // me|te|nos lo|la {move}|{pass} // lo|la ... {move}|{pass}|dejar|poner|dejamos|hacer|hacemos [para|al|a|el|mas"
    "|otro]",
    "me lo|la {move}|{pass}|muevas|muevo // {put_it}|lo [dejamos|ponemos|dejas|pones|hacemos] para|al|a|el [el|la]"
    " {weekday}|mañana|otro|pasado|semana|proxima|despues|\\d+",
    "mover|moverlo // pasar|pasamos|pasarlo a|al {weekday}|mañana|otro // mover|cambiar|correr \\d+|las"
    " // pasame|cambiame|moveme|correme|pasarme|cambiarme|moverme|correrme|pasas|cambias al|para|a|del|de|el|las [el"
    "|la|las|mi] {weekday}|mañana|pasado|hoy|otro|otra|semana|tarde|siguiente|proximo|proxima|\\d+|la|una|turno|dia",
    "{move} [me|el|la|del|de|las] {weekday}|hoy|mañana|\\d+ [a|de] [las|la|\\d+] [\\d+] al|para|por|to|a|pra",
    "{move} ... it|my|our|the|from|meu|minha|horario|agendamento [appointment|one|booking]"
    " // cambio de|en|del|para [el|mi] turno|horario|dia|fecha|hora|cita|reserva",
    "{my} turno|cita|reserva|appointment .... lo|la|it quiero|puedo|podemos|podria|necesito|podes|puede [que] para"
    "|pasar|cambiar|mover|correr|dejar|sea|a|al|mas|el|ser|move|change|otro"
    " // turno|cita .... para otro|otra dia|hora|momento|fecha|semana",
    "mi|el turno|cita ... para|pasa|pasar|pase|sea|quede ... mas tarde|temprano // otro dia|horario [para] mi turno"
    " // turno que tengo|tenia .... quiero|pasar|cambiar|sea|para",
    "move|change|shift|push|bring .... to // change|another ... date|time|day of|for my"
    " // podemos|podriamos|puede [ser|hacerlo|quedar] mas|otro tarde|temprano ... mi|turno",
)

CANCEL = any_of(
    "{cancel}|desist* // dar|da|dame|damelo|darlo|darme|doy|das|darias|den|dalo [me] [lo] de baja"
    " // baja|baje|bajen al|del|de turno|mi|la|reserva // dar baja",
    "{drop} [me|te] el|mi|la|mis|ese|esa|este|esta|los [proximo] {one_turno}|turnos|del|de|que|mio"
    " // {drop} lo de|del|mio|que // bajalo|bajamelo|bajala|bajame|bajarlo|sacalo|sacamelo|sacala",
    "sacame|sacar|bajame|borrame de [la] agenda|lista|turno|turnos // sin efecto // call [it|my] off"
    " // drop my|the {one_turno}",
    "ya no lo|la|el|mi|hace|quiero|necesito|preciso|voy|vamos|me|puedo [hace|voy|necesito|quiero|preciso|sirve]"
    " // no lo|la|el necesito|quiero|preciso|usare|uso [mas]",
    "no quiero|necesito|preciso|tomo|tomare|usare [mas] el|mi|ese|la|ir|mas [turno|cita|reserva|sesion|al]",
    "olvidate|olvidense del turno // deja|dejar|dejemos|dejalo el|sin turno|efecto // no cuenten|cuentes conmigo"
    " // me bajo",
    "no me guardes|reserves|anotes|esperes el|mi|ese|nada // no hace falta el|mi [turno]"
    " // desagend*|desanot*|desreserv* // quiero|voy a dejar libre // dejo|deja|dejar libre"
    " // liberar|libero|libera el|mi|ese|la",
)

# Somebody cannot come: a cancellation, or, if another day or hour is said as well, a move.
CANNOT_COME = any_of(
    "no voy|vamos|va|iba|ibamos|vou|vo [a] [poder] {come}|poder|podre"
    " // no puedo|podre|pude|podemos|podria|posso|consigo|podremos|podra|puede {come}"
    " // no voy|vamos|vou a|poder {come}|poder",
    "tengo|tenia turno|hora|cita .... no puedo|llego|podre|voy|podria"
    " // no iba|caigo|aparezco|llego|llegamos|llegare|llegaria|voy|vamos|vou|asisto|asistire|ire|vengo|estare|podre"
    "|llegan|va|podremos // no estare|estoy en // no me|nos espere*",
    "se me complico|complica|superpuso|cruzo|olvido|hizo // me surgio|surge|complico|complique|agarro"
    " // surgio [algo|un|una] [imprevisto|problema|tema|cosa] // tengo fiebre // me enferme"
    " // estoy enfermo|enferma|engripado|engripada|indispuesta",
    "can't|cannot|can|won't|unable|able [not|be] [able] [to] make|come|attend|go"
    " // nao vou|poderei|vai [mais|poder|conseguir] [ir|comparecer|chegar|dar]"
    " // nao posso|consigo|podemos [mais] ir|comparecer|chegar|vir|estar // imposible hoy|mañana",
    "se|es me|nos hace|imposible|dificil|complicado imposible|dificil|complicado|ir|llegar"
    " // tengo que|debo faltar|cancelar // voy a faltar // imposible ir|llegar|asistir // no va a|poder poder|ir",
)

LIST = any_of(
    "datos|info|detalle|detalles|informacion de|del [mi] turno|cita|reserva"
    " // saque|pedi|agende [un|el|mi] turno .... ?",
    "when's|whens|what's my [next] {one_turno}|booking // verificar|chequear|revisar|consultar|check|verify [sobre"
    "|por] {my_own}"
    " [proximo] {one_turno} // todo ok|bien|orden|listo con|para|de {my_own} {one_turno}",
    "si esta|sigue|quedo|figura {my_own} {one_turno} // a que hora|horas|dia [me|yo] voy|vengo|vamos|venia|iba // a"
    " que hora|dia tengo|tenia|debo que|ir|venir"
    " // quedo|quede|estoy|esta|quedamos|estaba [todo|mi] [turno] confirmado|confirmada|agendado|agendada ?",
    "when|what [time|day] am|do|was|should i [supposed|going|meant|to] [to|be] come|coming|due|in|scheduled|there",
    "[que|cuales|ver|mostrame|decime|pasame|consultar|revisar] {my_own} [proximo|proximos|proxima|proximas|next"
    "|upcoming|siguientes] turnos|turnitos|reservas|citas|agendamentos|horarios|appointments|bookings|reservations"
    "|sesiones",
    "que|cuantos|cuantas|cuales|cual|quais|what|which [dia|hora|turno|turnos|reserva|reservas|cita|citas|horario"
    "|horarios|cosas|es|appointments|bookings] [el|lo] [que] [yo] {asks_have} [con|el|la|para|reservado|agendado"
    "|anotado|pendiente|?|.|turno|mi|yo|esta|mañana|hoy|este|a]",
    "que [dia|hora|turno] turno|turnos|hora|dia|horario {asks_have} // a que hora|horas|horario ... {asks_have}|era|es"
    "|mio|mia // cuando|quando [es] [que] [yo] [me] {asks_have} // para cuando|que [dia|hora] {asks_have}|era|saque",
    "cuando|quando|cual|qual|que|donde [dia|hora|horario|horas] [es|era|seria|sera|e|esta|estaba|quedo|was|is] [el|o]"
    " {my_own}|lo [proximo|proxima|next] [turno|cita|reserva|sesion|hora|horario|agendamento|mio|corte|consulta]",
    "cuando|quando|cual|qual es|era|seria|e|esta|fue el|la|lo turno|cita|mio|reserva"
    " // que dia|hora|horario|turno .... saque|pedi|agende|hice|marque|reserve"
    " // cuando|quando .... saque|pedi|agende|marque|reserve",
    "a que hora|horas|horario me|era|es|tengo|tenia|mi|lo|quedo|quedamos|habia|tenho|tinha|el [turno|toca|mio|esperan"
    "|atienden|anotaste|diste|dijiste|mi]",
    "cuando|donde|hora|dia me toca|tocaba|anotaste|anotaron|diste|dieron|agendaste|esperan|atienden",
    "when|what [time|day|is|date|appointments] [is|was|are|do|did] my|i [next|have|book|booked|come] // do i have"
    " // my [next|upcoming] appointment ?",
    "tengo|tenia|tenemos|teniamos|tenho|tinha [yo|ya|el] [algun|alguna|un|una|mi|algum] {turno}|lugar|agendado|anotado"
    "|reservado|marcado .... ? // tengo|tenia algun|alguna|algo [turno|cita|reserva] [agendado|reservado|anotado"
    "|marcado|pendiente]",
    "estoy|estaba|quede|figuro|estamos|quedamos anotad*|agendad*|reservad*"
    " // tengo|tenia reservado|agendado|anotado|marcado // historial // me anotaste|agendaste .... ?",
    "me recordas|recuerdas|recordarias|acordas|lembra|recordaras|recuerda|recordarme|podes|podrias|recordame|decis"
    "|dirias|confirmas|decime|pasas [recordar|decir] [cual|el|la|para|a] [es|horario|que|hora|dia] [de] [que|mi|cuando"
    "|hora|dia|turno] [de] mi|cuando|tengo|tenia|turno|dia|era|es [turno|dia]",
    "recordame|recordarme|recordas ... turno|hora|horario|dia|cuando|cita // no me acuerdo|recuerdo ...."
    " // me olvide|olvido ... cuando|era // me olvide|olvido [de] [a] que [dia|hora] // perdi ... turno|horario"
    " // show|check|see|view my // recordar ... hora|turno|dia|cita // ficou marcado|marcada",
    "que|cual dia|hora|horario quedo|quedamos|era|quede // quedamos ... a que // a nombre de quien"
    " // esta|sigue en pie .... // sigue en pie // esta confirmado mi|el turno // mi turno .... sigue|es ... ?",
)

CONFIRM = any_of(
    "nos vemos el|este // see you [on|next] {weekday} // confirmado|confirmada|confirmamos // confirmame|confirma el"
    "|mi|la|lo"
    " // confirmo|confirmar [el|mi|la|asistencia|turno] // i confirm // confirm my|the // pode confirmar"
    " // asisto|asistire // voy a ir|estar|asistir // ahi|alli voy|estare|estaremos|vamos // cuenten conmigo"
    " // confirma* asistencia|presencia",
)

# "Después te confirmo" confirms nothing.
NOT_YET = any_of(
    "despues|luego|rato|tarde|mañana|noche|ahora|cualquier|igual [cosa] [te|le|les|lo|yo] aviso|confirmo|digo|escribo"
    "|contesto|respondo",
    "te|le|les aviso|confirmo [mas|despues|luego|mañana|a|en|esta|bien|cuando] tarde|luego|despues|mañana|la|un|noche"
    "|cuando|si",
)

_FREE = (
    "libre|libres|disponible|disponibles|disponivel|disponiveis|livre|livres|desocupado|desocupada|desocupados|ocupado"
    "|ocupada|free|available|open"
)
AVAILABILITY = any_of(
    "decis|decime|sabes|dirias si podes|podrias|puede // hay|existe|habria|habra [la|alguna] posibilidad|chance|forma"
    "|manera // muy|estas|esta|estan|tenes lleno|full|llena|completo|completa|ocupado|explotado .... ?"
    " // sigue|siguen libre|disponible",
    "que|dame|pasame|mostrame|otras|tirame|mas|mais [otras] opciones|alternativas"
    " // que [me] podes|podrias|puede [ofrecer] ofrecer|dar|conseguir",
    "que otro|otra dia|horario|hora|momento // cuando|hora|dia te|les viene|queda [bien|comodo|mejor]"
    " // cuando es|seria lo mas|antes|primero",
    "estas|vas [a] [estar] {weekday}|mañana|hoy|pasado .... ?",
    "que|cual|cuales|qual|quais|what|which|cuantos .... {free}|ofreces|manejas|works|work|are"
    " // que|cual|cuales dia|dias|horario|horarios|hora ... podes|podrias|podrian|pueden|podras|puedo|podria|podemos"
    " // que|cual|cuales|what ... [dia|dias|horario|horarios|hora|turnos|huecos|times|slots] [son] [los] [que] [te"
    "|les] [estan|esta|are|is|estas] [queda|quedan] " + _FREE,
    "{have} [lo|la|por] .... {lugar} // {have} [mas] nada|ninguno|ningun|otro|otra|otros|mas|con|con"
    " // {have} [lo|la] un|una|para|el|la|los|mañana|hoy|a|tipo|entre|antes|despues|por|entonces|al|pasado|esta|este"
    "|en|na|no|\\d+(?!\\sañ)(?!\\smeses)(?!\\sdias)|{weekday}|amanha|hoje|as|agora|ahora [{weekday}|las|el|la|ratito"
    "|segundo] // {have} ?",
    "disponibilidad|disponibilidade|availability|disponib*|disponiv*"
    " // do|can|could you [guys] have|fit|got|squeeze // have you got"
    " // any|an ... openings|opening|slots|slot|availability|times|spots|chance|space",
    "is|are there [anything|a|any|something|space|room|an] // anything|something before|after|between|later|earlier|on"
    "|for|free|available|open|tomorrow|today|next|this|around|at|in|left // what about"
    " // what's|whats available|free|open // are you|they free|available|taken // is ... free|available|taken|open",
    "esta|estan|estas|estara|estaria|estaras|estarias|is ... "
    + _FREE
    + " // earliest|soonest // cuando|quando [me|te|es|seria|voce] {have}|podes|podrias|podria|puedo|podre|seria"
    "|podrian|pueden|estas|posso|atiende|estarias|puede|can|podriamos",
    "para|a partir|desde [de] cuando|quando|que [dia|dias|hora] [me|mas] {have}|podes|podrias|podria|puedo|seria|das"
    "|dan|estas|estan|podre|puede // lo|el mas|primero pronto|cercano|proximo|temprano|rapido|que|antes [posible] que",
    "como|com venis|vienen|andas|andan|estas|estan|viene|tenes|tienen [de|con|la|los] turnos|agenda|lugar|tiempo"
    "|horarios|para|el|mañana|hoy|semana|este|esta|pasado|{weekday}",
    "saber|ver|consultar*|preguntar*|preguntaba|consultaba|fijarte|fijate|fijas|fijaste si|se|por|que|cuando .... "
    "{have}|podes|podrias|habra|" + _FREE,
    "cual|qual|what's|what es|e|seria|is [el|o|la|tu|the|your] [turno|horario] proximo|proxima|primer|primero|primera"
    "|primeiro|next|first|mas|earliest // mas|menos cercano|proximo|pronto [que|posible] [que] {have}|hay|tengas",
    "los|que turnos|horarios|huecos|lugares .... libres|disponibles // decime|dime|contame|pasame|pasas|mandame"
    "|mostrame|mostras|diganme|mandas|decis|tirame que|los|cuales|las|unos|algunos|opciones|horarios [horarios|turnos"
    "|huecos|dias|opciones|horas|hay|tenes|tienen|te|disponibles|libres]"
    " // ver horarios|turnos|opciones|disponibilidad|la|los // la agenda|grilla",
)

# A question about a slot asks what is free, unless it asks for the slot itself ("¿me hacés un lugar?").
QUESTION = any_of(
    "algo|algun|alguna|lugar|lugarcito|hueco|huequito|turno|turnos|turnito|horarios|horario [libre|lugar|turno"
    "|disponible|hueco|turnito|lugarcito] para|el|este|mañana|hoy|a|por|esta|en|la|de|con|despues|antes|pasado|tipo"
    "|entre|al|{weekday} .... ? // nada|ninguno|algo para|el|hoy|mañana|mas|antes [tarde|temprano] .... ?"
    " // algun turno|turnito|lugar|hueco|horario|lugarcito ? // horarios|turnos ?",
)
# "¿Está Lucas mañana?", where somebody was named.
ASKS_AFTER = any_of(r"esta(?!\starde)(?!\snoche)(?!\smañana)(?!\ssemana)|estara|viene|atiende|trabaja|labura|is .... ?")
ASKS_FOR_IT = any_of(
    "puede|podria|podra|pode ser // se puede // quiero|quisiera|queria|querria|necesito|preciso|quero|need|want|i'd"
    "|book|can|gostaria",
    "me|nos {give} // puedo|podemos|podriamos|could // anot*|agend*|reserv*|hace|haceme|haces|hari*|hacen|pone*|dame"
    "|das|darias|dan"
    "|consegui*|guard*|{give_me}|podes|podrias|pueden|podrian|dar|sacar|marcar",
)

# A booking that is told of, and another day or hour asked for: that is a move as well.
HAS_ONE = any_of(
    "tengo|tenia|tenemos|tenho|tinha|saque|reserve [turno|hora|cita|horario] [para|con] [el|la|o|a|na] [las] {weekday}"
    "|mañana|hoy|amanha|\\d+"
    " .... puede|podra|podria|pode|mejor|sera|se ser|sea|el|la|para|a|puede"
)

# A move says so by its verb, or by whom it goes to; which of two days is which, is for `joining` to find out.
MOVES = any_of("{move}|{move_it}")
MOVES_TO = any_of("{move} [el|mi] [turno|cita] a|con|por|para")

# A question that is about no slot is about the business.
ASKS = any_of(
    "que|como|cual|cuales|quien|quienes|donde|cuanto|cuanta|cuantos|cuantas|cuando|vend*|tiene|acept*|hacen|haces"
    "|venden|trabajan|cobran|dan|posso|sirve|sirven|conviene|usan|usas|duele|esta|estan"
    "|son|es|hay|tienen|tenes|puedo|se|what|how|which|who|do|does|is|are|can|quem|qual|voces|tem|pode .... ?",
)

INTERROGATIVE = any_of(
    "?|que|como|cual|cuales|quien|donde|cuanto|cuando|precio|precios|valor|what|how|which|when|where|quanto|onde|qual"
)

BOOK = any_of(
    "turno|turnos|turnit*|reserv*|agend*|anot*|lugarcito|book|booking|schedule|marcar|appointment|cita|haceme|haces"
    "|poneme|ponme|dame|horario|hora|vaga|hueco|huequito|lugar",
    "cortarme|cortarle|cortarse|cortarnos|atenderme|atenderse // puede|podria|podra|pode ser // se puede|podra"
    " // me gustaria|conviene|viene|queda|vendria // prefiero|elijo // sacar|saco|pedir|coordinar",
    "necesito|quiero|quisiera|queria ir|pasar|venir|atenderme|sacar|un|una|el|la|ese|esa|para // that|this works"
    " // otro|otra barbero|peluquero|profesional|medico|peluquera // puedo|podria ir|pasar|caer // nuevo turno"
    " // cualquiera|indistinto // quien sea // da|es igual|lo|indistinto [mismo] // lo de siempre"
    " // el|la|lo que sea // con el|la|los que este|sea|pueda|atienda|haya // mais tarde|cedo // later|earlier // no"
    " importa|interesa [con] quien|cual // con el|la mismo|misma|barbero|peluquero|chica"
    "|chico"
    " // otro|otra dia|horario|hora // mas tarde|temprano // para mi|mis|mí|una|un hijo|hija|nene|nena|hijos|marido"
    "|mujer|esposa|esposo|novio|novia|mama|papa|hermano|hermana|amigo|amiga|vieja|viejo|pareja|suegra|abuela|abuelo",
)

TURNO = any_of("{turno}|turn*|lugar*|appointment*|marcar")

# The wish for a slot in so many words: beside a question about prices, this is what the message is for.
WISHES = any_of(
    "quiero|quisiera|queria|querria|necesito|preciso|quero|anotame|agendame|reservame|haceme|poneme|dame|sacar|marcar"
    "|need|want|i'd|book // me das|anotas|haces|agendas|reservas|das // can i",
)

# Asking how, or until when, is not doing it; nor is asking not to.
ABOUT_CANCELLING = any_of(
    "hasta cuando|que [hora|dia] [se|lo|la] puedo|puede|podria [se|lo|la] cancel*|cambi*|avis*",
    "con cuanto|cuanta [tiempo] ... cancel*|avis* // politica|politicas [de] [cancel*]"
    " // si cancelo|cancelara|falto .... ? // cobran|hay|tiene|cuesta [algun|un|algo] costo|recargo|multa|penalidad"
    " .... cancel* // cobran .... cancelo|cancelar",
)
# The first or last slot of a day is nobody's yet.
FIRST_OR_LAST = any_of("cual|hora|cuando [es|seria] ... primer|ultimo turno|horario|lugar")
NOT_CANCELLING = any_of("no|don't [me|te|se] [lo|la] cancel*|borres|borren|anules|anulen|bajes|saques [el|mi|lo|la]")

SIGNS: tuple[Sign, ...] = (
    Sign(Intent.HELP, ABOUT_CANCELLING),
    Sign(Intent.WAITLIST, WAITLIST),
    Sign(Intent.HUMAN, HUMAN),
    Sign(Intent.RESCHEDULE, RESCHEDULE),
    Sign(Intent.CANCEL, CANCEL),
    Sign(Intent.CANCEL, CANNOT_COME),
    Sign(Intent.AVAILABILITY, FIRST_OR_LAST),
    Sign(Intent.LIST, LIST),
)
