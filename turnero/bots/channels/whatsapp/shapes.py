"""A reply as WhatsApp shows it: as text with numbers, or as buttons or a list below a text.

Buttons and lists go out through templates of Twilio's Content API; within the window of 24 hours they need nobody's
approval. A template for each reply would be thousands, with people's names in them. So a template has only the shape
of replies (so many lines, so many choices), and everything that is said is put into its places when it is sent. The
line breaks are part of the shape: a value must not have any (https://www.twilio.com/docs/api/errors/21656; ADR 14).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from turnero.bots.conversation.reply import Choice, Layout, Reply
from turnero.bots.texts.frames import FRAMES

# https://www.twilio.com/docs/api/errors/21617 and 21658: Twilio refuses more.
BODY_CHARS_MAX = 1600

# Longer values are allowed by now, but it was 255 for long, and Twilio still advises to stay below 250.
VALUE_CHARS_MAX = 250
PLACES_MAX = 100

# The first part of the names of our templates in the account. Raise the number when a shape comes to mean another one.
FAMILY = "turnero_1"

# Blanks that a value must not have in a row.
_BLANKS = re.compile(r"\s+")


class Shape(NamedTuple):
    """A template to be: its name says everything about it, so two of the same name are the same."""

    name: str
    types: Mapping[str, Any]


class Shaped(NamedTuple):
    """A reply, taken apart into what it looks like and what goes into which place."""

    shape: Shape
    values: Mapping[str, str]


def as_text(reply: Reply) -> str:
    """Return a reply as nothing but text, its choices numbered: what works everywhere and always."""
    if not reply.choices:
        return reply.text
    full = "\n".join([reply.text, "", *_numbered(reply.choices, details=True)])
    return (
        full if len(full) <= BODY_CHARS_MAX else "\n".join([reply.text, "", *_numbered(reply.choices, details=False)])
    )


def _numbered(choices: tuple[Choice, ...], *, details: bool) -> Iterator[str]:
    for number, choice in enumerate(choices, start=1):
        yield f"{number}. {choice.title}{f' · {choice.detail}' if details and choice.detail else ''}"


def shaped(reply: Reply) -> Shaped | None:
    """Return a reply's shape and values; None if it has no choices, or does not fit into any shape."""
    titles = [choice.title for choice in reply.choices]
    if not titles or len(set(titles)) < len(titles):  # WhatsApp refuses two buttons of one name
        return None
    lines = [_BLANKS.sub(" ", line).strip() for line in reply.text.split("\n")]
    values = {f"b{number}": line for number, line in enumerate(lines) if line}
    pattern = "".join("x" if line else "_" for line in lines)
    body = "\n".join(f"{{{{b{number}}}}}" if line else "" for number, line in enumerate(lines))
    choices = _buttons if reply.layout is Layout.BUTTONS else _list
    name, types = choices(reply, body, values)
    fits = len(values) <= PLACES_MAX and all(0 < len(value) <= VALUE_CHARS_MAX for value in values.values())
    return Shaped(Shape(f"{FAMILY}_{name}_{pattern}", types), values) if fits else None


def _buttons(reply: Reply, body: str, values: dict[str, str]) -> tuple[str, Mapping[str, Any]]:
    actions = []
    for number, choice in enumerate(reply.choices):
        values |= {f"t{number}": _BLANKS.sub(" ", choice.title), f"i{number}": choice.token}
        actions.append({"type": "QUICK_REPLY", "title": f"{{{{t{number}}}}}", "id": f"{{{{i{number}}}}}"})
    return f"buttons_{len(actions)}", {"twilio/quick-reply": {"body": body, "actions": actions}}


def _list(reply: Reply, body: str, values: dict[str, str]) -> tuple[str, Mapping[str, Any]]:
    items = []
    detailed = ""
    for number, choice in enumerate(reply.choices):
        values |= {f"t{number}": _BLANKS.sub(" ", choice.title), f"i{number}": choice.token}
        item = {"item": f"{{{{t{number}}}}}", "id": f"{{{{i{number}}}}}"}
        if choice.detail:
            values[f"d{number}"] = _BLANKS.sub(" ", choice.detail)
            item["description"] = f"{{{{d{number}}}}}"
        detailed += "d" if choice.detail else "_"
        items.append(item)
    values["open"] = FRAMES[reply.language].open_list
    return f"list_{detailed}", {"twilio/list-picker": {"body": body, "button": "{{open}}", "items": items}}
