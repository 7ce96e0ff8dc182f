"""What is said of our own accord in English."""

from __future__ import annotations

from turnero.bots.texts.notices_model import NoticeTexts

NOTICES_EN = NoticeTexts(
    booked="All set! See you {day} at {time}.\n{service} with {provider}, at {business}.",
    booked_pending=(
        "We have your request: {day} at {time}, {service} with {provider}, at {business}. "
        "We'll tell you as soon as it is confirmed."
    ),
    confirmed="Confirmed! See you {day} at {time}.\n{service} with {provider}, at {business}.",
    rescheduled="Your appointment has moved: it is now {day} at {time}.\n{service} with {provider}, at {business}.",
    rescheduled_pending=(
        "Your appointment has moved: it would now be {day} at {time}, {service} with {provider}, at {business}. "
        "We'll tell you as soon as it is confirmed."
    ),
    cancelled_by_them="We cancelled your appointment: {day} at {time}, {service} with {provider}, at {business}.",
    cancelled_by_shop=(
        "{business} had to cancel your appointment: {day} at {time}, {service} with {provider}. Sorry for the trouble."
    ),
    expired="{business} did not confirm your request in time: {day} at {time}, {service} with {provider}. It is off.",
    reminder="You have an appointment {day} at {time} with {provider}.\n{service}, at {business}.",
    reminder_pending="You asked for an appointment {day} at {time} with {provider}; it is yet to be confirmed.",
    offer=(
        "A place came free! {Day} at {time}, {service} with {provider}, at {business}. "
        "We'll keep it for you until {until}."
    ),
    rating="How was {service} with {provider}?",
    provider_booked="New appointment: {customer}, {day} at {time} ({service}).",
    provider_asked="{customer} asks for an appointment: {day} at {time} ({service}). It is yours to confirm.",
    provider_rescheduled="An appointment moved: {customer} now comes {day} at {time} ({service}).",
    provider_cancelled="An appointment was cancelled: {customer}, {day} at {time} ({service}).",
    provider_expired="Nobody confirmed the request of {customer} in time: {day} at {time} ({service}).",
    agenda="Your day, {date}:",
    agenda_empty="Today, {date}, you have no appointments.",
    agenda_line="{time} {customer}, {service}",
    agenda_more="… and {count} more",
    price="Price: {price}",
    where="Address: {address}",
    reason="Reason: {reason}",
    to_be_confirmed=" (to be confirmed)",
    do_acknowledge="Confirm",
    do_move="Move",
    do_cancel="Cancel",
    do_take="Take it",
    do_decline="Pass",
    stars={5: "⭐⭐⭐⭐⭐ Excellent", 4: "⭐⭐⭐⭐ Very good", 3: "⭐⭐⭐ Good", 2: "⭐⭐ So-so", 1: "⭐ Bad"},
    subjects={
        "booked": "Your appointment at {business}: {short} {time}",
        "confirmed": "Appointment confirmed at {business}: {short} {time}",
        "rescheduled": "Your appointment at {business} has moved: {short} {time}",
        "cancelled": "Appointment cancelled at {business}: {short} {time}",
        "reminder": "Your appointment at {business}: {short} {time}",
        "offer": "A place came free at {business}: {short} {time}",
        "rating": "How was your visit to {business}?",
    },
    provider_subjects={
        "booked": "New appointment: {customer}, {short} {time}",
        "rescheduled": "Appointment moved: {customer}, {short} {time}",
        "cancelled": "Appointment cancelled: {customer}, {short} {time}",
        "agenda": "Your day",
    },
    mail_foot="You receive this mail because you have or had an appointment at {business}.",
    mail_open="See my appointment",
)
