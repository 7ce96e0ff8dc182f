"""Customers as staff look for them: by a part of a name or a phone, whatever the accents and the spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import select

from turnero.engine.domain.value import BusinessId, CustomerId
from turnero.engine.ports import Customer
from turnero.persistence.database import Database
from turnero.persistence.schema import customers

# A phone as somebody types a part of it.
_LIKE_A_PHONE = re.compile(r"[\d\s()+./-]*\d[\d\s()+./-]*")

# What a `Customer` consists of; the other column is for looking them up.
CUSTOMER = [column for column in customers.c if column is not customers.c.folded]


class CustomerSearch:
    """The part of `turnero.engine.ports.Catalogue` that finds customers.

    A search walks through the customers of one business. Nothing that finds parts of words is an index in both
    databases, and 20,000 customers, more than a shop has, take 15 ms.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_customers(self, business_id: BusinessId, text: str, *, limit: int) -> list[Customer]:
        query = select(*CUSTOMER).where(customers.c.business_id == business_id)
        for word in _words(text):
            query = query.where(customers.c.folded.contains(word, autoescape=True))
        query = query.order_by(customers.c.folded, customers.c.id).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Customer(**row._asdict()) for row in rows]

    async def customers_by_id(self, business_id: BusinessId, ids: Sequence[CustomerId]) -> list[Customer]:
        query = (
            select(*CUSTOMER)
            .where(customers.c.business_id == business_id, customers.c.id.in_(ids))
            .order_by(customers.c.folded, customers.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Customer(**row._asdict()) for row in rows]


def folded(name: str, phone: str | None, phone_key: str | None) -> str:
    """Return what a customer is looked for in: the name without accents and capitals, and both spellings of a phone."""
    return " ".join([_fold(name), _digits(phone or ""), _digits(phone_key or "")]).strip()


def _words(text: str) -> list[str]:
    return [_digits(text)] if _LIKE_A_PHONE.fullmatch(text) else _fold(text).split()


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
