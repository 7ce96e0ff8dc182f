"""The courier from the outbox to the channel and back, on virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import wraps
from typing import Any

import msgspec
import pytest

from tests.bots.courier.post import (
    BY_PHONE,
    CUSTOMER,
    IN_CHATS,
    NOW,
    START,
    Office,
    booking,
    chat,
    entry,
    letter,
    reply,
)
from tests.engine.runtime import virtual_time
from tests.standins.mouth import Mouth
from turnero.bots.courier.courier import CLAIM_LEASE, IN_HAND_S, Courier
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.promises import PROMISES
from turnero.bots.ports import OutcomeUnknown, Report, ReportedStatus, TryLater, Undeliverable
from turnero.engine.domain.booking import Status
from turnero.engine.domain.messages import MessageKind, MessageStatus, Recipient
from turnero.engine.domain.value import CustomerId
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.ports.outbox import Address, Attempt, Letter
from turnero.persistence.timing import LocalTiming

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
PLANNED, SENT, FAILED = MessageStatus.PLANNED, MessageStatus.SENT, MessageStatus.FAILED
CANCELLED, DELIVERED = MessageStatus.CANCELLED, MessageStatus.DELIVERED


def on_virtual_time(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Run a test on a loop of its own, on which a sleep takes no time."""

    @wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        virtual_time.run(test(*args, **kwargs))

    return run


async def until(office: Office, courier: Courier, reached: Callable[[], bool]) -> None:
    """Let time pass, on the clock as in the loop, until something is so."""
    for _ in range(10_000):
        await courier.rest()
        if reached():
            return
        office.clock.at += SECOND
        await asyncio.sleep(1)
    raise AssertionError("it never came to be")


# --- What is sent -------------------------------------------------------------------------------------------------


@on_virtual_time
async def test_a_reply_goes_to_its_person_and_is_recorded_with_the_channels_id_of_it() -> None:
    office = Office()
    kept = office.plan(reply("hola"))
    async with office.open() as courier:
        await courier.rest()
    assert office.telegram.texts == ["hola"]
    assert (kept.status, kept.external_id, kept.sent_at) == (SENT, "telegram-1", NOW)
    assert kept.row.attempts == 1


@on_virtual_time
async def test_a_reminder_is_put_into_words_when_its_time_comes_and_not_before() -> None:
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
    assert (kept.status, kept.row.channel, kept.row.address) == (SENT, "telegram", "7")


@on_virtual_time
async def test_what_is_planned_while_the_courier_rests_is_sent_as_soon_as_it_is_woken() -> None:
    office = Office()
    async with office.open() as courier:
        await courier.rest()
        office.plan(reply("hola"))
        courier.wake()
        await asyncio.sleep(0.1)
        assert office.telegram.texts == ["hola"]


@on_virtual_time
async def test_what_another_process_has_planned_is_sent_within_two_seconds() -> None:
    office = Office()
    async with office.open() as courier:
        await courier.rest()
        office.plan(reply("hola"))
        await asyncio.sleep(2)
        assert office.telegram.texts == ["hola"]


@on_virtual_time
async def test_what_goes_to_a_conversation_can_be_read_there_and_nothing_else_leaves_its_words() -> None:
    office = Office()
    to_chat, by_sms = office.plan(letter(chats=[chat()])), office.plan(letter())
    async with office.open() as courier:
        await courier.rest()
    assert to_chat.row.payload is not None
    assert office.telegram.texts[0] in msgspec.json.decode(to_chat.row.payload)["text"]
    assert (by_sms.status, by_sms.row.channel, by_sms.row.payload) == (SENT, "sms", None)


@on_virtual_time
async def test_a_providers_morning_is_told_with_what_is_in_it_and_an_empty_one_is_not() -> None:
    office = Office()
    fields: dict[str, Any] = {"recipient": Recipient.PROVIDER, "day": NOW.date(), "booking_id": None}
    empty = office.plan(letter(MessageKind.AGENDA, **fields))
    async with office.open() as courier:
        await courier.rest()
        assert (empty.status, empty.row.error) == (CANCELLED, "nothing_to_say")
        office.days.bookings_of_day = [booking(NOW + HOUR), booking(NOW + 2 * HOUR, Status.CANCELLED)]
        office.plan(letter(MessageKind.AGENDA, **fields))
        await courier.rest()
    (text,) = office.sms.texts
    assert "13:00" in text
    assert "14:00" not in text
    assert "Ana" in text


