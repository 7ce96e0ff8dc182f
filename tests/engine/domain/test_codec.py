from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from tests.engine.domain.golden_events import EXAMPLES, FOLDER, READ_AS, golden
from tests.engine.domain.histories import HISTORIES, History
from turnero.engine.domain import events as ev
from turnero.engine.domain.codec import (
    EVENT_TYPES,
    UPCASTERS,
    VERSIONS,
    StoredEvent,
    decode_event,
    encode_event,
)
from turnero.engine.domain.value import BookingId

PRESENT = {name: VERSIONS.get(name, 1) for name in EVENT_TYPES}
EVERY_VERSION = [(name, version) for name, present in PRESENT.items() for version in range(1, present + 1)]


# --- Golden files -------------------------------------------------------------------------------------------------


def test_there_is_an_example_of_every_event_type() -> None:
    assert EXAMPLES.keys() == EVENT_TYPES.keys()


def test_there_is_a_golden_file_for_each_version_of_each_event_type_and_no_other() -> None:
    assert sorted(path.name for path in FOLDER.glob("*.json")) == sorted(golden(*which).name for which in EVERY_VERSION)


@pytest.mark.parametrize(("name", "version"), EVERY_VERSION)
def test_what_was_written_once_is_read_the_same_for_ever(name: str, version: int) -> None:
    stored = StoredEvent(name, version, golden(name, version).read_text())
    assert decode_event(stored) == READ_AS.get((name, version), EXAMPLES[name])


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_event_is_written_as_its_golden_file_says_or_its_version_is_raised(name: str) -> None:
    stored = encode_event(EXAMPLES[name])
    assert (stored.type, stored.version) == (name, PRESENT[name])
    assert json.loads(stored.body) == json.loads(golden(name, stored.version).read_text())


@pytest.mark.parametrize("name", sorted(EVENT_TYPES))
def test_an_example_says_every_field(name: str) -> None:
    """A field left at its default would not be noticed if it went missing."""
    kind, example = EVENT_TYPES[name], EXAMPLES[name]
    defaults = dict(zip(reversed(kind.__struct_fields__), reversed(kind.__struct_defaults__), strict=False))
    assert all(getattr(example, field) != default for field, default in defaults.items())


# --- Versions -----------------------------------------------------------------------------------------------------


def test_there_is_an_upcaster_for_each_version_but_the_present_one() -> None:
    wanted = {(name, version) for name, version in EVERY_VERSION if version < PRESENT[name]}
    assert UPCASTERS.keys() == wanted


def test_an_old_event_is_lifted_one_version_at_a_time() -> None:
    """Synthetic: version 1 said `id`, version 2 said `bookingId` and `rating`, 3 is today's."""
    seen: list[int] = []

    def name_the_booking(old: dict[str, Any]) -> dict[str, Any]:
        seen.append(1)
        return {"bookingId": old["id"], "rating": old["rating"]}

    def count_stars(old: dict[str, Any]) -> dict[str, Any]:
        seen.append(2)
        return {"bookingId": old["bookingId"], "stars": old["rating"] // 2}

    versions = {"AppointmentRated": 3}
    upcasters = {("AppointmentRated", 1): name_the_booking, ("AppointmentRated", 2): count_stars}
    today = ev.AppointmentRated(booking_id=BookingId("b"), stars=4)
    first = StoredEvent("AppointmentRated", 1, '{"id": "b", "rating": 8}')
    assert decode_event(first, versions=versions, upcasters=upcasters) == today
    assert seen == [1, 2]
    second = StoredEvent("AppointmentRated", 2, '{"bookingId": "b", "rating": 8}')
    assert decode_event(second, versions=versions, upcasters=upcasters) == today
    third = StoredEvent("AppointmentRated", 3, '{"bookingId": "b", "stars": 4, "commented": false}')
    assert decode_event(third, versions=versions, upcasters=upcasters) == today
    assert seen == [1, 2, 2]


def test_lifting_reads_instants_and_dates_as_reading_does() -> None:
    def same(old: dict[str, Any]) -> dict[str, Any]:
        return old

    for name in ("AppointmentBooked", "ScheduleChanged", "TimeOffAdded", "SlotHeld", "AppointmentMovedIn"):
        stored = encode_event(EXAMPLES[name])
        next_version = stored.version + 1
        lifted = decode_event(stored, versions={name: next_version}, upcasters={(name, stored.version): same})
        assert lifted == EXAMPLES[name]


def test_what_a_newer_program_wrote_is_refused_and_never_guessed_at() -> None:
    with pytest.raises(ValueError, match="version 2 is newer than this program's 1"):
        decode_event(StoredEvent("AppointmentRated", 2, "{}"))
    with pytest.raises(ValueError, match="unknown event type 'AppointmentPaid'"):
        decode_event(StoredEvent("AppointmentPaid", 1, "{}"))
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        decode_event(StoredEvent("AppointmentRated", 1, '{"bookingId": "b", "stars": 4, "mood": "good"}'))


# --- Any event ----------------------------------------------------------------------------------------------------


@given(history=HISTORIES)
@settings(max_examples=40)
def test_every_event_of_any_history_is_read_as_it_was_written(history: History) -> None:
    for recorded in history.events:
        assert decode_event(encode_event(recorded.event)) == recorded.event


def test_no_event_names_a_person_but_by_id() -> None:
    """Rule 14: notes, reasons of cancellations and comments stay out of the journal; only that there are any is in it.

    A time off and an exception carry the provider's own reason, which is no customer's.
    """
    for name, example in EXAMPLES.items():
        written = encode_event(example).body
        allowed = ('"reason"',) if name in {"TimeOffAdded", "ScheduleChanged"} else ()
        for field in ('"name"', '"phone"', '"email"', '"note"', '"comment"', '"reason"'):
            assert field in allowed or field not in written
