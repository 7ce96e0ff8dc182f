"""How a customer wants to be written to: theirs to say, and that of whoever they tell it at the desk.

A device that shows what is pushed to it is nobody's to add but of the one who holds it.
"""

from __future__ import annotations

from turnero.engine.domain.booking import Role
from turnero.engine.domain.errors import Forbidden, NotFound
from turnero.engine.domain.value import BusinessId, CustomerId
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.engine.ports.push import PushSubscription
from turnero.engine.runtime.desk import require_role
from turnero.engine.runtime.people import PeopleDesk
from turnero.engine.runtime.requests import Caller, NewPushSubscription

# Those to whom messages are addressed.
_WITH_DEVICES = frozenset({Role.CUSTOMER, Role.PROVIDER})


class MessagingDesk(PeopleDesk):
    """Reads and changes the wishes of customers."""

    async def messaging(self, caller: Caller, business: str, customer_id: CustomerId) -> MessagingPreferences:
        """Return how a customer wants to be written to."""
        business_id = await self._customer_of(caller, business, customer_id)
        return await self._catalogue.messaging(business_id, customer_id)

    async def put_messaging(
        self, caller: Caller, business: str, customer_id: CustomerId, preferences: MessagingPreferences
    ) -> MessagingPreferences:
        """Replace how a customer wants to be written to. What is planned already goes by it when its turn comes."""
        business_id = await self._customer_of(caller, business, customer_id)
        await self._catalogue.put_messaging(business_id, customer_id, preferences)
        return preferences

    async def add_push_subscription(self, caller: Caller, new: NewPushSubscription) -> PushSubscription:
        """Push to a device of the caller's from now on. That they ask is their consent."""
        require_role(caller.actor, _WITH_DEVICES)
        subscription = PushSubscription(
            person=caller.actor.subject,
            endpoint=new.endpoint,
            p256dh=new.keys.p256dh,
            auth=new.keys.auth,
            created_at=self._clock.now(),
        )
        await self._catalogue.add_push_subscription(subscription)
        return subscription

    async def remove_push_subscription(self, caller: Caller, endpoint: str) -> None:
        """Push to a device of the caller's no more. Removing what is not there changes nothing."""
        require_role(caller.actor, _WITH_DEVICES)
        await self._catalogue.remove_push_subscription(endpoint, person=caller.actor.subject)

    async def _customer_of(self, caller: Caller, business: str, customer_id: CustomerId) -> BusinessId:
        """Return the business in which the caller may speak for a customer.

        Raises:
            Forbidden: it is another customer, or another business's.
            NotFound: the business has no such customer.
        """
        if caller.actor.role is Role.CUSTOMER:
            if caller.actor.subject != customer_id:
                raise Forbidden("These are another customer's.")
            found = await self.business(business)
            if caller.actor.business_id not in {None, found.id}:
                raise Forbidden("This business is not yours.")
        else:
            found = await self._staffed(caller, business)
        if not await self._knows(found.id, customer_id):
            raise NotFound("customer")
        return found.id
