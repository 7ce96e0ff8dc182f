"""Devices that want to be pushed to, on SQL."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from sqlalchemy import Connection, delete, insert, select

from turnero.engine.ports.push import DEVICES_MAX, PushSubscription
from turnero.persistence.database import Database
from turnero.persistence.schema import push_subscriptions

_table = push_subscriptions


def with_devices(connection: Connection, people: Collection[str]) -> set[str]:
    """Return those of `people` who have a device."""
    if not people:
        return set()
    return set(connection.scalars(select(_table.c.person).where(_table.c.person.in_(people)).distinct()))


class PushStore:
    """The part of `turnero.engine.ports.Catalogue` that knows which devices want to be pushed to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_push_subscription(self, subscription: PushSubscription) -> None:
        older = (
            select(_table.c.endpoint)
            .where(_table.c.person == subscription.person)
            .order_by(_table.c.created_at.desc(), _table.c.endpoint)
            .offset(DEVICES_MAX - 1)
        )

        def work(connection: Connection) -> None:
            connection.execute(delete(_table).where(_table.c.endpoint == subscription.endpoint))
            too_many = connection.scalars(older).all()
            connection.execute(delete(_table).where(_table.c.endpoint.in_(too_many)))
            connection.execute(insert(_table).values(msgspec.structs.asdict(subscription)))

        await self._database.write(work)

    async def push_subscriptions(self, person: str) -> list[PushSubscription]:
        query = (
            select(_table)
            .where(_table.c.person == person)
            .order_by(_table.c.created_at.desc(), _table.c.endpoint)
            .limit(DEVICES_MAX)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [PushSubscription(**row._asdict()) for row in rows]

    async def remove_push_subscription(self, endpoint: str, *, person: str | None = None) -> None:
        statement = delete(_table).where(_table.c.endpoint == endpoint)
        if person is not None:
            statement = statement.where(_table.c.person == person)
        await self._database.write(lambda connection: connection.execute(statement))
