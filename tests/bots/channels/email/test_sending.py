"""Letters through a real SMTP server: what arrives, and what becomes of those that do not."""

from __future__ import annotations

import asyncio

import pytest

from tests.bots.channels.email.conftest import SENDER
from tests.bots.channels.email.post_office import PostOffice, post_office
from tests.bots.notices import a_notice, on_its_way
from turnero.bots.channels.email.channel import EmailChannel, MailServer, mail_server
from turnero.bots.conversation.reply import Reply
from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, Outgoing, TryLater, Undeliverable
from turnero.engine.domain.messages import MessageKind

ANA = "ana@example.org"
REMINDER = on_its_way(a_notice(MessageKind.REMINDER), ANA)


async def failed(channel: EmailChannel, outgoing: Outgoing = REMINDER) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as raised:
        await channel.send(outgoing)
    return raised.value


# --- What arrives -------------------------------------------------------------------------------------------------


async def test_a_letter_arrives_at_whom_it_is_for(office: PostOffice, channel: EmailChannel) -> None:
    external_id = await channel.send(REMINDER)
    (letter,) = office.letters
    assert office.envelopes == [(SENDER, [ANA])]
    assert (letter["To"], letter["From"]) == (ANA, f"El Turno <{SENDER}>")
    assert letter["Subject"] == "Tu turno en El Turno: jue 7/5 10:00"
    assert letter["Message-ID"] == external_id == f"<{REMINDER.id}@elturno.example>"
    body = letter.get_body(("plain",))
    assert body is not None
    said = "Tenés turno mañana a las 10:00 con Martín.\r\nCorte, en El Turno.\r\n"
    assert body.get_content().startswith(said)


async def test_a_repeat_has_the_same_id_so_that_a_mailbox_shows_it_once(
    office: PostOffice, channel: EmailChannel
) -> None:
    await channel.send(REMINDER)
    await channel.send(REMINDER)
    first, second = office.letters
    assert first["Message-ID"] == second["Message-ID"]


async def test_whoever_wants_no_more_letters_finds_out_how(office: PostOffice, channel: EmailChannel) -> None:
    await channel.send(REMINDER)
    assert office.letters[0]["List-Unsubscribe"] == f"<mailto:{SENDER}?subject=BAJA>"


async def test_a_reply_without_a_notice_is_a_letter_too(office: PostOffice, channel: EmailChannel) -> None:
    await channel.send(Outgoing(id="msg_x", address=ANA, reply=Reply(text="Hola\n¿qué tal?")))
    assert office.letters[0]["Subject"] == "Hola"


async def test_letters_go_out_some_at_a_time_and_none_is_lost(office: PostOffice, channel: EmailChannel) -> None:
    many = [on_its_way(a_notice(MessageKind.REMINDER), f"n{i}@example.org") for i in range(20)]
    await asyncio.gather(*(channel.send(one) for one in many))
    assert sorted(to for _, (to,) in office.envelopes) == sorted(one.address for one in many)


# --- What does not arrive -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["451 4.7.1 Greylisted, try again", "421 Too busy", "452 Mailbox full"])
async def test_what_may_be_tried_again_is_not_given_up(office: PostOffice, channel: EmailChannel, answer: str) -> None:
    office.recipients = answer
    failure = await failed(channel)
    assert isinstance(failure, TryLater)
    assert failure.code == f"smtp_{answer[:3]}"
    office.recipients = "250 OK"
    await channel.send(REMINDER)
    assert len(office.letters) == 1


@pytest.mark.parametrize("answer", ["550 5.1.1 No such user", "553 Not a mailbox"])
async def test_an_address_that_nobody_has_is_given_up(office: PostOffice, channel: EmailChannel, answer: str) -> None:
    office.recipients = answer
    failure = await failed(channel)
    assert isinstance(failure, Undeliverable)
    assert failure.code == f"smtp_{answer[:3]}"


@pytest.mark.parametrize(("answer", "kind"), [("552 Too big", Undeliverable), ("451 Later", TryLater)])
async def test_a_letter_that_is_refused_as_a_whole_was_not_delivered(
    office: PostOffice, channel: EmailChannel, answer: str, kind: type[DeliveryFailed]
) -> None:
    office.contents = answer
    assert isinstance(await failed(channel), kind)


