"""Customers by parts of names and phones; accounts, links that let people in, and browsers that are signed in."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customers", sa.Column("folded", sa.Text, nullable=False, server_default=sa.text("''")))
    _fold_customers()
    _signing_in()


def _fold_customers() -> None:
    customers = sa.table("customers", *map(sa.column, ("business_id", "id", "name", "phone", "phone_key", "folded")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(customers)).all():
        plain = unicodedata.normalize("NFKD", row.name)
        name = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
        phones = (re.sub(r"\D", "", phone or "") for phone in (row.phone, row.phone_key))
        connection.execute(
            sa.update(customers)
            .where(customers.c.business_id == row.business_id, customers.c.id == row.id)
            .values(folded=" ".join([name, *phones]).strip())
        )


def _signing_in() -> None:
    op.create_table(
        "accounts",
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("phone_key", sa.Text),
        sa.Column("password", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("actor", name="pk_accounts"),
    )
    op.create_index("ix_accounts_email", "accounts", ["email"])
    op.create_index("ix_accounts_phone_key", "accounts", ["phone_key"])
    op.create_table(
        "sign_in_links",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("uses_left", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_sign_in_links"),
    )
    op.create_index("ix_sign_in_links_expires_at", "sign_in_links", ["expires_at"])
    op.create_table(
        "web_sessions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("device", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_web_sessions"),
        sa.UniqueConstraint("digest", name="uq_web_sessions_digest"),
    )
    op.create_index("ix_web_sessions_actor", "web_sessions", ["actor"])
    op.create_index("ix_web_sessions_expires_at", "web_sessions", ["expires_at"])
