"""Tickets: what a page shows once in place of a token, where a token would end up in logs."""

from __future__ import annotations

from typing import Protocol


class Tickets(Protocol):
    """Keeps a content for whoever presents its ticket first. A ticket is good in every process of the installation."""

    async def issue(self, content: str, *, ttl_s: int) -> str:
        """Return a fresh ticket that nobody can guess, good once, for `ttl_s` seconds.

        Raises:
            Unavailable(`not_ready`): the store that all processes share is away.
        """
        ...

    async def take(self, ticket: str) -> str | None:
        """Return what a ticket was issued for, and make it worthless; None: unknown, used, or run out.

        Of any number who take one ticket at the same moment, one gets the content.

        Raises:
            Unavailable(`not_ready`): the store that all processes share is away.
        """
        ...