@on_virtual_time
async def test_a_provider_who_gave_no_address_does_without() -> None:
    office = Office()
    planned = letter(MessageKind.BOOKED, recipient=Recipient.PROVIDER)
    assert planned.provider is not None
    unreachable = msgspec.structs.replace(planned, provider=msgspec.structs.replace(planned.provider, phone=None))
    kept = office.plan(unreachable)
    async with office.open() as courier:
        await courier.rest()
    assert (kept.status, kept.row.error) == (CANCELLED, "no_address")


@on_virtual_time
async def test_a_message_that_nobody_wants_is_no_failure_that_somebody_might_send_again() -> None:
    office = Office()
    nothing = MessagingPreferences(opted_out=("telegram", "sms", "email"))
    kept = office.plan(msgspec.structs.replace(letter(), wishes=nothing))
    muted = office.plan(letter(chats=[chat(muted=True)], customer=None))
    async with office.open() as courier:
        await courier.rest()
    assert [(one.status, one.row.error) for one in (kept, muted)] == [(CANCELLED, "opted_out")] * 2


# --- Order and urgency --------------------------------------------------------------------------------------------


@on_virtual_time
async def test_replies_to_one_person_arrive_in_order_one_at_a_time_whatever_fails() -> None:
    office = Office()
    office.telegram.takes_s = 0.2
    office.telegram.answers = [TryLater("unavailable"), None, TryLater("unavailable"), TryLater("unavailable")]
    for number in range(5):
        office.plan(reply(f"uno {number}"))
    async with office.open() as courier:
        await until(office, courier, lambda: len(office.telegram.said) == 5)
    assert office.telegram.texts == [f"uno {number}" for number in range(5)]
    assert office.telegram.most_to_one == 1


@on_virtual_time
async def test_several_people_are_served_at_once() -> None:
    office = Office()
    office.telegram.takes_s = 1
    for person in range(20):
        office.plan(reply("hola", str(person)))
    async with office.open() as courier:
        await courier.rest()
    assert office.telegram.most_at_once == 20
    assert office.telegram.most_to_one == 1


@on_virtual_time
async def test_the_most_urgent_leaves_first() -> None:
    office = Office(outlets=(Outlet(channel=(mouth := Mouth("telegram")), traits=IN_CHATS, at_once=1),))
    kinds = [MessageKind.RATING, MessageKind.REMINDER, MessageKind.BOOKED, MessageKind.OFFER]
    for number, kind in enumerate(kinds):
        true = _true_message(office, kind)
        office.plan(msgspec.structs.replace(true, chats=(chat(person=str(number)),)))
    office.plan(reply("hola", "9"))
    async with office.open() as courier:
        await courier.rest()
    assert [one.notice.kind if one.notice else "reply" for one in mouth.said] == ["reply", *reversed(kinds)]


@on_virtual_time
async def test_a_reply_does_not_wait_for_a_thousand_reminders() -> None:
    office = Office(outlets=(Outlet(channel=(mouth := Mouth("telegram")), traits=IN_CHATS, at_once=4),))
    mouth.takes_s = 0.1
    for number in range(1_000):
        office.plan(letter(chats=[chat(person=str(number))]))
    async with office.open() as courier:
        await asyncio.sleep(1)
        assert 20 < len(mouth.said) < 60
        office.plan(reply("hola", "x"))
        courier.wake()
        before = len(mouth.said)
        await courier.rest()
    assert mouth.texts.index("hola") - before <= 3 * 4
    assert len(mouth.said) == 1_001


# --- What fails ---------------------------------------------------------------------------------------------------


@on_virtual_time
async def test_a_channel_that_says_how_long_to_wait_is_believed() -> None:
    office = Office()
    office.telegram.answers = [TryLater("too_many_requests", after=30 * SECOND)]
    kept = office.plan(reply("hola"))
    async with office.open() as courier:
        await courier.rest()
        assert (kept.status, kept.row.error, kept.row.tries) == (PLANNED, "too_many_requests", 0)
        assert kept.row.next_at >= NOW + 30 * SECOND
        await until(office, courier, lambda: kept.status is SENT)
    assert kept.row.attempts == 2


@on_virtual_time
async def test_a_number_that_is_wrong_is_not_tried_again_but_the_next_channel_is() -> None:
    office = Office()
    office.sms.answers = [Undeliverable("21211")]
    kept = office.plan(letter())
    async with office.open() as courier:
        await courier.rest()
    assert len(office.sms.handed) == 1
    assert len(office.email.said) == 1
    assert (kept.status, kept.row.channel, kept.row.spent, kept.row.attempts) == (SENT, "email", ("sms",), 2)


