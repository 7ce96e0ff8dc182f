"""What people ask about a business: the words by which each topic is known."""

from __future__ import annotations

import re
from collections.abc import Mapping

from turnero.bots.understanding.model import Topic
from turnero.bots.understanding.phrases import any_of

_OPEN = (
    "abren|abris|abre|cierran|cierra|cerras|atienden|atendes|atiende|trabajan|trabajas|trabaja|abrem|fecham|atendem"
    "|funciona|funcionan|funcionam|ficam|fica|estan|laburan|laburas|abriran|atenderan|dan"
)

TOPICS: Mapping[Topic, re.Pattern[str]] = {
    Topic.PRICES: any_of(
        "que|q sale|cuesta|salen|cuestan|vale|cobran|cobras // cuanto|quanto [me|te|nos|les|se] [va|vai] [a] {cost}"
        " // cuanto|quanto ? // a cuanto|quanto // cuanto .... {cost}",
        "precio|precios|preço|preços|preco|precos|valor|valores|tarifa|tarifas|arancel* // lista de precios|preços",
        "cuanto ... pagar // cuanto piden|pedis // cuanta plata // costo|costos // presupuesto* // honorario*",
        "how much // price|prices|pricing|cost|costs|rates|fee|fees // que valor ... tiene // sigue ... igual|saliendo",
        "mantienen|mantenes ... precio* // cuanto|quanto esta|ta|sai|fica|custa",
    ),
    Topic.ADDRESS: any_of(
        "donde|onde|adonde|dónde // direccion|direcciones|ubicacion|ubicados|localizacion|endereco|address|location"
        "|mapa|maps",
        "how do|can i get [there] // como ... llego|llegar|chego|chegar // como hago|se ... llegar|llega|va"
        " // en que|cual calle|zona|barrio|altura|direccion",
        "where|where's // directions // que calle // cerca de que // lugar|donde|espacio [para|donde] dejar|guardar"
        "|atar|poner|estacionar // estacionar|estacionamiento|estacionamento|parking|cochera",
    ),
    Topic.HOURS: any_of(
        f"a|hasta|desde|ate|de que hora|horas [voces] {_OPEN} // que horas [voces] {_OPEN} // que dia|dias {_OPEN}",
        "que|cual|cuales|qual|quais [es|son|sao|e] [el|los|sus|o|os|tu] horario|horarios|hora|dias de atencion"
        "|apertura|cierre|trabajo|funcionamiento|funcionamento|atendimento",
        "saber|conocer [cuales|son] [los] horario|horarios [de] [?|.|,|atencion] // diferencia|diferencias entre"
        " // horario|horarios de atencion|apertura|cierre|trabajo|funcionamiento|funcionamento|atendimento|verano"
        "|invierno",
        "que|cual|cuales [es|son] [el|los|sus|su] horario|horarios tienen|manejan|hacen|cumplen ?",
        "que horario tienen|manejan|hacen|cumplen // que horarios manejan|hacen|cumplen",
        "opening|business|working|your hours // what time|days|hours ... do|are you open|close|closed|work",
        "are|you [you|guys] open // when do|are you open|close // open on|today|tomorrow|this",
        r"(?<!me\s)atendes|trabajas|laburan|laburas|abris|atendem|abrem|trabalham|funcionam|atienden|trabajan|abren "
        r"[los|el|este|en|de|a|por|no|na|aos|em] [la|el|los] [sabado|domingo|lunes] {weekday}|sabados|domingos|feriado"
        r"|feriados|mañana|hoy|tarde|noche|mediodia|siesta|\d+",
        "voces|vcs abrem|atendem|trabalham|funcionam // se trabaja|atiende|labura|abre ...."
        " // abren|abris|abrem|atienden|trabajan|cierran|laburan|abriran [los|el|el|los|en|aos|hoy|mañana|a|al|de|por"
        "|este|esta|para|tambien]",
        "estan|esta|estaran abierto|abiertos|abierta|cerrado|cerrados // abiertos|abierto ?"
        " // feriado|feriados|corrido",
        "van a abrir|atender|trabajar|cerrar|estar // atendes|trabajas|abris los|el|feriados|en|hoy|mañana"
        " // esta|estan abierto|aberto*",
        "cierran ... mediodia // horario corrido",
    ),
    Topic.SERVICES: any_of(
        "que|cuales|cual|quais|what [otros|son] [tipo|tipos] [de] [los|sus] servicios|services|tratamientos|trabajos"
        "|servicos",
        "servicios|servicos|services ? // que hacen|haces|ofrecen|fazem|oferecem|incluye|incluyen [ahi|ustedes|voces]"
        " ?",
        "que incluye // hacen|haces|realizan|ofrecen|fazem|oferecem [tambien] {thing} .... ? // do you do|offer"
        " // cuanto ... dura|tarda|demora|tardan",
        "orden|derivacion|receta medica|del // en ayunas|ayuno // hay|tengo|debo que llevar|ir|preparar ..."
        " // trabajan|trabajas|atienden|atendes con|a niños|chicos|nenes|bebes|mujeres|hombres|adultos|mayores",
        "que|cual corte|cortes hacen // cortan|atienden|cortas [a] mujeres|niños|chicos|nenes|hombres|damas|nenas"
        "|bebes|caballeros",
        "que tengo|hay|necesito|debo ... llevar|ir|ayuno // how long // que duracion // quanto tempo // how long",
        "{have} [un|una|el|algun|alguna] wifi|cafe|aire|baño|ascensor|rampa|climatizado|tele|juegos|juguetes|espera"
        "|bebidas"
        "|cambiador|sala|patio|silla|cerveza|mate|escalera|escaleras|accesible|accesibilidad|acceso|calefaccion",
        "atiende|atienden|atendes|hacen|haces|trabaja|trabajan|dan|es|son [sesiones|consultas] [tambien|solo] por|a|de"
        "|en|online"
        "|virtual|presencial videollamada|zoom|meet|domicilio|particular|casa|? // hacen|haces|van|vas|vienen|venis"
        "|atienden|atendes a domicilio"
        " // se puede|permite|permiten ir|llevar|entrar|entro|fumar con|mascota|mascotas|perro|el|mi|la"
        " // hablan|fala|falan|speak ingles|portugues|english|spanish",
    ),
    Topic.STAFF: any_of(
        "quien|quienes|quem|who [me|nos] atiende*|trabaja*|corta*|son|esta*|hay|hace*|works|cuts|atende* ....",
        "que|cuales|cuantos|quais barberos|peluquer*|profesional*|profissiona*|medic*|psicolog*|doctor*|estilista*"
        "|barbeiros|barbers",
    ),
    Topic.POLICY: any_of(
        "politica|politicas|policy // seña|señas|señar|deposito|deposit|anticipo|sinal // penalidad|multa|recargo"
        " // con cuanta|cuanto anticipacion|tiempo|antelacion // hasta cuando puedo|se cancelar|cambiar|avisar",
        "aceptan|acepta|aceptas|toman|tomas|reciben|aceitam|aceita|cobran [con|en] [pagos] [con|en|por] tarjeta*"
        "|debito|credito|mercadopago|mercado|efectivo|transferencia|obra|obras|prepaga*|cuotas|cheque*|dolares|cartao"
        "|pix|card|cash|qr|visa|osde|pami|ioma|swiss|cuenta",
        "tarjeta|tarjetas|debito|credito|mercadopago|efectivo|transferencia|pix|cartao|qr|cash|card|osde|pami|ioma"
        "|swiss"
        " aceptan|acepta|aceptas|toman|reciben|aceitam|trabajan|puede|se|sirve",
        "se puede|puedo|podria|posso|podemos|da|can|pode|could|may [i|we|pra|para] pagar|pago|pay|abonar // medio"
        "|medios|forma|formas|metodo|metodos de pago|pagamento // pagar con|en"
        " // como se|puedo|te|les pago|paga|pagar",
        "do you accept|take // trabajan|atienden con|por|de obra|obras|osde|pami|ioma|prepaga*"
        " // obra|obras social|sociales // convenio|prepaga|prepagas",
        "descuento|descuentos|promo|promos|promocion|promociones|cuotas // alias|cbu|factura|mercadopago",
        "que pasa si ... llego|cancelo|falto|no // hay ... tolerancia // tolerancia",
    ),
}

