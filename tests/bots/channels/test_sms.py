"""Notices by SMS: short, plain, and without anything to press."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.bots.channels.ends import PUBLIC_URL, Ears, outgoing, served
from tests.standins.twilio import TwilioStandIn
from turnero.bots.channels.gsm import SEPTETS_MAX, UCS2_UNITS_MAX, short_text
from turnero.bots.channels.sms import STATUS_HOOK, SmsChannel
from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.conversation.reply import Choice, Reply
from turnero.bots.ports import Report, ReportedStatus, Undeliverable

ANA = "+5491155551234"


@pytest.fixture
async def channel(account: TwilioAccount, twilio: TwilioStandIn, ears: Ears) -> AsyncIterator[SmsChannel]:
    channel = SmsChannel(account, sender=twilio.sender, public_url=PUBLIC_URL)
    async with served(channel) as door, channel.running(ears.receive, ears.report):
        twilio.door = door
        yield channel


async def test_a_notice_is_sent_without_its_choices_and_its_fate_asked_for(
    channel: SmsChannel, twilio: TwilioStandIn
) -> None:
    reply = Reply(text="Tenés turno mañana a las 10:00", choices=(Choice(token="ack:bkg_1", title="Confirmar"),))

    sid = await channel.send(outgoing(ANA, reply))

    (sent,) = twilio.sent
    assert (sent.sid, sent.text, sent.buttons) == (sid, "Tenés turno mañana a las 10:00", {})
    assert (sent.sender, sent.to, sent.callback) == (twilio.sender, ANA, f"{PUBLIC_URL}{STATUS_HOOK}")


@pytest.mark.parametrize(
    ("status", "code", "reports"),
    [
        ("sent", None, []),
        ("delivered", None, [Report(channel="sms", external_id="{sid}", status=ReportedStatus.DELIVERED)]),
        (
            "undelivered",
            30003,
            [Report(channel="sms", external_id="{sid}", status=ReportedStatus.FAILED, code="30003")],
        ),
    ],
)
async def test_what_becomes_of_it_is_reported(
    channel: SmsChannel, twilio: TwilioStandIn, ears: Ears, *, status: str, code: int | None, reports: list[Report]
) -> None:
    sid = await channel.send(outgoing(ANA, "Hola"))

    assert await twilio.reports(twilio.sent[0], status, code) == 204
    assert ears.reports == [
        Report(channel="sms", external_id=str(sid), status=report.status, code=report.code) for report in reports
    ]
    assert await twilio.call(STATUS_HOOK, {"MessageSid": "SM1"}, signature="forged") == 403


async def test_whoever_answered_stop_wants_no_more_of_it(channel: SmsChannel, twilio: TwilioStandIn) -> None:
    twilio.opted_out.add(ANA)

    with pytest.raises(Undeliverable) as refused:
        await channel.send(outgoing(ANA, "Hola"))

    assert (refused.value.code, refused.value.opted_out) == ("21610", True)


async def test_without_a_public_url_nobody_is_told_where_to_report(
    account: TwilioAccount, twilio: TwilioStandIn
) -> None:
    channel = SmsChannel(account, sender=twilio.sender, public_url=None)

    await channel.send(outgoing(ANA, "Hola"))

    assert channel.routes() == ()
    assert twilio.sent[0].callback is None


# --- Short ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Tenés turno mañana, ¿venís?", "Tenés turno mañana, ¿venis?"),
        ("Sábado · Peluquería Ñandú — “Ángel”", 'Sabado - Peluqueria Ñandu - "Angel"'),
        ("¡Listo! 🎉 Te esperamos… ✂️", "¡Listo! Te esperamos..."),
        ("Seña: € 10 [hoy]", "Seña: € 10 [hoy]"),
        ("Ольга, завтра в 10", "Ольга, завтра в 10"),
    ],
)
def test_letters_that_would_double_a_message_are_written_plainly(text: str, sent: str) -> None:
    assert short_text(text) == sent


def test_two_segments_are_the_most_and_words_stay_whole() -> None:
    words = "turno " * 100
    cut = short_text(words)
    assert cut.endswith("turno...")
    assert len(cut) <= SEPTETS_MAX
    assert len(short_text("[" * 200)) <= SEPTETS_MAX // 2 + 3
    assert len(short_text("я" * 200)) <= UCS2_UNITS_MAX
    assert short_text("x" * SEPTETS_MAX) == "x" * SEPTETS_MAX
