"""Links to sign in, brought by the channels that can bring them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.sign_in import SignInLinks
from turnero.bots.ports import Outgoing, TryLater
from turnero.channels import ON_A_PAGE, TRAITS
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.ports import SignInMessage

LINK = "https://turnos.example/calendar/enter#secret"


class Recording:
    """A channel that keeps what it is handed, or is out of order."""

    def __init__(self, name: str, *, broken: bool = False) -> None:
        self.name = name
        self.sent: list[Outgoing] = []
        self._broken = broken

    async def send(self, outgoing: Outgoing) -> str | None:
        if self._broken:
            raise TryLater("busy")
        self.sent.append(outgoing)
        return None


def asked(*, email: str | None = None, phone: str | None = None, locale: str = "es-AR") -> SignInMessage:
    actor = Actor(role=Role.PROVIDER, subject="prv_1")
    return SignInMessage(
        actor=actor, email=email, phone=phone, link=LINK, expires_at=datetime(2026, 12, 1, tzinfo=UTC), locale=locale
    )


def outlets(*channels: Recording) -> list[Outlet]:
    return [Outlet(channel=one, traits=TRAITS.get(one.name, ON_A_PAGE)) for one in channels]


async def test_a_link_goes_by_mail_to_an_e_mail_and_by_text_message_to_a_phone() -> None:
    whatsapp, sms, email, web = (Recording(name) for name in ("whatsapp", "sms", "email", "web"))
    links = SignInLinks(outlets(whatsapp, sms, email, web))

    await links.send(asked(email="ana@example.com"))
    await links.send(asked(phone="+5491123456789"))

    assert [one.address for one in email.sent] == ["ana@example.com"]
    assert [one.address for one in sms.sent] == ["+5491123456789"]
    assert LINK in email.sent[0].reply.text.splitlines()
    assert whatsapp.sent == web.sent == []


@pytest.mark.parametrize(("locale", "begins"), [("es-AR", "Tu enlace"), ("en", "Your link"), ("pt-BR", "Seu link")])
async def test_it_is_said_in_the_language_of_the_shop(locale: str, begins: str) -> None:
    email = Recording("email")

    await SignInLinks(outlets(email)).send(asked(email="ana@example.com", locale=locale))

    assert email.sent[0].reply.text.startswith(begins)


async def test_a_channel_that_fails_is_passed_over_and_nobody_is_told() -> None:
    broken, sms = Recording("sms", broken=True), Recording("sms")

    await SignInLinks(outlets(broken, sms)).send(asked(phone="+5491123456789"))
    await SignInLinks(outlets(broken)).send(asked(phone="+5491123456789"))
    await SignInLinks([]).send(asked(email="ana@example.com"))

    assert len(sms.sent) == 1
