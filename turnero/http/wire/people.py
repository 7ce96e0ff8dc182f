"""Customers, and those who sign in: their shapes in the API, and how the engine's records become these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from turnero.engine import ports
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.ports.messaging import ChannelName, MessagingPreferences
from turnero.engine.ports.push import PushSubscription
from turnero.http.wire import shapes


class Customer(shapes.Answer):
    """A person, as one business knows them. `phone` is E.164."""

    id: str
    business_id: str
    name: str
    phone: str | None
    email: str | None
    locale: str | None
    created_at: shapes.Instant


class Messaging(shapes.Answer):
    """How a customer wants to be written to: by these channels first, in this order, and by those not at all."""

    channels: tuple[ChannelName, ...]
    opted_out: tuple[ChannelName, ...]


class PushDevice(shapes.Answer):
    """A device that shows what is pushed to it."""

    endpoint: str
    created_at: shapes.Instant


class Me(shapes.Answer):
    """Who you are here, until when, and `now`: the engine's clock, which differs from the machine's in a demo."""

    role: Role
    subject: str
    business_id: str | None
    expires_at: shapes.Instant
    now: shapes.Instant


class IssuedSignInLink(shapes.Answer):
    """Where on this server to go to be signed in. It is told this once, and is good once."""

    path: Annotated[str, Meta(examples=["/calendar/enter#..."])]
    expires_at: shapes.Instant


class Account(shapes.Answer):
    """How somebody who works here gets in."""

    role: Role
    subject: str
    business_id: str | None
    email: str | None
    phone: str | None
    has_password: bool
    created_at: shapes.Instant


class WebSession(shapes.Answer):
    """A browser that is signed in; `current` is the one that asks."""

    id: str
    device: str
    current: bool
    created_at: shapes.Instant
    seen_at: shapes.Instant
    expires_at: shapes.Instant


def customer(record: ports.Customer) -> Customer:
    return Customer(
        id=record.id,
        business_id=record.business_id,
        name=record.name,
        phone=record.phone,
        email=record.email,
        locale=record.locale,
        created_at=record.created_at.astimezone(UTC),
    )


def messaging(preferences: MessagingPreferences) -> Messaging:
    return Messaging(channels=preferences.channels, opted_out=preferences.opted_out)


def push_device(subscription: PushSubscription) -> PushDevice:
    return PushDevice(endpoint=subscription.endpoint, created_at=subscription.created_at.astimezone(UTC))


def me(actor: Actor, *, expires_at: float, now: datetime) -> Me:
    return Me(
        role=actor.role,
        subject=actor.subject,
        business_id=actor.business_id,
        expires_at=datetime.fromtimestamp(int(expires_at), UTC),
        now=now.astimezone(UTC),
    )


def account(record: ports.Account) -> Account:
    return Account(
        role=record.actor.role,
        subject=record.actor.subject,
        business_id=record.actor.business_id,
        email=record.email,
        phone=record.phone,
        has_password=record.password is not None,
        created_at=record.created_at.astimezone(UTC),
    )


def web_session(record: ports.WebSession, *, current: bool) -> WebSession:
    return WebSession(
        id=record.id,
        device=record.device,
        current=current,
        created_at=record.created_at.astimezone(UTC),
        seen_at=record.seen_at.astimezone(UTC),
        expires_at=record.expires_at.astimezone(UTC),
    )
