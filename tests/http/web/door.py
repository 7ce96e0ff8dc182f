"""What a browser does at the door: opens pages, posts what they post, keeps cookies."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import Morsel
from typing import Any, NamedTuple

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


class Answer(NamedTuple):
    status: int
    headers: CIMultiDictProxy[str]
    body: Any

    @property
    def code(self) -> str:
        code: str = self.body["code"]
        return code


class Door:
    """A browser, signed in or not."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self.base = base

    async def ask(
        self, method: str, path: str, body: object = None, *, headers: Mapping[str, str] = FROM_OUR_PAGE, **how: Any
    ) -> Answer:
        """Send a request as one of our pages does, unless `headers` say otherwise."""
        address = URL(self.base + path, encoded=True)
        async with self._session.request(method, address, json=body, headers=headers, **how) as response:
            is_json = response.content_type.endswith("json")
            return Answer(
                response.status,
                response.headers,
                await (response.json(content_type=None) if is_json else response.read()),
            )

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def enter(self, path: str, *, headers: Mapping[str, str] = FROM_OUR_PAGE) -> Answer:
        """Do what the page behind a link does."""
        page, _, secret = path.partition("#")
        return await self.ask("POST", URL(page).path, {"secret": secret}, headers=headers)

    def cookie(self) -> Morsel[str] | None:
        """Return the cookie of the session, if there is one."""
        return next((cookie for cookie in self._session.cookie_jar if "session" in cookie.key), None)
