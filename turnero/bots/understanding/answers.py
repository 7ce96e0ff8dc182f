"""Messages that are nothing but an answer or a greeting: "dale", "nah, re caro", "mi turno", "buenas, ¿cómo va?"."""

from __future__ import annotations

from turnero.bots.understanding.intents import Sign
from turnero.bots.understanding.model import Intent
from turnero.bots.understanding.phrases import nothing_but

_THUMBS = "👍|👌|✅|✔|🙌|💪|🆗|☑|🤙"
_FACES = "🙏|😊|😀|😁|😃|🙂|😉|❤|👋|😂|🤣|😅|🥰|😘|🤗|💈|✂|🔥|👏"
_SKINS = "\U0001f3fb|\U0001f3fc|\U0001f3fd|\U0001f3fe|\ufe0f"
_EMOJI = f"{_THUMBS}|{_FACES}|{_SKINS}"
_POLITE = (
    "mmm|mm|hm|hmm|uf|uff|ufa|gracias|graciass|thanks|thank|obrigado|obrigada|porfavor|please|favor|che|amigo|amiga"
    "|maestro|maestra|capo|genio"
    "|genia|crack|bro|hermano|loco|boludo|boluda|rey|reina|querido|querida|corazon|señor|señora|jefe|lindo|linda|jaja*"
    "|jeje*|ja|je|haha*|kkk*|abrazo|saludos|beso|besos|!|,|.|?|-|:|)|(|'|"
    + _EMOJI
    + " // muchas|mil|muchisimas|por|muito|ok|dale gracias|favor|obrigado|obrigada // thank you|u [very|so] [much]"
    " // desde ya // te|les|lo agradezco"
)
_YES = (
    "si|sii|sip|sim|see|sep|seh|sisi|yes|yeah|yea|yep|yup|ya|dale|ok|listo|lista|joya|perfecto|perfect|perfeito|genial"
    "|barbaro|barbara|buenisimo|buenisima|excelente|obvio|claro|confirm*|bien|bueno|correcto|exacto|afirmativo"
    "|positivo|acepto|aceptar|voy|vamos|va|sure|great|fine|good|alright|right|combinado|beleza|pode|isso|certo|fechado"
    "|hecho|impecable|piola|golazo|cerrado|cerramos|macanudo|fenomeno|espectacular|seguro|sale|vale|venga|amen|fija|re"
    "|copado|copada|absolutely|definitely|otimo|maravilla|maravilloso|cool|awesome|agreed|deal|esa|ese|eso|exactamente"
    "|efectivamente|tranqui|oka|igual|entonces|adelante|okis|ta|"
    + _THUMBS
    + " // conforme|clarisimo|clavado|perfectisimo|bora|ideal|divino|divina|regio|estupendo|excelentisimo|diez|10"
    "|totally|affirmative|correct|totalmente|trato // una masa|bomba|joya|maravilla|genialidad|locura"
    " // that's|thats perfect|good|great|fine|ok|right|it|cool|awesome // no worries|biggie // para mi // no hay|tengo"
    "|tenemos|es|tiene [ningun]"
    " problema"
    "|problemas|drama|dramas|inconveniente|inconvenientes|lio // sin|sem|no problem|problema|problemas|drama|dramas|lio"
    "|inconvenientes // dale nomas // me copa|cierra|gusta|encanta|va|parece // de 10|diez|maravilla|lujo|primera"
    " // que si // asi sea // asi [esta] bien|perfecto"
    " // de una|acuerdo|10|diez|toque // por supuesto // esta|ta|estaria|todo|muy|re|me|ta bien|perfecto|joya|genial"
    "|barbaro|bom|bueno|buenisimo|sirve|parece|va|copa // me sirve|parece|queda|viene|va [bien|perfecto|joya|barbaro"
    "|genial|bueno] // asi es // see you [then|there|soon|tomorrow|later] // claro que si"
    " // ahi|alli estoy|estare|voy|vamos|estaremos // alla|ahi voy|vamos // nos vemos [ahi|alla] // that|this one"
    " // that|sounds|works|looks works|good|great|for|fine|perfect [me] // it's fine|ok|good // of course"
    " // go ahead // quedamos [asi|en] [eso] // trato hecho // como no"
    " // ese|esa|eso|este [mismo|esta] [bien|perfecto|mismo] // ese|esa|este horario|turno|opcion|dia"
    " // quiero|tomo|elijo|reserva|reservame|agenda|agendame|anotame|dame|prefiero ese|esa|este [horario|turno|mismo"
    "|misma] // me quedo con ese|esa|este [horario|turno|mismo] // reservalo|agendalo|anotalo|hacelo|metele|mandale"
    " // dale para adelante // por mi bien|perfecto // pode ser // isso [mesmo|ai] // tudo|com certo|certeza|bem"
    " // estoy de acuerdo // dale que va|si|dale // el|la primero|primera|primer opcion // tal cual // all right"
    " // ya confirmo"
)
_NO = (
    "no|nop|nono|nope|nah|naa|na|non|nao|negativo|ninguno|ninguna|ningun|nunca|jamas|none|nevermind|never|not|wrong"
    "|paso|nones|nanay|negative|naranja|imposible|carisimo|incorrecto|mal|dejalo|dejala|deja|olvidate|olvidalo|nada"
    "|nel|deixa|nenhum|nenhuma|👎|❌|🚫 // para nada"
    " // re|muy|es|esta|demasiado|poco|tan [re|muy|demasiado] caro|cara|caros|lejos|tarde // a|con ninguno|ninguna [de"
    "|me] [esos|esas"
    "|los|las|ellos|puedo|sirve] [puedo|sirve|viene] // ninguno|ninguna|ningun [de] [esos|esas|los|las|horario|turno"
    "|dia]"
    " [horarios|dias] puedo|llego|me // no [me|te] [tira|llama|cabe|copa|gusta|cierra|interesa] // ni a palos|gancho"
    " // no|nao [,] por|quero|preciso ahora|mais // ni da|ganas|pienso|ahi|loco // i'm good|fine|ok // esta mal"
    "|equivocado|errado"
    " // mejor|todavia|aun|ahora|prefiero|por|creo|asi [que] no|ahora // ni ahi|loco|en|a [pedo|palos]"
    " // no|nao gracias|asi|quiero|puedo|por|hace|es|va|me|te|tanto|quero|thanks|way|it's|not [falta|necesario|sirve"
    "|sirven|viene|queda|gusta|ahora|convence|va|eso|asi|eso|interesa|preocupes|hagas|conviene|cierra|copa] [bien|nada"
    "|comodo|muy|tan] [bien|comodo] // none of [them|those|these] [work|works]"
    " // nenhum|nenhuma [desses|deles|dessas] // ninguno|ninguna [de] [esos|esas|los] [me|tres|dos] [sirve|viene"
    "|queda] [bien] // me arrepenti // never mind // not now|really|today // agora|melhor nao // deixa pra|para la"
    " // esa|ese|esos|eso|asi|esas|este no // i don't [want|think] [it|so|that] // mejor dejalo|dejala|deja|nada"
    " // no me sirve|viene|queda|gusta ninguno|ninguna|ese|esa|eso|ningun [horario] // i'd rather not"
    " // dejalo|deja asi|nomas|ahi // de ninguna manera // no esta bien // creo que no // para|por mi|mí no // yo paso"
    " // deja|dejalo [,] no importa // that"
    "|this|it [one|time] doesn't|won't|don't|doesnt work|suit [for] [me] // por ahora no"
    " // no [lo] confirmo|acepto"
)
_HELLO = (
    "estan|ahi|hola|holis|holi|holas|holu|buenas|hi|hello|hey|hiya|oi|ola|oie|opa|alo|ey|epa|wenas|there|start"
    "|inicio|empezar|comenzar|buen|buenos|muy|buenass|bunas|olas|hallo|ciao"
    " // buen|buenos|bom|good|boa|buena|lindo dia|dias|morning|afternoon|evening|tarde|noite|tardes|noches|day"
    " // buenas|boas tardes|noches|dias|tarde|noche // que|q tal|onda|haces|contas|hay|hubo [tal|todo|de] [bien"
    "|nuevo] // como|com va|andas|andan|estas|esta|estan|anda|le|te|vai|vas|van|are|is [va|van|todo|todos|usted|voce"
    "|ustedes|vos|che|bien|eso|la] // todo|tudo|tudo bien|bem|bom|tranqui|joya|beleza"
    " // how are|is|'s you|it|things|everything [going|doing|today] // how's it|everything going // what's up"
    " // good to // bien y vos|usted|ustedes // e ai // hola|hello a todos|gente|amigos|buenas|there|again|de [nuevo]"
    " // espero que ... bien|anden // 👋"
)
WHOLE: tuple[Sign, ...] = (
    Sign(
        Intent.LIST,
        nothing_but(
            "mi|mis|my|meu|meus turno|turnos|turnito|cita|citas|reserva|reservas|horario"
            "|appointment|appointments|booking|bookings|agendamento|agendamentos|hora",
            _POLITE + " // hola|ver|y|el|los",
        ),
    ),
    Sign(
        Intent.AVAILABILITY,
        nothing_but("horarios|disponibilidad|huecos|libres|availability", _POLITE + " // hola|los|ver"),
    ),
    Sign(
        Intent.DENY,
        nothing_but(
            _NO,
            _POLITE
            + " // bueno|ah|eh|uh|che|pero|por|ahora|dale|ok|entonces|igual|al|final|hola|perdon|disculpa|y|todavia"
            "|bien",
        ),
    ),
    Sign(
        Intent.CONFIRM,
        nothing_but(
            _YES,
            _POLITE
            + " // bueno|ah|ahh|eh|uh|che|pero|por|ahora|hola|buenas|y|el|turno|mi|asi|quedamos|perdon|mejor|nomas"
            "|total|te|lo|la|nos|vemos|entonces|ahi|que",
        ),
    ),
    Sign(
        Intent.HELP,
        nothing_but(
            "opciones|menu|consulta|consultita|pregunta|preguntita",
            _HELLO + " // una|otra|tengo|!|,|.|?|:|porfavor|te|hago",
        ),
    ),
    Sign(
        Intent.GREETING,
        nothing_but(
            _HELLO,
            _POLITE + " // y|vos|todos|a|gente|por|ahi|de|nuevo|bien|otra|vez|espero|bueno|ahora|soy|estimado|estimada"
            "|estimados|tincho|joven|caballero|usted|dama|niña|niño|ok|eh|se|lo|saluda",
        ),
    ),
)
