"""What is said around conversations: before a business is chosen, when somebody is linked, when something broke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from turnero.bots.texts.formats import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The texts of one language. Placeholders in braces are the same in all."""

    which_business: str
    which_business_by_name: str
    no_business: str
    linked: str
    link_over: str
    broken: str
    somebody: str
    somebody_asks: str
    reached_at: str
    reached_on: str


AROUND: Mapping[Language, Around] = {
    "es": Around(
        which_business="¡Hola! ¿Con qué negocio querés hablar?",
        which_business_by_name="¡Hola! ¿Con qué negocio querés hablar? Escribime el nombre.",
        no_business="¡Hola! Acá todavía no hay ningún negocio para reservar.",
        linked="Listo, {name}: este chat quedó vinculado a tu agenda de {business}.",
        link_over="Ese código de vinculación ya no sirve. Pedí uno nuevo y mandámelo.",
        broken="Perdón, algo salió mal de mi lado y no pude con ese mensaje. ¿Me lo escribís de nuevo?",
        somebody="Alguien",
        somebody_asks="{name} pide hablar con una persona de {business}.\n«{said}»\n{contact}",
        reached_at="Su teléfono: {phone}",
        reached_on="Escribe por {channel} y no dejó teléfono.",
    ),
    "en": Around(
        which_business="Hi! Which business would you like to talk to?",
        which_business_by_name="Hi! Which business would you like to talk to? Tell me its name.",
        no_business="Hi! There is no business to book with here yet.",
        linked="Done, {name}: this chat is now linked to your calendar at {business}.",
        link_over="That link code is no longer good. Ask for a new one and send it to me.",
        broken="Sorry, something went wrong on my side and I could not handle that message. Could you send it again?",
        somebody="Somebody",
        somebody_asks="{name} asks to talk to a person at {business}.\n“{said}”\n{contact}",
        reached_at="Their phone: {phone}",
        reached_on="They write on {channel} and left no phone.",
    ),
    "pt": Around(
        which_business="Oi! Com qual negócio você quer falar?",
        which_business_by_name="Oi! Com qual negócio você quer falar? Escreva o nome.",
        no_business="Oi! Ainda não há nenhum negócio para reservar aqui.",
        linked="Pronto, {name}: este chat ficou vinculado à sua agenda de {business}.",
        link_over="Esse código de vínculo não vale mais. Peça um novo e me envie.",
        broken="Desculpe, algo deu errado do meu lado e não consegui tratar essa mensagem. Pode mandar de novo?",
        somebody="Alguém",
        somebody_asks="{name} quer falar com uma pessoa de {business}.\n“{said}”\n{contact}",
        reached_at="Telefone: {phone}",
        reached_on="Escreve pelo {channel} e não deixou telefone.",
    ),
}
