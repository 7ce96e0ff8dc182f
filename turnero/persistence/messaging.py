"""How customers want to be written to, on SQL."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from turnero.engine.domain.value import BusinessId, CustomerId
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.persistence.database import Database
from turnero.persistence.schema import messaging_preferences

_table = messaging_preferences
_MESSAGING = select(_table.c.preferences).where(
    _table.c.business_id == bindparam("business_id"), _table.c.customer_id == bindparam("customer_id")
)


class PreferenceStore:
    """The part of `turnero.engine.ports.Catalogue` that knows how customers want to be written to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def messaging(self, business_id: BusinessId, customer_id: CustomerId) -> MessagingPreferences:
        whose = {"business_id": business_id, "customer_id": customer_id}
        found: MessagingPreferences | None = await self._database.read(
            lambda connection: connection.scalar(_MESSAGING, whose)
        )
        return found or MessagingPreferences()

    async def put_messaging(
        self, business_id: BusinessId, customer_id: CustomerId, preferences: MessagingPreferences
    ) -> None:
        dialect = postgresql if self._database.dialect == "postgresql" else sqlite
        new = dialect.insert(_table).values(business_id=business_id, customer_id=customer_id, preferences=preferences)
        statement = new.on_conflict_do_update(
            index_elements=[_table.c.business_id, _table.c.customer_id],
            set_={"preferences": new.excluded.preferences},
        )
        await self._database.write(lambda connection: connection.execute(statement))


def wishes_of(
    connection: Connection, people: Collection[tuple[str, str]]
) -> Mapping[tuple[str, str], MessagingPreferences]:
    """Return the wishes of those of `people`, by business and customer, who have any."""
    if not people:
        return {}
    query = select(_table).where(
        _table.c.business_id.in_({business_id for business_id, _ in people}),
        _table.c.customer_id.in_({customer_id for _, customer_id in people}),
    )
    return {(row.business_id, row.customer_id): row.preferences for row in connection.execute(query)}
