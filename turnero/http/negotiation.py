"""Which of several media types a client would rather have (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple


class _Range(NamedTuple):
    """One element of an `Accept` header. Parameters beside `q` are not looked at: our types have none to choose by."""

    kind: str
    subtype: str
    quality: float

    def covers(self, media: str) -> bool:
        kind, _, subtype = media.partition("/")
        return self.kind in {"*", kind} and self.subtype in {"*", subtype}

    @property
    def specific(self) -> int:
        return (self.kind != "*") + (self.subtype != "*")


def preferred(accept: Iterable[str], offers: Sequence[str]) -> str:
    """Return the best of `offers`, earlier ones first among equals; `accept` is the header's lines.

    Who takes none of them gets the first: an answer of another type is more use than 406, and allowed.
    """
    ranges = [found for line in accept for found in _ranges(line)]
    best = max(offers, key=lambda media: _quality(media, ranges))
    return best if _quality(best, ranges) > 0 else offers[0]


def _quality(media: str, ranges: Sequence[_Range]) -> float:
    covering = [found for found in ranges if found.covers(media)]
    return max(covering, key=lambda found: found.specific).quality if covering else 0


def _ranges(line: str) -> Iterator[_Range]:
    for element in line.lower().split(","):
        media, *parameters = (part.strip() for part in element.split(";"))
        kind, slash, subtype = media.partition("/")
        if slash:
            yield _Range(kind, subtype, _weight(parameters))


def _weight(parameters: Iterable[str]) -> float:
    """Return the `q` among some parameters: 1 if there is none, 0 if nobody can read it."""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0), 1)
            except ValueError:
                return 0
    return 1
