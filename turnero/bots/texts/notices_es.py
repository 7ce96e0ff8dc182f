"""What is said of our own accord in Spanish, as it is spoken in Buenos Aires."""

from __future__ import annotations

from turnero.bots.texts.notices_model import NoticeTexts

NOTICES_ES = NoticeTexts(
    booked="¡Listo! Te esperamos {day} a las {time}.\n{service} con {provider}, en {business}.",
    booked_pending=(
        "Recibimos tu pedido: {day} a las {time}, {service} con {provider}, en {business}. "
        "Te avisamos apenas lo confirmen."
    ),
    confirmed="¡Confirmado! Te esperamos {day} a las {time}.\n{service} con {provider}, en {business}.",
    rescheduled="Tu turno cambió: ahora es {day} a las {time}.\n{service} con {provider}, en {business}.",
    rescheduled_pending=(
        "Tu turno cambió: ahora sería {day} a las {time}, {service} con {provider}, en {business}. "
        "Te avisamos apenas lo confirmen."
    ),
    cancelled_by_them="Cancelamos tu turno: {day} a las {time}, {service} con {provider}, en {business}.",
    cancelled_by_shop=(
        "{business} tuvo que cancelar tu turno: {day} a las {time}, {service} con {provider}. Perdón por la molestia."
    ),
    expired="{business} no llegó a confirmar tu pedido: {day} a las {time}, {service} con {provider}. Ya no corre.",
    reminder="Tenés turno {day} a las {time} con {provider}.\n{service}, en {business}.",
    reminder_pending="Pediste turno {day} a las {time} con {provider}, y todavía falta que lo confirmen.",
    offer=(
        "¡Se liberó un lugar! {Day} a las {time}, {service} con {provider}, en {business}. "
        "Te lo guardamos hasta las {until}."
    ),
    rating="¿Qué tal estuvo {service} con {provider}?",
    provider_booked="Nuevo turno: {customer}, {day} a las {time} ({service}).",
    provider_asked="{customer} pide turno: {day} a las {time} ({service}). Falta que lo confirmes.",
    provider_rescheduled="Cambió un turno: {customer} pasa a {day} a las {time} ({service}).",
    provider_cancelled="Se canceló un turno: {customer}, {day} a las {time} ({service}).",
    provider_expired="Venció sin confirmar el pedido de {customer}: {day} a las {time} ({service}).",
    agenda="Tu agenda de hoy, {date}:",
    agenda_empty="Hoy, {date}, no tenés turnos.",
    agenda_line="{time} {customer}, {service}",
    agenda_more="… y {count} más",
    price="Precio: {price}",
    where="Dirección: {address}",
    reason="Motivo: {reason}",
    to_be_confirmed=" (a confirmar)",
    do_acknowledge="Confirmar",
    do_move="Cambiar",
    do_cancel="Cancelar",
    do_take="Tomar",
    do_decline="Pasar",
    stars={5: "⭐⭐⭐⭐⭐ Excelente", 4: "⭐⭐⭐⭐ Muy bien", 3: "⭐⭐⭐ Bien", 2: "⭐⭐ Regular", 1: "⭐ Mal"},
    subjects={
        "booked": "Tu turno en {business}: {short} {time}",
        "confirmed": "Turno confirmado en {business}: {short} {time}",
        "rescheduled": "Tu turno en {business} cambió: {short} {time}",
        "cancelled": "Turno cancelado en {business}: {short} {time}",
        "reminder": "Tu turno en {business}: {short} {time}",
        "offer": "Se liberó un lugar en {business}: {short} {time}",
        "rating": "¿Qué tal estuvo tu visita a {business}?",
    },
    provider_subjects={
        "booked": "Nuevo turno: {customer}, {short} {time}",
        "rescheduled": "Turno cambiado: {customer}, {short} {time}",
        "cancelled": "Turno cancelado: {customer}, {short} {time}",
        "agenda": "Tu agenda de hoy",
    },
    mail_foot="Recibís este correo porque tenés o tuviste un turno en {business}.",
    mail_open="Ver mi turno",
)
