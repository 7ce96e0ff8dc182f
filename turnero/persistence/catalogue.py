"""What exists beside the calendars, on SQL: businesses, services, providers' cards, customers, keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.base import Executable

from turnero.engine.domain.errors import Conflict
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId
from turnero.engine.ports import AlreadyAnswered, ApiKey, Business, Customer, Provider, RequestKey, Service
from turnero.persistence.analytics import AnalyticsQueries
from turnero.persistence.bookings import BookingQueries, money
from turnero.persistence.customers import CUSTOMER, CustomerSearch
from turnero.persistence.messages import MessageStore
from turnero.persistence.messaging import PreferenceStore
from turnero.persistence.push import PushStore
from turnero.persistence.schema import api_keys, businesses, calendars, customers, providers, requests, services
from turnero.persistence.sign_ins import SignInStore


def _age(table: Any) -> tuple[Any, Any]:  # noqa: ANN401 - SQLAlchemy types a table's columns as Any
    return table.c.created_at, table.c.id


# The questions that commands ask on their way, put together once: SQLAlchemy takes longer to build such a statement
# than a database to answer it (a third of a booking's time on the event loop, when it was built each time).
_BUSINESS = (
    select(businesses)
    .where(or_(businesses.c.id == bindparam("name"), businesses.c.slug == bindparam("name")))
    # An id that looks like somebody else's slug is still that id.
    .order_by((businesses.c.id == bindparam("name")).desc())
)
_PROVIDER = select(providers).where(providers.c.id == bindparam("id"))
_CUSTOMER = select(*CUSTOMER).where(
    customers.c.business_id == bindparam("business_id"), customers.c.id == bindparam("id")
)
_CUSTOMER_BY_PHONE = (
    select(*CUSTOMER)
    .where(customers.c.business_id == bindparam("business_id"), customers.c.phone_key == bindparam("phone_key"))
    .order_by(*_age(customers))
    .limit(1)
)
_ANSWERED = select(requests).where(requests.c.scope == bindparam("scope"), requests.c.key == bindparam("key"))
_API_KEY = select(api_keys).where(api_keys.c.id == bindparam("id"))


class SqlCatalogue(
    BookingQueries, AnalyticsQueries, CustomerSearch, MessageStore, SignInStore, PreferenceStore, PushStore
):
    """Implements `turnero.engine.ports.Catalogue` on SQLite and PostgreSQL."""

    # --- Businesses

    async def add_business(self, business: Business, request: RequestKey | None) -> None:
        statement = insert(businesses).values(**msgspec.structs.asdict(business), settled=True)
        try:
            await self._add(statement, request)
        except IntegrityError as error:
            raise Conflict("already_exists", detail="This slug is taken.") from error

    async def change_business(self, business: Business) -> None:
        card = msgspec.structs.asdict(business)
        statement = update(businesses).where(businesses.c.id == business.id).values(**card, settled=False)
        try:
            await self._database.write(lambda connection: connection.execute(statement))
        except IntegrityError as error:
            raise Conflict("already_exists", detail="This slug is taken.") from error

    async def settle_business(self, business_id: BusinessId) -> None:
        statement = update(businesses).where(businesses.c.id == business_id).values(settled=True)
        await self._database.write(lambda connection: connection.execute(statement))

    async def unsettled_businesses(self) -> list[Business]:
        return [business_record(row) for row in await self._all(select(businesses).where(~businesses.c.settled))]

    async def business(self, id_or_slug: str) -> Business | None:
        row = await self._first(_BUSINESS, name=id_or_slug)
        return None if row is None else business_record(row)

    async def businesses(self) -> list[Business]:
        return [business_record(row) for row in await self._all(select(businesses).order_by(*_age(businesses)))]

    # --- Services, providers, customers

    async def add_service(self, service: Service, request: RequestKey | None) -> None:
        values = msgspec.structs.asdict(service)
        price = values.pop("price")
        values["price_amount"] = None if price is None else price.amount
        values["price_currency"] = None if price is None else price.currency
        await self._add(insert(services).values(**values), request)

    async def services(self, business_id: BusinessId) -> list[Service]:
        query = select(services).where(services.c.business_id == business_id).order_by(*_age(services))
        return [service_record(row) for row in await self._all(query)]

    async def provider(self, provider_id: ProviderId) -> Provider | None:
        row = await self._first(_PROVIDER, id=provider_id)
        return None if row is None else Provider(**row._asdict())

    async def providers(self, business_id: BusinessId) -> list[Provider]:
        query = select(providers).where(providers.c.business_id == business_id).order_by(*_age(providers))
        return [Provider(**row._asdict()) for row in await self._all(query)]

    async def customer(self, business_id: BusinessId, customer_id: CustomerId) -> Customer | None:
        row = await self._first(_CUSTOMER, business_id=business_id, id=customer_id)
        return None if row is None else Customer(**row._asdict())

    async def customer_by_phone(self, business_id: BusinessId, phone_key: str) -> Customer | None:
        row = await self._first(_CUSTOMER_BY_PHONE, business_id=business_id, phone_key=phone_key)
        return None if row is None else Customer(**row._asdict())

    # --- Keys

    async def answered(self, scope: str, key: str) -> RequestKey | None:
        row = await self._first(_ANSWERED, scope=scope, key=key)
        return None if row is None else RequestKey(**row._asdict())

    async def forget_requests(self, *, before: datetime) -> int:
        statement = delete(requests).where(requests.c.at < before)
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def add_api_key(self, api_key: ApiKey, request: RequestKey | None) -> None:
        await self._add(insert(api_keys).values(**msgspec.structs.asdict(api_key)), request)

    async def api_keys(self, business_id: BusinessId) -> list[ApiKey]:
        query = select(api_keys).where(api_keys.c.business_id == business_id).order_by(*_age(api_keys))
        return [ApiKey(**row._asdict()) for row in await self._all(query)]

    async def api_key(self, key_id: str) -> ApiKey | None:
        row = await self._first(_API_KEY, id=key_id)
        return None if row is None else ApiKey(**row._asdict())

    async def revoke_api_key(self, key_id: str, *, at: datetime) -> None:
        statement = (
            update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None)).values(revoked_at=at)
        )
        await self._database.write(lambda connection: connection.execute(statement))

    async def ready(self) -> None:
        # A table of ours and not `SELECT 1`: a database that was emptied is not ready either.
        await self._all(select(calendars.c.number).limit(1))

    # --- How

    async def _first(self, query: Executable, **given: str) -> Row[Any] | None:
        return await self._database.read(lambda connection: connection.execute(query, given).first())

    async def _all(self, query: Executable) -> list[Row[Any]]:
        return await self._database.read(lambda connection: list(connection.execute(query).all()))

    async def _add(self, statement: Executable, request: RequestKey | None) -> None:
        """Insert a row and the key of the request for it, together.

        Raises:
            AlreadyAnswered: the request's key was used before.
            IntegrityError: the row itself is refused.
        """
        statements = [statement]
        if request is not None:
            statements.append(insert(requests).values(**msgspec.structs.asdict(request)))
        try:
            await self._database.write(lambda connection: [connection.execute(s) for s in statements])
        except IntegrityError as error:
            # Which constraint it was, the databases say in words of their own; whether the key is there is certain.
            if request is not None and await self.answered(request.scope, request.key) is not None:
                raise AlreadyAnswered from error
            raise


def business_record(row: Row[Any]) -> Business:
    """Return a row of `businesses` as the value that it is."""
    values = row._asdict()
    del values["settled"]
    return Business(**values)


def service_record(row: Row[Any]) -> Service:
    """Return a row of `services` as the value that it is."""
    values = row._asdict()
    price = money(values.pop("price_amount"), values.pop("price_currency"))
    return Service(**values, price=price)
