"""The templates that a Twilio account has of ours: found once, made when they are missed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from turnero.bots.channels.twilio.account import Content, TwilioAccount
from turnero.bots.channels.whatsapp.shapes import FAMILY, Shaped
from turnero.bots.ports import DeliveryFailed
from turnero.engine.ports import Clock

# While the Content API is away or refuses us, replies go out as text, and nobody waits for it again and again.
QUIET_AFTER_FAILURE = timedelta(minutes=10)

# A reply does not wait for its buttons for longer than this: text is there at once.
PATIENCE_S = 5.0

_log = structlog.get_logger(__name__)


class Shelf:
    """Finds the template for a reply. Never fails: without one, the reply goes out as text."""

    def __init__(self, account: TwilioAccount, *, clock: Clock) -> None:
        self._account = account
        self._clock = clock
        self._sids: dict[str, str] | None = None
        self._quiet_until: datetime | None = None
        # Two replies of one shape at a time must not make two templates of it.
        self._lock = asyncio.Lock()

    async def content(self, shaped: Shaped) -> Content | None:
        """Return the template of a shape with the values in it, or None if there is none to be had now."""
        now = self._clock.now()
        if self._quiet_until is not None and now < self._quiet_until:
            return None
        try:
            async with asyncio.timeout(PATIENCE_S), self._lock:
                return Content(await self._sid(shaped), shaped.values)
        except (DeliveryFailed, TimeoutError) as failed:
            self._quiet_until = now + QUIET_AFTER_FAILURE
            code = failed.code if isinstance(failed, DeliveryFailed) else "too_slow"
            _log.warning("no_templates", code=code, again_in_s=QUIET_AFTER_FAILURE.total_seconds())
            return None

    def forget(self) -> None:
        """Look at the account again next time: somebody has taken a template away."""
        self._sids = None

    async def _sid(self, shaped: Shaped) -> str:
        if self._sids is None:
            found = await self._account.templates()
            self._sids = {name: sid for name, sid in found.items() if name.startswith(f"{FAMILY}_")}
        name, types = shaped.shape
        sid = self._sids.get(name)
        if sid is None:
            # Samples are shown to whoever looks at templates in Twilio's console: nothing of this reply is in them.
            samples = dict.fromkeys(shaped.values, "…")
            sid = self._sids[name] = await self._account.create_template(name, types, samples=samples)
        return sid
