"""An index of the bookings that share a session, for adding up how long a calendar was booked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("session_id IS NOT NULL")
    columns = ["provider_id", "start"]
    op.create_index("ix_bookings_sessions", "bookings", columns, postgresql_where=where, sqlite_where=where)
