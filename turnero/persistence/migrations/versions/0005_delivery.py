"""What the courier needs to know of a message: to whom, in which words if they are given, and how delivery stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_PLANNED = "status = 'planned'"


def upgrade() -> None:
    # SQLite alters a table by making another one; what hangs on the old one is made again by hand, in its new form.
    for index in ("ix_outbox_booking_id", "ix_outbox_entry_id", "ix_outbox_due_at"):
        op.drop_index(index, "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("recipient", sa.Text, nullable=False, server_default=sa.text("'customer'")))
        outbox.add_column(sa.Column("address", sa.Text))
        outbox.add_column(sa.Column("reply", sa.Boolean, nullable=False, server_default=sa.text("false")))
        outbox.add_column(sa.Column("payload", sa.Text))
        outbox.add_column(sa.Column("next_at", sa.BigInteger))
        outbox.add_column(sa.Column("sending_since", sa.BigInteger))
        outbox.add_column(sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("0")))
        outbox.add_column(sa.Column("spent", sa.Text))
        outbox.add_column(sa.Column("external_id", sa.Text))
        outbox.add_column(sa.Column("error", sa.Text))
    op.execute("UPDATE outbox SET next_at = due_at")
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("next_at", existing_type=sa.BigInteger, nullable=False)
        outbox.alter_column("provider_id", existing_type=sa.Text, nullable=True)
        outbox.alter_column("sequence", existing_type=sa.BigInteger, nullable=True)
        outbox.drop_constraint("ck_outbox_about_one", type_="check")
        outbox.create_check_constraint("about_one_at_most", "booking_id IS NULL OR entry_id IS NULL")
    op.create_index("ix_outbox_booking_id", "outbox", ["booking_id", "due_at"])
    _partial_index("ix_outbox_entry_id", ["entry_id"], "entry_id IS NOT NULL")
    _partial_index("ix_outbox_next_at", ["next_at", "id"], _PLANNED)
    _partial_index("ix_outbox_lane", ["channel", "address", "id"], f"{_PLANNED} AND reply")
    _partial_index("ix_outbox_external_id", ["channel", "external_id"], "external_id IS NOT NULL")
    _partial_index("ix_outbox_failed", ["business_id", "id"], "status = 'failed'")
    op.create_table(
        "closed_addresses",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name="pk_closed_addresses"),
    )


def _partial_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "outbox", columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