async def test_a_server_that_refuses_us_says_nothing_about_the_address(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.senders = "550 Sender not allowed here"
    failure = await failed(channel)
    assert (type(failure), failure.code) == (TryLater, "smtp_550")


async def test_a_server_that_is_not_there_can_be_tried_later() -> None:
    async with post_office() as office:
        url = office.url
    failure = await failed(EmailChannel(mail_server(url), sender=SENDER))
    assert (type(failure), failure.code) == (TryLater, "smtp_unreachable")


async def test_a_server_that_never_says_hello_can_be_tried_later() -> None:
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        failure = await failed(EmailChannel(mail_server(f"smtp://127.0.0.1:{port}"), sender=SENDER, timeout_s=0.1))
    assert (type(failure), failure.code) == (TryLater, "smtp_unreachable")


async def test_silence_after_the_letter_means_that_nobody_knows(office: PostOffice) -> None:
    office.silent = True
    failure = await failed(EmailChannel(mail_server(office.url), sender=SENDER, timeout_s=0.2))
    assert isinstance(failure, OutcomeUnknown)
    assert len(office.letters) == 1, "it was delivered, but who would know"


async def test_a_connection_that_breaks_after_the_letter_means_that_nobody_knows(
    office: PostOffice, channel: EmailChannel
) -> None:
    office.hangs_up = True
    assert isinstance(await failed(channel), OutcomeUnknown)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@example.org",
        "ana@",
        "ana@example.org\r\nBcc: all@example.com",
        "ana@example.org, bruno@example.org",
        "Ana <ana@example.org>",
        "añá@example.org",
        "ana@" + "x" * 80 + ".org",
    ],
)
async def test_what_is_no_address_is_given_up_before_anybody_is_called(
    office: PostOffice, channel: EmailChannel, address: str
) -> None:
    failure = await failed(channel, on_its_way(a_notice(MessageKind.BOOKED), address))
    assert isinstance(failure, Undeliverable)
    assert office.envelopes == []


async def test_a_domain_may_have_letters_of_its_own(office: PostOffice, channel: EmailChannel) -> None:
    await channel.send(on_its_way(a_notice(MessageKind.BOOKED), "ana@peluquería.example"))
    assert office.envelopes == [(SENDER, ["ana@xn--peluquera-n5a.example"])]


# --- The server ---------------------------------------------------------------------------------------------------


async def test_we_log_in_where_we_have_a_name() -> None:
    async with post_office() as office:
        for password, logged_in in (("wrong", False), ("right", True)):
            url = office.url.replace("://", f"://us%40er:{password}@")
            channel = EmailChannel(mail_server(url), sender=SENDER)
            if logged_in:
                await channel.send(REMINDER)
            else:
                failure = await failed(channel)
                assert (type(failure), failure.code) == (TryLater, "smtp_535")
        assert {login for login, _ in office.logins} == {b"us@er"}
        assert len(office.letters) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailServer("mail.example", 587, None, None, implicit_tls=False, start_tls=None)),
        ("smtp://localhost:2525", MailServer("localhost", 2525, None, None, implicit_tls=False, start_tls=None)),
        ("starttls://mail.example", MailServer("mail.example", 587, None, None, implicit_tls=False, start_tls=True)),
        ("smtp://a:b@mail.example", MailServer("mail.example", 587, "a", "b", implicit_tls=False, start_tls=True)),
        ("smtp://a:b@127.0.0.1:25", MailServer("127.0.0.1", 25, "a", "b", implicit_tls=False, start_tls=None)),
        ("smtps://a:p%40ss@m.example", MailServer("m.example", 465, "a", "p@ss", implicit_tls=True, start_tls=False)),
    ],
)
def test_a_password_is_never_said_where_it_can_be_overheard(url: str, expected: MailServer) -> None:
    assert mail_server(url) == expected


async def test_without_the_encryption_that_we_insist_on_nothing_is_handed_in(office: PostOffice) -> None:
    channel = EmailChannel(mail_server(office.url.replace("smtp:", "starttls:")), sender=SENDER)
    assert isinstance(await failed(channel), TryLater)
    assert office.envelopes == []
