"""What the signer's process is asked, and what it answers: frames of JSON, each with its length before it.

A request is one of the types below, read strictly: what is not exactly one of them is refused unread. There is none
that holds a digest or bytes to sign.
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, TypeAdapter
from pydantic_core import to_jsonable_python

from paddock.core.errors import Code, Invalid, PaddockError, Refused, Unavailable, Unknown
from paddock.venues.approvals.base import SignedDraft, Terms
from paddock.venues.signing.grant import Grant, Network, Sealed
from paddock.venues.signing.operations import Order, SignedRequest
from paddock.venues.signing.policy import Policy

HEAD: Final = struct.Struct(">I")
MOST_ASKED: Final = 4 << 20  # bytes of a frame: the markets of a venue are the largest
MOST_ANSWERED: Final = 1 << 20

_KINDS: Final = {kind.kind: kind for kind in (PaddockError, Invalid, Refused, Unknown, Unavailable)}
_CODES: Final = {str(code): code for code in Code}


def _from_base64(text: object) -> object:
    return base64.b64decode(text, validate=True) if isinstance(text, str) else text


Blob = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(lambda raw: base64.b64encode(raw).decode(), return_type=str),
    Field(max_length=256),
]


@dataclass(frozen=True, slots=True)
class Make:
    """A new key. What `wanted` says of the agent is ignored: it is what is made."""

    wanted: Grant
    do: Literal["make"] = field(default="make", kw_only=True)


@dataclass(frozen=True, slots=True)
class Play:
    """A new key of an owner who is made up, for a simulator; with their approvals."""

    wanted: Grant
    terms: Terms
    do: Literal["play"] = field(default="play", kw_only=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """A sealed key, as the database keeps it."""

    grant: Grant
    blob: Blob

    @property
    def sealed(self) -> Sealed:
        return Sealed(self.grant, self.blob)


@dataclass(frozen=True, slots=True)
class Reseal:
    key: Kept
    policy: Policy
    do: Literal["reseal"] = field(default="reseal", kw_only=True)


@dataclass(frozen=True, slots=True)
class Rewrap:
    key: Kept
    do: Literal["rewrap"] = field(default="rewrap", kw_only=True)


@dataclass(frozen=True, slots=True)
class Open:
    key: Kept
    closing: bool
    do: Literal["open"] = field(default="open", kw_only=True)


@dataclass(frozen=True, slots=True)
class Close:
    account_id: str
    do: Literal["close"] = field(default="close", kw_only=True)


@dataclass(frozen=True, slots=True)
class Revoke:
    grant: Grant
    do: Literal["revoke"] = field(default="revoke", kw_only=True)


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Would the key of an account sign? Nothing is signed for it."""

    account_id: str
    do: Literal["self_test"] = field(default="self_test", kw_only=True)


@dataclass(frozen=True, slots=True)
class Markets:
    """Markets of a venue by symbol, each in the venue's own shape."""

    venue: str
    network: Network
    markets: dict[str, Any]
    do: Literal["markets"] = field(default="markets", kw_only=True)


@dataclass(frozen=True, slots=True)
class Sign:
    order: Order
    do: Literal["sign"] = field(default="sign", kw_only=True)


@dataclass(frozen=True, slots=True)
class Look:
    """Which accounts are signed for, and what their day has come to."""

    do: Literal["look"] = field(default="look", kw_only=True)


Asked = Make | Play | Reseal | Rewrap | Open | Close | Revoke | SelfTest | Markets | Sign | Look
ASKED: Final[TypeAdapter[Asked]] = TypeAdapter(Annotated[Asked, Field(discriminator="do")])
KEPT: Final = TypeAdapter(Kept)
SIGNED: Final = TypeAdapter(list[SignedDraft])


def frame(body: bytes) -> bytes:
    return HEAD.pack(len(body)) + body


def asked(request: Asked) -> bytes:
    """A request as the body of a frame."""
    return ASKED.dump_json(request)


def outcome(body: bytes) -> Any:
    """The values of an answer; raises the error that it tells, ValueError for what is no answer."""
    told = json.loads(body)
    if "ok" in told:
        return told["ok"]
    error = told["error"]
    raise _KINDS.get(error["kind"], PaddockError)(
        _CODES.get(error["code"], Code.INTERNAL),
        error["message"],
        **{name: error[name] for name in ("where", "seen", "rule", "suggestion")},
    )


def sealed_from(told: object) -> Sealed:
    """A sealed key of an answer."""
    return KEPT.validate_python(told).sealed


def played_from(told: Any) -> tuple[Sealed, list[SignedDraft]]:
    """A sealed key and its approvals, of an answer."""
    return sealed_from(told["key"]), SIGNED.validate_python(told["approvals"])


def requests_from(told: list[list[Any]]) -> list[SignedRequest]:
    return [SignedRequest(*each) for each in told]


def plain_markets(markets: object) -> dict[str, Any]:
    """Markets of a codec's listing as plain values, for `Markets`."""
    told: dict[str, Any] = to_jsonable_python(markets)
    return told


def done(value: object) -> bytes:
    """An answer that holds something."""
    return json.dumps({"ok": value}, separators=(",", ":")).encode()


def failed(error: PaddockError | OSError) -> bytes:
    """An answer that tells why not."""
    if isinstance(error, OSError):
        error = Unavailable(
            Code.MACHINE, f"the signer cannot use its files: {error.strerror}", where=str(error.filename)
        )
    return json.dumps(error.as_dict(), separators=(",", ":")).encode()


def too_large() -> bytes:
    """The answer to a frame that did not come whole, or never could."""
    rule = f"a frame holds at most {MOST_ASKED} bytes, and comes at once"
    return failed(Invalid(Code.SIGNER_REQUEST, "this is no frame for the signer", where="frame", rule=rule))
