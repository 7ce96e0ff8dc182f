"""How events are written down, and how what was written long ago is still read.

Events are JSON, so that a person can read a journal with any SQL client. Each carries its type and version; a change
of shape raises the version in `VERSIONS` and adds an upcaster, which lifts the old JSON by one version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

import msgspec

from turnero.engine.domain import events as ev
from turnero.engine.domain.events import Event

EVENT_TYPES: Mapping[str, type[Event]] = {t.__name__: t for t in get_args(ev.Event)}

# The version in which each event type is written today; 1 where nothing is said. Raise it together with an upcaster
# and a golden file of the old shape.
#
# 2: a policy with `quietHours` and `agendaAt`, a booking with `acknowledgedAt`.
VERSIONS: Mapping[str, int] = {
    "CalendarOpened": 2,
    "TermsChanged": 2,
    "AppointmentBooked": 2,
    "AppointmentMovedIn": 2,
}

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _new_fields_at_their_defaults(old: dict[str, Any]) -> dict[str, Any]:
    return old  # what is new has a default that is true of the old


# (type, version) → how its JSON is lifted to the next version.
UPCASTERS: Mapping[tuple[str, int], Upcaster] = {
    (name, 1): _new_fields_at_their_defaults
    for name in ("CalendarOpened", "TermsChanged", "AppointmentBooked", "AppointmentMovedIn")
}

_encoder = msgspec.json.Encoder()
_decoders = {name: msgspec.json.Decoder(t) for name, t in EVENT_TYPES.items()}


class StoredEvent(NamedTuple):
    """An event as the journal keeps it."""

    type: str
    version: int
    body: str


def encode_event(event: Event) -> StoredEvent:
    """Write an event in its present version."""
    name = type(event).__name__
    return StoredEvent(name, VERSIONS.get(name, 1), _encoder.encode(event).decode())


def decode_event(
    stored: StoredEvent,
    *,
    versions: Mapping[str, int] = VERSIONS,
    upcasters: Mapping[tuple[str, int], Upcaster] = UPCASTERS,
) -> Event:
    """Read an event, lifting it to its present version first if it is older.

    Raises:
        ValueError: the type is unknown, or the version is newer than this program.
    """
    if stored.type not in EVENT_TYPES:
        raise ValueError(f"unknown event type {stored.type!r}: was it written by a newer Turnero?")
    current = versions.get(stored.type, 1)
    if stored.version == current:
        return _decoders[stored.type].decode(stored.body)
    if stored.version > current:
        raise ValueError(f"{stored.type} version {stored.version} is newer than this program's {current}")
    raw = msgspec.json.decode(stored.body)
    for version in range(stored.version, current):
        raw = upcasters[stored.type, version](raw)
    return msgspec.convert(raw, EVENT_TYPES[stored.type])
