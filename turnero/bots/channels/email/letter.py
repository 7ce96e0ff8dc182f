"""A message as a letter: text and HTML that say the same, and an invitation where a calendar is to change."""

from __future__ import annotations

from collections.abc import Iterator
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from turnero.bots.channels.email.invitation import invitation, method_of
from turnero.bots.channels.email.words import one_line
from turnero.bots.conversation.notices import Notice, subject
from turnero.bots.ports import Outgoing, Undeliverable


def letter(outgoing: Outgoing, *, sender: str) -> EmailMessage:
    """Return the letter that says what `outgoing` says, from `sender` under the business's name.

    Raises:
        Undeliverable: nobody can have this address.
    """
    notice = outgoing.notice
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(display_name="" if notice is None else one_line(notice.business), addr_spec=sender)
    message["To"] = recipient(outgoing.address)
    message["Subject"] = _subject(outgoing)
    # The same in a repeat: mailboxes show a message that they have already only once.
    message["Message-ID"] = f"<{outgoing.id}@{sender.rpartition('@')[2]}>"
    if notice is not None:
        message["Date"] = notice.now
    # RFC 2369. There is no address to click: a GET changes nothing here, and link scanners press every button.
    message["List-Unsubscribe"] = f"<mailto:{sender}?subject=BAJA>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    message.set_content("\n".join(_lines(outgoing)) + "\n")
    message.add_alternative(_html(outgoing), subtype="html")
    if notice is not None and (method := method_of(notice)) is not None:
        message.add_alternative(
            invitation(notice, attendee=outgoing.address, organiser=sender, text=outgoing.reply.text),
            subtype="calendar",
            params={"method": method},
            filename="turno.ics",
            disposition="inline",
        )
    return message


def recipient(address: str) -> Address:
    """Return who `address` is, in the form that SMTP takes: the domain in ASCII (RFC 5891).

    Raises:
        Undeliverable: it is no address, or one that would need an extension that many servers lack (RFC 6531).
    """
    local, at, domain = address.rpartition("@")
    try:
        local.encode("ascii")
        found = Address(addr_spec=f"{local}{at}{domain.encode('idna').decode()}")
    except (ValueError, IndexError, MessageError) as error:  # the headers' parser refuses in more ways than one
        raise Undeliverable("bad_address", type(error).__name__) from error
    if not (found.username and found.domain) or one_line(found.addr_spec) != found.addr_spec:
        raise Undeliverable("bad_address")
    return found


def _subject(outgoing: Outgoing) -> str:
    notice = outgoing.notice
    return one_line(outgoing.reply.text.partition("\n")[0] if notice is None else subject(notice))


def _lines(outgoing: Outgoing) -> Iterator[str]:
    notice = outgoing.notice
    yield outgoing.reply.text
    if notice is not None:
        if notice.link is not None:
            yield f"\n{notice.texts.mail_open}: {notice.link}"
        yield f"\n-- \n{_foot(notice)}"


def _html(outgoing: Outgoing) -> str:
    """Return the letter as HTML. Whatever people have written is escaped: a name is a name."""
    notice = outgoing.notice
    said = "".join(f"<p>{escape(line)}</p>" for line in outgoing.reply.text.split("\n"))
    link = foot = ""
    if notice is not None:
        foot = f'<p style="color:#666;font-size:85%">{escape(_foot(notice))}</p>'
        if notice.link is not None:
            link = f'<p><a href="{escape(notice.link)}">{escape(notice.texts.mail_open)}</a></p>'
    language = outgoing.reply.language
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{escape(_subject(outgoing))}</title>'
        f'<body style="font-family:sans-serif;max-width:36em">{said}{link}{foot}</body></html>\n'
    )


def _foot(notice: Notice) -> str:
    return notice.texts.mail_foot.format(business=one_line(notice.business))
