"""Every bound of the domain, each with the reason for its number. Rule 9: everything has a limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# Instants outside this window are typing errors. It also keeps `start + duration`, and every conversion to a
# wall clock, away from the ends of `datetime`'s range, where arithmetic raises instead of answering.
EARLIEST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_INSTANT = datetime(2100, 1, 1, tzinfo=UTC)

# A month's page plus its neighbours is what a date picker shows; a longer range is a report, not a search.
SLOT_RANGE_DAYS_MAX = 31

# A year, also one with a leap day: longer spans are added up from years by whoever wants them.
ANALYTICS_RANGE_DAYS_MAX = 366

# Who waits for longer than a quarter of a year is not waiting but planning; every day of it is looked through.
WAITLIST_RANGE_DAYS_MAX = 92

# A day has 1,440 minutes. Anything longer than one is a stay, not an appointment.
DURATION_MINUTES_MAX = 24 * 60
BUFFER_MINUTES_MAX = 12 * 60
SLOT_STEP_MINUTES_MAX = 12 * 60

# Two years: yearly check-ups are booked a year ahead, and nobody publishes working hours beyond that.
MIN_NOTICE_MINUTES_MAX = 365 * 24 * 60
ADVANCE_DAYS_MAX = 730

# A hold blocks everybody else, so it is short: an hour is already generous for a payment page.
HOLD_MINUTES_MAX = 60
# An offer blocks the slot for everybody else too, but whoever gets one was not at the screen: two hours at most.
OFFER_MINUTES_MAX = 120
# One person choosing compares a few slots; more than that is somebody blocking a calendar for nothing.
HOLDS_PER_HOLDER_MAX = 5

CAPACITY_MAX = 1_000
REMINDERS_MAX = 10
RESCHEDULES_MAX = 100
# What may not be said at night is said in the evening before or in the morning after: some hours must be left for it.
QUIET_MINUTES_MAX = 20 * 60

# Eight openings and eight breaks on each of seven days; two exceptions a day for a year.
WEEKLY_ROWS_MAX = 56
EXCEPTIONS_MAX = 730
SERVICES_PER_PROVIDER_MAX = 200
TIME_OFF_DAYS_MAX = 366
# Every afternoon of two years; a calendar with more wants another schedule.
TIME_OFFS_AHEAD_MAX = 1_000

NAME_CHARS_MAX = 200
TEXT_CHARS_MAX = 2_000

# "At least the three nearest free slots": three fit on a phone's screen and in WhatsApp's three quick replies.
SUGGESTIONS = 3

# A client that retries does so within minutes; a queue that was stuck over night still gets its first answer.
KEYS_REMEMBERED_FOR = timedelta(hours=24)
IDEMPOTENCY_KEY_CHARS_MAX = 255
