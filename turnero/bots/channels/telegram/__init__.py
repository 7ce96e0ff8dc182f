"""Telegram: people chat with a bot (https://core.telegram.org/bots/api), by webhook or by polling."""

from __future__ import annotations

import os

# The library's own way to choose what it will do anyway one day. Without it, every 429 is a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "true")
