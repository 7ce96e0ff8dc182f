"""What is said of our own accord: confirmations, reminders, offers, questions after a visit; and to those who work.

A notice is rendered when it is sent, so that "mañana" is true. Names, addresses and reasons are shown as they are, cut
to a length that leaves the message readable; there is no markup that they could be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from turnero.bots.conversation.names import familiar
from turnero.bots.conversation.reply import TEXT_CHARS_MAX, Choice, Layout, Reply
from turnero.bots.texts import formats
from turnero.bots.texts.formats import Language
from turnero.bots.texts.notices import NOTICES
from turnero.bots.texts.notices_model import NoticeTexts
from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.hours import zone
from turnero.engine.domain.messages import MessageKind, Recipient
from turnero.engine.domain.value import BookingId, EntryId, Value

# Whoever leaves the house within three hours wants to know where to; a day ahead it is only a longer message.
_ADDRESS_WITHIN = timedelta(hours=3)
# With half an hour to go nobody is helped by a button that cancels: they are on their way, or they telephone.
_NO_CANCEL_WITHIN = timedelta(hours=1)

_NAME_CHARS_MAX = 60
_ADDRESS_CHARS_MAX = 160
_REASON_CHARS_MAX = 300
# A day of quarters of an hour; what is beyond is in the calendar.
_AGENDA_LINES_MAX = 30

# Whoever answers with a number means stars; where choices are numbered, those numbers have to be the stars, too.
STARS = (1, 2, 3, 4, 5)


class AgendaLine(Value):
    """One appointment of a provider's day."""

    start: datetime
    customer: str
    service: str
    pending: bool = False


class Notice(Value):
    """Everything that a message about a booking, an offer of the waitlist, or a provider's day may have to say.

    Instants are aware; texts are what the business and the people are called. `sequence` rises with every change of the
    booking (RFC 5545 §3.8.7.4). `locale` is the recipient's, `time_zone` the provider's. `expired` says that nobody
    confirmed the booking in time, `acknowledged` that its customer has said that they will come. An agenda has a line
    for each appointment of the day that `start` is on.
    """

    kind: MessageKind
    recipient: Recipient
    locale: str
    time_zone: str
    now: datetime
    start: datetime
    end: datetime
    business: str
    provider: str
    service: str
    customer: str
    booking_id: BookingId | None = None
    entry_id: EntryId | None = None
    before: str | None = None
    status: Status | None = None
    sequence: int = 0
    price: Money | None = None
    address: str | None = None
    phone: str | None = None
    cancelled_by_customer: bool = False
    expired: bool = False
    acknowledged: bool = False
    reason: str | None = None
    offer_until: datetime | None = None
    link: str | None = None
    agenda: tuple[AgendaLine, ...] = ()

    @property
    def language(self) -> Language:
        return formats.language_of(self.locale)

    @property
    def texts(self) -> NoticeTexts:
        return NOTICES[self.language]


def render(notice: Notice) -> Reply:
    """Return `notice` in words, with what can be pressed below it."""
    writers = _TO_PROVIDER if notice.recipient is Recipient.PROVIDER else _TO_CUSTOMER
    return Reply(
        text=_cut(writers[notice.kind](notice), TEXT_CHARS_MAX),
        choices=tuple(_choices(notice)) if notice.recipient is Recipient.CUSTOMER else (),
        layout=Layout.LIST if notice.kind is MessageKind.RATING else Layout.BUTTONS,
        language=notice.language,
    )


def subject(notice: Notice) -> str:
    """Return `notice` in one line: the subject of a mail, the title of a push. No line breaks are in it."""
    to_provider = notice.recipient is Recipient.PROVIDER
    subjects = notice.texts.provider_subjects if to_provider else notice.texts.subjects
    wall = notice.start.astimezone(zone(notice.time_zone))
    return subjects[notice.kind].format(
        business=_name(notice.business),
        customer=_name(notice.customer),
        short=formats.short_date(wall.date(), notice.language),
        time=formats.clock(wall),
    )


# --- To customers ----------------------------------------------------------------------------------------------------


def _booked(notice: Notice) -> str:
    pending = notice.status is Status.PENDING
    return _with_facts(notice, notice.texts.booked_pending if pending else notice.texts.booked)


def _confirmed(notice: Notice) -> str:
    return _with_facts(notice, notice.texts.confirmed)


def _rescheduled(notice: Notice) -> str:
    pending = notice.status is Status.PENDING
    return _with_facts(notice, notice.texts.rescheduled_pending if pending else notice.texts.rescheduled)


def _cancelled(notice: Notice) -> str:
    texts = notice.texts
    if notice.expired:
        return _say(notice, texts.expired)
    return _with_reason(notice, texts.cancelled_by_them if notice.cancelled_by_customer else texts.cancelled_by_shop)


def _reminder(notice: Notice) -> str:
    pending = notice.status is Status.PENDING
    text = _say(notice, notice.texts.reminder_pending if pending else notice.texts.reminder)
    near = notice.start - notice.now <= _ADDRESS_WITHIN
    return "\n".join([text, *_where(notice)]) if near else text


def _offer(notice: Notice) -> str:
    return _say(notice, notice.texts.offer)


def _rating(notice: Notice) -> str:
    return _say(notice, notice.texts.rating)


