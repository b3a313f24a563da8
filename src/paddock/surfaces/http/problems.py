"""Every failure as one shape: the error tree's, with the status that tells the same to whoever reads only that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match

from paddock.core.errors import Code, Invalid, NotFound, PaddockError, Problem, Refused, Unavailable
from paddock.surfaces.http.models.base import FORMS

STATUS_OF_KIND: Final = {
    "invalid": 400,
    "not_found": 404,
    "refused": 409,
    "unknown": 409,
    "unavailable": 503,
    "error": 500,
}
STATUS_OF_CODE: Final = {
    Code.ACCESS_ANONYMOUS: 401,
    Code.ACCESS_SIGN_IN: 401,
    Code.ACCESS_SCOPE: 403,
    Code.ACCESS_ORIGIN: 403,
    Code.REQUEST_METHOD: 405,
    Code.REQUEST_TIME: 408,
    Code.REQUEST_SIZE: 413,
    Code.REQUEST_RATE: 429,
}
RETRY_S: Final = 1
MAX_SEEN: Final = 80
MAX_PROBLEMS: Final = 50


class TooMany(Unavailable):
    """Not now; in so many seconds."""

    def __init__(self, code: Code, message: str, *, retry_after_s: int, where: str = "", rule: str = "") -> None:
        super().__init__(code, message, where=where, rule=rule, suggestion=f"try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


def status_of(error: PaddockError) -> int:
    return STATUS_OF_CODE.get(error.code, STATUS_OF_KIND[error.kind])


def response_to(error: PaddockError, headers: Mapping[str, str] | None = None) -> Response:
    """The error as JSON in ASCII, whatever characters it quotes."""
    status = status_of(error)
    sent = dict(headers or {})
    if status == 401:
        sent["WWW-Authenticate"] = "Bearer"
    if isinstance(error, Unavailable):
        sent["Retry-After"] = str(error.retry_after_s if isinstance(error, TooMany) else RETRY_S)
    return Response(json.dumps(error.as_dict()), status, sent, media_type="application/json")


def of_bug() -> PaddockError:
    return PaddockError(Code.INTERNAL, "a bug of ours", rule="the log has more under this request's X-Request-Id")


async def on_error(_request: Request, error: Exception) -> Response:
    """Of the tree."""
    assert isinstance(error, PaddockError)
    return response_to(error)


async def on_http(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such path, not that method, a body that cannot be read."""
    assert isinstance(error, HTTPException)
    path = request.scope.get("path", "")
    if error.status_code == 404:
        refused: PaddockError = NotFound(Code.REQUEST_PATH, "there is no such path", where="path", seen=path)
    elif error.status_code == 405:
        allowed = ", ".join(_methods(request))
        refused = Invalid(
            Code.REQUEST_METHOD, "not with this method", where=path, seen=request.method, rule=f"allowed: {allowed}"
        )
        return response_to(refused, {"Allow": allowed})
    else:
        refused = Invalid(Code.REQUEST, "the body cannot be read", where="body", rule="a body is one JSON value")
    return response_to(refused, error.headers)


def _methods(request: Request) -> list[str]:
    """All that the path takes: each route by itself knows only its own."""
    found = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in found for method in route.methods})


async def on_invalid(request: Request, error: Exception) -> Response:
    """What does not fit the route's model. Values of a request that carries secrets are not shown."""
    assert isinstance(error, RequestValidationError)
    private = bool(getattr(request.scope.get("route"), "private", False))
    return response_to(of_validation(error.errors(), private=private))


def of_validation(found: Sequence[Mapping[str, Any]], *, private: bool) -> Invalid:
    problems = [_problem(each, private) for each in found[:MAX_PROBLEMS]]
    first = problems[0]
    return Invalid(
        Code.REQUEST,
        f"the request has {len(found)} problem{'s' if len(found) > 1 else ''}",
        where=first.where,
        seen=first.seen,
        rule=first.rule,
        problems=problems,
    )


def _problem(found: Mapping[str, Any], private: bool) -> Problem:
    where = ".".join(str(part) for part in found["loc"])
    seen = "" if private else _shown(found.get("input"))
    return Problem(f"{Code.REQUEST}.{found['type']}", where, seen, _rule(found))


def _rule(found: Mapping[str, Any]) -> str:
    """In words: a pattern is a program's way to say it."""
    pattern = found.get("ctx", {}).get("pattern")
    return FORMS.get(pattern) or re.sub(r"^(Value error|Input|String|List) ?,? ?", "it ", str(found["msg"]))


def _shown(value: object) -> str:
    """A value short enough to be read; of a list or object only its size."""
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= MAX_SEEN else f"{text[:MAX_SEEN]}…"


def refused_origin(seen: str) -> Refused:
    return Refused(
        Code.ACCESS_ORIGIN,
        "a write from a page of another site",
        where="origin",
        seen=seen,
        rule="a browser's write comes from a page of this server, or of an origin on its list",
        suggestion="send the credential as a bearer token",
    )
