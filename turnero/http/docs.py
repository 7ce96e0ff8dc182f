"""The documentation page, which works without the internet: its scripts are served from here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from turnero.http.routing import Rendered

# Swagger UI, as the package `offapi` carries it.
ASSETS: Mapping[str, str] = {
    "swagger_bundle.js": "text/javascript; charset=utf-8",
    "swagger_preset.js": "text/javascript; charset=utf-8",
    "swagger_style.css": "text/css; charset=utf-8",
}

# Swagger UI sets style attributes and draws its icons from data URLs; nothing else is needed from anywhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Turnero API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger_style.css">
</head>
<body>
<div id="docs"><p>The document itself: <a href="openapi.json">openapi.json</a></p></div>
<script src="docs/swagger_bundle.js"></script>
<script src="docs/swagger_preset.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = """window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#docs",
    deepLinking: true,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
  });
});
"""

_FOR_A_DAY = {"Cache-Control": "public, max-age=86400"}


def page() -> Rendered:
    """Return the page itself; it finds its scripts relative to its own address."""
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    return Rendered(_PAGE.encode(), "text/html; charset=utf-8", headers)


def asset(name: str) -> Rendered | None:
    """Return one of the page's scripts or styles, or None for any other name."""
    if name == "start.js":
        return Rendered(_START.encode(), "text/javascript; charset=utf-8", _FOR_A_DAY)
    content_type = ASSETS.get(name)
    return None if content_type is None else Rendered(_read(name), content_type, _FOR_A_DAY)


@cache
def _read(name: str) -> bytes:
    # Found, not imported: importing offapi builds 9 MB of templates that nobody here uses.
    spec = find_spec("offapi")
    assert spec is not None, "offapi is a dependency"
    assert spec.origin is not None, "offapi is a package of files"
    return (Path(spec.origin).parent / name).read_bytes()
