from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.engine.domain.policy import Policy, PolicyOverride, reminder_offset

# The contract's numbers, which integrators rely on.
DEFAULTS = {
    "slotStepMinutes": 15,
    "minNoticeMinutes": 60,
    "maxAdvanceDays": 60,
    "cancellationNoticeMinutes": 1440,
    "autoConfirm": True,
    "pendingMinutes": 1440,
    "holdMinutes": 5,
    "offerMinutes": 10,
    "maxReschedules": 3,
    "reminders": ["PT24H", "PT2H", "PT30M"],
    "quietHours": {"from": "21:00", "to": "08:00"},
    "agendaAt": "08:00",
}


def override(**fields: Any) -> PolicyOverride:
    return msgspec.convert(fields, PolicyOverride)


def test_the_defaults_are_those_of_the_contract() -> None:
    assert msgspec.json.decode(msgspec.json.encode(Policy())) == DEFAULTS


def test_a_provider_s_rule_wins_over_the_business_s_and_that_over_the_default() -> None:
    business = override(holdMinutes=10, maxReschedules=1)
    provider = override(maxReschedules=0)
    policy = provider.over(business.over(Policy()))
    assert (policy.hold_minutes, policy.max_reschedules, policy.slot_step_minutes) == (10, 0, 15)


def test_what_is_null_falls_back_to_the_level_above() -> None:
    assert override(holdMinutes=None).over(Policy(hold_minutes=9)).hold_minutes == 9


def test_false_and_zero_are_said_and_do_not_fall_back() -> None:
    policy = override(autoConfirm=False, minNoticeMinutes=0, reminders=[]).over(Policy())
    assert (policy.auto_confirm, policy.min_notice_minutes, policy.reminders) == (False, 0, ())


def test_a_patch_keeps_what_it_leaves_out_and_unsets_what_it_nulls() -> None:
    patched = override(holdMinutes=10, maxReschedules=1).merged(override(holdMinutes=None, maxAdvanceDays=7))
    policy = patched.over(Policy())
    assert (policy.hold_minutes, policy.max_reschedules, policy.max_advance_days) == (5, 1, 7)


FIELDS = {
    "slotStepMinutes": (1, 720),
    "minNoticeMinutes": (0, 525_600),
    "maxAdvanceDays": (1, 730),
    "cancellationNoticeMinutes": (0, 525_600),
    "pendingMinutes": (1, 525_600),
    "holdMinutes": (1, 60),
    "offerMinutes": (1, 120),
    "maxReschedules": (0, 100),
}


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.parametrize("kind", [Policy, PolicyOverride])
def test_every_number_has_its_bounds(field: str, kind: type[Policy | PolicyOverride]) -> None:
    least, most = FIELDS[field]
    for value in (least, most):
        msgspec.convert({field: value}, kind)
    for value in (least - 1, most + 1):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({field: value}, kind)


@given(hours=st.integers(0, 9_999), minutes=st.integers(0, 99_999))
def test_a_reminder_s_distance_is_read_as_it_is_written(hours: int, minutes: int) -> None:
    text = f"PT{hours}H{minutes}M"
    assert override(reminders=[text]).reminders == (text,)
    assert reminder_offset(text) == timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("text", "minutes"), [("PT24H", 1440), ("PT30M", 30), ("PT1H30M", 90), ("PT0M", 0), ("PT90M", 90)]
)
def test_hours_or_minutes_may_be_left_out(text: str, minutes: int) -> None:
    assert reminder_offset(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["PT", "P1D", "PT1S", "24H", "PT-1H", "PT1M1H", "PT1H ", "PT24H\n", "pt24h", "PT1.5H"])
def test_what_is_no_length_of_hours_and_minutes_is_refused_at_the_edge(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        override(reminders=[text])
