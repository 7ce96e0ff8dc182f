"""The history of the tables, as Alembic revisions. Applied by `turnero.persistence.migrate`, packaged in the wheel."""
