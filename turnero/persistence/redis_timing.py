"""The timing queue of several processes: sorted sets in Redis, and scripts that Redis runs undisturbed.

For each urgency there is a set of what waits, scored by when it is due, and a set of what is claimed, scored by when
the claim is over; scores are microseconds since 1970, which a double holds exactly until 2255. Nothing here needs to
outlive a restart of Redis: the mark that the queue was filled is lost along with the rest.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from redis.exceptions import ResponseError

from turnero.engine.domain.calendar import from_us, to_us
from turnero.engine.ports.timing import QueueLost, Timer, Urgency
from turnero.persistence.redis_channel import OUTAGES, client
from turnero.persistence.timing import LocalTiming

log = structlog.get_logger(__name__)

PREFIX = "turnero:timing"

# Whoever fills the queue reads the outbox meanwhile: seconds, a minute for millions. After this they have died.
FILLING_TTL_S = 600

# How long a Redis that did not answer is not asked again: each question to one that hangs takes two seconds.
AWAY_S = 2.0

# A script's arguments travel in one message; this many keep Redis busy for a millisecond or two.
ITEMS_MAX = 1_000

_MARK, _FILLING = f"{PREFIX}:filled", f"{PREFIX}:filling"
_WAITING = [f"{PREFIX}:waiting:{urgency.value}" for urgency in Urgency]
_CLAIMED = [f"{PREFIX}:claimed:{urgency.value}" for urgency in Urgency]

# ARGV: 1 to overwrite what is known, or 0; then (id, due, urgency) again and again. KEYS: waiting sets, claimed sets.
_PUSH = """
local levels = #KEYS / 2
for i = 2, #ARGV, 3 do
  local id, due, level = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2]) + 1
  local waiting, claimed = KEYS[level], KEYS[levels + level]
  if ARGV[1] == '1' then
    redis.call('ZREM', claimed, id)
    redis.call('ZADD', waiting, due, id)
  elseif not redis.call('ZSCORE', claimed, id) then
    redis.call('ZADD', waiting, 'NX', due, id)
  end
end
"""

# ARGV: now, limit, when the claims are over. KEYS: the mark, waiting sets, claimed sets. Answers id, due, urgency.
# What was claimed by somebody who died goes back first: it is due since its claim was over.
_CLAIM = """
if redis.call('EXISTS', KEYS[1]) == 0 then return redis.error_reply('LOST') end
local levels = (#KEYS - 1) / 2
local left = tonumber(ARGV[2])
local answer = {}
for level = 1, levels do
  local waiting, claimed = KEYS[1 + level], KEYS[1 + levels + level]
  local over = redis.call('ZRANGEBYSCORE', claimed, '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, 1000)
  for i = 1, #over, 2 do
    redis.call('ZREM', claimed, over[i])
    redis.call('ZADD', waiting, 'NX', over[i + 1], over[i])
  end
  if left > 0 then
    local due = redis.call('ZRANGEBYSCORE', waiting, '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, left)
    for i = 1, #due, 2 do
      redis.call('ZREM', waiting, due[i])
      redis.call('ZADD', claimed, ARGV[3], due[i])
      answer[#answer + 1] = due[i]
      answer[#answer + 1] = due[i + 1]
      answer[#answer + 1] = level - 1
      left = left - 1
    end
  end
end
return answer
"""

# ARGV: the filling. KEYS: the mark, what is being filled.
_FILLED = """
if redis.call('GET', KEYS[2] .. ':' .. ARGV[1]) then
  redis.call('SET', KEYS[1], '1')
end
return redis.call('EXISTS', KEYS[1])
"""


class RedisTiming:
    """Implements `turnero.engine.ports.timing.TimingQueue` between processes, in Redis.

    In an outage each process has a queue of its own, filled from the outbox: what two of them claim is sent by one, for
    that is what the outbox sees to. `on_outage` is called for every attempt that failed.
    """

    def __init__(self, url: str, *, on_outage: Callable[[], None] = lambda: None) -> None:
        self._redis = client(url)
        self._here = LocalTiming()
        self._away_until = 0.0
        self._on_outage = on_outage
        self._push = self._redis.register_script(_PUSH)
        self._claim = self._redis.register_script(_CLAIM)
        self._filled = self._redis.register_script(_FILLED)

    async def add(self, timers: Sequence[Timer]) -> None:
        await self._put(timers, overwrite=False)

    async def push(self, timers: Sequence[Timer]) -> None:
        await self._put(timers, overwrite=True)

    async def claim(self, *, now: datetime, limit: int, lease: timedelta) -> Sequence[Timer]:
        keys = [_MARK, *_WAITING, *_CLAIMED]
        arguments = [to_us(now), limit, to_us(now + lease)]
        try:
            found = await self._ask(lambda: self._claim(keys=keys, args=arguments))
        except ResponseError as error:
            if "LOST" in str(error):
                raise QueueLost from None
            raise
        if found is _AWAY:
            return await self._here.claim(now=now, limit=limit, lease=lease)
        return [
            Timer(int(timer_id), from_us(int(float(due))), Urgency(int(urgency)))
            for timer_id, due, urgency in zip(found[::3], found[1::3], found[2::3], strict=True)
        ]

    async def drop(self, ids: Collection[int]) -> None:
        if not ids:
            return
        given = list(ids)

        async def everywhere() -> None:
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in _CLAIMED:
                    pipe.zrem(key, *given)
                await pipe.execute()

        if await self._ask(everywhere) is _AWAY:
            await self._here.drop(ids)

    async def size(self) -> int:
        async def count() -> int:
            async with self._redis.pipeline(transaction=False) as pipe:
                for key in _WAITING:
                    pipe.zcard(key)
                return sum(await pipe.execute())

        found = await self._ask(count)
        return await self._here.size() if found is _AWAY else found

    async def begin_filling(self) -> str:
        filling = secrets.token_hex(8)
        begun = await self._ask(lambda: self._redis.set(f"{_FILLING}:{filling}", "1", ex=FILLING_TTL_S))
        return await self._here.begin_filling() if begun is _AWAY else filling

    async def filled(self, filling: str) -> bool:
        done = await self._ask(lambda: self._filled(keys=[_MARK, _FILLING], args=[filling]))
        return await self._here.filled(filling) if done is _AWAY else bool(done)

    async def close(self) -> None:
        """Let go of Redis."""
        await self._redis.aclose()

    async def _put(self, timers: Sequence[Timer], *, overwrite: bool) -> None:
        for begin in range(0, len(timers), ITEMS_MAX):
            part = timers[begin : begin + ITEMS_MAX]
            arguments = [int(overwrite), *(x for t in part for x in (t.id, to_us(t.due_at), t.urgency.value))]
            if await self._ask(partial(self._push, keys=[*_WAITING, *_CLAIMED], args=arguments)) is _AWAY:
                await (self._here.push(part) if overwrite else self._here.add(part))

    async def _ask(self, question: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - Redis answers anything
        """Return what Redis answers, or `_AWAY`."""
        now = asyncio.get_running_loop().time()
        if now < self._away_until:
            return _AWAY
        try:
            answer = await question()
        except ResponseError:
            raise
        except OUTAGES as error:
            log.warning("redis_unreachable", channel="timing", error=type(error).__name__)
            self._away_until = now + AWAY_S
            self._on_outage()
            return _AWAY
        if self._away_until:
            # What is in our own queue is in the outbox, too: whoever claims from Redis again finds it there.
            self._away_until = 0.0
            self._here = LocalTiming()
        return answer


_AWAY = object()
