"""What is said of our own accord in Portuguese, as it is spoken in Brazil."""

from __future__ import annotations

from turnero.bots.texts.notices_model import NoticeTexts

NOTICES_PT = NoticeTexts(
    booked="Pronto! Esperamos você {day} às {time}.\n{service} com {provider}, em {business}.",
    booked_pending=(
        "Recebemos seu pedido: {day} às {time}, {service} com {provider}, em {business}. "
        "Avisamos assim que confirmarem."
    ),
    confirmed="Confirmado! Esperamos você {day} às {time}.\n{service} com {provider}, em {business}.",
    rescheduled="Seu horário mudou: agora é {day} às {time}.\n{service} com {provider}, em {business}.",
    rescheduled_pending=(
        "Seu horário mudou: agora seria {day} às {time}, {service} com {provider}, em {business}. "
        "Avisamos assim que confirmarem."
    ),
    cancelled_by_them="Cancelamos seu horário: {day} às {time}, {service} com {provider}, em {business}.",
    cancelled_by_shop=(
        "{business} precisou cancelar seu horário: {day} às {time}, {service} com {provider}. Desculpe o transtorno."
    ),
    expired="{business} não confirmou seu pedido a tempo: {day} às {time}, {service} com {provider}. Não vale mais.",
    reminder="Você tem horário {day} às {time} com {provider}.\n{service}, em {business}.",
    reminder_pending="Você pediu horário {day} às {time} com {provider}, e ainda falta confirmarem.",
    offer=(
        "Abriu uma vaga! {Day} às {time}, {service} com {provider}, em {business}. Guardamos para você até as {until}."
    ),
    rating="Como foi {service} com {provider}?",
    provider_booked="Novo horário: {customer}, {day} às {time} ({service}).",
    provider_asked="{customer} pede horário: {day} às {time} ({service}). Falta você confirmar.",
    provider_rescheduled="Um horário mudou: {customer} passa para {day} às {time} ({service}).",
    provider_cancelled="Um horário foi cancelado: {customer}, {day} às {time} ({service}).",
    provider_expired="Venceu sem confirmação o pedido de {customer}: {day} às {time} ({service}).",
    agenda="Sua agenda de hoje, {date}:",
    agenda_empty="Hoje, {date}, você não tem horários.",
    agenda_line="{time} {customer}, {service}",
    agenda_more="… e mais {count}",
    price="Preço: {price}",
    where="Endereço: {address}",
    reason="Motivo: {reason}",
    to_be_confirmed=" (a confirmar)",
    do_acknowledge="Confirmar",
    do_move="Remarcar",
    do_cancel="Cancelar",
    do_take="Quero",
    do_decline="Passar",
    stars={5: "⭐⭐⭐⭐⭐ Excelente", 4: "⭐⭐⭐⭐ Muito bom", 3: "⭐⭐⭐ Bom", 2: "⭐⭐ Regular", 1: "⭐ Ruim"},
    subjects={
        "booked": "Seu horário em {business}: {short} {time}",
        "confirmed": "Horário confirmado em {business}: {short} {time}",
        "rescheduled": "Seu horário em {business} mudou: {short} {time}",
        "cancelled": "Horário cancelado em {business}: {short} {time}",
        "reminder": "Seu horário em {business}: {short} {time}",
        "offer": "Abriu uma vaga em {business}: {short} {time}",
        "rating": "Como foi sua visita a {business}?",
    },
    provider_subjects={
        "booked": "Novo horário: {customer}, {short} {time}",
        "rescheduled": "Horário mudou: {customer}, {short} {time}",
        "cancelled": "Horário cancelado: {customer}, {short} {time}",
        "agenda": "Sua agenda de hoje",
    },
    mail_foot="Você recebe este e-mail porque tem ou teve um horário em {business}.",
    mail_open="Ver meu horário",
)
