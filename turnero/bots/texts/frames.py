"""The few words that channels add around what a conversation says: titles of buttons that only they have, commands.

A command of a messenger's menu is sent as if its words had been said: "/mis_turnos" is "mis turnos".
"""

from __future__ import annotations

from collections.abc import Mapping

from turnero.bots.texts.formats import Language
from turnero.engine.domain.value import Value


class Frame(Value):
    """The words of one language. `menu` are commands, and what a messenger says next to each."""

    share_number: str
    open_list: str
    menu: tuple[tuple[str, str], ...]


FRAMES: Mapping[Language, Frame] = {
    "es": Frame(
        share_number="Compartir mi número",
        open_list="Ver opciones",
        menu=(
            ("turno", "Sacar un turno"),
            ("mis_turnos", "Ver mis turnos"),
            ("cambiar", "Cambiar un turno"),
            ("cancelar", "Cancelar un turno"),
            ("precios", "Precios"),
            ("ayuda", "Qué puedo hacer acá"),
        ),
    ),
    "en": Frame(
        share_number="Share my number",
        open_list="See options",
        menu=(
            ("book", "Book an appointment"),
            ("my_appointments", "See my appointments"),
            ("reschedule", "Move an appointment"),
            ("cancel", "Cancel an appointment"),
            ("prices", "Prices"),
            ("help", "What I can do here"),
        ),
    ),
    "pt": Frame(
        share_number="Compartilhar meu número",
        open_list="Ver opções",
        menu=(
            ("agendar", "Agendar um horário"),
            ("meus_horarios", "Ver meus horários"),
            ("remarcar", "Remarcar um horário"),
            ("cancelar", "Cancelar um horário"),
            ("precos", "Preços"),
            ("ajuda", "O que posso fazer aqui"),
        ),
    ),
}
