"""The web app, as it was built: its files by their names, and its page for whatever else a browser navigates to."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from paddock.surfaces.http.gate import Gate

PAGE: Final = "index.html"
HASHED: Final = "assets/"  # files whose names change with their content
MEDIA: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
PACKED: Final = frozenset({".html", ".js", ".css", ".json", ".webmanifest", ".txt", ".svg"})
POLICY: Final = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind} 'self'" for kind in ("script-src", "style-src", "font-src", "connect-src", "manifest-src")),
        "img-src 'self' data:",
        *(f"{kind} 'none'" for kind in ("frame-ancestors", "base-uri", "form-action")),
    ]
)
NOT_BUILT: Final = """The web app is not built.

In a checkout, `make web` builds it; then start the server again. The API answers under /api/v1.
"""


@dataclass(frozen=True, slots=True)
class File:
    """`packed` is the content in gzip, None where that is no use."""

    content: bytes
    packed: bytes | None
    etag: str
    headers: Mapping[str, str]


class Site:
    """An ASGI application for what no route takes; `nothing` answers what is not a file, nor a page to navigate to.

    Paths are looked up among the names of the files there are, so that none leads anywhere else.
    """

    def __init__(self, folder: Path, nothing: ASGIApp) -> None:
        self._folder = folder
        self._nothing = nothing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._nothing(scope, receive, send)
            return
        request = Request(scope)
        gate: Gate = request.app.state.gate
        gate.admit_visitor(request)
        response = await run_in_threadpool(self._answer, request)
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        """Raises HTTPException (404) for what is the API's, and for a file that is not there."""
        path = request.url.path.removeprefix("/")
        if request.method not in ("GET", "HEAD") or path.partition("/")[0] == "api":
            raise HTTPException(404)
        file = self._files.get(path)
        if file is None and "text/html" in request.headers.get("accept", ""):
            file = self._files.get(PAGE)
            if file is None:
                return PlainTextResponse(NOT_BUILT, 404)
        if file is None:
            raise HTTPException(404)
        return _response(file, request)

    @cached_property
    def _files(self) -> Mapping[str, File]:
        """All of them, by path; read at the first request."""
        found = (path for path in self._folder.rglob("*") if path.is_file())
        names = {path.relative_to(self._folder).as_posix(): path for path in found}
        return {name: _read(name, path) for name, path in names.items() if not name.startswith(".")}


def _read(name: str, path: Path) -> File:
    content = path.read_bytes()
    headers = {
        "Content-Type": MEDIA.get(path.suffix, "application/octet-stream"),
        "Content-Security-Policy": POLICY,
        "Cache-Control": "public, max-age=31536000, immutable" if name.startswith(HASHED) else "no-cache",
        "ETag": f'W/"{hashlib.sha256(content).hexdigest()[:32]}"',
        "Vary": "Accept-Encoding",
    }
    packed = gzip.compress(content, mtime=0) if path.suffix in PACKED else None
    return File(content, packed, headers["ETag"], headers)


def _response(file: File, request: Request) -> Response:
    if file.etag in (tag.strip() for tag in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=file.headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, headers={**file.headers, "Content-Encoding": "gzip"})
    return Response(file.content, headers=file.headers)