@on_virtual_time
async def test_after_the_last_try_the_next_channel_and_after_the_last_channel_the_owners_list() -> None:
    office = Office()
    office.sms.usual = office.email.usual = lambda _: TryLater("unavailable")
    kept = office.plan(letter(due_at=NOW))
    async with office.open() as courier:
        await until(office, courier, lambda: kept.status is FAILED)
    promise = PROMISES[MessageKind.REMINDER]
    assert (len(office.sms.handed), len(office.email.handed)) == (promise.tries, promise.last_tries)
    assert (kept.row.error, kept.row.spent) == ("unavailable", ("sms",))


@on_virtual_time
async def test_retries_come_later_and_later_and_are_spread() -> None:
    office = Office(outlets=(Outlet(channel=(mouth := Mouth("telegram")), traits=IN_CHATS),))
    mouth.usual = lambda _: TryLater("unavailable")
    kept = [office.plan(reply("hola", str(person))) for person in range(50)]
    async with office.open() as courier:
        await courier.rest()
        first = [one.row.next_at for one in kept]
        assert max(first) <= NOW + 2 * SECOND
        assert len(set(first)) == 50
        await until(office, courier, lambda: all(one.status is FAILED for one in kept))
    assert timedelta(minutes=5) < office.clock.at - NOW < timedelta(hours=1)


@on_virtual_time
async def test_somebody_who_opted_out_is_left_alone_on_that_channel() -> None:
    office = Office()
    office.sms.answers = [Undeliverable("21610", opted_out=True)]
    office.plan(letter())
    async with office.open() as courier:
        await courier.rest()
    assert office.outbox.closed == {Address("sms", "+5491145550101")}
    assert ("sms", "+5491145550101", True, None) in office.marked.marks


@on_virtual_time
async def test_a_chat_that_blocks_us_is_marked_and_its_reply_has_failed() -> None:
    office = Office()
    office.telegram.answers = [Undeliverable("blocked")]
    kept = office.plan(reply("hola"))
    async with office.open() as courier:
        await courier.rest()
    assert (kept.status, kept.row.error) == (FAILED, "blocked")
    assert ("telegram", "7", None, True) in office.marked.marks


@pytest.mark.parametrize("kind", list(MessageKind))
def test_when_nobody_knows_each_kind_is_dealt_with_as_promised(kind: MessageKind) -> None:
    @on_virtual_time
    async def scenario() -> None:
        office = Office(outlets=(Outlet(channel=(mouth := Mouth("telegram")), traits=IN_CHATS),))
        mouth.answers = [OutcomeUnknown("no_answer")]
        mouth.says_it_anyway = frozenset({"no_answer"})
        kept = office.plan(_true_message(office, kind))
        async with office.open() as courier:
            await until(office, courier, lambda: kept.status in {SENT, FAILED})
        repeats = PROMISES[kind].when_unknown.value == "repeat"
        assert len(mouth.said) == 1 + repeats
        assert (kept.status, kept.row.error) == ((SENT, None) if repeats else (FAILED, "outcome_unknown"))

    scenario()


@on_virtual_time
async def test_a_channel_that_knows_a_repeat_is_handed_anything_again() -> None:
    office = Office()
    office.sms.answers = [Undeliverable("21211")]
    office.email.answers = [OutcomeUnknown("no_answer")]
    kept = office.plan(letter())
    async with office.open() as courier:
        await until(office, courier, lambda: kept.status is SENT)
    first, second = office.email.handed
    assert first.id == second.id


@on_virtual_time
async def test_a_channel_that_hangs_is_not_waited_for_and_nobody_knows_what_it_has_done() -> None:
    office = Office(outlets=(Outlet(channel=Mouth("telegram", hangs=True), traits=IN_CHATS, timeout_s=5),))
    kept = office.plan(letter(chats=[chat()]))
    async with office.open() as courier:
        await courier.rest()
        assert asyncio.get_running_loop().time() >= 5
    assert (kept.status, kept.row.error) == (FAILED, "outcome_unknown")


