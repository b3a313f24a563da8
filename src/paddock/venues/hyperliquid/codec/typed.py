"""Typed data that wallets sign (EIP-712): structs of text, addresses, numbers and hashes, and their 32 bytes.

Only flat structs, which is all that Hyperliquid uses. What never changes (type hashes, domains) is hashed once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from paddock.core.errors import Code, Invalid
from paddock.venues.evm import keccak256

NOBODY: Final = "0x" + "0" * 40

_address: Final = re.compile(r"0x[0-9a-fA-F]{40}").fullmatch
_DOMAIN_TYPE: Final = "EIP712Domain"
_DOMAIN_FIELDS: Final = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


def invalid(seen: object, rule: str) -> Invalid:
    """The error for a value that cannot be signed."""
    return Invalid(Code.VALUE, f"{seen!r:.80} cannot be signed", seen=f"{seen!r:.80}", rule=rule)


def address_bytes(value: object) -> bytes:
    """The 20 bytes of `0x` and 40 hex digits of either case; raises Invalid (value)."""
    if not isinstance(value, str) or _address(value) is None:
        raise invalid(value, "an address is 0x and 40 hex digits")
    return bytes.fromhex(value[2:])


def _text(value: object) -> bytes:
    if not isinstance(value, str):
        raise invalid(value, "this is a text")
    try:
        return keccak256(value.encode())
    except UnicodeEncodeError:
        raise invalid(value, "a text is whole characters") from None


def _number(value: object) -> bytes:
    if type(value) is not int or not 0 <= value < 2**64:
        raise invalid(value, "this is a whole number below 2**64")
    return value.to_bytes(32, "big")


def _flag(value: object) -> bytes:
    if type(value) is not bool:
        raise invalid(value, "this is true or false")
    return int(value).to_bytes(32, "big")


def _hash(value: object) -> bytes:
    if type(value) is not bytes or len(value) != 32:
        raise invalid(value, "a hash is 32 bytes")
    return value


_ENCODERS: Final[Mapping[str, Callable[[object], bytes]]] = {
    "string": _text,
    "address": lambda value: bytes(12) + address_bytes(value),
    "uint64": _number,
    "uint256": _number,
    "bool": _flag,
    "bytes32": _hash,
}


@dataclass(frozen=True)
class Struct:
    """A type of struct: its name, and the names and types of its fields in their order."""

    name: str
    fields: tuple[tuple[str, str], ...]

    @cached_property
    def type_hash(self) -> bytes:
        return keccak256(f"{self.name}({','.join(f'{kind} {name}' for name, kind in self.fields)})".encode())

    def hashed(self, values: Mapping[str, object]) -> bytes:
        """The 32 bytes of a struct of these values; raises Invalid (value) for one that is missing or wrong."""
        encoded = (_ENCODERS[kind](values.get(name)) for name, kind in self.fields)
        return keccak256(self.type_hash + b"".join(encoded))


@dataclass(frozen=True, slots=True)
class Domain:
    """Where a signature counts."""

    name: str
    chain_id: int
    version: str = "1"

    @property
    def values(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": self.version,
            "chainId": self.chain_id,
            "verifyingContract": NOBODY,
        }


@lru_cache(maxsize=64)
def separator(domain: Domain) -> bytes:
    """The 32 bytes of a domain; raises Invalid (value) for a chain that is none."""
    return Struct(_DOMAIN_TYPE, _DOMAIN_FIELDS).hashed(domain.values)


def preimage(domain: Domain, struct_hash: bytes) -> bytes:
    """The 66 bytes whose Keccak-256 is signed."""
    return b"\x19\x01" + separator(domain) + struct_hash


def wallet_json(domain: Domain, struct: Struct, values: Mapping[str, object]) -> dict[str, Any]:
    """The same as the JSON that a wallet takes (`eth_signTypedData_v4`)."""
    types = {_DOMAIN_TYPE: _DOMAIN_FIELDS, struct.name: struct.fields}
    return {
        "types": {name: [{"name": n, "type": kind} for n, kind in fields] for name, fields in types.items()},
        "primaryType": struct.name,
        "domain": domain.values,
        "message": {name: values[name] for name, _ in struct.fields},
    }