def _choices(notice: Notice) -> Iterator[Choice]:
    texts, booking_id = notice.texts, notice.booking_id
    match notice.kind:
        case MessageKind.REMINDER:
            if not notice.acknowledged:
                yield Choice(token=f"ack:{booking_id}", title=texts.do_acknowledge)
            yield Choice(token=f"move:{booking_id}", title=texts.do_move)
            if notice.start - notice.now > _NO_CANCEL_WITHIN:
                yield Choice(token=f"cancel:{booking_id}", title=texts.do_cancel)
        case MessageKind.OFFER:
            yield Choice(token=f"take:{notice.entry_id}", title=texts.do_take)
            yield Choice(token=f"pass:{notice.entry_id}", title=texts.do_decline)
        case MessageKind.RATING:
            for stars in STARS:
                yield Choice(token=f"rate:{booking_id}:{stars}", title=texts.stars[stars])
        case _:
            pass  # news is not answered


# --- To providers ----------------------------------------------------------------------------------------------------


def _provider_booked(notice: Notice) -> str:
    pending = notice.status is Status.PENDING
    return _say(notice, notice.texts.provider_asked if pending else notice.texts.provider_booked)


def _provider_rescheduled(notice: Notice) -> str:
    pending = notice.texts.to_be_confirmed if notice.status is Status.PENDING else ""
    return _say(notice, notice.texts.provider_rescheduled) + pending


def _provider_cancelled(notice: Notice) -> str:
    if notice.expired:
        return _say(notice, notice.texts.provider_expired)
    return _with_reason(notice, notice.texts.provider_cancelled)


def _agenda(notice: Notice) -> str:
    texts, tz = notice.texts, zone(notice.time_zone)
    date = formats.long_date(notice.start.astimezone(tz).date(), notice.language)
    if not notice.agenda:
        return texts.agenda_empty.format(date=date)
    lines = [texts.agenda.format(date=date)]
    left = TEXT_CHARS_MAX - len(lines[0]) - len("\n" + texts.agenda_more.format(count=len(notice.agenda)))
    for shown, line in enumerate(sorted(notice.agenda, key=lambda line: line.start)):
        said = texts.agenda_line.format(
            time=formats.clock(line.start.astimezone(tz)), customer=_name(line.customer), service=_name(line.service)
        ) + (texts.to_be_confirmed if line.pending else "")
        left -= len(said) + 1
        if shown == _AGENDA_LINES_MAX or left < 0:
            lines.append(texts.agenda_more.format(count=len(notice.agenda) - shown))
            break
        lines.append(said)
    return "\n".join(lines)


_TO_CUSTOMER: Mapping[MessageKind, Callable[[Notice], str]] = {
    MessageKind.BOOKED: _booked,
    MessageKind.CONFIRMED: _confirmed,
    MessageKind.RESCHEDULED: _rescheduled,
    MessageKind.CANCELLED: _cancelled,
    MessageKind.REMINDER: _reminder,
    MessageKind.OFFER: _offer,
    MessageKind.RATING: _rating,
}

_TO_PROVIDER: Mapping[MessageKind, Callable[[Notice], str]] = {
    MessageKind.BOOKED: _provider_booked,
    MessageKind.RESCHEDULED: _provider_rescheduled,
    MessageKind.CANCELLED: _provider_cancelled,
    MessageKind.AGENDA: _agenda,
}

# --- Words -----------------------------------------------------------------------------------------------------------


def words(notice: Notice) -> Mapping[str, str]:
    """Return what a notice's text is filled with. Templates that a channel had approved are filled with the same."""
    tz = zone(notice.time_zone)
    wall = notice.start.astimezone(tz)
    day = _day(notice, wall)
    return {
        "day": day,
        "Day": day[:1].upper() + day[1:],
        "time": formats.clock(wall),
        "until": formats.clock((notice.offer_until or notice.start).astimezone(tz)),
        "business": _name(notice.business),
        "provider": _name(familiar(notice.provider)),
        "service": _name(notice.service),
        "customer": _name(notice.customer),
    }


def _say(notice: Notice, text: str) -> str:
    return text.format(**words(notice))


_SATURDAY = 5


def _day(notice: Notice, wall: datetime) -> str:
    """Return a day within a sentence, as it is called on the day of sending: "mañana", "el jueves 7 de mayo"."""
    today, day, language = notice.now.astimezone(wall.tzinfo).date(), wall.date(), notice.language
    near = formats.near_word(day, language, today=today)
    if near is not None:
        return near
    words = formats.day_words(day, language, today=today)
    match language:
        case "es":
            return f"el {words}"
        case "en":
            return f"on {words}"
        case "pt":
            return f"{'na' if day.weekday() < _SATURDAY else 'no'} {words}"


def _with_facts(notice: Notice, text: str) -> str:
    lines = [_say(notice, text)]
    if notice.price is not None:
        lines.append(notice.texts.price.format(price=formats.money(notice.price, notice.language)))
    return "\n".join([*lines, *_where(notice)])


def _with_reason(notice: Notice, text: str) -> str:
    said = _say(notice, text)
    if notice.reason is None:
        return said
    return f"{said}\n{notice.texts.reason.format(reason=_cut(notice.reason, _REASON_CHARS_MAX))}"


def _where(notice: Notice) -> list[str]:
    if notice.address is None:
        return []
    return [notice.texts.where.format(address=_cut(notice.address, _ADDRESS_CHARS_MAX, one_line=True))]


def _name(text: str) -> str:
    return _cut(text, _NAME_CHARS_MAX, one_line=True)


def _cut(text: str, chars: int, *, one_line: bool = False) -> str:
    """Return `text`, at most `chars` long; as one line of single spaces if asked."""
    kept = " ".join(text.split()) if one_line else text
    return kept if len(kept) <= chars else kept[: chars - 1] + "…"
