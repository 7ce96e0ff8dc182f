"""Finds every wrong field of a request, with its path, so that a person can mend them all at once.

msgspec stops at the first fault. It decides what is right; only when it has said no does this module walk the same
types again, field by field, asking msgspec about each.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, NamedTuple, Union, get_args, get_origin

import msgspec

from turnero.engine.domain.errors import Invalid

# Enough to mend a form in one go; a list of 730 wrong dates says no more than its first twenty.
FAULTS_MAX = 20

# "Expected `str`, got `int` - at `$.customer.phone`"
_MESSAGE = re.compile(r"^(?P<detail>.*?)(?: - at `(?P<path>\$[^`]*)`)?$", re.DOTALL)
_FIELD = re.compile(r"^Object (?P<what>missing required|contains unknown) field `(?P<name>[^`]*)`$")


class Fault(NamedTuple):
    """A wrong field: where it is, as a JSON path in the names of the wire, and what is wrong with it."""

    path: str
    detail: str


class InvalidFields(Invalid):
    """A request in which several fields are wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(" ".join(f"{path}: {detail}." for path, detail in faults))
        self.data = {"fields": [{"path": path, "detail": detail} for path, detail in faults]}


def faults(raw: object, expected: object, error: msgspec.ValidationError, *, strict: bool) -> list[Fault]:
    """Return what is wrong with `raw`, which `expected` has refused with `error`. Never empty."""
    found = list(islice(_faults(raw, expected, "$", strict=strict), FAULTS_MAX))
    return found or [fault_of(error)]


def fault_of(error: msgspec.ValidationError, at: str = "$") -> Fault:
    """Read msgspec's message: the path is in it, but for a missing or unknown field only its parent's."""
    match = _MESSAGE.match(str(error))
    assert match is not None, "the pattern matches any text"
    path = at + (match["path"] or "$")[1:]
    field = _FIELD.match(match["detail"])
    if field is None:
        return Fault(path, match["detail"])
    detail = "is required" if field["what"] == "missing required" else "is not a field that this request has"
    return Fault(f"{path}.{field['name']}", detail)


def _faults(raw: object, expected: object, path: str, *, strict: bool) -> Iterator[Fault]:
    try:
        msgspec.convert(raw, expected, strict=strict)
    except msgspec.ValidationError as error:
        deeper = list(_inside(raw, expected, path, strict=strict))
        yield from deeper or [fault_of(error, path)]


def _inside(raw: object, expected: object, path: str, *, strict: bool) -> Iterator[Fault]:
    match raw:
        case dict():
            struct = next(_structs(expected), None)
            if struct is not None:
                yield from _in_struct(raw, struct, path, strict=strict)
        case list():
            element = next((get_args(t)[0] for t in _alternatives(expected) if get_origin(t) in {tuple, list}), None)
            if element is not None:
                for index, member in enumerate(raw):
                    yield from _faults(member, element, f"{path}[{index}]", strict=strict)
        case _:
            pass


def _in_struct(raw: Mapping[str, object], struct: type[msgspec.Struct], path: str, *, strict: bool) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        if name in raw:
            yield from _faults(raw[name], field.type, f"{path}.{name}", strict=strict)
        elif field.required:
            yield Fault(f"{path}.{name}", "is required")
    for name in raw.keys() - fields.keys():
        yield Fault(f"{path}.{name[:100]}", "is not a field that this request has")


def _alternatives(expected: object) -> Iterator[object]:
    """Yield the plain types that a type hint allows, without annotations."""
    origin = get_origin(expected)
    if origin is Annotated:
        yield from _alternatives(get_args(expected)[0])
    elif origin in {Union, types.UnionType}:
        for member in get_args(expected):
            yield from _alternatives(member)
    else:
        yield expected


def _structs(expected: object) -> Iterator[type[msgspec.Struct]]:
    for candidate in _alternatives(expected):
        if isinstance(candidate, type) and issubclass(candidate, msgspec.Struct):
            yield candidate
