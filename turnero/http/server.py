"""Puts the REST face together: the table becomes an aiohttp application, and the application a server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from aiohttp import web
from prometheus_client import CollectorRegistry

from turnero.engine.runtime.service import BookingService
from turnero.http import openapi
from turnero.http.auth import Authenticator
from turnero.http.connection import ProblemServer
from turnero.http.decoding import BODY_BYTES_MAX
from turnero.http.endpoint import Endpoint, endpoint
from turnero.http.gateway.gateway import STREAM, Gateway, Stream
from turnero.http.metrics import Metrics, registry_of_process
from turnero.http.middleware import outermost
from turnero.http.request_log import RequestLog, Write
from turnero.http.routes import API_ROUTES, system
from turnero.http.routes.stream import routes as stream_routes
from turnero.http.routing import AnyRoute
from turnero.http.web.pages import Pages
from turnero.http.web.sessions import Sessions, Web
from turnero.http.wire import render

ROUTES: web.AppKey[Sequence[AnyRoute]] = web.AppKey("routes", Sequence)

# How long a keep-alive connection may idle. Longer than the usual 60 s of a load balancer in front, so that it is the
# balancer that closes, and never a request that meets a closing door.
KEEP_ALIVE_S = 75.0


def make_app(
    service: BookingService,
    *,
    secret: str,
    registry: CollectorRegistry | None = None,
    more_routes: Sequence[AnyRoute] = (),
    hooks: Sequence[web.RouteDef] = (),
    write_requests: Write | None = None,
    stream: Stream | None = None,
    pages: Web | None = None,
) -> web.Application:
    """Return the application that serves `service` over HTTP.

    `secret` signs tokens. Metrics go to `registry`; by default a new one, which tells of the process as well.
    `more_routes` are rows from other rooms (a demo's clock): they are checked and documented like any other.
    `hooks` are what channels serve: webhooks and pages, which are no part of the API and let in whom they choose.
    `write_requests` takes the lines of the request log, in bursts; without it each line goes through structlog.
    `stream` is what the WebSocket gateway stands on; without it there is no gateway. `pages` is what the calendar on
    the web is told from outside: nothing, unless said.
    """
    request_log = RequestLog(write_requests)
    registry = registry_of_process() if registry is None else registry
    metrics = Metrics(registry)
    authenticator = Authenticator(secret=secret, find_integrator=service.integrator)
    gateway = None if stream is None else Gateway(service, stream, authenticator=authenticator, registry=registry)
    pages = pages or Web()
    sessions = Sessions(service, pages)

    @cache
    def document() -> bytes:
        # When somebody reads it, and not before: it takes longer than all the rest of this.
        return render.encode(openapi.document(routes))

    routes = (
        *API_ROUTES,
        *more_routes,
        *(() if gateway is None else stream_routes(gateway)),
        *system.routes(metrics_page=metrics.page, document=document),
    )
    endpoints: dict[tuple[str, str], Endpoint] = {}
    for route in routes:
        handler = endpoint(route, service=service, authenticator=authenticator, find_session=sessions.bearer)
        for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
            assert (method, route.path) not in endpoints, f"two rows for {method} {route.path}"
            endpoints[method, route.path] = handler
    door = Pages(service, sessions, pages)
    endpoints |= door.endpoints()
    if gateway is not None:
        endpoints["GET", STREAM] = gateway.handle
    declared = {*endpoints.values(), *(cast("Endpoint", hook.handler) for hook in hooks)}
    app = web.Application(
        middlewares=[outermost(metrics=metrics, declared=declared, request_log=request_log)],
        client_max_size=BODY_BYTES_MAX,
    )

    async def flush(_: web.Application) -> None:
        request_log.flush()

    app.on_cleanup.append(flush)
    app.on_cleanup.append(door.close)
    app[ROUTES] = routes
    for (method, path), handler in endpoints.items():
        app.router.add_route(method, path, handler)
    app.router.add_routes(hooks)
    if gateway is not None:
        app.on_startup.append(gateway.start)
        app.on_shutdown.append(gateway.stop)
        app.on_cleanup.append(gateway.close)
    return app


class Runner(web.AppRunner):
    """An `AppRunner` with our limits, which answers unreadable requests with a problem as well.

    `cleanup()` stops listening, lets the requests that have begun finish for `shutdown_timeout_s`, then closes.
    """

    def __init__(self, app: web.Application, *, shutdown_timeout_s: float = 10.0) -> None:
        super().__init__(
            app,
            # The middleware writes the request log; aiohttp's would hold addresses and query strings.
            access_log=None,
            # A client that gives up must not leave a command half asked.
            handler_cancellation=False,
            keepalive_timeout=KEEP_ALIVE_S,
            shutdown_timeout=shutdown_timeout_s,
        )

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        kwargs: dict[str, Any] = self._kwargs
        return ProblemServer(server.request_handler, request_factory=server.request_factory, **kwargs)
