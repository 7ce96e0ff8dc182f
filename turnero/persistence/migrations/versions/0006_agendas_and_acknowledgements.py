"""When a customer said that they will come, and of which day an agenda is: one for each provider and day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bookings", sa.Column("acknowledged_at", sa.BigInteger))
    op.add_column("outbox", sa.Column("day", sa.Text))
    where = sa.text("day IS NOT NULL")
    op.create_index(
        "uq_outbox_day", "outbox", ["provider_id", "day"], unique=True, postgresql_where=where, sqlite_where=where
    )
