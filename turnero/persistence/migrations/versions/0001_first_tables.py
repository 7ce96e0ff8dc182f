"""The first tables: streams and what is derived from them, the outbox, the catalogue.

Revisions are history: they repeat what `schema.py` said on their day and import nothing of it. There is no way back
down; a backup is the way back.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _streams()
    _projections()
    _occupancies()
    _outbox()
    _waitlist()
    _catalogue()
    _customers_and_keys()


def _streams() -> None:
    op.create_table(
        "calendars",
        sa.Column("number", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("next_deadline", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_calendars"),
        sa.UniqueConstraint("provider_id", name="uq_calendars_provider_id"),
    )
    _partial_index("ix_calendars_next_deadline", "calendars", ["next_deadline"], "next_deadline IS NOT NULL")
    op.create_table(
        "events",
        sa.Column("position", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("key", sa.Text),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("booking_id", sa.Text),
        sa.PrimaryKeyConstraint("position", name="pk_events"),
        sa.UniqueConstraint("provider_id", "sequence", name="uq_events_provider_id_sequence"),
    )
    _partial_index("ix_events_booking_id", "events", ["booking_id", "position"], "booking_id IS NOT NULL")
    op.create_table(
        "snapshots",
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name="pk_snapshots"),
    )


def _projections() -> None:
    op.create_table(
        "bookings",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("service_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.Column("end", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("price_amount", sa.BigInteger),
        sa.Column("price_currency", sa.Text),
        sa.Column("series_id", sa.Text),
        sa.Column("session_id", sa.Text),
        sa.Column("cancelled_by", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("stars", sa.Integer),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bookings"),
    )
    for whose in ("business_id", "provider_id", "customer_id"):
        op.create_index(f"ix_bookings_{whose}", "bookings", [whose, "start", "id"])
    op.create_table(
        "booking_texts",
        sa.Column("booking_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("booking_id", "kind", name="pk_booking_texts"),
    )


def _occupancies() -> None:
    op.create_table(
        "occupancies",
        sa.Column("calendar", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("ref", sa.Text, nullable=False),
        sa.Column("starts_s", sa.BigInteger, nullable=False),
        sa.Column("ends_s", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("calendar", "ref", name="pk_occupancies"),
        sa.CheckConstraint("starts_s < ends_s", name="ck_occupancies_forward"),
    )
    op.create_index("ix_occupancies_starts_s", "occupancies", ["calendar", "starts_s"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE occupancies ADD CONSTRAINT ex_occupancies_overlap EXCLUDE USING gist "
            "(int8range(calendar, calendar, '[]') WITH &&, int8range(starts_s, ends_s) WITH &&) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
    else:
        op.execute(
            "CREATE TRIGGER tr_occupancies_overlap BEFORE INSERT ON occupancies WHEN EXISTS ("
            "SELECT 1 FROM occupancies WHERE calendar = NEW.calendar "
            "AND starts_s > NEW.starts_s - 259200 AND starts_s < NEW.ends_s AND ends_s > NEW.starts_s) "
            "BEGIN SELECT RAISE(ABORT, 'ex_occupancies_overlap'); END"
        )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("booking_id", sa.Text),
        sa.Column("entry_id", sa.Text),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.CheckConstraint("(booking_id IS NULL) <> (entry_id IS NULL)", name="ck_outbox_about_one"),
    )
    op.create_index("ix_outbox_booking_id", "outbox", ["booking_id", "due_at"])
    _partial_index("ix_outbox_entry_id", "outbox", ["entry_id"], "entry_id IS NOT NULL")
    _partial_index("ix_outbox_due_at", "outbox", ["due_at"], "status = 'planned'")


def _waitlist() -> None:
    op.create_table(
        "waitlist",
        sa.Column("place", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("service_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("wish", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("over_at", sa.BigInteger, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("offer_provider_id", sa.Text),
        sa.Column("hold_id", sa.Text),
        sa.Column("offer_start", sa.BigInteger),
        sa.Column("offer_end", sa.BigInteger),
        sa.Column("offer_until", sa.BigInteger),
        sa.Column("booking_id", sa.Text),
        sa.PrimaryKeyConstraint("place", name="pk_waitlist"),
        sa.UniqueConstraint("id", name="uq_waitlist_id"),
    )
    op.create_index("ix_waitlist_business_id", "waitlist", ["business_id", "place"])
    op.create_index("ix_waitlist_customer_id", "waitlist", ["customer_id", "place"])
    _partial_index("ix_waitlist_waiting", "waitlist", ["business_id", "place"], "status = 'waiting'")
    in_line = ["business_id", "customer_id", "service_id", "provider_id"]
    _partial_index("uq_waitlist_in_line", "waitlist", in_line, "status IN ('waiting', 'offered')", unique=True)
    offered = ["business_id", "customer_id"]
    _partial_index("uq_waitlist_offered", "waitlist", offered, "status = 'offered'", unique=True)
    op.create_table(
        "waitlist_passed",
        sa.Column("entry_id", sa.Text, nullable=False),
        sa.Column("provider_id", sa.Text, nullable=False),
        sa.Column("start", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "provider_id", "start", name="pk_waitlist_passed"),
    )


def _catalogue() -> None:
    op.create_table(
        "businesses",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("vertical", sa.Text, nullable=False),
        sa.Column("holidays", sa.Text),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("address", sa.Text),
        sa.Column("phone", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_businesses"),
        sa.UniqueConstraint("slug", name="uq_businesses_slug"),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("duration_minutes", sa.Integer, nullable=False),
        sa.Column("buffer_before_minutes", sa.Integer, nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer, nullable=False),
        sa.Column("price_amount", sa.BigInteger),
        sa.Column("price_currency", sa.Text),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_services"),
    )
    op.create_index("ix_services_business_id", "services", ["business_id"])
    op.create_table(
        "providers",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("service_ids", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_providers"),
    )
    op.create_index("ix_providers_business_id", "providers", ["business_id"])


def _customers_and_keys() -> None:
    op.create_table(
        "customers",
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text),
        sa.Column("phone_key", sa.Text),
        sa.Column("email", sa.Text),
        sa.Column("locale", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("business_id", "id", name="pk_customers"),
    )
    op.create_index("ix_customers_phone_key", "customers", ["business_id", "phone_key"])
    op.create_table(
        "requests",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_requests"),
    )
    op.create_index("ix_requests_at", "requests", ["at"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
    )
    op.create_index("ix_api_keys_business_id", "api_keys", ["business_id"])


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(name, table, columns, unique=unique, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
