"""What channels say later of messages that they took, and what they say of the people these were for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import structlog

from turnero.bots.courier.metrics import CourierMetrics
from turnero.bots.ports import DeliveryFailed, Report, ReportedStatus, Undeliverable
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports import Clock
from turnero.engine.ports.outbox import Address, Outbox
from turnero.engine.ports.timing import TimingQueue

log = structlog.get_logger(__name__)

# A channel may report on a message before its courier has written down under which id it was sent.
LOOK_AGAIN_S = (1.0, 4.0)

# What channels say of somebody who cannot be reached there any more, whatever the message.
UNREACHABLE = frozenset({"blocked", "deactivated", "not_started", "chat_not_found"})

_STATUS = {ReportedStatus.DELIVERED: MessageStatus.DELIVERED, ReportedStatus.FAILED: MessageStatus.FAILED}


class Marks(Protocol):
    """Where it is noted that somebody cannot, or does not want to, be reached in a conversation: a part of `Chats`."""

    async def mark(
        self, channel: str, person: str, *, muted: bool | None = None, blocked: bool | None = None
    ) -> None: ...


class Reports:
    """Writes down what is reported. `on_planned` hears when a message has its turn once more."""

    def __init__(
        self,
        outbox: Outbox,
        queue: TimingQueue,
        marks: Marks,
        *,
        clock: Clock,
        metrics: CourierMetrics,
        on_planned: Callable[[], None],
    ) -> None:
        self._outbox = outbox
        self._queue = queue
        self._marks = marks
        self._clock = clock
        self._metrics = metrics
        self._on_planned = on_planned
        self._background: set[asyncio.Task[None]] = set()

    async def take(self, report: Report) -> None:
        """Write down a report; one about a message that nobody knows yet is tried again in the background."""
        self._metrics.reported.labels(report.channel, report.status.value).inc()
        if not await self._write(report):
            self._soon(self._try_again(report))

    def note_failure(self, to: Address, error: DeliveryFailed) -> None:
        """Note what a failed try says of the person, not only of the message."""
        if isinstance(error, Undeliverable) and error.opted_out:
            self._soon(self._opted_out(to))
        elif isinstance(error, Undeliverable) and error.code in UNREACHABLE:
            self._soon(self._marks.mark(to.channel, to.address, blocked=True))

    async def stop(self) -> None:
        """Give up what could not be written so far."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _write(self, report: Report) -> bool:
        reported = await self._outbox.report(
            report.channel, report.external_id, _STATUS[report.status], now=self._clock.now(), error=report.code
        )
        if reported is None:
            return False
        if report.opted_out:
            await self._opted_out(reported.address)
        if reported.again is not None:
            await self._queue.push([reported.again])
            self._on_planned()
        return True

    async def _try_again(self, report: Report) -> None:
        for pause_s in LOOK_AGAIN_S:
            await asyncio.sleep(pause_s)
            if await self._write(report):
                return
        log.info("report_about_nothing", channel=report.channel, status=report.status)

    async def _opted_out(self, address: Address) -> None:
        await self._marks.mark(address.channel, address.address, muted=True)
        await self._outbox.close_address(address, now=self._clock.now())

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._logged(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Unavailable as away:
            log.warning("report_not_written", code=away.code)
