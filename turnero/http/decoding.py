"""Reads what clients send into typed values, or says what is wrong with it. Nothing untyped gets past here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec

from turnero.engine.domain import limits
from turnero.engine.domain.errors import Invalid, Malformed
from turnero.http.faults import Fault, InvalidFields, fault_of, faults

T = TypeVar("T", bound=msgspec.Struct)

# The largest sensible body is a schedule with two years of exceptions: about 100 KB.
BODY_BYTES_MAX = 256 * 1024
# No route has ten parameters; the bound keeps a hostile query from costing more than it.
QUERY_FIELDS_MAX = 20
# Pages ask the same again and again. Per route; some hundred bytes each.
QUERIES_REMEMBERED = 2_000
QUERY_CHARS_REMEMBERED = 400
IDEMPOTENCY_KEY_HEADER = "Idempotency-Key"


class BodyReader(Generic[T]):
    """Reads JSON bodies of one type."""

    def __init__(self, expected: type[T]) -> None:
        self._expected = expected
        self._decoder = msgspec.json.Decoder(expected)

    def read(self, raw: bytes) -> T:
        """Return the body.

        Raises:
            Malformed: it is not JSON in UTF-8.
            Invalid: it is JSON, but not of this type; every wrong field is named.
        """
        try:
            value = self._typed(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Malformed(f"The body is not JSON in UTF-8: {error}") from None
        except RecursionError:
            raise Malformed("The body is nested too deeply.") from None
        if b"\\u0000" in raw:  # the only way to write U+0000 in JSON; it may still be a backslash and "u0000"
            refuse_nul(msgspec.json.decode(raw))
        return value

    def _typed(self, raw: bytes) -> T:
        try:
            return self._decoder.decode(raw)
        except msgspec.ValidationError as refusal:
            try:
                untyped = msgspec.json.decode(raw)
            except msgspec.ValidationError:  # a number that only the types kept us from reading
                raise InvalidFields([fault_of(refusal)]) from None
            raise InvalidFields(faults(untyped, self._expected, refusal, strict=True)) from None


class QueryReader(Generic[T]):
    """Reads query strings into one type: every parameter known, and given once."""

    def __init__(self, expected: type[T]) -> None:
        self._expected = expected
        self._read: dict[str, T] = {}

    def read(self, raw: str) -> T:
        """Return the parameters. The same query string is the same frozen value, and read once.

        Raises:
            Malformed: the percent-encoding is not UTF-8.
            Invalid: a parameter is unknown, repeated, missing or wrong; every one is named.
        """
        known = self._read.get(raw)
        if known is not None:
            return known
        given = _pairs(raw)
        try:
            value = msgspec.convert(given, self._expected, strict=False)
        except msgspec.ValidationError as error:
            raise InvalidFields(faults(given, self._expected, error, strict=False)) from None
        if len(raw) <= QUERY_CHARS_REMEMBERED:
            if len(self._read) >= QUERIES_REMEMBERED:
                self._read.clear()
            self._read[raw] = value
        return value


def check_text(text: str, *, path: str) -> None:
    """Refuse text that no database can keep: U+0000, and bytes that were not UTF-8.

    Raises:
        Invalid: `text` is such.
    """
    if "\0" in text:
        raise Invalid("U+0000 is not allowed in text", path=path)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Invalid("This is not UTF-8", path=path) from None


def refuse_nul(raw: object) -> None:
    """Refuse JSON in which any text contains U+0000: PostgreSQL cannot store it.

    Raises:
        Invalid: naming each such field.
    """
    found = [Fault(path, "U+0000 is not allowed in text") for path in _nul_paths(raw, "$")]
    if found:
        raise InvalidFields(found)


def idempotency_key(values: list[str]) -> str | None:
    """Return the key under which a repeat of this request is recognised, if the client gave one.

    Raises:
        Invalid: it is not 1 to 255 printable ASCII characters, or there are several.
    """
    if not values:
        return None
    key = values[0]
    well_formed = 1 <= len(key) <= limits.IDEMPOTENCY_KEY_CHARS_MAX and key.isascii() and key.isprintable()
    if len(values) > 1 or not well_formed:
        detail = f"Give one key of 1 to {limits.IDEMPOTENCY_KEY_CHARS_MAX} printable ASCII characters"
        raise Invalid(detail, path=IDEMPOTENCY_KEY_HEADER)
    return key


def _pairs(raw: str) -> dict[str, str]:
    if not raw:
        return {}
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS_MAX)
    except UnicodeDecodeError:
        raise Malformed("The query is not percent-encoded UTF-8.") from None
    except ValueError:
        raise Invalid(f"A query has at most {QUERY_FIELDS_MAX} parameters") from None
    given: dict[str, str] = {}
    for name, value in pairs:
        check_text(name, path="$")
        check_text(value, path=f"$.{name}")
        if name in given:
            raise Invalid("This parameter is given twice", path=f"$.{name}")
        given[name] = value
    return given


def _nul_paths(raw: object, path: str) -> Iterator[str]:
    match raw:
        case str():
            if "\0" in raw:
                yield path
        case Mapping():
            for name, member in raw.items():
                yield from _nul_paths(member, f"{path}.{name}")
        case list():
            for index, member in enumerate(raw):
                yield from _nul_paths(member, f"{path}[{index}]")
        case _:
            pass
