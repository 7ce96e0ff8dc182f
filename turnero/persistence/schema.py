"""The tables, as SQLAlchemy Core. The migrations build exactly these; a test compares the two on both databases.

Nothing here has a foreign key. A calendar's rows are written by its one owner in the transaction that makes them
true, nothing is ever deleted from under them, and a key would lock a parent row for every event of the hot path.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from turnero.engine.domain.booking import Actor
from turnero.engine.domain.policy import Policy, PolicyOverride
from turnero.engine.domain.waitlist import Wish
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.persistence.types import Instant, Json, String

# One convention for every name, so that migrations can name what they change on either database.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite numbers rows by itself only in a column that is exactly `INTEGER`.
_Number = BigInteger().with_variant(Integer(), "sqlite")

# --- Calendars and their streams ----------------------------------------------------------------------------------

# `epoch` fences: whoever activates a calendar raises it, and appends under a lower one change no row. `number` is
# the calendar's short name in `occupancies`.
calendars = Table(
    "calendars",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("provider_id", String, nullable=False, unique=True),
    Column("business_id", String, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("next_deadline", Instant),
)
Index(
    "ix_calendars_next_deadline",
    calendars.c.next_deadline,
    postgresql_where=calendars.c.next_deadline.is_not(None),
    sqlite_where=calendars.c.next_deadline.is_not(None),
)

# `position` is the order of writing across calendars; it has holes. `sequence` has none.
events = Table(
    "events",
    metadata,
    Column("position", _Number, primary_key=True, autoincrement=True),
    Column("provider_id", String, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Json[Actor](Actor), nullable=False),
    Column("type", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", String, nullable=False),
    Column("key", String),
    Column("fingerprint", String, nullable=False),
    Column("booking_id", String),
    UniqueConstraint("provider_id", "sequence"),
)
Index(
    "ix_events_booking_id",
    events.c.booking_id,
    events.c.position,
    postgresql_where=events.c.booking_id.is_not(None),
    sqlite_where=events.c.booking_id.is_not(None),
)

snapshots = Table(
    "snapshots",
    metadata,
    Column("provider_id", String, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("format", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# --- What is derived from the streams -----------------------------------------------------------------------------

bookings = Table(
    "bookings",
    metadata,
    Column("id", String, primary_key=True),
    Column("business_id", String, nullable=False),
    Column("provider_id", String, nullable=False),
    Column("service_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("start", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    Column("status", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("price_amount", BigInteger),
    Column("price_currency", String),
    Column("series_id", String),
    Column("session_id", String),
    Column("cancelled_by", String),
    Column("created_at", Instant, nullable=False),
    Column("policy", Json[Policy](Policy), nullable=False),
    Column("stars", Integer),
    Column("acknowledged_at", Instant),
    Column("time_zone", String, nullable=False),
    # Lists are read in the order (start, id), narrowed by whose they are.
    Index("ix_bookings_business_id", "business_id", "start", "id"),
    Index("ix_bookings_provider_id", "provider_id", "start", "id"),
    Index("ix_bookings_customer_id", "customer_id", "start", "id"),
)
# Few bookings share a session, and who adds a calendar up has to find just those.
Index(
    "ix_bookings_sessions",
    bookings.c.provider_id,
    bookings.c.start,
    postgresql_where=bookings.c.session_id.is_not(None),
    sqlite_where=bookings.c.session_id.is_not(None),
)

# Who is in a session is asked by its id alone.
Index(
    "ix_bookings_session_id",
    bookings.c.session_id,
    postgresql_where=bookings.c.session_id.is_not(None),
    sqlite_where=bookings.c.session_id.is_not(None),
)

# The independent witness against double booking: one row for each live booking, or for each session that anyone is
# in, `[starts_s, ends_s)` in epoch seconds. The database itself refuses two of one calendar that overlap, whatever the
# engine may think (the DDL below, which the migrations run). Holds are not here: they come and go too fast, and are
# nobody's appointment.
occupancies = Table(
    "occupancies",
    metadata,
    Column("calendar", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", String, primary_key=True),
    Column("starts_s", BigInteger, nullable=False),
    Column("ends_s", BigInteger, nullable=False),
    CheckConstraint("starts_s < ends_s", name="forward"),
    Index("ix_occupancies_starts_s", "calendar", "starts_s"),
)

# `[number, number]` as a range makes equality an overlap, so that gist needs no extension (btree_gist is often not
# installed). Deferred: two bookings that trade places in one transaction overlap for a moment only.
OCCUPANCIES_EXCLUDE = (
    "ALTER TABLE occupancies ADD CONSTRAINT ex_occupancies_overlap EXCLUDE USING gist "
    "(int8range(calendar, calendar, '[]') WITH &&, int8range(starts_s, ends_s) WITH &&) "
    "DEFERRABLE INITIALLY DEFERRED"
)

# SQLite's triggers act at once, so the journal deletes what changes before it inserts what is true afterwards. What
# began more than three days before cannot reach this far (`limits`: a duration and two buffers are at most 48 h);
# that bound is what makes the look-up one short index range.
_REACH_S = 3 * 24 * 3_600
OCCUPANCIES_TRIGGER = (
    "CREATE TRIGGER tr_occupancies_overlap BEFORE INSERT ON occupancies WHEN EXISTS ("  # noqa: S608 - constants
    "SELECT 1 FROM occupancies WHERE calendar = NEW.calendar "
    f"AND starts_s > NEW.starts_s - {_REACH_S} AND starts_s < NEW.ends_s AND ends_s > NEW.starts_s) "
    "BEGIN SELECT RAISE(ABORT, 'ex_occupancies_overlap'); END"
)
WITNESSES = {"postgresql": OCCUPANCIES_EXCLUDE, "sqlite": OCCUPANCIES_TRIGGER}

# What is to be sent, and what became of it: messages about a booking or an entry of the waitlist, which are put into
# words when they are sent, and what is a `reply` in a conversation, and brings its words along (`payload`, JSON of
# `bots`; a message that is handed to a conversation has one from then on, so that it can be read there).
# `id` is the order in which one person's replies leave, so a reply that adopts a planned message takes a new row of
# its own, and the planned one goes. `due_at` is when a message was planned for, `next_at` when its turn comes: the
# same at first, later after every try that failed. `sending_since` says that a courier has it in hand, or had when it
# died; `attempts` rises with each, and guards what is recorded of it. `tries` counts those on the present channel,
# `spent` names the channels that were given up.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("booking_id", String),
    Column("entry_id", String),
    Column("provider_id", String),
    Column("business_id", String, nullable=False),
    Column("sequence", BigInteger),
    Column("kind", String, nullable=False),
    Column("before", String),
    Column("recipient", String, nullable=False, server_default=text("'customer'")),
    Column("day", String),
    Column("channel", String),
    Column("address", String),
    Column("reply", Boolean, nullable=False, server_default=text("false")),
    Column("payload", String),
    Column("replaces", String),
    Column("status", String, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("spent", Json[tuple[str, ...]](tuple[str, ...])),
    Column("sending_since", Instant),
    Column("external_id", String),
    Column("error", String),
    Index("ix_outbox_booking_id", "booking_id", "due_at"),
    CheckConstraint("booking_id IS NULL OR entry_id IS NULL", name="about_one_at_most"),
)
Index(
    "ix_outbox_entry_id",
    outbox.c.entry_id,
    postgresql_where=outbox.c.entry_id.is_not(None),
    sqlite_where=outbox.c.entry_id.is_not(None),
)
# One agenda for each provider and local date, however often it is planned.
Index(
    "uq_outbox_day",
    outbox.c.provider_id,
    outbox.c.day,
    unique=True,
    postgresql_where=outbox.c.day.is_not(None),
    sqlite_where=outbox.c.day.is_not(None),
)
_PLANNED = text("status = 'planned'")
_LANE = text("status = 'planned' AND reply")
_FAILED = text("status = 'failed'")
Index("ix_outbox_next_at", outbox.c.next_at, outbox.c.id, postgresql_where=_PLANNED, sqlite_where=_PLANNED)
# Replies to one person on one channel leave in order: each looks whether it is the first.
Index(
    "ix_outbox_lane",
    outbox.c.channel,
    outbox.c.address,
    outbox.c.id,
    postgresql_where=_LANE,
    sqlite_where=_LANE,
)
# What a channel says later of a message names it by the channel's own id.
Index(
    "ix_outbox_external_id",
    outbox.c.channel,
    outbox.c.external_id,
    postgresql_where=outbox.c.external_id.is_not(None),
    sqlite_where=outbox.c.external_id.is_not(None),
)
# Messages that could not be delivered: few, and an owner looks through them.
Index("ix_outbox_failed", outbox.c.business_id, outbox.c.id, postgresql_where=_FAILED, sqlite_where=_FAILED)

# Addresses without a conversation to which somebody wants nothing to be sent; in one, `muted` says so.
closed_addresses = Table(
    "closed_addresses",
    metadata,
    Column("channel", String, primary_key=True),
    Column("address", String, primary_key=True),
    Column("at", Instant, nullable=False),
)

# --- The waitlist -------------------------------------------------------------------------------------------------

# `place` is the place in line. `provider_id` is empty where any provider will do: in a unique index, no two nulls are
# equal. `hold_id` and its neighbours tell of the offer that the entry has, or took, or had when it was left.
waitlist = Table(
    "waitlist",
    metadata,
    Column("place", _Number, primary_key=True, autoincrement=True),
    Column("id", String, nullable=False, unique=True),
    Column("business_id", String, nullable=False),
    Column("provider_id", String, nullable=False),
    Column("service_id", String, nullable=False),
    Column("customer_id", String, nullable=False),
    Column("wish", Json[Wish](Wish), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("over_at", Instant, nullable=False),
    Column("time_zone", String, nullable=False),
    Column("status", String, nullable=False),
    Column("offer_provider_id", String),
    Column("hold_id", String),
    Column("offer_start", Instant),
    Column("offer_end", Instant),
    Column("offer_until", Instant),
    Column("booking_id", String),
    Index("ix_waitlist_business_id", "business_id", "place"),
    Index("ix_waitlist_customer_id", "customer_id", "place"),
)
_WAITING = text("status = 'waiting'")
_IN_LINE = text("status IN ('waiting', 'offered')")
_OFFERED = text("status = 'offered'")
Index(
    "ix_waitlist_waiting",
    waitlist.c.business_id,
    waitlist.c.place,
    postgresql_where=_WAITING,
    sqlite_where=_WAITING,
)
# Whatever two processes do: nobody stands in one line twice, and nobody is offered two things at once.
Index(
    "uq_waitlist_in_line",
    waitlist.c.business_id,
    waitlist.c.customer_id,
    waitlist.c.service_id,
    waitlist.c.provider_id,
    unique=True,
    postgresql_where=_IN_LINE,
    sqlite_where=_IN_LINE,
)
Index(
    "uq_waitlist_offered",
    waitlist.c.business_id,
    waitlist.c.customer_id,
    unique=True,
    postgresql_where=_OFFERED,
    sqlite_where=_OFFERED,
)

# What an entry has refused or let run out: never offered to it again.
waitlist_passed = Table(
    "waitlist_passed",
    metadata,
    Column("entry_id", String, primary_key=True),
    Column("provider_id", String, primary_key=True),
    Column("start", Instant, primary_key=True),
)

# --- The catalogue ------------------------------------------------------------------------------------------------

# A business that is not settled has changed its terms, and some of its calendars have yet to hear of it.
businesses = Table(
    "businesses",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("slug", String, nullable=False, unique=True),
    Column("time_zone", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("vertical", String, nullable=False),
    Column("holidays", String),
    Column("policy", Json[PolicyOverride](PolicyOverride), nullable=False),
    Column("address", String),
    Column("phone", String),
    Column("created_at", Instant, nullable=False),
    Column("settled", Boolean, nullable=False),
)

services = Table(
    "services",
    metadata,
    Column("id", String, primary_key=True),
    Column("business_id", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("duration_minutes", Integer, nullable=False),
    Column("buffer_before_minutes", Integer, nullable=False),
    Column("buffer_after_minutes", Integer, nullable=False),
    Column("price_amount", BigInteger),
    Column("price_currency", String),
    Column("capacity", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
)

providers = Table(
    "providers",
    metadata,
    Column("id", String, primary_key=True),
    Column("business_id", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("service_ids", Json[tuple[str, ...]](tuple[str, ...]), nullable=False),
    Column("time_zone", String),
    Column("policy", Json[PolicyOverride](PolicyOverride), nullable=False),
    Column("phone", String),
    Column("created_at", Instant, nullable=False),
)

# The one table with names and phones of customers: what the law lets them take away or have erased is here.
# A phone is not unique: two members of a family share one, and a number finds a new owner.
customers = Table(
    "customers",
    metadata,
    Column("business_id", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("phone", String),
    Column("phone_key", String),
    Column("email", String),
    Column("locale", String),
    Column("created_at", Instant, nullable=False),
    # What staff look for: `customers.folded()` of the name and the phone.
    Column("folded", String, nullable=False, server_default=text("''")),
    Index("ix_customers_phone_key", "business_id", "phone_key"),
)

# How a customer wants to be written to, where they have said so.
messaging_preferences = Table(
    "messaging_preferences",
    metadata,
    Column("business_id", String, primary_key=True),
    Column("customer_id", String, primary_key=True),
    Column("preferences", Json[MessagingPreferences](MessagingPreferences), nullable=False),
)

# An endpoint is a device; `person` is the id of the customer or the provider who uses it.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("endpoint", String, primary_key=True),
    Column("person", String, nullable=False),
    Column("p256dh", String, nullable=False),
    Column("auth", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("ix_push_subscriptions_person", "person", "created_at"),
)

booking_texts = Table(
    "booking_texts",
    metadata,
    Column("booking_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("body", String, nullable=False),
)

requests = Table(
    "requests",
    metadata,
    Column("scope", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("fingerprint", String, nullable=False),
    Column("answer", String, nullable=False),
    Column("at", Instant, nullable=False, index=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String, primary_key=True),
    Column("business_id", String, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# --- Signing in ---------------------------------------------------------------------------------------------------

# Secrets are kept as digests: whoever reads a backup gets in nowhere. `actor` is one text, always written the same way.
accounts = Table(
    "accounts",
    metadata,
    Column("actor", Json[Actor](Actor), primary_key=True),
    Column("email", String, index=True),
    Column("phone", String),
    Column("phone_key", String, index=True),
    Column("password", String),
    Column("created_at", Instant, nullable=False),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("digest", String, primary_key=True),
    Column("actor", Json[Actor](Actor), nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("uses_left", Integer, nullable=False),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("id", String, primary_key=True),
    Column("digest", String, nullable=False, unique=True),
    Column("actor", Json[Actor](Actor), nullable=False, index=True),
    Column("device", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

# --- Conversations ------------------------------------------------------------------------------------------------

# What people said, until some days after it was answered. What we said is in the outbox, as messages with a payload.
chat_inbox = Table(
    "chat_inbox",
    metadata,
    Column("number", _Number, primary_key=True, autoincrement=True),
    Column("channel", String, nullable=False),
    Column("person", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("body", String, nullable=False),
    Column("context", String, nullable=False),
    Column("at", Instant, nullable=False),
    Column("so_far", String),
    Column("answered_at", Instant),
    UniqueConstraint("channel", "message_id"),
    Index("ix_chat_inbox_person", "channel", "person", "number"),
)
_UNANSWERED = text("answered_at IS NULL")
Index(
    "ix_chat_inbox_unanswered",
    chat_inbox.c.channel,
    chat_inbox.c.person,
    chat_inbox.c.number,
    postgresql_where=_UNANSWERED,
    sqlite_where=_UNANSWERED,
)
# What is old enough to be forgotten is found by when it was answered.
Index(
    "ix_chat_inbox_answered_at",
    chat_inbox.c.answered_at,
    postgresql_where=chat_inbox.c.answered_at.is_not(None),
    sqlite_where=chat_inbox.c.answered_at.is_not(None),
)

# `business_id` is empty where a person has yet to say which business they mean.
conversations = Table(
    "conversations",
    metadata,
    Column("channel", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("business_id", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("heard_at", Instant, nullable=False),
    Column("customer_id", String),
    Column("provider_id", String),
    Column("phone", String),
    Column("linked_by", String),
    Column("language", String),
    Column("muted", Boolean, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Index("ix_conversations_customer_id", "business_id", "customer_id"),
)
Index(
    "ix_conversations_provider_id",
    conversations.c.business_id,
    conversations.c.provider_id,
    postgresql_where=conversations.c.provider_id.is_not(None),
    sqlite_where=conversations.c.provider_id.is_not(None),
)