@on_virtual_time
async def test_a_channel_that_breaks_breaks_nothing_else() -> None:
    class Broken(Mouth):
        async def send(self, outgoing: Any) -> str | None:
            raise KeyError(outgoing.id)

    office = Office(outlets=(Outlet(channel=Broken("telegram"), traits=IN_CHATS), *Office().outlets[1:]))
    broken = office.plan(letter(chats=[chat()]))
    whole = office.plan(letter())
    office.sms = office.outlets[1].channel  # type: ignore[assignment]  # a Mouth
    async with office.open() as courier:
        await courier.rest()
    assert (broken.status, broken.row.error) == (FAILED, "outcome_unknown")
    assert whole.status is SENT


@on_virtual_time
async def test_a_message_that_cannot_be_written_fails_alone() -> None:
    office = Office()
    unwritable = office.plan(letter(MessageKind.CONFIRMED, recipient=Recipient.PROVIDER))  # providers hear of no such
    kept = office.plan(letter())
    async with office.open() as courier:
        await courier.rest()
    assert (unwritable.status, unwritable.row.error) == (FAILED, "not_written")
    assert kept.status is SENT


@on_virtual_time
async def test_a_channel_that_is_dead_starves_nobody() -> None:
    office = Office()
    office.telegram.hangs = True
    for person in range(2_000):
        office.plan(letter(due_at=NOW - SECOND, chats=[chat(person=str(person))]))
    alive = [office.plan(letter(customer=_somebody(number))) for number in range(100)]
    async with office.open():
        await asyncio.sleep(5)
        assert [one.status for one in alive] == [SENT] * 100


# --- What is not true any more ------------------------------------------------------------------------------------


@on_virtual_time
async def test_a_clock_that_jumps_a_day_ahead_sends_only_what_is_still_true() -> None:
    office = Office()
    about = booking(NOW + 30 * HOUR)
    late = office.plan(letter(due_at=NOW + 6 * HOUR, about=about, before="PT24H"))
    past = office.plan(letter(due_at=NOW + HOUR, about=booking(NOW + 3 * HOUR), before="PT2H"))
    ahead = office.plan(letter(due_at=NOW + 28 * HOUR, about=about, before="PT2H"))
    news = office.plan(letter(MessageKind.BOOKED, due_at=NOW + SECOND, about=about))
    over = office.plan(letter(MessageKind.OFFER, about=entry(until=NOW + HOUR)))
    async with office.open() as courier:
        office.clock.at += DAY
        await courier.rest()
        assert [(one.status, one.row.error) for one in (late, past, over)] == [(CANCELLED, "stale")] * 3
        assert (ahead.status, news.status) == (PLANNED, SENT)
        office.clock.at = NOW + 28 * HOUR
        await courier.rest()
        assert ahead.status is SENT


@on_virtual_time
async def test_a_clock_that_jumps_back_sends_nothing_twice() -> None:
    office = Office()
    office.plan(letter())
    office.plan(letter(due_at=NOW - HOUR))
    async with office.open() as courier:
        await courier.rest()
        assert len(office.sms.said) == 2
        office.clock.at -= DAY
        await courier.rest()
        await asyncio.sleep(200)
        office.clock.at += DAY + HOUR
        await asyncio.sleep(200)
        await courier.rest()
    assert len(office.sms.said) == 2
    async with office.open() as courier:
        await courier.rest()
    assert len(office.sms.said) == 2


@on_virtual_time
async def test_a_clock_that_jumps_while_messages_are_on_their_way_sends_none_of_them_twice() -> None:
    office = Office()
    office.sms.takes_s = 3
    office.plan(letter())
    async with office.open() as first, office.open() as second:
        await asyncio.sleep(1)
        for jump in (DAY, -2 * DAY, 2 * DAY):
            office.clock.at += jump
            first.wake()
            second.wake()
            await asyncio.sleep(0.5)
        await asyncio.sleep(100)
        await first.rest()
    assert len(office.sms.handed) == 1
    assert office.statuses() == [SENT]


@on_virtual_time
async def test_what_is_cancelled_while_it_waits_for_its_channel_is_not_sent() -> None:
    office = Office(outlets=(Outlet(channel=(mouth := Mouth("sms", takes_s=1)), traits=BY_PHONE, at_once=1),))
    office.plan(letter(customer=_somebody(1)))
    waiting = office.plan(letter(customer=_somebody(2)))
    async with office.open() as courier:
        await asyncio.sleep(0.5)
        office.outbox.cancel(waiting.row.id)
        await courier.rest()
    assert len(mouth.handed) == 1
    assert waiting.status is CANCELLED


