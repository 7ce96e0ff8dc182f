"""What every value of the domain has in common, and the identifiers that they carry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NewType, dataclass_transform

import msgspec

BusinessId = NewType("BusinessId", str)
ServiceId = NewType("ServiceId", str)
ProviderId = NewType("ProviderId", str)
CustomerId = NewType("CustomerId", str)
BookingId = NewType("BookingId", str)
SessionId = NewType("SessionId", str)
HoldId = NewType("HoldId", str)
SeriesId = NewType("SeriesId", str)
TimeOffId = NewType("TimeOffId", str)
EntryId = NewType("EntryId", str)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class ValueMeta(msgspec.StructMeta):
    """Tells type checkers what `Value` passes on to its subclasses: they are frozen, and take keywords only."""


class Value(
    msgspec.Struct,
    metaclass=ValueMeta,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
    omit_defaults=False,
):
    """A frozen value that is written as camelCase JSON, in the journal and on the wire alike.

    Unknown fields are an error in both places: on the wire so that nobody sets what is not theirs, in the
    journal so that an old program never misreads what a newer one wrote.
    """


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def epoch_seconds(instant: datetime) -> int:
    """Return `instant` as whole seconds since 1970-01-01T00:00Z, rounded down."""
    return int(instant.timestamp() // 1)


def instant(seconds: int) -> datetime:
    """Return the aware UTC instant that lies `seconds` after 1970-01-01T00:00Z."""
    return datetime.fromtimestamp(seconds, UTC)
