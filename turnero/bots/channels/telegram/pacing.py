"""How fast one chat is written to. The library paces the bot as a whole; what is too much for one chat is ours to know.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: one message a second in a chat, with
short bursts.
"""

from __future__ import annotations

# A turn of a conversation is one to three messages, and a notice may come in between.
BURST = 4
EVERY_S = 1.0

# Chats that may be written to at once need no memory; they are thrown out when there are so many.
CHATS_REMEMBERED_MAX = 10_000


# Whoever would have to wait longer than this waits in the outbox, where it keeps nobody from being served.
PATIENCE_S = 3.0


class Pacing:
    """A leaky bucket for each chat, in seconds of any clock that does not go back."""

    def __init__(self, *, burst: int = BURST, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._slack_s = (burst - 1) * every_s
        # When each chat will have got over what was sent to it.
        self._over_at: dict[int, float] = {}

    def wait_s(self, chat_id: int, *, now: float) -> float:
        """Return how long it is until the chat may be written to, and take that place if it is worth waiting for."""
        over_at = max(self._over_at.get(chat_id, now), now)
        wait_s = max(0.0, over_at - now - self._slack_s)
        if wait_s <= PATIENCE_S:
            if chat_id not in self._over_at and len(self._over_at) >= CHATS_REMEMBERED_MAX:
                self._over_at = {chat: at for chat, at in self._over_at.items() if at > now}
            self._over_at[chat_id] = over_at + self._every_s
        return wait_s
