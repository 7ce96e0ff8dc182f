"""Devices in memory. It passes the same contract suite as those in a database."""

from __future__ import annotations

from collections.abc import Sequence

from turnero.engine.ports.push import DEVICES_MAX, PushSubscription


class MemoryPushSubscriptions:
    """Implements `turnero.engine.ports.push.PushSubscriptions`."""

    def __init__(self) -> None:
        self._by_endpoint: dict[str, PushSubscription] = {}

    async def add_push_subscription(self, subscription: PushSubscription) -> None:
        self._by_endpoint.pop(subscription.endpoint, None)
        for too_many in self._of(subscription.person)[DEVICES_MAX - 1 :]:
            del self._by_endpoint[too_many.endpoint]
        self._by_endpoint[subscription.endpoint] = subscription

    async def push_subscriptions(self, person: str) -> Sequence[PushSubscription]:
        return self._of(person)

    async def remove_push_subscription(self, endpoint: str, *, person: str | None = None) -> None:
        found = self._by_endpoint.get(endpoint)
        if found is not None and person in {None, found.person}:
            del self._by_endpoint[endpoint]

    def _of(self, person: str) -> list[PushSubscription]:
        mine = [one for one in self._by_endpoint.values() if one.person == person]
        return sorted(sorted(mine, key=lambda one: one.endpoint), key=lambda one: one.created_at, reverse=True)
