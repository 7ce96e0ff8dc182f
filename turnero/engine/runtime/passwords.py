"""Passwords: hashed with argon2id, off the event loop, a few at a time."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106's second recommended option, which is the library's default: 64 MiB, three passes, some 50 ms.
_hasher = PasswordHasher()

# Each takes 64 MiB and a core while it lasts: whoever sends many at once must wait for each other, and nobody else.
_AT_ONCE = 2


class Passwords:
    """Hashes passwords and checks them."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hashed(self, password: str) -> str:
        """Return the hash of a password, with its salt and cost in it."""
        async with self._turn:
            return await asyncio.to_thread(_hasher.hash, password)

    async def is_right(self, password: str, hashed: str | None) -> bool:
        """Tell whether `password` is the one that was hashed. Against None it never is, and takes as long."""
        async with self._turn:
            return await asyncio.to_thread(_is_right, password, hashed)


def _is_right(password: str, hashed: str | None) -> bool:
    right = _verify(password, hashed or _nobodys())
    return right and hashed is not None


@cache
def _nobodys() -> str:
    """Return the hash of no password that anybody has, so that there is something to check where there is none."""
    return _hasher.hash("")


def _verify(password: str, hashed: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False
