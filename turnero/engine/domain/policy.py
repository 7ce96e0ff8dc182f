"""The rules that a business sets for its bookings, and how a provider's own rules override them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from turnero.engine.domain import limits
from turnero.engine.domain.schedule import MINUTES_PER_DAY, TimeOfDay, wall_minutes
from turnero.engine.domain.value import Value

_OFFSET = re.compile(r"^PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?$")

# `$` alone also matches before a final line break; `$(?!\n)` does not, in Python and in JSON Schema alike.
#
# A length of time as RFC 5545 §3.3.6 writes it, hours and minutes only: a day is not always 24 hours, "PT24H" is.
ReminderOffset = Annotated[str, Meta(pattern=r"^PT(?=\d)(\d{1,4}H)?(\d{1,5}M)?$(?!\n)", examples=["PT24H"])]

_Step = Annotated[int, Meta(ge=1, le=limits.SLOT_STEP_MINUTES_MAX)]
_Notice = Annotated[int, Meta(ge=0, le=limits.MIN_NOTICE_MINUTES_MAX)]
_Days = Annotated[int, Meta(ge=1, le=limits.ADVANCE_DAYS_MAX)]
_Pending = Annotated[int, Meta(ge=1, le=limits.MIN_NOTICE_MINUTES_MAX)]
_Hold = Annotated[int, Meta(ge=1, le=limits.HOLD_MINUTES_MAX)]
_Offer = Annotated[int, Meta(ge=1, le=limits.OFFER_MINUTES_MAX)]
_Reschedules = Annotated[int, Meta(ge=0, le=limits.RESCHEDULES_MAX)]
_Reminders = Annotated[tuple[ReminderOffset, ...], Meta(max_length=limits.REMINDERS_MAX)]


class QuietHours(Value, gc=False):
    """When nobody is reminded of anything: `[from, to)` on the provider's wall clock.

    They go over midnight where `to` is the earlier one. Where both are the same there are none.
    """

    starts: TimeOfDay = msgspec.field(name="from", default="21:00")
    ends: TimeOfDay = msgspec.field(name="to", default="08:00")

    def __post_init__(self) -> None:
        if self.minutes > limits.QUIET_MINUTES_MAX:
            raise ValueError(f"quiet hours are at most {limits.QUIET_MINUTES_MAX // 60} of a day's 24")

    @property
    def minutes(self) -> int:
        """How long they are on the wall clock."""
        return (wall_minutes(self.ends) - wall_minutes(self.starts)) % MINUTES_PER_DAY


class Policy(Value, gc=False):
    """The terms under which a booking is made. Each booking keeps a copy as it was on that day.

    When people are reminded, and not disturbed, is no part of what was agreed with them: there `reminders`,
    `quiet_hours` and `agenda_at` as the calendar has them now are followed (ADR 0013).
    """

    slot_step_minutes: _Step = 15
    min_notice_minutes: _Notice = 60
    max_advance_days: _Days = 60
    cancellation_notice_minutes: _Notice = 1440
    auto_confirm: bool = True
    pending_minutes: _Pending = 1440
    hold_minutes: _Hold = 5
    offer_minutes: _Offer = 10
    max_reschedules: _Reschedules = 3
    reminders: _Reminders = ("PT24H", "PT2H", "PT30M")
    quiet_hours: QuietHours = QuietHours()
    agenda_at: TimeOfDay = "08:00"

    @property
    def min_notice(self) -> timedelta:
        return timedelta(minutes=self.min_notice_minutes)

    @property
    def max_advance(self) -> timedelta:
        return timedelta(days=self.max_advance_days)

    @property
    def cancellation_notice(self) -> timedelta:
        return timedelta(minutes=self.cancellation_notice_minutes)


class PolicyOverride(Value, omit_defaults=True):
    """Some fields of a `Policy`. What is absent or null falls back to the level above: business, then `Policy()`."""

    slot_step_minutes: _Step | None | UnsetType = UNSET
    min_notice_minutes: _Notice | None | UnsetType = UNSET
    max_advance_days: _Days | None | UnsetType = UNSET
    cancellation_notice_minutes: _Notice | None | UnsetType = UNSET
    auto_confirm: bool | None | UnsetType = UNSET
    pending_minutes: _Pending | None | UnsetType = UNSET
    hold_minutes: _Hold | None | UnsetType = UNSET
    offer_minutes: _Offer | None | UnsetType = UNSET
    max_reschedules: _Reschedules | None | UnsetType = UNSET
    reminders: _Reminders | None | UnsetType = UNSET
    quiet_hours: QuietHours | None | UnsetType = UNSET
    agenda_at: TimeOfDay | None | UnsetType = UNSET

    def over(self, base: Policy) -> Policy:
        """Return `base` with what this override sets."""
        changes = {f: v for f in self.__struct_fields__ if (v := getattr(self, f)) is not UNSET and v is not None}
        return msgspec.structs.replace(base, **changes) if changes else base

    def merged(self, change: PolicyOverride) -> PolicyOverride:
        """Return this override after a PATCH (RFC 7396): what `change` leaves out stays, what it nulls falls back."""
        changes = {f: v for f in change.__struct_fields__ if (v := getattr(change, f)) is not UNSET}
        return msgspec.structs.replace(self, **changes) if changes else self


def reminder_offset(text: str) -> timedelta:
    """Read a `ReminderOffset` such as "PT24H", "PT1H30M" or "PT30M"."""
    match = _OFFSET.match(text)
    assert match is not None, f"not a reminder offset: {text!r}"
    hours, minutes = match.groups()
    return timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
