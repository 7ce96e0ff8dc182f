"""The yardstick: the least that an aiohttp server can do. Every rate is also given as a share of this one's."""

from __future__ import annotations

import sys

import uvloop
from aiohttp import web

# As large as a small answer of the API.
ANSWER = b'{"id":"bkg_00000000000000000000000000000000","status":"CONFIRMED","sequence":17,"revision":1}'


async def answer(_request: web.Request) -> web.Response:
    return web.Response(body=ANSWER, content_type="application/json")


def main(port: int) -> None:
    app = web.Application()
    app.router.add_get("/", answer)
    web.run_app(
        app,
        host="127.0.0.1",
        port=port,
        access_log=None,
        loop=uvloop.new_event_loop(),
        print=lambda _banner: print("listening", flush=True),
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
