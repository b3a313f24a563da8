"""Signs what an agent may do, and tells who signed what came in.

An L1 action (orders and the like) is packed, hashed with its nonce, and the hash is signed as `Agent`. Its signature
does not name its maker: whoever reads it computes the address, and a wrong hash gives a stranger's. The hash is that
of the action as it is written, key by key and text by text; the venue is said to hash its own spelling [?], which is
the same for what is written here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgpack
from coincurve import PrivateKey

from paddock.venues.evm import keccak256, signed, signer
from paddock.venues.hyperliquid.codec.typed import Domain, Struct, address_bytes, invalid, preimage

Action = dict[str, Any]

# All that an agent's key of ours ever signs. Nothing here moves money out of an account.
SIGNABLE: Final = frozenset(
    {
        "order",
        "cancel",
        "cancelByCloid",
        "modify",
        "batchModify",
        "scheduleCancel",
        "updateLeverage",
        "updateIsolatedMargin",
        "twapOrder",
        "twapCancel",
        "reserveRequestWeight",
        "noop",
    }
)

_AGENT: Final = Struct("Agent", (("source", "string"), ("connectionId", "bytes32")))
_EXCHANGE: Final = Domain("Exchange", 1337)
_digits: Final = re.compile(r"0x[0-9a-fA-F]{1,64}").fullmatch


class Network(StrEnum):
    """Which chain an action is for; the value is its name in user-signed actions."""

    MAINNET = "Mainnet"
    TESTNET = "Testnet"

    @property
    def source(self) -> str:
        """Its name in the signature of an L1 action."""
        return "a" if self is Network.MAINNET else "b"


_SOURCES: Final = {network: keccak256(network.source.encode()) for network in Network}


@dataclass(frozen=True, slots=True)
class Signature:
    """Two numbers and 27 or 28."""

    r: int
    s: int
    v: int

    @classmethod
    def of(cls, raw: bytes) -> Signature:
        """From the 65 bytes r, s, v."""
        return cls(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:64], "big"), raw[64])

    @classmethod
    def parse(cls, said: object) -> Signature:
        """From the JSON of a request; raises Invalid (value).

        The venue's own client drops leading zeros of r and s, and v may be 0 or 1.
        """
        if not isinstance(said, Mapping):
            raise invalid(said, "a signature has r, s and v")
        r, s, v = (said.get(name) for name in "rsv")
        if not (isinstance(r, str) and isinstance(s, str) and _digits(r) and _digits(s)):
            raise invalid(said, "r and s are 0x and 1 to 64 hex digits")
        if type(v) is not int or v not in (0, 1, 27, 28):
            raise invalid(v, "v is 27 or 28")
        return cls(int(r, 16), int(s, 16), v if v >= 27 else v + 27)

    @property
    def wire(self) -> dict[str, Any]:
        return {"r": f"0x{self.r:064x}", "s": f"0x{self.s:064x}", "v": self.v}

    @property
    def raw(self) -> bytes:
        return self.r.to_bytes(32, "big") + self.s.to_bytes(32, "big") + bytes([self.v])

    def signer(self, digest: bytes) -> str:
        """The address, in lower case as the venue writes it, that signed 32 bytes; raises Invalid (value)."""
        try:
            return signer(digest, self.raw).lower()
        except ValueError as error:
            raise invalid(self.raw.hex(), str(error)) from None


def packed(action: object) -> bytes:
    """The bytes of an action, or of a list that holds one, in the order of its keys.

    Raises Invalid (value) for what no action holds.
    """
    _require_plain(action)
    try:
        return bytes(msgpack.packb(action))
    except (TypeError, ValueError, OverflowError) as error:
        raise invalid(type(action).__name__, f"an action is JSON without fractions: {error}") from None


def action_hash(action: object, nonce: int, vault: str | None = None, expires_after: int | None = None) -> bytes:
    """The 32 bytes that stand for an action, its nonce, the account it is for and its last moment.

    Raises Invalid (value) for what cannot be packed.
    """
    data = packed(action) + _eight(nonce)
    data += b"\x00" if vault is None else b"\x01" + address_bytes(vault)
    if expires_after is not None:
        data += b"\x00" + _eight(expires_after)
    return keccak256(data)


def agent_digest(network: Network, connection_id: bytes) -> bytes:
    """The 32 bytes that are signed for the hash of an L1 action."""
    struct_hash = keccak256(_AGENT.type_hash + _SOURCES[network] + connection_id)
    return keccak256(preimage(_EXCHANGE, struct_hash))


def sign(
    key: PrivateKey,
    network: Network,
    action: Action,
    nonce: int,
    *,
    vault: str | None = None,
    expires_after: int | None = None,
) -> dict[str, Any]:
    """The body of a request to `/exchange`.

    Raises Invalid (value) for an action that an agent of ours has no business with, whatever it holds.
    """
    if action.get("type") not in SIGNABLE:
        raise invalid(action.get("type"), f"an agent signs {', '.join(sorted(SIGNABLE))}")
    digest = agent_digest(network, action_hash(action, nonce, vault, expires_after))
    body: dict[str, Any] = {"action": action, "nonce": nonce, "signature": Signature.of(signed(key, digest)).wire}
    if vault is not None:
        body["vaultAddress"] = vault
    if expires_after is not None:
        body["expiresAfter"] = expires_after
    return body


def signers(
    action: Mapping[str, Any],
    nonce: int,
    signature: Signature,
    *,
    vault: str | None = None,
    expires_after: int | None = None,
) -> dict[Network, str]:
    """Who signed an L1 action, if it was meant for each network: one of the addresses is a stranger's.

    Raises Invalid (value) for what cannot be packed, and for a signature that nobody can have made.
    """
    connection_id = action_hash(action, nonce, vault, expires_after)
    return {network: signature.signer(agent_digest(network, connection_id)) for network in Network}


def _eight(value: object) -> bytes:
    if type(value) is not int or not 0 <= value < 2**64:
        raise invalid(value, "a nonce and a time are whole numbers below 2**64")
    return value.to_bytes(8, "big")


def _require_plain(value: object) -> None:
    """Numbers with a fraction are never hashed: they have more than one spelling."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        elif isinstance(one, float | bytes):
            raise invalid(one, "an action holds texts, whole numbers and flags")