@on_virtual_time
async def test_a_reminder_that_was_held_up_into_the_night_waits_for_the_morning() -> None:
    office = Office()
    office.clock.at = NOW + 10 * HOUR  # 22:00
    kept = office.plan(letter(due_at=NOW + 8 * HOUR + 50 * 60 * SECOND, about=booking(NOW + 24 * HOUR)))
    night = office.plan(letter(due_at=NOW + 10 * HOUR, about=booking(NOW + 20 * HOUR + 15 * 60 * SECOND)))
    async with office.open() as courier:
        await courier.rest()
        assert (kept.status, kept.row.next_at) == (PLANNED, NOW + 20 * HOUR)  # 08:00
        assert (night.status, night.row.error) == (CANCELLED, "stale")  # at 08:15 nobody needs it any more
    assert office.sms.handed == []


# --- Several couriers, and those that die -------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [True, False])
def test_two_couriers_share_the_work_and_send_nothing_twice(shared: bool) -> None:
    @on_virtual_time
    async def scenario() -> None:
        office = Office()
        office.sms.takes_s = 0.05
        for number in range(500):
            office.plan(letter(customer=_somebody(number)))
        first = office.courier()
        if not shared:  # as two processes without Redis are
            office.queue = LocalTiming()
        second = office.courier()
        first.start()
        second.start()
        await until(office, first, lambda: set(office.statuses()) == {SENT})
        await first.stop()
        await second.stop()
        assert len(office.sms.handed) == 500
        assert all(office.sent_by(courier) > 0 for courier in (first, second))

    scenario()


@pytest.mark.parametrize("kind", [None, MessageKind.REMINDER])
def test_what_a_courier_had_in_hand_when_it_died_is_known_and_dealt_with_as_promised(kind: MessageKind | None) -> None:
    @on_virtual_time
    async def scenario() -> None:
        office = Office()
        kept = office.plan(letter(kind) if kind else reply("hola"))
        address = Address("sms", "+5491145550101") if kind else Address("telegram", "7")
        attempt = Attempt(id=kept.row.id, attempts=0, channel=address.channel, address=address.address)
        await office.outbox.begin([attempt], now=NOW)  # and it died, before or after it was handed over
        async with office.open() as courier:
            await courier.rest()
            assert kept.status is PLANNED
            await asyncio.sleep(IN_HAND_S)
            office.clock.at += timedelta(seconds=IN_HAND_S)
            await courier.rest()
        assert kept.status is (FAILED if kind else SENT)
        assert office.telegram.texts == ([] if kind else ["hola"])

    scenario()


@on_virtual_time
async def test_what_a_courier_had_claimed_when_it_died_comes_back() -> None:
    office = Office()
    kept = office.plan(reply("hola"))
    filling = await office.queue.begin_filling()
    await office.queue.add([kept.row.timer])
    await office.queue.filled(filling)
    assert await office.queue.claim(now=NOW, limit=9, lease=CLAIM_LEASE)
    async with office.open() as courier:
        await courier.rest()
        assert kept.status is PLANNED
        office.clock.at += CLAIM_LEASE
        await courier.rest()
        assert kept.status is SENT


@on_virtual_time
async def test_a_queue_that_loses_everything_loses_no_message() -> None:
    office = Office()
    queue = LocalTiming()
    office.queue = queue
    office.sms.takes_s = 0.1
    for number in range(300):
        office.plan(letter(customer=_somebody(number), due_at=NOW + number * SECOND / 100))
    async with office.open() as courier:
        for _ in range(5):
            office.clock.at += SECOND
            await asyncio.sleep(0.1)
            await queue.forget()
        await until(office, courier, lambda: set(office.statuses()) == {SENT})
    assert len(office.sms.handed) == 300
    assert office.filled_by(courier) >= 5


@on_virtual_time
async def test_an_outage_of_the_database_is_waited_out_and_nothing_is_sent_twice() -> None:
    office = Office()
    office.sms.takes_s = 1
    first = office.plan(letter(customer=_somebody(1)))
    async with office.open() as courier:
        await asyncio.sleep(0.5)
        office.outbox.broken = True
        await asyncio.sleep(60)
        assert (len(office.sms.said), first.status) == (1, PLANNED)
        office.outbox.broken = False
        second = office.plan(letter(customer=_somebody(2)))
        await asyncio.sleep(5)
        await courier.rest()
    assert [first.status, second.status] == [SENT, SENT]
    assert len(office.sms.said) == 2


