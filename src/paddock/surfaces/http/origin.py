"""Is a browser's write its user's wish? By where the browser says that it comes from."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request

from paddock.core.errors import Code, Invalid
from paddock.surfaces.http.problems import refused_origin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def require_host(request: Request, hosts: Collection[str]) -> None:
    """Raises Invalid (request.host) for a name that is not ours: a page that points its own name at us gets nowhere."""
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name.lower() not in hosts:
        raise Invalid(
            Code.REQUEST_HOST,
            "this server is not known by that name",
            where="host",
            seen=name[:80],
            rule="a server answers to the names it was told",
        )


def require_origin(request: Request, origins: Collection[str], *, by_cookie: bool) -> None:
    """Raises Refused (access.origin) for a write that another site's page may have caused.

    What says nothing of its origin is no browser of the last years; it may write, but not by a cookie.
    """
    if request.method in SAFE_METHODS:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if origin in origins:
        return
    if site is not None:
        allowed = site in ("same-origin", "none")
    elif origin is not None:
        allowed = urlsplit(origin).netloc == request.headers.get("host")
    else:
        allowed = not by_cookie
    if not allowed:
        raise refused_origin(origin or site or "nothing")
