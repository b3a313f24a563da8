"""What an HTTP reply says before one knows what it is about: data, a page of it, or an error, in any of its forms.

The documented envelope is `{"success", "data", "error", "code"}`. Documentation pages show bare data and bare errors,
and some errors come as plain text or as a JSON string: all of these are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field

from paddock.core.errors import Code, PaddockError, Unavailable
from paddock.venues.pacifica.codec.reading import Said, decoded, one, shown, unclear

NOT_FOUND: Final = 404

_LONGEST: Final = 300  # of an error's text


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that could be read.

    `status` is HTTP's, `code` the venue's (None where it gave none); `error` is empty when all went well. `cursor`
    leads to the next page ("" on the last one). `last_order_id`: the exchange's sequence at the reply, 0 when not told.
    """

    status: int
    data: Any = None
    error: str = ""
    code: int | None = None
    error_id: str = ""
    cursor: str = ""
    last_order_id: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300 and not self.error


class _Envelope(Said):
    success: bool | None = None
    data: Any = None
    error: str | None = None
    code: Annotated[int, Field(ge=-(2**31), lt=2**31)] | None = None
    error_id: str | None = None
    next_cursor: str | None = None
    has_more: bool | None = None
    last_order_id: Annotated[int, Field(ge=0)] | None = None


def answer(status: int, body: str | bytes) -> Answer:
    """Read a reply. Raises Unknown (venue.unclear) for a success that cannot be read; an error may be any text."""
    text = body.decode(errors="replace") if isinstance(body, bytes) else body
    good = 200 <= status < 300
    try:
        said = decoded(text)
    except PaddockError:
        if good:
            raise
        said = text
    if isinstance(said, str):
        if good:
            raise unclear("a reply", said, "it is a text")
        return Answer(status, error=said.strip()[:_LONGEST] or f"HTTP {status}")
    return _read(status, said, good=good)


def payload(reply: Answer) -> Any:
    """The data of a read. Raises Unavailable (venue.unavailable) where the venue answered with an error."""
    if reply.ok:
        return reply.data
    raise Unavailable(
        Code.VENUE_UNAVAILABLE,
        f"Pacifica did not answer: {reply.error}",
        seen=f"HTTP {reply.status}, code {reply.code}",
        rule="a read is repeated later",
    )


def _read(status: int, said: object, *, good: bool) -> Answer:
    if type(said) is not dict:
        return Answer(status, data=said, error="" if good else shown(said))
    envelope = one(_Envelope, said, "a reply")
    failed = not good or envelope.success is False or bool(envelope.error)
    return Answer(
        status,
        data=envelope.data if _wrapped(said) else said,
        error=(envelope.error or f"HTTP {status}")[:_LONGEST] if failed else "",
        code=envelope.code,
        error_id=envelope.error_id or "",
        cursor=(envelope.next_cursor or "") if envelope.has_more else "",
        last_order_id=envelope.last_order_id or 0,
    )


def _wrapped(said: Mapping[str, object]) -> bool:
    return not said.keys().isdisjoint({"success", "data", "error"})
