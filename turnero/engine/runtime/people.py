"""Whom a booking is for: known customers, people met for the first time, and people who have changed their phone."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

from msgspec.structs import replace

from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Forbidden, Invalid
from turnero.engine.domain.phones import Phone, read_phone, region_of
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId
from turnero.engine.ports import Attachment, Business, Catalogue, Clock, Customer, Ids
from turnero.engine.runtime.desk import ALL_STAFF, Desk, require_business, require_role
from turnero.engine.runtime.limits import CUSTOMERS_KNOWN_MAX
from turnero.engine.runtime.requests import Caller, CustomerRef
from turnero.engine.runtime.runtime import Runtime


class PeopleDesk(Desk):
    """Finds out who somebody is, and what is to be written about them in the transaction of what they ask for."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, *, clock: Clock, ids: Ids) -> None:
        super().__init__(runtime, catalogue, clock=clock, ids=ids)
        self._known: set[tuple[BusinessId, CustomerId]] = set()

    async def find_customers(self, caller: Caller, business: str, text: str = "", *, limit: int) -> Sequence[Customer]:
        """Return a business's customers in whose name or phone every word of `text` occurs. Staff only."""
        found = await self._staffed(caller, business)
        return await self._catalogue.find_customers(found.id, text, limit=limit)

    async def customers(self, caller: Caller, business: str, ids: Sequence[CustomerId]) -> Sequence[Customer]:
        """Return those of `ids` whom a business knows. Staff only."""
        found = await self._staffed(caller, business)
        return await self._catalogue.customers_by_id(found.id, ids)

    async def customer_by_phone(self, caller: Caller, business: str, phone: str) -> Customer | None:
        """Return the customer who has had a phone longest in a business, if it is anybody's. Staff only."""
        found = await self._staffed(caller, business)
        return await self._catalogue.customer_by_phone(found.id, _read(phone, found, path="$.phone").key)

    async def _staffed(self, caller: Caller, id_or_slug: str) -> Business:
        """Return a business that the caller works at. Raises: Forbidden: they do not."""
        require_role(caller.actor, ALL_STAFF)
        business = await self.business(id_or_slug)
        if caller.actor.role is Role.PROVIDER:
            provider = await self._catalogue.provider(ProviderId(caller.actor.subject))
            if provider is None or provider.business_id != business.id:
                raise Forbidden("This business is not yours.")
        else:
            require_business(caller.actor, business.id)
        return business

    def _first_contact(
        self, actor: Actor, business_id: BusinessId, ref: CustomerRef | None
    ) -> AbstractAsyncContextManager[None]:
        """Let two first bookings of one phone at once not make two customers of one person."""
        if actor.role is Role.CUSTOMER or ref is None or ref.id is not None:
            return nullcontext()
        return self._alone(f"customer:{business_id}:{ref.phone}")

    async def _customer(
        self,
        actor: Actor,
        business_id: BusinessId,
        ref: CustomerRef | None,
        *,
        path: str = "$.customer",
        vouched: bool = True,
    ) -> tuple[CustomerId, tuple[Attachment, ...]]:
        """Return whom a booking is for, and the row that is to be written about them, if any.

        `path` is where the request names them; `vouched` says that a phone which a customer gives is theirs.

        Raises:
            Invalid: nobody was named, the phone is none, or the customer is not known in this business.
            Forbidden: a customer named somebody else.
        """
        if actor.role is Role.CUSTOMER:
            return await self._customer_themselves(actor, business_id, ref, vouched=vouched)
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
        self, actor: Actor, business_id: BusinessId, ref: CustomerRef | None, *, vouched: bool
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
        if not vouched and (known is None or described.phone_key != known.phone_key):
            # By a number that anybody can type, nobody may be taken for its owner, or find what is booked under it.
            described = replace(described, phone_key=None)
        return customer_id, () if described == known else (described,)

    async def _described(
        self, business_id: BusinessId, customer_id: CustomerId, ref: CustomerRef, *, path: str = "$.customer"
    ) -> Customer:
        phone = key = None
        if ref.phone is not None:
            phone, key = _read(ref.phone, await self.business(business_id), path=f"{path}.phone")
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


def _read(phone: str, business: Business, *, path: str) -> Phone:
    """Read a number as it is written where the business is. Raises: Invalid: it is none."""
    try:
        return read_phone(phone, region=region_of(business.locale))
    except ValueError as error:
        raise Invalid(str(error), path=path) from None
