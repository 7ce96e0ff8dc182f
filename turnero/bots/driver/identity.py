"""Who somebody is: a customer whom the business knows, one whom it is to meet, or somebody who works there.

A telephone number counts as theirs only where the channel vouches for it. One that they merely typed is written down,
and finds nobody: else whoever types another person's number would see their appointments.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from turnero.bots.conversation.effects import Met
from turnero.bots.ports import Profile
from turnero.engine.domain.booking import Actor, Role, Status
from turnero.engine.domain.phones import read_phone
from turnero.engine.domain.value import BusinessId, CustomerId, ProviderId, ServiceId
from turnero.engine.ports import BookingFilter, Clock, Customer
from turnero.engine.ports.chats import ChatPerson
from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.service import BookingService

# Whoever has not come for longer is asked anew what they want.
USUAL_WITHIN = timedelta(days=180)
_BOOKINGS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who is talking, to which business.

    `phone` is a number that the channel vouches for. `provider_id` says that they talk as somebody who works there,
    and `linked_by` names the link by which they came to, if it was not by that number.
    """

    who: ChatPerson
    business_id: BusinessId
    customer_id: CustomerId
    name: str = ""
    phone: str | None = None
    provider_id: ProviderId | None = None
    linked_by: str | None = None

    def introduced(self, met: Met) -> Speaker:
        """Return them as they turned out to be."""
        return replace(self, customer_id=met.customer_id, name=met.name, provider_id=met.provider_id)

    @property
    def own_ids(self) -> tuple[CustomerId, ...]:
        """Return the customers that they are: what they booked before they showed their number stays theirs."""
        return tuple(dict.fromkeys((self.customer_id, derived_id(self.business_id, self.who))))

    def customers(self) -> tuple[Actor, ...]:
        """Return them as the customers that they are, the one that they book as first."""
        return tuple(Actor(role=Role.CUSTOMER, subject=one, business_id=self.business_id) for one in self.own_ids)


def derived_id(business_id: BusinessId, who: ChatPerson) -> CustomerId:
    """Return the id under which a business gets to know somebody whose number it does not: always the same one."""
    digest = hashlib.blake2b("\x00".join((business_id, *who)).encode(), digest_size=16, person=b"turnero customer")
    return CustomerId(f"cus_{digest.hexdigest()}")


def on_behalf_of(business_id: BusinessId) -> Caller:
    """Return the conversation itself, which may look at what its business knows."""
    return Caller(actor=Actor(role=Role.OWNER, subject="chat", business_id=business_id))


class Identity:
    """Finds out who somebody is."""

    def __init__(self, service: BookingService, clock: Clock) -> None:
        self._service = service
        self._clock = clock

    async def meet(self, speaker: Speaker, profile: Profile, *, language: str | None) -> Met:
        """Return who this is; `language` is what they have spoken so far."""
        known = await self._known(speaker)
        customer_id = derived_id(speaker.business_id, speaker.who) if known is None else known.id
        named = known is not None and bool(known.name)
        linked_to = speaker.provider_id if speaker.linked_by is not None else None
        return Met(
            customer_id=customer_id,
            name=known.name if known is not None and named else profile.name,
            sure_of_name=named,
            phone=speaker.phone or (None if known is None else known.phone),
            provider_id=linked_to or await self._employed(speaker.business_id, speaker.phone),
            language=language or (None if known is None else known.locale) or profile.language,
            usual=await self._usual(speaker.business_id, customer_id),
        )

    async def _known(self, speaker: Speaker) -> Customer | None:
        business_id, caller = speaker.business_id, on_behalf_of(speaker.business_id)
        if speaker.phone is not None:
            known = await self._service.customer_by_phone(caller, business_id, speaker.phone)
            if known is not None:
                return known
        found = await self._service.customers(caller, business_id, [derived_id(business_id, speaker.who)])
        return found[0] if found else None

    async def _employed(self, business_id: BusinessId, phone: str | None) -> ProviderId | None:
        """Return who works there with this number on their card."""
        if phone is None:
            return None
        key = read_phone(phone, region=None).key
        for card in await self._service.providers(business_id):
            if card.provider.phone is not None and read_phone(card.provider.phone, region=None).key == key:
                return card.provider.id
        return None

    async def _usual(self, business_id: BusinessId, customer_id: CustomerId) -> tuple[ServiceId, ProviderId] | None:
        """Return what they booked last, and with whom."""
        where = BookingFilter(
            business_id=business_id, customer_id=customer_id, start_from=self._clock.now() - USUAL_WITHIN
        )
        page = await self._service.bookings(on_behalf_of(business_id), where, limit=_BOOKINGS_LOOKED_AT, cursor=None)
        kept = [one for one in page.items if one.status is not Status.CANCELLED]
        last = max(kept, key=lambda one: one.created_at, default=None)
        return None if last is None else (last.service_id, last.provider_id)
