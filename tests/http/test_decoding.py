"""Reading bodies, queries and headers: what is right comes out typed, what is wrong is named, all of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.engine.domain.errors import Invalid, Malformed
from turnero.engine.domain.schedule import Schedule
from turnero.engine.runtime.requests import NewBooking, NewBusiness, NewTimeOff
from turnero.http.decoding import BodyReader, QueryReader, check_text, idempotency_key
from turnero.http.routes.slots import SlotsQuery

BOOKINGS = BodyReader(NewBooking)
SLOTS = QueryReader(SlotsQuery)

GOOD = b'{"providerId": "p", "serviceId": "s", "start": "2026-12-01T10:00:00-03:00"}'


def paths(refusal: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [field["path"] for field in refusal.value.data["fields"]]


def test_a_body_comes_out_typed() -> None:
    booking = BOOKINGS.read(GOOD)

    assert booking.provider_id == "p"
    assert booking.start == datetime(2026, 12, 1, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"not json",
        b'{"serviceId": NaN}',
        b'{"serviceId": Infinity}',
        b'{"serviceId": "\xff"}',
        b'{"serviceId": "\\ud800"}',
        b'{"serviceId": "\x00"}',
        b"\xef\xbb\xbf{}",
        GOOD + b" and more",
        b'{"customer":' * 100_000,
    ],
    ids=str.split("cut-off text nan infinity not-utf8 lone-surrogate raw-nul byte-order-mark trailing nested"),
)
def test_what_is_not_json_in_utf8_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        BOOKINGS.read(raw)


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        (b"[]", ["$"]),
        (b"null", ["$"]),
        (b"{}", ["$.serviceId", "$.start"]),
        (b'{"providerId": 1, "serviceId": [], "start": 5}', ["$.serviceId", "$.start", "$.providerId"]),
        (GOOD[:-1] + b', "customer": {"name": "Ana", "phone": 5}}', ["$.customer.phone"]),
        (GOOD[:-1] + b', "customer": {"nombre": "Ana", "id": "c"}}', ["$.customer.nombre"]),
        (GOOD[:-1] + b', "customer": {"name": "Ana"}}', ["$.customer"]),
        (GOOD[:-1] + b', "status": "CONFIRMED"}', ["$.status"]),
        (GOOD[:-1] + b', "override": "yes", "note": null}', ["$.note", "$.override"]),
        (GOOD[:-1] + b', "businessId": "b"}', ["$"]),
        (GOOD.replace(b"-03:00", b""), ["$.start"]),
        (GOOD.replace(b"2026-12-01", b"2026-13-01"), ["$.start"]),
        (GOOD[:-1] + b', "note": "a\\u0000b", "customer": {"id": "\\u0000"}}', ["$.note", "$.customer.id"]),
        (GOOD[:-1] + b', "note": ' + b"9" * 5_000 + b"}", ["$.note"]),
        (GOOD[:-1] + b', "note": "' + b"x" * 2_001 + b'"}', ["$.note"]),
    ],
)
def test_every_wrong_field_is_named_by_its_path(raw: bytes, wrong: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        BOOKINGS.read(raw)

    assert paths(refusal) == wrong


def test_a_backslash_before_u0000_is_just_text() -> None:
    assert BOOKINGS.read(GOOD[:-1] + rb', "note": "a\\u0000b"}').note == r"a\u0000b"


def test_wrong_elements_of_lists_are_named_by_their_index() -> None:
    raw = b'{"weekly": [{"day": "MO", "from": "09:00", "to": "20:00"}, {"day": "XX", "from": "9", "to": "20:00"}]}'

    with pytest.raises(Invalid) as refusal:
        BodyReader(Schedule).read(raw)

    assert paths(refusal) == ["$.weekly[1].from", "$.weekly[1].day"]


def test_a_thousand_wrong_elements_are_not_all_listed() -> None:
    with pytest.raises(Invalid) as refusal:
        BodyReader(Schedule).read(msgspec.json.encode({"exceptions": [{"date": "never"}] * 700}))

    assert len(paths(refusal)) == 20


def test_a_name_of_a_megabyte_is_refused_by_its_path() -> None:
    body = msgspec.json.encode({"name": "x" * 2**20, "timeZone": "UTC"})

    with pytest.raises(Invalid) as refusal:
        BodyReader(NewBusiness).read(body)

    assert paths(refusal) == ["$.name"]
    assert len(refusal.value.detail) < 1_000


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_at_all_break_the_reader(raw: bytes) -> None:
    with suppress(Malformed, Invalid):
        BodyReader(NewTimeOff).read(raw)


_LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("weekly", "breaks", "exceptions", "x"), _JSON)))
def test_no_json_at_all_breaks_the_search_for_faults(body: dict[str, object]) -> None:
    with suppress(Invalid):
        BodyReader(Schedule).read(msgspec.json.encode(body))


# --- queries ------------------------------------------------------------------------------------------------------


def test_a_query_comes_out_typed() -> None:
    query = SLOTS.read("providerId=p%C3%A9&serviceId=s&from=2026-12-01&to=2026-12-02&limit=5")

    assert query == SlotsQuery(
        provider_id="pé", service_id="s", first=date(2026, 12, 1), last=date(2026, 12, 2), limit=5
    )


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ("", ["$.serviceId", "$.from", "$.to"]),
        ("providerId=p&serviceId=s&from=2026-12-01&to=soon", ["$.to"]),
        ("providerId=p&serviceId=s&from=2026-12-01&to=2026-12-01&limit=0", ["$.limit"]),
        ("providerId=p&serviceId=s&from=2026-12-01&to=2026-12-01&limit=" + "9" * 5_000, ["$.limit"]),
        ("providerId=p&serviceId=s&from=2026-12-01&to=2026-12-01&page=2", ["$.page"]),
        ("providerId=p&providerId=q&serviceId=s&from=2026-12-01&to=2026-12-01", ["$.providerId"]),
        ("providerId=p%00&serviceId=s&from=2026-12-01&to=2026-12-01", ["$.providerId"]),
        ("providerId=&serviceId=s&from=2026-12-01&to=2026-12-01", ["$.providerId"]),
        ("serviceId=s&from=2026-12-01&to=2026-12-01", ["$"]),
        ("&".join(f"p{i}=1" for i in range(100)), ["$"]),
    ],
)
def test_every_wrong_parameter_is_named(raw: str, wrong: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        SLOTS.read(raw)

    assert paths(refusal) == wrong


@pytest.mark.parametrize("raw", ["serviceId=%ff", "%ff=1", "serviceId=%ed%a0%80"])
def test_percent_encoding_that_is_not_utf8_is_malformed(raw: str) -> None:
    with pytest.raises(Malformed):
        SLOTS.read(raw)


@given(st.text(max_size=100))
def test_no_query_at_all_breaks_the_reader(raw: str) -> None:
    with suppress(Malformed, Invalid):
        SLOTS.read(raw)


# --- text and headers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a\0b", "\udcff"])
def test_text_that_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        check_text(text, path="$.id")


def test_any_other_text_passes() -> None:
    check_text("Núñez 🙂 \n", path="$.id")


@pytest.mark.parametrize("key", ["k", "x" * 255, "with spaces, and: signs~"])
def test_a_key_is_taken_as_it_is(key: str) -> None:
    assert idempotency_key([key]) == key


def test_no_key_is_none() -> None:
    assert idempotency_key([]) is None


@pytest.mark.parametrize("values", [[""], ["x" * 256], ["ñ"], ["a\tb"], ["a", "b"]])
def test_a_key_that_could_not_be_repeated_faithfully_is_refused(values: list[str]) -> None:
    with pytest.raises(Invalid):
        idempotency_key(values)
