"""Whom a booking is for: known customers, people met for the first time, and people who have changed their phone."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, nullcontext

from msgspec.structs import replace

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Forbidden, Invalid
from turnero.engine.domain.phones import read_phone, region_of
from turnero.engine.domain.value import BusinessId, CustomerId
from turnero.engine.ports import Attachment, Catalogue, Clock, Customer, Ids
from turnero.engine.runtime.desk import Desk
from turnero.engine.runtime.limits import CUSTOMERS_KNOWN_MAX
from turnero.engine.runtime.requests import CustomerRef
from turnero.engine.runtime.runtime import Runtime


class PeopleDesk(Desk):
    """Finds out who somebody is, and what is to be written about them in the transaction of what they ask for."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, *, clock: Clock, ids: Ids) -> None:
        super().__init__(runtime, catalogue, clock=clock, ids=ids)
        self._known: set[tuple[BusinessId, CustomerId]] = set()

    def _first_contact(
        self, actor: Actor, business_id: BusinessId, ref: CustomerRef | None
    ) -> AbstractAsyncContextManager[None]:
        """Let two first bookings of one phone at once not make two customers of one person."""
        if actor.role is Role.CUSTOMER or ref is None or ref.id is not None:
            return nullcontext()
        return self._alone(f"customer:{business_id}:{ref.phone}")

    async def _customer(
        self, actor: Actor, business_id: BusinessId, ref: CustomerRef | None, *, path: str = "$.customer"
    ) -> tuple[CustomerId, tuple[Attachment, ...]]:
        """Return whom a booking is for, and the row that is to be written about them, if any.

        `path` is where the request names them.

        Raises:
            Invalid: nobody was named, the phone is none, or the customer is not known in this business.
            Forbidden: a customer named somebody else.
        """
        if actor.role is Role.CUSTOMER:
            return await self._customer_themselves(actor, business_id, ref)
        if ref is None:
            raise Invalid("say who the booking is for", path=path)
        if ref.id is not None:
            if not await self._knows(business_id, ref.id):
                raise Invalid("this business has no such customer", path=f"{path}.id")
            return ref.id, ()
        fresh = await self._described(business_id, CustomerId(self._ids.new("cus")), ref, path=path)
        assert fresh.phone_key is not None
        known = await self._catalogue.customer_by_phone(business_id, fresh.phone_key)
        return (known.id, ()) if known is not None else (fresh.id, (fresh,))

    async def _knows(self, business_id: BusinessId, customer_id: CustomerId) -> bool:
        """Tell whether a business knows a customer. Whoever is known stays so; to be unknown is asked again."""
        person = (business_id, customer_id)
        if person in self._known:
            return True
        if await self._catalogue.customer(business_id, customer_id) is None:
            return False
        if len(self._known) >= CUSTOMERS_KNOWN_MAX:
            self._known.clear()
        self._known.add(person)
        return True

    async def _customer_themselves(
        self, actor: Actor, business_id: BusinessId, ref: CustomerRef | None
    ) -> tuple[CustomerId, tuple[Attachment, ...]]:
        customer_id = CustomerId(actor.subject)
        if ref is not None and ref.id is not None and ref.id != customer_id:
            raise Forbidden("A customer books for themselves.")
        says_nothing_new = ref is None or ref == CustomerRef(id=customer_id)
        if says_nothing_new and await self._knows(business_id, customer_id):
            return customer_id, ()
        known = await self._catalogue.customer(business_id, customer_id)
        described = await self._described(business_id, customer_id, ref or CustomerRef(id=customer_id))
        if known is not None:
            given = {f: v for f in ("name", "phone", "phone_key", "email", "locale") if (v := getattr(described, f))}
            described = replace(known, **given)
        return customer_id, () if described == known else (described,)

    async def _described(
        self, business_id: BusinessId, customer_id: CustomerId, ref: CustomerRef, *, path: str = "$.customer"
    ) -> Customer:
        phone = key = None
        if ref.phone is not None:
            business = await self.business(business_id)
            try:
                phone, key = read_phone(ref.phone, region=region_of(business.locale))
            except ValueError as error:
                raise Invalid(str(error), path=f"{path}.phone") from None
        return Customer(
            id=customer_id,
            business_id=business_id,
            name=ref.name or "",
            phone=phone,
            phone_key=key,
            email=ref.email,
            locale=ref.locale,
            created_at=self._clock.now(),
        )
