"""What the bot says in Telegram, and what its refusals and silences mean."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import structlog

from tests.bots.channels.ends import Ears, HandClock, outgoing
from tests.bots.channels.telegram.conftest import channel_to
from tests.standins.serving import HangUp, Refuse, Silence
from tests.standins.telegram import TelegramStandIn
from turnero.bots.channels.telegram.channel import TelegramChannel, name_of_bot
from turnero.bots.channels.telegram.pacing import CHATS_REMEMBERED_MAX, Pacing
from turnero.bots.conversation.reply import LIST_MAX, TOKEN_BYTES_MAX, Choice, Layout, Reply
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, TryLater, Undeliverable

YES_NO = (Choice(token="m1.0", title="Sí, dale"), Choice(token="m1.1", title="No"))


@pytest.fixture
async def channel(by_webhook: TelegramChannel, api: TelegramStandIn) -> TelegramChannel:
    api.known.add(7)
    return by_webhook


async def failure(channel: TelegramChannel, address: object = 7) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await channel.send(outgoing(address, "Hola, Ana"))
    return failed.value


# --- What it looks like -----------------------------------------------------------------------------------------------


async def test_text_is_sent_as_it_is(channel: TelegramChannel, api: TelegramStandIn) -> None:
    name = "<b>*Ana*</b> _x_ https://turnos.example"

    message_id = await channel.send(outgoing(7, name))

    (sent,) = api.sent
    assert (sent.text, sent.markup, str(sent.message_id)) == (name, None, message_id)


async def test_choices_are_buttons_side_by_side_as_long_as_they_fit(
    channel: TelegramChannel, api: TelegramStandIn
) -> None:
    long = (Choice(token="a", title="El jueves a las 10"), Choice(token="b", title="El viernes a las 11"))
    await channel.send(outgoing(7, Reply(text="¿Lo reservo?", choices=YES_NO)))
    await channel.send(outgoing(7, Reply(text="¿Cuál?", choices=long)))

    short_card, long_card = api.sent
    assert short_card.buttons == {"Sí, dale": "m1.0", "No": "m1.1"}
    assert [len(sent.markup["inline_keyboard"]) for sent in api.sent if sent.markup] == [1, 2]
    assert list(long_card.buttons) == [choice.title for choice in long]


async def test_a_list_has_a_row_for_each_choice_however_short(channel: TelegramChannel, api: TelegramStandIn) -> None:
    rows = tuple(Choice(token="ñ" * (TOKEN_BYTES_MAX // 2), title=f"1{n}:00", detail="Martín") for n in range(LIST_MAX))
    await channel.send(outgoing(7, Reply(text="¿A qué hora?", choices=rows, layout=Layout.LIST)))

    (sent,) = api.sent
    assert sent.markup is not None
    assert [[button["text"] for button in row] for row in sent.markup["inline_keyboard"]] == [
        [f"1{n}:00 · Martín"] for n in range(LIST_MAX)
    ]


@pytest.mark.parametrize(
    ("language", "title"), [("es", "Compartir mi número"), ("en", "Share my number"), ("pt", "Compartilhar meu número")]
)
async def test_a_number_is_asked_for_with_a_button_in_the_language_of_the_conversation(
    channel: TelegramChannel, api: TelegramStandIn, language: Any, title: str
) -> None:
    await channel.send(outgoing(7, Reply(text="¿Tu número?", asks_contact=True, choices=YES_NO[1:], language=language)))

    (sent,) = api.sent
    assert [[button["text"] for button in row] for row in sent.keyboard] == [[title], ["No"]]
    assert sent.keyboard[0][0]["request_contact"] is True


# --- Cards that take another's place ----------------------------------------------------------------------------------


async def test_a_card_is_edited_in_place(channel: TelegramChannel, api: TelegramStandIn) -> None:
    card = await channel.send(outgoing(7, Reply(text="¿Lo reservo?", choices=YES_NO)))

    edited = await channel.send(outgoing(7, "¡Listo!", replaces=card))

    (sent,) = api.sent
    assert (edited, sent.text, sent.markup, sent.edits) == (card, "¡Listo!", None, 1)


async def test_an_edit_that_changes_nothing_is_as_good_as_done(channel: TelegramChannel, api: TelegramStandIn) -> None:
    card = await channel.send(outgoing(7, Reply(text="¿Lo reservo?", choices=YES_NO)))

    assert await channel.send(outgoing(7, Reply(text="¿Lo reservo?", choices=YES_NO), replaces=card)) == card
    assert len(api.sent) == 1


@pytest.mark.parametrize("why", ["gone", "too old", "no id of theirs", "asks for a number"])
async def test_a_card_that_cannot_be_edited_is_sent_anew(
    channel: TelegramChannel, api: TelegramStandIn, why: str
) -> None:
    card = await channel.send(outgoing(7, Reply(text="¿Lo reservo?", choices=YES_NO)))
    api.sent[0].editable = why != "too old"
    replaces = {"gone": "999", "no id of theirs": "SM12"}.get(why, card)

    fresh = await channel.send(outgoing(7, Reply(text="Listo", asks_contact="number" in why), replaces=replaces))

    assert [sent.text for sent in api.sent] == ["¿Lo reservo?", "Listo"]
    assert fresh not in {card, replaces}


# --- What goes wrong --------------------------------------------------------------------------------------------------


async def test_somebody_who_blocked_the_bot_is_out_of_reach(channel: TelegramChannel, api: TelegramStandIn) -> None:
    await api.person(7).blocks()

    refused = await failure(channel)

    assert isinstance(refused, Undeliverable)
    assert (refused.code, refused.opted_out) == ("blocked", False)


@pytest.mark.parametrize(("address", "code"), [("8", "chat_not_found"), ("whatsapp:+54911", "bad_address")])
async def test_somebody_unknown_is_out_of_reach(channel: TelegramChannel, address: str, code: str) -> None:
    refused = await failure(channel, address)

    assert isinstance(refused, Undeliverable)
    assert refused.code == code


def answer(status: int, description: str, **parameters: int) -> Refuse:
    return Refuse(
        status, {"ok": False, "error_code": status, "description": description, "parameters": parameters or None}
    )


async def test_too_many_messages_wait_as_long_as_we_are_told(channel: TelegramChannel, api: TelegramStandIn) -> None:
    api.next("sendMessage", answer(429, "Too Many Requests: retry after 17", retry_after=17))

    refused = await failure(channel)

    assert isinstance(refused, TryLater)
    assert (refused.code, refused.after) == ("too_many_requests", timedelta(seconds=17))


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (answer(500, "Internal Server Error"), TryLater, "unavailable"),
        (Refuse(502, "<html>Bad Gateway</html>"), TryLater, "unavailable"),
        (answer(401, "Unauthorized"), TryLater, "unauthorized"),
        (answer(403, "Forbidden: user is deactivated"), Undeliverable, "deactivated"),
        (answer(403, "Forbidden: bot can't initiate conversation with a user"), Undeliverable, "not_started"),
        (answer(403, "Forbidden: something new"), Undeliverable, "refused"),
        (answer(400, "Bad Request: BUTTON_DATA_INVALID"), Undeliverable, "refused"),
        (Refuse(200, "not JSON"), OutcomeUnknown, "unreadable_answer"),
        (Silence(), OutcomeUnknown, "no_answer"),
        (HangUp(), OutcomeUnknown, "no_answer"),
    ],
)
async def test_what_an_answer_or_its_absence_means(
    channel: TelegramChannel, api: TelegramStandIn, fault: Any, kind: type[DeliveryFailed], code: str
) -> None:
    api.next("sendMessage", fault)

    failed = await failure(channel)

    assert type(failed) is kind
    assert failed.code == code
    assert len(api.sent) == (1 if isinstance(fault, Silence | HangUp) else 0)


async def test_what_never_left_may_go_later(channel: TelegramChannel, api: TelegramStandIn) -> None:
    await api.down()

    failed = await failure(channel)

    assert isinstance(failed, TryLater)
    assert failed.code == "away"


async def test_the_second_half_of_an_edit_that_hung_is_unknown_not_sent_twice(
    channel: TelegramChannel, api: TelegramStandIn
) -> None:
    card = await channel.send(outgoing(7, Reply(text="¿Lo reservo?", choices=YES_NO)))
    api.next("editMessageText", Silence())

    with pytest.raises(OutcomeUnknown):
        await channel.send(outgoing(7, "¡Listo!", replaces=card))

    assert [sent.text for sent in api.sent] == ["¡Listo!"]


async def test_nothing_of_what_was_said_is_in_an_error_or_in_the_log(
    channel: TelegramChannel, api: TelegramStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    api.next("sendMessage", answer(400, "Bad Request: Hola, Ana"))
    with structlog.testing.capture_logs() as lines:
        failed = await failure(channel)

    assert "Ana" not in f"{failed!r} {failed.__cause__!r} {lines} {[one.getMessage() for one in caplog.records]}"


# --- How fast ---------------------------------------------------------------------------------------------------------


def test_a_chat_takes_a_burst_and_then_a_message_a_second() -> None:
    pacing = Pacing(burst=3, every_s=1.0)

    assert [pacing.wait_s(7, now=100.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert pacing.wait_s(8, now=100.0) == 0
    assert pacing.wait_s(7, now=103.5) == 0
    assert pacing.wait_s(7, now=103.5) == 0.5
    assert [pacing.wait_s(7, now=200.0) for _ in range(4)] == [0, 0, 0, 1]


def test_a_place_that_nobody_waits_for_is_not_taken() -> None:
    pacing = Pacing(burst=1, every_s=10.0)

    assert [pacing.wait_s(7, now=100.0) for _ in range(3)] == [0, 10, 10]


def test_quiet_chats_are_forgotten() -> None:
    pacing = Pacing()
    for chat_id in range(3 * CHATS_REMEMBERED_MAX):
        pacing.wait_s(chat_id, now=chat_id / 1_000)

    assert len(pacing._over_at) <= CHATS_REMEMBERED_MAX


async def test_a_chat_that_is_written_to_too_fast_waits_in_the_outbox(
    api: TelegramStandIn, ears: Ears, clock: HandClock
) -> None:
    api.known.add(7)
    channel = channel_to(api, ears, clock, pacing=Pacing(burst=2, every_s=60))
    async with channel.running(ears.receive, ears.report):
        await asyncio.gather(*(channel.send(outgoing(7, "Hola")) for _ in range(2)))
        failed = await failure(channel)

    assert isinstance(failed, TryLater)
    assert failed.code == "too_fast"
    assert failed.after is not None
    assert timedelta(seconds=50) < failed.after <= timedelta(seconds=60)


# --- Is it there? -----------------------------------------------------------------------------------------------------


async def test_a_bot_tells_its_name(api: TelegramStandIn) -> None:
    assert await name_of_bot(api.token, api_url=api.url) == "@turnos_bot"
    with pytest.raises(TryLater, match="unauthorized"):
        await name_of_bot("1:wrong", api_url=api.url)
