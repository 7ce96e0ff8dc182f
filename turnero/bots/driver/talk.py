"""One message, and the conversation with one business that hears it: steps, and the errands between them.

Nothing is true before the turn at the end is finished, but for the commands that were given on the way. A crash in
between leaves them given. So whatever the conversation went by is noted before each command: whoever answers the
message again goes the same way, gives the same commands under the same keys, and gets the same answers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import msgspec

from turnero.bots import conversation
from turnero.bots.conversation import Conversation
from turnero.bots.conversation import effects as fx
from turnero.bots.conversation.inbound import Inbound
from turnero.bots.conversation.reply import Reply
from turnero.bots.conversation.shop import Shop
from turnero.bots.driver.handing_over import letters
from turnero.bots.driver.identity import Speaker
from turnero.bots.driver.performer import COMMANDS, Performer
from turnero.bots.driver.wire import Begun, Performed, begun, context_of, encode_begun, key_of
from turnero.engine.ports import Clock
from turnero.engine.ports.chats import ChatItem, ChatReply, ChatRow, Chats, ChatTurn
from turnero.engine.runtime.service import BookingService

# The longest errand that a conversation has looks for slots week after week. More than this goes round in circles.
EFFECTS_MAX = 40

# Says who is talking, once more, with a number that the channel vouches for.
MeetAgain = Callable[[Speaker], Awaitable[fx.Met]]


class Overtaken(Exception):
    """Another process answers the same message, and is ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What a conversation's errands are done with."""

    service: BookingService
    chats: Chats
    clock: Clock
    meet: MeetAgain


class Talk:
    """A message being answered. `row` is where the conversation stood before."""

    def __init__(self, tools: Tools, item: ChatItem, shop: Shop, *, row: ChatRow | None, speaker: Speaker) -> None:
        self.shop = shop
        self.speaker = speaker
        self._tools = tools
        self._item = item
        self._row = row
        before = begun(item, now=tools.clock.now())
        self._at = before.at
        self._met = before.met
        self._recorded = deque(before.performed)
        self._performed: list[Performed] = []
        self._commands = 0
        self._state = conversation.restore(None if row is None else row.state, shop, now=self._at)
        self._replies: list[Reply] = []
        self._letters: list[ChatReply] = []
        self._muted: bool | None = None

    @property
    def state(self) -> Conversation:
        return self._state

    async def meet(self) -> None:
        """Let the conversation know who is talking."""
        if self._met is None:
            self._met = await self._tools.meet(self.speaker)
        self.speaker = self.speaker.introduced(self._met)
        await self.hear(self._met)

    def say(self, reply: Reply) -> None:
        """Say something that the conversation has nothing to do with."""
        self._replies.append(reply)

    async def hear(self, heard: Inbound | fx.Met) -> None:
        """Let the conversation hear something, and do what it wants done, until it wants nothing more.

        Raises:
            Unavailable: the engine cannot be reached.
            Overtaken: somebody else is answering the same message.
        """
        wanted = deque(self._step(heard))
        for _ in range(EFFECTS_MAX):
            if not wanted:
                return
            outcome = await self._outcome(wanted.popleft())
            wanted.extend(self._step(outcome))
        raise AssertionError(f"a conversation wants more than {EFFECTS_MAX} things done")

    def turn(self) -> ChatTurn:
        """Return all that has come of the message."""
        item, speaker, row = self._item, self.speaker, self._row
        after = ChatRow(
            channel=item.channel,
            person=item.person,
            business_id=self.shop.business_id,
            state=conversation.encode(self._state),
            version=1 if row is None else row.version + 1,
            heard_at=item.at,
            customer_id=speaker.customer_id,
            provider_id=speaker.provider_id,
            phone=speaker.phone,
            linked_by=speaker.linked_by,
            language=self._state.language,
        )
        card = context_of(item).card
        replies = (*(chat_reply(reply, card=card) for reply in self._replies), *self._letters)
        return ChatTurn(item=item, at=self._tools.clock.now(), after=after, replies=replies, muted=self._muted)

    # --- Errands ------------------------------------------------------------------------------------------------------

    def _step(self, heard: Inbound | fx.Outcome) -> tuple[fx.Effect, ...]:
        step = conversation.step(self._state, heard, shop=self.shop, now=self._at)
        self._state = step.state
        self._replies.extend(step.replies)
        return step.effects

    async def _outcome(self, effect: fx.Effect) -> fx.Outcome:
        match effect:
            # What becomes true only with the turn itself is done anew each time.
            case fx.HandOver(said=said):
                self._letters += await letters(self._tools.chats, self.speaker, self.shop, said)
                return fx.HandedOver(told=bool(self._letters))
            case fx.SetMuted(muted=muted):
                self._muted = muted
                return fx.Done()
            case _:
                return await self._done(effect)

    async def _done(self, effect: fx.Effect) -> fx.Outcome:
        if isinstance(effect, COMMANDS):
            self._commands += 1
        outcome = await self._recall(effect) or await self._perform(effect)
        self._performed.append(Performed(effect=effect, outcome=outcome))
        if isinstance(effect, fx.Identify) and isinstance(outcome, fx.Met):
            self.speaker = replace(self.speaker, phone=effect.phone).introduced(outcome)
        return outcome

    async def _recall(self, effect: fx.Effect) -> fx.Outcome | None:
        """Return what came of the effect the last time this message was answered, as far as that got."""
        if self._recorded and self._recorded[0].effect == effect:
            return self._recorded.popleft().outcome
        # It goes another way than last time: what was found then counts no more.
        self._recorded.clear()
        return None

    async def _perform(self, effect: fx.Effect) -> fx.Outcome:
        if isinstance(effect, fx.Identify):
            return await self._tools.meet(replace(self.speaker, phone=effect.phone))
        key = None
        if isinstance(effect, COMMANDS):
            await self._note()
            key = key_of(self._item, self._commands)
        performer = Performer(
            self._tools.service,
            self._tools.clock,
            speaker=self.speaker,
            shop=self.shop,
            language=self._state.language,
        )
        return await performer.perform(effect, key=key)

    async def _note(self) -> None:
        so_far = encode_begun(Begun(at=self._at, met=self._met, performed=tuple(self._performed)))
        if so_far == self._item.so_far:
            return
        if not await self._tools.chats.note(self._item, so_far):
            raise Overtaken
        self._item = msgspec.structs.replace(self._item, so_far=so_far)


def chat_reply(reply: Reply, *, card: str | None = None) -> ChatReply:
    """Return a reply as it is stored. `card` is the message of ours that was answered by pressing a choice of it."""
    about = reply.about
    return ChatReply(
        body=msgspec.json.encode(reply).decode(),
        replaces=card if reply.replaces else None,
        booking_id=None if about is None else about.booking_id,
        kind=None if about is None else about.kind,
    )
