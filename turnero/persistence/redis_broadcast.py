"""Notices of committed events between processes, by Redis publish/subscribe."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

import msgspec
import structlog

from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Notice
from turnero.persistence.broadcast import Listener, LocalBroadcast, Waiting
from turnero.persistence.redis_channel import RedisChannel

log = structlog.get_logger(__name__)

CHANNEL = "turnero:notices"


class _Envelope(msgspec.Struct, array_like=True, frozen=True):
    """What travels through Redis: who sent it, so that nobody hears itself twice, and (calendar, number) pairs."""

    node: str
    notices: tuple[tuple[ProviderId, int], ...]


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(_Envelope).decode


class _Outbound:
    """The highest number of each calendar that is still to go out."""

    def __init__(self, node: str) -> None:
        self.waiting = Waiting()
        self._node = node
        self._taken: list[Notice] = []

    async def take(self) -> bytes:
        self._taken = await self.waiting.take_all()
        return _encode(_Envelope(self._node, tuple((n.provider_id, n.sequence) for n in self._taken)))

    def put_back(self) -> None:
        self.waiting.add(self._taken)


class RedisBroadcast:
    """Implements `turnero.engine.ports.Broadcast` between processes, by Redis publish/subscribe.

    This process's own listeners are served directly, so an outage of Redis cuts off only what comes from others. What
    is to go out waits, the highest number of each calendar, and is sent when Redis is back. `on_outage` is called for
    every attempt that failed.
    """

    def __init__(self, url: str, *, on_outage: Callable[[], None] = lambda: None) -> None:
        self._node = secrets.token_hex(8)
        self._local = LocalBroadcast()
        self._outbound = _Outbound(self._node)
        self._channel = RedisChannel(url, CHANNEL, outbound=self._outbound, heard=self._heard, on_outage=on_outage)

    async def start(self) -> None:
        """Begin to listen and to send. Returns after the first attempt to reach Redis, successful or not."""
        await self._channel.start()

    async def listening(self) -> None:
        """Return when notices of other processes come in."""
        await self._channel.listening()

    async def publish(self, notices: Sequence[Notice]) -> None:
        self._local.deliver(notices)
        self._outbound.waiting.add(notices)

    def notices(self) -> Listener:
        return self._local.notices()

    async def close(self) -> None:
        """Stop listening and sending; what has not gone out is for others to find in the journal."""
        await self._channel.close()
        await self._local.close()

    def _heard(self, raw: bytes) -> None:
        try:
            envelope = _decode(raw)
        except msgspec.MsgspecError:
            log.warning("redis_notice_unreadable", bytes=len(raw))  # an older or newer node, or not ours at all
            return
        if envelope.node != self._node:
            self._local.deliver([Notice(provider_id=p, sequence=sequence) for p, sequence in envelope.notices])
