"""Messages that were sent, and those that could not be: `BookingService`'s part for whoever answers for a business."""

from __future__ import annotations

from turnero.engine.domain.errors import Conflict, NotFound
from turnero.engine.domain.messages import MessageStatus
from turnero.engine.ports import Business, MessageRecord
from turnero.engine.ports.outbox import MessagePage
from turnero.engine.runtime.desk import MANAGEMENT, Desk, require_business, require_role
from turnero.engine.runtime.requests import Caller


class MessageDesk(Desk):
    """Shows a business its messages, and has those sent again that could not be delivered."""

    async def messages_of(
        self, caller: Caller, business: str, status: MessageStatus, *, limit: int, cursor: str | None
    ) -> tuple[Business, MessagePage]:
        """Return a page of a business's messages in some status, the newest first."""
        require_role(caller.actor, MANAGEMENT)
        found = await self.business(business)
        require_business(caller.actor, found.id)
        return found, await self._catalogue.messages_of(found.id, status, limit=limit, cursor=cursor)

    async def resend_message(self, caller: Caller, message_id: str) -> tuple[Business, MessageRecord]:
        """Have a message sent that could not be delivered, on all channels anew; return it as it is then.

        One that waits for its turn already is left as it is, so that asking twice is asking once.

        Raises:
            Conflict(`transition_not_allowed`): it was sent, or is not true any more.
        """
        require_role(caller.actor, MANAGEMENT)
        message = await self._catalogue.message(message_id)
        if message is None:
            raise NotFound("message")
        require_business(caller.actor, message.business_id)
        if not await self._catalogue.resend(message_id, now=self._clock.now()):
            if message.status is not MessageStatus.PLANNED:
                raise Conflict("transition_not_allowed", {"status": message.status}, "Only what has failed is resent.")
        else:
            message = await self._catalogue.message(message_id) or message
        return await self.business(message.business_id), message
