"""What is a key for? The words that are bound to it when it is sealed: change one, and it does not open."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from paddock.venues.signing.policy import Policy


class Network(StrEnum):
    MAINNET = "mainnet"
    TESTNET = "testnet"
    SIMULATOR = "simulator"  # on a machine of the user's own; never a venue's


@dataclass(frozen=True, slots=True)
class Grant:
    """Who gave which agent leave to trade what, where. `main` is the address whose money it is.

    `builder` is paid up to `builder_fee` tenths of a basis point of each order; empty for none.
    """

    owner: str
    account_id: str
    venue: str
    network: Network
    main: str
    agent: str
    policy: Policy
    builder: str = ""
    builder_fee: int = 0

    def bound(self) -> bytes:
        """All of it in one form, which the seal of its key covers."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A key as others may keep it: what it is for, and its blob."""

    grant: Grant
    blob: bytes