HELP = any_of(
    "ayuda|ayudame|ayudenme|help|ajuda|ajudar|socorro|menu|info|informacion|informes|information|informacao"
    "|informacoes",
    "como|how [es] [que] funciona*|hago|haria|saco|sacar|agendar|reservar|pedir|agendo|reservo|se|does|do|can ..."
    " turno|turnos|esto|usa|saca|hace|reserva|work|book|funciona|this",
    "como funciona // que|what puedo|podes|se|sabes|can [puede] [hacer|pedir|preguntar|you] ... hacer|preguntar|pedir"
    "|do",
    "tengo|tenia|una|otra|hacerte|hacerles|hago|hacer [una] [otra] pregunta|duda|inquietud"
    " // tengo|tenia|hacerte|hacerles|hago [una|otra] consulta // telefono|whatsapp ? // do i need ... // walk in"
    " // sin turno // orden de llegada // hace|haria falta turno|sacar|reservar|pedir"
    " // hay|tengo|tem|debo que sacar|reservar|pedir|agendar|marcar [un] [turno|horario|hora|cita] [antes] ?"
    " // como es ... tema|asunto|esto // con quien hablo|estoy [hablando] // quien sos|es|eres ?"
    " // sos|eres|es un|una bot|robot|maquina|ia|persona // are you a|an bot|robot|human",
    "no entiendo|entendi // no se como // necesito ayuda // me ayudas|ayudan|orientas // what can you do"
    " // que podes hacer",
    "cual|que [es] [su|el|tu|la] [de] telefono|whatsapp|instagram|insta|mail|email|numero|pagina|web"
    " // tienen|tenes instagram|insta|pagina|web|redes|whatsapp|telefono",
)

# Who tells that something is paid asks nothing.
PAID = any_of(
    "[ya] transferi|pague|deposite|abone|paguei|paid|senie // [ya] te|les|le transferi|pague|deposite|mande|envie|hice"
    "|dejo|mando [el|la|los|las]"
    " [#|\\d+] [de] [la] seña|deposito|plata|transferencia|pago|comprobante"
)


def topics(plain: str) -> frozenset[Topic]:
    """Return what a plain line asks about."""
    return frozenset(topic for topic, pattern in TOPICS.items() if pattern.search(plain))


def asks_for_help(plain: str) -> bool:
    """Tell whether a plain line asks about the business, or how all this works."""
    if PAID.search(plain) and " ? " not in plain:
        return False
    return any(pattern.search(plain) for pattern in TOPICS.values()) or HELP.search(plain) is not None
