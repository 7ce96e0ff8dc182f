"""What all parts of `BookingService` share: who they talk to, and how a request gets its key and fingerprint."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

import msgspec

from turnero.engine.domain import commands as cmd
from turnero.engine.domain.booking import STAFF, Actor, Role
from turnero.engine.domain.errors import Conflict, Forbidden, Invalid, NotFound
from turnero.engine.domain.limits import EARLIEST_INSTANT, LATEST_INSTANT
from turnero.engine.domain.value import BusinessId
from turnero.engine.ports import Business, Catalogue, Clock, Ids, RequestKey
from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.runtime import Runtime

# The last day of the last year is left out: its midnight is past the last instant.
_EARLIEST_DATE, _LATEST_DATE = EARLIEST_INSTANT.date(), LATEST_INSTANT.date() - timedelta(days=1)

_encoder = msgspec.json.Encoder(order="sorted")

MANAGEMENT = frozenset({Role.OWNER, Role.ADMIN})
ALL_STAFF = STAFF
READERS = STAFF | {Role.INTEGRATOR}


def fingerprint(operation: str, *parts: object) -> str:
    """Return what tells two requests under one idempotency key apart: a digest of what the caller sent."""
    return hashlib.blake2b(_encoder.encode((operation, parts)), digest_size=16).hexdigest()


def scoped(caller: Caller) -> str | None:
    """Return the caller's idempotency key, made their own: two callers' keys never meet."""
    return None if caller.key is None else f"{caller.actor.role}:{caller.actor.subject}:{caller.key}"


def request(caller: Caller, command: cmd.Command, mark: str) -> cmd.Request:
    """Return `command` as asked by `caller`; `mark` is its fingerprint."""
    return cmd.Request(
        command=command,
        actor=caller.actor,
        key=scoped(caller),
        fingerprint=mark,
        told_in_reply=caller.told_in_reply,
    )


def require_instant(at: datetime, path: str) -> None:
    """Raises: Invalid: `at` is outside the years that Turnero knows."""
    if not EARLIEST_INSTANT <= at < LATEST_INSTANT:
        raise Invalid(f"must lie between {EARLIEST_INSTANT.year} and {LATEST_INSTANT.year}", path=path)


def require_dates(first: date, last: date, *, days_max: int) -> None:
    """Raises: Invalid: `first` to `last`, inclusive, is no range of at most `days_max` dates that Turnero knows."""
    for day, path in ((first, "$.from"), (last, "$.to")):
        if not _EARLIEST_DATE <= day < _LATEST_DATE:
            raise Invalid(f"must lie between {EARLIEST_INSTANT.year} and {LATEST_INSTANT.year}", path=path)
    if last < first:
        raise Invalid("must not be before `from`", path="$.to")
    if (last - first).days >= days_max:
        raise Invalid(f"the range may span at most {days_max} days", path="$.to")


def require_role(actor: Actor, roles: frozenset[Role]) -> None:
    """Raises: Forbidden: the actor has none of `roles`."""
    if actor.role not in roles:
        raise Forbidden(f"A token with role {actor.role} may not do this.")


def require_business(actor: Actor, business_id: BusinessId) -> None:
    """Raises: Forbidden: the actor is bound to another business, or to none."""
    if actor.role is not Role.ADMIN and actor.business_id != business_id:
        raise Forbidden("This business is not yours.")


class Desk:
    """The dependencies of `BookingService`'s parts."""

    def __init__(self, runtime: Runtime, catalogue: Catalogue, *, clock: Clock, ids: Ids) -> None:
        self._runtime = runtime
        self._catalogue = catalogue
        self._clock = clock
        self._ids = ids
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def business(self, id_or_slug: str) -> Business:
        """Return a business's card by id or slug."""
        business = await self._catalogue.business(id_or_slug)
        if business is None:
            raise NotFound("business", "business_not_found")
        return business

    @asynccontextmanager
    async def _alone(self, name: str) -> AsyncIterator[None]:
        """Let one task of this process at a time do what `name` stands for."""
        lock, users = self._locks.get(name, (asyncio.Lock(), 0))
        self._locks[name] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[name]
            if users == 1:
                del self._locks[name]
            else:
                self._locks[name] = (lock, users - 1)

    async def _answered(self, caller: Caller, operation: str, mark: str) -> RequestKey | None:
        """Return how this request was answered before, if it was.

        Raises:
            Conflict(`idempotency_key_reused`): the key was used for another request.
        """
        if caller.key is None:
            return None
        found = await self._catalogue.answered(self._scope(caller, operation), caller.key)
        if found is not None and found.fingerprint != mark:
            raise Conflict("idempotency_key_reused")
        return found

    def _remember(self, caller: Caller, operation: str, mark: str, answer: str) -> RequestKey | None:
        """Return the row that makes a repeat of this request recognisable, if the caller gave a key."""
        if caller.key is None:
            return None
        return RequestKey(
            scope=self._scope(caller, operation),
            key=caller.key,
            fingerprint=mark,
            answer=answer,
            at=self._clock.now(),
        )

    @staticmethod
    def _scope(caller: Caller, operation: str) -> str:
        return f"{caller.actor.role}:{caller.actor.subject}:{operation}"
