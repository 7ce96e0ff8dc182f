"""What the bot says in WhatsApp: freely within the window, in approved words outside of it."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
import structlog

from tests.bots.channels.ends import NOW, PUBLIC_URL, HandClock, notice, outgoing
from tests.bots.channels.guide import templates_of_the_guide
from tests.bots.channels.whatsapp.conftest import ANA
from tests.standins.serving import HangUp, Refuse, Silence
from tests.standins.twilio import TwilioStandIn
from turnero.bots.channels.twilio.account import TwilioAccount
from turnero.bots.channels.whatsapp.channel import CLOSES_EARLY, STATUS_HOOK, WhatsAppChannel
from turnero.bots.channels.whatsapp.shelf import QUIET_AFTER_FAILURE
from turnero.bots.channels.whatsapp.templates import KINDS, PLACES, check_names
from turnero.bots.conversation.notices import render
from turnero.bots.conversation.reply import (
    LIST_DETAIL_CHARS_MAX,
    LIST_MAX,
    LIST_TITLE_CHARS_MAX,
    TEXT_CHARS_MAX,
    TOKEN_BYTES_MAX,
    Choice,
    Layout,
    Reply,
)
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, Outgoing, TryLater, Undeliverable
from turnero.engine.domain.messages import MessageKind, Recipient

YES_NO = (Choice(token="m1.0", title="Sí, dale"), Choice(token="m1.1", title="No"))
CARD = Reply(text="Corte con Martín\n\nmañana a las 10\n¿Lo reservo?", choices=YES_NO)
HOURS = tuple(Choice(token=f"m2.{n}", title=f"1{n}:00", detail="Martín" if n % 2 else "") for n in range(4))


def in_window(reply: Reply | str, address: str = ANA) -> Outgoing:
    return outgoing(address, reply, opens=NOW)


@pytest.fixture
def open_window(api: TwilioStandIn) -> None:
    api.heard_at[ANA] = NOW


async def failure(channel: WhatsAppChannel, address: str = ANA) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await channel.send(in_window("Hola, Ana", address))
    return failed.value


# --- Within the window ------------------------------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("open_window")


async def test_text_is_sent_as_it_is_and_its_fate_asked_for(channel: WhatsAppChannel, api: TwilioStandIn) -> None:
    sid = await channel.send(in_window("*Ana* <b>_x_</b>\n¡Listo!"))

    (sent,) = api.sent
    assert (sent.sid, sent.text) == (sid, "*Ana* <b>_x_</b>\n¡Listo!")
    assert (sent.sender, sent.to) == (f"whatsapp:{api.sender}", f"whatsapp:{ANA}")
    assert sent.callback == f"{PUBLIC_URL}{STATUS_HOOK}"


async def test_choices_are_buttons_below_the_text_with_its_lines(channel: WhatsAppChannel, api: TwilioStandIn) -> None:
    await channel.send(in_window(CARD))

    (sent,) = api.sent
    assert sent.text == CARD.text
    assert (sent.buttons, sent.is_list) == ({"Sí, dale": "m1.0", "No": "m1.1"}, False)


async def test_a_list_can_be_opened_in_the_language_of_the_conversation(
    channel: WhatsAppChannel, api: TwilioStandIn
) -> None:
    await channel.send(in_window(Reply(text="What time?", choices=HOURS, layout=Layout.LIST, language="en")))

    (sent,) = api.sent
    assert (list(sent.buttons), sent.is_list) == ([choice.title for choice in HOURS], True)
    assert sent.variables["open"] == "See options"


async def test_the_largest_list_fits(channel: WhatsAppChannel, api: TwilioStandIn) -> None:
    rows = tuple(
        Choice(
            token="ñ" * (TOKEN_BYTES_MAX // 2),
            title=f"{n}".ljust(LIST_TITLE_CHARS_MAX, "x"),
            detail="y" * LIST_DETAIL_CHARS_MAX,
        )
        for n in range(LIST_MAX)
    )
    lines = "\n".join(["z" * 203] * 5)
    await channel.send(in_window(Reply(text=lines[:TEXT_CHARS_MAX], choices=rows, layout=Layout.LIST)))

    (sent,) = api.sent
    assert (sent.is_list, len(sent.buttons)) == (True, LIST_MAX)


async def test_one_template_does_for_all_replies_of_a_shape_and_holds_nothing_of_theirs(
    channel: WhatsAppChannel, api: TwilioStandIn
) -> None:
    other = Reply(text="Barba con Ana\n\nhoy a las 9\n¿Va?", choices=(YES_NO[0], Choice(token="x", title="Mejor otro")))
    await asyncio.gather(*(channel.send(in_window(reply)) for reply in (CARD, other, CARD)))

    (template,) = api.templates.values()
    assert {sent.text for sent in api.sent} == {CARD.text, other.text}
    assert template.name == "turnero_1_buttons_2_x_xx"
    assert set(template.samples.values()) == {"…"}
    assert "Martín" not in str(template)


async def test_templates_are_found_again_after_a_restart(
    channel: WhatsAppChannel, account: TwilioAccount, api: TwilioStandIn, clock: HandClock
) -> None:
    for number in range(600):
        api.approve(f"another_{number}", "Hola", {})
    await channel.send(in_window(CARD))
    restarted = WhatsAppChannel(account, sender=api.sender, public_url=PUBLIC_URL, clock=clock)
    await restarted.send(in_window(CARD))

    assert [one.name for one in api.templates.values()].count("turnero_1_buttons_2_x_xx") == 1
    assert [len(sent.buttons) for sent in api.sent] == [2, 2]


# --- As text, where nothing else will do ------------------------------------------------------------------------------

NUMBERED = f"{CARD.text}\n\n1. Sí, dale\n2. No"


@pytest.mark.parametrize("fault", [Refuse(403, {"code": 20403}), Refuse(500, "oops"), Refuse(200, "<html>"), Silence()])
async def test_without_the_content_api_choices_are_numbered(
    channel: WhatsAppChannel, api: TwilioStandIn, clock: HandClock, fault: Any
) -> None:
    api.next("GET Content", fault)
    await channel.send(in_window(CARD))
    await channel.send(in_window(CARD))
    clock.at += QUIET_AFTER_FAILURE
    await channel.send(in_window(CARD))

    assert [sent.text for sent in api.sent] == [NUMBERED, NUMBERED, CARD.text]
    assert api.asked.count("POST Content") == 1


async def test_a_template_that_somebody_took_away_is_made_anew(channel: WhatsAppChannel, api: TwilioStandIn) -> None:
    await channel.send(in_window(CARD))
    api.templates.clear()
    await channel.send(in_window(CARD))
    await channel.send(in_window(CARD))

    assert [sent.text for sent in api.sent] == [CARD.text, NUMBERED, CARD.text]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(text="a" * 251, choices=YES_NO),
        Reply(text="¿Cuál?", choices=(YES_NO[0], Choice(token="x", title=YES_NO[0].title))),
        Reply(text="\n".join("x" * 100), choices=YES_NO),
    ],
)
async def test_what_fits_into_no_shape_is_text_with_numbers(
    channel: WhatsAppChannel, api: TwilioStandIn, reply: Reply
) -> None:
    await channel.send(in_window(reply))

    (sent,) = api.sent
    assert sent.text.startswith(f"{reply.text}\n\n1. Sí, dale\n2. ")
    assert api.templates == {}


async def test_numbered_text_leaves_out_details_before_it_gets_too_long(
    channel: WhatsAppChannel, api: TwilioStandIn
) -> None:
    api.next("GET Content", Refuse(500, "oops"))
    rows = tuple(Choice(token="x", title=f"1{n}:00", detail="Martín") for n in range(LIST_MAX))
    longest = tuple(Choice(token="x", title=f"{n}" * 24, detail="y" * 72) for n in range(LIST_MAX))
    for text, choices in (("¿A qué hora?", rows), ("a" * TEXT_CHARS_MAX, longest)):
        await channel.send(in_window(Reply(text=text, choices=choices, layout=Layout.LIST)))

    short, long = api.sent
    assert short.text.splitlines()[2] == "1. 10:00 · Martín"
    assert long.text.splitlines()[2] == f"1. {'0' * 24}"


# --- Outside of the window --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opens", [None, NOW - timedelta(hours=24) + CLOSES_EARLY, NOW - timedelta(days=3)])
async def test_nothing_may_be_said_outside_of_the_window_without_a_template(
    channel: WhatsAppChannel, api: TwilioStandIn, opens: Any
) -> None:
    for message in (outgoing(ANA, "Hola", opens=opens), outgoing(ANA, "Hola", opens=opens, notice=notice())):
        with pytest.raises(Undeliverable) as refused:
            await channel.send(message)
        assert (refused.value.code, refused.value.opted_out) == ("63016", False)
    assert api.sent == []


async def test_a_reminder_goes_out_in_approved_words_and_its_buttons_name_the_booking(
    account: TwilioAccount, api: TwilioStandIn, clock: HandClock
) -> None:
    actions = {"Confirmar": "ack:{{id}}", "Cancelar": "cancel:{{id}}"}
    template = api.approve("recordatorio", "Tenés turno {{day}} a las {{time}} con {{provider}}. ¿Venís?", actions)
    english = api.approve("reminder", "You are expected {{day}} at {{time}}.", {})
    approved = {"reminder": template.sid, "reminder:en": english.sid}
    channel = WhatsAppChannel(account, sender=api.sender, public_url=PUBLIC_URL, clock=clock, approved=approved)

    await channel.send(outgoing(ANA, "en otras palabras", notice=notice(MessageKind.REMINDER)))
    await channel.send(outgoing(ANA, "in other words", notice=notice(MessageKind.REMINDER, locale="en")))

    spanish, other = api.sent
    assert spanish.text == "Tenés turno mañana a las 10:00 con Martín. ¿Venís?"
    assert spanish.buttons == {"Confirmar": "ack:bkg_1", "Cancelar": "cancel:bkg_1"}
    assert other.text == "You are expected tomorrow at 10:00."


async def test_those_who_work_have_templates_of_their_own(
    account: TwilioAccount, api: TwilioStandIn, clock: HandClock
) -> None:
    template = api.approve("nuevo", "Nuevo turno de {{customer}}, {{day}} a las {{time}}.", {})
    approved = {"provider_booked": template.sid}
    channel = WhatsAppChannel(account, sender=api.sender, public_url=PUBLIC_URL, clock=clock, approved=approved)

    await channel.send(outgoing(ANA, "x", notice=notice(recipient=Recipient.PROVIDER)))
    with pytest.raises(Undeliverable):
        await channel.send(outgoing(ANA, "x", notice=notice(recipient=Recipient.CUSTOMER)))

    assert [sent.text for sent in api.sent] == ["Nuevo turno de Ana, mañana a las 10:00."]


async def test_if_whatsapp_closed_its_window_before_we_did_the_template_goes_out(
    account: TwilioAccount, api: TwilioStandIn, clock: HandClock
) -> None:
    api.heard_at.clear()
    api.refuses_at_once = True
    template = api.approve("listo", "Te esperamos {{day}}.", {})
    channel = WhatsAppChannel(
        account, sender=api.sender, public_url=PUBLIC_URL, clock=clock, approved={"booked": template.sid}
    )

    await channel.send(outgoing(ANA, "¡Listo!", opens=NOW, notice=notice()))
    assert (await failure(channel)).code == "63016"

    assert [sent.text for sent in api.sent] == ["Te esperamos mañana."]


def test_the_guide_has_a_template_for_every_message_that_there_may_be_one_for(api: TwilioStandIn) -> None:
    guide = templates_of_the_guide()

    assert set(guide) == set(KINDS)
    for name, (body, actions) in guide.items():
        template = api.approve(name, body, actions)
        named = set(re.findall(r"{{(\w+)}}", str(template.types)))
        assert named <= set(PLACES), name
        kind = MessageKind(name) if name in set(MessageKind) else None
        shown = () if kind is None else render(notice(kind)).choices
        tokens = [choice.token.replace("None", "bkg_1") for choice in shown]
        assert [action.replace("{{id}}", "bkg_1") for action in actions.values()] == tokens, name


def test_only_messages_that_there_are_have_templates() -> None:
    check_names(dict.fromkeys(KINDS, "HX1") | {"reminder:pt": "HX2"})
    for wrong in ("remainder", "agenda", "provider_rating", "reminder:fr", "reminder:es-AR"):
        with pytest.raises(ValueError, match=wrong):
            check_names({wrong: "HX1"})


# --- What goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "code", "opted_out"),
    [("+54911", "21211", False), ("+5491155550001", "21614", False), ("+5491155550002", "21610", True)],
)
async def test_who_cannot_be_written_to_is_told_apart_from_who_does_not_want_to_be(
    channel: WhatsAppChannel, api: TwilioStandIn, address: str, code: str, opted_out: bool
) -> None:
    api.landlines.add("+5491155550001")
    api.opted_out.add("+5491155550002")

    refused = await failure(channel, address)

    assert isinstance(refused, Undeliverable)
    assert (refused.code, refused.opted_out) == (code, opted_out)


def answer(status: int, code: int, **headers: str) -> Refuse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Refuse(status, {"code": code, "message": f"about {ANA}", "status": status}, named)


@pytest.mark.parametrize(
    ("fault", "means"),
    [
        (answer(429, 20429, Retry_After="7"), TryLater("too_many_requests", after=timedelta(seconds=7))),
        (answer(429, 20429), TryLater("too_many_requests")),
        (answer(500, 20500), TryLater("unavailable")),
        (Refuse(503, "<html>"), TryLater("unavailable")),
        (answer(401, 20003), TryLater("unauthorized")),
        (answer(400, 63007), TryLater("63007")),
        (answer(400, 63024), Undeliverable("63024")),
        (Refuse(200, "not JSON"), OutcomeUnknown("unreadable_answer")),
        (Silence(), OutcomeUnknown("no_answer")),
        (HangUp(), OutcomeUnknown("no_answer")),
    ],
)
async def test_what_an_answer_or_its_absence_means(
    channel: WhatsAppChannel, api: TwilioStandIn, fault: Any, means: DeliveryFailed
) -> None:
    api.next("POST Messages.json", fault)

    failed = await failure(channel)

    assert type(failed) is type(means)
    assert failed.code == means.code
    assert getattr(failed, "after", None) == getattr(means, "after", None)
    assert len(api.sent) == (1 if isinstance(fault, Silence | HangUp) else 0)


async def test_what_never_left_may_go_later(channel: WhatsAppChannel, api: TwilioStandIn) -> None:
    await api.down()

    failed = await failure(channel)

    assert isinstance(failed, TryLater)
    assert failed.code == "away"


async def test_a_card_that_hung_is_not_said_again_as_text(channel: WhatsAppChannel, api: TwilioStandIn) -> None:
    api.next("POST Messages.json", Silence())
    with pytest.raises(OutcomeUnknown):
        await channel.send(in_window(CARD))

    assert len(api.sent) == 1


async def test_no_number_and_nothing_that_was_said_is_in_an_error_or_in_the_log(
    channel: WhatsAppChannel, api: TwilioStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    api.next("POST Messages.json", answer(400, 63024))
    with structlog.testing.capture_logs() as lines:
        failed = await failure(channel)
        await channel.send(in_window(CARD))

    told = f"{failed!r} {failed.__cause__!r} {lines} {[one.getMessage() for one in caplog.records]}"
    assert ANA not in told
    assert "Ana" not in told


# --- Is it there? -----------------------------------------------------------------------------------------------------


async def test_an_account_is_there_or_it_is_not(account: TwilioAccount, api: TwilioStandIn) -> None:
    await account.check()
    api.token = "changed"
    with pytest.raises(TryLater, match="unauthorized"):
        await account.check()
