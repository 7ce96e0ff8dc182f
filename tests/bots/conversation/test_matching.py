"""Which service and whom people mean, by the words that they use."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.bots.conversation.world import SHOP
from turnero.bots.conversation.matching import services_called, staff_called


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("corte", "Corte de pelo"),
        ("un corte de pelo", "Corte de pelo"),
        ("cortarme el pelo", "Corte de pelo"),
        ("degradé", "Corte de pelo"),
        ("haircut", "Corte de pelo"),
        ("corte de cabelo", "Corte de pelo"),
        ("barba", "Arreglo de barba"),
        ("hacerme la barba", "Arreglo de barba"),
        ("corte y barba", "Corte y barba"),
        ("pelo y barba", "Corte y barba"),
        ("haircut and beard", "Corte y barba"),
        ("corte para el nene", "Corte infantil"),
        ("afeitada", "Afeitado clásico con toalla caliente"),
        ("tintura", "Color"),
        ("COLOR", "Color"),
    ],
)
def test_a_service_is_known_by_what_people_call_it(said: str, meant: str) -> None:
    assert [service.name for service in services_called(said, SHOP)] == [meant]


@pytest.mark.parametrize("said", ["masaje", "", "de", "123"])
def test_what_the_shop_does_not_do_is_nothing_of_its_list(said: str) -> None:
    assert services_called(said, SHOP) == []


def test_what_could_be_several_is_all_of_them() -> None:
    colours = tuple(
        replace(SHOP.services[0], id=f"svc-{name}", name=name) for name in ("Color completo", "Color en puntas")
    )
    assert len(services_called("color", replace(SHOP, services=colours))) == 2


@pytest.mark.parametrize(("said", "meant"), [("martin", "Martín Ferreyra"), ("Lucía Benítez", "Lucía Benítez")])
def test_people_are_known_by_their_first_name_with_or_without_accents(said: str, meant: str) -> None:
    assert [member.name for member in staff_called(said, SHOP)] == [meant]


def test_nobody_is_called_by_a_name_that_is_not_theirs() -> None:
    assert staff_called("Esteban", SHOP) == []
    assert staff_called("", SHOP) == []
