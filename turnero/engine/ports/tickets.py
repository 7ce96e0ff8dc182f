"""Tickets: what a page shows once in place of a token, where a token would end up in logs."""

from __future__ import annotations

from typing import Protocol


class Tickets(Protocol):
    """Keeps a content for whoever presents its ticket first, in whichever process of the installation.

    An outage of the store that processes share makes tickets good only where they were issued, and never good twice.
    """

    async def issue(self, content: str, *, ttl_s: int) -> str:
        """Return a fresh ticket that nobody can guess, good once, for `ttl_s` seconds."""
        ...

    async def take(self, ticket: str) -> str | None:
        """Return what a ticket was issued for, and make it worthless; None: unknown, used, or run out.

        Of any number who take one ticket at the same moment, one gets the content.
        """
        ...
