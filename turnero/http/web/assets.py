"""The files that browsers are given: pages, scripts, styles. Read once, compressed once, named by their content.

Scripts and styles live under a digest of all of them, and import each other by relative paths: so they are kept for a
year, and a new version is new addresses. The pages that name the digest are asked for each time, and answered with
304 mostly.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

STATIC = Path(__file__).parent / "static"

# Where the files are, from the outside.
ASSETS = "/calendar/assets"

_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}

# Scripts and styles of our own files only, none within the page; nothing may frame it, and forms go nowhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_FOR_A_YEAR = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"


class File(NamedTuple):
    """A file as it is sent: plain, and compressed where that makes it smaller."""

    content_type: str
    plain: bytes
    zipped: bytes | None
    etag: str


@cache
def files() -> Mapping[str, File]:
    """Return all files by their path below `static/`; a page has the digest of the others in it."""
    paths = sorted(path for path in STATIC.rglob("*") if path.suffix in _TYPES)
    contents = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in paths}
    where = f"{ASSETS}/{digest(contents)}".encode()
    return {
        name: _file(name, content.replace(b"{assets}", where) if name.endswith(".html") else content)
        for name, content in contents.items()
    }


def digest(contents: Mapping[str, bytes]) -> str:
    """Return what changes when any of the files does."""
    whole = hashlib.sha256()
    for name, content in contents.items():
        whole.update(f"{name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()[:16]


def answer(request: web.Request, file: File, *, for_a_year: bool) -> web.Response:
    """Return `file` as an answer to `request`: as it is, compressed, or 304 (RFC 9110 §13.1.2)."""
    headers = {
        "Content-Type": file.content_type,
        "ETag": file.etag,
        "Vary": "Accept-Encoding",
        "Cache-Control": _FOR_A_YEAR if for_a_year else _ASK_EACH_TIME,
    }
    if file.content_type.startswith("text/html"):
        headers["Content-Security-Policy"] = POLICY
        # No window of another site keeps a hand on this one.
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if file.etag in (tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")):
        return web.Response(status=304, headers=headers)
    if file.zipped is not None and "gzip" in request.headers.get("Accept-Encoding", "").lower():
        return web.Response(body=file.zipped, headers={**headers, "Content-Encoding": "gzip"})
    return web.Response(body=file.plain, headers=headers)


def _file(name: str, content: bytes) -> File:
    # `mtime` is in the format, and must not make one program's files differ from another's.
    zipped = gzip.compress(content, 9, mtime=0)
    return File(
        content_type=_TYPES[Path(name).suffix],
        plain=content,
        zipped=zipped if len(zipped) < len(content) else None,
        etag=f'"{hashlib.sha256(content).hexdigest()[:16]}"',
    )
