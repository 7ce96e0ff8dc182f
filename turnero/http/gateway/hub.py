"""Who watches which calendar. An event is written down once for each topic, and those bytes go to every subscriber.

Everything here happens on the event loop and, but for beginning to follow a calendar, at once: between the number that
a subscriber is told and the first push after it nothing can be lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from itertools import islice
from typing import Protocol

from turnero.engine.domain.calendar import Calendar
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Presence
from turnero.engine.runtime.feed import Following, Listener, Step
from turnero.http.gateway import frames, pushes
from turnero.http.gateway.metrics import StreamMetrics
from turnero.http.gateway.session import frame
from turnero.http.gateway.wire import framed
from turnero.http.middleware import log_bug

# After the last subscriber has left, a calendar is followed a little longer: a page that reloads, or a phone that
# changes cells, finds what it missed. Longer absences of staff are read from the journal.
LINGER_S = 120.0
# What is kept of each for that. 256 events are more than a busy barber's two minutes, at some 300 bytes each.
RECENT_MAX = 256

Follow = Callable[[ProviderId, Listener], Awaitable[Following]]


class Topic(StrEnum):
    """What can be subscribed to, as the frames call it."""

    AVAILABILITY = "availability"
    CALENDAR = "calendar"
    PRESENCE = "presence"


class Subscriber(Protocol):
    """A connection, as far as pushes go."""

    def push(self, frame: bytes) -> None:
        """Take a whole frame, as `framed` makes it; never wait, never raise."""
        ...

    def lost(self) -> None:
        """Hear that pushes may have been lost: who wants to go on comes again, and syncs."""
        ...


Subscribers = dict[Subscriber, None]  # a dict, because it is an ordered set


class Channel:
    """A calendar that is followed: its newest state, its newest events, and who wants to know."""

    def __init__(self, metrics: StreamMetrics) -> None:
        self.following: Following | None = None
        self.calendar: Calendar | None = None
        self.subscribers: Mapping[Topic, Subscribers] = {Topic.AVAILABILITY: {}, Topic.CALENDAR: {}}
        self.ending: asyncio.TimerHandle | None = None
        self._recent: deque[frames.AvailabilityUpdated] = deque(maxlen=RECENT_MAX)
        self._metrics = metrics

    @property
    def deserted(self) -> bool:
        return not any(self.subscribers.values())

    def hear(self, step: Step) -> None:
        """Tell subscribers of an event."""
        self.calendar = step.after
        self._metrics.events.inc()
        public = pushes.availability_updated(*step)
        self._recent.append(public)
        self._push(Topic.AVAILABILITY, frames.AVAILABILITY_UPDATED, lambda: public)
        self._push(Topic.CALENDAR, frames.CALENDAR_UPDATED, lambda: pushes.calendar_updated(*step))

    def since(self, sequence: int) -> tuple[frames.AvailabilityUpdated, ...] | None:
        """Return what anybody may know of the events after `sequence`, or None if that is not remembered."""
        assert self.calendar is not None
        missed = self.calendar.sequence - sequence
        if not 0 <= missed <= len(self._recent):
            return None
        return tuple(islice(self._recent, len(self._recent) - missed, None))

    def _push(self, topic: Topic, event: str, data: Callable[[], frames.Data]) -> None:
        subscribers = self.subscribers[topic]
        if subscribers:
            pushed = framed(frame(event, data()).text)
            for subscriber in subscribers:
                subscriber.push(pushed)
            self._metrics.pushes.labels(topic).inc(len(subscribers))


class Hub:
    """All subscriptions of this process. `run` it in one task; `close` it at the end."""

    def __init__(
        self, follow: Follow, presence: Presence, metrics: StreamMetrics, *, linger_s: float = LINGER_S
    ) -> None:
        self._follow = follow
        self._presence = presence
        self._metrics = metrics
        self._linger_s = linger_s
        self._channels: dict[ProviderId, Channel] = {}
        self._opening: dict[ProviderId, asyncio.Task[Channel]] = {}
        self._watchers: dict[ProviderId, Subscribers] = {}
        metrics.followed.set_function(lambda: len(self._channels))

    async def run(self) -> None:
        """Tell subscribers who comes and goes."""
        async for provider_id, online in self._presence.changes():
            watchers = self._watchers.get(provider_id)
            if watchers:
                data = frames.Presence(provider_id=provider_id, online=online)
                pushed = framed(frame(frames.PRESENCE_UPDATED, data).text)
                for watcher in watchers:
                    watcher.push(pushed)
                self._metrics.pushes.labels(Topic.PRESENCE).inc(len(watchers))

    async def channel(self, provider_id: ProviderId) -> Channel:
        """Return a calendar that is followed from now on, for a while at least. Raises: NotFound: there is none."""
        channel = self._channels.get(provider_id)
        if channel is None:
            task = self._opening.get(provider_id)
            if task is None:
                task = self._opening[provider_id] = asyncio.create_task(self._open(provider_id))
                task.add_done_callback(lambda _: self._opening.pop(provider_id, None))
            # Shielded: one of several who wait for it may give up.
            channel = await asyncio.shield(task)
        self._linger(provider_id, channel)
        return channel

    def subscribe(self, topic: Topic, channel: Channel, subscriber: Subscriber) -> int:
        """Push from now on; return the number after which. More than once is the same as once.

        Raises:
            Unavailable: the calendar has been given up since.
        """
        assert channel.calendar is not None
        if self._channels.get(channel.calendar.provider_id) is not channel:
            raise Unavailable("not_ready", "This calendar cannot be watched at the moment.")
        channel.subscribers[topic][subscriber] = None
        if channel.ending is not None:
            channel.ending.cancel()
            channel.ending = None
        return channel.calendar.sequence

    def unsubscribe(self, topic: Topic, provider_id: ProviderId, subscriber: Subscriber) -> None:
        """Push no more. It is no error if there was no subscription."""
        if topic is Topic.PRESENCE:
            watchers = self._watchers.get(provider_id, {})
            watchers.pop(subscriber, None)
            if not watchers:
                self._watchers.pop(provider_id, None)
            return
        channel = self._channels.get(provider_id)
        if channel is not None and subscriber in channel.subscribers[topic]:
            del channel.subscribers[topic][subscriber]
            self._linger(provider_id, channel)

    async def watch(self, provider_id: ProviderId, subscriber: Subscriber) -> bool:
        """Push who comes and goes; return whether the provider is there."""
        # First the subscription, then the question: a change in between is pushed, and so never missed.
        self._watchers.setdefault(provider_id, {})[subscriber] = None
        return await self._presence.online(provider_id)

    def close(self) -> None:
        """Follow nothing any more."""
        for task in self._opening.values():
            task.cancel()
        for provider_id in tuple(self._channels):
            self._drop(provider_id)

    async def _open(self, provider_id: ProviderId) -> Channel:
        channel = Channel(self._metrics)

        def hear(step: Step) -> None:
            try:
                channel.hear(step)
            except Exception as bug:  # noqa: BLE001  a bug of ours: to push on would leave a gap that nobody notices
                log_bug(bug)
                self._give_up(provider_id)

        channel.following = following = await self._follow(provider_id, hear)
        # An event may have been heard already, between the end of `follow` and our turn.
        channel.calendar = channel.calendar or following.calendar
        self._channels[provider_id] = channel
        return channel

    def _linger(self, provider_id: ProviderId, channel: Channel) -> None:
        if channel.deserted and channel.ending is None:
            channel.ending = asyncio.get_running_loop().call_later(self._linger_s, self._drop, provider_id)

    def _drop(self, provider_id: ProviderId) -> Channel | None:
        channel = self._channels.pop(provider_id, None)
        if channel is not None:
            if channel.ending is not None:
                channel.ending.cancel()
            if channel.following is not None:
                channel.following.stop()
        return channel

    def _give_up(self, provider_id: ProviderId) -> None:
        channel = self._drop(provider_id)
        if channel is not None:
            for subscribers in channel.subscribers.values():
                for subscriber in tuple(subscribers):
                    subscriber.lost()
