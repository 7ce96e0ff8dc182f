"""Refusals: every way in which Turnero says no, as values with a stable code.

A refusal is a `TurneroError` with a code that integrators may rely on and data that helps them go on. A bug is an
assertion, never one of these. `http` turns the families below into status codes; this module knows nothing of HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# The 409 codes and what each says, in the order in which they are checked. The API's documentation is drawn from here.
CONFLICTS: Mapping[str, str] = {
    "idempotency_key_reused": "This idempotency key was already used for a different request.",
    "transition_not_allowed": "The booking's status does not allow this.",
    "too_many_reschedules": "This booking has been rescheduled as often as its policy allows.",
    "cancellation_notice_passed": "It is too late to cancel or move this booking.",
    "hold_expired": "The hold is over; choose a slot again.",
    "hold_mismatch": "The hold is for another slot, service or person.",
    "too_many_time_offs": "This calendar has as many stretches of time off ahead as it may; remove some.",
    "too_many_holds": "You hold as many slots as you may; release one, or let one expire.",
    "too_soon": "The start is in the past, or nearer than the provider's minimum notice.",
    "too_far_ahead": "The start is further ahead than the provider takes bookings.",
    "in_break": "The provider has a break at that time.",
    "outside_working_hours": "The provider does not work at that time.",
    "off_grid": "Bookings do not start at this minute.",
    "slot_taken": "Somebody else has that time.",
    "series_conflict": "Some appointments of the series cannot be booked.",
    "session_over": "The session has ended.",
    "already_participating": "This customer is in the session already.",
    "session_full": "The group has no free place left.",
    "bookings_in_the_way": "There are bookings in that time.",
    "booking_changed": "The booking has changed meanwhile; look at it again.",
    "already_waiting": "You are in line for this service already.",
    "no_offer": "Nothing is offered, or the offer is over.",
    "already_rated": "This booking has been rated already.",
    "already_exists": "There is one already.",
}

# Codes about a time: these carry `suggestedSlots`.
ABOUT_TIME = frozenset(
    {
        "off_grid",
        "too_soon",
        "too_far_ahead",
        "in_break",
        "outside_working_hours",
        "hold_expired",
        "hold_mismatch",
        "slot_taken",
        "session_full",
    }
)


class TurneroError(Exception):
    """Something was refused. `code` is stable, `detail` is for people, `data` is for programs (JSON-encodable)."""

    def __init__(self, code: str, detail: str, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.data: Mapping[str, Any] = data or {}


class Malformed(TurneroError):
    """The request could not be read at all."""

    def __init__(self, detail: str, code: str = "malformed") -> None:
        super().__init__(code, detail)


class Unauthenticated(TurneroError):
    """We do not know who is asking."""

    def __init__(self, detail: str) -> None:
        super().__init__("unauthenticated", detail)


class Forbidden(TurneroError):
    """We know who is asking, and they may not."""

    def __init__(self, detail: str) -> None:
        super().__init__("forbidden", detail)


class NotFound(TurneroError):
    """There is no such thing, or none that the asker may know of."""

    def __init__(self, what: str, code: str = "not_found") -> None:
        super().__init__(code, f"There is no such {what}.")


class Invalid(TurneroError):
    """The request was readable, but a value in it is wrong. `fields` names the path of each wrong field."""

    def __init__(self, detail: str, *, path: str = "$") -> None:
        super().__init__("invalid", detail, {"fields": [{"path": path, "detail": detail}]})


class Conflict(TurneroError):
    """The request was fine; the state of the calendar says no. `code` is a key of `CONFLICTS`."""

    def __init__(self, code: str, data: Mapping[str, Any] | None = None, detail: str | None = None) -> None:
        super().__init__(code, detail or CONFLICTS[code], data)


class Unavailable(TurneroError):
    """Not now. Safe to repeat with the same idempotency key after `retry_after_s` seconds."""

    def __init__(self, code: str, detail: str, *, retry_after_s: int = 1) -> None:
        super().__init__(code, detail)
        self.retry_after_s = retry_after_s
