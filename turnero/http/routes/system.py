"""What operators and readers ask: is it alive, is it ready, how is it doing, how is it used."""

from __future__ import annotations

from collections.abc import Callable

from turnero.engine.domain.errors import NotFound
from turnero.http import access, docs
from turnero.http.metrics import CONTENT_TYPE as METRICS_TYPE
from turnero.http.routing import JSON, AnyRoute, Call, Empty, Rendered, Route
from turnero.http.wire import render, shapes

TAG = "System"


async def live(_call: Call[Empty, Empty]) -> shapes.Live:
    return shapes.Live()


async def ready(call: Call[Empty, Empty]) -> shapes.Ready:
    return render.ready(await call.service.ready())


async def docs_page(_call: Call[Empty, Empty]) -> Rendered:
    return docs.page()


async def docs_asset(call: Call[Empty, Empty]) -> Rendered:
    asset = docs.asset(call.path["asset"])
    if asset is None:
        raise NotFound("file")
    return asset


def routes(*, metrics_page: Callable[[], bytes], document: Callable[[], bytes]) -> tuple[AnyRoute, ...]:
    """Return the system's routes; `document` is the OpenAPI document, of which these routes are a part themselves."""

    async def metrics(_call: Call[Empty, Empty]) -> Rendered:
        return Rendered(metrics_page(), METRICS_TYPE)

    async def openapi(_call: Call[Empty, Empty]) -> Rendered:
        return Rendered(document(), JSON)

    return (
        Route(
            method="GET",
            path="/health/live",
            name="live",
            tag=TAG,
            summary="Say that the process runs",
            access=access.PUBLIC,
            handler=live,
            answer=shapes.Live,
        ),
        Route(
            method="GET",
            path="/health/ready",
            name="ready",
            tag=TAG,
            summary="Say whether requests can be served; the database is asked",
            access=access.PUBLIC,
            handler=ready,
            answer=shapes.Ready,
        ),
        Route(
            method="GET",
            path="/metrics",
            name="metrics",
            tag=TAG,
            summary="Read Prometheus metrics",
            access=access.PUBLIC,
            handler=metrics,
            answer=str,
            media="text/plain",
        ),
        Route(
            method="GET",
            path="/api/openapi.json",
            name="openapi",
            tag=TAG,
            summary="Read this document",
            access=access.PUBLIC,
            handler=openapi,
            answer=dict,
        ),
        Route(
            method="GET",
            path="/api/docs",
            name="docs",
            tag=TAG,
            summary="Read this document as a page; it works without the internet",
            access=access.PUBLIC,
            handler=docs_page,
            answer=str,
            media="text/html",
        ),
        Route(
            method="GET",
            path="/api/docs/{asset}",
            name="docsAsset",
            tag=TAG,
            summary="Load a script or a style sheet of that page",
            access=access.PUBLIC,
            handler=docs_asset,
            answer=str,
            media="*/*",
        ),
    )
