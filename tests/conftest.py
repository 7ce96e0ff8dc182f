"""What every test shares: how hypothesis explores."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The suite's verdict must not depend on luck: the same examples every time, and no memory between runs. To look for
# new ones, say HYPOTHESIS_PROFILE=explore; what it finds becomes an `@example`.
settings.register_profile("suite", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile(
    "explore",
    max_examples=5_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
