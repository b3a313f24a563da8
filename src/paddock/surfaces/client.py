"""The API as commands call it: every answer is a document, every failure one of our errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx2

from paddock.core.errors import (
    Code,
    Invalid,
    NotFound,
    NotRunning,
    PaddockError,
    Problem,
    Refused,
    TimedOut,
    Unavailable,
    Unknown,
)
from paddock.surfaces.secret import read_token

BASE = "/api/v1"
TIMEOUT_S = 10.0
VENUE_S = 60.0  # of what the server asks a venue about, which allows so many questions a minute
KINDS: dict[str, type[PaddockError]] = {
    cls.kind: cls for cls in (PaddockError, Invalid, NotFound, Refused, Unknown, Unavailable)
}
Json = dict[str, Any]


class Api:
    """A session with one server, as a context manager.

    Raises NotRunning when nothing listens there, TimedOut when no answer comes in time, and otherwise what the server
    said, as the same error that it was there.
    """

    def __init__(self, url: str, token_file: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._url, self._token_file = url, token_file
        headers = {"Authorization": f"Bearer {read_token(token_file)}"} if token_file.exists() else {}
        self._http = httpx2.Client(base_url=url + BASE, headers=headers, timeout=timeout_s, trust_env=False)

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, path: str, *ids: str, **query: object) -> Json:
        """`path` has {} for each of the `ids`, here and below: whatever is in an id, it is one part of the path."""
        return self._call("GET", _filled(path, ids), query=query)

    def post(self, path: str, *ids: str, body: Mapping[str, object] | None = None) -> Json:
        return self._call("POST", _filled(path, ids), body=body or {})

    def delete(self, path: str, *ids: str) -> Json:
        return self._call("DELETE", _filled(path, ids))

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Json:
        given = {key: str(value) for key, value in (query or {}).items() if value is not None}
        key = {} if method == "GET" else {"Idempotency-Key": uuid4().hex}
        try:
            reply = self._http.request(method, path, params=given, json=body, headers=key)
        except httpx2.TimeoutException:
            raise TimedOut(
                Code.TIMEOUT,
                "no answer came in time",
                where=f"{method} {self._url}{BASE}{path}",
                rule=f"an answer comes within {self._http.timeout.read:g} s",
                suggestion="look whether it happened before you ask again",
            ) from None
        except UnicodeEncodeError as error:
            raise Invalid(
                Code.USAGE,
                "an argument is no text",
                seen=repr(error.object[max(0, error.start - 20) : error.end + 20]),
                rule="names and ids are Unicode text; a terminal gives it as UTF-8",
            ) from None
        except (httpx2.TransportError, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise NotRunning(
                Code.NOT_RUNNING,
                "nothing answers there",
                where=self._url,
                seen=str(error),
                rule="`paddock serve` keeps the bots going and answers; PADDOCK_URL says where",
                suggestion="start it with: paddock serve",
            ) from None
        if reply.is_success:
            return document(reply)
        refusal = error_of(document(reply), reply.status_code)
        raise self._not_known() if refusal.code is Code.ACCESS_ANONYMOUS else refusal

    def _not_known(self) -> Refused:
        """What a person can do about a token that the server does not know."""
        return Refused(
            Code.ACCESS_ANONYMOUS,
            "the server does not know who asks",
            where=self._url,
            seen=f"the token in {self._token_file}" if self._token_file.exists() else f"no file {self._token_file}",
            rule="a command shows the token that lies in the home folder of the server",
            suggestion="name that folder with PADDOCK_HOME, or the file with PADDOCK_TOKEN_FILE",
        )


def _filled(path: str, ids: Sequence[str]) -> str:
    return path.format(*map(_quoted, ids))


def _quoted(text: str) -> str:
    """As one part of a path; also ".." is one, which clients and servers would take for a step up."""
    quoted = quote(text, safe="", errors="surrogateescape")
    return quoted if quoted.strip(".") else quoted.replace(".", "%2E")


def document(reply: httpx2.Response) -> Json:
    """The body as an object; raises Unavailable when a stranger answers there."""
    if reply.status_code == httpx2.codes.NO_CONTENT:
        return {}
    try:
        found = reply.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unavailable(
            Code.NOT_RUNNING,
            "what answers there is not Paddock",
            where=str(reply.url),
            seen=f"{reply.status_code} {reply.text[:80]}",
            rule="an answer is one JSON object",
            suggestion="PADDOCK_URL says where the API is",
        )
    return found


def error_of(found: Json, status: int) -> PaddockError:
    """The error that a reply describes."""
    told = found.get("error")
    if not isinstance(told, dict):
        return Unavailable(Code.NOT_RUNNING, "what answers there is not Paddock", seen=f"status {status}")
    codes = {str(code): code for code in Code}
    problems = told.get("problems", [])
    return KINDS.get(told.get("kind", ""), PaddockError)(
        codes.get(told.get("code", ""), Code.INTERNAL),
        str(told.get("message", f"status {status}")),
        seen=told.get("seen", ""),
        rule=str(told.get("rule", "")),
        suggestion=str(told.get("suggestion", "")),
        where=str(told.get("where", "")),
        problems=[Problem(**{key: str(value) for key, value in problem.items()}) for problem in problems],
    )
