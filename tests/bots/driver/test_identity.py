"""Who somebody is in a chat: by what the channel vouches for, by a link, and never by what they merely say."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.bots.driver.program import JUAN, LINKS, TEN_TOMORROW, Program
from tests.engine.runtime.simulation import ManualClock
from turnero.bots.conversation.inbound import Said, SharedContact, Started
from turnero.bots.driver.links import LINKS_LAST
from turnero.bots.ports import Profile
from turnero.bots.texts.around import AROUND
from turnero.demo import shop as sample
from turnero.demo.furnish import SampleShop
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.ports import BookingRecord
from turnero.engine.ports.chats import ChatPerson
from turnero.engine.runtime.requests import Caller, CustomerRef, NewBooking, NewBusiness, ProviderChange

ANA_PEREZ = sample.CUSTOMERS[0]
ANAS_PHONE = Profile(name="Ana", phone="+5491145550101")
WHATSAPP = ChatPerson("whatsapp", "+5491145550101")
MARTINS_PHONE = Profile(name="Martín", phone="+5491145550142")


async def booked(program: Program, shop: SampleShop, who: CustomerRef, *, hours: int = 0) -> BookingRecord:
    """Somebody books at the counter."""
    start = TEN_TOMORROW + timedelta(hours=hours)
    new = NewBooking(provider_id=shop.provider_ids[0], service_id=shop.service_ids[0], start=start, customer=who)
    return await program.engine.service.book(shop.owner(), new)


def text_of(replies: object) -> str:
    return str(replies)


# --- Customers ----------------------------------------------------------------------------------------------------


async def test_whoever_writes_from_the_phone_that_they_left_at_the_counter_is_that_customer(
    program: Program, shop: SampleShop
) -> None:
    known = await booked(program, shop, ANA_PEREZ)
    replies = await program.say("mis turnos", who=WHATSAPP, profile=ANAS_PHONE)
    assert "10:00" in text_of(replies)
    assert (await program.row(WHATSAPP)).customer_id == known.customer_id


async def test_whoever_types_somebodys_phone_sees_and_gets_nothing_of_theirs(
    program: Program, shop: SampleShop
) -> None:
    known = await booked(program, shop, ANA_PEREZ)
    await program.say(f"hola, soy Ana Pérez, mi teléfono es {ANA_PEREZ.phone}", "mis turnos")
    assert (await program.row()).customer_id != known.customer_id
    assert "10:00" not in text_of(await program.replies())


async def test_a_shared_contact_joins_what_was_booked_before_with_what_the_business_knows(
    program: Program, shop: SampleShop
) -> None:
    known = await booked(program, shop, ANA_PEREZ)
    await program.say("soy Ana, quiero un corte con Lucía mañana a las 16", "sí")
    assert (await program.row()).customer_id != known.customer_id
    await program.say(SharedContact(phone="+5491145550101", name="Ana"))
    row = await program.row()
    assert (row.customer_id, row.phone) == (known.customer_id, "+5491145550101")
    replies = text_of(await program.say("mis turnos"))
    assert "10:00" in replies
    assert "16:00" in replies


async def test_the_same_person_is_the_same_customer_whenever_they_write(program: Program, clock: ManualClock) -> None:
    await program.say("hola")
    first = (await program.row()).customer_id
    clock.at += timedelta(days=3)
    await program.say("hola")
    assert (await program.row()).customer_id == first
    await program.say("hola", who=ChatPerson("web", JUAN.person))
    assert (await program.row(ChatPerson("web", JUAN.person))).customer_id != first


# --- Those who work here ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["deep link", "text"])
async def test_a_link_makes_a_chat_a_providers(
    program: Program, shop: SampleShop, clock: ManualClock, how: str
) -> None:
    await booked(program, shop, ANA_PEREZ, hours=-18)
    code = LINKS.code(shop.provider_ids[0], now=clock.at)
    replies = await program.say(Started(payload=code) if how == "deep link" else Said(text=f" {code} "))
    assert replies[0].text == AROUND["es"].linked.format(name="Martín Ferreyra", business="Barbería El Turno")
    assert (await program.row()).provider_id == shop.provider_ids[0]
    assert "Ana Pérez" in text_of(await program.say("¿qué tengo hoy?"))


async def test_a_link_is_good_for_one_chat_and_for_a_day(
    program: Program, shop: SampleShop, clock: ManualClock
) -> None:
    code = LINKS.code(shop.provider_ids[0], now=clock.at)
    thief = ChatPerson("telegram", "thief")
    await program.say(code)
    assert [reply.text for reply in await program.say(code, who=thief)] == [AROUND["es"].link_over]
    assert len(await program.say(code)) > 1
    clock.at += LINKS_LAST
    late = LINKS.code(shop.provider_ids[1], now=clock.at - LINKS_LAST)
    assert [reply.text for reply in await program.say(late, who=thief)] == [AROUND["es"].link_over]
    assert [reply.text for reply in await program.say(code[:-8] + "AAAAAAAA", who=thief)] == [AROUND["es"].link_over]
    assert await program.chats.current(*thief) is None


async def test_whoever_is_unlinked_is_a_customer_like_any_other(
    program: Program, shop: SampleShop, clock: ManualClock
) -> None:
    await booked(program, shop, ANA_PEREZ, hours=-18)
    await program.say(LINKS.code(shop.provider_ids[0], now=clock.at))
    assert await program.chats.unlink(shop.provider_ids[0]) == 1
    assert "Ana Pérez" not in text_of(await program.say("¿qué tengo hoy?"))
    assert (await program.row()).provider_id is None


async def test_whoever_writes_from_the_phone_on_a_providers_card_talks_as_that_provider(
    program: Program, shop: SampleShop
) -> None:
    change = ProviderChange(phone="011 15 4555-0142")
    await program.engine.service.change_provider(shop.owner(), shop.provider_ids[0], change)
    await booked(program, shop, ANA_PEREZ, hours=-18)
    martin = ChatPerson("whatsapp", "martin")
    replies = await program.say("¿qué tengo hoy?", who=martin, profile=MARTINS_PHONE)
    assert "Ana Pérez" in text_of(replies)
    stranger = Profile(name="Martín", phone="+5491145550143")
    await program.say("¿qué tengo hoy?", who=ChatPerson("whatsapp", "other"), profile=stranger)
    assert (await program.row(ChatPerson("whatsapp", "other"))).provider_id is None


# --- Calls for a person -------------------------------------------------------------------------------------------


async def test_a_call_for_a_person_reaches_everybody_of_the_business_who_is_linked(
    program: Program, shop: SampleShop, clock: ManualClock
) -> None:
    staff = [ChatPerson("telegram", "martin"), ChatPerson("whatsapp", "lucia")]
    for who, provider_id in zip(staff, shop.provider_ids, strict=False):
        await program.say(LINKS.code(provider_id, now=clock.at), who=who)
    before = [len(await program.replies(who)) for who in staff]
    await program.say("quiero hablar con una persona", who=WHATSAPP, profile=ANAS_PHONE)
    for who, count in zip(staff, before, strict=True):
        (call,) = (await program.replies(who))[count:]
        assert "Ana" in call.text
        assert "+5491145550101" in call.text
        assert "hablar con una persona" in call.text


async def test_if_nobody_is_linked_the_business_phone_is_said(program: Program) -> None:
    assert sample.BUSINESS.phone is not None
    replies = await program.say("quiero hablar con una persona")
    assert sample.BUSINESS.phone in text_of(replies)


# --- Several businesses -------------------------------------------------------------------------------------------


async def test_where_there_are_several_businesses_one_is_chosen_first_and_hears_what_was_said(
    program: Program, shop: SampleShop, clock: ManualClock
) -> None:
    admin = Caller(actor=Actor(role=Role.ADMIN, subject="root"))
    other = await program.engine.service.create_business(
        admin, NewBusiness(name="Salón Norte", slug="salon-norte", time_zone="America/Argentina/Buenos_Aires")
    )
    who = ChatPerson("telegram", "new")
    (question,) = await program.say("soy Juan, corte con Martín mañana a las 10", who=who)
    assert [one.title for one in question.choices] == ["Barbería El Turno", "Salón Norte"]
    await program.say("1", "sí", who=who)
    (booking,) = await program.bookings(shop)
    assert booking.start == TEN_TOMORROW
    assert (await program.row(who)).business_id == shop.business_id
    clock.at += timedelta(seconds=1)
    await program.say(Started(payload="salon-norte"), who=who)
    assert (await program.row(who)).business_id == other.id
