"""An index of the bookings that share a session by that session, for saying who is in it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("session_id IS NOT NULL")
    op.create_index("ix_bookings_session_id", "bookings", ["session_id"], postgresql_where=where, sqlite_where=where)
