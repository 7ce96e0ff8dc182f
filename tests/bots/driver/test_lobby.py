"""Which business somebody wants, where there are several."""

from __future__ import annotations

import pytest

from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, Started
from turnero.bots.driver.lobby import Ask, Door, Enter, Lobby, choose
from turnero.engine.domain.value import BusinessId

TURNO = Door(BusinessId("biz_1"), "el-turno", "Barbería El Turno", "Av. Corrientes 3247")
SALON = Door(BusinessId("biz_2"), "salon-norte", "Salón Norte")
DOORS = (TURNO, SALON)
SHOWN = Lobby(shown=(TURNO.business_id, SALON.business_id), said=Said(text="un corte mañana"))


def chosen(
    inbound: Inbound,
    *,
    doors: tuple[Door, ...] = DOORS,
    lobby: Lobby = Lobby(),  # noqa: B008  a frozen value
    current: BusinessId | None = None,
) -> Enter | Ask:
    return choose(doors, inbound, lobby=lobby, current=current, language="es")


def test_where_there_is_one_business_nobody_is_asked() -> None:
    hello = Said(text="hola")
    assert chosen(hello, doors=(TURNO,)) == Enter(TURNO.business_id, hello)
    assert chosen(Said(text="1"), doors=(TURNO,)) == Enter(TURNO.business_id, Said(text="1"))


def test_where_there_are_several_somebody_is_asked_and_what_they_said_is_kept() -> None:
    asked = chosen(Said(text="un corte mañana"))
    assert isinstance(asked, Ask)
    assert [one.title for one in asked.reply.choices] == ["Barbería El Turno", "Salón Norte"]
    assert asked.reply.choices[0].detail == "Av. Corrientes 3247"
    assert asked.lobby == SHOWN


@pytest.mark.parametrize("inbound", [Started(), Attached(kind=Attachment.STICKER), Pressed(token="m1.0")])
def test_what_says_nothing_is_not_kept(inbound: Inbound) -> None:
    asked = chosen(inbound)
    assert isinstance(asked, Ask)
    assert asked.lobby.said is None


@pytest.mark.parametrize(
    "answer",
    [
        Pressed(token="shop:2"),
        Said(text="2"),
        Said(text=" Salon norte "),
        Said(text="salon-norte"),
        Said(text="¡Salón Norte!"),
        Said(text="el salón"),
        Said(text="Norte"),
    ],
)
def test_who_was_asked_answers_by_pressing_by_number_or_in_words(answer: Inbound) -> None:
    assert chosen(answer, lobby=SHOWN) == Enter(SALON.business_id, Said(text="un corte mañana"))


def test_who_answers_nothing_of_use_is_asked_again_and_what_they_said_first_is_still_kept() -> None:
    again = chosen(Said(text="7"), lobby=SHOWN)
    assert isinstance(again, Ask)
    assert again.lobby == SHOWN


def test_a_link_names_the_business_even_if_another_was_talked_to() -> None:
    assert chosen(Started(payload="salon-norte"), current=TURNO.business_id) == Enter(SALON.business_id, Started())


def test_a_link_that_names_no_business_says_nothing() -> None:
    assert chosen(Started(payload="nowhere"), current=TURNO.business_id) == Enter(TURNO.business_id, Started())
    assert isinstance(chosen(Started(payload="nowhere")), Ask)


def test_the_first_words_may_name_the_business() -> None:
    first = Said(text="Hola, un turno en salón norte para mañana")
    assert chosen(first) == Enter(SALON.business_id, first)
    both = Said(text="¿Salón Norte o Barbería El Turno?")
    assert isinstance(chosen(both), Ask)


def test_who_talks_to_a_business_goes_on_with_it_until_they_name_another_by_itself() -> None:
    current = TURNO.business_id
    about = Said(text="¿son mejores que salón norte?")
    assert chosen(about, current=current) == Enter(current, about)
    number = Said(text="2")
    assert chosen(number, lobby=SHOWN, current=current) == Enter(current, number)
    assert chosen(Said(text="Salón Norte"), current=current) == Enter(SALON.business_id, Started())


def test_a_business_that_is_gone_is_not_gone_on_with() -> None:
    assert isinstance(chosen(Said(text="hola"), current=BusinessId("biz_gone")), Ask)


def test_more_businesses_than_a_list_takes_are_asked_for_by_name() -> None:
    many = tuple(Door(BusinessId(f"biz_{n}"), f"slug-{n}", f"Negocio {n}") for n in range(11))
    asked = chosen(Said(text="hola"), doors=many)
    assert isinstance(asked, Ask)
    assert asked.reply.choices == ()
    assert chosen(Said(text="negocio 7"), doors=many, lobby=asked.lobby) == Enter(
        BusinessId("biz_7"), Said(text="hola")
    )


def test_where_there_is_no_business_somebody_is_told_so() -> None:
    asked = chosen(Said(text="hola"), doors=())
    assert isinstance(asked, Ask)
    assert asked.reply.choices == ()
