"""What a socket answers to a request of ours, and the request itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field

from paddock.venues.pacifica.codec.allowance import Allowance, Left
from paddock.venues.pacifica.codec.reading import Said, Text, Ts, one

OK: Final = 200


@dataclass(frozen=True, slots=True)
class SocketReply:
    """The answer to the request `request_id` ("" where the venue could not read one).

    `code` is 200, 400 (cannot be read), 401 and 402 (signature, signer), 403, 420 (the engine refused), 429 or 500.
    `order_id` is 0 and `data` None where there is none. `left` is what may still be sent, None when not told.
    """

    request_id: str
    type: str
    code: int
    error: str = ""
    order_id: int = 0
    data: Mapping[str, Any] | None = None
    venue_ts: int = 0
    left: Allowance | None = None

    @property
    def ok(self) -> bool:
        return self.code == OK and not self.error


class _Reply(Said):
    id: Text | None = None
    type: Text | None = None
    code: Annotated[int, Field(ge=0, lt=2**31)]
    err: str | None = None
    error: str | None = None
    data: dict[str, Any] | None = None
    t: Ts | None = None
    rl: Left | None = None


class _Placed(Said):
    i: Annotated[int, Field(ge=0)] | None = None


def request(request_id: str, operation: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A signed body as it goes over the socket; a batch goes as `batch_orders`."""
    return {"id": request_id, "params": {operation: body}}


def is_reply(said: Mapping[str, Any]) -> bool:
    """Whether a frame answers a request of ours, or complains of one."""
    return "code" in said and "channel" not in said


def reply(said: object) -> SocketReply:
    """Raises Unknown (venue.unclear)."""
    row = one(_Reply, said, "an answer on the socket")
    placed = one(_Placed, row.data, "an answer on the socket") if row.data is not None else _Placed()
    text = row.err or row.error or ""
    return SocketReply(
        row.id or "",
        row.type or "",
        row.code,
        text[:300] or ("" if row.code == OK else f"code {row.code}"),
        placed.i or 0,
        row.data,
        row.t or 0,
        row.rl.allowance() if row.rl else None,
    )