@on_virtual_time
async def test_a_stop_lets_arrive_what_is_on_its_way_and_gives_the_rest_back() -> None:
    office = Office(outlets=(Outlet(channel=(mouth := Mouth("sms", takes_s=2)), traits=BY_PHONE, at_once=1),))
    first, second = (office.plan(letter(customer=_somebody(number))) for number in (1, 2))
    async with office.open():
        await asyncio.sleep(1)
    assert (first.status, second.status, second.row.attempts) == (SENT, PLANNED, 0)
    assert await office.queue.size() == 1
    async with office.open() as courier:
        await courier.rest()
    assert (second.status, len(mouth.handed)) == (SENT, 2)


@on_virtual_time
async def test_a_stop_in_the_middle_of_a_hand_over_leaves_it_unknown() -> None:
    office = Office(outlets=(Outlet(channel=Mouth("telegram", hangs=True), traits=IN_CHATS),))
    kept = office.plan(reply("hola"))
    async with office.open():
        await asyncio.sleep(1)
    assert (kept.status, kept.row.sending_since) == (PLANNED, NOW)


@on_virtual_time
async def test_a_reply_for_a_channel_of_another_process_is_left_to_that_process() -> None:
    office = Office()
    terminal = Mouth("terminal")
    kept = office.plan(reply("hola", channel="terminal"))
    async with office.open() as here:
        await here.rest()
        assert (kept.status, kept.row.attempts) == (PLANNED, 0)
        office.queue, office.outlets = LocalTiming(), (Outlet(channel=terminal, traits=IN_CHATS),)
        async with office.open() as there:
            await there.rest()
        lonely = office.plan(reply("¿hola?", channel="nobody"))
        office.clock.at += HOUR
        await asyncio.sleep(10)
        await here.rest()
    assert (terminal.texts, kept.status) == (["hola"], SENT)
    assert (lonely.status, lonely.row.error) == (FAILED, "no_channel")


# --- What is reported later ---------------------------------------------------------------------------------------


async def _reported(courier: Courier, **fields: Any) -> None:
    made = Report(channel="sms", external_id="sms-1", status=ReportedStatus.FAILED, code="30005")
    await courier.report(msgspec.structs.replace(made, **fields))


@on_virtual_time
async def test_a_message_that_is_reported_delivered_is_so() -> None:
    office = Office()
    kept = office.plan(letter())
    async with office.open() as courier:
        await courier.rest()
        await _reported(courier, status=ReportedStatus.DELIVERED, code=None)
    assert kept.status is DELIVERED


@on_virtual_time
async def test_a_message_that_is_reported_failed_goes_by_the_next_channel() -> None:
    office = Office()
    kept = office.plan(letter())
    async with office.open() as courier:
        await courier.rest()
        await _reported(courier, opted_out=True)
        await courier.rest()
    assert (kept.status, kept.row.channel) == (SENT, "email")
    assert office.outbox.closed == {Address("sms", "+5491145550101")}


@on_virtual_time
async def test_a_report_that_comes_before_the_record_is_not_lost() -> None:
    office = Office()
    kept = office.plan(letter())
    async with office.open() as courier:
        await _reported(courier, status=ReportedStatus.DELIVERED)
        await courier.rest()
        await asyncio.sleep(1)
        assert kept.status is DELIVERED
        await _reported(courier, external_id="sms-99")  # of whom nobody ever hears again
        await asyncio.sleep(60)


# --- What these scenarios are made of -----------------------------------------------------------------------------


def _somebody(number: int) -> Any:
    return msgspec.structs.replace(CUSTOMER, id=CustomerId(f"cus_{number}"), phone=f"+54911{number:08}")


def _true_message(office: Office, kind: MessageKind) -> Letter:
    match kind:
        case MessageKind.OFFER:
            return letter(kind, about=entry(until=NOW + HOUR), chats=[chat()])
        case MessageKind.RATING:
            return letter(kind, about=booking(NOW - HOUR, Status.COMPLETED), chats=[chat()])
        case MessageKind.CANCELLED:
            return letter(kind, about=booking(START, Status.CANCELLED), chats=[chat()])
        case MessageKind.AGENDA:
            office.days.bookings_of_day = [booking(NOW + HOUR)]
            fields: dict[str, Any] = {"recipient": Recipient.PROVIDER, "day": NOW.date(), "booking_id": None}
            return letter(kind, chats=[chat()], **fields)
        case _:
            return letter(kind, chats=[chat()])
