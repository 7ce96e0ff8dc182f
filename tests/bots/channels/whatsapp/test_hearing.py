"""What people do in WhatsApp, and what Twilio reports, as the bot hears it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from tests.bots.channels.ends import NOW, PUBLIC_URL, Ears, outgoing, status_of
from tests.bots.channels.whatsapp.conftest import ANA
from tests.standins.twilio import TwilioStandIn
from turnero.bots.channels.whatsapp.channel import HOOK, STATUS_HOOK, WhatsAppChannel
from turnero.bots.conversation.inbound import Attached, Attachment, Pressed, Said
from turnero.bots.conversation.reply import Choice, Layout, Reply
from turnero.bots.ports import Profile, Report, ReportedStatus

pytestmark = pytest.mark.usefixtures("channel")


async def test_what_is_said_comes_with_the_number_that_whatsapp_vouches_for(api: TwilioStandIn, ears: Ears) -> None:
    status = await api.person(ANA, name="Ana Suárez").says("mañana a las 10")

    (heard,) = ears.heard
    assert (status, api.answer_to_hook) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert heard.inbound == Said(text="mañana a las 10")
    assert (heard.channel, heard.person, heard.at) == ("whatsapp", ANA, NOW)
    assert heard.message_id == api.last_form["MessageSid"]
    assert heard.profile == Profile(name="Ana Suárez", phone=ANA)


@pytest.mark.parametrize(
    ("media", "fields", "kind"),
    [
        ("image/jpeg", {}, Attachment.IMAGE),
        ("image/webp", {}, Attachment.STICKER),
        ("audio/ogg", {}, Attachment.VOICE),
        ("video/mp4", {}, Attachment.VIDEO),
        ("application/pdf", {}, Attachment.DOCUMENT),
        ("text/vcard", {}, Attachment.DOCUMENT),
        ("", {"Latitude": "-34.6", "Longitude": "-58.4"}, Attachment.LOCATION),
        ("", {}, Attachment.OTHER),
    ],
)
async def test_what_is_not_text_is_heard_as_what_it_is(
    api: TwilioStandIn, ears: Ears, media: str, fields: Mapping[str, str], kind: Attachment
) -> None:
    assert await api.person().sends(media, **fields) == 200

    assert [heard.inbound for heard in ears.heard] == [Attached(kind=kind)]


async def test_what_is_written_below_a_picture_counts_as_said(api: TwilioStandIn, ears: Ears) -> None:
    await api.person().does(Body="así, mañana", NumMedia="1", MediaContentType0="image/jpeg")

    assert [heard.inbound for heard in ears.heard] == [Said(text="así, mañana")]


@pytest.mark.parametrize("layout", Layout)
async def test_a_press_brings_its_choice_and_its_title(
    channel: WhatsAppChannel, api: TwilioStandIn, ears: Ears, layout: Layout
) -> None:
    ana = api.person(ANA)
    await ana.says("hola")
    choices = (Choice(token="m1.0", title="Corte", detail="30 min"), Choice(token="m1.1", title="Barba"))
    await channel.send(outgoing(ANA, Reply(text="¿Qué?", choices=choices, layout=layout), opens=api.now()))

    await ana.presses("Corte")

    assert ears.heard[-1].inbound == Pressed(token="m1.0", title="Corte")


async def test_a_button_whose_id_was_never_filled_in_counts_as_its_words(api: TwilioStandIn, ears: Ears) -> None:
    await api.person().does(Body="Confirmar", ButtonText="Confirmar", ButtonPayload="ack:{{8}}")

    assert [heard.inbound for heard in ears.heard] == [Said(text="Confirmar")]


@pytest.mark.parametrize("signature", ["", "bm90IHR3aWxpbw==", "ñ"])
@pytest.mark.parametrize("path", [HOOK, STATUS_HOOK])
async def test_forged_requests_are_refused(api: TwilioStandIn, ears: Ears, path: str, signature: str) -> None:
    form = {"MessageSid": "SM1", "From": f"whatsapp:{ANA}", "Body": "hola", "MessageStatus": "delivered"}

    assert await api.call(path, form, signature=signature) == 403
    assert (ears.heard, ears.reports) == ([], [])


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        (HOOK, "multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; filename=b\r\n\r\n--x--"),
        (HOOK, "application/json", b"{}"),
        (HOOK, "application/x-www-form-urlencoded; charset=no", b"a=b"),
        (HOOK, "application/x-www-form-urlencoded", b"a=\xff"),
        (HOOK, "application/x-www-form-urlencoded", b"a=%ff%00"),
        (f"{HOOK}?\xff", "application/x-www-form-urlencoded", b"a=b"),
        (f"{STATUS_HOOK}?[", "application/x-www-form-urlencoded", b""),
    ],
)
async def test_what_no_client_would_write_is_refused(
    api: TwilioStandIn, ears: Ears, path: str, kind: str, body: bytes
) -> None:
    assert api.door is not None
    headers = f"Content-Type: {kind}\r\nX-Twilio-Signature: x".encode()

    assert await status_of(api.door, path.encode("latin-1"), headers, body) in {400, 403, 415}
    assert (ears.heard, ears.reports) == ([], [])


async def test_a_signature_of_other_words_or_another_address_is_forged(api: TwilioStandIn, ears: Ears) -> None:
    await api.person().says("mañana")
    form = api.last_form
    elsewhere = api.sign(f"https://elsewhere.example{HOOK}", form)

    assert await api.call(HOOK, form | {"Body": "el jueves"}, signature=api.sign(f"{PUBLIC_URL}{HOOK}", form)) == 403
    assert await api.call(HOOK, form, signature=elsewhere) == 403
    assert len(ears.heard) == 1


async def test_what_is_signed_is_the_address_as_it_was_written(api: TwilioStandIn, ears: Ears) -> None:
    form = {"MessageSid": "SM1", "From": f"whatsapp:{ANA}", "Body": "hola", "Empty": ""}

    assert await api.call(f"{HOOK}?shop=el%20turno&x=", form) == 200
    assert [heard.inbound for heard in ears.heard] == [Said(text="hola")]


async def test_a_message_that_could_not_be_kept_is_not_acknowledged(api: TwilioStandIn, ears: Ears) -> None:
    ears.deaf = 1
    assert await api.person().says("hola") == 500

    assert await api.call(HOOK, api.last_form) == 200
    assert [heard.message_id for heard in ears.heard] == [api.last_form["MessageSid"]]


async def test_a_repeated_message_keeps_its_id(api: TwilioStandIn, ears: Ears) -> None:
    await api.person().says("hola")
    await api.call(HOOK, api.last_form)

    assert len(ears.heard) == 2
    assert len({heard.message_id for heard in ears.heard}) == 1


async def test_what_is_no_message_is_left_alone(api: TwilioStandIn, ears: Ears) -> None:
    for form in ({}, {"From": "+5491155551234", "MessageSid": "SM1"}, {"From": "whatsapp:", "MessageSid": "SM1"}):
        assert await api.call(HOOK, form) == 200
    assert ears.heard == []


# --- Reports ----------------------------------------------------------------------------------------------------------


DELIVERED = Report(channel="whatsapp", external_id="", status=ReportedStatus.DELIVERED)
FAILED = Report(channel="whatsapp", external_id="", status=ReportedStatus.FAILED)


@pytest.mark.parametrize(
    ("status", "code", "reported"),
    [
        ("queued", None, []),
        ("sent", None, []),
        ("delivered", None, [DELIVERED]),
        ("read", None, [DELIVERED]),
        ("undelivered", 63016, [replace(FAILED, code="63016")]),
        ("failed", 21610, [replace(FAILED, code="21610", opted_out=True)]),
        ("failed", None, [FAILED]),
    ],
)
async def test_what_becomes_of_a_message_is_reported(
    channel: WhatsAppChannel, api: TwilioStandIn, ears: Ears, *, status: str, code: int | None, reported: list[Report]
) -> None:
    await api.person(ANA).says("hola")
    sid = await channel.send(outgoing(ANA, "Hola, Ana", opens=api.now()))

    assert await api.reports(api.sent[0], status, code) == 204

    assert ears.reports == [replace(report, external_id=str(sid)) for report in reported]
