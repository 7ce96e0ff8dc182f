"""Which language a message is in, by its most telling words."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Words that only one of the three languages has, or at least everyday Spanish has not. Spellings without accents.
_TELLING = {
    "pt": "quinze meia daqui almoco quero queria voce voces tem temos nao amanha hoje obrigado obrigada oi ola bom boa"
    " tudo bem sim horario_ com uma um meu minha marcar agendamento agendamentos vaga vagas remarcar desmarcar"
    " desmarca do quanto custa onde quando noite tarde_ manha segunda-feira terca-feira quarta-feira quinta-feira"
    " sexta-feira terca sexta quarta cabelo limpeza preciso gostaria depois ate entao isso pode falar atendente"
    " pessoas duas tres_ muito mais ainda tambem fim cedo vou sao muda muito agendar_ proxima_ meio-dia quinze_ lugar_"
    " das pela pelas posso nome chamo consigo cortar_ fica domingo_ dezembro janeiro fevereiro maio junho julho_"
    " setembro outubro novembro avisa espera_ ninguem algum alguma dia_ as_ na melhor quais estao tchau abrem fecham"
    " fazem mudar qualquer para_ pra_ ontem sabado_ doutora_ unhas beleza valeu",
    "en": "weeks days months weekend thing i i'm i'd i'll you your my the a_ an and or is are do does can could would"
    " want need to for at on of with please hi hello hey thanks thank tomorrow today book booking cancel appointment"
    " appointments haircut what when where how much have anything any this next friday monday tuesday wednesday"
    " thursday saturday sunday morning afternoon evening yes yeah sure someone human talk speak let know something"
    " works good sounds me_ not instead half past noon change move reschedule from after before between around opening"
    " hours price prices it that's what's there open i've beard trim cut shave first_ soon possible waiting list put"
    " weekend week show english am_ pm_ it's later see bye ok_ tonight got available slot slots get come free_ don't"
    " can't make won't be could'nt dr_ last same nope great perfect actually",
    "es": "quiero quisiera queria_ hola buenas que_ turno turnito turnos el la los las un una_ y con del al para_ por_"
    " hoy mañana tenes tenés hay gracias dale si_ no_ lunes martes miercoles jueves viernes puede_ podes puedo tengo"
    " necesito sacar cancelar_ reservar anotame haceme corte_ pelo señora cuanto cuesta sale donde cuando_ mejor lo"
    " porfavor buen dia_ bueno perdon vos che me_ mi_ en_ de_ a_ es_ somos cambiar pasame pasalo hora_ despues antes_"
    " hasta_ entre_ barba_ personas algo alguien hablar quedan estan atienden abren_ esta_ otro otra ese eso esto"
    " muchas bien_ muy como mas ya_ libre lugar le se noche finde tarde_ soy llego voy ir nombre quiere usted cual"
    " cuales también tambien porque pero",
}
_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _TELLING.items():
    for _word in _words.split():
        if not _word.endswith("_"):
            _LANGUAGES.setdefault(_word, []).append(_language)


# Letters that neither Spanish nor English has. They count for two words: "somos 4, dá no sábado às 11?"
_NASAL = re.compile("[ãõçâêôàÃÕÇÂÊÔÀ]")


def language_of(words: Iterable[str], message: str) -> str | None:
    """Return "es", "pt" or "en", whichever more of `words` tell of; None when they tell of none, or of two alike."""
    votes = {"es": 0, "pt": 2 if _NASAL.search(message) else 0, "en": 0}
    for word in words:
        for language in _LANGUAGES.get(word, ()):
            votes[language] += 1
    first, second = sorted(votes, key=lambda language: -votes[language])[:2]
    return first if votes[first] > votes[second] else None
