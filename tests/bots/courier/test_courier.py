"""The courier from the outbox to the channel and back, on virtual time."""

from __future__ import annotations

from datetime import timedelta

from tests.bots.courier.post import NOW, Office, chat, letter, reply
from tests.engine.runtime.virtual_time import run
from turnero.engine.domain.messages import MessageStatus

SECOND = timedelta(seconds=1)


def test_a_reply_goes_to_its_person_and_is_recorded_with_the_channels_id_of_it() -> None:
    async def scenario() -> None:
        office = Office()
        kept = office.plan(reply("hola"))
        async with office.open() as courier:
            await courier.rest()
        assert office.telegram.texts == ["hola"]
        assert (kept.status, kept.external_id, kept.sent_at) == (MessageStatus.SENT, "telegram-1", NOW)
        assert kept.row.attempts == 1

    run(scenario())


def test_a_reminder_is_put_into_words_when_its_time_comes_and_not_before() -> None:
    async def scenario() -> None:
        office = Office()
        kept = office.plan(letter(due_at=NOW + 5 * SECOND, chats=[chat()]))
        async with office.open() as courier:
            await courier.rest()
            assert office.telegram.handed == []
            office.clock.at += 5 * SECOND
            await courier.rest()
        (text,) = office.telegram.texts
        assert "mañana" in text.lower()
        assert "Martín" in text
        assert kept.status is MessageStatus.SENT
        assert (kept.row.channel, kept.row.address) == ("telegram", "7")

    run(scenario())
