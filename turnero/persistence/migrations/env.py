"""What Alembic runs for every command: hand it the connection that `turnero.persistence.migrate` has opened."""

from __future__ import annotations

from alembic import context

from turnero.persistence.schema import metadata

# The transaction is the caller's, and holds all revisions: a migration that breaks leaves the old tables.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
