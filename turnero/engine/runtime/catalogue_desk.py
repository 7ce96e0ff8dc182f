"""Businesses, services, providers' cards and API keys: `BookingService`'s part that sets things up."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import SYSTEM, Actor, Role, ServiceTerms, Terms
from turnero.engine.domain.errors import Conflict, Forbidden, Invalid, NotFound
from turnero.engine.domain.hours import known_holidays, zone
from turnero.engine.domain.phones import read_phone, region_of
from turnero.engine.domain.policy import Policy
from turnero.engine.domain.value import BusinessId, ProviderId, ServiceId
from turnero.engine.ports import AlreadyAnswered, ApiKey, Business, Provider, RequestKey, Service
from turnero.engine.runtime.answers import IssuedApiKey, ProviderCard
from turnero.engine.runtime.desk import (
    ALL_STAFF,
    MANAGEMENT,
    Desk,
    fingerprint,
    request,
    require_business,
    require_role,
)
from turnero.engine.runtime.requests import (
    BusinessChange,
    Caller,
    NewApiKey,
    NewBusiness,
    NewProvider,
    NewService,
    ProviderChange,
)

API_KEY_PREFIX = "trn_"
_ADMIN = frozenset({Role.ADMIN})

T = TypeVar("T")


class CatalogueDesk(Desk):
    """Sets up what can be booked, with whom, and under which terms."""

    # --- Businesses -----------------------------------------------------------------------------------------------

    async def create_business(self, caller: Caller, new: NewBusiness) -> Business:
        """Create a business. Its slug is made from its name unless one is given. Admins only."""
        require_role(caller.actor, _ADMIN)
        _require_zone(new.time_zone)
        _require_holidays(new.holidays)
        business_id = BusinessId(self._ids.new("biz"))
        business = Business(
            id=business_id,
            name=new.name,
            slug=new.slug or _slug(new.name, business_id),
            time_zone=new.time_zone,
            locale=new.locale,
            vertical=new.vertical,
            holidays=new.holidays,
            policy=new.policy,
            address=new.address,
            phone=new.phone,
            created_at=self._clock.now(),
        )
        mark = fingerprint("create_business", new)
        first = await self._answered(caller, "create_business", mark)
        if first is not None:
            return msgspec.json.decode(first.answer, type=Business)
        row = self._remember(caller, "create_business", mark, msgspec.json.encode(business).decode())
        try:
            await self._catalogue.add_business(business, row)
        except AlreadyAnswered:
            return await self._first_answer(caller, "create_business", mark, Business)
        return business

    async def businesses(self) -> Sequence[Business]:
        """Return the cards of all businesses, oldest first."""
        return await self._catalogue.businesses()

    async def change_business(self, caller: Caller, id_or_slug: str, change: BusinessChange) -> Business:
        """Change a business's card, and the terms of all its calendars with it."""
        require_role(caller.actor, MANAGEMENT)
        found = await self.business(id_or_slug)
        require_business(caller.actor, found.id)
        if change.time_zone is not UNSET:
            _require_zone(change.time_zone)
        if change.holidays is not UNSET:
            _require_holidays(change.holidays)
        async with self._alone(f"business:{found.id}"):
            business = await self.business(found.id)
            fields = {
                f: v for f in change.__struct_fields__ if f != "policy" and (v := getattr(change, f)) is not UNSET
            }
            if change.policy is not UNSET:
                fields["policy"] = business.policy.merged(change.policy)
            changed = replace(business, **fields)
            # Marked unsettled in the same transaction, so that a crash between here and the last calendar is made good
            # at the next start.
            await self._catalogue.change_business(changed)
            await self._settle_business(changed)
        return changed

    async def settle_businesses(self) -> int:
        """Carry changed terms to calendars that a crash kept them from; return how many businesses it was."""
        unsettled = await self._catalogue.unsettled_businesses()
        for business in unsettled:
            await self._settle_business(business)
        return len(unsettled)

    async def _settle_business(self, business: Business) -> None:
        services = await self._catalogue.services(business.id)
        for provider in await self._catalogue.providers(business.id):
            terms = _terms(business, provider, services)
            calendar = await self._runtime.read(provider.id)
            if calendar.terms != terms:
                await self._runtime.ask(provider.id, cmd.Request(command=cmd.ChangeTerms(terms=terms), actor=SYSTEM))
        await self._catalogue.settle_business(business.id)

    # --- Services -------------------------------------------------------------------------------------------------

    async def create_service(self, caller: Caller, new: NewService) -> Service:
        """Create a service. Providers offer it once it is among their `service_ids`."""
        require_role(caller.actor, MANAGEMENT)
        business = await self.business(new.business_id)
        require_business(caller.actor, business.id)
        service = Service(
            id=ServiceId(self._ids.new("svc")),
            business_id=business.id,
            name=new.name,
            duration_minutes=new.duration_minutes,
            buffer_before_minutes=new.buffer_before_minutes,
            buffer_after_minutes=new.buffer_after_minutes,
            price=new.price,
            capacity=new.capacity,
            created_at=self._clock.now(),
        )
        mark = fingerprint("create_service", new)
        first = await self._answered(caller, "create_service", mark)
        if first is not None:
            return msgspec.json.decode(first.answer, type=Service)
        row = self._remember(caller, "create_service", mark, msgspec.json.encode(service).decode())
        try:
            await self._catalogue.add_service(service, row)
        except AlreadyAnswered:
            return await self._first_answer(caller, "create_service", mark, Service)
        return service

    async def services(self, business: str) -> Sequence[Service]:
        """Return a business's services, oldest first."""
        return await self._catalogue.services((await self.business(business)).id)

    # --- Providers ------------------------------------------------------------------------------------------------

    async def create_provider(self, caller: Caller, new: NewProvider) -> ProviderCard:
        """Create a provider and open their calendar. It has no working hours yet."""
        require_role(caller.actor, MANAGEMENT)
        business = await self.business(new.business_id)
        require_business(caller.actor, business.id)
        if new.time_zone is not None:
            _require_zone(new.time_zone)
        mark = fingerprint("create_provider", new)
        async with self._alone(f"create_provider:{caller.actor.subject}:{caller.key}"):
            first = await self._answered(caller, "create_provider", mark)
            if first is not None:
                return await self.provider(ProviderId(first.answer))
            provider = Provider(
                id=ProviderId(self._ids.new("prv")),
                business_id=business.id,
                name=new.name,
                service_ids=new.service_ids,
                time_zone=new.time_zone,
                policy=new.policy,
                created_at=self._clock.now(),
                phone=_phone(new.phone, business),
            )
            terms = _terms(business, provider, await self._catalogue.services(business.id))
            command = cmd.OpenCalendar(business_id=business.id, terms=terms)
            row = self._remember(caller, "create_provider", mark, provider.id)
            attachments = (provider,) if row is None else (provider, row)
            answer = await self._runtime.ask(
                provider.id, cmd.Request(command=command, actor=caller.actor), attachments=attachments, create=True
            )
        return _card(provider, answer.after.terms, answer.after.sequence)

    async def provider(self, provider_id: ProviderId) -> ProviderCard:
        """Return a provider's card."""
        provider = await self._catalogue.provider(provider_id)
        if provider is None:
            raise NotFound("provider", "provider_not_found")
        calendar = await self._runtime.read(provider_id)
        return _card(provider, calendar.terms, calendar.sequence)

    async def providers(self, business: str) -> Sequence[ProviderCard]:
        """Return the cards of a business's providers, oldest first."""
        found = await self._catalogue.providers((await self.business(business)).id)
        calendars = [await self._runtime.read(provider.id) for provider in found]
        return [_card(p, c.terms, c.sequence) for p, c in zip(found, calendars, strict=True)]

    async def change_provider(self, caller: Caller, provider_id: ProviderId, change: ProviderChange) -> ProviderCard:
        """Change a provider's card and their calendar's terms; bookings made so far keep theirs."""
        require_role(caller.actor, ALL_STAFF)
        if change.time_zone is not UNSET and change.time_zone is not None:
            _require_zone(change.time_zone)
        async with self._alone(f"provider:{provider_id}"):
            provider = (await self.provider(provider_id)).provider
            _require_own_provider(caller.actor, provider)
            fields = {
                f: v for f in change.__struct_fields__ if f != "policy" and (v := getattr(change, f)) is not UNSET
            }
            if change.policy is not UNSET:
                fields["policy"] = provider.policy.merged(change.policy)
            business = await self.business(provider.business_id)
            if change.phone is not UNSET:
                fields["phone"] = _phone(change.phone, business)
            changed = replace(provider, **fields)
            terms = _terms(business, changed, await self._catalogue.services(business.id))
            mark = fingerprint("change_provider", provider_id, change)
            command = request(caller, cmd.ChangeTerms(terms=terms), mark)
            answer = await self._runtime.ask(provider_id, command, attachments=(changed,))
        if not answer.first:
            return await self.provider(provider_id)
        return _card(changed, answer.after.terms, answer.after.sequence)

    # --- API keys -------------------------------------------------------------------------------------------------

    async def issue_api_key(self, caller: Caller, new: NewApiKey) -> IssuedApiKey:
        """Issue a key for an integrator. The secret is in this answer and nowhere else.

        Raises:
            Conflict(`already_exists`): a repeat of a request that has been answered; the secret is not told twice.
        """
        require_role(caller.actor, MANAGEMENT)
        business = await self.business(new.business_id)
        require_business(caller.actor, business.id)
        mark = fingerprint("issue_api_key", new)
        if await self._answered(caller, "issue_api_key", mark) is not None:
            raise _told_once()
        key_id = self._ids.new("key")
        secret = f"{API_KEY_PREFIX}{key_id}.{secrets.token_urlsafe(32)}"
        api_key = ApiKey(
            id=key_id,
            business_id=business.id,
            name=new.name,
            digest=_digest(secret),
            created_at=self._clock.now(),
        )
        try:
            await self._catalogue.add_api_key(api_key, self._remember(caller, "issue_api_key", mark, key_id))
        except AlreadyAnswered:
            raise _told_once() from None
        return IssuedApiKey(api_key=api_key, secret=secret)

    async def api_keys(self, caller: Caller, business: str) -> Sequence[ApiKey]:
        """Return a business's API keys, without their secrets."""
        require_role(caller.actor, MANAGEMENT)
        found = await self.business(business)
        require_business(caller.actor, found.id)
        return await self._catalogue.api_keys(found.id)

    async def revoke_api_key(self, caller: Caller, key_id: str) -> None:
        """End an API key. Ending it twice is the same as once."""
        require_role(caller.actor, MANAGEMENT)
        api_key = await self._catalogue.api_key(key_id)
        if api_key is None:
            raise NotFound("API key")
        require_business(caller.actor, api_key.business_id)
        await self._catalogue.revoke_api_key(key_id, at=self._clock.now())

    async def integrator(self, secret: str) -> Caller | None:
        """Return who an API key's secret belongs to, or None if it is unknown or revoked."""
        key_id, _, _ = secret.removeprefix(API_KEY_PREFIX).partition(".")
        api_key = await self._catalogue.api_key(key_id)
        # A long random secret needs no slow hash; it needs a comparison that takes the same time for every guess.
        if api_key is None or not hmac.compare_digest(api_key.digest, _digest(secret)):
            return None
        if api_key.revoked_at is not None:
            return None
        return Caller(actor=Actor(role=Role.INTEGRATOR, subject=api_key.id, business_id=api_key.business_id))

    async def _first_answer(self, caller: Caller, operation: str, mark: str, kind: type[T]) -> T:
        first: RequestKey | None = await self._answered(caller, operation, mark)
        assert first is not None, "a request key that was refused as used is there"
        return msgspec.json.decode(first.answer, type=kind)


