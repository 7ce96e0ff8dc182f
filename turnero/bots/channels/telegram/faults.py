"""What Telegram's errors mean for a message: it may go later, it never will, or nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from turnero.bots.ports import DeliveryFailed, OutcomeUnknown, TryLater, Undeliverable

# Failed before anything was sent: there was no connection yet.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)

# Descriptions in Telegram's own words, for they are all there is; the library takes "Bad Request: " off.
_UNREACHABLE: Mapping[str, str] = {
    "bot was blocked": "blocked",
    "user is deactivated": "deactivated",
    "can't initiate conversation": "not_started",
    "chat not found": "chat_not_found",
}
_NOT_MODIFIED = "message is not modified"


def failure_of(error: TelegramError) -> DeliveryFailed:
    """Return what `error` means for the message that was to be sent.

    Telegram's own words stay behind: they may quote what was sent.
    """
    match error:
        case RetryAfter():
            after = error.retry_after
            assert isinstance(after, timedelta), "this package has asked the library for timedeltas"
            return TryLater("too_many_requests", after=after)
        case Forbidden() | BadRequest() | ChatMigrated():
            said = error.message.casefold()
            return Undeliverable(next((code for words, code in _UNREACHABLE.items() if words in said), "refused"))
        case InvalidToken():
            # Ours to mend, and no fault of the person's.
            return TryLater("unauthorized")
        case NetworkError() if isinstance(error.__cause__, _NOT_SENT):
            return TryLater("away", type(error.__cause__).__name__)
        case NetworkError() if isinstance(error.__cause__, httpx.HTTPError):
            return OutcomeUnknown("no_answer", type(error.__cause__).__name__)
        case NetworkError():
            # It answered, with a 5xx.
            return TryLater("unavailable")
        case _:
            # A success that could not be read, most likely.
            return OutcomeUnknown("unreadable_answer", type(error).__name__)


def is_as_it_was(error: BadRequest) -> bool:
    """Tell whether an edit was refused because the message says that already: as good as done."""
    return _NOT_MODIFIED in error.message.casefold()
