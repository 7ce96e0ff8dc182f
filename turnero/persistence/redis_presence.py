"""Who is online, between processes, through Redis.

Processes tell each other what changes, and everything they know from time to time. Nothing of it is kept in Redis, so
there is nothing that could be out of date after a restart of it; and a process that falls silent takes what it told
along.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable

import msgspec
import structlog

from turnero.engine.domain.value import ProviderId
from turnero.persistence.presence import Changes, Roster
from turnero.persistence.redis_channel import RedisChannel

log = structlog.get_logger(__name__)

CHANNEL = "turnero:presence"

# How often a process tells all that it knows: what was lost on the way is made good within this time. The news of a
# thousand providers is some 40 KB.
HEARTBEAT_S = 1.5
# A process that was silent for so many heartbeats is gone. Two can be late on a busy machine; three are not.
SILENT_HEARTBEATS = 3


class _News(msgspec.Struct, array_like=True, frozen=True):
    """What travels through Redis: who is online at a process now, and who no longer.

    `full`: nobody else is there. `asking`: the sender has just begun to listen, and asks everybody for full news.
    """

    node: str
    full: bool
    asking: bool
    here: tuple[ProviderId, ...]
    gone: tuple[ProviderId, ...] = ()


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(_News).decode


class _Outbound:
    """What other processes have yet to be told: single changes, or everything."""

    def __init__(self, node: str, here: Roster) -> None:
        self._node = node
        self._here = here
        self._changed: set[ProviderId] = set()
        self._full = False
        self._asking = False
        self._something = asyncio.Event()

    def changed(self, provider_id: ProviderId) -> None:
        self._changed.add(provider_id)
        self._something.set()

    def everything(self, *, asking: bool = False) -> None:
        self._full = True
        self._asking |= asking
        self._something.set()

    async def take(self) -> bytes:
        await self._something.wait()
        self._something.clear()
        full, asking, changed = self._full, self._asking, self._changed
        self._full, self._asking, self._changed = False, False, set()
        if full:
            return self.news(asking=asking)
        # As it is now, not as it was when it changed: the last word counts.
        here, gone = _split(changed, self._here)
        return _encode(_News(self._node, full=False, asking=False, here=here, gone=gone))

    def put_back(self) -> None:
        # Whoever comes back from an outage is told everything, and asks for everything.
        self.everything(asking=True)

    def news(self, *, asking: bool = False) -> bytes:
        """Return full news."""
        return _encode(_News(self._node, full=True, asking=asking, here=self._here.everyone()))


def _split(provider_ids: Iterable[ProviderId], roster: Roster) -> tuple[tuple[ProviderId, ...], tuple[ProviderId, ...]]:
    asked = tuple(provider_ids)
    return tuple(p for p in asked if p in roster), tuple(p for p in asked if p not in roster)


class RedisPresence:
    """Implements `turnero.engine.ports.Presence` between processes, by Redis publish/subscribe.

    A provider whose process falls silent, killed or cut off, is offline after `SILENT_HEARTBEATS`. Whatever is known of
    this process itself stays true in an outage. `on_outage` is called for every attempt that failed.
    """

    def __init__(
        self, url: str, *, heartbeat_s: float = HEARTBEAT_S, on_outage: Callable[[], None] = lambda: None
    ) -> None:
        self._heartbeat_s = heartbeat_s
        self._node = secrets.token_hex(8)
        self._here = Roster()  # connections
        self._everywhere = Roster()  # processes
        self._heard_at: dict[str, float] = {}
        self._outbound = _Outbound(self._node, self._here)
        self._channel = RedisChannel(
            url,
            CHANNEL,
            outbound=self._outbound,
            heard=self._heard,
            on_listening=lambda: self._outbound.everything(asking=True),
            on_outage=on_outage,
        )
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen and to tell. Returns after the first attempt to reach Redis, successful or not."""
        await self._channel.start()
        self._beating = asyncio.create_task(self._beat(), name="presence-heartbeat")

    async def join(self, provider_id: ProviderId, connection_id: str) -> None:
        if self._here.add(provider_id, connection_id):
            self._everywhere.add(provider_id, self._node)
            self._outbound.changed(provider_id)

    async def leave(self, provider_id: ProviderId, connection_id: str) -> None:
        if self._here.remove(provider_id, connection_id):
            self._everywhere.remove(provider_id, self._node)
            self._outbound.changed(provider_id)

    async def online(self, provider_id: ProviderId) -> bool:
        return provider_id in self._everywhere

    def changes(self) -> Changes:
        return self._everywhere.changes()

    async def close(self) -> None:
        """Say goodbye, so that nobody has to wait for the silence."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await self._channel.close(_encode(_News(self._node, full=True, asking=False, here=())))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._heartbeat_s)
            self._outbound.everything()
            self._forget_the_silent()

    def _forget_the_silent(self) -> None:
        oldest = asyncio.get_running_loop().time() - SILENT_HEARTBEATS * self._heartbeat_s
        for node in [node for node, heard_at in self._heard_at.items() if heard_at < oldest]:
            del self._heard_at[node]
            for provider_id in self._everywhere.at(node):
                self._everywhere.remove(provider_id, node)
            log.info("presence_node_silent", node=node)

    def _heard(self, raw: bytes) -> None:
        try:
            news = _decode(raw)
        except msgspec.MsgspecError:
            log.warning("redis_presence_unreadable", bytes=len(raw))  # an older or newer node, or not ours at all
            return
        if news.node == self._node:
            return
        self._heard_at[news.node] = asyncio.get_running_loop().time()
        for provider_id in news.here:
            self._everywhere.add(provider_id, news.node)
        for provider_id in self._everywhere.at(news.node).difference(news.here) if news.full else news.gone:
            self._everywhere.remove(provider_id, news.node)
        if news.asking:
            self._outbound.everything()
