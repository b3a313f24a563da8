"""What became of an order that was sent: accepted, refused, or not to be told from this reply.

A refusal proves that nothing was booked, so the venue has to have said no: an answer of the 5xx kind never does, not
even one about a wrong tick, which this venue was seen to give as a 500. What cannot be read proves nothing either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field

from paddock.core.errors import PaddockError
from paddock.venues.broker import Accepted, Outcome, RejectCode, Rejected, Unclear
from paddock.venues.pacifica.codec.allowance import allowance
from paddock.venues.pacifica.codec.answers import Answer, answer
from paddock.venues.pacifica.codec.reading import Said, one, shown
from paddock.venues.pacifica.codec.refusals import refusal
from paddock.venues.pacifica.codec.socket_replies import SocketReply

_UNPROVEN: Final = frozenset({408, 425, 499})  # of the 4xx: it may have gone on all the same
_FAILED: Final = 500
_INTERNAL: Final = "internal server error"


class _Booked(Said):
    success: bool | None = None
    order_id: Annotated[int, Field(ge=0)] | None = None
    error: str | None = None
    code: int | None = None


class _Batch(Said):
    results: list[_Booked]


def outcome(status: int, headers: Mapping[str, str], body: str | bytes, *, cancelling: bool = False) -> Outcome:
    """Of one request. Accepted has no order id where the venue gives none (levels of a position, cancellations)."""
    reply = _reply(status, body)
    if isinstance(reply, Unclear):
        return reply
    if not reply.ok:
        return _refused(reply, headers, cancelling=cancelling)
    return _booked(reply.data, cancelling=cancelling)


def outcomes(status: int, headers: Mapping[str, str], body: str | bytes, cancelling: Sequence[bool]) -> list[Outcome]:
    """Of a batch: one for each request, in their order; `cancelling` tells which of them cancel."""
    reply = _reply(status, body)
    if isinstance(reply, Unclear):
        return [reply for _ in cancelling]
    if not reply.ok:
        return [_refused(reply, headers, cancelling=one) for one in cancelling]
    return _each(reply.data, cancelling)


def socket_outcome(reply: SocketReply, *, cancelling: bool = False) -> Outcome:
    """Of one request over a socket."""
    if not reply.ok:
        return _socket_refused(reply, cancelling=cancelling)
    return Accepted(str(reply.order_id) if reply.order_id else "")


def socket_outcomes(reply: SocketReply, cancelling: Sequence[bool]) -> list[Outcome]:
    """Of a batch over a socket."""
    if not reply.ok:
        return [_socket_refused(reply, cancelling=one) for one in cancelling]
    return _each(reply.data, cancelling)


def _reply(status: int, body: str | bytes) -> Answer | Unclear:
    """The reply, if it can prove anything."""
    if status in _UNPROVEN or not (200 <= status < 300 or 400 <= status < 500):
        return Unclear(f"HTTP {status}: {shown(body)}")
    try:
        reply = answer(status, body)
    except PaddockError as error:
        return Unclear(error.message)
    failed = reply.code is not None and _FAILED <= reply.code < 600
    return Unclear(reply.error) if failed or _internal(reply.error) else reply


def _internal(text: str) -> bool:
    return _INTERNAL in text.casefold()


def _refused(reply: Answer, headers: Mapping[str, str], *, cancelling: bool) -> Rejected:
    said = refusal(reply.error, reply.code, status=reply.status, cancelling=cancelling)
    if said.code is not RejectCode.RATE_LIMIT:
        return said
    left = allowance(headers)
    return replace(said, retry_after_ms=left.reset_ms if left else 0)


def _socket_refused(reply: SocketReply, *, cancelling: bool) -> Outcome:
    if reply.code >= _FAILED or _internal(reply.error):
        return Unclear(reply.error)
    said = refusal(reply.error, reply.code, cancelling=cancelling)
    wait = reply.left.reset_ms if reply.left and said.code is RejectCode.RATE_LIMIT else 0
    return replace(said, retry_after_ms=wait)


def _each(data: object, cancelling: Sequence[bool]) -> list[Outcome]:
    try:
        results = one(_Batch, data, "a batch").results
    except PaddockError as error:
        return [Unclear(error.message) for _ in cancelling]
    if len(results) != len(cancelling):
        return [Unclear(f"{len(results)} results for {len(cancelling)} requests") for _ in cancelling]
    return [_result(result, cancelling=cancels) for result, cancels in zip(results, cancelling, strict=True)]


def _booked(data: object, *, cancelling: bool) -> Outcome:
    if data is None:
        return Accepted("")
    try:
        return _result(one(_Booked, data, "a reply"), cancelling=cancelling)
    except PaddockError as error:
        return Unclear(error.message)


def _result(said: _Booked, *, cancelling: bool) -> Outcome:
    if said.success is not False and not said.error:
        return Accepted(str(said.order_id) if said.order_id is not None else "")
    text = said.error or "it did not succeed"
    return Unclear(text) if _internal(text) else refusal(text, said.code, cancelling=cancelling)
