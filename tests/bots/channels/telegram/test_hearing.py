"""What people do in Telegram, as the bot hears it: by webhook and by polling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from tests.bots.channels.ends import NOW, Ears, HandClock, outgoing, status_of
from tests.bots.channels.telegram.conftest import channel_to, listening
from tests.standins.serving import Refuse, standing_in
from tests.standins.telegram import TelegramStandIn
from turnero.bots.channels.telegram.channel import HEADER, HOOK, TelegramChannel
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.conversation.reply import Choice, Reply
from turnero.bots.ports import Profile

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
FILE = {"file_id": "f", "file_unique_id": "u"}
STICKER = FILE | {"type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}
TIMED = FILE | {"duration": 3}
PLACE = {"latitude": -34.6, "longitude": -58.4}


@pytest.mark.usefixtures("by_webhook")
async def test_what_is_said_comes_with_who_says_it_and_when(api: TelegramStandIn, ears: Ears, clock: HandClock) -> None:
    clock.at = NOW + timedelta(minutes=3)

    status = await api.person(7).says("mañana a las 10")

    (heard,) = ears.heard
    assert status == 200
    assert heard.inbound == Said(text="mañana a las 10")
    assert (heard.channel, heard.person, heard.at) == ("telegram", "7", clock.at)
    assert heard.profile == Profile(name="Ana Suárez", language="es")
    assert heard.card is None


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("/start", Started()),
        ("/start el-turno", Started(payload="el-turno")),
        ("/START@turnos_bot  x_Y-1 ", Started(payload="x_Y-1")),
        ("/cancelar", Said(text="cancelar")),
        ("/mis_turnos", Said(text="mis turnos")),
        ("/turno@turnos_bot mañana\na las 9", Said(text="turno mañana\na las 9")),
        ("/ o no", Said(text="/ o no")),
        ("10/5", Said(text="10/5")),
        ("roto \ud83d", Said(text="roto \ud83d")),  # the driver mends what cannot be kept
    ],
)
@pytest.mark.usefixtures("by_webhook")
async def test_commands_and_links_mean_what_they_say(
    api: TelegramStandIn, ears: Ears, text: str, means: Inbound
) -> None:
    assert await api.person().says(text) == 200

    assert [heard.inbound for heard in ears.heard] == [means]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"sticker": STICKER}, Attachment.STICKER),
        ({"voice": TIMED}, Attachment.VOICE),
        ({"audio": TIMED}, Attachment.VOICE),
        ({"photo": PHOTO}, Attachment.IMAGE),
        ({"video": TIMED | {"width": 1, "height": 1}}, Attachment.VIDEO),
        ({"video_note": TIMED | {"length": 1}}, Attachment.VIDEO),
        ({"animation": TIMED | {"width": 1, "height": 1}, "document": FILE}, Attachment.VIDEO),
        ({"document": FILE}, Attachment.DOCUMENT),
        ({"location": PLACE}, Attachment.LOCATION),
        ({"venue": {"location": PLACE, "title": "x", "address": "y"}, "location": PLACE}, Attachment.LOCATION),
        ({"dice": {"value": 3, "emoji": "🎲"}}, Attachment.OTHER),
    ],
)
@pytest.mark.usefixtures("by_webhook")
async def test_what_is_not_text_is_heard_as_what_it_is(
    api: TelegramStandIn, ears: Ears, content: Mapping[str, Any], kind: Attachment
) -> None:
    assert await api.person().does(**content) == 200

    assert [heard.inbound for heard in ears.heard] == [Attached(kind=kind)]


@pytest.mark.usefixtures("by_webhook")
async def test_what_is_written_below_a_picture_counts_as_said(api: TelegramStandIn, ears: Ears) -> None:
    await api.person().does(photo=PHOTO, caption="así, mañana a las 5")

    assert [heard.inbound for heard in ears.heard] == [Said(text="así, mañana a las 5")]


async def test_a_press_brings_its_choice_its_title_and_its_card_and_is_acknowledged(
    by_webhook: TelegramChannel, api: TelegramStandIn, ears: Ears
) -> None:
    ana = api.person(7)
    await ana.starts()
    choices = (Choice(token="m1.0", title="Corte", detail="30 min"), Choice(token="m1.1", title="Barba"))
    card = await by_webhook.send(outgoing(7, Reply(text="¿Qué te hacés?", choices=choices)))

    await ana.presses("Corte · 30 min")

    heard = ears.heard[-1]
    assert heard.inbound == Pressed(token="m1.0", title="Corte")
    assert (heard.person, heard.card, heard.at) == ("7", card, NOW)
    await api.until(lambda: not api.unanswered)


@pytest.mark.usefixtures("by_webhook")
async def test_only_ones_own_number_is_vouched_for(api: TelegramStandIn, ears: Ears) -> None:
    ana = api.person(7)
    await ana.shares_contact("5491155551234")
    await ana.shares_contact("+5491155550000", of=8)

    assert [heard.inbound for heard in ears.heard] == [
        SharedContact(phone="+5491155551234", name="Ana"),
        Attached(kind=Attachment.OTHER),
    ]


@pytest.mark.usefixtures("by_webhook")
async def test_in_groups_the_bot_keeps_silent(api: TelegramStandIn, ears: Ears) -> None:
    group = api.person(7, group=-100)

    assert await group.says("quiero un turno") == 200
    assert await group.stands("left", "member") == 200

    assert (ears.heard, ears.marks, api.sent) == ([], [], [])


@pytest.mark.usefixtures("by_webhook")
async def test_whoever_blocks_the_bot_is_known_to_be_out_of_reach_until_they_come_back(
    api: TelegramStandIn, ears: Ears
) -> None:
    ana = api.person(7)
    await ana.blocks()
    await ana.unblocks()

    assert ears.marks == [("telegram", "7", True), ("telegram", "7", False)]
    assert ears.heard == []


@pytest.mark.parametrize("secret", ["", "another", "a-secret_of-the-webhoo"])
@pytest.mark.usefixtures("by_webhook")
async def test_forged_updates_are_refused(api: TelegramStandIn, ears: Ears, secret: str) -> None:
    forged = {"update_id": 1, "message": {"text": "hola"}}

    assert await api.deliver(forged, secret=secret) == 403
    async with aiohttp.ClientSession() as session, session.post(f"{api.door}{HOOK}", json=forged) as response:
        assert response.status == 403
    assert ears.heard == []


@pytest.mark.usefixtures("by_webhook")
async def test_a_secret_that_is_no_text_is_forged_as_well(api: TelegramStandIn, ears: Ears) -> None:
    assert api.door is not None
    assert await status_of(api.door, HOOK.encode(), f"{HEADER}: ".encode() + b"\xff\xfe", b"{}") == 403
    assert ears.heard == []


@pytest.mark.usefixtures("by_webhook")
async def test_what_is_no_update_is_refused_or_left_alone(api: TelegramStandIn, ears: Ears) -> None:
    assert api.webhook is not None
    headers = {HEADER: api.webhook.secret}
    async with aiohttp.ClientSession(headers=headers) as session:
        for body, status in (
            (b"{", 400),
            (b"\xff", 400),
            (b"[" * 100_000, 400),
            (b"[1]", 200),
            (b"{}", 200),
            (b'{"update_id": "x"}', 200),
        ):
            async with session.post(f"{api.door}{HOOK}", data=body) as response:
                assert response.status == status, body
    assert await api.deliver({"update_id": 5, "message": {"no": "message"}}) == 200
    assert ears.heard == []


@pytest.mark.usefixtures("by_webhook")
async def test_an_update_that_could_not_be_kept_is_told_again(api: TelegramStandIn, ears: Ears) -> None:
    ears.deaf = 1
    assert await api.person().says("hola") == 500

    (update,) = api.waiting
    assert await api.deliver(update) == 200
    assert [heard.inbound for heard in ears.heard] == [Said(text="hola")]


@pytest.mark.usefixtures("by_webhook")
async def test_a_repeated_update_keeps_its_id(api: TelegramStandIn, ears: Ears) -> None:
    ears.deaf = 1
    await api.person().says("hola")
    (update,) = api.waiting
    await api.deliver(update)
    await api.deliver(update)

    assert len(ears.heard) == 2
    assert len({heard.message_id for heard in ears.heard}) == 1


# --- Polling ----------------------------------------------------------------------------------------------------------


async def test_without_a_public_url_the_bot_polls(
    by_polling: TelegramChannel, api: TelegramStandIn, ears: Ears
) -> None:
    ana = api.person(7)
    await ana.says("hola")
    await ears.until(1)
    await ana.says("mañana a las 10")
    await ears.until(2)

    assert [heard.inbound for heard in ears.heard] == [Said(text="hola"), Said(text="mañana a las 10")]
    assert by_polling.routes() == ()
    assert "deleteWebhook" in api.asked


@pytest.mark.usefixtures("by_polling")
async def test_an_update_is_confirmed_only_once_it_is_durable(api: TelegramStandIn, ears: Ears) -> None:
    ears.deaf = 3
    ana = api.person(7)
    await ana.says("uno")
    await ana.says("dos")
    await ears.until(2)

    assert [heard.inbound for heard in ears.heard] == [Said(text="uno"), Said(text="dos")]
    await api.until(lambda: not api.waiting)


@pytest.mark.usefixtures("by_polling")
async def test_an_update_that_nobody_can_read_holds_up_no_other(api: TelegramStandIn, ears: Ears) -> None:
    await api.tell(message={"no": "message"})
    await api.person().says("hola")
    await ears.until(1)

    await api.until(lambda: not api.waiting)


async def test_what_was_not_confirmed_is_heard_again_after_a_restart(
    api: TelegramStandIn, ears: Ears, clock: HandClock
) -> None:
    async with listening(channel_to(api, ears, clock), api, ears):
        await api.until(lambda: "getUpdates" in api.asked)
        ears.deaf = 10**9
        await api.person().says("hola")
    ears.deaf = 0
    async with listening(channel_to(api, ears, clock), api, ears):
        await ears.until(1)
    assert [heard.inbound for heard in ears.heard] == [Said(text="hola")]


# --- Outages ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{}, {"public_url": "https://turnos.example", "secret": "s"}])
async def test_an_outage_at_the_start_is_waited_out(ears: Ears, clock: HandClock, options: dict[str, str]) -> None:
    api = TelegramStandIn(now=clock.now)
    async with listening(channel_to(api, ears, clock, **options), api, ears), standing_in(api):
        await api.until(lambda: "setWebhook" in api.asked or "getUpdates" in api.asked)
        await api.person().says("hola")
        await ears.until(1)


@pytest.mark.usefixtures("by_polling")
async def test_polling_goes_on_after_an_outage(api: TelegramStandIn, ears: Ears) -> None:
    await api.person().says("hola")
    await ears.until(1)
    await api.down()
    await api.person().says("¿están?")
    await api.up()
    await ears.until(2)


async def test_another_poller_is_waited_out(api: TelegramStandIn, ears: Ears, clock: HandClock) -> None:
    conflict = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other getUpdates request"}
    api.next("getUpdates", Refuse(409, conflict), Refuse(502, "<html>Bad Gateway</html>"))
    async with listening(channel_to(api, ears, clock), api, ears):
        await api.person().says("hola")
        await ears.until(1)


@pytest.mark.usefixtures("by_polling")
async def test_a_menu_of_commands_is_offered_in_each_language(api: TelegramStandIn) -> None:
    await api.until(lambda: len(api.commands) == 4)

    assert set(api.commands) == {"", "es", "en", "pt"}
    assert {"command": "cancelar", "description": "Cancelar un turno"} in api.commands[""]
