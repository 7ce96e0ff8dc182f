"""The templates that WhatsApp has approved for a business: all that it may say to people who were silent for a day.

Which there are is configured, by name: the kind of message ("reminder"), with "provider_" before it for those who work,
and with ":en" behind it for another language than the business's first. docs/CHANNELS.md has the texts to submit.
"""

from __future__ import annotations

from collections.abc import Mapping

from turnero.bots.channels.twilio.account import Content
from turnero.bots.conversation.notices import Notice, words
from turnero.bots.texts.formats import LANGUAGES
from turnero.engine.domain.messages import MessageKind, Recipient

_TO_PROVIDERS = (MessageKind.BOOKED, MessageKind.RESCHEDULED, MessageKind.CANCELLED)

# An agenda has a line for each appointment, and a template's values have no line breaks.
KINDS: tuple[str, ...] = (
    *(kind for kind in MessageKind if kind is not MessageKind.AGENDA),
    *(f"provider_{kind}" for kind in _TO_PROVIDERS),
)

# The places that a template may have: {{day}}, {{time}} ... "id" is what its buttons send back behind their colon.
PLACES = ("customer", "day", "time", "service", "provider", "business", "until", "id")


def check_names(names: Mapping[str, str]) -> None:
    """Refuse templates for what there are none for.

    Raises:
        ValueError: naming it.
    """
    for name in names:
        kind, _, language = name.partition(":")
        if kind not in KINDS or (language and language not in LANGUAGES):
            raise ValueError(f"{name!r} is no message that there are templates for: it may be {', '.join(KINDS)}")


def content(notice: Notice, templates: Mapping[str, str]) -> Content | None:
    """Return the template for a notice, filled in; None if the business has none."""
    kind = f"provider_{notice.kind}" if notice.recipient is Recipient.PROVIDER else str(notice.kind)
    sid = templates.get(f"{kind}:{notice.language}", templates.get(kind))
    if sid is None:
        return None
    said = {**words(notice), "id": notice.entry_id or notice.booking_id or ""}
    # An empty value is refused (https://www.twilio.com/docs/api/errors/21656).
    return Content(sid, {place: said[place] or "-" for place in PLACES})
