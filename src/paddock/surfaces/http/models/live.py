"""Connections of accounts to venues on the wire."""

from __future__ import annotations

from string import hexdigits
from typing import Annotated

from pydantic import AfterValidator, Field

from paddock.runtime.live.states import Status
from paddock.surfaces.http.models.base import Answered, Id, Money, Name, Note, Sent, Ts, plain
from paddock.surfaces.http.models.runtime import AsWord
from paddock.venues.approvals.base import Kind, Scheme
from paddock.venues.signing.grant import Network


def _word(value: str) -> str:
    """Raises ValueError for what no address, symbol or link holds."""
    if not all("!" <= char <= "~" for char in value):
        raise ValueError("has letters, digits and signs of ASCII, and no blanks")
    return value


def _chain(value: str) -> str:
    if value and not (value.startswith("0x") and 0 < len(value) - 2 <= 16 and all(c in hexdigits for c in value[2:])):
        raise ValueError("is 0x and hex digits, such as 0xa4b1")
    return value


Word = Annotated[str, Field(max_length=100), AfterValidator(_word)]
Symbols = Annotated[list[Word], Field(min_length=1, max_length=500)]


class PolicyWanted(Sent):
    """What the agent's key may sign. `symbols` are the venue's names, or `*` alone; caps are notional in US dollars."""

    symbols: Symbols
    order_usd: Money
    day_usd: Money
    max_leverage: Annotated[int, Field(ge=1, le=100)]


class ConnectionWanted(Sent):
    """A connection for a new account (`name`) or for one that is there (`account_id`).

    `main` is the address whose money it is; empty at a simulator, where an owner is made up. `chain_id` is the chain
    that the owner's wallet is on, in hex, where it wants to sign for that. `builder` is paid `builder_fee` tenths of a
    basis point of each order.
    """

    venue: Word
    network: Annotated[Network, AsWord]
    main: Word = ""
    policy: PolicyWanted
    name: Name | None = None
    account_id: Id | None = None
    url: Word = ""
    agent_name: Annotated[str, Field(max_length=16), AfterValidator(plain)] = "paddock"
    chain_id: Annotated[str, AfterValidator(_chain)] = ""
    expires_ts: Ts | None = None
    builder: Word = ""
    builder_fee: Annotated[int, Field(ge=0, le=100)] = 0


class SignatureWanted(Sent):
    """The owner's signature of the newest draft of its kind, as the wallet gives it."""

    kind: Annotated[Kind, AsWord]
    signature: Annotated[str, Field(max_length=400), AfterValidator(_word)]


class ReasonWanted(Sent):
    reason: Note = ""


class PolicyModel(Answered):
    symbols: list[str]
    order_usd: str
    day_usd: str
    max_leverage: int


class ConnectionModel(Answered):
    """`main` is whose money it is, `agent` who signs for it. `live`: orders may open something."""

    connection_id: str
    account_id: str
    venue: str
    network: Network
    url: str
    main: str
    agent: str
    agent_name: str
    policy: PolicyModel
    builder: str
    builder_fee: int
    status: Status
    live: bool
    reason: str
    expires_ts: Ts | None
    created_ts: Ts
    changed_ts: Ts


class DraftModel(Answered):
    """`message` goes to the wallet as it is, until `until_ts`; `exact` are the bytes that it signs, in hex."""

    kind: Kind
    scheme: Scheme
    message: str
    exact: str
    made_ts: Ts
    until_ts: Ts
    signed_ts: Ts | None
    sent_ts: Ts | None


class FindingModel(Answered):
    """`mend` is the one thing that helps, empty where nothing is amiss."""

    name: str
    passed: bool
    seen: str
    rule: str
    mend: str


class ChecklistModel(Answered):
    connection: ConnectionModel
    findings: list[FindingModel]
    passed: bool