def _terms(business: Business, provider: Provider, services: Sequence[Service]) -> Terms:
    """Return what holds in a provider's calendar: the business's terms with the provider's own over them."""
    known = {s.id: s for s in services}
    for index, service_id in enumerate(provider.service_ids):
        if service_id not in known:
            raise Invalid("this business has no such service", path=f"$.serviceIds[{index}]")
    if len(set(provider.service_ids)) != len(provider.service_ids):
        raise Invalid("names a service twice", path="$.serviceIds")
    offered = (known[service_id] for service_id in provider.service_ids)
    return Terms(
        time_zone=provider.time_zone or business.time_zone,
        holidays=business.holidays,
        policy=provider.policy.over(business.policy.over(Policy())),
        services=tuple(
            ServiceTerms(
                id=s.id,
                duration_minutes=s.duration_minutes,
                buffer_before_minutes=s.buffer_before_minutes,
                buffer_after_minutes=s.buffer_after_minutes,
                price=s.price,
                capacity=s.capacity,
            )
            for s in offered
        ),
    )


def _card(provider: Provider, terms: Terms, sequence: int) -> ProviderCard:
    return ProviderCard(provider=provider, time_zone=terms.time_zone, policy=terms.policy, sequence=sequence)


def _require_own_provider(actor: Actor, provider: Provider) -> None:
    if actor.role is Role.PROVIDER:
        if actor.subject != provider.id:
            raise Forbidden("This provider is not yours.")
    else:
        require_business(actor, provider.business_id)


def _phone(text: str | None, business: Business) -> str | None:
    """Return a phone in E.164. Raises: Invalid: it is none."""
    if text is None:
        return None
    try:
        return read_phone(text, region=region_of(business.locale)).e164
    except ValueError as error:
        raise Invalid(str(error), path="$.phone") from None


def _require_zone(name: str) -> None:
    try:
        zone(name)
    except ValueError as error:
        raise Invalid(str(error), path="$.timeZone") from None


def _require_holidays(place: str | None) -> None:
    if place is not None and not known_holidays(place):
        raise Invalid(f"no public holidays are known for {place!r}", path="$.holidays")


def _slug(name: str, business_id: BusinessId) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    # The tail keeps two shops of one name apart without asking anybody to choose again.
    return f"{words or 'business'}-{business_id[-6:].lower()}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _told_once() -> Conflict:
    return Conflict(
        "already_exists",
        detail="This key was issued already, and its secret was shown then. Revoke it and issue another.",
    )
