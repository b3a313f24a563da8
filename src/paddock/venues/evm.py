"""Ethereum keys, as wallets and venues use them: addresses, and signatures that tell who made them.

`eth-account` would do it too, a thousand times slower; and it raises the interpreter's recursion limit to 100,000,
after which a deeply nested JSON text ends the process instead of being refused.
"""

from __future__ import annotations

from typing import Final

from coincurve import PrivateKey, PublicKey
from Crypto.Hash import keccak

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141  # of secp256k1


def keccak256(data: bytes) -> bytes:
    """The 32 bytes of Keccak-256: the padding of Ethereum, which is not that of SHA3-256."""
    return keccak.new(digest_bits=256, data=data).digest()


def checksummed(address: bytes) -> str:
    """An address of 20 bytes as `0x` and 40 hex digits, in the upper and lower case of EIP-55."""
    digits = address.hex()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(d.upper() if int(mark, 16) >= 8 else d for d, mark in zip(digits, marks, strict=False))


def address_of(key: PublicKey) -> str:
    """The address of a public key, with its checksum (Yellow Paper, appendix F)."""
    return checksummed(keccak256(key.format(compressed=False)[1:])[-20:])


def signed(key: PrivateKey, digest: bytes) -> bytes:
    """The 65 bytes r, s, v of a signature of 32 bytes: deterministic (RFC 6979), s low, v 27 or 28."""
    raw = key.sign_recoverable(digest, hasher=None)
    return raw[:64] + bytes([raw[64] + 27])


def signer(digest: bytes, signature: bytes) -> str:
    """The address, with its checksum, whose key signed 32 bytes.

    A key can make two signatures of a digest; only the one with the lower s is taken (EIP-2). Raises ValueError
    for 65 bytes that are no such signature.
    """
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")
    if len(signature) != 65 or signature[64] not in (27, 28) or not (0 < r < ORDER and 0 < s <= ORDER // 2):
        raise ValueError("a signature is r, a low s, and 27 or 28")
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)
    except ValueError as error:
        raise ValueError("a signature is one of a key") from error
    return address_of(key)


def message_digest(text: str) -> bytes:
    """The 32 bytes that a wallet signs for a text shown to its owner (EIP-191, version 0x45)."""
    raw = text.encode()
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(raw)).encode() + raw)
