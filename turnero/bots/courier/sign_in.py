"""Brings sign-in links to those who asked for one: at once, and past the outbox.

What is in the outbox stays there for days, and its text with it; of a link the database has a digest only, and so it
is to stay. One that does not arrive costs nothing: it is over in ten minutes, and whoever wants in asks for another.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence

import structlog

from turnero.bots.conversation.reply import Reply
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.ways import FoundBy
from turnero.bots.ports import DeliveryFailed, Outgoing
from turnero.bots.texts.formats import Language, language_of
from turnero.engine.ports import SignInMessage

log = structlog.get_logger(__name__)

# The first line is a letter's subject.
_SAYS: Mapping[Language, str] = {
    "es": "Tu enlace para entrar a la agenda\n{link}\nVale una vez, por diez minutos. Si no lo pediste vos, ignoralo.",
    "en": "Your link to the calendar\n{link}\nIt is good once, for ten minutes. If it was not you, ignore it.",
    "pt": "Seu link para entrar na agenda\n{link}\nVale uma vez, por dez minutos. Se não foi você, ignore.",
}


class SignInLinks:
    """Implements `turnero.engine.ports.SignInSender` on channels that reach an e-mail or a phone out of the blue."""

    def __init__(self, outlets: Sequence[Outlet]) -> None:
        self._outlets = outlets

    async def send(self, message: SignInMessage) -> None:
        by = FoundBy.EMAIL if message.email is not None else FoundBy.PHONE
        address = message.email or message.phone
        language = language_of(message.locale)
        text = _SAYS[language].format(link=message.link)
        for outlet in self._outlets:
            # A channel with a window takes nothing but approved templates from us, and this is none.
            if address is None or by not in outlet.traits.found_by or outlet.traits.window is not None:
                continue
            outgoing = Outgoing(
                id=f"sign-in-{secrets.token_hex(8)}", address=address, reply=Reply(text=text, language=language)
            )
            try:
                async with asyncio.timeout(outlet.timeout_s):
                    await outlet.channel.send(outgoing)
            except (DeliveryFailed, TimeoutError) as failed:
                code = failed.code if isinstance(failed, DeliveryFailed) else "timed_out"
                log.warning("sign_in_link_not_sent", channel=outlet.channel.name, reason=code)
            else:
                return
        log.warning("sign_in_link_not_sent", reason=f"no channel that finds people by {by.value} took it")
