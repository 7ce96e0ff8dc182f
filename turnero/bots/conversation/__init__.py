"""The conversation: a pure core. What was said goes in; a new state, things to do, and replies come out."""

from __future__ import annotations

from turnero.bots.conversation.state import Conversation, encode, new_conversation, restore
from turnero.bots.conversation.step import Step, step

__all__ = ["Conversation", "Step", "encode", "new_conversation", "restore", "step"]
