"""What is wanted: the same intent in many words, and what is said of an existing booking as against a new one."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from turnero.bots.understanding import Intent, Ref, understand

NOW = datetime(2026, 5, 6, 11, tzinfo=ZoneInfo("America/Argentina/Buenos_Aires"))  # a Wednesday

SAYINGS = {
    Intent.BOOK: "quiero un turnito // me hacés un lugar mañana? // paso mañana a las 6 // con Lucía // corte y barba"
    " // 18hs // puedo ir el sábado? // dale, mañana a las 10 // no, mejor el martes // book me a haircut // quero"
    " marcar amanhã // me tirás un lugar el lunes? // me guardás el viernes a las 6?",
    Intent.AVAILABILITY: "tenés algo mañana? // hay lugar ahora? // qué horarios te quedan // está Lucas mañana? //"
    " cuándo tenés? // do you have anything on friday? // tem vaga na sexta? // para cuándo hay? // no hay nada antes?",
    Intent.CANCEL: "bajame el turno // cancelá // no voy a poder ir // mañana no puedo // sacame el turno // dame de"
    " baja // ya no necesito el turno // quiero cambiar el turno, ah no, mejor cancelalo // I can't make it // preciso"
    " desmarcar",
    Intent.RESCHEDULE: "cambiame el turno // quiero reprogramar // no llego a las 5, puede ser 6? // lo puedo pasar al"
    " lunes? // cancelame el viernes y sacame uno para el lunes // move my appointment // quero remarcar //"
    " páseme el turno para el lunes // lo patearías al jueves? // tirámelo para el viernes // cambiame a Lucía //"
    " pasá el color al miércoles // cambio el martes por el jueves // tengo el martes, podrá ser el jueves? // sacame"
    " del"
    " jueves y poneme el viernes // cancelalo, ah no, mejor corrélo al viernes",
    Intent.LIST: "mis turnos // a qué hora tengo? // cuándo es lo mío // tengo turno mañana? // when is my"
    " appointment? // quando é meu horário? // mi turno // está todo bien con mi turno?",
    Intent.CONFIRM: "sí // dale // de una // joya // ok // 👍 // perfecto, confirmo // dale, anotame // yes please //"
    " isso mesmo // siii // buenísimo // ahí estaré // no hay problema // conforme",
    Intent.DENY: "no // no gracias // mejor no // ninguno me sirve // naa dejá // el martes no // no lo canceles //"
    " não, obrigado // mmm no // paso // re caro // a ninguna de esas puedo",
    Intent.HELP: "cuánto sale? // dónde quedan? // a qué hora abren? // aceptan tarjeta? // qué servicios hacen? //"
    " ayuda // hasta cuándo puedo cancelar? // how much is it? // qual o endereço? // cómo saco turno? // el local"
    " tiene"
    " rampa? // tarjeta aceptan? // atiende por videollamada?",
    Intent.GREETING: "hola // buenas, qué tal? // buen día! // holaaa // hi // oi, tudo bem? // buenas noches",
    Intent.HUMAN: "quiero hablar con alguien // hay alguien? // pasame con una persona // operador // talk to a human"
    " // me atiende una persona real? // quero falar com um atendente",
    Intent.WAITLIST: "anotame en lista de espera // avisame si se libera algo // si te cancelan uno me avisás? // si"
    " alguien se baja decime // let me know if something opens up // me avisa se abrir vaga // si falta alguno pegame"
    " un"
    " grito // cualquier baja me chiflás",
}


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in SAYINGS.items() for text in texts.split(" // ")]
)
def test_an_intent_in_many_words(intent: Intent, text: str) -> None:
    assert understand(text, now=NOW).intent is intent


@pytest.mark.parametrize(
    "text",
    ["después te confirmo", "lo pienso y te aviso", "llego tarde", "soy Juan", "tengo el pelo largo", "me llamo Ana"],
)
def test_what_asks_for_nothing_has_no_intent(text: str) -> None:
    assert understand(text, now=NOW).intent is None


THURSDAY, FRIDAY, SATURDAY = date(2026, 5, 7), date(2026, 5, 8), date(2026, 5, 9)


@pytest.mark.parametrize(
    ("text", "ref", "new"),
    [
        ("pasame el de las 5 para las 6", Ref(time="17:00"), (None, "18:00")),
        ("mové mi turno de las 10 a las 11", Ref(time="10:00"), (None, "11:00")),
        ("no llego a las 5, puede ser 6?", Ref(time="17:00"), (None, "18:00")),
        ("cambiá mi turno a las 4 y media", None, (None, "16:30")),
        (
            "cambiame el del jueves para el viernes a las 10",
            Ref(date_from=THURSDAY, date_to=THURSDAY),
            (FRIDAY, "10:00"),
        ),
        ("quiero pasar al viernes el turno del jueves", Ref(date_from=THURSDAY, date_to=THURSDAY), (FRIDAY, None)),
        (
            "tengo turno el jueves a las 3, lo puedo pasar al viernes?",
            Ref(date_from=THURSDAY, date_to=THURSDAY, time="15:00"),
            (FRIDAY, None),
        ),
        (
            "move my appointment from Thursday at 3 to Saturday at 10",
            Ref(date_from=THURSDAY, date_to=THURSDAY, time="15:00"),
            (SATURDAY, "10:00"),
        ),
        ("remarca de quinta pra sexta", Ref(date_from=THURSDAY, date_to=THURSDAY), (FRIDAY, None)),
        ("necesito cambiar el turno de mañana", Ref(date_from=THURSDAY, date_to=THURSDAY), (None, None)),
        ("pasalo al sábado", None, (SATURDAY, None)),
    ],
)
def test_moving_tells_the_old_booking_from_the_new_slot(
    text: str, ref: Ref | None, new: tuple[date | None, str | None]
) -> None:
    found = understand(text, now=NOW)

    assert found.intent is Intent.RESCHEDULE
    assert found.ref == ref
    assert (found.date_from, found.time_from) == new


@pytest.mark.parametrize(
    ("text", "service", "staff"),
    [
        ("te hago una consulta, cuánto sale el corte?", "corte", None),
        ("primera consulta con la doctora Ibarra", "primera consulta", "doctora Ibarra"),
        ("corte y barba, bah no, solo corte", "corte", None),
        ("con Martín no, con Diego", None, "Diego"),
        ("che tincho, mañana a las 5?", None, None),
        ("soy Juan, quiero un turno", None, None),
        ("limpieza dental con el dr. Paz", "limpieza dental", "dr. Paz"),
        ("quiero cortarme el pelo con la Lu", "cortarme el pelo", "Lu"),
        ("pago con tarjeta", None, None),
        ("corte con barba", "corte con barba", None),
    ],
)
def test_services_and_people_are_quoted(text: str, service: str | None, staff: str | None) -> None:
    found = understand(text, now=NOW)

    assert (found.service, found.staff) == (service, staff)
