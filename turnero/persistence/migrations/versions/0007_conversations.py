"""Conversations: what people said, and where each stands; the phones by which providers are known in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("providers", sa.Column("phone", sa.Text))
    op.add_column("outbox", sa.Column("replaces", sa.Text))
    _inbox()
    _conversations()


def _inbox() -> None:
    op.create_table(
        "chat_inbox",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("so_far", sa.Text),
        sa.Column("answered_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_chat_inbox"),
        sa.UniqueConstraint("channel", "message_id", name="uq_chat_inbox_channel_message_id"),
    )
    op.create_index("ix_chat_inbox_person", "chat_inbox", ["channel", "person", "number"])
    _partial_index("ix_chat_inbox_unanswered", "chat_inbox", ["channel", "person", "number"], "answered_at IS NULL")
    _partial_index("ix_chat_inbox_answered_at", "chat_inbox", ["answered_at"], "answered_at IS NOT NULL")


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
        sa.Column("customer_id", sa.Text),
        sa.Column("provider_id", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("linked_by", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.Column("blocked", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("channel", "person", "business_id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_customer_id", "conversations", ["business_id", "customer_id"])
    _partial_index(
        "ix_conversations_provider_id", "conversations", ["business_id", "provider_id"], "provider_id IS NOT NULL"
    )


def _partial_index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
